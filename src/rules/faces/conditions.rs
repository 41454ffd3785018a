//! Rows of conditions as they are typed: a field, a comparison, and a value as a text. They are read from and written to both
//! an expression and the filter language, so that one control serves wherever a condition is said.
//!
//! The text of a value: a number or a text as it stands, the value of an option, a day (`2026-03-05`, `today`, `today-30d`) or a
//! stretch of days (`this_month`), `@id` for the person and `@KEY` for what the app says of the person; several with commas.

use super::{
    node::{Binary, Node},
    rows::{Join, Row, RowOperator, Rows, read_rows, write_rows},
    script::{read_script, write_script},
};
use crate::{base::decimal, definition::field::Kind};
use serde_json::{Value as Json, json};

/// A row as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedRow {
    /// The way to the field: `qty`, `item.price`.
    pub field: String,
    pub operator: RowOperator,
    pub value: String,
}

/// Rows joined by "all" or "any".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedRows {
    pub join: Join,
    pub rows: Vec<TypedRow>,
}

/// What is compared, so that a value is read as its kind is.
pub type KindOf<'k> = &'k dyn Fn(&str) -> Option<Kind>;

/// A value that is not of its field's kind: the row's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongValue(pub usize);

impl Default for TypedRows {
    fn default() -> Self {
        Self { join: Join::All, rows: Vec::new() }
    }
}

/// The comparisons that make sense for a field. `filter`: in the filter language.
#[must_use]
pub fn operators(kind: Kind, filter: bool) -> &'static [RowOperator] {
    use RowOperator::{
        Blank, Contains, Equal, False, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, NotOneOf, OneOf, Set,
        Starts, True,
    };
    match kind {
        Kind::Boolean => &[True, False],
        Kind::Choice => &[Equal, NotEqual, OneOf, NotOneOf, Set, Blank],
        Kind::Choices => &[Contains, Set, Blank],
        kind if kind.is_number() => &[Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual, Set, Blank],
        Kind::Date | Kind::DateTime => &[Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Set, Blank],
        Kind::Department if filter => &[OneOf, NotOneOf, Set, Blank],
        Kind::Member | Kind::Department => &[Equal, NotEqual, Set, Blank],
        Kind::Link if filter => &[OneOf, NotOneOf, Set, Blank],
        Kind::Text | Kind::Multiline | Kind::Barcode | Kind::NumberSeries | Kind::Email | Kind::Phone | Kind::Url => {
            &[Equal, NotEqual, Contains, Starts, Set, Blank]
        }
        Kind::Rollup => &[Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual, Set, Blank],
        _ => &[Set, Blank],
    }
}

/// An expression as rows; nothing where it is none of this form.
#[must_use]
pub fn of_script(script: &str) -> Option<TypedRows> {
    if script.trim().is_empty() || script.trim() == "true" {
        return Some(TypedRows::default());
    }
    let rows = read_rows(&read_script(script)?)?;
    let typed = |row: &Row| match row {
        Row::Group(_) => None,
        Row::Test { path, operator, value } => Some(TypedRow {
            field: path.strip_prefix(&["record".to_owned()]).unwrap_or(path).join("."),
            operator: *operator,
            value: value.as_ref().map_or(Some(String::new()), text_of)?,
        }),
    };
    Some(TypedRows { join: rows.join, rows: rows.parts.iter().map(typed).collect::<Option<_>>()? })
}

/// Rows as an expression; empty for no rows.
///
/// # Errors
/// A value is not of its field's kind.
pub fn to_script(typed: &TypedRows, kind_of: KindOf<'_>) -> Result<String, WrongValue> {
    let mut parts = Vec::new();
    for (number, row) in typed.rows.iter().enumerate() {
        let wrong = WrongValue(number);
        let kind = kind_of(&row.field);
        let value = match row.operator {
            operator if !operator.takes_value() => None,
            RowOperator::OneOf | RowOperator::NotOneOf => {
                let values = row.value.split(',').map(str::trim).filter(|value| !value.is_empty());
                let items: Vec<Node> = values.map(|value| node_of(value, kind)).collect::<Option<_>>().ok_or(wrong)?;
                Some(Node::List(items))
            }
            _ => Some(node_of(row.value.trim(), kind).ok_or(wrong)?),
        };
        let path = row.field.split('.').map(str::to_owned).collect();
        parts.push(Row::Test { path, operator: row.operator, value });
    }
    let rows = Rows { join: typed.join, parts };
    Ok(write_rows(&rows).map(|node| write_script(&node)).unwrap_or_default())
}

