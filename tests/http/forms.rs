//! Forms as browsers post them: pasted cells, drafts, conflicts, lines of other documents, public links.

use crate::{
    app_packages as apps,
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use reqwest::Method;
use serde_json::{Value, json};

const SALES: &str = "/api/v1/apps/orders/tables/sale/records";

/// The orders app of the tests.
async fn orders(server: &Server) -> Caller {
    apps::import(server, "orders").await
}

async fn post(caller: &Caller, path: &str, pairs: &[(&str, &str)], fragment: bool) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("pairs");
    let headers: &[(&str, &str)] = if fragment { &[("hx-request", "true")] } else { &[] };
    caller.send(Method::POST, path, headers, Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

async fn id_of(caller: &Caller, table: &str, field: &str, value: &str) -> i64 {
    let filter = json!({"field": field, "op": "eq", "value": value}).to_string();
    let path = format!("/api/v1/apps/orders/tables/{table}/records");
    caller.list(&path, &[("filter", &filter)]).await.expect(200).items()[0]["id"].as_i64().expect("an id")
}

async fn sale(caller: &Caller, title: &str) -> Answer {
    let lines = json!([{"item": {"key": "HW-0001"}, "qty": "2"}, {"item": {"key": "HW-0002"}, "qty": "1"}]);
    let values = json!({"title": title, "customer": {"key": "宁波海天"}, "lines": lines});
    caller.post(SALES, json!({"values": values})).await.expect(201)
}

#[tokio::test]
async fn cells_are_pasted_by_code_and_title() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let text = "HW-0002\t1,200\t箱\nHW-0099\tabc\t只\n静音脚轮\t5\t箱\n";
        let pairs = [("_rows", "lines:1"), ("_act", "paste:lines.0.item"), ("_paste", text)];
        let answer = post(&caller, "/apps/orders/sale/new/live", &pairs, true).await.expect(200).text();
        for wanted in
            ["lines:3", "HW-0002 不锈钢合页", "value=\"1200\"", "HW-0003 静音脚轮", "22,680.00", "没有找到“HW-0099”"]
        {
            assert!(answer.contains(wanted), "{wanted} in {answer}");
        }
        assert!(answer.contains("value=\"abc\""), "what does not read stays as it was typed");
    })
    .await;
}

#[tokio::test]
async fn a_code_adds_a_line_or_counts_it_up() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let scan = async |pairs: &[(&str, &str)], code: &str| {
            let mut all = pairs.to_vec();
            all.extend([("_act", "scan:lines"), ("_code", code)]);
            post(&caller, "/apps/orders/sale/new/live", &all, true).await.expect(200).text()
        };
        let added = scan(&[("_rows", "lines:0")], "6901234500002").await;
        assert!(added.contains("已加一行：HW-0002"), "{added}");
        let item = id_of(&caller, "item", "code", "HW-0002").await.to_string();
        let counted = scan(&[("_rows", "lines:1"), ("lines.0.item", &item), ("lines.0.qty", "4")], "HW-0002").await;
        assert!(counted.contains("HW-0002 不锈钢合页：5") && counted.contains("lines:1"), "{counted}");
        assert!(scan(&[("_rows", "lines:0")], "nothing").await.contains("没有找到 nothing"));
    })
    .await;
}

#[tokio::test]
async fn a_draft_waits_for_whoever_began_it() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let pairs = [("title", "half a sale"), ("gone_field", "x"), ("_draft", "1"), ("_rows", "lines:0")];
        let kept = post(&caller, "/apps/orders/sale/new/draft", &pairs, true).await.expect(200);
        assert!(kept.text().starts_with("草稿已保存"), "{}", kept.text());
        assert!(caller.list(SALES, &[]).await.expect(200).items().is_empty(), "a draft is no record");
        let opened = caller.get("/apps/orders/sale/new").await.expect(200).text();
        assert!(opened.contains("draft=continue") && !opened.contains("half a sale"), "{opened}");
        let continued = caller.get("/apps/orders/sale/new?draft=continue").await.expect(200).text();
        assert!(continued.contains("half a sale"));
        post(&caller, "/apps/orders/sale/new/draft", &[("_discard", "1")], false).await.expect(303);
        assert!(!caller.get("/apps/orders/sale/new").await.expect(200).text().contains("draft=continue"));
        server.keeper().get("/apps/orders/sale/new").await.refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn two_who_change_a_record_choose_field_by_field() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let stored = sale(&caller, "as it was").await;
        let (id, customer) = (stored.id(), stored["values"]["customer"].to_string());
        let base = json!({"title": "as it was", "phone": null, "lines": stored["values"]["lines"]}).to_string();
        let path = format!("{SALES}/{id}");
        caller
            .patch(&path, json!({"values": {"title": "as others want it", "phone": "13800138000"}}))
            .await
            .expect(200);
        let day = stored["values"]["day"].as_str().expect("a day").to_owned();
        let edit = format!("/apps/orders/sale/{id}/edit");
        let mut pairs = vec![
            ("_version", "1"),
            ("title", "as I want it"),
            ("phone", ""),
            ("customer", &*customer),
            ("day", &*day),
            ("_base", &*base),
        ];
        let met = post(&caller, &edit, &pairs, false).await;
        assert_eq!(met.status, 412, "{}", met.text());
        let page = met.text();
        for wanted in ["as it was", "as others want it", "as I want it", "13800138000", "_take.title", "_take.phone"] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        pairs[0].1 = "2";
        pairs.extend([("_take.title", "mine"), ("_take.phone", "theirs")]);
        post(&caller, &edit, &pairs, false).await.expect(303);
        let now = caller.get(&path).await.expect(200);
        assert_eq!((&now["values"]["title"], &now["values"]["phone"]), (&json!("as I want it"), &json!("13800138000")));
        assert_eq!(now["values"]["lines"].as_array().map(Vec::len), Some(2));
    })
    .await;
}

