//! A record with a value of every kind: created, read, filtered, sorted, edited, cleared, remembered.

use crate::{
    client::Body,
    every_kind::{SAMPLE, SHELF, codes, condition, import, join, values, without_engine_values},
    server::{Server, on_both},
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_record_of_every_kind_is_answered_edited_and_cleared() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        join(server, "owner", &["manager_zhao"]).await;
        let manager = server.manager();
        let sent = values(server, "A", shelves).await;
        let made = manager.post(SAMPLE, json!({"values": sent})).await.expect(201);
        assert_eq!(without_engine_values(&made["values"]), sent);
        assert_eq!((&made["values"]["no"], &made["values"]["hours"]), (&json!("EK-0001"), &json!("1.51")));
        // What is looked up and what is gathered.
        assert_eq!((&made["values"]["capacity"], &made["values"]["pieces_in_all"]), (&json!("500"), &json!("1.5")));
        let shelf = manager.get(&format!("{SHELF}/{}", shelves[0])).await.expect(200);
        assert_eq!((&shelf["values"]["samples"], &shelf["values"]["worth"]), (&json!(1), &json!("99.90")));
        assert_eq!(made["refs"]["shelf"][shelves[0].to_string()]["label"], "S-1");
        let unit = sent["unit"].as_i64().expect("a department");
        assert!(made["refs"]["unit"][unit.to_string()]["label"].is_string(), "{}", made.text());

        let place = format!("{SAMPLE}/{}", made.id());
        assert_eq!(manager.get(&place).await.expect(200).json, made.json);
        // Every value is sent back as it was answered: nothing changes.
        let mut again = without_engine_values(&made["values"]);
        again["lines"] = made["values"]["lines"].clone();
        let same = manager.patch(&place, json!({"values": again})).await.expect(200);
        assert_eq!(same["version"], 1, "{}", same.text());

        let changed = json!({"takes": 90, "region": ["south"], "story": "<p onclick=\"x()\">a<script>b</script></p>",
            "place": {"latitude": "-1.5", "longitude": "0"}, "extra": [1], "tags": ["cold"]});
        let edited = manager.patch(&place, json!({"values": changed})).await.expect(200);
        assert_eq!(edited["values"]["story"], "<p>a</p>");
        assert_eq!(edited["values"]["place"], json!({"latitude": "-1.5", "longitude": "0", "label": null}));
        assert_eq!((&edited["values"]["takes"], &edited["values"]["hours"]), (&json!(90), &json!("0.03")));

        let mut nothing = json!({});
        for key in sent.as_object().expect("an object").keys().filter(|key| *key != "code") {
            nothing[key] = Value::Null;
        }
        let cleared = manager.patch(&place, json!({"values": nothing})).await.expect(200);
        for (key, value) in cleared["values"].as_object().expect("an object") {
            let kept = ["code", "no", "lines", "pieces_in_all"].contains(&key.as_str());
            assert!(kept || value.is_null(), "{key} is {value}");
        }
        assert_eq!(cleared["values"]["lines"], json!([]));
        for page in [format!("/apps/every_kind/sample/{}", made.id()), "/apps/every_kind/sample".to_owned()] {
            assert!(manager.get(&page).await.expect(200).text().contains('A'));
        }
    })
    .await;
}

