//! `/api/v1/openapi.json`: the fixed routes, and for whoever is signed in the tables of their apps from their own schemas.

use crate::{
    access::Visibility,
    definition::{
        field::{Field, Kind},
        role::Action,
        table::Table,
    },
    service::permits::Rights,
    web::{Result, Web, caller::Caller},
};
use axum::{
    Json,
    extract::{OptionalFromRequestParts, State},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::convert::Infallible;

/// One operation of the API: method, path, what it does, parameters in the query, whether it takes a body, what it answers.
struct Operation {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    query: &'static [(&'static str, &'static str)],
    body: Option<&'static str>,
    answers: &'static [(u16, &'static str)],
}

const BASE: &str = "/api/v1";

const fn read(
    path: &'static str,
    summary: &'static str,
    query: &'static [(&'static str, &'static str)],
    answer: &'static str,
) -> Operation {
    // The answer's schema by a name of `schemas`.
    let answers: &'static [(u16, &'static str)] = match answer.as_bytes() {
        b"list" => &[(200, "List")],
        b"record" => &[(200, "Record")],
        b"task" => &[(200, "Task")],
        b"case" => &[(200, "Case")],
        _ => &[(200, "Object")],
    };
    Operation { method: "get", path, summary, query, body: None, answers }
}

const fn write(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Option<&'static str>,
    answers: &'static [(u16, &'static str)],
) -> Operation {
    Operation { method, path, summary, query: &[], body, answers }
}

const LIST: &[(&str, &str)] = &[
    ("filter", "conditions as JSON: {\"field\", \"op\", \"value\"}, {\"all\": […]}, {\"any\": […]}, {\"not\": …}"),
    ("q", "words that searchable fields hold"),
    ("sort", "field keys, - in front for descending: -day,no"),
    ("limit", "rows of a page, at most 200"),
    ("cursor", "the next of the page before"),
    ("view", "a view of the table, whose filter and sort then hold"),
    ("count", "true adds the number of rows, counted to 10,000"),
];
const TASKS: &[(&str, &str)] = &[
    ("box", "todo, done, started or cc"),
    ("app", "only of this app"),
    ("table", "only of this table of the app"),
    ("record", "only of this record"),
    ("case", "only of this case"),
    ("q", "text that the title holds"),
    ("limit", "rows of a page, at most 200"),
    ("cursor", "the next of the page before"),
];
const IMPORT: &[(&str, &str)] = &[
    ("dry_run", "true inspects and changes nothing"),
    ("mode", "new"),
    ("samples", "true adds the app's sample master data"),
];
const CURSOR: &[(&str, &str)] = &[("cursor", "the next of the page before")];
const RECORDS: &str = "/apps/{app}/tables/{table}/records";
const RECORD: &str = "/apps/{app}/tables/{table}/records/{id}";
const NO_CONTENT: &[(u16, &str)] = &[(204, "")];

fn operations() -> Vec<Operation> {
    vec![
        write(
            "post",
            "/session",
            "Sign in: answers the person and sets the cookie",
            Some("Credentials"),
            &[(200, "Object")],
        ),
        write("delete", "/session", "Sign out", None, NO_CONTENT),
        read("/openapi.json", "This document", &[], "object"),
        read("/me", "Who I am", &[], "object"),
        read("/notices", "My messages, newest first", CURSOR, "list"),
        read("/tokens", "My tokens", &[], "list"),
        write("post", "/tokens", "Make a token; it is shown once", Some("NewToken"), &[(201, "Object")]),
        write("delete", "/tokens/{id}", "End a token", None, NO_CONTENT),
        write("post", "/users", "Add a person", Some("NewUser"), &[(201, "Object")]),
        read("/apps", "The apps in which I have a role", &[], "list"),
        Operation {
            method: "post",
            path: "/apps/import",
            summary: "Import an app: the body is a .fwapp",
            query: IMPORT,
            body: Some("Package"),
            answers: &[(200, "Object"), (201, "Object")],
        },
        read("/apps/{app}/export", "The live version as a .fwapp", &[("data", "none")], "object"),
        read("/apps/{app}/definition", "Tables, fields and actions that I may use", &[], "object"),
        read("/apps/{app}/settings", "The app's settings", &[], "object"),
        write("put", "/apps/{app}/settings", "Change settings", Some("Object"), NO_CONTENT),
        write(
            "put",
            "/apps/{app}/roles/{role}/members",
            "Make the members of a role be these",
            Some("Members"),
            &[(200, "Object")],
        ),
        read(RECORDS, "A page of records", LIST, "list"),
        write(
            "post",
            RECORDS,
            "Create a record, and submit it where that is asked",
            Some("WriteRecord"),
            &[(201, "Record")],
        ),
        read(RECORD, "A record", &[], "record"),
        write("patch", RECORD, "Change the members given", Some("WriteRecord"), &[(200, "Record")]),
        write("delete", RECORD, "Move a record to the trash", None, NO_CONTENT),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/{id}/submit",
            "Submit a record",
            Some("Submit"),
            &[(200, "Record")],
        ),
        write(
            "post",
            "/apps/{app}/ledgers/{ledger}/verify",
            "Add a ledger up anew and compare",
            None,
            &[(200, "Object")],
        ),
        read("/tasks", "A page of one of my boxes", TASKS, "list"),
        read("/tasks/{id}", "A task with what may be done now", &[], "task"),
        write("post", "/tasks/{id}/{op}", "approve, reject, return or resubmit", Some("Act"), &[(200, "Task")]),
        read("/cases/{id}", "A case with its log", &[], "case"),
        write("post", "/cases/{id}/{op}", "withdraw or terminate", Some("Steer"), &[(200, "Case")]),
    ]
}

