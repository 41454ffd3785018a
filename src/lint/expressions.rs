//! Every expression of an app, with its place and what is in sight of it.

use crate::definition::{
    action::expressions,
    app::App,
    automation::{BEFORE, EVENT, TARGET, Trigger},
    field::{Field, Kind},
    form::{Form, Item, Rule, Section, Text},
    ledger::{Grain, Ledger},
    print::{Print, What},
    table::Table,
};
use std::sync::OnceLock;

/// An expression as it stands in a document.
#[derive(Debug, Clone)]
pub struct Located<'a> {
    pub file: String,
    pub path: String,
    pub text: &'a str,
    /// Whose fields the bare names are.
    pub table: &'a Table,
    /// The lines field whose line is bound.
    pub line: Option<&'a str>,
    /// Names beside the fields.
    pub variables: &'static [&'static str],
    /// The only fields that are bound, where not all are.
    pub bound: Option<Vec<&'a str>>,
    /// The path of the field that it computes: `amount`, `lines.amount`.
    pub computes: Option<String>,
}

/// All of them. Documents whose table does not exist are passed over; other lints name them.
pub fn all(app: &App) -> Vec<Located<'_>> {
    let mut found = Vec::new();
    for table in app.tables.values() {
        fields(table, &mut found);
    }
    for form in app.forms.values() {
        if let Some(table) = app.table(&form.table) {
            form_rules(form, table, &mut found);
        }
    }
    for flow in app.flows.values() {
        let Some(table) = app.table(&flow.table) else { continue };
        for expression in flow.expressions().into_iter().filter(|rule| line_exists(table, rule.lines)) {
            found.push(Located {
                file: format!("flows/{}.json", flow.key),
                path: expression.pointer,
                text: expression.text,
                table,
                line: expression.lines,
                variables: IN_FLOWS,
                bound: None,
                computes: None,
            });
        }
    }
    for automation in app.automations.values() {
        let table = match automation.bound_table() {
            None => nothing(),
            Some(key) => match app.table(key) {
                Some(table) => table,
                None => continue,
            },
        };
        for expression in automation.expressions().into_iter().filter(|rule| line_exists(table, rule.lines)) {
            found.push(Located {
                file: format!("automations/{}.json", automation.key),
                path: expression.pointer,
                text: expression.text,
                table,
                line: expression.lines,
                variables: match automation.on {
                    Trigger::InboundWebhook => &["balance", TARGET, EVENT],
                    Trigger::Changed(_) => &["balance", TARGET, BEFORE],
                    _ => IN_FLOWS,
                },
                bound: None,
                computes: None,
            });
        }
    }
    for print in app.prints.values() {
        if let Some(table) = app.table(&print.table) {
            printed(print, table, &mut found);
        }
    }
    for ledger in app.ledgers.values() {
        let Some(table) = app.table(&ledger.balance) else { continue };
        for (index, check) in ledger.checks.iter().enumerate() {
            let rules = [("rule", Some(&check.rule)), ("unless", check.unless.as_ref())];
            for (member, text) in rules {
                let Some(text) = text else { continue };
                found.push(Located {
                    file: format!("ledgers/{}.json", ledger.key),
                    path: format!("/checks/{index}/{member}"),
                    text,
                    table,
                    line: None,
                    variables: &[],
                    bound: Some(bound(ledger, check.at, member == "rule")),
                    computes: None,
                });
            }
        }
    }
    found
}

/// Whether the lines that an expression is over are there; where not, other lints say so.
fn line_exists(table: &Table, line: Option<&str>) -> bool {
    line.is_none_or(|lines| table.field(lines).is_some_and(|field| field.kind == Kind::Lines))
}

/// What a ledger's check can speak of: the dimensions of its grain and, in the rule itself, the figures.
fn bound(ledger: &Ledger, grain: Grain, figures: bool) -> Vec<&str> {
    let dimensions = ledger.dimensions_of(grain).unwrap_or_default().iter();
    let held = ledger.hold.as_ref().map(|hold| &hold.field);
    let valued = ledger.value.as_ref().map(|value| &value.field);
    let figures = [Some(&ledger.measure), held, valued].into_iter().flatten().filter(move |_| figures);
    dimensions.chain(figures).map(String::as_str).collect()
}

/// `balance` is what a ledger holds for the line that is posted, `target` the record that an update finds.
const IN_FLOWS: &[&str] = &["balance", TARGET];

