//! What is wrong between the documents of an app: references that lead nowhere, rules that do not compile, rights that fit no table.
//!
//! One file per subject, each a function over the whole app. Meta-schemas and [`App::parse`] have judged every document by itself before.

mod actions;
mod automations;
mod computed;
mod data;
mod expressions;
mod filters;
mod flows;
mod forms;
mod ledgers;
mod manifest;
mod paths;
mod prints;
mod reports;
mod roles;
mod rules;
mod scenarios;
mod tables;
mod views;
mod visibility;

use crate::definition::{
    app::{self, App},
    finding::Finding,
};

/// Every finding about an app that parsed: errors first, then by file and place.
#[must_use]
pub fn check(app: &App) -> Vec<Finding> {
    let mut findings = Vec::new();
    manifest::check(app, &mut findings);
    tables::check(app, &mut findings);
    forms::check(app, &mut findings);
    views::check(app, &mut findings);
    prints::check(app, &mut findings);
    roles::check(app, &mut findings);
    flows::check(app, &mut findings);
    actions::check(app, &mut findings);
    automations::check(app, &mut findings);
    ledgers::check(app, &mut findings);
    data::check(app, &mut findings);
    reports::check(app, &mut findings);
    scenarios::check(app, &mut findings);
    let compiled = rules::check(app, &mut findings);
    computed::check(app, &compiled, &mut findings);
    visibility::check(app, &compiled, &mut findings);
    app::sort(&mut findings);
    findings.dedup();
    findings
}

#[cfg(test)]
mod tests;
