//! What every record must meet, whoever wrote it: bounds, what is required, the number of lines.

use super::form_state::{FormState, ItemState};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind},
        table::Table,
    },
};

/// How strict to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Half-filled is fine: bounds and options are checked, not what is required nor how many lines there must be.
    Draft,
    Submit,
}

/// Everything that is wrong with the document, as JSON Pointers: `/amount`, `/lines/0/qty`.
///
/// Types were judged when the values were read. With a form, what it requires is required too, and what it hides is not.
#[must_use]
pub fn validate(table: &Table, form: Option<&FormState>, document: &Document, mode: Mode) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in table.fields.values() {
        let path = format!("/{}", field.key);
        let state = form.and_then(|form| form.field(&field.key));
        if field.kind == Kind::Lines {
            lines(field, form, state, document, mode, &mut errors);
        } else {
            value(field, state, document.get(&field.key), mode, path, &mut errors);
        }
    }
    errors
}

fn value(
    field: &Field,
    state: Option<ItemState>,
    value: &Value,
    mode: Mode,
    path: String,
    errors: &mut Vec<FieldError>,
) {
    if !value.is_unset() {
        errors.extend(field.check(value).err().map(|error| error.under(&path)));
    } else if mode == Mode::Submit && is_required(field, state) {
        errors.push(FieldError::new(path, "required"));
    }
}

/// A number series is filled in by the engine after this, what is computed by its inputs: neither is the user's to fill in.
fn is_required(field: &Field, state: Option<ItemState>) -> bool {
    field.kind != Kind::NumberSeries && !field.is_computed() && state.map_or(field.required, |state| state.required)
}

fn lines(
    field: &Field,
    form: Option<&FormState>,
    state: Option<ItemState>,
    document: &Document,
    mode: Mode,
    errors: &mut Vec<FieldError>,
) {
    let key = &field.key;
    let rows = document.lines_of(key);
    if mode == Mode::Submit {
        let least = field.min_items.unwrap_or(0).max(usize::from(is_required(field, state)));
        if rows.len() < least && state.is_none_or(|state| state.visible) {
            errors.push(FieldError::new(format!("/{key}"), "min_items").with("minimum", least));
        }
    }
    if let Some(most) = field.max_items.filter(|most| rows.len() > *most) {
        errors.push(FieldError::new(format!("/{key}"), "max_items").with("maximum", most));
    }
    for (row, line) in rows.iter().enumerate() {
        for column in field.columns.values() {
            let state = match form.and_then(|form| form.cell(key, row, &column.key)) {
                // Nothing is asked of a grid that does not show.
                None if state.is_some_and(|state| !state.visible) => state,
                known => known,
            };
            value(column, state, line.get(&column.key), mode, format!("/{key}/{row}/{}", column.key), errors);
        }
    }
}

/// Whether a computed value is of the kind that the field holds.
pub(super) fn fits(field: &Field, value: &Value) -> bool {
    match value {
        Value::Unset => true,
        Value::Bool(_) => field.kind == Kind::Boolean,
        Value::Integer(_) => {
            matches!(
                field.kind,
                Kind::Integer | Kind::Rating | Kind::Duration | Kind::Link | Kind::Member | Kind::Department
            )
        }
        Value::Decimal(_) => matches!(field.kind, Kind::Decimal | Kind::Money | Kind::Percent),
        Value::Text(_) => matches!(
            field.kind,
            Kind::Text
                | Kind::Multiline
                | Kind::RichText
                | Kind::Email
                | Kind::Phone
                | Kind::Url
                | Kind::Barcode
                | Kind::Choice
                | Kind::Location
                | Kind::Address
                | Kind::Json
        ),
        Value::Date(_) => field.kind == Kind::Date,
        Value::Time(_) => field.kind == Kind::Time,
        Value::Instant(_) => field.kind == Kind::DateTime,
        Value::List(_) => field.kind.is_several(),
        Value::Sealed(_) => field.sealed,
    }
}