fn text_of(node: &Node) -> Option<String> {
    Some(match node {
        Node::Number(number) => number.clone(),
        Node::Negate(inner) => format!("-{}", text_of(inner)?),
        // These would be read as something else.
        Node::Text(text) if text.starts_with('@') || text.contains(',') => return None,
        Node::Text(text) => text.clone(),
        Node::Path(path) => match path.as_slice() {
            [user, key] if user == "user" => format!("@{key}"),
            _ => return None,
        },
        Node::Call(name, arguments) if name == "today" && arguments.is_empty() => "today".to_owned(),
        Node::Binary(Binary::Add, left, right) if left.is_call("today") => format!("today+{}d", text_of(right)?),
        Node::Binary(Binary::Subtract, left, right) if left.is_call("today") => format!("today-{}d", text_of(right)?),
        Node::List(items) => items.iter().map(text_of).collect::<Option<Vec<_>>>()?.join(", "),
        _ => return None,
    })
}

fn node_of(text: &str, kind: Option<Kind>) -> Option<Node> {
    if let Some(key) = text.strip_prefix('@') {
        return Some(Node::Path(vec!["user".to_owned(), key.to_owned()]));
    }
    match kind {
        Some(Kind::Date | Kind::DateTime) => {
            let today = || Node::call("today", []);
            let rest = text.strip_prefix("today")?;
            let days =
                |rest: &str| rest.strip_suffix('d').filter(|days| days.parse::<u32>().is_ok()).map(str::to_owned);
            match rest.split_at_checked(1) {
                None => Some(today()),
                Some(("+", rest)) => Some(Node::binary(Binary::Add, today(), Node::Number(days(rest)?))),
                Some(("-", rest)) => Some(Node::binary(Binary::Subtract, today(), Node::Number(days(rest)?))),
                Some(_) => None,
            }
        }
        Some(kind) if kind.is_number() || kind == Kind::Rollup => {
            let number = decimal::parse(text)?;
            let written = Node::Number(number.abs().to_string());
            Some(if number.is_sign_negative() && !number.is_zero() { Node::Negate(Box::new(written)) } else { written })
        }
        _ => Some(Node::Text(text.to_owned())),
    }
}

/// A filter as rows; nothing where it says more than rows do.
#[must_use]
pub fn of_filter(filter: &Json) -> Option<TypedRows> {
    let (join, parts) = match (filter.get("all"), filter.get("any")) {
        (Some(Json::Array(parts)), None) => (Join::All, parts.as_slice()),
        (None, Some(Json::Array(parts))) => (Join::Any, parts.as_slice()),
        _ if filter.is_null() => return Some(TypedRows::default()),
        _ => (Join::All, std::slice::from_ref(filter)),
    };
    Some(TypedRows { join, rows: parts.iter().map(test_of).collect::<Option<_>>()? })
}

fn test_of(part: &Json) -> Option<TypedRow> {
    let field = part.get("field")?.as_str()?.to_owned();
    let value = &part["value"];
    let operator = match (part.get("op")?.as_str()?, value) {
        ("empty", Json::Bool(empty)) => {
            return Some(row(field, if *empty { RowOperator::Blank } else { RowOperator::Set }));
        }
        ("eq", Json::Bool(on)) => return Some(row(field, if *on { RowOperator::True } else { RowOperator::False })),
        (name, _) => RowOperator::named(name)?,
    };
    let value = match value {
        Json::Array(values) => values.iter().map(value_text).collect::<Option<Vec<_>>>()?.join(", "),
        value => value_text(value)?,
    };
    Some(TypedRow { field, operator, value })
}

const fn row(field: String, operator: RowOperator) -> TypedRow {
    TypedRow { field, operator, value: String::new() }
}

fn value_text(value: &Json) -> Option<String> {
    Some(match value {
        Json::String(text) if text.starts_with('@') || text.contains(',') => return None,
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Object(members) if members.len() == 1 => match (members.get("user"), members.get("date")) {
            (Some(Json::String(key)), _) => format!("@{key}"),
            (_, Some(Json::String(day))) => day.clone(),
            _ => return None,
        },
        _ => return None,
    })
}

/// Rows as a filter; nothing for no rows.
///
/// # Errors
/// A value is not of its field's kind.
pub fn to_filter(typed: &TypedRows, kind_of: KindOf<'_>) -> Result<Option<Json>, WrongValue> {
    let mut parts = Vec::new();
    for (number, row) in typed.rows.iter().enumerate() {
        let kind = kind_of(&row.field);
        let value = |text: &str| json_of(text.trim(), kind).ok_or(WrongValue(number));
        let (name, value) = match row.operator {
            RowOperator::Set => ("empty", Json::Bool(false)),
            RowOperator::Blank => ("empty", Json::Bool(true)),
            RowOperator::True => ("eq", Json::Bool(true)),
            RowOperator::False => ("eq", Json::Bool(false)),
            operator @ (RowOperator::OneOf | RowOperator::NotOneOf) => {
                let texts: Vec<&str> = row.value.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
                match texts.as_slice() {
                    // What the app says of the person is a list by itself.
                    [only] if only.starts_with('@') => (operator.name(), value(only)?),
                    several => (operator.name(), several.iter().map(|text| value(text)).collect::<Result<_, _>>()?),
                }
            }
            operator => (operator.name(), value(&row.value)?),
        };
        parts.push(json!({"field": row.field, "op": name, "value": value}));
    }
    Ok(match (parts.len(), typed.join) {
        (0, _) => None,
        (1, _) => parts.pop(),
        (_, Join::All) => Some(json!({"all": parts})),
        (_, Join::Any) => Some(json!({"any": parts})),
    })
}

