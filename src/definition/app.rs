//! An app as the program uses it: every document read, each by its key.

mod structure;

use super::{
    automation::Automation,
    computed,
    dashboard::Dashboard,
    field::Field,
    finding::{Finding, has_errors},
    flow::{Flow, Starts},
    form::{Audience, Form, Item, Section},
    ledger::Ledger,
    manifest::Manifest,
    package::{Documents, MANIFEST, PEOPLE},
    print::Print,
    report::Report,
    role::Role,
    scenario::Scenario,
    schema::{self, DocumentKind},
    table::Table,
    view::View,
};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Everything an app says. Immutable once it is live.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    pub manifest: Manifest,
    pub tables: IndexMap<String, Table>,
    pub forms: IndexMap<String, Form>,
    pub views: IndexMap<String, View>,
    pub roles: IndexMap<String, Role>,
    pub flows: IndexMap<String, Flow>,
    pub ledgers: IndexMap<String, Ledger>,
    pub prints: IndexMap<String, Print>,
    pub reports: IndexMap<String, Report>,
    pub dashboards: IndexMap<String, Dashboard>,
    pub automations: IndexMap<String, Automation>,
    /// Shared functions: file stem → source text of `rules/*.rhai`.
    pub functions: IndexMap<String, String>,
    /// Data the app starts with: file stem (`order`, `order.lines`) → CSV text.
    pub data: IndexMap<String, String>,
    /// Sample data, the same way.
    pub demo: IndexMap<String, String>,
    /// The people of a demo, as `demo/people.json` says.
    pub demo_people: Option<Json>,
    /// Tests that travel with the app.
    pub scenarios: IndexMap<String, Scenario>,
    /// The languages that the app is translated into, apart from its own.
    pub locales: Vec<String>,
}

/// The column of a file of lines that names the record to which a line belongs.
pub const PARENT_COLUMN: &str = "@parent";
/// The column by which a record in a file of data is named for its lines, where it has no number or code of its own yet.
pub const KEY_COLUMN: &str = "@key";
/// Columns of sample data only: who makes the record, whether it is submitted, whether it is approved, and by whom.
pub const DEMO_COLUMNS: [&str; 4] = ["@as", "@submit", "@approve", "@by"];

