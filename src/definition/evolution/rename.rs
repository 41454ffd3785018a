//! Giving a table, a field or a document another key, in every document and rule that names it.
//!
//! Only members that are known to name fields are rewritten; the caller lints the result, so that a place which is not known
//! here stops the renaming instead of being missed.

mod steps;

use crate::definition::{
    app::App,
    measure::call,
    package::{Documents, canonical, place as place_of},
    schema::DocumentKind,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One renaming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rename {
    Table {
        from: String,
        to: String,
    },
    /// A field of a table, or a column of its lines.
    Field {
        table: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<String>,
        from: String,
        to: String,
    },
    /// A view or a form.
    Document {
        folder: String,
        from: String,
        to: String,
    },
}

impl Rename {
    /// The key before and after.
    #[must_use]
    pub fn keys(&self) -> (&str, &str) {
        match self {
            Self::Table { from, to } | Self::Field { from, to, .. } | Self::Document { from, to, .. } => (from, to),
        }
    }
}

/// The documents with the renaming done, in canonical form where they changed. `app` is what they say before.
#[must_use]
pub fn apply(documents: &Documents, app: &App, rename: &Rename) -> Documents {
    let mut renamed = documents.clone();
    for (path, text) in documents.iter() {
        let Some(place) = place_of(path) else { continue };
        let (new_path, new_text) = match place.folder {
            "data" | "demo" if place.stem != "people" => data(app, rename, path, place.stem, place.folder, text),
            "rules" => continue,
            folder => {
                let Ok(json) = documents.json(path) else { continue };
                let rewriter = Rewriter { app, rename };
                let changed = rewriter.document(folder, place.stem, &json);
                let stem = rewriter.stem(folder, place.stem);
                let new_path = if stem == place.stem { path.to_owned() } else { format!("{folder}/{stem}.json") };
                if changed == json {
                    (new_path, text.to_owned())
                } else {
                    let written = DocumentKind::of_folder(folder).and_then(|kind| canonical(kind, &changed).ok());
                    (new_path, written.unwrap_or_else(|| format!("{changed:#}\n")))
                }
            }
        };
        if new_path != path {
            renamed.remove(path);
        }
        // A path made of a key that was checked always has its place.
        let _placed = renamed.set(new_path, new_text);
    }
    renamed
}

/// Several renamings, one after the other; those after which the documents no longer read are left out.
#[must_use]
pub fn apply_all(mut documents: Documents, renames: &[Rename]) -> Documents {
    for rename in renames {
        let Ok(app) = App::parse(&documents) else { return documents };
        documents = apply(&documents, &app, rename);
    }
    documents
}

/// Data files are named for their tables and have fields as their columns.
fn data(app: &App, rename: &Rename, path: &str, stem: &str, folder: &str, text: &str) -> (String, String) {
    let (table, lines) = stem.split_once('.').map_or((stem, None), |(table, lines)| (table, Some(lines)));
    match rename {
        Rename::Table { from, to } if table == from => {
            let rest = lines.map(|lines| format!(".{lines}")).unwrap_or_default();
            (format!("{folder}/{to}{rest}.csv"), text.to_owned())
        }
        Rename::Field { table: of, lines: None, from, to } if table == of && lines == Some(from) => {
            (format!("{folder}/{of}.{to}.csv"), text.to_owned())
        }
        Rename::Field { table: of, lines: within, from, to } if table == of && lines == within.as_deref() => {
            let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
            let known = app.tables.get(table).is_some();
            let columns: Vec<String> = head
                .split(',')
                .map(
                    |name| if known && name.trim() == from { name.replace(from.as_str(), to) } else { name.to_owned() },
                )
                .collect();
            (path.to_owned(), format!("{}\n{rest}", columns.join(",")))
        }
        _ => (path.to_owned(), text.to_owned()),
    }
}

/// Where a name is read: a table, and the lines field inside whose rows, if any.
#[derive(Clone, Copy)]
struct Context<'a> {
    table: &'a str,
    lines: Option<&'a str>,
}

struct Rewriter<'a> {
    app: &'a App,
    rename: &'a Rename,
}

