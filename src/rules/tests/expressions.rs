//! Expressions, one line each.

use super::*;
use rust_decimal::Decimal;

/// The value as text: `2.5`, `true`, `2026-11-21`, `"x"`, `-` where unset, `!code` or `!code(field)` where it fails.
fn outcome(result: Result<Value, RuleError>) -> String {
    match result {
        Ok(Value::Unset) => "-".to_owned(),
        Ok(Value::Bool(truth)) => truth.to_string(),
        Ok(Value::Integer(number)) => number.to_string(),
        Ok(Value::Decimal(number)) => number.normalize().to_string(),
        Ok(Value::Text(text)) => format!("\"{text}\""),
        Ok(Value::Date(date)) => date.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => match error.field {
            Some(field) => format!("!{}({field})", error.code.as_str()),
            None => format!("!{}", error.code.as_str()),
        },
    }
}

#[track_caller]
fn check(world: &World, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(expression, expected)| (expression, expected, world.value(expression)))
        .filter(|(_, expected, result)| outcome(result.clone()) != **expected)
        .map(|(expression, expected, result)| format!("{expression} → {result:?}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers_are_exact() {
    check(
        &world(),
        &[
            ("5 / 2", "2.5"),
            ("ten / four", "2.5"),
            ("ten / 4", "2.5"),
            ("10 / four", "2.5"),
            ("1 / 3 * 3", "0.9999999999999999999999999999"),
            ("0.1 + 0.2", "0.3"),
            ("0.1 + 0.2 == 0.3", "true"),
            ("rate * 100", "13"),
            ("ten % 4", "2"),
            ("7 % 2.5", "2"),
            ("-ten + 1", "-9"),
            ("-(2 - 5)", "3"),
            ("- -2", "2"),
            ("-0.5", "-0.5"),
            ("2 + 3 * 4", "14"),
            ("ten == 10", "true"),
            ("ten == 10.0", "true"),
            ("ten != 10.00", "false"),
            ("3 < rate", "false"),
            ("rate <= 0.13", "true"),
            ("9223372036854775807 + 1", "9223372036854775808"),
            ("round(2.345, 2)", "2.35"),
            ("round(-2.345, 2)", "-2.35"),
            ("round(2.5)", "3"),
            ("abs(-3)", "3"),
            ("floor(-2.5)", "-3"),
            ("ceil(2.1)", "3"),
            ("min(3, 1.5, 2)", "1.5"),
            ("max(ten, four)", "10"),
            ("count + 1", "4"),
        ],
    );
}

#[test]
fn what_cannot_be_computed_is_an_error() {
    check(
        &world(),
        &[
            ("ten / 0", "!division_by_zero"),
            ("ten / zero", "!division_by_zero"),
            ("1 / 0", "!division_by_zero"),
            ("ten % zero", "!division_by_zero"),
            ("title == 1", "!type_mismatch"),
            ("title > 1", "!type_mismatch"),
            ("title != 1", "!type_mismatch"),
            ("1 == title", "!type_mismatch"),
            ("day > 1", "!type_mismatch"),
            ("day == \"2026-11-20\"", "!type_mismatch"),
            ("urgent == 1", "!type_mismatch"),
            ("urgent && ten", "!type_mismatch"),
            ("!ten", "!type_mismatch"),
            ("-title", "!type_mismatch"),
            ("title * 2", "!type_mismatch"),
            ("place < other", "!type_mismatch"),
            ("place + 1", "!type_mismatch"),
            ("round(title)", "!type_mismatch"),
            ("day + 0.5", "!type_mismatch"),
            ("tags == \"red\"", "!type_mismatch"),
            ("79228162514264337593543950335.0 * 10", "!limit"),
        ],
    );
}

#[test]
fn what_is_not_filled_in_is_named() {
    check(
        &world(),
        &[
            ("note == \"x\"", "!unset_value(备注)"),
            ("note != \"x\"", "!unset_value(备注)"),
            ("note + \"x\"", "!unset_value(备注)"),
            ("1 + tax", "!unset_value(税额)"),
            ("tax > 1", "!unset_value(税额)"),
            ("1 < record.tax", "!unset_value(税额)"),
            ("tax == note", "!unset_value(税额)"),
            ("note == ()", "!unset_value(备注)"),
            ("() == ()", "!unset_value"),
            ("-tax", "!unset_value(税额)"),
            ("round(tax, 2)", "!unset_value(税额)"),
            ("upper(note)", "!unset_value(备注)"),
            ("urgent && tax", "!unset_value(税额)"),
            ("tax || urgent", "!unset_value(税额)"),
            ("iff(tax, 1, 2)", "!unset_value(税额)"),
            ("nowhere.name == \"x\"", "!unset_value(无处)"),
            ("other.keeper == user.id", "!unset_value(另一地点 · 负责人)"),
            ("other.parent.name == \"x\"", "!unset_value(另一地点 · 上级)"),
            ("tax ?? 0", "0"),
            ("(tax ?? 2) * 3", "6"),
            ("tax ?? note ?? 7", "7"),
            ("note", "-"),
            ("is_set(note)", "false"),
            ("is_set(title)", "true"),
            ("is_set(nowhere.name)", "false"),
            ("is_set(lines)", "true"),
            ("is_set(tax) && tax > 1", "false"),
            ("iff(is_set(tax), tax * 2, 0)", "0"),
            ("iff(true, (), 1)", "-"),
        ],
    );
}

#[test]
fn only_the_side_that_is_taken_is_evaluated() {
    check(
        &world(),
        &[
            ("iff(zero == 0, 0, ten / zero)", "0"),
            ("iff(zero != 0, ten / zero, iff(urgent, \"u\", \"n\"))", "\"u\""),
            ("1 + iff(ten > 5, 2, 3) * 2", "5"),
            ("sum(lines, \"qty\") + iff(urgent, 1, note)", "15"),
            ("zero == 0 || ten / zero > 1", "true"),
        ],
    );
}

#[test]
fn lines_add_up() {
    check(
        &world(),
        &[
            ("sum(lines, \"amount\")", "25"),
            ("sum(record.lines, \"qty\")", "14"),
            ("count(lines)", "2"),
            ("avg(lines, \"qty\")", "7"),
            ("avg(lines, \"price\")", "2.5"),
            ("min(lines, \"qty\")", "4"),
            ("max(lines, \"qty\")", "10"),
            ("max(lines, \"on\")", "-"),
            ("max(lines, \"on\") + 1", "!unset_value(明细)"),
            ("sum(lines, \"on\")", "0"),
            ("sum(lines, \"item\")", "!type_mismatch"),
            ("sum(lines, \"nope\")", "!unknown_name"),
            ("sum(title, \"qty\")", "!type_mismatch"),
            ("sum(lines, title)", "!syntax"),
        ],
    );
}

#[test]
fn texts_dates_links_and_settings() {
    check(
        &world(),
        &[
            ("title + \"-\" + ten", "\"Shelves-10\""),
            ("\"a\" < \"b\"", "true"),
            ("'x' == \"x\"", "true"),
            ("len(\"人民币\")", "3"),
            ("upper(title) == \"SHELVES\"", "true"),
            ("lower(title)", "\"shelves\""),
            ("trim(\" a \")", "\"a\""),
            ("contains(title, \"elv\")", "true"),
            ("starts_with(title, \"Sh\")", "true"),
            ("\"elv\" in title", "true"),
            ("contains(tags, \"red\")", "true"),
            ("\"blue\" in tags", "false"),
            ("level in [\"a\", \"b\"]", "true"),
            ("four in [1, 4]", "true"),
            ("level !in [\"a\", \"b\"]", "false"),
            ("text(2.50)", "\"2.5\""),
            ("today()", "2026-11-21"),
            ("today() + 30", "2026-12-21"),
            ("today() - 1 == day", "true"),
            ("today() - day", "1"),
            ("day < today()", "true"),
            ("days_between(day, today() + 9)", "10"),
            ("year(day) * 10000 + month(day) * 100 + day(day)", "20261120"),
            ("max(day, today())", "2026-11-21"),
            ("now() > now()", "false"),
            ("place == 7", "true"),
            ("7 == place", "true"),
            ("place != other", "true"),
            ("place == place", "true"),
            ("place", "7"),
            ("buyer == user.id", "true"),
            ("created_by == user.id", "true"),
            ("user.department == 3", "true"),
            ("user.name + user.login", "\"王芳wang\""),
            ("place.name", "\"东库\""),
            ("record.place.name == \"东库\"", "true"),
            ("place.keeper == buyer", "true"),
            ("place.parent.name", "\"总部\""),
            ("place.parent == other", "true"),
            ("place.id == place", "true"),
            ("setting(\"limit\") > amount", "true"),
            ("setting(\"nope\") > 1", "!unknown_setting"),
            ("rmb_upper(amount)", "\"壹佰贰拾伍元整\""),
        ],
    );
}

#[test]
fn expressions_are_only_expressions() {
    check(
        &world(),
        &[
            ("", "!syntax"),
            ("1 +", "!syntax"),
            ("let x = 1", "!syntax"),
            ("ten = 1", "!syntax"),
            ("ten += 1", "!syntax"),
            ("1; 2", "!syntax"),
            ("{ 1 }", "!syntax"),
            ("if true { 1 } else { 2 }", "!syntax"),
            ("while true { }", "!syntax"),
            ("|x| x", "!syntax"),
            ("lines[0]", "!syntax"),
            ("title.len()", "!syntax"),
            ("#{a: 1}", "!syntax"),
            ("`a ${ten}`", "!syntax"),
            ("2 ** 3", "!syntax"),
            ("1 << 3", "!syntax"),
            ("0..3", "!syntax"),
            ("eval(\"1\")", "!syntax"),
            ("print(1)", "!syntax"),
            ("sleep(1)", "!unknown_name"),
            ("timestamp()", "!unknown_name"),
            ("roud(1)", "!unknown_name"),
            ("round()", "!syntax"),
            ("setting(title)", "!syntax"),
            ("nope", "!unknown_name"),
            ("line.qty", "!unknown_name"),
            ("place.nope", "!failed"),
            ("title.length", "!unknown_name"),
            ("user.password", "!unknown_name"),
            ("record", "!unknown_name"),
        ],
    );
    let error = world().program.expression("ten +\n roud(1)").unwrap_err();
    assert_eq!((error.line, error.column, error.params["near"].as_str()), (2, 2, "round"));
    assert!(world().program.expression(&"(".repeat(300)).is_err());
    assert!(world().program.expression(&"1 + ".repeat(2_000)).is_err());
}

#[test]
fn a_line_comes_before_the_record_and_extras_before_both() {
    let world = world();
    let line = &world.document.lines["lines"][0];
    let need = number("3");
    let balance = values([("qty", number("8"))]);
    let extras = [("need", Variable::Value(&need)), ("balance", Variable::Record { table: None, values: &balance })];
    let inputs = world.inputs().with_line("lines", line).with_variables(&extras);
    for (expression, expected) in [
        ("qty * price", "25"),
        ("line.amount", "25"),
        ("amount", "25"),
        ("record.amount", "125"),
        ("item.code", "\"A-1\""),
        ("line.item.cost + ten", "12.5"),
        ("need + balance.qty", "11"),
        ("balance.nope", "!unknown_name"),
        ("line.on > today()", "!unset_value(交期)"),
    ] {
        let result = world.program.expression(expression).unwrap().evaluate(&inputs);
        assert_eq!(outcome(result), expected, "{expression}");
    }
}

#[test]
fn shared_functions_follow_the_same_rules() {
    let world = world_with(
        r#"
        fn half(x) { x / 2 }
        fn total(lines) { let all = 0; for line in lines { all += line.qty ?? 0; } all }
        fn greater(a, b) { if a > b { a } else { b } }
        fn late(due) { today() - due > setting("limit") }
        fn forever() { let i = 0; while true { i += 1; } }
        fn deep(x) { deep(x + 1) }
        fn wide() { let t = "x"; loop { t += t; } }
        fn refuse() { throw "no" }
        "#,
    );
    check(
        &world,
        &[
            ("half(5)", "2.5"),
            ("total(lines)", "14"),
            ("greater(ten, four) + 1", "11"),
            ("greater(title, four)", "!type_mismatch"),
            ("greater(tax, four)", "!unset_value(税额)"),
            ("late(day)", "false"),
            ("forever()", "!limit"),
            ("deep(1)", "!limit"),
            ("wide()", "!limit"),
            ("refuse()", "!failed"),
            ("half()", "!syntax"),
        ],
    );
    let late = world.program.expression("late(day) && amount > 1").unwrap();
    assert_eq!(late.references().settings.iter().collect::<Vec<_>>(), ["limit"]);
}

#[test]
fn files_of_functions_hold_nothing_else() {
    let compile = |source: &str| Program::compile(&IndexMap::from([("a.rhai".to_owned(), source.to_owned())]));
    for (source, code) in [
        ("let x = 1;", RuleCode::Syntax),
        ("fn a( { }", RuleCode::Syntax),
        ("fn round(x) { x }", RuleCode::Syntax),
        ("fn a() { nope() }", RuleCode::UnknownName),
        ("fn a(x) { x.nope() }", RuleCode::UnknownName),
        ("fn a(x) { eval(x) }", RuleCode::Syntax),
        ("fn a(x) { print(x) }", RuleCode::Syntax),
        ("fn a(x) { switch x { 1 => 2, _ => 3 } }", RuleCode::Syntax),
        ("fn a(x) { iff(x, 1, 2) }", RuleCode::Syntax),
        ("fn a(x) { import \"x\" as y; }", RuleCode::Syntax),
        ("fn a(x) { let f = |y| y; 1 }", RuleCode::Syntax),
        ("fn a(x) { x ** 2 }", RuleCode::Syntax),
        ("fn a(x) { setting(x) }", RuleCode::Syntax),
    ] {
        let error = compile(source).map(|_| ()).unwrap_err();
        assert_eq!((error.code, error.params["file"].as_str()), (code, "a.rhai"), "{source}: {error}");
    }
    assert!(compile("fn a(x) { x + 1 }  fn b(x) { a(x) * 2 } // and no more").is_ok());
}

#[test]
fn time_is_limited_too() {
    let world = world_with("fn forever() { while true { } }");
    let mut context = world.context();
    context.limits = Limits { operations: u64::MAX, time: std::time::Duration::from_millis(1) };
    let inputs = Inputs::new(context, &world.table, &world.document);
    let error = world.program.expression("forever()").unwrap().evaluate(&inputs).unwrap_err();
    assert_eq!(error.code, RuleCode::Limit);
}

#[test]
fn an_expression_says_what_it_reads() {
    let world = world();
    let expression = world
        .program
        .expression("sum(lines, \"amount\") + item.cost * line.qty > setting(\"limit\") && record.place.parent.name != user.name")
        .unwrap();
    let read = expression.references();
    assert_eq!(Vec::from_iter(&read.fields), ["item.cost", "line.qty", "lines", "record.place.parent.name"]);
    assert_eq!(Vec::from_iter(&read.settings), ["limit"]);
    assert_eq!(Vec::from_iter(&read.aggregated), [&("lines".to_owned(), "amount".to_owned())]);
    assert!(!read.whole.contains("lines"));

    let names = Names::of(&world.table).in_line(Some("lines"));
    assert_eq!(expression.unknown_names(&names), []);
    let mut hops = Hops::new();
    expression.link_hops(&names, &mut hops);
    let hops: Vec<String> = hops.iter().map(|(link, fields)| format!("{link}: {fields:?}")).collect();
    assert_eq!(hops, ["lines.item: {\"cost\"}", "place: {\"parent.name\"}"]);
}

#[test]
fn unknown_names_are_found_with_their_place_before_anything_runs() {
    let world = world();
    let known = ["limit".to_owned()].into();
    let tables = |key: &str| world.links.tables.get(key);
    let names = Names {
        line: Some("lines"),
        variables: &["need"],
        settings: Some(&known),
        tables: Some(&tables),
        ..Names::of(&world.table)
    };
    for (expression, expected) in [
        ("need > 1 && ten > 1 && created_by == user.id && line.id > 0", ""),
        ("amuont > 1", "unknown_name amuont amount 1:1"),
        ("1 + line.qtty", "unknown_name qtty qty 1:5"),
        ("place.nme", "unknown_name nme name 1:1"),
        ("place.name.x", "unknown_name x  1:1"),
        ("user.nam", "unknown_name nam name 1:1"),
        ("sum(lines, \"amont\")", "unknown_name amont amount 1:5"),
        ("setting(\"limti\")", "unknown_setting limti limit 1:1"),
    ] {
        let errors = world.program.expression(expression).unwrap().unknown_names(&names);
        let shown: Vec<String> = errors
            .iter()
            .map(|e| {
                let near = e.params.get("near").map_or("", String::as_str);
                format!("{} {} {near} {}:{}", e.code.as_str(), e.params["name"], e.line, e.column)
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "{expression}");
    }
}

#[test]
fn conditions_are_true_or_false() {
    let world = world();
    let condition = |source: &str| world.program.expression(source).unwrap().condition(&world.inputs());
    assert_eq!(condition("ten > 5"), Ok(true));
    assert_eq!(condition("urgent"), Ok(true));
    assert_eq!(condition("ten").unwrap_err().code, RuleCode::TypeMismatch);
    let error = condition("tax").unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (RuleCode::UnsetValue, Some("税额")));
}

#[test]
fn results_keep_their_kind() {
    let world = world();
    assert_eq!(world.value("1 + 1"), Ok(Value::Integer(2)));
    assert_eq!(world.value("count"), Ok(Value::Decimal(Decimal::from(3))));
    assert_eq!(world.value("place"), Ok(Value::Integer(7)));
    assert_eq!(world.value("now()"), Ok(Value::Instant(Timestamp(1_795_000_000_000))));
    assert_eq!(world.value("\"\""), Ok(Value::Unset));
    assert_eq!(world.value("[place, other]"), Ok(Value::List(vec![Value::Integer(7), Value::Integer(8)])));
}

#[test]
fn every_function_is_told_in_both_languages() {
    for function in FUNCTIONS {
        assert!(!function.zh.is_empty() && !function.en.is_empty() && !function.forms.is_empty(), "{}", function.name);
        assert_eq!(FUNCTIONS.iter().filter(|other| other.name == function.name).count(), 1);
    }
}

#[test]
fn places_in_sentences_are_filled() {
    let world = world();
    let inputs = world.inputs();
    assert_eq!(fill("{title}: {amount} @ {place.name} {note}{nope} {", &inputs), "Shelves: 125.00 @ 东库 {nope} {");
}
