//! Building by clicking: apps, tables and forms made and changed by the designers' plain form posts; undoing; two builders at once.

use crate::{
    client::{Answer, Body, Caller},
    evolve::shop,
    server::{Server, on_both},
};
use reqwest::Method;
use serde_json::Value;

const TABLE: &str = "/build/shop/tables/thing";

pub async fn send(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

pub fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let found = page.split(&start).nth(1).and_then(|rest| rest.split('"').next());
    found.unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
}

pub async fn drafted(administrator: &Caller, app: &str, document: &str) -> Value {
    let answer = administrator.get(&format!("/api/v1/apps/{app}/draft/{document}")).await.expect(200);
    answer["document"].clone()
}

/// Posts an operation as the page at `path` stands now.
pub async fn edit(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let page = caller.get(path).await.expect(200).text();
    let seen = hidden(&page, "_seen");
    let mut all = vec![("_seen", seen.as_str())];
    all.extend(pairs);
    send(caller, path, &all).await
}

pub fn location(answer: &Answer) -> String {
    answer.header("location").expect("an address").to_owned()
}

#[tokio::test]
async fn an_app_is_built_and_used_without_a_key_being_typed() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let refused = send(&administrator, "/build/new", &[("title", " ")]).await.expect(422).text();
        assert!(refused.contains("请写一个名称"), "{refused}");
        let begun = send(&administrator, "/build/new", &[("title", "设备点检"), ("icon", "check")]).await.expect(303);
        let home = location(&begun);
        assert_eq!(home, "/build/she_bei_dian_jian");
        assert!(administrator.get("/apps").await.expect(200).text().contains("设备点检"));
        let page = administrator.get(&home).await.expect(200).text();
        assert!(
            page.contains("还没有表") && page.contains("发布后可以添加成员") == page.contains("unpublished"),
            "{page}"
        );

        let made =
            edit(&administrator, &home, &[("on", "app"), ("do", "add_table"), ("title", "设备")]).await.expect(303);
        let table = location(&made);
        assert_eq!(table, format!("{home}/tables/she_bei"));
        let add = [("on", "table"), ("table", "she_bei"), ("pick", "field:choice")];
        let added = location(&edit(&administrator, &table, &add).await.expect(303));
        assert_eq!(added, format!("{table}?field=dan_xuan"));
        let set = [
            ("on", "table"),
            ("do", "set_field"),
            ("table", "she_bei"),
            ("field", "dan_xuan"),
            ("set.title", "状态"),
            ("set.required", ""),
            ("set.required", "true"),
        ];
        let renamed = location(&edit(&administrator, &added, &set).await.expect(303));
        assert_eq!(renamed, format!("{table}?field=zhuang_tai"));
        let options = [
            ("on", "table"),
            ("do", "set_options"),
            ("table", "she_bei"),
            ("field", "zhuang_tai"),
            ("values[]", "xuan_xiang_1"),
            ("titles[]", "在用"),
            ("colors[]", "green"),
            ("values[]", "xuan_xiang_2"),
            ("titles[]", "停用"),
            ("colors[]", ""),
            ("values[]", ""),
            ("titles[]", ""),
            ("colors[]", ""),
        ];
        edit(&administrator, &renamed, &options).await.expect(303);
        let page = administrator.get(&renamed).await.expect(200).text();
        for shown in ["在用", "停用", "必填", "草稿", "已保存", "撤销：修改“状态”的选项"] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }

        // The form has what the table has; a section, and lines with a column of their own.
        let form = format!("{home}/forms/she_bei");
        assert!(administrator.get(&form).await.expect(200).text().contains("状态"));
        let put =
            |pick: &'static str, at: &'static str| [("on", "form"), ("form", "she_bei"), ("pick", pick), ("at", at)];
        edit(&administrator, &form, &put("what:section", "/layout/9999")).await.expect(303);
        edit(&administrator, &form, &put("field:lines", "/layout/9999")).await.expect(303);
        let column =
            edit(&administrator, &form, &put("field:decimal", "/layout/2/items/0/columns/9999")).await.expect(303);
        assert!(location(&column).contains("columns"), "{}", location(&column));
        let sums = [
            ("on", "form"),
            ("do", "set"),
            ("form", "she_bei"),
            ("at", "/layout/2/items/0"),
            ("set.sums[]", ""),
            ("set.sums[]", "shu_zi"),
        ];
        edit(&administrator, &form, &sums).await.expect(303);
        let document = drafted(&administrator, "she_bei_dian_jian", "form/she_bei").await;
        assert_eq!(document["layout"][2]["items"][0]["sums"][0], "shu_zi");
        // What is drafted is seen as it will be, and nothing is stored by that.
        let preview = administrator.get(&format!("{form}/preview")).await.expect(200);
        assert_eq!(preview.header("x-frame-options"), Some("SAMEORIGIN"));
        assert!(preview.text().contains("在用") && !preview.text().contains("name=\"_do\""), "{}", preview.text());

        let publish = format!("{home}/publish");
        let page = administrator.get(&publish).await.expect(200).text();
        let fingerprint = hidden(&page, "fingerprint");
        send(&administrator, &publish, &[("do", "publish"), ("fingerprint", &fingerprint)]).await.expect(303);
        let values = serde_json::json!({"values": {"ming_cheng": "车床", "zhuang_tai": "xuan_xiang_1"}});
        administrator.post("/api/v1/apps/she_bei_dian_jian/tables/she_bei/records", values).await.expect(201);
        // Published: whoever the role is given to works with it.
        let people = administrator.get(&home).await.expect(200).text();
        let somebody = people.split("value=\"user:").nth(1).and_then(|rest| rest.split('"').next()).expect("a person");
        let add = [("add", &*format!("user:{somebody}"))];
        send(&administrator, &format!("{home}/roles/cheng_yuan/members"), &add).await.expect(303);
        assert!(administrator.get(&home).await.expect(200).text().contains("name=\"remove\""));
        send(&administrator, &format!("{home}/roles/nobody/members"), &add).await.refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn every_step_is_taken_back_to_the_byte_and_made_again() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let text = async || administrator.get("/build/shop/table/thing").await.expect(200).text();
        let before = text().await;
        let steps: [&[(&str, &str)]; 4] = [
            &[("on", "table"), ("do", "add_field"), ("table", "thing"), ("kind", "money"), ("title", "Price")],
            &[("on", "table"), ("do", "move_field"), ("table", "thing"), ("field", "price"), ("before", "code")],
            &[("on", "table"), ("do", "set_field"), ("table", "thing"), ("field", "price"), ("set.help", "In all")],
            &[("on", "table"), ("do", "remove_field"), ("table", "thing"), ("field", "a")],
        ];
        let source = |page: &str| page.split("<textarea").nth(1).unwrap_or_default().to_owned();
        let mut states = vec![source(&before)];
        for step in steps {
            edit(&administrator, TABLE, step).await.expect(303);
            states.push(source(&text().await));
        }
        for state in states.iter().rev().skip(1) {
            send(&administrator, "/build/shop/steps", &[("do", "undo"), ("_back", TABLE)]).await.expect(303);
            assert_eq!(source(&text().await), *state);
        }
        for state in states.iter().skip(1) {
            send(&administrator, "/build/shop/steps", &[("do", "redo"), ("_back", TABLE)]).await.expect(303);
            assert_eq!(source(&text().await), *state);
        }
        // Nowhere else than into the builder does it lead.
        let away =
            send(&administrator, "/build/shop/steps", &[("do", "undo"), ("_back", "https://elsewhere.example")]).await;
        assert_eq!(location(&away.expect(303)), "/build/shop");
    })
    .await;
}

