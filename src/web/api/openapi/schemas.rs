//! Schemas that do not depend on an app, and the codes of problems.

use super::reference;
use serde_json::{Map, Value, json};

/// The stable codes of problems; those of a ledger's checks are the app's own.
const CODES: &[&str] = &[
    "confirm_loss",
    "publish_blocked",
    "publish_collides",
    "nothing_to_publish",
    "manifest_needed",
    "key_taken",
    "malformed",
    "unauthenticated",
    "wrong_credentials",
    "locked_out",
    "forbidden",
    "administrators_only",
    "out_of_scope",
    "engine_written",
    "not_shareable",
    "foreign_origin",
    "session_needed",
    "not_found",
    "method_not_allowed",
    "conflict",
    "already_decided",
    "export_too_many",
    "import_started",
    "job_ended",
    "job_gave_up",
    "in_approval",
    "approved_locked",
    "button_closed",
    "automation_failed",
    "automation_loop",
    "automation_too_many",
    "automation_too_many_records",
    "not_retriable",
    "in_use",
    "figure_too_large",
    "not_open",
    "not_yours",
    "not_allowed",
    "no_flow",
    "nobody",
    "app_exists",
    "already_set_up",
    "stale",
    "too_large_body",
    "file_too_large",
    "too_many_uploads",
    "no_thumbnail",
    "storage_full",
    "invalid",
    "unknown_field",
    "unset_value",
    "unique",
    "idempotency_mismatch",
];

/// The schemas of what every installation answers and takes.
pub fn fixed() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "integer"});
    let object =
        |members: Value, required: &[&str]| json!({"type": "object", "properties": members, "required": required});
    let schemas = json!({
        "Object": {"type": "object"},
        "Package": {"type": "string", "format": "binary"},
        "Content": {"type": "string", "format": "binary"},
        "File": object(json!({"id": id(), "name": text(), "type": text(), "size": id()}), &["id", "name", "type", "size"]),
        "List": object(json!({"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]},
            "count": id(), "count_capped": {"type": "boolean"}}), &["items", "next"]),
        "Groups": object(json!({"groups": {"type": "array", "items": {"type": "object"}}, "refs": {"type": "object"},
            "partial": {"type": "boolean", "description": "more groups than the limit, or a field that some rows withhold"}}),
            &["groups", "refs", "partial"]),
        "Credentials": object(json!({"login": text(), "password": text(), "code": text()}), &["login", "password"]),
        "NewToken": object(json!({"name": text(), "scopes": text(), "expires_at": {"type": ["string", "null"]}}), &["name", "scopes"]),
        "NewUser": object(json!({"login": text(), "name": text(), "password": text(), "position": text()}), &["login", "name", "password"]),
        "Members": object(json!({"users": {"type": "array", "items": id()}, "departments": {"type": "array", "items": id()},
            "groups": {"type": "array", "items": id()}}), &[]),
        "WriteRecord": object(json!({"values": {"type": "object"}, "submit": {"type": "boolean"}}), &["values"]),
        "WriteRecords": object(json!({
            "create": {"type": "array", "items": reference("WriteRecord")},
            "update": {"type": "array", "items": object(json!({"id": id(), "version": id(), "values": {"type": "object"},
                "submit": {"type": "boolean"}}), &["id", "values"])},
            "delete": {"type": "array", "items": {"anyOf": [id(), object(json!({"id": id(), "version": id()}), &["id"])]}},
        }), &[]),
        "Written": object(json!({"create": {"type": "array", "items": reference("Record")},
            "update": {"type": "array", "items": reference("Record")}, "delete": {"type": "array", "items": id()}}),
            &["create", "update", "delete"]),
        "NewView": object(json!({"title": text(), "shared": {"type": "boolean"}, "view": {"type": "object"}}), &["title", "view"]),
        "ChangedView": object(json!({"title": text(), "shared": {"type": "boolean"}, "view": {"type": "object"}}), &[]),
        "SavedView": object(json!({"id": id(), "title": text(), "shared": {"type": "boolean"}, "editable": {"type": "boolean"},
            "lost": {"type": "array", "items": text()}, "view": {"type": "object"}}), &["id", "title", "view"]),
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
        "Report": object(json!({
            "columns": {"type": "array", "items": object(json!({"key": text(), "title": text(), "kind": text(),
                "across": {"description": "The value of the pivot that the column is for"}}), &["key", "title", "kind"])},
            "rows": {"type": "array", "items": object(json!({"values": {"type": "array"}, "subtotal": {"type": "boolean"}}),
                &["values", "subtotal"])},
            "totals": {"type": ["array", "null"]}, "refs": {"type": "object"}, "partial": {"type": "boolean"}}),
            &["columns", "rows", "totals", "partial"]),
        "Dashboard": object(json!({"title": text(), "cards": {"type": "array", "items": {"type": "object"}}}), &["title", "cards"]),
        "Problem": object(json!({"type": text(), "title": text(), "status": id(), "detail": text(),
            "code": {"type": "string", "examples": CODES, "description": "Stable. A check of an app's ledger has a code of its own"},
            "request_id": text(), "errors": {"type": "array", "items": object(json!({"path": text(), "code": text(),
            "message": text(), "params": {"type": "object"}}), &["path", "code"])}}), &["type", "title", "status", "code"]),
    });
    match schemas {
        Value::Object(mut schemas) => {
            for more in [of_jobs(), views(), links()] {
                schemas.extend(more.as_object().cloned().unwrap_or_default());
            }
            schemas
        }
        _ => Map::new(),
    }
}