#[tokio::test]
async fn lines_are_taken_over_from_another_document() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let lines = json!([{"item": {"key": "HW-0001"}, "qty": "10", "price": "1.00"}, {"item": {"key": "HW-0003"}, "qty": "4", "price": "90.00"}]);
        let quote = json!({"values": {"no": "Q-1", "customer": {"key": "宁波海天"}, "lines": lines}});
        let quote = caller.post("/api/v1/apps/orders/tables/quote/records", quote).await.expect(201);
        let (id, line) = (quote.id().to_string(), quote["values"]["lines"][1]["id"].to_string());
        let live = "/apps/orders/sale/new/live";
        let choosing = [("_rows", "lines:0"), ("_source", "lines.0"), ("_source_doc", &*id)];
        let shown = post(&caller, live, &choosing, true).await.expect(200).text();
        assert!(shown.contains("Q-1") && shown.contains("HW-0003 静音脚轮"), "{shown}");
        let part = format!("_source_qty.{line}");
        let taking = [("_rows", "lines:0"), ("_source", "lines.0"), ("_source_doc", &*id), ("_source_line", &*line), (&*part, "2.5"), ("_act", "take:lines.0")];
        let taken = post(&caller, live, &taking, true).await.expect(200).text();
        assert!(taken.contains("lines:1") && taken.contains("value=\"2.5\"") && taken.contains("225.00"), "{taken}");
    })
    .await;
}

async fn link(administrator: &Caller, terms: Value) -> Answer {
    let mut body = json!({"form": "request"});
    body.as_object_mut().expect("an object").extend(terms.as_object().expect("terms").clone());
    administrator.post("/api/v1/apps/orders/links", body).await.expect(201)
}

