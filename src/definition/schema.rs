//! The meta-schemas: what each kind of document may say. Checked here, served to designers, and kept equal to the serde types.

use super::finding::Finding;
use crate::base::key::nearest;
use jsonschema::{
    Retrieve, Uri, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value as Json;
use std::{collections::HashMap, sync::OnceLock};

/// The kinds of documents that have a meta-schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    App,
    Table,
    Form,
    View,
    Role,
    Flow,
    Ledger,
    Print,
    Report,
    Dashboard,
    Scenario,
    Automation,
    Locale,
}

impl DocumentKind {
    pub const ALL: [Self; 13] = [
        Self::App,
        Self::Table,
        Self::Form,
        Self::View,
        Self::Role,
        Self::Flow,
        Self::Ledger,
        Self::Print,
        Self::Report,
        Self::Dashboard,
        Self::Scenario,
        Self::Automation,
        Self::Locale,
    ];

    /// The name of the schema: `table`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Table => "table",
            Self::Form => "form",
            Self::View => "view",
            Self::Role => "role",
            Self::Flow => "flow",
            Self::Ledger => "ledger",
            Self::Print => "print",
            Self::Report => "report",
            Self::Dashboard => "dashboard",
            Self::Scenario => "scenario",
            Self::Automation => "automation",
            Self::Locale => "locale",
        }
    }

    /// The kind of the documents of a folder (`tables`), or of the top (``), if it has a meta-schema.
    #[must_use]
    pub fn of_folder(folder: &str) -> Option<Self> {
        match folder {
            "" => Some(Self::App),
            "tables" => Some(Self::Table),
            "forms" => Some(Self::Form),
            "views" => Some(Self::View),
            "roles" => Some(Self::Role),
            "flows" => Some(Self::Flow),
            "ledgers" => Some(Self::Ledger),
            "prints" => Some(Self::Print),
            "reports" => Some(Self::Report),
            "dashboards" => Some(Self::Dashboard),
            "scenarios" => Some(Self::Scenario),
            "automations" => Some(Self::Automation),
            "locales" => Some(Self::Locale),
            _ => None,
        }
    }
}

/// Every schema by file name, also those that only others refer to.
const SOURCES: [(&str, &str); 14] = [
    ("app", include_str!("schemas/app.json")),
    ("table", include_str!("schemas/table.json")),
    ("form", include_str!("schemas/form.json")),
    ("view", include_str!("schemas/view.json")),
    ("role", include_str!("schemas/role.json")),
    ("flow", include_str!("schemas/flow.json")),
    ("ledger", include_str!("schemas/ledger.json")),
    ("print", include_str!("schemas/print.json")),
    ("report", include_str!("schemas/report.json")),
    ("dashboard", include_str!("schemas/dashboard.json")),
    ("scenario", include_str!("schemas/scenario.json")),
    ("automation", include_str!("schemas/automation.json")),
    ("locale", include_str!("schemas/locale.json")),
    ("filter", include_str!("schemas/filter.json")),
];

/// The text of the schema called `name` (`table`, `filter`), for serving at `/schemas/<name>.json`.
#[must_use]
pub fn source_named(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The text of a kind's meta-schema.
#[must_use]
pub fn source(kind: DocumentKind) -> &'static str {
    source_named(kind.name()).unwrap_or_default()
}

/// A schema by its name, read.
#[must_use]
pub fn parsed(name: &str) -> Option<&'static Json> {
    compiled().as_ref().ok()?.schemas.get(name)
}

/// The name of a schema, for as long as the program runs.
#[must_use]
pub fn name_of(name: &str) -> Option<&'static str> {
    SOURCES.iter().map(|(known, _)| *known).find(|known| *known == name)
}

/// Problems that are told of one document.
const TOLD: usize = 200;

struct Compiled {
    schemas: HashMap<&'static str, Json>,
    validators: HashMap<DocumentKind, Validator>,
}

