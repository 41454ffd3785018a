//! Buttons of records: for whom, when, and what they do in one transaction.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

const JOBS: &str = "/api/v1/apps/works/tables/work/records";

async fn works(server: &Server) {
    let field =
        |kind: &str, schema: &str, title: &str| json!({"type": schema, "title": title, "x-field": {"kind": kind}});
    let mut hours = field("integer", "integer", "Hours");
    hours["x-field"]["max"] = 8.into();
    let table = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Work", "type": "object",
        "x-table": {"key": "work", "display": "{name}"}, "properties": {
        "name": field("text", "string", "Name"), "done": field("boolean", "boolean", "Done"),
        "closed_on": field("date", "string", "Closed on"), "hours": hours,
        "parts": {"type": "array", "title": "Parts", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
            "count": field("integer", "integer", "Count"), "used": field("integer", "integer", "Used")}}},
    }});
    let form = json!({"key": "work", "table": "work", "title": "Work",
    "layout": [{"title": "Work", "items": [{"field": "name"}, {"field": "done", "readonly": true}, {"field": "hours"}, {"lines": "parts"}]}],
    "buttons": [
        {"key": "close", "title": "Close it", "visible": "!(record.done ?? false)", "confirm": {"message": "Is all of it done?"},
         "steps": [
            {"do": "set", "values": {"done": "true", "closed_on": "today()"}},
            {"do": "for_each", "lines": "parts", "steps": [{"do": "set", "values": {"used": "line.count"}}]},
            {"do": "if", "when": "(record.hours ?? 0) > 7", "then": [{"do": "fail", "message": "{name} took too long", "code": "too_long"}]}
         ]},
        {"key": "double", "title": "Double", "steps": [{"do": "set", "values": {"hours": "record.hours * 2"}}]}
    ]});
    let grant = |actions: Value| json!({"table": "work", "actions": actions, "scope": "all"});
    let documents = [
        ("app.json", json!({"key": "works", "title": "Works", "version": "1.0.0", "locale": "en"})),
        ("tables/work.json", table),
        ("forms/work.json", form),
        (
            "roles/worker.json",
            json!({"key": "worker", "title": "Worker", "grants": [grant(json!(["view", "create", "edit"]))]}),
        ),
        ("roles/reader.json", json!({"key": "reader", "title": "Reader", "grants": [grant(json!(["view"]))]})),
    ];
    let documents = documents.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    let package = Documents::from_files(documents, &Limits::default()).expect("a package").to_zip().expect("a zip");
    let administrator = server.administrator();
    administrator
        .send(Method::POST, "/api/v1/apps/import", &[], Body::Bytes("application/zip", package))
        .await
        .expect(201);
    for (role, login) in [("worker", "keeper_li"), ("reader", "staff_wu")] {
        let user = crate::every_kind::user_id(server, login).await;
        let members = json!({"users": [user], "departments": [], "groups": []});
        administrator.put(&format!("/api/v1/apps/works/roles/{role}/members"), members).await.expect(200);
    }
}

async fn work(caller: &Caller, name: &str, hours: i64) -> Answer {
    let values = json!({"name": name, "hours": hours, "parts": [{"count": 2}, {"count": 5}]});
    caller.post(JOBS, json!({"values": values})).await.expect(201)
}

async fn press(caller: &Caller, id: i64, button: &str) -> Answer {
    caller.post(&format!("{JOBS}/{id}/buttons/{button}"), json!({})).await
}

#[tokio::test]
async fn a_button_does_all_of_its_steps_or_none() {
    on_both(async |server: &Server| {
        works(server).await;
        let li = server.keeper();
        let id = work(&li, "Shelf A", 3).await.id();
        let done = press(&li, id, "close").await.expect(200);
        assert_eq!((&done["values"]["done"], done["values"]["closed_on"].is_string()), (&json!(true), true));
        let used: Vec<&Value> = done["values"]["parts"].as_array().unwrap().iter().map(|part| &part["used"]).collect();
        assert_eq!(used, [2, 5]);
        assert!(server.dump().await.contains("record.button"), "it is on record who pressed it");
        press(&li, id, "close").await.refused(409, "button_closed");
        // The last step refuses: what the steps before it did did not happen.
        let long = work(&li, "Shelf B", 8).await.id();
        let refused = press(&li, long, "close").await.refused(409, "too_long");
        assert!(refused.text().contains("Shelf B took too long"), "{}", refused.text());
        let read = li.get(&format!("{JOBS}/{long}")).await.expect(200);
        assert_eq!((&read["version"], read["values"]["done"] == true), (&json!(1), false));
        // Bounds hold for buttons too.
        press(&li, long, "double").await.refused(422, "invalid");
        // Pressed twice with one key it is pressed once.
        let path = format!("{JOBS}/{id}/buttons/double");
        for _ in 0..2 {
            assert_eq!(li.post_once("one-press", &path, json!({})).await.expect(200)["values"]["hours"], 6);
        }
        let stale = [("if-match", "\"1\"")];
        li.send(Method::POST, &path, &stale, Body::Json(json!({}))).await.refused(412, "stale");
    })
    .await;
}

#[tokio::test]
async fn a_button_is_for_those_who_may_change_the_record() {
    on_both(async |server: &Server| {
        works(server).await;
        let (li, wu) = (server.keeper(), server.staff());
        let id = work(&li, "Shelf A", 3).await.id();
        press(&wu, id, "close").await.refused(403, "forbidden");
        press(&server.other_keeper(), id, "close").await.refused(404, "not_found");
        press(&server.anonymous(), id, "close").await.refused(401, "unauthenticated");
        press(&li, id, "explode").await.refused(404, "not_found");
        press(&li, 99_999, "close").await.refused(404, "not_found");
        let page = format!("/apps/works/work/{id}");
        let shown = li.get(&page).await.expect(200).text();
        assert!(shown.contains("Close it") && shown.contains("Is all of it done?"), "{shown}");
        assert!(!wu.get(&page).await.expect(200).text().contains("Close it"));
        let body = serde_urlencoded::to_string([("_key", "press-by-page"), ("_version", "1")]).expect("a form");
        let form = Body::Bytes("application/x-www-form-urlencoded", body.into_bytes());
        let sent = li.send(Method::POST, &format!("{page}/buttons/close"), &[], form).await.expect(303);
        assert_eq!(sent.header("location"), Some(format!("{page}?notice=button").as_str()));
        let shown = li.get(&page).await.expect(200).text();
        assert!(
            !shown.contains("Close it") && shown.contains("Double"),
            "what cannot be done now is not offered: {shown}"
        );
    })
    .await;
}
