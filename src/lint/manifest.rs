//! `app.json`: menu entries and user values lead somewhere.

use super::paths::{no_such, no_table};
use crate::definition::{app::App, finding::Finding, package::MANIFEST};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for (index, entry) in app.manifest.menu.iter().enumerate() {
        if let Some(view) = entry.view.as_deref().filter(|view| !app.views.contains_key(*view)) {
            let missing = no_such("view", view, app.views.keys().map(String::as_str));
            findings.push(missing.finding(MANIFEST, format!("/menu/{index}/view")));
        }
        if let Some(report) = entry.report.as_deref().filter(|report| !app.reports.contains_key(*report)) {
            let missing = no_such("report", report, app.reports.keys().map(String::as_str));
            findings.push(missing.finding(MANIFEST, format!("/menu/{index}/report")));
        }
        if let Some(dashboard) = entry.dashboard.as_deref().filter(|key| !app.dashboards.contains_key(*key)) {
            let missing = no_such("dashboard", dashboard, app.dashboards.keys().map(String::as_str));
            findings.push(missing.finding(MANIFEST, format!("/menu/{index}/dashboard")));
        }
        if let Some(table) = entry.table.as_deref().filter(|table| app.table(table).is_none()) {
            findings.push(no_table(app, table).finding(MANIFEST, format!("/menu/{index}/table")));
        }
    }
    for (name, value) in &app.manifest.user_values {
        let here = format!("/user_values/{name}");
        let Some(table) = app.table(&value.table) else {
            findings.push(no_table(app, &value.table).finding(MANIFEST, format!("{here}/table")));
            continue;
        };
        let members = || table.fields.values().filter(|field| field.kind.is_member()).map(|field| field.key.as_str());
        if !members().any(|key| key == value.member_field) {
            let missing = no_such("field of members", &value.member_field, members());
            findings.push(missing.finding(MANIFEST, format!("{here}/member_field")));
        }
    }
}
