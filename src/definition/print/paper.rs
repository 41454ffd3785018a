//! What is printed on.

use serde::{Deserialize, Serialize};

/// Size, orientation and margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paper {
    pub size: PaperSize,
    /// Millimetres; of a custom size only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    #[serde(skip_serializing_if = "Orientation::is_portrait")]
    pub orientation: Orientation,
    /// Millimetres; those of the size where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Margin>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PaperSize {
    #[default]
    #[serde(rename = "a4")]
    A4,
    #[serde(rename = "a5")]
    A5,
    /// Half of a sheet of continuous paper, for dot-matrix printers.
    #[serde(rename = "241x140")]
    Continuous,
    #[serde(rename = "60x40")]
    Label60x40,
    #[serde(rename = "100x70")]
    Label100x70,
    #[serde(rename = "custom")]
    Custom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    #[default]
    Portrait,
    Landscape,
}

impl Orientation {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    const fn is_portrait(&self) -> bool {
        matches!(self, Self::Portrait)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    pub top: u16,
    pub right: u16,
    pub bottom: u16,
    pub left: u16,
}

impl Margin {
    const fn of(vertical: u16, horizontal: u16) -> Self {
        Self { top: vertical, right: horizontal, bottom: vertical, left: horizontal }
    }
}

/// A sheet in millimetres, turned as it comes out of the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub width: u16,
    pub height: u16,
    pub margin: Margin,
}

impl PaperSize {
    /// Those with a size of their own.
    pub const NAMED: [Self; 5] = [Self::A4, Self::A5, Self::Continuous, Self::Label60x40, Self::Label100x70];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::Continuous => "241x140",
            Self::Label60x40 => "60x40",
            Self::Label100x70 => "100x70",
            Self::Custom => "custom",
        }
    }

    /// The named size that is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|size| size.name() == name)
    }

    /// Width, height and margins; a custom size has none of its own.
    const fn own(self) -> Option<Geometry> {
        let (width, height, margin) = match self {
            Self::A4 => (210, 297, Margin::of(15, 15)),
            Self::A5 => (148, 210, Margin::of(10, 10)),
            // The strips with the holes are not printed on.
            Self::Continuous => (241, 140, Margin { top: 6, right: 16, bottom: 8, left: 16 }),
            Self::Label60x40 => (60, 40, Margin::of(2, 2)),
            Self::Label100x70 => (100, 70, Margin::of(3, 3)),
            Self::Custom => return None,
        };
        Some(Geometry { width, height, margin })
    }
}

/// Sheets up to this height are labels: one sheet is one page, and is never numbered unless asked for.
const LABEL: u16 = 110;

impl Paper {
    #[must_use]
    pub fn of(size: PaperSize) -> Self {
        Self { size, ..Self::default() }
    }

    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    #[must_use]
    pub fn geometry(&self) -> Geometry {
        let custom = || {
            let (width, height) = (self.width.unwrap_or(100), self.height.unwrap_or(100));
            let margin = if height <= LABEL { Margin::of(2, 2) } else { Margin::of(12, 12) };
            Geometry { width, height, margin }
        };
        let own = self.size.own().unwrap_or_else(custom);
        let (width, height) = match self.orientation {
            Orientation::Portrait => (own.width, own.height),
            Orientation::Landscape => (own.height, own.width),
        };
        Geometry { width, height, margin: self.margin.unwrap_or(own.margin) }
    }

    #[must_use]
    pub fn is_label(&self) -> bool {
        self.geometry().height <= LABEL && self.size != PaperSize::Continuous
    }

    /// Paper for printers that strike: black on white, hairlines, letters of one width.
    #[must_use]
    pub fn is_struck(&self) -> bool {
        self.size == PaperSize::Continuous
    }
}
