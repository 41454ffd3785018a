//! Every face says the same.

use super::{
    Binary, FormulaProblem, Join, Naming, NamingWords, Node, Resolved, Row, RowOperator, Rows, Titles, read_formula,
    read_rows, read_script, write_formula, write_rows, write_script,
};
use proptest::prelude::*;

/// A table of orders as its people call it.
struct Shop;

const TITLES: [(&str, &[&str]); 6] = [
    ("qty", &["数量"]),
    ("price", &["单价（元）"]),
    ("status", &["状态"]),
    ("place.name", &["仓库", "名称"]),
    ("lines", &["明细"]),
    ("due", &["Due. date]"]),
];

impl Naming for Shop {
    fn titles(&self, path: &[String]) -> Option<Vec<String>> {
        let own = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect();
        if path == ["lines", "amount"] {
            return Some(own(&["明细", "金额"]));
        }
        TITLES.iter().find(|(key, _)| *key == path.join(".")).map(|(_, titles)| own(titles))
    }

    fn resolve(&self, titles: &[String]) -> Option<Resolved> {
        if titles == ["明细", "金额"] {
            return Some(Resolved::Column("lines".into(), "amount".into()));
        }
        if titles == ["设置", "上限"] {
            return Some(Resolved::Setting("limit".into()));
        }
        let found = TITLES.iter().find(|(_, known)| *known == titles)?;
        Some(Resolved::Path(found.0.split('.').map(str::to_owned).collect()))
    }

    fn known(&self) -> Vec<String> {
        TITLES.iter().map(|(_, titles)| titles.join(".")).collect()
    }

    fn setting(&self, key: &str) -> Option<Vec<String>> {
        (key == "limit").then(|| vec!["设置".to_owned(), "上限".to_owned()])
    }

    fn option(&self, path: &[String], value: &str) -> Option<String> {
        (path == ["status"] && value == "open").then(|| "进行中".to_owned())
    }

    fn option_value(&self, path: &[String], title: &str) -> Option<String> {
        (path == ["status"] && title == "进行中").then(|| "open".to_owned())
    }
}

#[test]
fn a_formula_and_its_script_say_the_same() {
    for (formula, script) in [
        ("IF([数量] > 10, [单价（元）] * 0.9, [单价（元）])", "iff(qty > 10, price * 0.9, price)"),
        ("ROUND(([数量] + 1) * [单价（元）], 2)", "round((qty + 1) * price, 2)"),
        ("SUM([明细.金额])", "sum(lines, \"amount\")"),
        ("COUNT([明细]) > 0", "count(lines) > 0"),
        (
            "AND([数量] > 0, OR([状态] = \"进行中\", ISBLANK([状态])))",
            "qty > 0 && (status == \"open\" || !is_set(status))",
        ),
        ("NOT(ISBLANK([数量]))", "is_set(qty)"),
        ("IFBLANK([数量], 0) - -1", "(qty ?? 0) - -1"),
        ("MOD([数量], 12) = 0", "qty % 12 == 0"),
        ("DAYS(TODAY(), [Due\\. date\\]])", "days_between(due, today())"),
        ("[仓库.名称] <> \"a \"\"b\"\"\"", "place.name != \"a \\\"b\\\"\""),
        ("[设置.上限] * 2", "setting(\"limit\") * 2"),
        ("CONTAINS({\"a\", \"b\"}, [状态])", "contains([\"a\", \"b\"], status)"),
        ("RMB_UPPER([单价（元）])", "rmb_upper(price)"),
        ("IF(TRUE, BLANK(), 1)", "iff(true, (), 1)"),
    ] {
        let node = read_formula(formula, &Shop).unwrap_or_else(|error| panic!("{formula}: {error:?}"));
        assert_eq!(write_script(&node), script, "{formula}");
        assert_eq!(read_script(script), Some(node.clone()), "{script}");
        assert_eq!(write_formula(&node, &Shop).as_deref(), Some(formula), "{script}");
    }
}

#[test]
fn a_formula_is_read_as_people_type_it() {
    for (typed, script) in [
        ("=数量*2", "qty * 2"),
        ("if（【数量】>1，“多”，“少”）", "iff(qty > 1, \"多\", \"少\")"),
        ("\"共 \" & TEXT(数量)", "\"共 \" + text(qty)"),
        ("and(true; false)", "true && false"),
    ] {
        let node = read_formula(typed, &Shop).unwrap_or_else(|error| panic!("{typed}: {error:?}"));
        assert_eq!(write_script(&node), script);
    }
    // The older way of asking for membership is read too.
    assert_eq!(write_script(&read_script("status in [\"a\"]").expect("a list")), "contains([\"a\"], status)");
}

