//! Designers that are drawn from the formats: every kind of document is begun by a title and built without a key or a line of
//! code; what a builder says in words is what lies in the document.

use crate::{
    client::{Answer, Caller},
    designers::{drafted, edit, location},
    evolve::shop,
    server::{Server, on_both},
};
use serde_json::{Value, json};

const SHOP: &str = "/build/shop";

/// Begins a document of a folder by its title; answers the address of its designer.
async fn begin(builder: &Caller, folder: &str, title: &str) -> String {
    let path = format!("{folder}/_.json");
    let form = [("on", "sheet"), ("do", "begin"), ("path", path.as_str()), ("table", "thing"), ("title", title)];
    location(&edit(builder, SHOP, &form).await.expect(303))
}

/// Posts an operation on the document that the designer at `page` shows.
async fn act(builder: &Caller, page: &str, pairs: &[(&str, &str)]) -> Answer {
    let own = page.split('?').next().unwrap_or_default();
    let path = format!("{}.json", own.trim_start_matches(SHOP).trim_start_matches('/'));
    let mut all = vec![("on", "sheet"), ("path", path.as_str())];
    all.extend(pairs);
    edit(builder, page, &all).await
}

async fn document(builder: &Caller, page: &str) -> Value {
    let mut names = page.trim_start_matches(SHOP).trim_matches('/').split('/');
    let (folder, key) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    drafted(builder, "shop", &format!("{}/{key}", folder.trim_end_matches('s'))).await
}

