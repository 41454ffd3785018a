use crate::definition::{
    app::App,
    field::Kind,
    package::{Documents, Limits},
};
use serde_json::{Value as Json, json};

fn field(annotation: Json) -> Json {
    let mut field = json!({"x-field": annotation});
    let kind = field["x-field"]["kind"].as_str().unwrap().to_owned();
    match kind.as_str() {
        "rollup" | "lookup" => {}
        "link" | "integer" => field["type"] = json!("integer"),
        "links" | "image" => field["type"] = json!("array"),
        _ => field["type"] = json!("string"),
    }
    if kind == "date" {
        field["format"] = json!("date");
    }
    field
}

fn table(key: &str, properties: Json) -> (String, Json) {
    let table = json!({"title": key, "type": "object", "x-table": {"key": key}, "properties": properties});
    (format!("tables/{key}.json"), table)
}

/// An account with orders; `more` are fields of the account, `ordered` of the order.
fn parse(more: Json, ordered: Json) -> Result<App, Vec<String>> {
    let mut account = json!({"name": field(json!({"kind": "text"})), "secret": field(json!({"kind": "text", "encrypted": true})),
        "picture": field(json!({"kind": "image"}))});
    let mut order = json!({
        "account": field(json!({"kind": "link", "table": "account"})),
        "others": field(json!({"kind": "links", "table": "account"})),
        "amount": field(json!({"kind": "money", "scale": 2, "unit": "CNY"})),
        "count": field(json!({"kind": "integer"})),
        "day": field(json!({"kind": "date"})),
        "note": field(json!({"kind": "text"})),
        "lines": {"type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
            "account": field(json!({"kind": "link", "table": "account"})), "qty": field(json!({"kind": "decimal", "scale": 3}))}}},
    });
    for (fields, more) in [(&mut account, more), (&mut order, ordered)] {
        for (key, property) in more.as_object().unwrap() {
            fields[key] = property.clone();
        }
    }
    let app = json!({"key": "shop", "title": "Shop", "version": "1.0.0", "menu": [{"table": "order"}]});
    let files = [("app.json".to_owned(), app), table("account", account), table("order", order)];
    let files = files.map(|(path, json)| (path, json.to_string().into_bytes()));
    let documents = Documents::from_files(files, &Limits::default()).unwrap();
    App::parse(&documents).map_err(|findings| findings.iter().map(ToString::to_string).collect())
}

fn rollup(from: Json, measure: &str) -> Json {
    field(json!({"kind": "rollup", "from": from, "measure": measure}))
}

fn lookup(link: &str, of: &str) -> Json {
    field(json!({"kind": "lookup", "link": link, "field": of}))
}

#[test]
fn a_rollup_is_of_the_kind_of_its_figure() {
    let orders = || json!({"table": "order", "field": "account"});
    let cases = [
        (orders(), "count()", Kind::Integer, 0),
        (orders(), "count(note)", Kind::Integer, 0),
        (orders(), "sum(amount)", Kind::Money, 2),
        (orders(), "avg(amount)", Kind::Money, 4),
        (orders(), "sum(count)", Kind::Integer, 0),
        (orders(), "avg(count)", Kind::Decimal, 2),
        (orders(), "max(day)", Kind::Date, 0),
        (orders(), "max(created_at)", Kind::DateTime, 0),
        (json!({"table": "order", "lines": "lines", "field": "account"}), "sum(qty)", Kind::Decimal, 3),
    ];
    for (from, measure, kind, scale) in cases {
        let app = parse(json!({"figure": rollup(from, measure)}), json!({})).unwrap();
        let figure = app.tables["account"].field("figure").unwrap();
        assert_eq!((figure.kind, figure.read_only), (kind, true), "{measure}");
        assert!(!matches!(kind, Kind::Money | Kind::Decimal) || figure.scale == scale, "{measure}: {}", figure.scale);
    }
    let own = parse(json!({}), json!({"pieces": rollup(json!({"lines": "lines"}), "sum(qty)")})).unwrap();
    assert_eq!(own.tables["order"].field("pieces").unwrap().kind, Kind::Decimal);
    // A figure of figures, whatever the order in which they stand.
    let more = json!({"total": rollup(orders(), "sum(pieces)")});
    let app = parse(more, json!({"pieces": rollup(json!({"lines": "lines"}), "sum(qty)")})).unwrap();
    assert_eq!(app.tables["account"].field("total").unwrap().kind, Kind::Decimal);
}

