//! The tables that a caller may read, each with schemas of its own.

use super::reference;
use crate::{
    access::Visibility,
    definition::{
        field::{Field, Kind, address},
        role::Action,
        table::Table,
    },
    service::permits::Rights,
    web::{Result, Web, caller::Caller},
};
use serde_json::{Map, Value, json};

/// What a caller may read.
#[derive(Default)]
pub struct Readable {
    /// The keys of their apps.
    pub apps: Vec<String>,
    pub tables: Vec<ReadableTable>,
}

/// A table with the schema of its values.
pub struct ReadableTable {
    pub app: String,
    pub key: String,
    /// Whether people write it; others are written by the engine.
    pub writable: bool,
    /// The values as they are answered.
    values: Value,
    /// The values as they may be written: a draft may lack some, and a patch names only what changes.
    written: Value,
}

impl ReadableTable {
    /// `orders.order`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.app, self.key)
    }
}

impl Readable {
    /// `orders.order`: its values; `….Record` as it is answered; `….WriteRecord` as it is written.
    pub fn schemas(&self) -> impl Iterator<Item = (String, Value)> {
        self.tables.iter().flat_map(|table| {
            let name = table.name();
            let record = json!({"allOf": [reference("Record"), {"properties": {"values": reference(&name)}}]});
            let write = json!({
                "type": "object",
                "properties": {"values": table.written.clone(), "submit": {"type": "boolean"}},
                "required": ["values"],
                "additionalProperties": false,
            });
            let values = table.values.clone();
            [(format!("{name}.Record"), record), (format!("{name}.WriteRecord"), write), (name, values)]
        })
    }
}

/// The apps and tables of a caller.
pub async fn readable(web: &Web, caller: &Caller) -> Result<Readable> {
    let reader = web.service.store.reader();
    let mut readable = Readable::default();
    for live in web.service.live.all(&reader, caller.person.epoch).await? {
        let rights = Rights::load(&reader, &caller.call, &live).await?;
        for table in live.face(&caller.call.actor.locale).app.tables.values() {
            let Ok(permit) = rights.permit(&table.key, Action::View) else { continue };
            let shown = |path: &str| permit.visibility(path) != Visibility::Never;
            readable.tables.push(ReadableTable {
                app: live.key().to_owned(),
                key: table.key.clone(),
                writable: !live.is_engine_written(&table.key),
                values: table_schema(table, &shown, Use::Answer),
                written: table_schema(table, &shown, Use::Write),
            });
        }
        if readable.tables.iter().any(|table| table.app == live.key()) {
            readable.apps.push(live.key().to_owned());
        }
    }
    Ok(readable)
}

/// Whether a schema is for what is answered, or for what may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Answer,
    Write,
}

fn table_schema(table: &Table, shown: &dyn Fn(&str) -> bool, purpose: Use) -> Value {
    let fields = table.fields.values().filter(|field| shown(&field.key));
    let fields = fields.filter(|field| purpose == Use::Answer || !field.read_only);
    let properties: Map<String, Value> =
        fields.map(|field| (field.key.clone(), field_schema(field, shown, purpose))).collect();
    let mut schema = json!({"type": "object", "title": table.title, "properties": properties});
    if purpose == Use::Write {
        schema["additionalProperties"] = false.into();
    }
    schema
}

fn field_schema(field: &Field, shown: &dyn Fn(&str) -> bool, purpose: Use) -> Value {
    let mut schema = match field.kind {
        Kind::Link if purpose == Use::Write => named("key"),
        Kind::Member if purpose == Use::Write => named("login"),
        Kind::Department if purpose == Use::Write => named("name"),
        Kind::Integer | Kind::Rating | Kind::Duration | Kind::Link | Kind::Member | Kind::Department => {
            json!({"type": ["integer", "null"]})
        }
        Kind::Boolean => json!({"type": ["boolean", "null"]}),
        Kind::Links | Kind::Members | Kind::Departments | Kind::Attachment | Kind::Image | Kind::Signature => {
            json!({"type": ["array", "null"], "items": {"type": "integer"}})
        }
        Kind::Choices | Kind::Cascade => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Kind::Choice => {
            let values = field.options.iter().map(|option| json!(option.value));
            json!({"enum": values.chain([Value::Null]).collect::<Vec<_>>()})
        }
        Kind::Decimal | Kind::Money | Kind::Percent => {
            json!({"type": ["string", "null"], "pattern": format!("^-?[0-9]{{1,15}}(\\.[0-9]{{1,{}}})?$", field.scale.max(1))})
        }
        Kind::Date => json!({"type": ["string", "null"], "format": "date"}),
        Kind::DateTime => json!({"type": ["string", "null"], "format": "date-time"}),
        // Answered as set or not; that form may be sent back and keeps the value.
        Kind::Secret if purpose == Use::Write => json!({"anyOf": [{"type": ["string", "null"]}, kept_secret()]}),
        Kind::Secret => json!({"anyOf": [{"type": "null"}, kept_secret()]}),
        Kind::Location => object_of(&["latitude", "longitude", "label"]),
        Kind::Address => object_of(&address::PARTS),
        Kind::Json => json!({}),
        Kind::Lines => lines_schema(field, shown, purpose),
        _ => json!({"type": ["string", "null"]}),
    };
    schema["title"] = field.title.clone().into();
    if field.read_only {
        schema["readOnly"] = true.into();
    }
    schema
}

/// `{"set": true}`.
fn kept_secret() -> Value {
    json!({"type": "object", "properties": {"set": {"const": true}}, "required": ["set"], "additionalProperties": false})
}

/// An object of texts, or null.
fn object_of(members: &[&str]) -> Value {
    let texts: Map<String, Value> =
        members.iter().map(|name| ((*name).to_owned(), json!({"type": ["string", "null"]}))).collect();
    json!({"type": ["object", "null"], "properties": texts, "additionalProperties": false})
}

/// An id, or the one record or person of that name.
fn named(by: &str) -> Value {
    let name = json!({"type": "object", "properties": {by: {"type": "string"}}, "required": [by], "additionalProperties": false});
    json!({"anyOf": [{"type": ["integer", "null"]}, name]})
}

/// The rows in order. Written, they are all of them, or only what is added, updated and removed.
fn lines_schema(field: &Field, shown: &dyn Fn(&str) -> bool, purpose: Use) -> Value {
    let columns = field.columns.values().filter(|column| shown(&format!("{}.{}", field.key, column.key)));
    let columns = columns.filter(|column| purpose == Use::Answer || !column.read_only);
    let mut properties: Map<String, Value> =
        columns.map(|column| (column.key.clone(), field_schema(column, shown, purpose))).collect();
    properties.insert("id".into(), json!({"type": "integer"}));
    let rows = |properties: &Map<String, Value>| {
        let row = json!({"type": "object", "properties": properties, "additionalProperties": purpose == Use::Answer});
        json!({"type": "array", "items": row})
    };
    if purpose == Use::Answer {
        return rows(&properties);
    }
    let ids = json!({"type": "array", "items": {"type": "integer"}});
    let touched = json!({"add": rows(&properties), "update": rows(&properties), "remove": ids});
    json!({"anyOf": [rows(&properties), {"type": "object", "properties": touched, "additionalProperties": false}]})
}
