//! One value as it is shown: in a grid, in a lines table, as a fact of a record, as a read-only field.

use super::file::FileItem;

/// The meaning of a colour. Never the only carrier of the meaning: a word stands with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    /// Under way.
    Now,
    /// Done.
    Ok,
    /// Waits for somebody, or near a limit.
    Warn,
    /// Refused, failed, or over a limit.
    Bad,
    /// Not yet submitted.
    Draft,
    /// Void.
    Off,
    /// A hint.
    Info,
}

impl Tone {
    /// The CSS class of the tone.
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Now => "now",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Draft => "draft",
            Self::Off => "off",
            Self::Info => "info",
        }
    }

    /// The tone for a colour named in a definition's options: `green`, `amber` or `orange`, `red`, `blue`, `grey`.
    pub fn of_colour(colour: &str) -> Self {
        match colour {
            "green" => Self::Ok,
            "amber" | "orange" | "yellow" => Self::Warn,
            "red" => Self::Bad,
            "blue" => Self::Info,
            _ => Self::Plain,
        }
    }
}

/// Where a thing is in its life: a dot and a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub tone: Tone,
    pub label: String,
}

impl Status {
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self { tone, label: label.into() }
    }
}

/// A fact about a thing, in a small box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub tone: Tone,
    pub label: String,
}

impl Tag {
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self { tone, label: label.into() }
    }

    /// The CSS class: a tag knows no `now` and no `off`.
    pub fn class(&self) -> &'static str {
        match self.tone {
            Tone::Plain | Tone::Off => "",
            Tone::Now => "info",
            other => other.class(),
        }
    }
}

/// Somebody, with the one character their avatar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Role or department, may be empty.
    pub title: String,
    pub mark: String,
}

impl Person {
    /// A person whose avatar shows the first character of the name: the surname in Chinese.
    pub fn new(name: impl Into<String>, title: impl Into<String>) -> Self {
        let name = name.into();
        let mark = name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
        Self { name, title: title.into(), mark }
    }

    /// Shows the last character of the name instead, where two people on a page share the first.
    pub fn marked_by_last(mut self) -> Self {
        self.mark = self.name.chars().last().map(String::from).unwrap_or_default();
        self
    }
}

/// One value, ready to show.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// No value; drawn as a dash.
    #[default]
    Empty,
    Text(String),
    /// Several lines of text; line breaks are kept.
    Multiline(String),
    /// Formatted text: HTML that passed the allow list of `rich_text`.
    Rich(String),
    /// Text whose blanks and line breaks mean something.
    Preformatted(String),
    /// A number or code of a document, in the monospaced face.
    Code(String),
    /// A link to a record, or to an address given as value.
    Link {
        label: String,
        href: String,
    },
    /// Several links, for a field that links to more than one record.
    Links(Vec<(String, String)>),
    /// A formatted number with an optional unit and an optional small second line.
    Number {
        value: String,
        unit: String,
        note: String,
        tone: Tone,
    },
    Status(Status),
    Tags(Vec<Tag>),
    Bool(bool),
    /// A date or time, formatted; `machine` is the ISO form.
    Time {
        label: String,
        machine: String,
    },
    Person(Person),
    People(Vec<Person>),
    /// A name above a code: the usual face of a thing. `href` may be empty.
    Titled {
        title: String,
        code: String,
        href: String,
    },
    /// From one value to another.
    Change {
        from: String,
        to: String,
    },
    Level(Level),
    Files(Vec<FileItem>),
    /// The reader may not see it. Never confuse with [`Cell::Empty`].
    Masked,
}

impl Cell {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub fn text(value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() { Self::Empty } else { Self::Text(value) }
    }

    pub fn number(value: impl Into<String>) -> Self {
        Self::Number { value: value.into(), unit: String::new(), note: String::new(), tone: Tone::Plain }
    }

    /// Whether it contains links of its own, so that it cannot stand inside one.
    pub fn links(&self) -> bool {
        match self {
            Self::Link { .. } | Self::Links(_) | Self::Files(_) => true,
            Self::Titled { href, .. } => !href.is_empty(),
            _ => false,
        }
    }

    pub fn time(label: impl Into<String>, machine: impl Into<String>) -> Self {
        Self::Time { label: label.into(), machine: machine.into() }
    }
}

/// A quantity drawn as a dimension line: a bar from zero to the value, with ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    pub value: f64,
    /// The right end of the line, in the unit of `value`; greater than zero.
    pub max: f64,
    /// Ticks, for example a lower and an upper limit, in the unit of `value`.
    pub marks: Vec<f64>,
    /// `Bad`, `Warn` or `Plain`.
    pub tone: Tone,
    /// What the drawing says, in words.
    pub label: String,
}

impl Level {
    const LEFT: f64 = 4.0;
    const WIDTH: f64 = 112.0;

    /// A level whose line ends a little beyond the greatest mark.
    pub fn new(value: f64, marks: Vec<f64>, tone: Tone, label: impl Into<String>) -> Self {
        let greatest = marks.iter().copied().fold(0.0_f64, f64::max);
        let max = if greatest > 0.0 { greatest * 1.24 } else { value.max(1.0) };
        Self { value, max, marks, tone, label: label.into() }
    }

    fn place(&self, amount: f64) -> f64 {
        let share = if self.max > 0.0 { amount / self.max } else { 0.0 };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        ((Self::LEFT + Self::WIDTH * share) * 10.0).round() / 10.0
    }

    /// The x of the bar's end, in the drawing's units.
    pub fn end(&self) -> f64 {
        self.place(self.value)
    }

    /// The SVG path of the ticks.
    pub fn ticks(&self) -> String {
        self.marks.iter().map(|mark| format!("M{} 5v10", self.place(*mark))).collect()
    }
}

/// A value with its label, as shown on a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub label: String,
    pub value: Cell,
    /// Takes the whole width.
    pub wide: bool,
}

impl Fact {
    pub fn new(label: impl Into<String>, value: Cell) -> Self {
        Self { label: label.into(), value, wide: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_stays_on_its_line() {
        let level = Level::new(6720.0, vec![600.0, 2400.0], Tone::Warn, "");
        assert_eq!(level.end(), 116.0);
        assert_eq!(level.ticks(), "M26.6 5v10M94.3 5v10");
        assert_eq!(Level::new(-5.0, vec![], Tone::Bad, "").end(), 4.0);
        assert_eq!(Level { value: 1.0, max: 0.0, marks: vec![], tone: Tone::Plain, label: String::new() }.end(), 4.0);
    }

    #[test]
    fn the_avatar_shows_one_character() {
        assert_eq!(Person::new("李敏", "").mark, "李");
        assert_eq!(Person::new("王磊", "").marked_by_last().mark, "磊");
        assert_eq!(Person::new("", "").mark, "");
    }
}