/// Members that hold a table's key.
const TABLES: [&str; 3] = ["table", "moves", "balance"];
/// Members that hold one path or a list of them.
const PATHS: [&str; 23] = [
    "any_line",
    "field",
    "lines",
    "columns",
    "sort",
    "group",
    "sums",
    "unique",
    "index",
    "required",
    "dimensions",
    "measure",
    "for_each",
    "member_field",
    "date",
    "fields",
    "from",
    "through",
    "end",
    "start",
    "cover",
    "by",
    "color_by",
];
/// Members that hold an expression.
const EXPRESSIONS: [&str; 14] = [
    "formula",
    "default",
    "visible",
    "required",
    "readonly",
    "rule",
    "when",
    "unless",
    "condition",
    "if",
    "fallback",
    "as",
    "expression",
    "value",
];
/// Members that hold a sentence with names in braces.
const TEMPLATES: [&str; 5] = ["display", "message", "summary", "title_template", "template"];
/// Members whose keys are paths.
const KEYED: [&str; 4] = ["fields", "set", "map", "where"];

impl Rewriter<'_> {
    fn stem(&self, folder: &str, stem: &str) -> String {
        let (from, to) = self.rename.keys();
        let is_it = match self.rename {
            Rename::Table { .. } => folder == "tables" && stem == from,
            Rename::Document { folder: of, .. } => folder == of && stem == from,
            Rename::Field { .. } => false,
        };
        if is_it { to.to_owned() } else { stem.to_owned() }
    }

    fn document(&self, folder: &str, stem: &str, json: &Json) -> Json {
        if folder == "locales" {
            return self.locale(json);
        }
        let table = match folder {
            "tables" => Some(stem.to_owned()),
            "ledgers" => json["moves"].as_str().map(str::to_owned),
            _ => json["table"].as_str().map(str::to_owned),
        };
        let context = Context { table: table.as_deref().unwrap_or_default(), lines: None };
        let mut changed = self.walk(context, "", json);
        let (from, to) = self.rename.keys();
        match (self.rename, folder) {
            (Rename::Table { .. }, "tables") if stem == from => changed["x-table"]["key"] = to.into(),
            (Rename::Document { folder: of, .. }, _) if folder == of && stem == from => changed["key"] = to.into(),
            _ => {}
        }
        changed
    }

    /// `tables/order#/properties/amount/title`
    fn locale(&self, json: &Json) -> Json {
        let Some(members) = json.as_object() else { return json.clone() };
        let rewrite = |name: &str| match self.rename {
            Rename::Table { from, to } => name.replacen(&format!("tables/{from}#"), &format!("tables/{to}#"), 1),
            Rename::Document { folder, from, to } => {
                name.replacen(&format!("{folder}/{from}#"), &format!("{folder}/{to}#"), 1)
            }
            Rename::Field { table, lines, from, to } => {
                let inside = lines.as_ref().map(|lines| format!("/properties/{lines}/items")).unwrap_or_default();
                let start = format!("tables/{table}#{inside}/properties/{from}/");
                name.replacen(&start, &format!("tables/{table}#{inside}/properties/{to}/"), 1)
            }
        };
        members.iter().map(|(name, value)| (rewrite(name), value.clone())).collect::<Map<_, _>>().into()
    }

    fn walk(&self, context: Context<'_>, member: &str, json: &Json) -> Json {
        match json {
            Json::Object(members) => self.object(context, member, members),
            Json::Array(items) => items.iter().map(|item| self.walk(context, member, item)).collect(),
            Json::String(text) => self.text(context, member, text).into(),
            other => other.clone(),
        }
    }

    fn object(&self, outer: Context<'_>, member: &str, members: &Map<String, Json>) -> Json {
        if members.get("do").is_some_and(Json::is_string) {
            return self.step(outer, members);
        }
        // A grant, a step or a source names the table that its fields belong to.
        let own = members.get("table").and_then(Json::as_str).filter(|key| self.app.tables.contains_key(*key));
        let context = own.map_or(outer, |table| Context { table, lines: None });
        let lines = ["lines", "for_each", "any_line"].iter().find_map(|name| members.get(*name)).and_then(Json::as_str);
        let inner = lines.filter(|key| self.is_lines(context.table, key));
        let mut changed = Map::new();
        for (name, value) in members {
            let is_properties = member == "properties";
            let key = if is_properties || (KEYED.contains(&member) && !is_filter(members)) {
                self.path(context, name)
            } else {
                name.clone()
            };
            let within = if (is_properties && self.is_lines(context.table, name))
                || (inner.is_some() && matches!(name.as_str(), "columns" | "sums" | "set" | "rule" | "where"))
            {
                Context { lines: if is_properties { Some(name.as_str()) } else { inner }, ..context }
            } else {
                context
            };
            // Values of a step are read where the step stands, its fields where it writes.
            let expression = member == "set" || member == "map";
            let value = match value {
                Json::String(text) if expression => self.expression(outer, text).into(),
                Json::String(_) if member == "fields" || is_properties => value.clone(),
                Json::Object(of) if is_properties => self.property(within, of),
                value => self.walk(within, name, value),
            };
            changed.insert(key, value);
        }
        changed.into()
    }

    /// A field's own members are no fields.
    fn property(&self, context: Context<'_>, members: &Map<String, Json>) -> Json {
        let each = |(name, value): (&String, &Json)| {
            let value = match name.as_str() {
                "x-field" if value["from"].is_object() => self.rollup(context, value),
                "x-field" if value["link"].is_string() => self.lookup(context, value),
                "x-field" | "items" => self.walk(context, name, value),
                _ => value.clone(),
            };
            (name.clone(), value)
        };
        members.iter().map(each).collect::<Map<_, _>>().into()
    }

    /// What a rollup says of its rows stands where they do.
    fn rollup(&self, context: Context<'_>, annotation: &Json) -> Json {
        let from = &annotation["from"];
        let table = from["table"].as_str().unwrap_or(context.table);
        let (record, rows) = (Context { table, lines: None }, Context { table, lines: from["lines"].as_str() });
        let mut changed = annotation.clone();
        if let Some(table) = from["table"].as_str() {
            changed["from"]["table"] = self.text(context, "table", table).into();
        }
        if let Some(lines) = from["lines"].as_str() {
            changed["from"]["lines"] = self.path(record, lines).into();
        }
        if let Some(link) = from["field"].as_str() {
            changed["from"]["field"] = self.path(rows, link).into();
        }
        if let Some((function, of)) = annotation["measure"].as_str().and_then(call) {
            changed["measure"] = format!("{function}({})", self.path(rows, of)).into();
        }
        if annotation["filter"].is_object() {
            changed["filter"] = self.walk(rows, "filter", &annotation["filter"]);
        }
        changed
    }

    /// What a lookup shows stands in the table behind its link.
    fn lookup(&self, context: Context<'_>, annotation: &Json) -> Json {
        let (link, field) = (annotation["link"].as_str(), annotation["field"].as_str());
        let (Some(link), Some(field)) = (link, field) else { return annotation.clone() };
        let table = self.app.tables.get(context.table);
        let found = match context.lines {
            None => table.and_then(|table| table.field(link)),
            Some(lines) => table.and_then(|table| table.field(lines)?.column(link)),
        };
        let mut changed = annotation.clone();
        changed["link"] = self.path(context, link).into();
        if let Some(target) = found.and_then(|link| link.target.as_deref()) {
            changed["field"] = self.path(Context { table: target, lines: None }, field).into();
        }
        changed
    }

    fn text(&self, context: Context<'_>, member: &str, text: &str) -> String {
        if let Rename::Table { from, to } = self.rename
            && text == from
            && (TABLES.contains(&member) || member == "menu")
        {
            return to.clone();
        }
        if let Rename::Document { folder, from, to } = self.rename
            && text == from
            && (folder.strip_suffix('s') == Some(member) || (member == "menu" && folder == "views"))
        {
            return to.clone();
        }
        if TEMPLATES.contains(&member) {
            return self.template(context, text);
        }
        let bare = text.trim_start_matches('-');
        if PATHS.contains(&member) && is_path(bare) {
            let sign = &text[..text.len() - bare.len()];
            return format!("{sign}{}", self.path(context, bare));
        }
        // What rows are gathered by may be the stretch of the calendar in which a day lies: `month(day)`.
        if member == "group"
            && let Some((stretch, inner)) = bare.strip_suffix(')').and_then(|call| call.split_once('('))
        {
            let sign = &text[..text.len() - bare.len()];
            return format!("{sign}{stretch}({})", self.path(context, inner));
        }
        if EXPRESSIONS.contains(&member) { self.expression(context, text) } else { text.to_owned() }
    }

    fn is_lines(&self, table: &str, key: &str) -> bool {
        let field = self.app.tables.get(table).and_then(|table| table.field(key));
        field.is_some_and(|field| !field.columns.is_empty())
    }

    /// A dotted path, each name renamed where it names the field.
    fn path(&self, context: Context<'_>, path: &str) -> String {
        let Rename::Field { table: of, lines: within, from, to } = self.rename else { return path.to_owned() };
        let mut at = (context.table.to_owned(), context.lines.map(str::to_owned));
        let mut written = Vec::new();
        for (index, name) in path.split('.').enumerate() {
            if index == 0 && matches!(name, "record" | "line" | "old" | "before") && path.contains('.') {
                if name != "line" {
                    at.1 = None;
                }
                written.push(name.to_owned());
                continue;
            }
            let table = self.app.tables.get(&at.0);
            let mut field = match &at.1 {
                Some(lines) => table.and_then(|table| table.field(lines)?.column(name)),
                None => table.and_then(|table| table.field(name)),
            };
            if field.is_none() && at.1.is_some() {
                at.1 = None;
                field = table.and_then(|table| table.field(name));
            }
            let is_it = field.is_some() && at.0 == *of && at.1 == *within && name == from;
            written.push(if is_it { to.clone() } else { name.to_owned() });
            match field {
                Some(field) if !field.columns.is_empty() => at.1 = Some(field.key.clone()),
                Some(field) => at = (field.target.clone().unwrap_or_default(), None),
                None => at = (String::new(), None),
            }
        }
        written.join(".")
    }

    /// Sentences name fields in braces.
    fn template(&self, context: Context<'_>, text: &str) -> String {
        let mut written = String::new();
        for (index, part) in text.split('{').enumerate() {
            match part.split_once('}') {
                Some((name, rest)) if index > 0 => {
                    written.push_str(&format!("{{{}}}{rest}", self.path(context, name)));
                }
                _ if index > 0 => written.push_str(&format!("{{{part}")),
                _ => written.push_str(part),
            }
        }
        written
    }

    /// Every path outside of texts; a text behind lines names their column: `sum(lines, "amount")`.
    fn expression(&self, context: Context<'_>, source: &str) -> String {
        let mut written = String::new();
        let mut last_lines: Option<String> = None;
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            if first == '"' {
                let end = rest[1..].find('"').map_or(rest.len(), |end| end + 2);
                let literal = &rest[1..end.saturating_sub(1).max(1)];
                let named = last_lines.take().map(|lines| {
                    let inside = Context { lines: Some(&lines), ..context };
                    self.path(inside, literal)
                });
                written.push_str(&named.map_or_else(|| rest[..end].to_owned(), |name| format!("\"{name}\"")));
                rest = &rest[end..];
            } else if first.is_ascii_lowercase() || first == '_' {
                let end =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
                let path = &rest[..end];
                let bare = path.strip_prefix("record.").unwrap_or(path);
                last_lines = self.is_lines(context.table, bare).then(|| bare.to_owned());
                written.push_str(&self.path(context, path));
                rest = &rest[end..];
            } else {
                written.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        written
    }
}

/// Whether these are the members of a condition, none of which is the name of a field.
fn is_filter(members: &Map<String, Json>) -> bool {
    let groups = ["all", "any", "not", "any_line"].iter().any(|name| members.contains_key(*name));
    groups || (members.contains_key("field") && members.contains_key("op"))
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|name| name == "*" || crate::base::key::is_key(name))
}