/// What is in sight of a rule that runs without a record.
fn nothing() -> &'static Table {
    static NOTHING: OnceLock<Table> = OnceLock::new();
    NOTHING.get_or_init(Table::blank)
}

fn fields<'a>(table: &'a Table, found: &mut Vec<Located<'a>>) {
    let mut add = |field: &'a Field, lines: Option<&'a str>| {
        let (place, path) = match lines {
            None => (format!("/properties/{}", field.key), field.key.clone()),
            Some(lines) => {
                (format!("/properties/{lines}/items/properties/{}", field.key), format!("{lines}.{}", field.key))
            }
        };
        for (member, text) in [("default", &field.default), ("formula", &field.formula)] {
            let Some(text) = text else { continue };
            found.push(Located {
                file: format!("tables/{}.json", table.key),
                path: format!("{place}/x-field/{member}"),
                text,
                table,
                line: lines,
                variables: &[],
                bound: None,
                computes: (member == "formula").then(|| path.clone()),
            });
        }
    };
    for field in table.fields.values() {
        add(field, None);
        for column in field.columns.values() {
            add(column, Some(&field.key));
        }
    }
}

fn printed<'a>(print: &'a Print, table: &'a Table, found: &mut Vec<Located<'a>>) {
    for read in print.reads() {
        let What::Expression(text) = read.what else { continue };
        if line_exists(table, read.line) {
            found.push(Located {
                file: format!("prints/{}.json", print.key),
                path: read.pointer,
                text,
                table,
                line: read.line,
                variables: &[],
                bound: None,
                computes: None,
            });
        }
    }
}

fn form_rules<'a>(form: &'a Form, table: &'a Table, found: &mut Vec<Located<'a>>) {
    let file = format!("forms/{}.json", form.key);
    let mut add = |path: String, text: &'a str, line: Option<&'a str>| {
        if !line_exists(table, line) {
            return;
        }
        found.push(Located {
            file: file.clone(),
            path,
            text,
            table,
            line,
            variables: &[],
            bound: None,
            computes: None,
        });
    };
    for (index, part) in form.layout.iter().enumerate() {
        section_rules(part, &format!("/layout/{index}"), &mut add);
    }
    for (here, item) in form.places() {
        item_rules(item, &here, None, &mut add);
        for (c, column) in item.columns.iter().enumerate() {
            item_rules(column, &format!("{here}/columns/{c}"), item.lines.as_deref(), &mut add);
        }
        for (index, tab) in item.tabs.iter().enumerate() {
            section_rules(tab, &format!("{here}/tabs/{index}"), &mut add);
        }
    }
    for (index, check) in form.checks.iter().enumerate() {
        add(format!("/checks/{index}/rule"), &check.rule, check.for_each.as_deref());
    }
    for (index, button) in form.buttons.iter().enumerate() {
        if let Some(Rule::Expression(text)) = &button.visible {
            add(format!("/buttons/{index}/visible"), text, None);
        }
        let mut steps = Vec::new();
        expressions(&button.steps, &format!("/buttons/{index}/steps"), None, &mut steps);
        for step in steps {
            add(step.pointer, step.text, step.lines);
        }
    }
}

fn section_rules<'a>(section: &'a Section, here: &str, add: &mut impl FnMut(String, &'a str, Option<&'a str>)) {
    for (member, rule) in [("visible", &section.visible), ("readonly", &section.readonly)] {
        if let Some(Rule::Expression(text)) = rule {
            add(format!("{here}/{member}"), text, None);
        }
    }
}

fn item_rules<'a>(
    item: &'a Item,
    here: &str,
    line: Option<&'a str>,
    add: &mut impl FnMut(String, &'a str, Option<&'a str>),
) {
    for (member, rule) in [("visible", &item.visible), ("required", &item.required), ("readonly", &item.readonly)] {
        if let Some(Rule::Expression(text)) = rule {
            add(format!("{here}/{member}"), text, line);
        }
    }
    for (member, text) in [("label", &item.label), ("help", &item.help), ("placeholder", &item.placeholder)] {
        if let Some(Text::Expression { expression }) = text {
            add(format!("{here}/{member}/expression"), expression, None);
        }
    }
    if let Some(text) = item.default.as_ref().and_then(serde_json::Value::as_str) {
        add(format!("{here}/default"), text, line);
    }
}
