//! A ledger: append-only moves and the balances they project.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    pub key: String,
    pub title: String,
    /// The table of moves; append-only.
    pub moves: String,
    /// The table of balances, one row per grain and key.
    pub balance: String,
    /// The finest grain: fields that both tables have.
    pub dimensions: Vec<String>,
    /// The quantity field of both tables.
    pub measure: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Valuation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<LedgerCheck>,
    /// The choice field of the balance table that names a row's grain.
    #[serde(default = "grain_field", skip_serializing_if = "is_grain_field")]
    pub grain: String,
    #[serde(default, skip_serializing_if = "Stamps::is_empty")]
    pub stamps: Stamps,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

fn grain_field() -> String {
    "grain".into()
}

fn is_grain_field(name: &str) -> bool {
    name == "grain"
}

/// Quantities set aside for documents that are not posted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The reserved quantity in the balance table.
    pub field: String,
    pub dimensions: Vec<String>,
}

/// What the quantities are worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Valuation {
    /// The amount field of both tables.
    pub field: String,
    pub dimensions: Vec<String>,
    pub method: ValuationMethod,
    /// Unit cost where nothing else is known: a link hop such as `item.std_cost`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuationMethod {
    /// An issue takes its share of the amount on hand; the last piece takes what is left.
    MovingAverage,
}

/// A condition that every touched balance of a grain must meet after a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerCheck {
    pub code: String,
    pub at: Grain,
    /// True when all is well; over the balance's fields.
    pub rule: String,
    /// Not checked where this is true; over the balance's dimensions and one link hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// `{need}` `{available}` and the dimensions with one link hop may be named.
    pub message: String,
}

/// The grains of balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Dimensions,
    Hold,
    Value,
}

impl Grain {
    /// The word in definitions and in the balance table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dimensions => "dimensions",
            Self::Hold => "hold",
            Self::Value => "value",
        }
    }
}

/// Fields of the moves table that the engine fills in, each if named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stamps {
    /// The measure's balance after the move, at the finest grain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_after: Option<String>,
    /// The amount after the move, at the value grain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_after: Option<String>,
    /// The key of the document's table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_table: Option<String>,
    /// The document's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// How the document is called: its display text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_title: Option<String>,
    /// The id of the document's line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The id of the move that this one takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses: Option<String>,
}

impl Stamps {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The fields named, each with the stamp's own name.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("measure_after", &self.measure_after),
            ("value_after", &self.value_after),
            ("document_table", &self.document_table),
            ("document_id", &self.document_id),
            ("document_title", &self.document_title),
            ("line", &self.line),
            ("phase", &self.phase),
            ("reverses", &self.reverses),
        ]
        .into_iter()
        .filter_map(|(name, field)| field.as_deref().map(|field| (name, field)))
    }
}

/// Months that can be closed. Read so that a definition may carry it; closing comes with the rest of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub table: String,
    pub date: String,
}

impl Ledger {
    /// The dimensions of a grain, or none where the ledger does not keep it.
    #[must_use]
    pub fn dimensions_of(&self, grain: Grain) -> Option<&[String]> {
        match grain {
            Grain::Dimensions => Some(&self.dimensions),
            Grain::Hold => self.hold.as_ref().map(|hold| hold.dimensions.as_slice()),
            Grain::Value => self.value.as_ref().map(|value| value.dimensions.as_slice()),
        }
    }

    /// The grain under which rows of `grain` are really kept: two grains with the same dimensions share their rows,
    /// so that a balance is one row where it can be.
    #[must_use]
    pub fn kept_as(&self, grain: Grain) -> Grain {
        let wanted = self.dimensions_of(grain);
        [Grain::Dimensions, Grain::Hold]
            .into_iter()
            .find(|earlier| *earlier < grain && same_set(self.dimensions_of(*earlier), wanted))
            .unwrap_or(grain)
    }

    /// The grains that have rows of their own.
    #[must_use]
    pub fn grains(&self) -> Vec<Grain> {
        [Grain::Dimensions, Grain::Hold, Grain::Value]
            .into_iter()
            .filter(|grain| self.dimensions_of(*grain).is_some() && self.kept_as(*grain) == *grain)
            .collect()
    }
}

fn same_set(one: Option<&[String]>, other: Option<&[String]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.len() == other.len() && one.iter().all(|name| other.contains(name)),
        _ => false,
    }
}

/// Field values of a post by expression, kept in the order written.
pub type Assignments = IndexMap<String, String>;
