use super::*;
use crate::{
    base::{id::UserId, value::Value},
    definition::table::Table,
};
use indexmap::IndexMap;
use jiff::civil::date;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

struct Tables(Vec<Table>);

impl FieldSource for Tables {
    fn table(&self, key: &str) -> Option<&Table> {
        self.0.iter().find(|table| table.key == key)
    }
}

fn tables() -> Tables {
    let parse = |json: Json| Table::parse(&json).unwrap();
    Tables(vec![
        parse(json!({"title": "Order", "type": "object", "x-table": {"key": "order"}, "properties": {
            "no": {"type": "string", "x-field": {"kind": "text"}},
            "amount": {"type": "string", "x-field": {"kind": "money"}},
            "day": {"type": "string", "x-field": {"kind": "date"}},
            "shelf": {"type": "integer", "x-field": {"kind": "link", "table": "shelf"}},
            "buyers": {"type": "array", "x-field": {"kind": "members"}},
            "region": {"type": "array", "x-field": {"kind": "cascade", "options": [{"value": "east"}, {"value": "west"}]}},
            "lines": {"type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "qty": {"type": "string", "x-field": {"kind": "decimal"}},
                "shelf": {"type": "integer", "x-field": {"kind": "link", "table": "shelf"}}}}}}})),
        parse(json!({"title": "Shelf", "type": "object", "x-table": {"key": "shelf"}, "properties": {
            "code": {"type": "string", "x-field": {"kind": "text"}},
            "rack": {"type": "integer", "x-field": {"kind": "link", "table": "rack"}}}})),
        parse(json!({"title": "Rack", "type": "object", "x-table": {"key": "rack"}, "properties": {
            "above": {"type": "integer", "x-field": {"kind": "link", "table": "rack"}}}})),
    ])
}

#[derive(Default)]
struct Row(HashMap<String, Value>, Vec<Row>);

impl RowValues for Row {
    fn value(&self, path: &FieldPath) -> Value {
        self.0.get(&path.to_string()).cloned().unwrap_or_default()
    }

    fn lines(&self, key: &str) -> Vec<&dyn RowValues> {
        let lines = self.1.iter().filter(|_| key == "lines");
        lines.map(|line| -> &dyn RowValues { line }).collect()
    }
}

fn row(values: &[(&str, Value)]) -> Row {
    Row(values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(), Vec::new())
}

fn matches(filter: Json, values: &[(&str, Value)]) -> bool {
    meets(filter, &row(values))
}

fn meets(filter: Json, row: &Row) -> bool {
    let tables = tables();
    let filter = Filter::parse(&filter, tables.table("order").unwrap(), &tables).unwrap();
    let user_values = IndexMap::from([("shelves".to_owned(), vec![3, 4])]);
    let binding = Binding {
        user: UserId(7),
        departments: &[],
        user_values: &user_values,
        today: date(2026, 11, 21),
        zone: &jiff::tz::TimeZone::UTC,
    };
    filter.bind(&binding).unwrap().matches(row)
}

#[test]
fn conditions_on_lines_are_met_by_one_line_together() {
    let line =
        |qty: &str, shelf: i64| row(&[("qty", Value::Decimal(qty.parse().unwrap())), ("shelf", Value::Integer(shelf))]);
    let order = Row(HashMap::new(), vec![line("1", 3), line("9", 8)]);
    let (many, here) = (
        json!({"field": "qty", "op": "gt", "value": "5"}),
        json!({"field": "shelf", "op": "in", "value": {"user": "shelves"}}),
    );
    let any = |part: &Json| json!({"any_line": "lines", "where": part});
    assert!(meets(any(&many), &order) && meets(any(&here), &order));
    assert!(meets(json!({"all": [any(&many), any(&here)]}), &order));
    assert!(!meets(any(&json!({"all": [many, here]})), &order), "no line is both");
    assert!(meets(any(&json!({"not": many})), &order) && !meets(json!({"not": any(&many)}), &order));
    assert!(!meets(any(&json!({"all": []})), &Row::default()), "without lines there is none");
}