/// Finds the schemas that others refer to among our own; nothing is ever fetched.
struct Own;

impl Retrieve for Own {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        let text = source_named(schema_name(uri.as_str())).ok_or_else(|| format!("no schema at {uri}"))?;
        Ok(serde_json::from_str(text)?)
    }
}

/// `…/schemas/table.json` → `table`
fn schema_name(address: &str) -> &str {
    let file = address.rsplit_once('/').map_or(address, |(_, file)| file);
    file.strip_suffix(".json").unwrap_or(file)
}

fn compiled() -> &'static Result<Compiled, String> {
    static COMPILED: OnceLock<Result<Compiled, String>> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let mut schemas = HashMap::new();
        for (name, text) in SOURCES {
            let schema: Json = serde_json::from_str(text).map_err(|error| format!("{name}.json: {error}"))?;
            schemas.insert(name, schema);
        }
        let mut validators = HashMap::new();
        for kind in DocumentKind::ALL {
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .with_retriever(Own)
                .build(&schemas[kind.name()])
                .map_err(|error| format!("{}.json: {error}", kind.name()))?;
            validators.insert(kind, validator);
        }
        Ok(Compiled { schemas, validators })
    })
}

/// Everything in which a document differs from its meta-schema, as findings of `file`.
#[must_use]
pub fn check(kind: DocumentKind, file: &str, document: &Json) -> Vec<Finding> {
    let compiled = match compiled() {
        Ok(compiled) => compiled,
        Err(message) => return vec![Finding::error(file, "", format!("the meta-schemas cannot be used: {message}"))],
    };
    let Some(validator) = compiled.validators.get(&kind) else {
        return Vec::new();
    };
    let mut findings: Vec<Finding> = Vec::new();
    for error in validator.iter_errors(document) {
        for finding in explain(compiled, kind, file, &error) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        // A document of nothing but mistakes needs no more.
        if findings.len() >= TOLD {
            break;
        }
    }
    findings
}

fn explain(compiled: &Compiled, kind: DocumentKind, file: &str, error: &ValidationError<'_>) -> Vec<Finding> {
    let here = error.instance_path().as_str();
    let one = |message: String| vec![Finding::error(file, here, message)];
    let shown = short(error.instance());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = siblings(compiled, kind, error);
            unexpected
                .iter()
                .map(|name| {
                    let path = format!("{here}/{}", super::flow::escape(name));
                    let finding = Finding::error(file, path, format!("there is no member \"{name}\" here"));
                    match nearest(name, known.iter().map(String::as_str)) {
                        Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
                        None if known.is_empty() => finding.suggest("remove it"),
                        None => finding.suggest(format!("the members here are {}", known.join(", "))),
                    }
                })
                .collect()
        }
        ValidationErrorKind::Required { property } => one(format!("the member {property} is missing")),
        ValidationErrorKind::Type { kind } => one(format!("{shown} is not {}", type_words(kind))),
        ValidationErrorKind::Constant { expected_value } => one(format!("{shown} must be {expected_value} here")),
        ValidationErrorKind::Enum { options } => {
            let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let finding = Finding::error(file, here, format!("{shown} is not one of {}", words.join(", ")));
            let near = error.instance().as_str().and_then(|wrong| nearest(wrong, words.iter().copied()));
            vec![match near {
                Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
                None => finding,
            }]
        }
        ValidationErrorKind::Pattern { pattern } if pattern.starts_with("^[a-z][a-z0-9_]") => {
            one(format!("{shown} is not a key: a lower-case letter, then up to 39 letters, digits or _"))
        }
        ValidationErrorKind::Pattern { pattern } if pattern.contains("[0-9]+") => {
            one(format!("{shown} is not a plain number such as -12.50"))
        }
        ValidationErrorKind::Pattern { pattern } => one(format!("{shown} does not have the form {pattern}")),
        ValidationErrorKind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            let path = format!("{here}/{}", super::flow::escape(name));
            let inner = explain(compiled, kind, file, error);
            inner
                .into_iter()
                .map(|finding| match kind {
                    DocumentKind::Locale => Finding::error(
                        file,
                        path.clone(),
                        format!("\"{name}\" names no text: write file#/place, like tables/order#/title"),
                    ),
                    _ => Finding { path: path.clone(), ..finding },
                })
                .collect()
        }
        ValidationErrorKind::MinLength { .. } => one("this must not be empty".into()),
        ValidationErrorKind::MaxLength { limit } => one(format!("this is longer than {limit} characters")),
        ValidationErrorKind::MinItems { limit } => one(format!("at least {limit} needed here")),
        ValidationErrorKind::MaxItems { limit } => one(format!("at most {limit} are possible here")),
        ValidationErrorKind::MinProperties { .. } => one("this must not be empty".into()),
        ValidationErrorKind::MaxProperties { limit } => one(format!("at most {limit} are possible here")),
        ValidationErrorKind::Minimum { limit } => one(format!("{shown} is less than {limit}")),
        ValidationErrorKind::Maximum { limit } => one(format!("{shown} is more than {limit}")),
        ValidationErrorKind::UniqueItems => one("one of these is named twice".into()),
        ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
            one(choice_words(compiled, kind, error))
        }
        _ => one(error.to_string()),
    }
}