#[tokio::test]
async fn every_kind_of_document_is_begun_by_a_title_and_opens_in_its_designer() {
    on_both(async |server: &Server| {
        let builder = shop(server, &[]).await;
        for (folder, title) in [
            ("flows", "每日审批"),
            ("roles", "巡检员"),
            ("reports", "按月统计"),
            ("dashboards", "今日概况"),
            ("automations", "到期提醒"),
            ("prints", "点检标签"),
            ("ledgers", "备件台账"),
        ] {
            let address = begin(&builder, folder, title).await;
            assert!(address.starts_with(&format!("{SHOP}/{folder}/")), "{address}");
            let page = builder.get(&address).await.expect(200).text();
            assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
        }
        for page in ["menu", "settings"] {
            builder.get(&format!("{SHOP}/{page}")).await.expect(200);
        }
        let form = [("on", "sheet"), ("do", "begin"), ("path", "flows/_.json"), ("title", " ")];
        let refused = edit(&builder, SHOP, &form).await.expect(422).text();
        assert!(refused.contains("名称不能为空"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn conditions_are_rows_and_a_formula_has_the_titles_of_fields() {
    on_both(async |server: &Server| {
        let builder = shop(server, &[]).await;
        let page = begin(&builder, "automations", "数量不够").await;
        // A field is chosen, and the row says something at once; then it is compared with another value.
        let face = ("_face.when", "rows|condition|thing||");
        let chosen = [("do", "set"), ("at", ""), face, ("row.when.join", "all"), ("row.when.new.field", "n")];
        act(&builder, &page, &chosen).await.expect(303);
        let said = |json: &Value| json["when"].as_str().unwrap_or_default().to_owned();
        assert_eq!(said(&document(&builder, &page).await), "is_set(n) && n == 0");
        let typed = |value: &'static str| {
            [
                ("do", "set"),
                ("at", ""),
                face,
                ("row.when.0.was", "n"),
                ("row.when.0.field", "n"),
                ("row.when.0.op", "lt"),
                ("row.when.0.value", value),
                ("row.when.new.field", ""),
            ]
        };
        act(&builder, &page, &typed("5")).await.expect(303);
        assert_eq!(said(&document(&builder, &page).await), "is_set(n) && n < 5");
        // What is no number is refused with the field's title, and nothing is lost.
        let refused = act(&builder, &page, &typed("many")).await.expect(422).text();
        assert!(refused.contains("不能和“many”比较"), "{refused}");
        assert_eq!(said(&document(&builder, &page).await), "is_set(n) && n < 5");
        // The same as a formula.
        let shown = builder.get(&format!("{page}?face=when:formula")).await.expect(200).text();
        assert!(shown.contains("class=\"textarea formula\""), "{shown}");
        let formula = |text: &'static str| {
            [("do", "set"), ("at", ""), ("_face.when", "formula|condition|thing||1"), ("set.when", text)]
        };
        let refused = act(&builder, &page, &formula("[数]>3")).await.expect(422).text();
        assert!(refused.contains("没有叫“数”的字段") && refused.contains("[数]&#62;3"), "{refused}");
        act(&builder, &page, &formula("AND([N] > 3, ISBLANK([Code]))")).await.expect(303);
        assert_eq!(said(&document(&builder, &page).await), "n > 3 && !is_set(code)");
        let dropped = [("do", "set"), ("at", ""), face, ("row.when.0.field", "n"), ("_drop", "when.0")];
        act(&builder, &page, &dropped).await.expect(303);
        assert_eq!(document(&builder, &page).await.get("when"), None);
    })
    .await;
}

#[tokio::test]
async fn a_dashboard_a_report_and_a_role_are_built_thing_by_thing() {
    on_both(async |server: &Server| {
        let builder = shop(server, &[]).await;
        let report = begin(&builder, "reports", "按编码").await;
        let add = [("do", "insert"), ("at", "/columns/9999"), ("variant", "measure:*"), ("title", "数量")];
        let added = location(&act(&builder, &report, &add).await.expect(303));
        let at = added.split("at=").nth(1).expect("what was added").replace("%2F", "/");
        let set = [("do", "set"), ("at", at.as_str()), ("set.measure", "sum(n)")];
        act(&builder, &added, &set).await.expect(303);
        let json = document(&builder, &report).await;
        assert_eq!(json.pointer(&at).map(|column| column["measure"].clone()), Some(json!("sum(n)")));

        let dashboard = begin(&builder, "dashboards", "今日").await;
        let card = [("do", "insert"), ("at", "/cards/9999"), ("variant", "report:*"), ("title", "图")];
        act(&builder, &dashboard, &card).await.expect(303);
        let json = document(&builder, &dashboard).await;
        assert_eq!(json["cards"][1]["report"], "an_bian_ma");

        let role = begin(&builder, "roles", "巡检员").await;
        let grant = [("do", "insert"), ("at", "/grants/9999"), ("variant", ""), ("title", "")];
        act(&builder, &role, &grant).await.expect(303);
        let rights = [
            ("do", "set"),
            ("at", "/grants/0"),
            ("set.table", "thing"),
            ("set.actions[]", "view"),
            ("set.actions[]", "edit"),
            ("_face.scope", "rows|scope|thing||"),
            ("row.scope.join", "own"),
            ("pair.fields.0.key", "n"),
            ("pair.fields.0.value", "hidden"),
            ("pair.fields.1.key", ""),
            ("pair.fields.1.value", ""),
        ];
        act(&builder, &role, &rights).await.expect(303);
        let json = document(&builder, &role).await;
        assert_eq!(
            json["grants"][0],
            json!({"table": "thing", "actions": ["view", "edit"], "scope": "own", "fields": {"n": "hidden"}})
        );
        // Conditions instead of a word.
        let mine = [
            ("do", "set"),
            ("at", "/grants/0"),
            ("_face.scope", "rows|scope|thing||"),
            ("row.scope.join", "own"),
            ("row.scope.new.field", "owner"),
        ];
        act(&builder, &role, &mine).await.expect(303);
        let json = document(&builder, &role).await;
        assert_eq!(json["grants"][0]["scope"], json!({"field": "owner", "op": "eq", "value": {"user": "id"}}));
        let last = [("do", "remove"), ("at", "/columns/0")];
        act(&builder, &report, &last).await.expect(303);
        let refused = act(&builder, &report, &last).await.expect(422).text();
        assert!(refused.contains("至少要留一项"), "{refused}");
        // All of it is published as any other change.
        let checked = builder.post("/api/v1/apps/shop/draft/check", json!({})).await.expect(200);
        let errors = checked["findings"].as_array().expect("findings").iter();
        let errors: Vec<&Value> = errors.filter(|finding| finding["severity"] == "error").collect();
        assert_eq!(errors, Vec::<&Value>::new());
    })
    .await;
}
