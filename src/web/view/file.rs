//! Files: as they are shown, and the control that takes them.

use crate::i18n::Texts;

/// One file, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileItem {
    pub id: i64,
    pub name: String,
    /// `1.2 MB`.
    pub size: String,
    /// A picture: it has thumbnails.
    pub picture: bool,
    /// A signature, which is wide and is shown whole.
    pub signature: bool,
}

impl FileItem {
    /// Where it is downloaded.
    pub fn href(&self) -> String {
        format!("/files/{}", self.id)
    }

    /// Where a press leads: a picture is looked at, anything else is saved.
    pub fn open(&self) -> String {
        if self.picture { format!("{}?thumbnail=large", self.href()) } else { self.href() }
    }

    /// Which thumbnail a list shows.
    pub fn thumbnail_size(&self) -> &'static str {
        if self.signature { "medium" } else { "small" }
    }

    pub fn thumbnail(&self, size: &str) -> String {
        format!("{}?thumbnail={size}", self.href())
    }
}

/// How a control takes files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    Any,
    /// Pictures, on a phone from its camera.
    Pictures,
    /// One picture, drawn by hand or chosen.
    Signature,
}

/// The control of files. Each chosen one is posted by its id under the field's name. Without scripts a plain file input takes
/// more of them when the form is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    pub taking: Taking,
    pub chosen: Vec<FileItem>,
    /// The most files.
    pub most: usize,
    /// The largest file in bytes.
    pub max_size: u64,
    /// `application/pdf,.dwg` as an `accept` attribute; may be empty.
    pub accept: String,
}

impl Files {
    pub fn multiple(&self) -> bool {
        self.most > 1
    }

    pub fn signature(&self) -> bool {
        self.taking == Taking::Signature
    }

    pub fn pictures(&self) -> bool {
        self.taking == Taking::Pictures
    }

    pub fn full(&self) -> bool {
        self.chosen.len() >= self.most
    }

    /// What the button says.
    pub fn prompt(&self, t: &Texts) -> String {
        t.get(match self.taking {
            Taking::Any => "files-choose",
            Taking::Pictures => "files-choose-pictures",
            Taking::Signature => "files-choose-signature",
        })
    }

    /// What may be chosen, in words: `at most 3 · up to 10 MB each`.
    pub fn bounds(&self, t: &Texts) -> String {
        let size = t.with("files-each", &[("size", size(self.max_size).as_str().into())]);
        match self.most {
            1 => size,
            most => format!("{} · {size}", t.count("files-most", most)),
        }
    }

    /// Said of a file before it is sent.
    pub fn too_large(&self, t: &Texts) -> String {
        t.with("files-too-large", &[("size", size(self.max_size).as_str().into())])
    }

    /// Said of a file before it is sent.
    pub fn wrong_type(&self, t: &Texts) -> String {
        t.with("files-wrong-type", &[("accept", types(&self.accept).as_str().into())])
    }

    /// Said of a file before it is sent.
    pub fn too_many(&self, t: &Texts) -> String {
        t.count("files-too-many", self.most)
    }
}

/// The types of an `accept` attribute as people read them: `PDF, DWG, image/*`.
fn types(accept: &str) -> String {
    let short = |pattern: &str| {
        let ending = pattern.rsplit(['/', '.']).next().unwrap_or(pattern);
        let is_short = ending.len() <= 5 && ending != "*" && !pattern.contains("vnd.");
        if is_short { ending.to_uppercase() } else { pattern.to_owned() }
    };
    accept.split(',').map(short).collect::<Vec<_>>().join(", ")
}

/// A number of bytes as people read it.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut whole, mut tenths, mut unit) = (bytes / 1024, bytes % 1024 * 10 / 1024, 0);
    while whole >= 1024 && unit + 1 < UNITS.len() {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit += 1;
    }
    if whole < 10 && tenths > 0 {
        format!("{whole}.{tenths} {}", UNITS[unit])
    } else {
        format!("{whole} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_short() {
        for (accept, told) in
            [("application/pdf,.dwg,image/*", "PDF, DWG, image/*"), ("image/jpeg,image/png", "JPEG, PNG")]
        {
            assert_eq!(types(accept), told);
        }
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, told) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (64 << 20, "64 MB"), (1_300_000, "1.2 MB")]
        {
            assert_eq!(size(bytes), told);
        }
    }
}