#[tokio::test]
async fn strangers_send_a_public_form_and_see_nothing_else() {
    on_both(async |server: &Server| {
        let administrator = orders(server).await;
        server
            .keeper()
            .post("/api/v1/apps/orders/links", json!({"form": "request"}))
            .await
            .refused(403, "administrators_only");
        administrator.post("/api/v1/apps/orders/links", json!({"form": "sale"})).await.refused(422, "invalid");
        let made = link(&administrator, json!({"most": 2})).await;
        let path = made["path"].as_str().expect("a path").to_owned();
        let stranger = server.anonymous();
        let page = stranger.get(&path).await.expect(200).text();
        assert!(
            page.contains("设备坏了请填这张表") && !page.contains("/apps/") && !page.contains("处理意见 "),
            "{page}"
        );
        for hidden in ["/apps/orders/request", "/api/v1/apps/orders/tables/place/records"] {
            assert_ne!(stranger.get(hidden).await.status, 200, "{hidden}");
        }
        let offered = stranger.get(&format!("{path}/options/place?q=")).await.expect(200).text();
        assert!(offered.contains("上海总仓"), "{offered}");
        stranger.get(&format!("{path}/options/name?q=")).await.refused_page(404);

        let missing = post(&stranger, &path, &[("name", "A"), ("phone", "")], false).await;
        assert_eq!(missing.status, 422);
        let place = id_of(&administrator, "place", "name", "苏州仓").await.to_string();
        let filled = [("name", "王一"), ("what", "灯不亮"), ("place", &*place)];
        let sent = post(&stranger, &path, &filled, false).await.expect(303);
        let thanks = stranger.get(sent.header("location").expect("a place")).await.expect(200).text();
        assert!(thanks.contains("我们会尽快联系你"), "{thanks}");
        let requests = administrator.list("/api/v1/apps/orders/tables/request/records", &[]).await.expect(200);
        let record = &requests.items()[0];
        assert_eq!((&record["values"]["name"], &record["values"]["source"]), (&json!("王一"), &json!("公开表单")));
        assert_eq!(record["created_by"], Value::Null);

        // A robot is thanked and nothing comes of it; somebody else's place is no choice.
        post(&stranger, &path, &[("name", "robot"), ("what", "x"), ("website", "http://x")], false).await.expect(303);
        assert_eq!(
            post(&stranger, &path, &[("name", "B"), ("what", "x"), ("place", "99999")], false).await.status,
            422
        );
        post(&stranger, &path, &[("name", "second"), ("what", "x")], false).await.expect(303);
        assert_eq!(stranger.get(&path).await.status, 410, "as many as were wanted have come in");
        let requests = administrator.list("/api/v1/apps/orders/tables/request/records", &[]).await.expect(200);
        assert_eq!(requests.items().len(), 2);

        let id = made.id();
        administrator.patch(&format!("/api/v1/apps/orders/links/{id}"), json!({"most": null})).await.expect(200);
        stranger.get(&path).await.expect(200);
        administrator.patch(&format!("/api/v1/apps/orders/links/{id}"), json!({"open": false})).await.expect(200);
        assert_eq!(post(&stranger, &path, &filled, false).await.status, 410);
        assert_eq!(stranger.get(&path).await.status, 410);
        stranger.get("/s/0000").await.refused_page(404);
        administrator.delete(&format!("/api/v1/apps/orders/links/{id}")).await.expect(204);
        stranger.get(&path).await.refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn a_link_may_have_a_password_and_an_end() {
    on_both(async |server: &Server| {
        let administrator = orders(server).await;
        let locked = link(&administrator, json!({"password": "open sesame"})).await;
        assert_eq!(locked["password"], true);
        let path = locked["path"].as_str().expect("a path").to_owned();
        let stranger = server.anonymous();
        let page = stranger.get(&path).await.expect(200).text();
        assert!(page.contains("_password") && !page.contains("设备坏了"), "{page}");
        assert_eq!(post(&stranger, &path, &[("_password", "wrong password")], false).await.status, 422);
        post(&stranger, &path, &[("_password", "open sesame")], false).await.expect(303);
        assert!(stranger.get(&path).await.expect(200).text().contains("设备坏了"));
        assert!(!server.anonymous().get(&path).await.expect(200).text().contains("设备坏了"));

        let ended = link(&administrator, json!({"expires_at": "2025-03-01T00:00:00Z"})).await;
        assert_eq!(stranger.get(ended["path"].as_str().expect("a path")).await.status, 410);
        let page = administrator.get("/apps/orders/links").await.expect(200).text();
        assert!(page.contains(&path), "{page}");
        server.keeper().get("/apps/orders/links").await.refused_page(403);
    })
    .await;
}

#[tokio::test]
async fn what_the_address_of_a_new_form_says_counts_as_typed() {
    on_both(async |server: &Server| {
        let caller = orders(server).await;
        let new = |pairs: &[(&str, &str)]| crate::client::with_query("/apps/orders/sale/new", pairs);
        let typed = [("customer", "宁波海天"), ("phone", "13700000000"), ("kind", "加急"), ("day", "2026-11-01")];
        let page = caller.get(&new(&typed)).await.expect(200).text();
        assert!(page.contains("value=\"2026-11-01\"") && page.contains("浙江省宁波市海天路 1 号"), "{page}");
        assert!(page.contains("value=\"13700000000\""), "what is typed is not filled in by the customer's: {page}");
        assert!(page.contains("写明为什么加急") && !page.contains("aria-invalid"), "{page}");
        let customer = id_of(&caller, "customer", "name", "宁波海天").await.to_string();
        let by_id = caller.get(&new(&[("customer", &customer)])).await.expect(200).text();
        assert!(by_id.contains("13900139000"), "{by_id}");
        // What does not fit is said at its place, as it was typed.
        let wrong = [("day", "soon"), ("customer", "999999"), ("copies", "50"), ("place", "nowhere")];
        let page = caller.get(&new(&wrong)).await.expect(200).text();
        assert!(page.contains("value=\"soon\"") && page.contains("value=\"50\""), "{page}");
        assert!(page.matches("aria-invalid=\"true\"").count() >= 4, "{page}");
        // What the person cannot fill in, what is no field, and what is closed by the form, stays out.
        let closed = [("amount", "815.15"), ("nothing", "4711"), ("id", "4712"), ("state", "4713"), ("lines", "4714")];
        let page = caller.get(&new(&closed)).await.expect(200).text();
        for text in ["815.15", "4711", "4712", "4713", "4714"] {
            assert!(!page.contains(text), "{text} in {page}");
        }
        // A record that is there is not changed by an address.
        let made = sale(&caller, "十一月补货").await;
        let page = caller.get(&format!("/apps/orders/sale/{}/edit?title=别的", made.id())).await.expect(200).text();
        assert!(page.contains("十一月补货") && !page.contains("别的"), "{page}");
    })
    .await;
}
