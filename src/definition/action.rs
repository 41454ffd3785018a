//! The steps of an action: what a flow's hooks, its action nodes, buttons and automations do to data.
//!
//! A step is data that a person can build without code. Its values are expressions, kept here as text; compiling and running them is the
//! work of others.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::flow::{Expression, ExpressionKind, Who};

/// One step, told apart by `"do"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Step {
    /// Writes moves into a ledger.
    Post(LedgerStep),
    /// Takes a hold on a ledger's balance.
    Reserve(LedgerStep),
    /// Gives a hold back.
    Release(LedgerStep),
    /// Writes the exact negation of what this document posted before.
    Reverse(LedgerStep),
    /// Sets fields of the record, or of each line.
    Set(SetStep),
    /// Sends a notice after commit.
    Notify(NotifyStep),
    /// Refuses the whole command with a message.
    Fail(FailStep),
    /// Runs the steps of one side of a condition.
    If(IfStep),
    /// Runs steps once for each line of a lines field.
    ForEach(ForEachStep),
    /// Makes a record of a table.
    Create(CreateStep),
    /// Changes records of a table.
    Update(UpdateStep),
    /// Moves records of a table to the trash.
    Delete(DeleteStep),
    /// Calls another program after commit.
    Webhook(WebhookStep),
}

/// `{"do": "post", "ledger": "points", "for_each": "lines", "phase": "in", "set": {"qty": "line.qty"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerStep {
    pub ledger: String,
    /// The key of a lines field; each of its lines is bound to `line` in turn. Without it the step runs once for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// Part of the name under which a ledger posts once: (document, line, phase).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Field of the ledger's moves → expression.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: IndexMap<String, String>,
}

/// `{"do": "set", "values": {"checked_on": "today()"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStep {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// Field → expression.
    pub values: IndexMap<String, String>,
}

/// `{"do": "notify", "who": [{"rule": "starter"}], "message": "{no} 已通过"}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifyStep {
    pub who: Vec<Who>,
    /// A template with `{field}` places, masked for each receiver.
    pub message: String,
}

/// `{"do": "fail", "message": "…", "code": "over_budget"}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailStep {
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// `{"do": "if", "when": "amount > 0", "then": […], "else": […]}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IfStep {
    pub when: String,
    pub then: Vec<Step>,
    #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Step>,
}

/// `{"do": "for_each", "lines": "lines", "steps": […]}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForEachStep {
    pub lines: String,
    pub steps: Vec<Step>,
}

/// `{"do": "create", "table": "task", "values": {"name": "record.title"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateStep {
    pub table: String,
    /// Once for each line of this lines field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// Field of the new record → expression.
    pub values: IndexMap<String, String>,
    /// Submits it, in the name of whoever caused it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub submit: bool,
}

/// `{"do": "update", "table": "shelf", "record": "shelf", "values": {"used": "target.used + qty"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateStep {
    pub table: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// An expression that gives the id of a record: a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Field → expression that it equals.
    #[serde(default, rename = "where", skip_serializing_if = "IndexMap::is_empty")]
    pub matching: IndexMap<String, String>,
    /// Field of the record found → expression; `target` is that record as it is.
    pub values: IndexMap<String, String>,
}

/// `{"do": "delete", "table": "shelf", "where": {"code": "event.code"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteStep {
    pub table: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// An expression that gives the id of a record: a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Field → expression that it equals.
    #[serde(default, rename = "where", skip_serializing_if = "IndexMap::is_empty")]
    pub matching: IndexMap<String, String>,
}

/// Which records of a table are meant: the one that a link names, or all that hold these values.
#[derive(Clone, Copy, Debug)]
pub struct Find<'a> {
    pub record: Option<&'a str>,
    pub matching: &'a IndexMap<String, String>,
}

impl UpdateStep {
    #[must_use]
    pub fn find(&self) -> Find<'_> {
        Find { record: self.record.as_deref(), matching: &self.matching }
    }
}

impl DeleteStep {
    #[must_use]
    pub fn find(&self) -> Find<'_> {
        Find { record: self.record.as_deref(), matching: &self.matching }
    }
}

/// `{"do": "webhook", "url": "https://…", "body": {"text": "{no}"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookStep {
    /// Where it goes, in plain sight of whoever imports the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The setting of the app that holds the address, for one that is a secret or differs from company to company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// JSON whose texts are templates with `{field}` places; who and what happened, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
}

impl WebhookStep {
    /// The texts of the body, each a template, with its place.
    #[must_use]
    pub fn templates(&self) -> Vec<(String, &str)> {
        let mut found = Vec::new();
        if let Some(body) = &self.body {
            texts(body, "/body", &mut found);
        }
        found
    }
}

fn texts<'a>(json: &'a serde_json::Value, pointer: &str, found: &mut Vec<(String, &'a str)>) {
    match json {
        serde_json::Value::String(text) => found.push((pointer.to_owned(), text)),
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{pointer}/{index}"), found);
            }
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                texts(member, &format!("{pointer}/{}", super::flow::escape(name)), found);
            }
        }
        _ => {}
    }
}

/// Every call to the outside in a list of steps, with its JSON pointer.
pub fn webhooks<'a>(steps: &'a [Step], pointer: &str, found: &mut Vec<(String, &'a WebhookStep)>) {
    for (index, step) in steps.iter().enumerate() {
        let here = format!("{pointer}/{index}");
        match step {
            Step::Webhook(step) => found.push((here, step)),
            Step::If(step) => {
                webhooks(&step.then, &format!("{here}/then"), found);
                webhooks(&step.otherwise, &format!("{here}/else"), found);
            }
            Step::ForEach(step) => webhooks(&step.steps, &format!("{here}/steps"), found),
            _ => {}
        }
    }
}

