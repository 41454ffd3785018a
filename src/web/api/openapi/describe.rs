//! An operation as OpenAPI writes it: once with its parameters or, where the caller is known, once for each of their tables.

use super::{
    operations::{Operation, RECORD, RECORDS},
    reference,
    tables::Readable,
};
use serde_json::{Map, Value, json};

/// The statuses of problems that every operation may answer.
const PROBLEMS: [u16; 12] = [400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 503, 507];

/// The paths of an operation with its description there. Records have a path for each table that the caller may read, so that
/// bodies and answers carry the table's own schema.
pub fn everywhere(operation: &Operation, readable: &Readable) -> Vec<(String, Value)> {
    if readable.tables.is_empty() || !operation.path.starts_with(RECORDS) {
        return vec![(operation.path.to_owned(), describe(operation, readable, None))];
    }
    let changes = operation.method != "get";
    let tables = readable.tables.iter().filter(|table| table.writable || !changes);
    tables
        .map(|table| {
            let path = operation.path.replace("{app}", &table.app).replace("{table}", &table.key);
            let description = describe(operation, readable, Some(&table.name()));
            (path, description)
        })
        .collect()
}

/// The description of an operation, for one table where `table` names its schema.
fn describe(operation: &Operation, readable: &Readable, table: Option<&str>) -> Value {
    let mut responses = Map::new();
    for (status, schema) in operation.answers {
        let mut response = json!({"description": operation.summary});
        if !schema.is_empty() {
            response["content"] = content(operation.content_of(schema), reference(&specific(schema, table)));
        }
        responses.insert(status.to_string(), response);
    }
    for status in PROBLEMS {
        responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
    }
    let mut description = json!({
        "summary": operation.summary,
        "parameters": parameters(operation, readable, table.is_some()),
        "responses": responses,
    });
    if let Some(body) = operation.body {
        let schema = reference(&specific(body, table));
        description["requestBody"] = json!({"required": true, "content": content(operation.content_of(body), schema)});
    }
    description
}

/// The schema's name for this table, where the table has one of its own.
fn specific(schema: &str, table: Option<&str>) -> String {
    match (schema, table) {
        ("Record" | "WriteRecord", Some(table)) => format!("{table}.{schema}"),
        _ => schema.to_owned(),
    }
}

fn content(kinds: &[&str], schema: Value) -> Value {
    kinds.iter().map(|kind| ((*kind).to_owned(), json!({"schema": schema}))).collect::<Map<_, _>>().into()
}

fn parameters(operation: &Operation, readable: &Readable, concrete: bool) -> Vec<Value> {
    let mut parameters: Vec<Value> = operation
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .filter(|(name, _)| !(concrete && matches!(*name, "app" | "table")))
        .map(|(name, _)| {
            let schema = match name {
                "id" => json!({"type": "integer", "minimum": 1}),
                "op" => json!({"type": "string", "enum": operation.acts()}),
                "app" if !readable.apps.is_empty() => json!({"type": "string", "enum": readable.apps}),
                _ => json!({"type": "string"}),
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    for (name, description) in operation.query {
        parameters.push(json!({"name": name, "in": "query", "description": description, "schema": {"type": "string"}}));
    }
    let keyed = matches!(operation.method, "post" | "put" | "patch" | "delete")
        && !["/session", "/tokens", "/files"].iter().any(|path| operation.path.starts_with(path));
    if keyed {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200},
            "description": "The same key answers the stored answer again instead of doing the act again",
        }));
    }
    if matches!(operation.method, "patch" | "delete") && operation.path == RECORD {
        let description = "The version that was read, in quotes; another one answers 412";
        parameters.push(json!({"name": "If-Match", "in": "header", "description": description,
                "schema": {"type": "string", "pattern": "^\"[0-9]{1,18}\"$"}}));
    }
    parameters
}