#[test]
fn a_lookup_is_of_the_kind_of_what_it_shows() {
    let app = parse(
        json!({"best": rollup(json!({"table": "order", "field": "account"}), "max(amount)")}),
        json!({
        "name": lookup("account", "name"), "best": lookup("account", "best")}),
    )
    .unwrap();
    let order = &app.tables["order"];
    let (name, best) = (order.field("name").unwrap(), order.field("best").unwrap());
    assert_eq!((name.kind, best.kind, best.scale), (Kind::Text, Kind::Money, 2));
    assert_eq!((name.stored_as(), &*name.lookup.as_ref().unwrap().table), (None, "account"));
    assert_eq!(order.stored().filter(|field| field.key == "name").count(), 0);
}

#[test]
fn what_cannot_be_computed_is_refused_with_the_reason() {
    let orders = || json!({"table": "order", "field": "account"});
    let of_account = [
        (
            rollup(json!({"table": "ordr", "field": "account"}), "count()"),
            "no table \"ordr\" in this app (did you mean \"order\"?)",
        ),
        (
            rollup(json!({"table": "order", "field": "acount"}), "count()"),
            "no field \"acount\" in table \"order\" (did you mean \"account\"?)",
        ),
        (rollup(json!({"table": "order", "field": "others"}), "count()"), "\"others\" is no link to one record"),
        (rollup(json!({"table": "order", "field": "note"}), "count()"), "\"note\" is no link"),
        (rollup(json!({"table": "order", "lines": "note", "field": "account"}), "count()"), "\"note\" are no lines"),
        (rollup(json!({"table": "order"}), "count()"), "names the link to this table"),
        (rollup(json!({"field": "account"}), "count()"), "whose rows it gathers"),
        (rollup(orders(), "sum(note)"), "\"note\" is no number"),
        (rollup(orders(), "sum(amont)"), "no field \"amont\" in table \"order\" (did you mean \"amount\"?)"),
        (rollup(orders(), "median(amount)"), "\"median\" is none of sum, avg"),
        (rollup(orders(), "max(note)"), "neither a number nor a date"),
        (rollup(orders(), "sum(twice)"), "no field \"twice\""),
        (field(json!({"kind": "rollup", "from": orders(), "measure": "count()", "unique": true})), "cannot be unique"),
        (field(json!({"kind": "rollup", "from": orders()})), "says what it computes"),
        (field(json!({"kind": "money", "measure": "count()"})), "\"measure\" is a member of a rollup"),
        (rollup(json!({"table": "order", "field": "account"}), "sum(round)"), "needs it in turn"),
    ];
    for (property, expected) in of_account {
        let round = rollup(json!({"table": "account", "field": "up"}), "sum(figure)");
        let round = if expected.contains("in turn") { json!({"round": round.clone()}) } else { json!({}) };
        let more = json!({"figure": property, "up": field(json!({"kind": "link", "table": "account"}))});
        let mut more = more;
        if let Some(round) = round.get("round") {
            more["figure"] = rollup(json!({"table": "account", "field": "up"}), "sum(round)");
            more["round"] = round.clone();
        }
        let said = parse(more, json!({})).expect_err(expected);
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}\n{said:#?}");
    }
    let of_order = [
        (lookup("acount", "name"), "no field \"acount\""),
        (lookup("note", "name"), "\"note\" is no link"),
        (lookup("others", "name"), "\"others\" is no link"),
        (lookup("account", "nam"), "no field \"nam\" in table \"account\" (did you mean \"name\"?)"),
        (lookup("account", "secret"), "\"secret\" is encrypted"),
        (lookup("account", "picture"), "which a lookup does not show"),
        (field(json!({"kind": "lookup", "field": "name"})), "names the link"),
        (field(json!({"kind": "lookup", "link": "account", "field": "name", "index": true})), "an index is of no use"),
    ];
    for (property, expected) in of_order {
        let said = parse(json!({}), json!({"shown": property})).expect_err(expected);
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}\n{said:#?}");
    }
    // Through one link, not through two.
    let said = parse(
        json!({"up": field(json!({"kind": "link", "table": "account"})), "above": lookup("up", "name")}),
        json!({
        "shown": lookup("account", "above")}),
    );
    assert!(said.expect_err("a lookup of a lookup")[0].contains("reads through one link only"));
    let said = parse(json!({"figure": rollup(orders(), "count(shown)")}), json!({"shown": lookup("account", "name")}));
    assert!(said.expect_err("a rollup of a lookup")[0].contains("changes without its record"));
}
