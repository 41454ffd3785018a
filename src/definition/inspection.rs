//! What an app holds, for whoever decides whether to take it in.

use super::{app::App, field::Field, package::Documents, role::Action};
use std::collections::BTreeSet;

/// Everything worth knowing before an app is imported. Titles are as the app gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    pub tables: Vec<Table>,
    /// Titles of forms, views, reports, dashboards and prints.
    pub forms: Vec<String>,
    pub views: Vec<String>,
    pub flows: Vec<Flow>,
    pub automations: Vec<Automation>,
    pub rules: Vec<Rule>,
    /// Hosts that any document names.
    pub addresses: Vec<String>,
    pub roles: Vec<Role>,
    /// Other apps that it links to, with their versions.
    pub requires: Vec<(String, String)>,
    /// Titles of the scenarios.
    pub scenarios: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub key: String,
    pub title: String,
    pub fields: usize,
    /// Rows that it starts with, and rows of sample data besides.
    pub rows: usize,
    pub samples: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub title: String,
    pub nodes: usize,
}

/// Something that is done by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automation {
    pub title: String,
    /// What sets it off: `created`, `schedule`, `inbound_webhook`.
    pub trigger: &'static str,
    /// It calls other programs.
    pub calls: bool,
}

/// Something that is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it computes: the table and the field.
    pub title: String,
    pub source: String,
}

/// What members of a role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub title: String,
    /// By table: its title, and what may be done.
    pub grants: Vec<(String, Vec<Action>)>,
}

impl Inspection {
    #[must_use]
    pub fn of(app: &App, documents: &Documents) -> Self {
        let tables = app.tables.values().map(|table| Table {
            key: table.key.clone(),
            title: table.title.clone(),
            fields: table.fields.values().map(|field| 1 + field.columns.len()).sum(),
            rows: app.data.get(&table.key).map_or(0, |text| rows(text)),
            samples: app.demo.get(&table.key).map_or(0, |text| rows(text)),
        });
        let roles = app.roles.values().map(|role| Role {
            title: role.title.clone(),
            grants: role
                .grants
                .iter()
                .map(|grant| {
                    let title = app.tables.get(&grant.table).map_or(&grant.table, |table| &table.title);
                    (title.clone(), grant.actions.to_vec())
                })
                .collect(),
        });
        Self {
            tables: tables.collect(),
            forms: app.forms.values().map(|form| form.title.clone()).collect(),
            views: app
                .views
                .values()
                .map(|view| view.title.clone())
                .chain(app.reports.values().map(|report| report.title.clone()))
                .chain(app.dashboards.values().map(|dashboard| dashboard.title.clone()))
                .chain(app.prints.values().map(|print| print.title.clone()))
                .collect(),
            flows: app
                .flows
                .values()
                .map(|flow| Flow { title: flow.title.clone(), nodes: flow.all_nodes().len() })
                .collect(),
            automations: app
                .automations
                .values()
                .map(|automation| Automation {
                    title: automation.title.clone(),
                    trigger: automation.on.name(),
                    calls: !automation.webhooks().is_empty(),
                })
                .collect(),
            rules: rules(app),
            addresses: addresses(documents),
            roles: roles.collect(),
            requires: app.manifest.requires.iter().map(|(key, range)| (key.clone(), range.clone())).collect(),
            scenarios: app.scenarios.values().map(|scenario| scenario.title.clone()).collect(),
        }
    }

    /// Rows that the app starts with, and rows of sample data besides.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        (self.tables.iter().map(|table| table.rows).sum(), self.tables.iter().map(|table| table.samples).sum())
    }
}

/// Lines of a CSV text below its head, as far as quotes do not stretch over lines.
fn rows(text: &str) -> usize {
    let (mut count, mut quoted) = (0, false);
    for byte in text.trim_end().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => count += 1,
            _ => {}
        }
    }
    count
}

fn rules(app: &App) -> Vec<Rule> {
    let mut found = Vec::new();
    for table in app.tables.values() {
        let mut note = |field: &Field, above: Option<&Field>| {
            let Some(source) = &field.formula else { return };
            let between = above.map(|above| format!(" · {}", above.title)).unwrap_or_default();
            found.push(Rule { title: format!("{}{between} · {}", table.title, field.title), source: source.clone() });
        };
        for field in table.fields.values() {
            note(field, None);
            for column in field.columns.values() {
                note(column, Some(field));
            }
        }
    }
    found.extend(app.functions.iter().map(|(key, source)| Rule { title: key.clone(), source: source.clone() }));
    found
}

/// The hosts of all addresses in documents and rules. The names of schemas are no addresses that anybody calls.
#[must_use]
pub fn addresses(documents: &Documents) -> Vec<String> {
    let mut hosts = BTreeSet::new();
    for (path, text) in documents.iter().filter(|(path, _)| !path.starts_with("data/") && !path.starts_with("demo/")) {
        for start in ["http://", "https://"] {
            for rest in text.split(start).skip(1) {
                let host: String = rest.chars().take_while(|c| c.is_alphanumeric() || ".-:[]".contains(*c)).collect();
                let names_a_schema = path.starts_with("tables/") && host == "json-schema.org";
                if !host.is_empty() && !names_a_schema {
                    hosts.insert(host);
                }
            }
        }
    }
    hosts.into_iter().collect()
}
