//! Small pictures of uploaded ones: decoded within bounds, turned as the camera was held, encoded anew, and kept beside the
//! content they were made from.

use super::{Error, Service, files::Readable};
use crate::definition::field::PICTURES;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType,
};
use std::{io::Cursor, sync::Arc};
use tokio::{io::AsyncReadExt, sync::Semaphore};

/// The largest picture, in bytes, that a thumbnail is made of.
const LARGEST_FILE: u64 = 32 * 1024 * 1024;
/// The longest side of such a picture.
const LONGEST_SIDE: u32 = 16_384;
/// The most pixels: a phone's largest photographs; a small file may claim to hold far more.
const MOST_PIXELS: u64 = 64_000_000;
/// Memory that one decoder may take, in bytes.
const MOST_MEMORY: u64 = 384 * 1024 * 1024;
/// How many pictures are decoded at once.
const AT_ONCE: usize = 2;
const QUALITY: u8 = 82;

/// How large a thumbnail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// In a list.
    Small,
    /// In a form.
    Medium,
    /// Alone on a screen.
    Large,
}

impl Size {
    /// By its word in an address.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "small" => Some(Self::Small),
            "medium" => Some(Self::Medium),
            "large" => Some(Self::Large),
            _ => None,
        }
    }

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }

    /// The longest side in pixels.
    const fn pixels(self) -> u32 {
        match self {
            Self::Small => 96,
            Self::Medium => 400,
            Self::Large => 1_600,
        }
    }
}

/// Whether thumbnails are made of this type.
#[must_use]
pub fn is_picture(media_type: &str) -> bool {
    PICTURES.contains(&media_type)
}

/// Keeps the machine from decoding too much at once.
#[derive(Clone)]
pub(super) struct Thumbnails {
    slots: Arc<Semaphore>,
}

impl Default for Thumbnails {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// A thumbnail, ready to be sent.
pub struct Thumbnail {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
}

impl Service {
    /// A small picture of a file that may be read.
    ///
    /// # Errors
    /// `no_thumbnail` for what is no picture, is broken, or claims to be too large; the blob store failed.
    pub async fn thumbnail(&self, file: &Readable, size: Size) -> Result<Thumbnail, Error> {
        if !is_picture(&file.info.media_type) || file.info.size > LARGEST_FILE {
            return Err(no_thumbnail());
        }
        if let Some((mut kept, length)) = self.blobs.open_derived(&file.hash, size.word()).await? {
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
            kept.read_to_end(&mut bytes).await.map_err(crate::store::Error::from)?;
            return Ok(told(bytes));
        }
        let _slot = self.thumbnails.slots.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        let (mut content, length) = self.blobs.open(&file.hash).await?.ok_or(Error::NotFound)?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        content.read_to_end(&mut bytes).await.map_err(crate::store::Error::from)?;
        let made = tokio::task::spawn_blocking(move || make(&bytes, size))
            .await
            .map_err(|error| Error::internal(error.to_string()))?;
        let small = made.map_err(|error| {
            tracing::debug!(%error, "a picture has no thumbnail");
            no_thumbnail()
        })?;
        if let Err(error) = self.blobs.keep_derived(&file.hash, size.word(), &small).await {
            tracing::warn!(%error, "a thumbnail could not be kept; it is made again when it is asked for");
        }
        Ok(told(small))
    }
}

fn no_thumbnail() -> Error {
    Error::conflict("no_thumbnail")
}

fn told(bytes: Vec<u8>) -> Thumbnail {
    let png = bytes.starts_with(b"\x89PNG");
    Thumbnail { bytes, media_type: if png { "image/png" } else { "image/jpeg" } }
}

fn make(bytes: &[u8], size: Size) -> image::ImageResult<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        let kind = image::error::LimitErrorKind::DimensionError;
        return Err(image::ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    // A picture whose orientation does not read is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    let side = size.pixels();
    if picture.width() > side || picture.height() > side {
        // Far larger ones are made smaller coarsely first: the fine filter costs by the pixels it looks at.
        if picture.width().max(picture.height()) > side * 4 {
            picture = picture.thumbnail(side * 2, side * 2);
        }
        picture = picture.resize(side, side, FilterType::CatmullRom);
    }
    picture.apply_orientation(orientation);
    let mut out = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8()).write_to(&mut out, ImageFormat::Png)?;
    } else {
        picture.into_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))?;
    }
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).expect("it is encoded");
        out.into_inner()
    }

    #[test]
    fn a_picture_becomes_smaller_and_keeps_its_shape() {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(1_000, 500, Rgb([200, 20, 20])));
        let small = make(&encoded(&picture, ImageFormat::Png), Size::Small).expect("a thumbnail");
        let small = image::load_from_memory(&small).expect("it reads");
        assert_eq!((small.width(), small.height()), (96, 48));
        assert!(small.to_rgb8().get_pixel(10, 10)[0] > 150);
    }

    #[test]
    fn transparency_stays() {
        let picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(50, 20, Rgba([0, 0, 0, 0])));
        let small = make(&encoded(&picture, ImageFormat::Png), Size::Large).expect("a thumbnail");
        assert_eq!(told(small.clone()).media_type, "image/png");
        let small = image::load_from_memory(&small).expect("it reads");
        assert_eq!((small.width(), small.to_rgba8().get_pixel(0, 0)[3]), (50, 0));
    }

    /// An EXIF block that says: the camera was turned by 90°.
    fn turned(jpeg: &[u8]) -> Vec<u8> {
        let exif: &[u8] = &[
            0xFF, 0xE1, 0x00, 0x22, b'E', b'x', b'i', b'f', 0, 0, b'I', b'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3,
            0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
        ];
        [&jpeg[..2], exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_photograph_stands_as_the_camera_was_held() {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(80, 40, Rgb([1, 2, 3])));
        let jpeg = turned(&encoded(&picture, ImageFormat::Jpeg));
        let small = image::load_from_memory(&make(&jpeg, Size::Small).expect("a thumbnail")).expect("it reads");
        assert_eq!((small.width(), small.height()), (40, 80));
    }

    /// A PNG of a few bytes that claims to be enormous.
    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = encoded(&DynamicImage::ImageRgb8(RgbImage::new(1, 1)), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        assert!(make(&bomb, Size::Small).is_err());
        assert!(make(b"\x89PNG\r\n\x1a\nnothing", Size::Small).is_err());
    }
}
