//! Where a case is, and what happened to it.

use super::cell::{Person, Status, Tone};

/// One step of the path of a case, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub label: String,
    /// Who and when, or why it will be skipped; may be empty.
    pub note: String,
    pub state: StepState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    /// Will be passed by; the note says why.
    Skipped,
    Ahead,
    /// The case ended here with a refusal.
    Refused,
}

impl StepState {
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Skipped => "skip",
            Self::Ahead => "ahead",
            Self::Refused => "refused",
        }
    }

    pub fn is_now(self) -> bool {
        self == Self::Now
    }
}

/// One entry of a case's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    pub who: Person,
    /// What they did, for example `同意`; may be empty where a status says it.
    pub verb: String,
    pub status: Option<Status>,
    /// Formatted; `machine` is RFC 3339 and may be empty.
    pub time: String,
    pub machine: String,
    pub opinion: String,
    /// Still to come.
    pub ahead: bool,
}

/// One change of a record: who, when, and each field from what to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub who: Person,
    pub verb: String,
    pub time: String,
    pub machine: String,
    pub changes: Vec<FieldChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub label: String,
    /// Empty for no value.
    pub from: String,
    pub to: String,
}

/// The tone of a record's state word: `draft`, `in_approval`, `approved`, `rejected`, `revoked`.
pub fn state_tone(state: &str) -> Tone {
    match state {
        "draft" => Tone::Draft,
        "in_approval" => Tone::Now,
        "approved" => Tone::Ok,
        "rejected" => Tone::Bad,
        "revoked" => Tone::Off,
        _ => Tone::Plain,
    }
}
