//! What several links and members are made of: ids in the order given, each once, stored as `|3|7|`.

use super::{Column, Field, FieldKind, Stored, Widget, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// The most ids one field holds.
pub const MOST: usize = 500;

/// A kind that holds several ids.
pub struct IdList {
    pub widget: Widget,
    pub problems: fn(&Field) -> Vec<(String, String)>,
}

impl FieldKind for IdList {
    fn column(&self) -> Option<Column> {
        Some(Column::Text)
    }

    fn widget(&self) -> Widget {
        self.widget
    }

    fn read(&self, _field: &Field, json: &Json) -> Result<Value, FieldError> {
        read(json)
    }

    fn read_text(&self, _field: &Field, written: &str) -> Result<Value, FieldError> {
        let ids: Result<Vec<Json>, _> = written
            .split([',', '|', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<i64>().map(Json::from).map_err(|_| type_error("ids")))
            .collect();
        read(&Json::Array(ids?))
    }

    fn write(&self, _field: &Field, value: &Value) -> Json {
        ids(value).map(Json::from).collect()
    }

    fn show(&self, _field: &Field, value: &Value) -> String {
        let shown: Vec<String> = ids(value).map(|id| id.to_string()).collect();
        shown.join(", ")
    }

    fn store(&self, _field: &Field, value: &Value) -> Stored {
        let joined: String = ids(value).map(|id| format!("{id}|")).collect();
        if joined.is_empty() { Stored::Null } else { Stored::Text(format!("|{joined}")) }
    }

    fn load(&self, _field: &Field, stored: Stored) -> Value {
        let Stored::Text(joined) = stored else { return Value::Unset };
        Value::List(joined.split('|').filter_map(|part| part.parse().ok()).map(Value::Integer).collect())
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        (self.problems)(field)
    }
}

fn read(json: &Json) -> Result<Value, FieldError> {
    let Some(items) = json.as_array() else {
        return Err(type_error("ids"));
    };
    if items.len() > MOST {
        return Err(FieldError::new("", "too_many").with("maximum", MOST));
    }
    let mut ids: Vec<Value> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let id = item.as_i64().ok_or_else(|| type_error("id").under(&format!("/{index}")))?;
        if !ids.contains(&Value::Integer(id)) {
            ids.push(Value::Integer(id));
        }
    }
    Ok(if ids.is_empty() { Value::Unset } else { Value::List(ids) })
}

fn ids(value: &Value) -> impl Iterator<Item = i64> {
    let items: &[Value] = if let Value::List(items) = value { items } else { &[] };
    items.iter().filter_map(Value::as_integer)
}