/// Says what a `oneOf` over required members asks for.
fn choice_words(compiled: &Compiled, kind: DocumentKind, error: &ValidationError<'_>) -> String {
    let ways: Vec<String> = holder(compiled, kind, error)
        .and_then(|schema| schema["oneOf"].as_array())
        .into_iter()
        .flatten()
        .filter_map(|way| way["required"].as_array())
        .map(|names| names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" with "))
        .collect();
    if ways.is_empty() {
        error.to_string()
    } else {
        format!("exactly one of these is needed here: {}", ways.join(", "))
    }
}

/// The members that the schema knows where another was found.
fn siblings(compiled: &Compiled, kind: DocumentKind, error: &ValidationError<'_>) -> Vec<String> {
    let known = holder(compiled, kind, error).and_then(|schema| schema["properties"].as_object());
    known.into_iter().flat_map(|members| members.keys().cloned()).collect()
}

/// The schema whose keyword was broken: the way of the evaluation, through references into other documents too.
fn holder<'a>(compiled: &'a Compiled, kind: DocumentKind, error: &ValidationError<'_>) -> Option<&'a Json> {
    let mut document = compiled.schemas.get(kind.name())?;
    let mut here = document;
    let way = error.evaluation_path().as_str();
    let (parent, _keyword) = way.rsplit_once('/')?;
    for name in parent.split('/').skip(1) {
        if name == "$ref" {
            let address = here["$ref"].as_str()?;
            let (file, pointer) = address.split_once('#').unwrap_or((address, ""));
            if !file.is_empty() {
                document = compiled.schemas.get(schema_name(file))?;
            }
            here = document.pointer(pointer)?;
        } else {
            here = here.pointer(&format!("/{name}"))?;
        }
    }
    Some(here)
}

fn type_words(kind: &TypeKind) -> String {
    let words = |name: &str| match name {
        "object" => "an object {…}",
        "array" => "a list […]",
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ => "null",
    };
    match kind {
        TypeKind::Single(one) => words(one.as_str()).to_owned(),
        TypeKind::Multiple(several) => {
            let all: Vec<&str> = several.into_iter().map(|one| words(one.as_str())).collect();
            all.join(" or ")
        }
    }
}

/// A value as a message shows it: whole when short.
fn short(value: &Json) -> String {
    match value {
        Json::Object(_) => "an object {…}".into(),
        Json::Array(_) => "a list […]".into(),
        other => {
            let text = other.to_string();
            if text.chars().count() <= 60 { text } else { text.chars().take(60).chain(['…']).collect() }
        }
    }
}

#[cfg(test)]
mod tests;
