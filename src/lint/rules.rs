//! Rules: shared functions and every expression compile, name what exists, and no computed fields need each other.

use super::expressions::{self, Located};
use crate::{
    definition::{app::App, finding::Finding, table::Table},
    rules::{Expression, Names, Program, RuleCode, RuleError, TableRules},
};
use std::collections::BTreeSet;

/// A computed field and the rule that computes it.
pub struct Computed<'a> {
    pub table: &'a Table,
    /// `amount`, `lines.amount`
    pub path: String,
    pub line: Option<&'a str>,
    pub expression: Expression,
}

/// Judges every rule and hands out the computed fields whose rule compiles.
pub fn check<'a>(app: &'a App, findings: &mut Vec<Finding>) -> Vec<Computed<'a>> {
    let program = match Program::compile(&app.functions) {
        Ok(program) => program,
        Err(error) => {
            let file = error.params.get("file").map_or_else(|| "rules".to_owned(), |stem| format!("rules/{stem}.rhai"));
            findings.push(finding(&file, "", &error));
            return Vec::new();
        }
    };
    let settings: BTreeSet<String> = app.manifest.settings.keys().cloned().collect();
    let tables = |key: &str| app.table(key);
    let mut computed = Vec::new();
    for Located { file, path, text, table, line, variables, bound, computes } in expressions::all(app) {
        let expression = match program.expression(text) {
            Ok(expression) => expression,
            Err(error) => {
                findings.push(finding(&file, &path, &error));
                continue;
            }
        };
        let names = Names { table, line, variables, settings: Some(&settings), tables: Some(&tables) };
        let unknown = expression.unknown_names(&names);
        findings.extend(unknown.iter().map(|error| finding(&file, &path, error)));
        for name in expression.references().fields.iter().filter(|_| unknown.is_empty()) {
            // What is bound is known by the first name.
            let first = name.strip_prefix("record.").unwrap_or(name).split('.').next().unwrap_or_default();
            if let Some(bound) = bound.as_ref().filter(|bound| !bound.contains(&first)) {
                let message =
                    format!("\"{name}\" is not known when a balance is checked; known are {}", bound.join(", "));
                findings.push(Finding::error(&file, &path, message));
            }
        }
        // Settings that are only read inside a shared function are known by name, not by place.
        for name in expression.references().settings.iter().filter(|name| !settings.contains(*name)) {
            if !unknown.iter().any(|error| error.params.get("name") == Some(name)) {
                let message =
                    format!("a function that it calls reads the setting \"{name}\", which app.json does not have");
                findings.push(Finding::error(&file, &path, message).nearest(name, settings.iter().map(String::as_str)));
            }
        }
        if let Some(path) = computes {
            computed.push(Computed { table, path, line, expression });
        }
    }
    for table in app.tables.values() {
        // Everything but cycles was found above, with more in sight.
        for (path, error) in TableRules::compile(&program, table).err().unwrap_or_default() {
            if error.code == RuleCode::Cycle {
                findings.push(finding(&format!("tables/{}.json", table.key), &path, &error));
            }
        }
    }
    computed
}

/// The error with the spelling that was meant, where there is one, kept apart from the sentence.
fn finding(file: &str, path: &str, error: &RuleError) -> Finding {
    let text = error.to_string();
    match error.params.get("near") {
        Some(near) => {
            let meant = format!("did you mean \"{near}\"?");
            Finding::error(file, path, text.replace(&format!("; {meant}"), "")).suggest(meant)
        }
        None => Finding::error(file, path, text),
    }
}