#[tokio::test]
async fn two_builders_at_once_lose_nothing() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let seen = hidden(&administrator.get(TABLE).await.expect(200).text(), "_seen");
        let set = |field: &'static str, title: &'static str, seen: &str| {
            vec![
                ("_seen".to_owned(), seen.to_owned()),
                ("on".into(), "table".into()),
                ("do".into(), "set_field".into()),
                ("table".into(), "thing".into()),
                ("field".into(), field.into()),
                ("set.title".into(), title.into()),
            ]
        };
        let post = async |pairs: Vec<(String, String)>| {
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
            send(&administrator, TABLE, &pairs).await
        };
        post(set("a", "First", &seen)).await.expect(303);
        // The other one looks at what was there before, and changes something else: both stand, and it is told.
        let merged = location(&post(set("b", "Second", &seen)).await.expect(303));
        assert!(merged.contains("notice=merged"), "{merged}");
        assert!(administrator.get(&merged).await.expect(200).text().contains("两边的改动都在"));
        let table = drafted(&administrator, "shop", "table/thing").await;
        assert_eq!(
            (&table["properties"]["a"]["title"], &table["properties"]["b"]["title"]),
            (&"First".into(), &"Second".into())
        );
        // The same thing to something else: the later one is told, and keeps what was typed.
        let field = format!("{TABLE}?field=a");
        let pairs = set("a", "Third", &seen);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let refused = send(&administrator, &field, &pairs).await.expect(409).text();
        assert!(refused.contains("有人刚刚改了同一处") && refused.contains("value=\"Third\""), "{refused}");
        let table = drafted(&administrator, "shop", "table/thing").await;
        assert_eq!(table["properties"]["a"]["title"], "First");
        // A revision that nobody knows is not guessed about.
        post(set("a", "Fourth", "987654")).await.expect(412);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_where_it_was_typed() {
    on_both(async |server: &Server| {
        let administrator = shop(server, &[]).await;
        let field = format!("{TABLE}?field=n");
        let wrong = [("on", "table"), ("do", "set_field"), ("table", "thing"), ("field", "n"), ("set.scale", "twelve")];
        let page = edit(&administrator, &field, &wrong).await.expect(422).text();
        assert!(page.contains("0 到 9 的整数") && page.contains("value=\"twelve\""), "{page}");
        let gone = [("on", "table"), ("do", "remove_field"), ("table", "thing"), ("field", "nowhere")];
        assert!(edit(&administrator, TABLE, &gone).await.expect(422).text().contains("已经不在草稿里"));
        edit(&administrator, TABLE, &[("on", "table"), ("do", "explode"), ("table", "thing")]).await.refused_page(400);
        // What uses a field is listed before it goes, and what a change of kind does before it is made.
        let asked = administrator.get(&format!("{field}&ask=remove")).await.expect(200).text();
        assert!(asked.contains("已移除的字段"), "{asked}");
        let asked = administrator.get(&format!("{field}&kind=text")).await.expect(200).text();
        assert!(asked.contains("逐行换算"), "{asked}");
        administrator.get("/build/shop/tables/nowhere").await.refused_page(404);
        administrator.get("/build/shop/forms/nowhere").await.refused_page(404);
        let stranger = server.anonymous();
        for path in ["/build/new", "/build/shop", TABLE] {
            let answer = stranger.get(path).await;
            assert!(matches!(answer.status, 303 | 401 | 403), "{path}: {}", answer.status);
        }
    })
    .await;
}