#[test]
fn what_is_wrong_with_a_formula_is_told_with_its_place() {
    let problem = |text: &str| {
        let error = read_formula(text, &Shop).expect_err(text);
        (error.at, error.problem)
    };
    assert_eq!(problem("1 + [数里]"), (4, FormulaProblem::UnknownField("数里".into(), Some("数量".into()))));
    assert_eq!(problem("SUMM(1)"), (0, FormulaProblem::UnknownFunction("SUMM".into(), Some("SUM".into()))));
    assert_eq!(problem("ROUND()"), (0, FormulaProblem::Arguments("ROUND", 1, 2)));
    assert_eq!(problem("(1 + 2"), (6, FormulaProblem::Unfinished));
    assert_eq!(problem("[数量"), (0, FormulaProblem::Unfinished));
    assert_eq!(problem("1 +* 2").1, FormulaProblem::Unexpected);
    assert_eq!(problem("1 2"), (2, FormulaProblem::Unexpected));
    assert_eq!(problem("[明细.金额] + 1"), (0, FormulaProblem::Unexpected));
    assert_eq!(problem(" "), (0, FormulaProblem::Empty));
    assert_eq!(problem(&"(".repeat(200)).1, FormulaProblem::TooDeep);
}

#[test]
fn what_only_a_script_can_say_is_left_to_it() {
    for script in [
        "let x = 1; x",
        "lines.len()",
        "`a${1}`",
        "a[0]",
        "if a { 1 } else { 2 }",
        "1 // why",
        "1_000",
        "0x1f",
        "(a).b",
    ] {
        assert_eq!(read_script(script), None, "{script}");
    }
    // A tree may be more than a formula has names for.
    assert_eq!(write_formula(&read_script("own_function(qty)").expect("a call"), &Shop), None);
    assert_eq!(write_formula(&read_script("secret + 1").expect("a sum"), &Shop), None);
}

#[test]
fn rows_hold_where_nothing_is_filled_in() {
    let rows = Rows {
        join: Join::All,
        parts: vec![
            test("qty", RowOperator::Greater, Some(Node::Number("10".into()))),
            Row::Group(Rows {
                join: Join::Any,
                parts: vec![
                    test("status", RowOperator::NotEqual, Some(Node::Text("open".into()))),
                    test("due", RowOperator::Blank, None),
                ],
            }),
        ],
    };
    let node = write_rows(&rows).expect("a condition");
    assert_eq!(
        write_script(&node),
        "is_set(qty) && qty > 10 && (!is_set(status) || status != \"open\" || !is_set(due))"
    );
    assert_eq!(read_rows(&node), Some(rows));
    // Comparisons that somebody wrote without the guard are rows too, and calculations are none.
    let read = |script: &str| read_rows(&read_script(script).expect("an expression"));
    assert!(read("qty > 10 && status == \"open\"").is_some_and(|rows| rows.parts.len() == 2));
    assert!(read("due <= today() + 7").is_some());
    assert_eq!(read("qty * 2 > 10"), None);
}

fn test(path: &str, operator: RowOperator, value: Option<Node>) -> Row {
    Row::Test { path: vec![path.to_owned()], operator, value }
}

fn nodes() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        "[1-9][0-9]{0,3}(\\.[0-9]{1,2})?".prop_map(Node::Number),
        "[a-z\"\\\\ 中]{0,5}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::Bool),
        Just(Node::Unset),
        prop::sample::select(vec!["qty", "price", "place.name", "due"]).prop_map(Node::path),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator = prop::sample::select(Binary::ALL.to_vec());
        prop_oneof![
            (operator, inner.clone(), inner.clone())
                .prop_map(|(operator, left, right)| Node::binary(operator, left, right)),
            inner.clone().prop_map(Node::negated),
            inner.clone().prop_map(|node| Node::Negate(Box::new(node))),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Node::List),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Node::call("max", [one, other])),
            inner.clone().prop_map(|node| Node::call("is_set", [node])),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| Node::call("iff", [a, b, c])),
        ]
    })
}

fn rows() -> impl Strategy<Value = Rows> {
    let value = prop_oneof!["[1-9][0-9]{0,3}".prop_map(Node::Number), "[a-z]{1,4}".prop_map(Node::Text)];
    let row =
        (prop::sample::select(vec!["qty", "status", "due"]), prop::sample::select(RowOperator::ALL.to_vec()), value)
            .prop_map(|(path, operator, value)| {
                let value = match operator {
                    RowOperator::OneOf | RowOperator::NotOneOf => Node::List(vec![value]),
                    _ => value,
                };
                test(path, operator, operator.takes_value().then_some(value))
            });
    let join = |any: bool| if any { Join::Any } else { Join::All };
    let group = (any::<bool>(), prop::collection::vec(row.clone(), 2..4))
        .prop_map(move |(any, parts)| Rows { join: join(any), parts });
    (any::<bool>(), prop::collection::vec(prop_oneof![3 => row, 1 => group.prop_map(Row::Group)], 1..4))
        .prop_map(move |(any, parts)| Rows { join: join(any), parts })
}

