//! One field of a form or one cell of a lines grid: its label, its control, its error.

use super::cell::Cell;
use super::file::Files;

/// A field and its control.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name it is posted under: a path such as `customer` or `lines.0.qty`.
    pub name: String,
    pub label: String,
    pub required: bool,
    /// Stands under the control.
    pub help: String,
    pub placeholder: String,
    /// Takes the whole width of its section.
    pub wide: bool,
    pub widget: Widget,
    pub look: Look,
    /// A code can be scanned into it.
    pub scan: bool,
    /// What is wrong, why, and what to do.
    pub error: Option<String>,
}

/// How a control looks, where that is not the usual way of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    #[default]
    Usual,
    /// Options under each other.
    Radio,
    /// One less, one more.
    Stepper,
    Switch,
}

impl Field {
    pub fn new(name: impl Into<String>, label: impl Into<String>, widget: Widget) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            required: false,
            help: String::new(),
            placeholder: String::new(),
            wide: false,
            widget,
            look: Look::Usual,
            scan: false,
            error: None,
        }
    }

    /// The id of the control, for labels and for links from an error.
    pub fn id(&self) -> String {
        control_id(&self.name)
    }

    pub fn error_id(&self) -> String {
        format!("{}-error", self.id())
    }

    pub fn read_only(&self) -> bool {
        matches!(self.widget, Widget::ReadOnly(_))
    }

    /// Radio buttons and checkboxes are a group with a legend, not one control with a label.
    pub fn grouped(&self) -> bool {
        matches!(self.widget, Widget::Segmented(_) | Widget::Choices(_) | Widget::Parts(_) | Widget::Files(_))
    }

    /// The ids an assistive program reads with the control.
    pub fn described_by(&self) -> Option<String> {
        let id = self.id();
        match (self.error.is_some(), self.help.is_empty()) {
            (true, true) => Some(format!("{id}-error")),
            (true, false) => Some(format!("{id}-error {id}-help")),
            (false, false) => Some(format!("{id}-help")),
            (false, true) => None,
        }
    }
}

/// The id of the control that is posted under `name`.
pub fn control_id(name: &str) -> String {
    format!("f-{}", name.replace('.', "-"))
}

/// The control of a field. Values are as they are posted, not as they are shown: `1234.5`, `2026-11-20`.
#[derive(Debug, Clone, PartialEq)]
pub enum Widget {
    Text {
        value: String,
        kind: TextKind,
        max_length: Option<u32>,
    },
    Multiline {
        value: String,
        max_length: Option<u32>,
    },
    /// Formatted text as HTML. Without scripts the HTML itself is edited.
    RichText {
        value: String,
    },
    /// Text of which every character counts, in the monospaced face.
    Code {
        value: String,
    },
    /// Typed anew or left blank, which keeps what there is. `set` says that there is something, which can be cleared.
    Secret {
        value: String,
        set: bool,
    },
    /// `1:30`.
    Duration(String),
    /// `31.230416,121.473701 Old harbour`; with scripts a button asks where the device is.
    Location(String),
    /// Parts that are posted under names of their own (`address.city`).
    Parts(Vec<Part>),
    /// `unit` stands behind the box and may be empty.
    Number {
        value: String,
        integer: bool,
        unit: String,
    },
    /// One box to tick, posted as `true` or not at all.
    Checkbox {
        checked: bool,
        label: String,
    },
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DDTHH:MM`, in the time zone the page shows.
    DateTime(String),
    /// `HH:MM`.
    Time(String),
    /// One of a list. `blank` is the word for none; without it the first option is preselected.
    Select {
        options: Vec<Choice>,
        blank: Option<String>,
    },
    /// One out of a tree. The options are all paths (`east/harbour`); with scripts there is a list for each level.
    Cascade {
        options: Vec<Step>,
        blank: String,
    },
    /// One of at most five, all in sight.
    Segmented(Vec<Choice>),
    /// Any of a list, as boxes to tick.
    Choices(Vec<Choice>),
    /// One or more records or people, searched on the server.
    Picker(Picker),
    /// Files, each posted by its id.
    Files(Files),
    /// Shown, never posted.
    ReadOnly(Cell),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextKind {
    #[default]
    Text,
    /// A code: monospaced.
    Code,
    Email,
    Phone,
    Url,
    Search,
}

impl TextKind {
    /// The `type` attribute.
    pub fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Code => "text",
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Url => "url",
            Self::Search => "search",
        }
    }
}

/// One of several boxes that make up a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The last part of its posted name: `city`.
    pub name: &'static str,
    pub label: String,
    pub value: String,
    /// Takes the whole width.
    pub wide: bool,
}

/// One option of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Values from the root with `/` between them, as it is posted.
    pub path: String,
    /// Titles from the root.
    pub label: String,
    /// Its own title.
    pub title: String,
    pub selected: bool,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub selected: bool,
    /// A second, softer word such as a code or a department; may be empty.
    pub note: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self { value: value.into(), label: label.into(), selected, note: String::new() }
    }
}

/// Chooses records or people by typing. Without scripts it is a plain list of `options`.
///
/// `GET {search_url}&q=…` (or `?q=`) answers a [`super::picker::PickerFragment`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    pub search_url: String,
    pub multiple: bool,
    /// All that are chosen, marked `selected`, and as many others as are worth offering without a search (some 50 for a
    /// field of a record; none for a line).
    pub options: Vec<Choice>,
}

impl Picker {
    pub fn chosen(&self) -> impl Iterator<Item = &Choice> {
        self.options.iter().filter(|option| option.selected)
    }

    /// What the box shows: the label of the one that is chosen; nothing where more may be chosen.
    pub fn shown(&self) -> &str {
        if self.multiple { "" } else { self.chosen().next().map_or("", |choice| choice.label.as_str()) }
    }
}

impl Widget {
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text { value: value.into(), kind: TextKind::Text, max_length: None }
    }

    pub fn decimal(value: impl Into<String>) -> Self {
        Self::Number { value: value.into(), integer: false, unit: String::new() }
    }
}
