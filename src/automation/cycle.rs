//! Automations that might set each other off for ever, seen from their documents alone: which write what another waits for.

use crate::definition::{
    action::Step,
    app::App,
    automation::{Automation, Trigger},
};
use std::collections::BTreeSet;

/// What a list of steps may do to a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Write<'a> {
    Create(&'a str),
    Change(&'a str, &'a str),
    Submit(&'a str),
}

/// Chains that come back to where they began, each by the keys of its automations, each told once.
#[must_use]
pub fn cycles(app: &App) -> Vec<Vec<&str>> {
    let running: Vec<&Automation> = app.automations.values().filter(|automation| automation.enabled).collect();
    let next: Vec<Vec<usize>> = running
        .iter()
        .map(|automation| {
            let mut writes = BTreeSet::new();
            collect(automation.bound_table(), &automation.steps, &mut writes);
            let set_off = |other: &&Automation| writes.iter().any(|write| hears(other, write));
            running.iter().enumerate().filter(|(_, other)| set_off(other)).map(|(index, _)| index).collect()
        })
        .collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for start in 0..running.len() {
        let mut path = vec![start];
        walk(start, &next, &mut path, &mut |path| {
            found.push(path.iter().map(|index| running[*index].key.as_str()).collect());
        });
    }
    found
}

/// Goes on to later automations only, so that each circle is found from its first member.
fn walk(start: usize, next: &[Vec<usize>], path: &mut Vec<usize>, tell: &mut dyn FnMut(&[usize])) {
    let Some(here) = path.last() else { return };
    if path.len() > super::DEEPEST {
        return;
    }
    for &to in &next[*here] {
        if to == start {
            tell(path);
        } else if to > start && !path.contains(&to) {
            path.push(to);
            walk(start, next, path, tell);
            path.pop();
        }
    }
}

fn collect<'a>(table: Option<&'a str>, steps: &'a [Step], writes: &mut BTreeSet<Write<'a>>) {
    for step in steps {
        match step {
            Step::Set(step) => {
                let Some(table) = table else { continue };
                writes.extend(step.values.keys().map(|field| Write::Change(table, field)));
                writes.extend(step.for_each.as_deref().map(|lines| Write::Change(table, lines)));
            }
            Step::Create(step) => {
                writes.insert(Write::Create(&step.table));
                if step.submit {
                    writes.insert(Write::Submit(&step.table));
                }
            }
            Step::Update(step) => {
                writes.extend(step.values.keys().map(|field| Write::Change(&step.table, field)));
            }
            Step::If(step) => {
                collect(table, &step.then, writes);
                collect(table, &step.otherwise, writes);
            }
            Step::ForEach(step) => {
                writes.extend(table.map(|table| Write::Change(table, &step.lines)));
                collect(table, &step.steps, writes);
            }
            _ => {}
        }
    }
}

fn hears(automation: &Automation, write: &Write<'_>) -> bool {
    let on = |table: &str| automation.table.as_deref() == Some(table);
    match (&automation.on, write) {
        (Trigger::Created, Write::Create(table)) => on(table),
        (Trigger::Changed(changed), Write::Change(table, field)) => {
            let named = |known: &String| known == field || known.split('.').next() == Some(field);
            on(table) && (changed.fields.is_empty() || changed.fields.iter().any(named))
        }
        (Trigger::Entered(_), Write::Submit(table)) => on(table),
        _ => false,
    }
}