#[tokio::test]
async fn every_kind_is_filtered_by_what_makes_sense_for_it() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        let sent = values(server, "A", shelves).await;
        administrator.post(SAMPLE, json!({"values": sent})).await.expect(201);
        let other = administrator.post(SAMPLE, json!({"values": {"code": "B", "takes": 60}})).await.expect(201);
        // A new record gets its default, the department of whoever makes it.
        assert!(other["values"]["unit"].is_i64(), "{}", other.text());
        let cleared = json!({"values": {"unit": null}});
        administrator.patch(&format!("{SAMPLE}/{}", other.id()), cleared).await.expect(200);
        let unit = sent["unit"].clone();
        for (field, op, value) in [
            ("story", "contains", json!("dry")),
            ("takes", "gt", json!(60)),
            ("takes", "between", json!([5_000, 6_000])),
            ("region", "contains", json!("sh")),
            ("unit", "eq", unit.clone()),
            ("unit", "empty", json!(false)),
            ("units", "contains", unit),
            ("place", "contains", json!("外滩")),
            ("address", "contains", json!("黄浦")),
            ("extra", "empty", json!(false)),
            ("opens", "ge", json!("08:00:00")),
            ("discount", "eq", json!("5.5")),
            ("tags", "contains", json!("list")),
            ("shelf.code", "eq", json!("S-1")),
        ] {
            let filter = condition(field, op, value);
            assert_eq!(codes(&administrator, &[("filter", &filter)]).await, ["A"], "{filter}");
            let not = json!({"not": serde_json::from_str::<Value>(&filter).expect("JSON")}).to_string();
            assert_eq!(codes(&administrator, &[("filter", &not)]).await, ["B"], "{not}");
        }
        assert_eq!(codes(&administrator, &[("sort", "takes")]).await, ["B", "A"]);
        assert_eq!(codes(&administrator, &[("sort", "-takes")]).await, ["A", "B"]);
        for (field, op, value) in
            [("takes", "eq", json!("1:30")), ("region", "eq", json!(["east"])), ("unit", "eq", json!("x"))]
        {
            administrator.list(SAMPLE, &[("filter", &condition(field, op, value))]).await.refused(422, "invalid");
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_values_of_every_kind_are_refused_at_their_place() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        for (values, path, code) in [
            (json!({"takes": "1:30"}), "/takes", "type"),
            (json!({"region": ["east", "sz"]}), "/region/1", "option"),
            (json!({"unit": 99_999}), "/unit", "link_not_found"),
            (json!({"units": [99_999]}), "/units/0", "link_not_found"),
            (json!({"unit": {"name": "nowhere"}}), "/unit", "link_not_found"),
            (json!({"place": {"latitude": "91", "longitude": "0"}}), "/place/latitude", "maximum"),
            (json!({"place": {"lat": "1"}}), "/place/lat", "unknown_field"),
            (json!({"address": {"planet": "x"}}), "/address/planet", "unknown_field"),
            (json!({"story": 1}), "/story", "type"),
            (json!({"lines": [{"what": "x", "takes": "y"}]}), "/lines/0/takes", "type"),
        ] {
            let mut sent = json!({"code": "X", "shelf": shelves[0]});
            sent.as_object_mut().expect("an object").extend(values.as_object().expect("an object").clone());
            let refused = administrator.post(SAMPLE, json!({"values": sent})).await.expect(422);
            assert!(refused.errors().contains(&(path.to_owned(), code.to_owned())), "{}", refused.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_posts_every_kind_as_people_type_it() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        let sent = values(server, "A", shelves).await;
        let made = administrator.post(SAMPLE, json!({"values": sent})).await.expect(201);
        let page = administrator.get(&format!("/apps/every_kind/sample/{}/edit", made.id())).await.expect(200).text();
        for part in
            ["<rich-text", "<cascade-select", "<location-field", "address.detail", "value=\"1:30:45\"", "08:30:15"]
        {
            assert!(page.contains(part), "{part} is not on the page");
        }
        let form = [
            ("code", "B"),
            ("takes", "1小时30分"),
            ("region", "east/sh"),
            ("place", "30,120.5 West lake"),
            ("address.city", "杭州市"),
            ("address.detail", "1"),
            ("story", "plain\ntext"),
            ("extra", "{\"a\": 1}"),
            ("discount", "7 %"),
            ("_rows", "lines:0"),
            ("_do", "save"),
        ];
        let bytes = serde_urlencoded::to_string(form).expect("pairs").into_bytes();
        let body = Body::Bytes("application/x-www-form-urlencoded", bytes);
        administrator.send(Method::POST, "/apps/every_kind/sample/new", &[], body).await.expect(303);
        let list = administrator.list(SAMPLE, &[("filter", &condition("code", "eq", json!("B")))]).await.expect(200);
        let values = &list.items()[0]["values"];
        for (key, value) in [
            ("takes", json!(5_400)),
            ("region", json!(["east", "sh"])),
            ("place", json!({"latitude": "30", "longitude": "120.5", "label": "West lake"})),
            ("address", json!({"province": null, "city": "杭州市", "district": null, "street": null, "detail": "1"})),
            ("story", json!("<p>plain</p><p>text</p>")),
            ("extra", json!({"a": 1})),
            ("discount", json!("7")),
        ] {
            assert_eq!(values[key], value, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_lies_below_a_department_or_an_option_is_found() {
    on_both(async |server: &Server| {
        let shelves = import(server).await;
        let administrator = server.administrator();
        let roots = formwork::store::departments::list(&server.service.store.reader()).await.expect("read");
        let (top, elsewhere) = (roots[0].id, roots[1].id);
        let below = |parent: i64, name: &'static str| async move {
            let parent = Some(formwork::base::id::DepartmentId(parent));
            let made = server
                .service
                .store
                .transaction(move |tx| Box::pin(formwork::store::departments::insert(tx, name, parent, None)));
            made.await.expect("a department").0
        };
        let middle = below(top, "Stores").await;
        let low = below(middle, "Night shift").await;
        let other = below(low, "Dock").await;
        for (code, unit, units, region) in [
            ("A", json!(low), json!([other]), json!(["east", "sh", "xh"])),
            ("B", json!(middle), json!([]), json!(["east"])),
            ("C", json!(elsewhere), json!([top]), json!(["south", "sz"])),
        ] {
            let mut record = values(server, code, shelves).await;
            record["unit"] = unit;
            record["units"] = units;
            record["region"] = region;
            administrator.post(SAMPLE, json!({"values": record})).await.expect(201);
        }
        for (field, value, wanted) in [
            ("unit", json!(top), vec!["A", "B"]),
            ("unit", json!(low), vec!["A"]),
            ("unit", json!([low, other]), vec!["A"]),
            ("unit", json!(other), vec![]),
            ("units", json!(middle), vec!["A"]),
            ("units", json!(top), vec!["A", "C"]),
            ("region", json!("east"), vec!["A", "B"]),
            ("region", json!(["east", "sh"]), vec!["A"]),
            ("region", json!(["sh"]), vec![]),
        ] {
            let filter = condition(field, "under", value.clone());
            let found = codes(&administrator, &[("filter", &filter), ("sort", "code")]).await;
            assert_eq!(found, wanted, "{field} under {value}");
            let none = json!({"not": {"field": field, "op": "under", "value": value}}).to_string();
            let others = codes(&administrator, &[("filter", &none)]).await;
            assert_eq!(others.len() + wanted.len(), 3, "{field} not under {value}");
        }
        let page = administrator.get("/apps/every_kind/sample?f.0.field=region&f.0.op=under&f.0.value=east/sh").await;
        let address = page.expect(303).header("location").expect("an address").to_owned();
        let page = administrator.get(&address).await.expect(200).text();
        assert!(page.contains("华东 / 上海"), "{page}");
    })
    .await;
}
