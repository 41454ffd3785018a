//! A template that was changed locally is upgraded: what both changed is asked, what was added here stays, and one act takes it back.

use crate::{
    client::{Answer, Body, Caller},
    scenarios::notes,
    server::{Server, on_both},
};
use formwork::{definition::package::Documents, service::bundled};
use reqwest::Method;
use serde_json::{Value, json};

const TABLES: [&str; 4] = ["item", "supplier", "warehouse", "customer"];

async fn send(caller: &Caller, query: &[(&str, &str)], package: &Documents) -> Answer {
    let body = Body::Bytes("application/zip", package.to_zip().expect("a package"));
    let query = url(query);
    caller.send(Method::POST, &format!("/api/v1/apps/import?mode=upgrade{query}"), &[], body).await
}

fn url(query: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    query.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect()
}

/// A document of a package, changed.
fn change(package: &mut Documents, path: &str, how: impl FnOnce(&mut Value)) {
    let mut json = package.json(path).expect("the document");
    how(&mut json);
    package.set(path, format!("{json:#}\n")).expect("a place");
}

/// The rows of the master data, as an administrator reads them.
async fn rows(caller: &Caller) -> Vec<Value> {
    let mut all = Vec::new();
    for table in TABLES {
        let listed = caller.get(&format!("/api/v1/apps/wms/tables/{table}/records?limit=200")).await.expect(200);
        all.push(listed["items"].clone());
    }
    all
}

async fn exported(caller: &Caller) -> Documents {
    let bytes = caller.get("/api/v1/apps/wms/export?data=none").await.expect(200).bytes;
    Documents::from_zip(&bytes, &Default::default()).expect("a package")
}

async fn draft(caller: &Caller, kind: &str, key: &str, how: impl FnOnce(&mut Value)) {
    let path = format!("/api/v1/apps/wms/draft/{kind}/{key}");
    let mut document = caller.get(&path).await.expect(200)["document"].clone();
    how(&mut document);
    caller.put(&path, document).await.expect(200);
}

/// What the people here changed: a field of their own, a form, a threshold.
async fn change_here(administrator: &Caller) {
    draft(administrator, "table", "item", |table| {
        table["properties"]["colour"] = json!({"type": "string", "title": "颜色", "x-field": {"kind": "text"}});
    })
    .await;
    draft(administrator, "form", "inbound", |form| form["layout"][0]["items"][2]["help"] = "按送货单日期".into()).await;
    draft(administrator, "app", "app", |app| app["settings"]["inbound_finance"]["default"] = "300000".into()).await;
    administrator.post("/api/v1/apps/wms/publish", json!({})).await.expect(200);
    let listed = administrator.get("/api/v1/apps/wms/tables/item/records?limit=1").await.expect(200);
    let path = format!("/api/v1/apps/wms/tables/item/records/{}", listed["items"][0]["id"]);
    administrator.patch(&path, json!({"values": {"colour": "银灰"}})).await.expect(200);
}

/// The template's next version: it touches the same places, and turns a text into a number that not every row fits.
fn next_version() -> Documents {
    let mut package = bundled::named("wms").expect("the template").documents;
    change(&mut package, "app.json", |app| {
        app["version"] = "2.0.0".into();
        app["settings"]["inbound_finance"]["default"] = "250000".into();
    });
    change(&mut package, "tables/item.json", |table| {
        table["properties"]["origin"] =
            json!({"type": "string", "title": "产地", "x-field": {"kind": "text", "default": "\"国产\""}});
    });
    change(&mut package, "tables/supplier.json", |table| {
        table["properties"]["contact"] = json!({"type": "integer", "title": "联系人", "x-field": {"kind": "integer"}});
    });
    package.remove("demo/supplier.csv").expect("the sample");
    change(&mut package, "forms/inbound.json", |form| {
        form["layout"][0]["items"][2]["help"] = "货到仓库的日期".into();
        form["layout"][0]["items"][1]["placeholder"] = "选择仓库".into();
    });
    package
}

