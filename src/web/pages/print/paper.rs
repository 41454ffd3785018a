//! The stylesheet with the measures of one paper. Sizes are data, and pages carry no style of their own.

use crate::{
    definition::print::{Geometry, Margin},
    service::Error,
    web::Result,
};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use std::fmt::Write;

/// Millimetres to CSS pixels.
const PIXELS: f64 = 96.0 / 25.4;
/// The narrowest screen, in pixels, and the steps by which a preview grows with it.
const NARROWEST: u32 = 320;
const STEP: u32 = 40;

/// The address of a paper's stylesheet: `210x297-15-15-15-15-n.css`, the margins as CSS has them, `n` where pages are numbered.
#[must_use]
pub fn address(sheet: Geometry, numbered: bool) -> String {
    let Geometry { width, height, margin } = sheet;
    let Margin { top, right, bottom, left } = margin;
    let numbers = if numbered { "-n" } else { "" };
    format!("/print/paper/{width}x{height}-{top}-{right}-{bottom}-{left}{numbers}.css")
}

/// `GET /print/paper/{measures}`: nothing but figures in, nothing but figures out.
///
/// # Errors
/// `NotFound` for what are no measures of a sheet.
pub async fn style(Path(measures): Path<String>) -> Result<Response> {
    let (sheet, numbered) = read(&measures).ok_or(Error::NotFound)?;
    let mut response = written(sheet, numbered).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}

fn read(measures: &str) -> Option<(Geometry, bool)> {
    let measures = measures.strip_suffix(".css")?;
    let (measures, numbered) = measures.strip_suffix("-n").map_or((measures, false), |rest| (rest, true));
    let mut parts = measures.split('-');
    let (width, height) = parts.next()?.split_once('x')?;
    let side = |text: &str| text.parse::<u16>().ok().filter(|side| (20..=1000).contains(side));
    let margins: Vec<u16> = parts.map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let [top, right, bottom, left] = *margins.as_slice() else { return None };
    let sheet = Geometry { width: side(width)?, height: side(height)?, margin: Margin { top, right, bottom, left } };
    let fits = u32::from(left) + u32::from(right) < u32::from(sheet.width)
        && u32::from(top) + u32::from(bottom) < u32::from(sheet.height);
    fits.then_some((sheet, numbered))
}

fn written(sheet: Geometry, numbered: bool) -> String {
    let Geometry { width, height, margin: Margin { top, right, bottom, left } } = sheet;
    let mut css = format!(
        "@page {{ size: {width}mm {height}mm; margin: {top}mm {right}mm {bottom}mm {left}mm; }}\n\
         .sheet {{ width: {width}mm; min-height: {height}mm; padding: {top}mm {right}mm {bottom}mm {left}mm; }}\n\
         .sheet.label {{ height: {height}mm; }}\n\
         @media print {{ .sheet {{ width: auto; min-height: 0; padding: 0; }} .sheet.label {{ height: {}mm; }} }}\n",
        height - top - bottom,
    );
    if numbered {
        css += "@page { @bottom-center { content: counter(page) \" / \" counter(pages); font-size: 8pt; } }\n";
    }
    // On a screen that is narrower than the sheet the preview shrinks; the print never does.
    let across = f64::from(width) * PIXELS;
    let mut steps: Vec<u32> =
        (NARROWEST..).step_by(STEP as usize).take_while(|step| f64::from(*step) < across + 80.0).collect();
    steps.reverse();
    for step in steps {
        let zoom = ((f64::from(step) - 32.0) / across * 100.0).floor() / 100.0;
        if zoom < 1.0 {
            let limit = step + STEP;
            let _written_to_memory =
                writeln!(css, "@media screen and (max-width: {limit}px) {{ .sheet {{ zoom: {zoom}; }} }}");
        }
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::print::{Paper, PaperSize};

    #[test]
    fn an_address_is_read_as_it_was_written() {
        for size in PaperSize::NAMED {
            let sheet = Paper::of(size).geometry();
            for numbered in [true, false] {
                let address = address(sheet, numbered);
                let measures = address.rsplit('/').next().unwrap_or_default();
                assert_eq!(read(measures), Some((sheet, numbered)), "{address}");
            }
        }
        for wrong in [
            "",
            "a4.css",
            "210x297.css",
            "5x5-0-0-0-0.css",
            "60x40-30-2-30-2.css",
            "60x40-2-2-2-2-2.css",
            "60x40-2-2-2-2",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_sheet_has_the_size_of_the_paper() {
        let css = written(Paper::of(PaperSize::Label60x40).geometry(), false);
        assert!(css.contains("size: 60mm 40mm; margin: 2mm 2mm 2mm 2mm"), "{css}");
        assert!(css.contains(
            "@media print { .sheet { width: auto; min-height: 0; padding: 0; } .sheet.label { height: 36mm; } }"
        ));
        assert!(!css.contains("counter(page)") && written(Paper::default().geometry(), true).contains("counter(page)"));
    }
}