fn json_of(text: &str, kind: Option<Kind>) -> Option<Json> {
    if let Some(key) = text.strip_prefix('@') {
        return Some(json!({"user": key}));
    }
    match kind {
        Some(Kind::Date | Kind::DateTime) => match text.parse::<jiff::civil::Date>() {
            Ok(_) => Some(text.into()),
            Err(_) => crate::query::RelativeDate::parse(text).map(|_| json!({"date": text})),
        },
        Some(Kind::Integer | Kind::Rating | Kind::Duration) => text.parse::<i64>().ok().map(Json::from),
        Some(kind) if kind.is_number() || kind == Kind::Rollup => {
            decimal::parse(text).map(|number| number.to_string().into())
        }
        _ => Some(text.into()),
    }
}

/// A value with which a new row says something at once.
#[must_use]
pub fn first_value(kind: Kind, filter: bool, option: Option<&str>) -> String {
    match kind {
        Kind::Choice | Kind::Choices => option.unwrap_or_default().to_owned(),
        Kind::Date | Kind::DateTime => "today".to_owned(),
        Kind::Member => "@id".to_owned(),
        Kind::Department if filter => "@departments".to_owned(),
        Kind::Department => "@department".to_owned(),
        kind if kind.is_number() || kind == Kind::Rollup => "0".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(field: &str) -> Option<Kind> {
        Some(match field {
            "qty" => Kind::Decimal,
            "day" => Kind::Date,
            "stage" => Kind::Choice,
            "done" => Kind::Boolean,
            "owner" => Kind::Member,
            "shelf" => Kind::Link,
            _ => Kind::Text,
        })
    }

    fn rows(join: Join, rows: &[(&str, RowOperator, &str)]) -> TypedRows {
        let row = |(field, operator, value): &(&str, RowOperator, &str)| TypedRow {
            field: (*field).to_owned(),
            operator: *operator,
            value: (*value).to_owned(),
        };
        TypedRows { join, rows: rows.iter().map(row).collect() }
    }

    #[test]
    fn rows_come_back_from_an_expression_and_from_a_filter_as_they_were_typed() {
        use RowOperator::{Blank, Contains, Equal, GreaterOrEqual, Less, NotOneOf, OneOf, Set, True};
        let typed = rows(
            Join::Any,
            &[
                ("qty", Less, "-1.5"),
                ("day", GreaterOrEqual, "today-30d"),
                ("stage", OneOf, "a, b"),
                ("done", True, ""),
                ("owner", Equal, "@id"),
                ("note", Contains, "hand"),
                ("item.name", Set, ""),
                ("no", Blank, ""),
            ],
        );
        let script = to_script(&typed, &kind).expect("an expression");
        assert_eq!(of_script(&script), Some(typed.clone()), "{script}");
        let filter = to_filter(&typed, &kind).expect("a filter").expect("rows");
        assert_eq!(of_filter(&filter), Some(typed), "{filter}");
        let mine = rows(Join::All, &[("shelf", NotOneOf, "@shelves")]);
        let filter = to_filter(&mine, &kind).expect("a filter").expect("rows");
        assert_eq!(filter, json!({"field": "shelf", "op": "nin", "value": {"user": "shelves"}}));
        assert_eq!(of_filter(&filter), Some(mine));
    }

    #[test]
    fn a_value_of_another_kind_is_refused_with_its_row() {
        let typed = rows(Join::All, &[("note", RowOperator::Set, ""), ("qty", RowOperator::Equal, "many")]);
        assert_eq!(to_script(&typed, &kind), Err(WrongValue(1)));
        assert_eq!(to_filter(&typed, &kind), Err(WrongValue(1)));
        let day = rows(Join::All, &[("day", RowOperator::Less, "soon")]);
        assert_eq!(to_filter(&day, &kind), Err(WrongValue(0)));
    }

    #[test]
    fn what_rows_cannot_say_stays_as_it_is() {
        assert_eq!(of_script("sum(lines, \"qty\") > 3"), None);
        assert_eq!(of_script("a > 1 && (b > 2 || c > 3)"), None);
        assert_eq!(of_filter(&json!({"not": {"field": "a", "op": "eq", "value": 1}})), None);
        assert_eq!(of_script("true"), Some(TypedRows::default()));
    }
}