proptest! {
    #[test]
    fn a_tree_is_read_back_from_every_face(node in nodes()) {
        let script = write_script(&node);
        prop_assert_eq!(read_script(&script), Some(node.clone()), "{}", script);
        let formula = write_formula(&node, &Shop).expect("everything has a name");
        // A sheet has AND and OR as functions, so that only their nesting to the left comes back as it was.
        let again = read_formula(&formula, &Shop).map_err(|error| TestCaseError::fail(format!("{formula}: {error:?}")))?;
        prop_assert_eq!(write_formula(&again, &Shop), Some(formula));
    }

    #[test]
    fn rows_mean_the_same_when_they_are_read_back(rows in rows()) {
        let node = write_rows(&rows).expect("rows with values");
        let read = read_rows(&node).expect("rows");
        prop_assert_eq!(write_rows(&read), Some(node));
    }

    #[test]
    fn no_text_stops_a_reader(text in "\\PC{0,40}") {
        let _ = read_formula(&text, &Shop);
        let _ = read_script(&text);
    }
}

/// An app in which titles repeat, behind a link and between the record and its lines.
fn app() -> crate::definition::app::App {
    let field = |title: &str, kind: &str, more: serde_json::Value| {
        let mut field = serde_json::json!({"type": "string", "title": title, "x-field": {"kind": kind}});
        if kind == "link" {
            field["type"] = "integer".into();
        }
        for (key, value) in more.as_object().into_iter().flatten() {
            field["x-field"][key] = value.clone();
        }
        field
    };
    let none = || serde_json::json!({});
    let table = |key: &str, properties: serde_json::Value| {
        serde_json::json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": key, "type": "object",
            "x-table": {"key": key}, "properties": properties})
    };
    let options =
        serde_json::json!({"options": [{"value": "open", "title": "进行中"}, {"value": "done", "title": "完成"}]});
    let columns = serde_json::json!({
        "note": field("备注", "text", none()), "amount": field("金额", "money", none()),
        "item": field("物料", "link", serde_json::json!({"table": "item"})),
    });
    let order = serde_json::json!({
        "note": field("备注", "text", none()), "one": field("日期", "date", none()), "two": field("日期", "date", none()),
        "status": field("状态", "choice", options),
        "lines": {"type": "array", "title": "明细", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": columns}},
    });
    let item = serde_json::json!({"name": field("名称", "text", none()), "cost": field("成本.含税", "money", none())});
    let manifest = serde_json::json!({"key": "shop", "title": "Shop", "version": "1.0.0", "locale": "zh-CN",
        "menu": [{"table": "order"}], "settings": {"limit": {"type": "money", "default": "5", "title": "上限"}}});
    let files = [
        ("app.json", manifest),
        ("tables/order.json", table("order", order)),
        ("tables/item.json", table("item", item)),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    let limits = crate::definition::package::Limits::default();
    let documents = crate::definition::package::Documents::from_files(files, &limits).expect("documents");
    crate::definition::app::App::parse(&documents).expect("an app")
}

#[test]
fn what_an_app_calls_its_fields_leads_to_them_and_back() {
    let app = app();
    let words = NamingWords {
        record: "单据".into(),
        line: "本行".into(),
        user: "当前用户".into(),
        settings: "设置".into(),
        before: "修改前".into(),
        system: vec![("name", "姓名".into()), ("created_at", "新建时间".into())],
    };
    let of_record = Titles { app: &app, table: &app.tables["order"], line: None, words: &words };
    let of_line = Titles { line: Some("lines"), ..of_record };
    for (titles, formula, script) in [
        (&of_record, "[备注] & \"!\"", None),
        (&of_record, "[备注]", Some("note")),
        (&of_record, "[日期#two]", Some("two")),
        (&of_record, "SUM([明细.金额])", Some("sum(lines, \"amount\")")),
        (&of_record, "[状态] = \"进行中\"", Some("status == \"open\"")),
        (&of_record, "[设置.上限]", Some("setting(\"limit\")")),
        (&of_record, "[当前用户.姓名]", Some("user.name")),
        (&of_record, "[新建时间]", Some("created_at")),
        (&of_line, "[备注]", Some("note")),
        (&of_line, "[单据.备注]", Some("record.note")),
        (&of_line, "[物料.成本\\.含税] * 2", Some("item.cost * 2")),
        (&of_line, "[状态] <> \"完成\"", Some("status != \"done\"")),
        (&of_line, "[本行.金额]", Some("line.amount")),
    ] {
        let node = read_formula(formula, titles).unwrap_or_else(|error| panic!("{formula}: {error:?}"));
        if let Some(script) = script {
            assert_eq!(write_script(&node), script, "{formula}");
            assert_eq!(write_formula(&node, titles).as_deref(), Some(formula), "{script}");
        }
    }
    // Everything that is offered is understood.
    for titles in [of_record, of_line] {
        for (chip, _) in titles.offered() {
            assert!(titles.resolve(&chip).is_some(), "{chip:?}");
        }
    }
}