/// Jobs, and what imports answer.
fn of_jobs() -> Value {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "integer"});
    let object =
        |members: Value, required: &[&str]| json!({"type": "object", "properties": members, "required": required});
    json!({
        "Upload": {"type": "string", "format": "binary"},
        "Spreadsheet": {"type": "string", "format": "binary"},
        "Accepted": object(json!({"job": id()}), &["job"]),
        "Job": object(json!({"id": id(), "kind": text(), "state": {"type": "string", "enum": ["queued", "running", "done",
            "failed", "cancelled"]}, "done": {"type": "integer"}, "total": {"type": ["integer", "null"]},
            "message": {"type": ["string", "null"]}, "result": {}, "created_at": text(),
            "finished_at": {"type": ["string", "null"]}}), &["id", "kind", "state", "done", "total"]),
        "Imported": object(json!({"import": id(), "job": {"type": ["integer", "null"]}, "state": text(),
            "rows": {"type": "integer"}, "made": {"type": "integer"}, "changed": {"type": "integer"},
            "same": {"type": "integer"}, "refused": {"type": "integer"}, "mapping": {"type": "object"},
            "unmapped": {"type": "array", "items": text()}, "errors": {"type": "array", "items": {"type": "object"}}}),
            &["import", "state", "made", "changed", "same", "refused", "errors"]),
    })
}

/// What a view answers.
fn views() -> Value {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "integer"});
    let object =
        |members: Value, required: &[&str]| json!({"type": "object", "properties": members, "required": required});
    let column = object(json!({"key": text(), "title": text(), "kind": text()}), &["key", "title", "kind"]);
    let row = object(json!({"id": id(), "version": id(), "values": {"type": "array"}}), &["id", "version", "values"]);
    json!({
        "ViewPage": object(json!({
            "columns": {"type": "array", "items": column}, "rows": {"type": "array", "items": row},
            "totals": {"type": ["array", "null"]}, "refs": {"type": "object"}, "partial": {"type": "boolean"},
            "next": {"type": ["string", "null"]}}), &["columns", "rows", "totals", "refs", "partial", "next"]),
    })
}

/// The bodies about links to public forms.
fn links() -> Value {
    let terms = |form: Option<&str>| {
        let mut properties = json!({
            "title": {"type": "string"}, "open": {"type": "boolean"}, "password": {"type": ["string", "null"]},
            "expires_at": {"type": ["string", "null"], "format": "date-time"},
            "most": {"type": ["integer", "null"], "minimum": 1}, "most_a_day": {"type": ["integer", "null"], "minimum": 1},
        });
        if let Some(name) = form {
            properties[name] = json!({"type": "string"});
        }
        let required: Vec<&str> = form.into_iter().collect();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    json!({"NewLink": terms(Some("form")), "ChangedLink": terms(None)})
}
