//! Rollups: what they count is decided by the record alone, and no figure is made of itself.

use super::rules::Computed;
use crate::{
    definition::{
        app::App,
        field::{Field, Rollup},
        finding::Finding,
        table::Table,
    },
    query::{FieldPath, Filter, FilterError},
    rules::{Names, Program, TableRules},
};
use std::collections::{BTreeMap, BTreeSet};

/// A field of the app: table and path (`amount`, `lines.qty`).
type Place = (String, String);

pub fn check(app: &App, computed: &[Computed<'_>], findings: &mut Vec<Finding>) {
    // What a field is computed from.
    let mut reads: BTreeMap<Place, BTreeSet<Place>> = BTreeMap::new();
    for rule in computed {
        let names = Names::of(rule.table).in_line(rule.line);
        let own = rule.expression.reads(&names).into_iter().map(|path| (rule.table.key.clone(), path));
        reads.insert((rule.table.key.clone(), rule.path.clone()), own.collect());
    }
    for table in app.tables.values() {
        for field in table.scalars() {
            let Some(rollup) = &field.rollup else { continue };
            if field.is_gathered() && app.ledger_of(&table.key).is_some() {
                let message = "rows of a ledger are written by the engine alone; keep the figure in another table";
                let at = format!("/properties/{}/x-field/kind", field.key);
                findings.push(Finding::error(format!("tables/{}.json", table.key), at, message));
            }
            let found = rollup_of(app, table, field, rollup, findings);
            reads.insert((table.key.clone(), field.key.clone()), found);
        }
    }
    cycles(app, &reads, findings);
    formulas(app, findings);
}

/// What a rollup reads, as far as its filter is sound.
fn rollup_of(app: &App, table: &Table, field: &Field, rollup: &Rollup, findings: &mut Vec<Finding>) -> BTreeSet<Place> {
    let from = rollup.from.table.as_deref().and_then(|key| app.table(key)).unwrap_or(table);
    let lines = rollup.from.lines.as_deref().and_then(|key| from.field(key));
    let rows = lines.map_or_else(|| from.clone(), Table::of_lines);
    let place = |key: &str| {
        let path = lines.map_or_else(|| key.to_owned(), |lines| format!("{}.{key}", lines.key));
        (from.key.clone(), path)
    };
    let mut found: BTreeSet<Place> = rollup.of.iter().map(|key| place(key)).collect();
    let Some(json) = &rollup.filter else { return found };
    let mut refuse = |error: FilterError| {
        let at = format!("/properties/{}/x-field/filter{}", field.key, error.path);
        let finding = Finding::error(format!("tables/{}.json", table.key), at, error.message);
        findings.push(match error.suggestion {
            Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
            None => finding,
        });
    };
    let sentence =
        |message: String| FilterError { path: String::new(), code: "malformed", message, suggestion: None, name: None };
    match Filter::parse(json, &rows, app) {
        Err(error) => refuse(error),
        Ok(filter) => {
            let paths = filter.tests().into_iter().map(|test| &test.path);
            for path in paths {
                match path {
                    FieldPath::Field(key) => {
                        found.insert(place(key));
                    }
                    FieldPath::System(system) if rollup.own_lines().is_some() => {
                        let message = format!("lines have no \"{}\" of their own", system.as_str());
                        refuse(sentence(message));
                    }
                    _ => {}
                }
            }
            if let Err(message) = filter.fixed(&rows) {
                refuse(sentence(message));
            }
        }
    }
    found
}

/// Figures that are made of themselves. Formulas among themselves are judged with the rules.
fn cycles(app: &App, reads: &BTreeMap<Place, BTreeSet<Place>>, findings: &mut Vec<Finding>) {
    let rollup = |(table, key): &Place| {
        app.table(table).and_then(|table| table.field(key)).filter(|field| field.rollup.is_some())
    };
    for start in reads.keys().filter(|place| rollup(place).is_some()) {
        let mut seen: BTreeSet<&Place> = BTreeSet::new();
        let mut open: Vec<&Place> = vec![start];
        while let Some(place) = open.pop() {
            for next in reads.get(place).into_iter().flatten() {
                if next == start {
                    let message = "this figure is made of itself: what it gathers is computed from it in turn";
                    let at = format!("/properties/{}/x-field/measure", start.1);
                    findings.push(Finding::error(format!("tables/{}.json", start.0), at, message));
                    open.clear();
                    break;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
}

/// Formulas that are computed again whenever a figure changes can read nothing but the record.
fn formulas(app: &App, findings: &mut Vec<Finding>) {
    let Ok(program) = Program::compile(&app.functions) else { return };
    for table in app.tables.values() {
        let gathered: BTreeSet<&str> =
            table.scalars().filter(|field| field.is_gathered()).map(|field| field.key.as_str()).collect();
        if gathered.is_empty() {
            continue;
        }
        let Ok(rules) = TableRules::compile(&program, table) else { continue };
        let file = format!("tables/{}.json", table.key);
        let (_, problems) = rules.dependents(&gathered);
        findings.extend(problems.into_iter().map(|(at, error)| Finding::error(&file, at, error.to_string())));
    }
}
