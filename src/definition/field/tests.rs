use super::*;
use serde_json::json;

fn field(property: Json) -> Field {
    let annotation: FieldAnnotation = serde_json::from_value(property["x-field"].clone()).unwrap();
    let kind = Kind::named(&annotation.kind).unwrap();
    Field::new("f", &property, kind, annotation, false, IndexMap::new())
}

fn samples() -> Vec<(Json, Json)> {
    let options = json!([{"value": "a", "title": "甲"}, {"value": "b", "title": "乙"}]);
    vec![
        (json!({"kind": "text"}), json!("螺丝 M8")),
        (json!({"kind": "multiline"}), json!("第一行\n第二行")),
        (json!({"kind": "email"}), json!("a.b@example.com")),
        (json!({"kind": "phone"}), json!("+86 138-0000-0000")),
        (json!({"kind": "url"}), json!("https://example.com/a?b=1")),
        (json!({"kind": "barcode"}), json!("6901234567892")),
        (json!({"kind": "integer"}), json!(-42)),
        (json!({"kind": "decimal", "scale": 6}), json!("12.345678")),
        (json!({"kind": "money"}), json!("99.90")),
        (json!({"kind": "percent"}), json!("5.5")),
        (json!({"kind": "rating"}), json!(4)),
        (json!({"kind": "boolean"}), json!(false)),
        (json!({"kind": "date"}), json!("2026-02-28")),
        (json!({"kind": "datetime"}), json!("2026-02-28T01:02:03.004Z")),
        (json!({"kind": "time"}), json!("08:30:00")),
        (json!({"kind": "choice", "options": options}), json!("b")),
        (json!({"kind": "choices", "options": options}), json!(["b", "a"])),
        (json!({"kind": "link", "table": "t"}), json!(7)),
        (json!({"kind": "links", "table": "t"}), json!([7, 3])),
        (json!({"kind": "member"}), json!(9)),
        (json!({"kind": "members"}), json!([9, 1])),
        (json!({"kind": "number_series", "pattern": "A{###}"}), json!("A001")),
    ]
}

#[test]
fn every_kind_survives_api_and_storage() {
    let mut seen: Vec<Kind> = vec![Kind::Lines];
    for (annotation, json) in samples() {
        let field = field(json!({"x-field": annotation}));
        assert!(field.problems().is_empty(), "{:?}", field.problems());
        let value = field.read(&json).unwrap_or_else(|error| panic!("{annotation}: {error:?}"));
        field.check(&value).unwrap_or_else(|error| panic!("{annotation}: {error:?}"));
        assert_eq!(field.write(&value), json, "{annotation}");
        assert_eq!(field.load(field.store(&value)), value, "{annotation}");
        seen.push(field.kind);
    }
    assert_eq!(seen.len(), Kind::ALL.len(), "a kind has no sample");
}

#[test]
fn wrong_values_name_the_rule_they_break() {
    let cases = [
        (json!({"x-field": {"kind": "decimal", "scale": 2}}), json!("1.234"), "too_precise"),
        (json!({"x-field": {"kind": "decimal", "exclusive_min": "0"}}), json!("0"), "exclusive_minimum"),
        (json!({"x-field": {"kind": "integer", "max": 9}}), json!(10), "maximum"),
        (json!({"maxLength": 2, "x-field": {"kind": "text"}}), json!("abc"), "too_long"),
        (json!({"x-field": {"kind": "choice", "options": [{"value": "a"}]}}), json!("b"), "option"),
        (json!({"x-field": {"kind": "url"}}), json!("javascript:alert(1)"), "format"),
        (json!({"x-field": {"kind": "email"}}), json!("a@b"), "format"),
    ];
    for (property, json, code) in cases {
        let field = field(property);
        let value = field.read(&json).unwrap();
        assert_eq!(field.check(&value).unwrap_err().code, code);
    }
    for (kind, json) in
        [("decimal", json!("1e3")), ("date", json!("2026-02-30")), ("boolean", json!(1)), ("integer", json!("1"))]
    {
        assert_eq!(field(json!({"x-field": {"kind": kind}})).read(&json).unwrap_err().code, "type", "{kind}");
    }
}

#[test]
fn people_may_type_numbers_and_dates_their_way() {
    let number = field(json!({"x-field": {"kind": "decimal"}}));
    assert_eq!(number.write(&number.read_text(" １，２３４．5 ").unwrap()), json!("1234.5"));
    let date = field(json!({"x-field": {"kind": "date"}}));
    assert_eq!(date.write(&date.read_text("2026年3月9日").unwrap()), json!("2026-03-09"));
    assert_eq!(date.read_text("  ").unwrap(), Value::Unset);
}