/// The stable codes of problems; those of a ledger's checks are the app's own.
const CODES: [&str; 31] = [
    "malformed",
    "unauthenticated",
    "wrong_credentials",
    "locked_out",
    "forbidden",
    "administrators_only",
    "out_of_scope",
    "engine_written",
    "foreign_origin",
    "session_needed",
    "not_found",
    "method_not_allowed",
    "conflict",
    "already_decided",
    "in_approval",
    "approved_locked",
    "in_use",
    "not_open",
    "not_yours",
    "not_allowed",
    "no_flow",
    "nobody",
    "app_exists",
    "already_set_up",
    "stale",
    "too_large_body",
    "invalid",
    "unknown_field",
    "unset_value",
    "unique",
    "idempotency_mismatch",
];

/// The statuses of problems that every operation may answer.
const PROBLEMS: [u16; 11] = [400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 503];

impl Operation {
    fn describe(&self) -> Value {
        let mut parameters: Vec<Value> = self
            .path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| {
                let schema = if name == "id" { json!({"type": "integer"}) } else { json!({"type": "string"}) };
                json!({"name": name, "in": "path", "required": true, "schema": schema})
            })
            .collect();
        for (name, description) in self.query {
            parameters
                .push(json!({"name": name, "in": "query", "description": description, "schema": {"type": "string"}}));
        }
        let keyed = matches!(self.method, "post" | "put" | "patch" | "delete")
            && !["/session", "/tokens"].iter().any(|path| self.path.starts_with(path));
        if keyed {
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200},
                "description": "The same key answers the stored answer again instead of doing the act again",
            }));
        }
        if matches!(self.method, "patch" | "delete") && self.path == RECORD {
            let description = "The version that was read, in quotes; another one answers 412";
            parameters.push(
                json!({"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": description}),
            );
        }
        let mut responses = Map::new();
        for (status, schema) in self.answers {
            let mut response = json!({"description": self.summary});
            if !schema.is_empty() {
                response["content"] = json!({"application/json": {"schema": reference(schema)}});
            }
            responses.insert(status.to_string(), response);
        }
        for status in PROBLEMS {
            responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
        }
        let mut operation = json!({"summary": self.summary, "parameters": parameters, "responses": responses});
        if let Some(body) = self.body {
            let kind = if body == "Package" { "application/zip" } else { "application/json" };
            operation["requestBody"] = json!({"content": {kind: {"schema": reference(body)}}});
        }
        operation
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The caller, if there is one: the document is there for everybody.
pub struct MaybeCaller(Option<Caller>);

impl<S: Send + Sync> OptionalFromRequestParts<S> for MaybeCaller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> std::result::Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Caller>().cloned().map(|caller| Self(Some(caller))))
    }
}

pub async fn show(State(web): State<Web>, caller: Option<MaybeCaller>) -> Result<Response> {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let path = format!("{BASE}{}", operation.path);
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[operation.method] = operation.describe();
    }
    let mut schemas = fixed_schemas();
    if let Some(caller) = caller.and_then(|caller| caller.0) {
        app_schemas(&web, &caller, &mut schemas).await?;
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Formwork", "version": env!("CARGO_PKG_VERSION")},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {
                "description": "What happened, why, and what to do, in the caller's language",
                "content": {"application/problem+json": {"schema": reference("Problem")}},
            }},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "formwork"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    });
    Ok(Json(document).into_response())
}

