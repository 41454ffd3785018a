//! Records on their days: a month or a week as a table of days, or one day below the other.

use super::action::Tab;
use super::cards::Mover;
use super::cell::{Cell, Tag, Tone};

#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The month, or the first and the last day.
    pub title: String,
    /// `month`, `week` or `days`.
    pub span: &'static str,
    pub spans: Vec<Tab>,
    pub previous: String,
    pub next: String,
    pub today: String,
    /// Short and whole names, from Monday.
    pub weekdays: Vec<(String, String)>,
    pub weeks: Vec<Vec<Day>>,
    /// Days with all of their records, below the table or instead of it.
    pub agenda: Vec<AgendaDay>,
    /// What the colours mean.
    pub legend: Vec<Tag>,
    pub move_url: Option<String>,
    pub mover: Option<Mover>,
}

/// A day in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// `2026-11-05`.
    pub date: String,
    /// `5`, and on the first day of a month its name too.
    pub number: String,
    /// In words, with how many records there are.
    pub label: String,
    pub today: bool,
    /// Belongs to the month before or after.
    pub outside: bool,
    pub chosen: bool,
    /// All of the day's records.
    pub href: String,
    /// The same month with this day's records below it, for small screens.
    pub pick: String,
    /// Makes a record on this day.
    pub new: Option<(String, String)>,
    /// The lines of the day from the top; a record of several days stands on the same line of each.
    pub lines: Vec<Option<Entry>>,
    /// How many more there are.
    pub more: Option<String>,
    /// A dot for each record, as many as fit.
    pub dots: Vec<Tone>,
}

impl Day {
    /// The number of the day alone.
    pub fn short(&self) -> &str {
        self.date.rsplit('-').next().map_or("", |day| day.trim_start_matches('0'))
    }
}

/// A record on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: i64,
    pub version: i64,
    pub href: String,
    pub title: String,
    /// `09:30`; empty where only days are known.
    pub time: String,
    pub tone: Tone,
    /// What the colour means; may be empty.
    pub meaning: String,
    /// What else there is to say of it in a row of its own; may be empty.
    pub facts: String,
    /// The record's first day, which is moved.
    pub day: String,
    /// Its first and its last day are this one.
    pub starts: bool,
    pub ends: bool,
    /// The days on which it stands in this row from here on, and whether its words are written here.
    pub reach: usize,
    pub written: bool,
    pub moves: bool,
}

/// A day with everything on it.
#[derive(Debug, Clone, PartialEq)]
pub struct AgendaDay {
    pub date: String,
    pub label: String,
    pub today: bool,
    pub new: Option<(String, String)>,
    pub items: Vec<AgendaItem>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AgendaItem {
    pub entry: Entry,
    pub title: Cell,
    /// From when to when, for records of several days; may be empty.
    pub reach: String,
    pub fields: Vec<(String, Cell)>,
    /// Where the reader chooses another day; nothing where they may not move it.
    pub mover: Option<String>,
}