#[tokio::test]
async fn a_changed_warehouse_is_upgraded_and_put_back_exactly() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        change_here(&administrator).await;
        let (before, rows_before) = (exported(&administrator).await, rows(&administrator).await);
        let next = next_version();

        let looked = send(&administrator, &[("dry_run", "true")], &next).await.expect(200);
        assert_eq!(
            (&looked["from"], &looked["to"], &looked["open"]),
            (&json!("0.1.0"), &json!("2.0.0"), &json!(2)),
            "{}",
            looked.text()
        );
        let ids: Vec<&str> =
            looked["conflicts"].as_array().unwrap().iter().map(|conflict| conflict["id"].as_str().unwrap()).collect();
        let (threshold, help) = ("app.json#/settings/inbound_finance/default", ids[1]);
        assert_eq!(ids[0], threshold);
        assert!(help.starts_with("forms/inbound.json#/layout/") && help.ends_with("/field=biz_date/help"), "{help}");
        let conflict = &looked["conflicts"][0];
        assert_eq!(
            (&conflict["base"], &conflict["theirs"], &conflict["mine"]),
            (&json!("200000"), &json!("250000"), &json!("300000"))
        );
        assert!(
            looked["plan"]
                .as_array()
                .unwrap()
                .iter()
                .any(|step| step["kind"] == "convert" || step["step"] == "convert"),
            "{}",
            looked.text()
        );

        send(&administrator, &[("confirm", "true")], &next).await.refused(409, "conflicts_open");
        let decisions = json!({threshold: "mine", help: "theirs"}).to_string();
        let decided = [("decisions", decisions.as_str())];
        send(&administrator, &decided, &next).await.refused(409, "confirm_loss");
        for caller in [server.manager(), server.keeper()] {
            send(&caller, &decided, &next).await.refused(403, "administrators_only");
        }
        assert_eq!((exported(&administrator).await, rows(&administrator).await), (before.clone(), rows_before.clone()));

        let done = send(&administrator, &[("decisions", &decisions), ("confirm", "true")], &next).await.expect(200);
        assert_eq!(done["version"], "2.0.0");
        let after = exported(&administrator).await;
        let document = |path: &str| after.json(path).expect("it is there");
        assert_eq!(document("app.json")["settings"]["inbound_finance"]["default"], "300000");
        let items = &document("forms/inbound.json")["layout"][0]["items"];
        assert_eq!((&items[2]["help"], &items[1]["placeholder"]), (&json!("货到仓库的日期"), &json!("选择仓库")));
        let fields = &document("tables/item.json")["properties"];
        assert!(fields["colour"].is_object() && fields["origin"].is_object());
        let upgraded = rows(&administrator).await;
        assert_eq!(
            (&upgraded[0][0]["values"]["colour"], &upgraded[0][0]["values"]["origin"]),
            (&json!("银灰"), &json!("国产"))
        );
        assert_ne!(upgraded[1], rows_before[1], "the contacts are numbers now");
        send(&administrator, &[("dry_run", "true")], &next).await.expect(200);

        server.manager().post("/api/v1/apps/wms/upgrade/undo", json!({})).await.refused(403, "administrators_only");
        let undone = administrator.post("/api/v1/apps/wms/upgrade/undo", json!({})).await.expect(200);
        assert_eq!(undone["version"], before.json("app.json").expect("it")["version"]);
        assert_eq!(exported(&administrator).await, before, "the definitions are those of before, to the letter");
        assert_eq!(rows(&administrator).await, rows_before, "and so are the rows");
        administrator.post("/api/v1/apps/wms/upgrade/undo", json!({})).await.refused(409, "no_upgrade_to_undo");
        let again = send(&administrator, &[("dry_run", "true")], &next).await.expect(200);
        assert_eq!((&again["from"], &again["open"]), (&json!("0.1.0"), &json!(2)), "it can be done again");
    })
    .await;
}

#[tokio::test]
async fn what_was_added_here_outlives_two_upgrades() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        crate::scenarios::import(&administrator, "", &notes(10)).await.expect(201);
        let path = "/api/v1/apps/notes/draft/table/note";
        let mut table = notes(10).json("tables/note.json").expect("the table");
        table["properties"]["mine"] = json!({"type": "string", "title": "Mine", "x-field": {"kind": "text"}});
        administrator.put(path, table.clone()).await.expect(200);
        send(&administrator, &[("dry_run", "true")], &notes(10)).await.refused(409, "draft_in_the_way");
        administrator.post("/api/v1/apps/notes/publish", json!({})).await.expect(200);
        let record = json!({"values": {"title": "one", "mine": "kept"}});
        administrator.post("/api/v1/apps/notes/tables/note/records", record).await.expect(201);
        for (version, longest) in [("2.0.0", 20), ("3.0.0", 30)] {
            let mut package = notes(longest);
            change(&mut package, "app.json", |app| app["version"] = version.into());
            change(&mut package, "tables/note.json", |table| {
                table["properties"][format!("new_{longest}")] =
                    json!({"type": "string", "title": "New", "x-field": {"kind": "text"}});
            });
            send(&administrator, &[], &package).await.expect(200);
        }
        let listed = administrator.get("/api/v1/apps/notes/tables/note/records").await.expect(200);
        assert_eq!(listed["items"][0]["values"]["mine"], "kept");
        let known = administrator.get("/api/v1/apps/notes/draft/table/note").await.expect(200);
        let fields = known["document"]["properties"].as_object().unwrap();
        assert!(fields.contains_key("mine") && fields.contains_key("new_30"), "{}", known.text());
        assert!(!fields.contains_key("new_20"), "what the template dropped again is dropped");
        assert_eq!(fields["title"]["maxLength"], 30);
        let mut other = notes(5);
        change(&mut other, "app.json", |app| app["key"] = "unheard".into());
        send(&administrator, &[], &other).await.refused(409, "unknown_app");
    })
    .await;
}