fn fixed_schemas() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "integer"});
    let object =
        |members: Value, required: &[&str]| json!({"type": "object", "properties": members, "required": required});
    let schemas = json!({
        "Object": {"type": "object"},
        "Package": {"type": "string", "format": "binary"},
        "List": object(json!({"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]},
            "count": id(), "count_capped": {"type": "boolean"}}), &["items", "next"]),
        "Credentials": object(json!({"login": text(), "password": text(), "code": text()}), &["login", "password"]),
        "NewToken": object(json!({"name": text(), "scopes": text(), "expires_at": {"type": ["string", "null"]}}), &["name", "scopes"]),
        "NewUser": object(json!({"login": text(), "name": text(), "password": text(), "position": text()}), &["login", "name", "password"]),
        "Members": object(json!({"users": {"type": "array", "items": id()}, "departments": {"type": "array", "items": id()},
            "groups": {"type": "array", "items": id()}}), &[]),
        "WriteRecord": object(json!({"values": {"type": "object"}, "submit": {"type": "boolean"}}), &["values"]),
        "Submit": object(json!({"flow": text()}), &[]),
        "Act": object(json!({"comment": text(), "values": {"type": "object"}, "to_node": text(),
            "resume": {"enum": ["rerun", "direct"]}}), &[]),
        "Steer": object(json!({"comment": text(), "reason": text()}), &[]),
        "Record": object(json!({"id": id(), "version": id(), "state": {"type": ["string", "null"]}, "values": {"type": "object"},
            "refs": {"type": "object"}, "case": {"type": ["object", "null"]}, "created_at": text(), "updated_at": text()}),
            &["id", "version", "state", "values", "refs"]),
        "Task": object(json!({"id": id(), "case": id(), "node": text(), "title": text(), "state": text(),
            "ops": {"type": "array", "items": text()}, "fields": {"type": "object"}}), &["id", "case", "ops"]),
        "Case": object(json!({"id": id(), "state": text(), "tasks": {"type": "array"}, "log": {"type": "array"}}), &["id", "state"]),
        "Problem": object(json!({"type": text(), "title": text(), "status": id(), "detail": text(),
            "code": {"type": "string", "examples": CODES, "description": "Stable. A check of an app's ledger has a code of its own"},
            "request_id": text(), "errors": {"type": "array", "items": object(json!({"path": text(), "code": text(),
            "message": text(), "params": {"type": "object"}}), &["path", "code"])}}), &["type", "title", "status", "code"]),
    });
    match schemas {
        Value::Object(schemas) => schemas,
        _ => Map::new(),
    }
}

/// `orders.order`: the values of each table that the caller may see, field by field.
async fn app_schemas(web: &Web, caller: &Caller, schemas: &mut Map<String, Value>) -> Result<()> {
    let reader = web.service.store.reader();
    for live in web.service.live.all(&reader, caller.person.epoch).await? {
        let rights = Rights::load(&reader, &caller.call, &live).await?;
        for table in live.face(&caller.call.actor.locale).app.tables.values() {
            let Ok(permit) = rights.permit(&table.key, Action::View) else { continue };
            let shown = |path: &str| permit.visibility(path) != Visibility::Never;
            schemas.insert(format!("{}.{}", live.key(), table.key), table_schema(table, &shown));
        }
    }
    Ok(())
}

fn table_schema(table: &Table, shown: &dyn Fn(&str) -> bool) -> Value {
    let properties: Map<String, Value> = table
        .fields
        .values()
        .filter(|field| shown(&field.key))
        .map(|field| (field.key.clone(), field_schema(field, shown)))
        .collect();
    let required: Vec<&str> = table
        .fields
        .values()
        .filter(|field| field.required && shown(&field.key))
        .map(|field| field.key.as_str())
        .collect();
    json!({"type": "object", "title": table.title, "properties": properties, "required": required})
}

fn field_schema(field: &Field, shown: &dyn Fn(&str) -> bool) -> Value {
    let mut schema = match field.kind {
        Kind::Integer | Kind::Rating | Kind::Link | Kind::Member => json!({"type": ["integer", "null"]}),
        Kind::Boolean => json!({"type": ["boolean", "null"]}),
        Kind::Links | Kind::Members => json!({"type": ["array", "null"], "items": {"type": "integer"}}),
        Kind::Choices => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Kind::Date => json!({"type": ["string", "null"], "format": "date"}),
        Kind::DateTime => json!({"type": ["string", "null"], "format": "date-time"}),
        Kind::Lines => {
            let columns: Map<String, Value> = field
                .columns
                .values()
                .filter(|column| shown(&format!("{}.{}", field.key, column.key)))
                .map(|column| (column.key.clone(), field_schema(column, shown)))
                .collect();
            json!({"type": "array", "items": {"type": "object", "properties": columns}})
        }
        _ => json!({"type": ["string", "null"]}),
    };
    schema["title"] = field.title.clone().into();
    if field.read_only {
        schema["readOnly"] = true.into();
    }
    if !field.options.is_empty() && field.kind == Kind::Choice {
        let values: Vec<&str> = field.options.iter().map(|option| option.value.as_str()).collect();
        schema["examples"] = json!(values);
    }
    schema
}
