use super::*;
use serde_json::json;

fn field(property: Json) -> Field {
    let annotation: FieldAnnotation = serde_json::from_value(property["x-field"].clone()).unwrap();
    let kind = Kind::named(&annotation.kind).unwrap();
    Field::new("f", &property, kind, annotation, false, IndexMap::new())
}

fn samples() -> Vec<(Json, Json)> {
    let options = json!([{"value": "a", "title": "甲"}, {"value": "b", "title": "乙"}]);
    // Titles that could be taken for something else: text between separators, another option's value.
    let tricky = json!([{"value": "a", "title": "甲、乙"}, {"value": "b", "title": "a"}, {"value": "c,d"}]);
    let tree = json!([{"value": "east", "title": "华东", "children": [{"value": "sh", "title": "上海"}, {"value": "1", "title": "a/b"}]}]);
    vec![
        (json!({"kind": "text"}), json!("螺丝 M8")),
        (json!({"kind": "multiline"}), json!("第一行\n第二行")),
        (json!({"kind": "rich_text"}), json!("<p>a &lt; b</p><p>第二行</p>")),
        (json!({"kind": "rich_text"}), json!("<h2>A</h2><ul><li><strong>b</strong> &amp; c</li></ul>")),
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
        (json!({"kind": "duration"}), json!(5_400)),
        (json!({"kind": "duration"}), json!(-45)),
        (json!({"kind": "choice", "options": options}), json!("b")),
        (json!({"kind": "choice", "options": tricky}), json!("b")),
        (json!({"kind": "choices", "options": tricky}), json!(["a", "b"])),
        (json!({"kind": "choices", "options": tricky}), json!(["c,d"])),
        (json!({"kind": "cascade", "options": tree}), json!(["east", "sh"])),
        (json!({"kind": "cascade", "options": tree}), json!(["east", "1"])),
        (json!({"kind": "cascade", "options": tree}), json!(["east"])),
        (json!({"kind": "choices", "options": options}), json!(["b", "a"])),
        (json!({"kind": "link", "table": "t"}), json!(7)),
        (json!({"kind": "links", "table": "t"}), json!([7, 3])),
        (json!({"kind": "member"}), json!(9)),
        (json!({"kind": "members"}), json!([9, 1])),
        (json!({"kind": "department"}), json!(2)),
        (json!({"kind": "departments"}), json!([2, 5])),
        (json!({"kind": "location"}), json!({"latitude": "31.230416", "longitude": "-121.4737", "label": "外滩 东"})),
        (json!({"kind": "location"}), json!({"latitude": "0", "longitude": "0", "label": null})),
        (
            json!({"kind": "address"}),
            json!({"province": "广东省", "city": "深圳市", "district": null, "street": "科技园路", "detail": "1 号楼/3 层"}),
        ),
        (
            json!({"kind": "address"}),
            json!({"province": "a/b", "city": null, "district": null, "street": null, "detail": null}),
        ),
        (
            json!({"kind": "address"}),
            json!({"province": null, "city": null, "district": null, "street": null, "detail": "仓库"}),
        ),
        (json!({"kind": "json"}), json!({"a": [1, "二", null], "b": {"c": true}})),
        (json!({"kind": "json"}), json!("text")),
        (json!({"kind": "attachment", "accept": [".pdf"], "max_size": 1000}), json!([12, 4])),
        (json!({"kind": "image"}), json!([5])),
        (json!({"kind": "signature"}), json!([6])),
        (json!({"kind": "secret"}), json!("correct horse")),
        (json!({"kind": "money", "encrypted": true}), json!("12.50")),
        (json!({"kind": "number_series", "pattern": "A{###}"}), json!("A001")),
    ]
}

#[test]
fn every_kind_survives_api_storage_and_text() {
    // Lines have a table of their own, and what is computed takes on another kind: see `definition::computed`.
    let mut seen: Vec<Kind> = vec![Kind::Lines, Kind::Lookup, Kind::Rollup];
    for (annotation, json) in samples() {
        let field = field(json!({"x-field": annotation}));
        assert!(field.problems().is_empty(), "{:?}", field.problems());
        let value = field.read(&json).unwrap_or_else(|error| panic!("{annotation}: {error:?}"));
        field.check(&value).unwrap_or_else(|error| panic!("{annotation}: {error:?}"));
        assert_eq!(field.write(&value), json, "{annotation}");
        assert_eq!(field.load(field.store(&value)), value, "{annotation}");
        let text = field.text(&value);
        assert_eq!(field.read_text(&text), Ok(value), "{annotation}: {text}");
        seen.push(field.kind);
    }
    for kind in Kind::ALL {
        assert!(seen.contains(kind), "{kind:?} has no sample");
    }
}

#[test]
fn wrong_values_name_the_rule_they_break() {
    let cases = [
        (json!({"x-field": {"kind": "decimal", "scale": 2}}), json!("1.234"), "too_precise"),
        (json!({"x-field": {"kind": "decimal", "exclusive_min": "0"}}), json!("0"), "exclusive_minimum"),
        (json!({"x-field": {"kind": "integer", "max": 9}}), json!(10), "maximum"),
        (json!({"minLength": 3, "x-field": {"kind": "text"}}), json!("ab"), "too_short"),
        (json!({"maxLength": 2, "x-field": {"kind": "text"}}), json!("abc"), "too_long"),
        (json!({"x-field": {"kind": "choice", "options": [{"value": "a"}]}}), json!("b"), "option"),
        (json!({"x-field": {"kind": "url"}}), json!("javascript:alert(1)"), "format"),
        (json!({"x-field": {"kind": "email"}}), json!("a@b"), "format"),
        (json!({"x-field": {"kind": "cascade", "options": [{"value": "a"}]}}), json!(["a", "b"]), "option"),
        (json!({"x-field": {"kind": "location"}}), json!({"latitude": "91", "longitude": "0"}), "maximum"),
        (json!({"x-field": {"kind": "location"}}), json!({"latitude": "1.0000001", "longitude": "0"}), "too_precise"),
        (json!({"x-field": {"kind": "duration", "min": 0}}), json!(-1), "minimum"),
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