#[test]
fn under_is_asked_of_trees() {
    let path = |steps: &[&str]| Value::List(steps.iter().map(|step| Value::from(*step)).collect());
    let east = json!({"field": "region", "op": "under", "value": "east"});
    assert!(matches(east.clone(), &[("region", path(&["east", "hill"]))]));
    assert!(matches(east.clone(), &[("region", path(&["east"]))]) && !matches(east.clone(), &[]));
    assert!(!matches(east, &[("region", path(&["west", "east"]))]));
    let hill = json!({"field": "region", "op": "under", "value": ["east", "hill"]});
    assert!(!matches(hill, &[("region", path(&["east"]))]));
    let tables = tables();
    let parse = |filter: Json| Filter::parse(&filter, tables.table("order").unwrap(), &tables);
    for field in ["shelf.rack", "department"] {
        assert!(parse(json!({"field": field, "op": "under", "value": 3})).is_ok(), "{field}");
        assert!(
            parse(json!({"field": field, "op": "under", "value": [3, {"user": "departments"}]})).is_ok(),
            "{field}"
        );
    }
    for (filter, path) in [
        (json!({"field": "shelf", "op": "under", "value": 3}), "/value"),
        (json!({"field": "no", "op": "under", "value": "A"}), "/value"),
        (json!({"any_line": "rows", "where": {"field": "qty", "op": "gt", "value": "5"}}), "/any_line"),
        (json!({"any_line": "lines", "where": {"field": "no", "op": "eq", "value": "5"}}), "/where/field"),
        (json!({"any_line": "lines", "where": {"field": "shelf.cod", "op": "eq", "value": "5"}}), "/where/field"),
        (json!({"any_line": "lines", "where": {"any_line": "lines", "where": {"all": []}}}), "/where/any_line"),
        (json!({"any_line": "lines"}), ""),
    ] {
        assert_eq!(parse(filter.clone()).expect_err("refused").path, path, "{filter}");
    }
}

#[test]
fn unset_meets_only_empty_and_negated_tests() {
    assert!(!matches(json!({"field": "no", "op": "eq", "value": "A"}), &[]));
    assert!(matches(json!({"field": "no", "op": "ne", "value": "A"}), &[]));
    assert!(matches(json!({"not": {"field": "amount", "op": "gt", "value": "1"}}), &[]));
    assert!(matches(json!({"field": "no", "op": "empty"}), &[]));
    assert!(!matches(json!({"field": "no", "op": "empty", "value": false}), &[]));
}

#[test]
fn user_values_relative_days_and_hops_resolve() {
    let shelf = json!({"field": "shelf", "op": "in", "value": {"user": "shelves"}});
    assert!(matches(shelf.clone(), &[("shelf", Value::Integer(4))]));
    assert!(!matches(shelf, &[("shelf", Value::Integer(5))]));
    let month = json!({"field": "day", "op": "ge", "value": {"date": "today-30d"}});
    assert!(matches(month.clone(), &[("day", Value::Date(date(2026, 10, 22)))]));
    assert!(!matches(month, &[("day", Value::Date(date(2026, 10, 21)))]));
    assert!(matches(json!({"field": "shelf.code", "op": "starts", "value": "a-"}), &[("shelf.code", "A-12".into())]));
    let mine = json!({"field": "buyers", "op": "contains", "value": {"user": "id"}});
    assert!(matches(mine, &[("buyers", Value::List(vec![Value::Integer(7)]))]));
}

#[test]
fn a_wrong_filter_says_where_and_what_was_meant() {
    let tables = tables();
    let check = |filter: Json, path: &str, code: &str, suggestion: Option<&str>| {
        let error = Filter::parse(&filter, tables.table("order").unwrap(), &tables).unwrap_err();
        assert_eq!(
            (error.path.as_str(), error.code, error.suggestion.as_deref()),
            (path, code, suggestion),
            "{filter}"
        );
    };
    check(json!({"all": [{"field": "amuont", "value": "1"}]}), "/all/0/field", "unknown_field", Some("amount"));
    check(json!({"field": "amount", "op": "eqq", "value": "1"}), "/op", "malformed", Some("eq"));
    check(json!({"field": "amount", "value": "many"}), "/value", "type", None);
    check(json!({"field": "amount", "op": "contains", "value": "1"}), "/value", "malformed", None);
    check(json!({"field": "shelf.code.x", "value": "1"}), "/field", "unknown_field", None);
    check(json!({"field": "no", "valeu": "1"}), "", "malformed", None);
    check(json!([]), "", "malformed", None);
}

#[test]
fn cursors_survive_their_text_and_refuse_others() {
    let cursor = Cursor { values: vec![json!(null), json!("甲"), json!(5)], id: 9, query: "ab".into() };
    assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
    for bad in ["", "zz", "5b5d", "é", "123"] {
        assert!(Cursor::decode(bad).is_err(), "{bad}");
    }
}
