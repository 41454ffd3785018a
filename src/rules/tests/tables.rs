//! Defaults, formulas and the order in which they run.

use super::*;

fn compiled(world: &World) -> TableRules {
    TableRules::compile(&world.program, &world.table).unwrap()
}

#[test]
fn formulas_run_after_what_they_read() {
    let mut world = world();
    let rules = compiled(&world);
    world.document.lines["lines"][1].values.insert("price".into(), number("1.005"));
    let mut document = world.document.clone();
    let errors = rules.recompute(&mut document, world.context());
    // The tax stands before the amount in the table, the amount before the lines.
    assert_eq!(document.lines["lines"][0].get("amount"), &number("25.00"));
    assert_eq!(document.lines["lines"][1].get("amount"), &number("4.02"));
    assert_eq!(document.get("amount"), &number("29.02"));
    assert_eq!(document.get("tax"), &number("3.77"));
    assert_eq!(document.get("share"), &Value::Unset);
    let shown: Vec<_> = errors.iter().map(|error| (error.path.as_str(), error.code.as_str())).collect();
    assert_eq!(shown, [("/share", "division_by_zero")]);
}

#[test]
fn an_unset_input_makes_a_formula_unset() {
    let world = world();
    let mut document = world.document.clone();
    document.values.shift_remove("rate");
    document.values.insert("zero".into(), Value::Integer(2));
    assert_eq!(compiled(&world).recompute(&mut document, world.context()), []);
    assert_eq!(document.lines["lines"][1].get("amount"), &Value::Unset);
    assert_eq!(document.get("amount"), &number("25.00"));
    assert_eq!(document.get("tax"), &Value::Unset);
    assert_eq!(document.get("share"), &number("12.500000"));
}

#[test]
fn defaults_fill_only_what_is_unset() {
    let world = world();
    let rules = compiled(&world);
    let mut document = Document::default();
    document
        .lines
        .insert("lines".into(), vec![line([("item", Value::Integer(1))]), line([("item", Value::Integer(2))])]);
    assert_eq!(rules.apply_defaults(&mut document, world.context()), []);
    assert_eq!(document.get("day"), &Value::Date("2026-11-21".parse().unwrap()));
    assert_eq!(document.get("due"), &Value::Date("2026-12-21".parse().unwrap()));
    assert_eq!(document.lines["lines"][0].get("price"), &number("2.50"));
    assert_eq!(document.lines["lines"][1].get("price"), &Value::Unset);

    let mut document = world.document.clone();
    rules.apply_line_defaults(&mut document, "lines", 0, world.context());
    assert_eq!(document, world.document);
    document.lines["lines"][0].values.shift_remove("price");
    rules.apply_line_defaults(&mut document, "lines", 0, world.context());
    assert_eq!(document.lines["lines"][0].get("price"), &number("2.50"));
    assert_eq!(document.get("due"), &Value::Unset);
}

#[test]
fn the_rows_behind_links_are_known_beforehand() {
    let hops = compiled(&world()).link_hops();
    assert_eq!(
        hops.into_iter().map(|(link, fields)| (link, Vec::from_iter(fields))).collect::<Vec<_>>(),
        [("lines.item".to_owned(), vec!["cost".to_owned()])]
    );
}

#[track_caller]
fn broken(formulas: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut properties = serde_json::Map::new();
    for (key, formula) in formulas {
        properties.insert(
            (*key).to_owned(),
            json!({"title": key.to_uppercase(), "x-field": {"kind": "decimal", "formula": formula}}),
        );
    }
    let table = Table::parse(&json!({"title": "t", "x-table": {"key": "t"}, "properties": properties})).unwrap();
    let program = Program::compile(&IndexMap::new()).unwrap();
    let errors = TableRules::compile(&program, &table).map(|_| ()).unwrap_err();
    errors.into_iter().map(|(pointer, error)| (pointer, error.message)).collect()
}

#[test]
fn broken_formulas_are_named_with_their_place() {
    assert_eq!(
        broken(&[("a", "b + 1"), ("b", "c"), ("c", "a * 2")]),
        [("/properties/a/x-field/formula".to_owned(), "these fields need each other: A → B → C → A".to_owned())]
    );
    assert_eq!(broken(&[("a", "a")])[0].1, "these fields need each other: A → A");
    assert_eq!(broken(&[("a", "1 +")])[0].0, "/properties/a/x-field/formula");
    assert_eq!(broken(&[("price", "prise + 1")])[0].1, "there is no field \"prise\"; did you mean \"price\"?");
}

#[test]
fn a_result_of_the_wrong_kind_is_an_error_of_its_field() {
    let table = Table::parse(&json!({"title": "t", "x-table": {"key": "t"}, "properties": {
        "a": {"title": "A", "x-field": {"kind": "integer", "formula": "\"x\""}},
        "b": {"title": "B", "x-field": {"kind": "integer", "formula": "5 / 2"}},
        "c": {"title": "C", "x-field": {"kind": "text", "formula": "1 + 1"}}}}))
    .unwrap();
    let world = world();
    let rules = TableRules::compile(&world.program, &table).unwrap();
    let mut document = Document::default();
    let errors = rules.recompute(&mut document, world.context());
    let shown: Vec<_> = errors.iter().map(|error| format!("{} {}", error.path, error.code)).collect();
    assert_eq!(shown, ["/a type_mismatch", "/c type_mismatch"]);
    assert_eq!(document.get("b"), &Value::Integer(3));
}

#[test]
fn records_are_judged() {
    let world = world();
    let judge = |change: &dyn Fn(&mut Document), mode: Mode| {
        let mut document = world.document.clone();
        change(&mut document);
        let errors = validate(&world.table, None, &document, mode);
        errors.into_iter().map(|error| format!("{} {}", error.path, error.code)).collect::<Vec<_>>().join(", ")
    };
    let unset = |key: &'static str| move |document: &mut Document| drop(document.values.shift_remove(key));
    assert_eq!(judge(&|_| {}, Mode::Submit), "");
    assert_eq!(judge(&unset("title"), Mode::Submit), "/title required");
    assert_eq!(judge(&unset("title"), Mode::Draft), "");
    assert_eq!(judge(&|document| document.lines.clear(), Mode::Submit), "/lines min_items");
    assert_eq!(judge(&|document| document.lines.clear(), Mode::Draft), "");
    let many = |document: &mut Document| {
        let first = document.lines["lines"][0].clone();
        document.lines["lines"].extend([first.clone(), first]);
    };
    assert_eq!(judge(&many, Mode::Draft), "/lines max_items");
    let bad = |document: &mut Document| {
        let line = &mut document.lines["lines"][1];
        line.values.insert("qty".into(), number("0"));
        line.values.shift_remove("item");
        document.values.insert("level".into(), "z".into());
    };
    assert_eq!(judge(&bad, Mode::Draft), "/level option, /lines/1/qty exclusive_minimum");
    assert_eq!(judge(&bad, Mode::Submit), "/level option, /lines/1/item required, /lines/1/qty exclusive_minimum");
}
