//! An automation: what happens by itself when something else did, when a moment has come, when somebody presses a button or another
//! program calls.

use serde::{Deserialize, Serialize};

use super::{
    action::{self, Step, WebhookStep},
    flow::{Expression, ExpressionKind},
    view::FilterDocument,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automation {
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whose records set it off, or are gone through. A schedule and a call from outside do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    pub on: Trigger,
    /// Whether it runs; always, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    pub steps: Vec<Step>,
    #[serde(default, rename = "as", skip_serializing_if = "RunsAs::is_app")]
    pub runs_as: RunsAs,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
}

/// What sets an automation off, told apart by `"event"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Trigger {
    /// A record came to be. One that is a draft first comes to be when it is submitted for the first time.
    Created,
    /// A record was changed; drafts are not looked at.
    Changed(Changed),
    /// A record came into a state of its flow.
    Entered(Entered),
    /// A date of a record has come, or is so far away.
    Date(DateTrigger),
    /// A moment of the calendar: once, or once for each record of the table that meets the condition.
    Schedule(Schedule),
    /// Somebody presses its button on a record.
    Button(ButtonTrigger),
    /// Another program calls its address.
    InboundWebhook,
}

/// `{"event": "changed", "fields": ["qty"]}`: any field, where none is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// `{"event": "entered", "state": "approved"}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entered {
    pub state: State,
}

/// The states of a record under a flow that an automation can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Taken back by its starter.
    Draft,
    InApproval,
    Approved,
    Rejected,
    Revoked,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Draft, Self::InApproval, Self::Approved, Self::Rejected, Self::Revoked];

    /// As records carry it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InApproval => "in_approval",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }
}

/// `{"event": "date", "field": "due_on", "offset": "-3d", "time": "09:00"}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateTrigger {
    /// A date or a date with time of the record.
    pub field: String,
    /// So long after it, or before with a minus: `-3d`, `2w`, and for a field with a time `30m`, `-4h` too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// The time of the day, `09:00`; midnight for a date, and the field's own for one with time, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// `{"event": "schedule", "cron": "0 8 * * 1-5"}`: minute, hour, day, month, day of the week in the organisation's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub cron: String,
}

/// `{"event": "button", "title": "…", "confirm": {"message": "…"}}`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ButtonTrigger {
    /// The word on it; the automation's title, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Asked before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<super::form::Question>,
}

/// A condition: an expression, or rows of conditions in the filter language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum When {
    Expression(String),
    Filter(FilterDocument),
}

/// With whose rights the steps run: as the app on its own tables, as those of a flow do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsAs {
    #[default]
    App,
}

impl RunsAs {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    const fn is_app(&self) -> bool {
        matches!(self, Self::App)
    }
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_yes(value: &bool) -> bool {
    *value
}

impl Trigger {
    /// The name by which documents and pages know it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed(_) => "changed",
            Self::Entered(_) => "entered",
            Self::Date(_) => "date",
            Self::Schedule(_) => "schedule",
            Self::Button(_) => "button",
            Self::InboundWebhook => "inbound_webhook",
        }
    }

    /// Whether it means nothing without a table.
    #[must_use]
    pub const fn needs_table(&self) -> bool {
        !matches!(self, Self::Schedule(_) | Self::InboundWebhook)
    }

    /// Whether it runs for a record: a schedule does where a table is named, a call from outside never.
    #[must_use]
    pub const fn has_record(&self) -> bool {
        !matches!(self, Self::InboundWebhook)
    }

    /// Whether a person's write sets it off, inside that write's transaction.
    #[must_use]
    pub const fn is_of_write(&self) -> bool {
        matches!(self, Self::Created | Self::Changed(_) | Self::Entered(_) | Self::Button(_))
    }
}

/// What another program sent, by this name in rules: `event.number`.
pub const EVENT: &str = "event";
/// The record as it was before it was changed, by this name in rules: `before.qty`.
pub const BEFORE: &str = "before";
/// The record that an update finds, by this name in its values: `target.qty + 1`.
pub const TARGET: &str = "target";

impl Automation {
    /// The table whose record is bound, where one is.
    #[must_use]
    pub fn bound_table(&self) -> Option<&str> {
        self.table.as_deref().filter(|_| self.on.has_record())
    }

    /// Names beside the record's fields, apart from what single steps bind.
    #[must_use]
    pub const fn variables(&self) -> &'static [&'static str] {
        match self.on {
            Trigger::InboundWebhook => &[EVENT],
            Trigger::Changed(_) => &[BEFORE],
            _ => &[],
        }
    }

    /// Every expression with its place.
    #[must_use]
    pub fn expressions(&self) -> Vec<Expression<'_>> {
        let mut found = Vec::new();
        if let Some(When::Expression(text)) = &self.when {
            found.push(Expression { pointer: "/when".into(), text, kind: ExpressionKind::Condition, lines: None });
        }
        action::expressions(&self.steps, "/steps", None, &mut found);
        found
    }

    /// Every call to the outside, with its place.
    #[must_use]
    pub fn webhooks(&self) -> Vec<(String, &WebhookStep)> {
        let mut found = Vec::new();
        action::webhooks(&self.steps, "/steps", &mut found);
        found
    }

    /// The word on its button, where it has one.
    #[must_use]
    pub fn button_title(&self) -> Option<&str> {
        match &self.on {
            Trigger::Button(button) => Some(button.title.as_deref().unwrap_or(&self.title)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automation_is_written_back_as_it_was_read() {
        let check = |text: &str| {
            let automation: Automation = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&automation).unwrap(), text);
            automation
        };
        let steps = r#""steps":[{"do":"fail","message":"no"}]"#;
        check(&format!(r#"{{"key":"a","title":"A","table":"order","on":{{"event":"created"}},{steps}}}"#));
        let changed = check(&format!(
            r#"{{"key":"a","title":"A","table":"order","on":{{"event":"changed","fields":["qty"]}},"when":"qty > 1",{steps},"enabled":false}}"#
        ));
        assert_eq!(changed.expressions().len(), 1);
        check(&format!(
            r#"{{"key":"a","title":"A","table":"order","on":{{"event":"entered","state":"approved"}},"when":{{"field":"qty","op":"gt","value":"1"}},{steps}}}"#
        ));
        check(&format!(
            r#"{{"key":"a","title":"A","table":"order","on":{{"event":"date","field":"due","offset":"-3d","time":"09:00"}},{steps}}}"#
        ));
        check(&format!(r#"{{"key":"a","title":"A","on":{{"event":"schedule","cron":"0 8 * * *"}},{steps}}}"#));
        check(&format!(r#"{{"key":"a","title":"A","on":{{"event":"inbound_webhook"}},{steps}}}"#));
    }
}
