//! A view: a saved list of a table.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A filter as it is written in a definition; `query::Filter` is what it means.
pub type FilterDocument = serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    pub key: String,
    pub table: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "is_grid")]
    pub kind: ViewKind,
    pub columns: Vec<ViewColumn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterDocument>,
    /// Field keys, `-` in front for descending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Field keys by whose values the records stand together, the outermost first; `-` in front for descending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<String>,
    /// What is worked out over all listed records, by field key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub totals: IndexMap<String, Total>,
    /// How many of the first columns stay in sight while the others scroll sideways.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub frozen: usize,
    #[serde(default, skip_serializing_if = "is_normal")]
    pub row_height: RowHeight,
    /// Kanban: the field whose values are its columns, or `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Calendar: the field with the first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Calendar: the field with the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Calendar: the choice whose colours the records have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_by: Option<String>,
    /// Calendar: how much of it shows first.
    #[serde(default, skip_serializing_if = "is_month")]
    pub span: Span,
    /// Kanban and gallery: the field whose first picture stands on the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// How records show. Of a card the first column is its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    #[default]
    Grid,
    /// Cards in columns by the value of a field.
    Kanban,
    /// Records on their days.
    Calendar,
    /// Cards with pictures.
    Gallery,
}

impl ViewKind {
    pub const ALL: [Self; 4] = [Self::Grid, Self::Kanban, Self::Calendar, Self::Gallery];

    /// The word in a definition.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Kanban => "kanban",
            Self::Calendar => "calendar",
            Self::Gallery => "gallery",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How many days a calendar shows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    #[default]
    Month,
    Week,
    /// One day below the other.
    Days,
}

impl Span {
    pub const ALL: [Self; 3] = [Self::Month, Self::Week, Self::Days];

    /// The word in a definition.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
            Self::Days => "days",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == name)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_month(span: &Span) -> bool {
    matches!(span, Span::Month)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_grid(kind: &ViewKind) -> bool {
    matches!(kind, ViewKind::Grid)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_normal(height: &RowHeight) -> bool {
    matches!(height, RowHeight::Normal)
}

/// The most levels of groups.
pub const MOST_GROUPS: usize = 3;
/// The most columns that stay in sight.
pub const MOST_FROZEN: usize = 5;
/// The widths a column may have, in CSS pixels.
pub const WIDTHS: std::ops::RangeInclusive<u32> = 48..=800;

/// A figure over the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    Sum,
    Average,
    Min,
    Max,
    /// How many records have a value.
    Count,
    CountDistinct,
}

impl Total {
    pub const ALL: [Self; 6] = [Self::Sum, Self::Average, Self::Min, Self::Max, Self::Count, Self::CountDistinct];

    /// The word in a definition.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Average => "average",
            Self::Min => "min",
            Self::Max => "max",
            Self::Count => "count",
            Self::CountDistinct => "count_distinct",
        }
    }

    /// The figure as measures are written: `avg(amount)`.
    #[must_use]
    pub fn measure(self, field: &str) -> String {
        let function = if self == Self::Average { "avg" } else { self.as_str() };
        format!("{function}({field})")
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|total| total.as_str() == name)
    }
}

/// How much room a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowHeight {
    Compact,
    #[default]
    Normal,
    /// Several lines of text.
    Tall,
}

impl RowHeight {
    pub const ALL: [Self; 3] = [Self::Compact, Self::Normal, Self::Tall];

    /// The word in a definition.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Normal => "normal",
            Self::Tall => "tall",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|height| height.as_str() == name)
    }
}

/// A column: a field's key alone, or with how it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ViewColumn {
    Field(String),
    Detailed(ColumnDetail),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDetail {
    /// A field of the table, or one link hop: `item.code`.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A second field, small, under the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<ColumnDisplay>,
    /// In CSS pixels; as wide as its content where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
}

/// How a number shows, other than as digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum ColumnDisplay {
    /// A bar from 0 to the largest of the field and `of`, with the field's share filled.
    Level { of: String },
    /// What is left of something: red at zero and below.
    Remaining,
}

impl ViewColumn {
    #[must_use]
    pub fn width(&self) -> Option<u32> {
        self.detail()?.width
    }

    /// The same column with another width.
    #[must_use]
    pub fn sized(self, width: Option<u32>) -> Self {
        match (self, width) {
            (Self::Field(field), None) => Self::Field(field),
            (Self::Field(field), width) => {
                Self::Detailed(ColumnDetail { field, title: None, under: None, display: None, width })
            }
            (Self::Detailed(detail), width) => Self::Detailed(ColumnDetail { width, ..detail }),
        }
    }

    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Field(field) => field,
            Self::Detailed(detail) => &detail.field,
        }
    }

    #[must_use]
    pub const fn detail(&self) -> Option<&ColumnDetail> {
        match self {
            Self::Field(_) => None,
            Self::Detailed(detail) => Some(detail),
        }
    }
}

impl View {
    /// A grid of a table that shows everything as it is.
    #[must_use]
    pub fn new(table: &str, title: &str) -> Self {
        Self {
            key: String::new(),
            table: table.to_owned(),
            title: title.to_owned(),
            kind: ViewKind::Grid,
            columns: Vec::new(),
            filter: None,
            sort: Vec::new(),
            group: Vec::new(),
            totals: IndexMap::new(),
            frozen: 0,
            row_height: RowHeight::Normal,
            by: None,
            start: None,
            end: None,
            color_by: None,
            span: Span::Month,
            cover: None,
            icon: None,
        }
    }

    /// The fields that the kind of view is drawn by, each with the name of its member.
    pub fn drawn_by(&mut self) -> [(&'static str, &mut Option<String>); 5] {
        [
            ("by", &mut self.by),
            ("start", &mut self.start),
            ("end", &mut self.end),
            ("color_by", &mut self.color_by),
            ("cover", &mut self.cover),
        ]
    }

    /// `(field, descending)` in order.
    pub fn sort_keys(&self) -> impl Iterator<Item = (&str, bool)> {
        directed(&self.sort)
    }

    /// `(field, descending)`, the outermost group first.
    pub fn group_keys(&self) -> impl Iterator<Item = (&str, bool)> {
        directed(&self.group)
    }
}

/// `-key` as `(key, descending)`.
fn directed(keys: &[String]) -> impl Iterator<Item = (&str, bool)> {
    keys.iter().map(|key| match key.strip_prefix('-') {
        Some(field) => (field, true),
        None => (key.as_str(), false),
    })
}