/// Collects every expression of a list of steps with its JSON pointer. `lines` is the lines field whose line is bound around the steps.
pub fn expressions<'a>(steps: &'a [Step], pointer: &str, lines: Option<&'a str>, found: &mut Vec<Expression<'a>>) {
    for (index, step) in steps.iter().enumerate() {
        let here = format!("{pointer}/{index}");
        match step {
            Step::Post(step) | Step::Reserve(step) | Step::Release(step) | Step::Reverse(step) => {
                let lines = step.for_each.as_deref().or(lines);
                values(&step.set, &format!("{here}/set"), lines, found);
            }
            Step::Set(step) => {
                let lines = step.for_each.as_deref().or(lines);
                values(&step.values, &format!("{here}/values"), lines, found);
            }
            Step::Notify(step) => {
                for (place, who) in step.who.iter().enumerate() {
                    who.expression(&format!("{here}/who/{place}"), found);
                }
            }
            Step::Fail(_) | Step::Webhook(_) => {}
            Step::Create(step) => {
                values(&step.values, &format!("{here}/values"), step.for_each.as_deref().or(lines), found);
            }
            Step::Update(step) => {
                let lines = step.for_each.as_deref().or(lines);
                finding(step.find(), &here, lines, found);
                values(&step.values, &format!("{here}/values"), lines, found);
            }
            Step::Delete(step) => finding(step.find(), &here, step.for_each.as_deref().or(lines), found),
            Step::If(step) => {
                found.push(Expression {
                    pointer: format!("{here}/when"),
                    text: &step.when,
                    kind: ExpressionKind::Condition,
                    lines,
                });
                expressions(&step.then, &format!("{here}/then"), lines, found);
                expressions(&step.otherwise, &format!("{here}/else"), lines, found);
            }
            Step::ForEach(step) => {
                expressions(&step.steps, &format!("{here}/steps"), Some(&step.lines), found);
            }
        }
    }
}

fn finding<'a>(find: Find<'a>, here: &str, lines: Option<&'a str>, found: &mut Vec<Expression<'a>>) {
    if let Some(text) = find.record {
        found.push(Expression { pointer: format!("{here}/record"), text, kind: ExpressionKind::Value, lines });
    }
    values(find.matching, &format!("{here}/where"), lines, found);
}

fn values<'a>(
    set: &'a IndexMap<String, String>,
    pointer: &str,
    lines: Option<&'a str>,
    found: &mut Vec<Expression<'a>>,
) {
    for (field, text) in set {
        found.push(Expression {
            pointer: format!("{pointer}/{}", super::flow::escape(field)),
            text,
            kind: ExpressionKind::Value,
            lines,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_written_back_as_it_was_read() {
        let check = |text: &str| {
            let step: Step = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&step).unwrap(), text);
        };
        check(r#"{"do":"post","ledger":"points","for_each":"lines","phase":"in","set":{"qty":"line.qty"}}"#);
        check(r#"{"do":"reverse","ledger":"points"}"#);
        check(r#"{"do":"set","values":{"checked":"true"}}"#);
        check(r#"{"do":"notify","who":[{"rule":"starter"}],"message":"done"}"#);
        check(
            r#"{"do":"if","when":"a > 1","then":[{"do":"fail","message":"no"}],"else":[{"do":"for_each","lines":"lines","steps":[]}]}"#,
        );
    }

    #[test]
    fn steps_on_other_tables_are_written_back_as_they_were_read() {
        let check = |text: &str| {
            let step: Step = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&step).unwrap(), text);
        };
        check(r#"{"do":"create","table":"shelf","for_each":"lines","values":{"name":"line.name"},"submit":true}"#);
        check(r#"{"do":"update","table":"shelf","record":"shelf","values":{"used":"target.used + 1"}}"#);
        check(r#"{"do":"delete","table":"shelf","where":{"code":"event.code"}}"#);
        check(r#"{"do":"webhook","url":"https://example.com/in","body":{"text":{"content":"{no}"}}}"#);
        check(r#"{"do":"webhook","setting":"robot"}"#);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        let check = |text: &str, part: &str| {
            let error = serde_json::from_str::<Step>(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        check(r#"{"do":"explode"}"#, "unknown variant `explode`");
        check(r#"{"do":"post","ledger":"a","sett":{}}"#, "unknown field `sett`");
        check(r#"{"do":"fail"}"#, "missing field `message`");
    }

    #[test]
    fn expressions_carry_pointer_and_lines() {
        let steps: Vec<Step> = serde_json::from_str(
            r#"[{"do":"post","ledger":"points","for_each":"lines","set":{"qty":"line.qty"}},
                {"do":"if","when":"amount > 1","then":[{"do":"for_each","lines":"parts","steps":[{"do":"set","values":{"x":"1"}}]}]}]"#,
        )
        .unwrap();
        let mut found = Vec::new();
        expressions(&steps, "/on/approved", None, &mut found);
        let seen: Vec<(&str, Option<&str>)> = found.iter().map(|e| (e.pointer.as_str(), e.lines)).collect();
        assert_eq!(
            seen,
            [
                ("/on/approved/0/set/qty", Some("lines")),
                ("/on/approved/1/when", None),
                ("/on/approved/1/then/0/steps/0/values/x", Some("parts")),
            ]
        );
    }
}
