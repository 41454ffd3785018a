//! Things a reader can press: buttons, links and tabs, as data.

/// A button or link in a page head, an empty state, a refusal or a record's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub label: String,
    /// A name from [`crate::web::view::icon::ICONS`].
    pub icon: Option<String>,
    pub tone: ActionTone,
    pub does: Does,
    /// Asked before a [`Does::Post`], only for what cannot be undone.
    pub confirm: Option<Confirm>,
    /// Left out on phones, where the page has less room.
    pub wide_only: bool,
}

/// How much an action stands out. A view has at most one `Primary`, given last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionTone {
    Primary,
    Plain,
    Quiet,
    Danger,
}

/// What pressing an action does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Opens this address.
    Link(String),
    /// Posts these hidden values to this address.
    Post { to: String, values: Vec<(String, String)> },
}

/// The question asked before an action that cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    pub title: String,
    pub body: String,
    /// The word on the button that goes ahead.
    pub button: String,
}

impl Action {
    /// A plain link button.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: None,
            tone: ActionTone::Plain,
            does: Does::Link(href.into()),
            confirm: None,
            wide_only: false,
        }
    }

    /// A plain button that posts `values` to `to`.
    pub fn post(label: impl Into<String>, to: impl Into<String>, values: Vec<(String, String)>) -> Self {
        Self {
            label: label.into(),
            icon: None,
            tone: ActionTone::Plain,
            does: Does::Post { to: to.into(), values },
            confirm: None,
            wide_only: false,
        }
    }

    pub fn icon(mut self, name: impl Into<String>) -> Self {
        self.icon = Some(name.into());
        self
    }

    pub fn tone(mut self, tone: ActionTone) -> Self {
        self.tone = tone;
        self
    }

    pub fn primary(self) -> Self {
        self.tone(ActionTone::Primary)
    }

    pub fn confirm(mut self, title: impl Into<String>, body: impl Into<String>, button: impl Into<String>) -> Self {
        self.confirm = Some(Confirm { title: title.into(), body: body.into(), button: button.into() });
        self
    }

    pub fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self
    }
}

impl ActionTone {
    /// The CSS classes of a button in this tone.
    pub fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn primary",
            Self::Plain => "btn",
            Self::Quiet => "btn quiet",
            Self::Danger => "btn danger",
        }
    }
}

/// One of several views of the same page, chosen by a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub current: bool,
    /// Shown behind the label, for example `7` or `99+`.
    pub count: Option<String>,
    /// The count asks for the reader's work.
    pub hot: bool,
}

impl Tab {
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), current, count: None, hot: false }
    }

    pub fn count(mut self, count: impl Into<String>, hot: bool) -> Self {
        self.count = Some(count.into());
        self.hot = hot;
        self
    }
}