impl App {
    /// Reads an app: each document against its meta-schema, into its type, then for what the type alone cannot say.
    /// References between documents are the lint's.
    ///
    /// # Errors
    /// Every finding, errors first; the app is not usable then.
    pub fn parse(documents: &Documents) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let manifest = if documents.get(MANIFEST).is_none() {
            findings.push(
                Finding::error(MANIFEST, "", "the app has no app.json")
                    .suggest("name the folder or package that holds app.json itself, not the one above it"),
            );
            None
        } else {
            read(documents, DocumentKind::App, MANIFEST, typed::<Manifest>, &mut findings)
        };
        let mut tables = folder(documents, DocumentKind::Table, "tables", read_table, &mut findings);
        computed::resolve(&mut tables, &mut findings);
        let forms = folder(documents, DocumentKind::Form, "forms", typed::<Form>, &mut findings);
        let views = folder(documents, DocumentKind::View, "views", typed::<View>, &mut findings);
        let roles = folder(documents, DocumentKind::Role, "roles", typed::<Role>, &mut findings);
        let flows = folder(documents, DocumentKind::Flow, "flows", typed::<Flow>, &mut findings);
        let ledgers = folder(documents, DocumentKind::Ledger, "ledgers", typed::<Ledger>, &mut findings);
        let prints = folder(documents, DocumentKind::Print, "prints", typed::<Print>, &mut findings);
        let reports = folder(documents, DocumentKind::Report, "reports", typed::<Report>, &mut findings);
        let dashboards = folder(documents, DocumentKind::Dashboard, "dashboards", typed::<Dashboard>, &mut findings);
        let automations =
            folder(documents, DocumentKind::Automation, "automations", typed::<Automation>, &mut findings);
        let mut scenarios = IndexMap::new();
        for (key, _) in documents.folder("scenarios") {
            let file = format!("scenarios/{key}.json");
            let scenario = read(documents, DocumentKind::Scenario, &file, typed::<Scenario>, &mut findings);
            scenarios.extend(scenario.map(|scenario| (key.to_owned(), scenario)));
        }
        for (locale, _) in documents.folder("locales") {
            let file = format!("locales/{locale}.json");
            match documents.json(&file) {
                Ok(json) => findings.extend(schema::check(DocumentKind::Locale, &file, &json)),
                Err(finding) => findings.push(finding),
            }
        }
        let demo_people = documents.get(PEOPLE).map(|_| documents.json(PEOPLE)).transpose().unwrap_or_else(|finding| {
            findings.push(finding);
            None
        });
        let texts = |name: &'static str| {
            documents.folder(name).map(|(stem, text)| (stem.to_owned(), text.to_owned())).collect::<IndexMap<_, _>>()
        };
        let app = manifest.map(|manifest| Self {
            manifest,
            tables,
            forms,
            views,
            roles,
            flows,
            ledgers,
            prints,
            reports,
            dashboards,
            automations,
            functions: texts("rules"),
            data: texts("data"),
            demo: texts("demo"),
            demo_people,
            scenarios,
            locales: documents.folder("locales").map(|(locale, _)| locale.to_owned()).collect(),
        });
        if let Some(app) = &app {
            structure::check(app, &mut findings);
        }
        match app {
            Some(app) if !has_errors(&findings) => Ok(app),
            _ => {
                sort(&mut findings);
                Err(findings)
            }
        }
    }

    #[must_use]
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.tables.get(key)
    }

    /// The first form of a table for its members.
    #[must_use]
    pub fn form_for(&self, table: &str) -> Option<&Form> {
        self.forms.values().find(|form| form.table == table && form.audience == Audience::Members)
    }

    /// The first form of a table, or one made from its fields.
    #[must_use]
    pub fn form_or_generated(&self, table: &str) -> Option<Cow<'_, Form>> {
        let written = self.form_for(table).map(Cow::Borrowed);
        written.or_else(|| self.tables.get(table).map(|table| Cow::Owned(Form::generated(table))))
    }

    /// The flow that submitting a record of the table starts.
    #[must_use]
    pub fn submit_flow(&self, table: &str) -> Option<&Flow> {
        self.flows.values().find(|flow| flow.table == table && flow.starts == Starts::Submit)
    }

    pub fn views_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a View> {
        self.views.values().filter(move |view| view.table == table)
    }

    pub fn prints_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Print> {
        self.prints.values().filter(move |print| print.table == table)
    }

    /// Every link field that points at a table: the table it stands in, and its path (`shelf`, `lines.item`).
    pub fn links_to<'a>(&'a self, target: &'a str) -> impl Iterator<Item = (&'a Table, String)> {
        self.tables.values().flat_map(move |table| {
            table.fields.values().flat_map(move |field| {
                let points = move |field: &Field| {
                    field.kind.is_link() && field.target.as_deref() == Some(target) && field.lookup.is_none()
                };
                let own = points(field);
                let columns = field.columns.values().filter(move |column| points(column));
                own.then(|| (table, field.key.clone()))
                    .into_iter()
                    .chain(columns.map(move |column| (table, format!("{}.{}", field.key, column.key))))
            })
        })
    }

    /// The template by which a table's records are called elsewhere.
    #[must_use]
    pub fn display_of(&self, table: &str) -> Option<&str> {
        self.tables.get(table).map(|table| table.display.as_str())
    }

    /// The ledger of which a table is the moves or the balances; the engine alone writes it.
    #[must_use]
    pub fn ledger_of(&self, table: &str) -> Option<&Ledger> {
        self.ledgers.values().find(|ledger| ledger.moves == table || ledger.balance == table)
    }
}

