//! Calendars and galleries, and views as programs read them.

use crate::{
    app_packages::import,
    client::{Answer, Body, Caller},
    server::{Server, TODAY, on_both},
};
use reqwest::Method;
use serde_json::{Value, json};

const SALES: &str = "/api/v1/apps/orders/tables/sale/records";
const PAGE: &str = "/apps/orders/sale";

async fn form(caller: &Caller, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form").into_bytes();
    caller.send(Method::POST, path, headers, Body::Bytes("application/x-www-form-urlencoded", body)).await
}

async fn sale(caller: &Caller, title: &str, day: &str, due: Option<&str>) -> Value {
    let lines = json!([{"item": {"key": "HW-0001"}, "qty": "2"}]);
    let values = json!({"title": title, "customer": {"key": "宁波海天"}, "day": day, "due": due, "kind": "normal", "lines": lines});
    let made = caller.post(SALES, json!({"values": values})).await.expect(201);
    json!({"id": made["id"], "version": made["version"]})
}

/// The days on which the record with this title stands in the page's table.
fn days_of(page: &str, title: &str) -> Vec<String> {
    let cells = page.split("data-date=\"").skip(1).filter(|cell| cell.contains("class=\"bars\""));
    let on = cells.filter(|cell| cell.split("</td>").next().is_some_and(|cell| cell.contains(title)));
    on.filter_map(|cell| cell.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn records_lie_on_their_days_from_the_first_to_the_last() {
    on_both(async |server: &Server| {
        let caller = import(server, "orders").await;
        sale(&caller, "跨周订单", "2025-03-07", Some("2025-03-11")).await;
        sale(&caller, "当天订单", "2025-03-20", None).await;
        sale(&caller, "跨月订单", "2025-02-20", Some("2025-04-20")).await;
        sale(&caller, "别月订单", "2025-05-02", Some("2025-05-03")).await;
        let page = caller.get(&format!("{PAGE}?view=sale_calendar")).await.expect(200).text();
        assert_eq!(days_of(&page, "跨周订单"), ["2025-03-07", "2025-03-08", "2025-03-09", "2025-03-10", "2025-03-11"]);
        assert_eq!(days_of(&page, "当天订单"), ["2025-03-20"]);
        assert_eq!(days_of(&page, "跨月订单").len(), 42, "every day that the month of March shows");
        assert!(days_of(&page, "别月订单").is_empty());
        // Today is the organisation's, and weeks begin on Monday.
        let today = page.split("<td class=\"day today").nth(1).expect("today").to_owned();
        assert_eq!(today.split("data-date=\"").nth(1).map(|date| &date[..10]), Some(TODAY));
        assert!(page.split("data-date=\"").nth(1).is_some_and(|first| first.starts_with("2025-02-24")));

        let week = caller.get(&format!("{PAGE}?view=sale_calendar&span=week&on=2025-03-20")).await.expect(200).text();
        assert_eq!(days_of(&week, "当天订单"), ["2025-03-20"]);
        assert!(
            days_of(&week, "跨周订单").is_empty() && week.contains("on=2025-03-27") && week.contains("on=2025-03-13")
        );
        let days = caller.get(&format!("{PAGE}?view=sale_calendar&span=days&on=2025-03-20")).await.expect(200).text();
        assert!(days.contains("当天订单") && days.contains("agenda-item") && !days.contains("跨周订单"));
        assert!(page.contains("/apps/orders/sale/new?day=2025-03-20"));
    })
    .await;
}

#[tokio::test]
async fn a_full_day_says_how_many_more_and_a_full_stretch_that_it_is_cut() {
    on_both(async |server: &Server| {
        let caller = import(server, "orders").await;
        let lines = json!([{"item": {"key": "HW-0001"}, "qty": "1"}]);
        let row = |n: usize| json!({"values": {"title": format!("满 {n}"), "customer": {"key": "宁波海天"}, "day": "2025-03-12", "lines": lines}});
        for _ in 0..3 {
            let rows: Vec<Value> = (0..167).map(row).collect();
            caller.post(&format!("{SALES}/batch"), json!({"create": rows})).await.expect(200);
        }
        let page = caller.get(&format!("{PAGE}?view=sale_calendar")).await.expect(200).text();
        assert!(page.contains("note warn") && page.contains("500"), "the cap is told");
        let more = page.split("class=\"day-more\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let more = more.expect("a link to the others").replace("&#38;", "&").replace("&amp;", "&");
        assert!(more.contains("span=days") && more.contains("on=2025-03-12"), "{more}");
        let day = caller.get(&more).await.expect(200).text();
        assert!(day.matches("class=\"agenda-item").count() == 500);
    })
    .await;
}

#[tokio::test]
async fn a_record_is_put_on_another_day_and_keeps_its_length() {
    on_both(async |server: &Server| {
        let caller = import(server, "orders").await;
        let made = sale(&caller, "要挪的", "2025-03-07", Some("2025-03-11")).await;
        let (id, version) = (made["id"].to_string(), made["version"].to_string());
        let url = format!("{PAGE}/move?view=sale_calendar");
        let pairs = [("id", id.as_str()), ("version", version.as_str()), ("to", "2025-03-14")];
        form(&caller, &url, &[], &pairs).await.expect(303);
        let now = caller.get(&format!("{SALES}/{id}")).await.expect(200);
        assert_eq!((&now["values"]["day"], &now["values"]["due"]), (&json!("2025-03-14"), &json!("2025-03-18")));
        // The version has moved on.
        let stale = form(&caller, &url, &[("accept", "application/json")], &pairs).await.expect(412);
        assert!(stale["text"].as_str().is_some_and(|text| !text.is_empty()));
        let wrong = [("id", id.as_str()), ("to", "nowhere")];
        form(&caller, &url, &[], &wrong).await.refused_page(422);
        // Whoever may only look moves nothing.
        form(&server.staff(), &url, &[], &[("id", id.as_str()), ("to", "2025-03-15")]).await.refused_page(404);
        let moving = format!("{PAGE}?view=sale_calendar&span=days&on=2025-03-14&move={id}");
        let page = caller.get(&moving).await.expect(200).text();
        assert!(page.contains("type=\"date\"") && page.contains("value=\"2025-03-14\""), "{page}");
    })
    .await;
}

#[tokio::test]
async fn days_are_gathered_by_month_in_a_table() {
    on_both(async |server: &Server| {
        let caller = import(server, "orders").await;
        for (title, day) in [("一", "2025-01-05"), ("二", "2025-01-31"), ("三", "2025-03-01")] {
            sale(&caller, title, day, None).await;
        }
        let page = caller.get(&format!("{PAGE}?view=all&group=-month(day)")).await.expect(200).text();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing: {page}"));
        assert!(at("2025-03") < at("2025-01"), "the latest month comes first");
        assert!(page.contains("2025-01 <span class=\"count\">2</span>"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_gallery_shows_cards_with_pictures_and_pages() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let page = manager.get("/apps/wms/item?view=item_gallery&limit=20").await.expect(200).text();
        assert_eq!(page.matches("<li class=\"tile\"").count(), 20);
        assert!(page.contains("rel=\"next\"") && !page.contains("<img"), "cards without a picture, and more of them");
        let mut out = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(40, 30, image::Rgb([20, 90, 160]));
        picture.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
        let body = Body::Bytes("application/octet-stream", out.into_inner());
        let file = manager.send(Method::POST, "/api/v1/files?name=a.png", &[], body).await.expect(201).id();
        let items = "/api/v1/apps/wms/tables/item/records";
        let one = manager.list(items, &[("limit", "1"), ("sort", "code")]).await.expect(200).items()[0]["id"].clone();
        manager.patch(&format!("{items}/{one}"), json!({"values": {"image": [file]}})).await.expect(200);
        let page = manager.get("/apps/wms/item?view=item_gallery").await.expect(200).text();
        assert!(page.contains(&format!("src=\"/files/{file}?thumbnail=medium\"")), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_view_answers_its_columns_rows_and_totals() {
    on_both(async |server: &Server| {
        server.seed_documents().await;
        let manager = server.manager();
        let path = "/api/v1/apps/wms/views/inbound_all";
        let first = manager.get(&format!("{path}?limit=5")).await.expect(200);
        let keys: Vec<&str> =
            first["columns"].as_array().into_iter().flatten().filter_map(|column| column["key"].as_str()).collect();
        assert_eq!(&keys[..4], ["no", "biz_date", "warehouse", "supplier"]);
        assert_eq!(first["rows"].as_array().map(Vec::len), Some(5));
        let warehouse = first["rows"][0]["values"][2].to_string();
        assert!(first["refs"]["warehouse"][&warehouse]["label"].is_string(), "{}", first.text());
        assert_eq!(first["totals"], Value::Null);
        let next = first["next"].as_str().expect("more").to_owned();
        let second = manager.get(&format!("{path}?limit=5&cursor={next}")).await.expect(200);
        assert_ne!(first["rows"][0]["id"], second["rows"][0]["id"]);

        // A saved view by its id, with totals; for whom it is.
        let body =
            json!({"title": "合计", "view": {"columns": ["no", "amount"], "totals": {"amount": "sum", "no": "count"}}});
        let saved = manager.post("/api/v1/apps/wms/tables/inbound/views", body).await.expect(201);
        let own = format!("/api/v1/apps/wms/views/{}", saved["id"]);
        let page = manager.get(&own).await.expect(200);
        assert!(page["totals"][0].is_i64() && page["totals"][1].is_string(), "{}", page.text());
        server.keeper().get(&own).await.refused(404, "not_found");

        // What a role hides is no column; who sees nothing of the table has no view of it.
        let keeper = server.keeper().get(path).await.expect(200);
        let hidden = keeper["columns"].as_array().into_iter().flatten().any(|column| column["key"] == "amount");
        assert!(!hidden, "{}", keeper.text());
        server.staff().get(path).await.refused(404, "not_found");
        manager.get(&format!("{path}?limit=0")).await.refused(422, "invalid");
        manager.get(&format!("{path}?colour=x")).await.refused(422, "invalid");
        manager.get("/api/v1/apps/wms/views/nothing").await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_dashboard_shows_the_first_rows_of_a_view() {
    on_both(async |server: &Server| {
        server.seed_documents().await;
        let manager = server.manager();
        let page = manager.get("/apps/wms/dashboards/today").await.expect(200).text();
        assert!(page.contains("审批中的入库单") && page.contains("/apps/wms/inbound?view=inbound_in_approval"));
        let json = manager.get("/api/v1/apps/wms/dashboards/today").await.expect(200);
        let card = json["cards"].as_array().into_iter().flatten().find(|card| card["view"] == "inbound_in_approval");
        let rows = card.and_then(|card| card["content"]["rows"].as_array()).map_or(0, Vec::len);
        assert!(rows > 0 && rows <= 6, "{}", json.text());
    })
    .await;
}
