//! Filters of views, scopes and option lists: they parse against their table, and the user values they name exist.

use crate::{
    definition::{app::App, finding::Finding, table::Table, view::FilterDocument},
    query::{FieldSource, Filter},
};

/// The tables of an app, as filters look them up.
struct Tables<'a>(&'a App);

impl FieldSource for Tables<'_> {
    fn table(&self, key: &str) -> Option<&Table> {
        self.0.table(key)
    }
}

/// User values that every app has: the person, and their departments.
const BUILT_IN: [&str; 2] = ["id", "departments"];

pub fn check(app: &App, file: &str, here: &str, filter: &FilterDocument, table: &Table, findings: &mut Vec<Finding>) {
    match Filter::parse(filter, table, &Tables(app)) {
        Ok(filter) => {
            for name in filter.user_values() {
                let known = app.manifest.user_values.keys().map(String::as_str).chain(BUILT_IN);
                if !known.clone().any(|known| known == name) {
                    let message = format!("app.json has no user value \"{name}\"");
                    findings.push(Finding::error(file, here, message).nearest(name, known));
                }
            }
        }
        Err(error) => {
            let finding = Finding::error(file, format!("{here}{}", error.path), error.message);
            findings.push(match error.suggestion {
                Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
                None => finding,
            });
        }
    }
}
