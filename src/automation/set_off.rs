//! Which automations a write sets off.

use crate::{
    base::value::Document,
    definition::{
        app::App,
        automation::{Automation, Trigger},
    },
};

/// What happened to a record.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    Created,
    Changed {
        before: &'a Document,
        after: &'a Document,
    },
    /// It came into this state.
    Entered {
        state: &'a str,
    },
}

impl Event<'_> {
    /// As run logs name it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed { .. } => "changed",
            Self::Entered { .. } => "entered",
        }
    }
}

/// Whether any automation that is on listens to a table's writes: where none does, nothing needs to be compared.
#[must_use]
pub fn listens(app: &App, table: &str) -> bool {
    app.automations.values().any(|automation| {
        automation.enabled
            && automation.table.as_deref() == Some(table)
            && matches!(automation.on, Trigger::Created | Trigger::Changed(_) | Trigger::Entered(_))
    })
}

/// The automations that the event sets off, in the order of their keys. Their conditions are not looked at.
pub fn set_off<'a>(app: &'a App, table: &str, event: Event<'_>) -> Vec<&'a Automation> {
    let mut found: Vec<&Automation> = app
        .automations
        .values()
        .filter(|automation| automation.enabled && automation.table.as_deref() == Some(table))
        .filter(|automation| match (&automation.on, event) {
            (Trigger::Created, Event::Created) => true,
            (Trigger::Changed(changed), Event::Changed { before, after }) => match changed.fields.as_slice() {
                [] => before != after,
                fields => fields.iter().any(|field| differs(before, after, field)),
            },
            (Trigger::Entered(entered), Event::Entered { state }) => entered.state.name() == state,
            _ => false,
        })
        .collect();
    found.sort_by(|one, other| one.key.cmp(&other.key));
    found
}

/// A field, lines as a whole, or a column of lines (`lines.qty`) is not what it was.
fn differs(before: &Document, after: &Document, path: &str) -> bool {
    match path.split_once('.') {
        None => before.get(path) != after.get(path) || before.lines_of(path) != after.lines_of(path),
        Some((lines, column)) => {
            let cells = |document: &Document| {
                document.lines_of(lines).iter().map(|line| (line.id, line.get(column).clone())).collect::<Vec<_>>()
            };
            cells(before) != cells(after)
        }
    }
}
