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
            Step::Fail(_) => {}
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