impl Form {
    /// A form with everything a person fills in: one section of the fields, then each lines field as a grid.
    #[must_use]
    pub fn generated(table: &Table) -> Self {
        let fields = table.scalars().map(|field| Item {
            field: Some(field.key.clone()),
            wide: field.kind.is_wide(),
            ..Item::default()
        });
        let mut layout = vec![Section { items: fields.collect(), ..Section::default() }];
        layout.extend(table.lines().map(|lines| Section {
            title: lines.title.clone(),
            columns: 1,
            items: vec![Item { lines: Some(lines.key.clone()), wide: true, ..Item::default() }],
            ..Section::default()
        }));
        layout.retain(|section| !section.items.is_empty());
        Self {
            key: table.key.clone(),
            table: table.key.clone(),
            title: table.title.clone(),
            layout,
            checks: Vec::new(),
            buttons: Vec::new(),
            audience: Audience::Members,
            public: None,
        }
    }
}

/// Orders findings for reading: errors first, then by file and place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        (one.severity, &one.file, &one.path, &one.message).cmp(&(
            other.severity,
            &other.file,
            &other.path,
            &other.message,
        ))
    });
}

/// An app with more problems than this is not read any further.
const TOLD: usize = 1_000;

type Reader<T> = fn(&str, Json, &mut Vec<Finding>) -> Option<T>;

/// Documents that carry their own key.
trait Keyed {
    fn key(&self) -> &str;
    /// Where the key stands in the document.
    const POINTER: &'static str = "/key";
}

macro_rules! keyed {
    ($($kind:ty),+) => {$(
        impl Keyed for $kind {
            fn key(&self) -> &str {
                &self.key
            }
        }
    )+};
}

keyed!(Form, View, Role, Flow, Ledger, Report, Dashboard, Print, Automation);

impl Keyed for Table {
    fn key(&self) -> &str {
        &self.key
    }
    const POINTER: &'static str = "/x-table/key";
}

fn folder<T: Keyed>(
    documents: &Documents,
    kind: DocumentKind,
    name: &'static str,
    reader: Reader<T>,
    findings: &mut Vec<Finding>,
) -> IndexMap<String, T> {
    let mut read_in = IndexMap::new();
    for (stem, _) in documents.folder(name) {
        if findings.len() > TOLD {
            break;
        }
        let file = format!("{name}/{stem}.json");
        let Some(value) = read(documents, kind, &file, reader, findings) else {
            continue;
        };
        if value.key() != stem {
            let message =
                format!("the file is called {stem}.json but its key is \"{}\"; they must be equal", value.key());
            findings.push(Finding::error(file, T::POINTER, message));
        }
        read_in.insert(stem.to_owned(), value);
    }
    read_in
}

/// Meta-schema first: only what passes it is read into its type.
fn read<T>(
    documents: &Documents,
    kind: DocumentKind,
    file: &str,
    reader: Reader<T>,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let json = match documents.json(file) {
        Ok(json) => json,
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    let against_schema = schema::check(kind, file, &json);
    if !against_schema.is_empty() {
        findings.extend(against_schema);
        return None;
    }
    reader(file, json, findings)
}

fn typed<T: DeserializeOwned>(file: &str, json: Json, findings: &mut Vec<Finding>) -> Option<T> {
    match serde_json::from_value(json) {
        Ok(value) => Some(value),
        Err(error) => {
            findings.push(Finding::error(file, "", error.to_string()));
            None
        }
    }
}

fn read_table(file: &str, json: Json, findings: &mut Vec<Finding>) -> Option<Table> {
    match Table::parse(&json) {
        Ok(table) => Some(table),
        Err(problems) => {
            findings.extend(problems.into_iter().map(|(path, message)| Finding::error(file, path, message)));
            None
        }
    }
}

#[cfg(test)]
mod tests;
