//! A computed field that a role sees should not give away what is hidden from it.

use super::rules::Computed;
use crate::definition::{
    app::App,
    field::Kind,
    finding::Finding,
    role::{Action, FieldRight, Role},
};
use std::collections::BTreeSet;

pub fn check(app: &App, computed: &[Computed<'_>], findings: &mut Vec<Finding>) {
    for role in app.roles.values() {
        for rule in computed {
            let table = &rule.table.key;
            if !sees(role, table, &rule.path) {
                continue;
            }
            for read in reads(rule) {
                if is_hidden(role, table, &read) {
                    let grant = role.grants.iter().position(|grant| grant.table == *table).unwrap_or_default();
                    let message = format!(
                        "members see \"{}\" of \"{table}\", which is computed from \"{read}\", which is hidden from them",
                        rule.path
                    );
                    findings.push(
                        Finding::warning(
                            format!("roles/{}.json", role.key),
                            format!("/grants/{grant}/fields"),
                            message,
                        )
                        .suggest(format!("hide \"{}\" as well, if the one gives the other away", rule.path)),
                    );
                }
            }
        }
    }
}

fn sees(role: &Role, table: &str, path: &str) -> bool {
    let mut views = role.grants.iter().filter(|grant| grant.table == table && grant.actions.contains(&Action::View));
    views.any(|grant| grant.right(path) != FieldRight::Hidden)
}

fn is_hidden(role: &Role, table: &str, path: &str) -> bool {
    role.grants.iter().any(|grant| grant.table == table) && !sees(role, table, path)
}

/// The fields of its own table that a rule reads, as paths: `amount`, `lines.qty`.
fn reads(rule: &Computed<'_>) -> BTreeSet<String> {
    let references = rule.expression.references();
    let line = rule.line.and_then(|key| rule.table.field(key));
    let mut found = BTreeSet::new();
    for path in &references.fields {
        let mut names = path.split('.');
        let first = names.next().unwrap_or_default();
        let (key, in_line) = match (first, line) {
            ("record", _) => (names.next().unwrap_or_default(), None),
            ("line", line) => (names.next().unwrap_or_default(), line),
            (name, line) => (name, line.filter(|line| line.column(name).is_some())),
        };
        if let Some(lines) = in_line {
            found.insert(format!("{}.{key}", lines.key));
            continue;
        }
        let Some(field) = rule.table.field(key) else { continue };
        if field.kind != Kind::Lines {
            found.insert(key.to_owned());
        } else if references.whole.contains(path) {
            found.extend(field.columns.keys().map(|column| format!("{key}.{column}")));
        }
    }
    let columns = references
        .aggregated
        .iter()
        .map(|(lines, column)| format!("{}.{column}", lines.strip_prefix("record.").unwrap_or(lines)));
    found.extend(columns);
    found.remove(&rule.path);
    found
}
