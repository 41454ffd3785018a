//! Scenarios stand guard over importing and publishing: red ones stop it, unless an administrator says why not.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

/// A small app: people write notes of at most `longest` letters, and a scenario in which a clerk writes one of six.
pub fn notes(longest: u64) -> Documents {
    let table = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Note", "type": "object",
        "x-table": {"key": "note", "display": "{title}"},
        "properties": {"title": {"type": "string", "title": "Title", "maxLength": longest, "x-field": {"kind": "text"}}},
        "required": ["title"],
    });
    let files = [
        ("app.json", json!({"key": "notes", "title": "Notes", "version": "1.0.0", "locale": "en"})),
        ("tables/note.json", table),
        (
            "roles/clerk.json",
            json!({"key": "clerk", "title": "Clerk", "grants": [
                {"table": "note", "actions": ["view", "create"], "scope": "own"},
            ]}),
        ),
        (
            "scenarios/six.json",
            json!({
                "title": "A clerk writes six letters", "given": {"people": [{"login": "ann", "roles": ["clerk"]}, {"login": "bob", "roles": ["clerk"]}]},
                "steps": [
                    {"as": "ann", "do": "create", "table": "note", "values": {"title": "sixsix"}, "save": "six", "expect": {"values": {"title": "sixsix"}}},
                    {"as": "bob", "expect": {"find": {"table": "note"}, "count": 0}},
                    {"as": "ann", "do": "create", "table": "note", "values": {}, "expect": {"error": "required"}},
                ],
            }),
        ),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), format!("{json:#}\n").into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("a package")
}

pub async fn import(caller: &Caller, query: &str, package: &Documents) -> Answer {
    let body = Body::Bytes("application/zip", package.to_zip().expect("a package"));
    caller.send(Method::POST, &format!("/api/v1/apps/import{query}"), &[], body).await
}

/// Everything that was written down of acts on apps.
pub async fn audited(server: &Server) -> String {
    server.dump().await
}

async fn shorten(administrator: &Caller, longest: u64) {
    let table: Value = notes(longest).json("tables/note.json").expect("the table");
    administrator.put("/api/v1/apps/notes/draft/table/note", table).await.expect(200);
}

#[tokio::test]
async fn a_red_scenario_stops_publishing_until_somebody_says_why() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        import(&administrator, "", &notes(10)).await.expect(201);
        shorten(&administrator, 8).await;
        let checked = administrator.post("/api/v1/apps/notes/draft/check", json!({})).await.expect(200);
        let scenarios = &checked["scenarios"];
        assert_eq!(
            (&scenarios["state"], &scenarios["passed"], &scenarios["failed"]),
            (&json!("ended"), &json!(1), &json!(0))
        );
        administrator.post("/api/v1/apps/notes/publish", json!({})).await.expect(200);

        shorten(&administrator, 5).await;
        let checked = administrator.post("/api/v1/apps/notes/draft/check", json!({})).await.expect(200);
        let failure = &checked["scenarios"]["items"][0]["failure"];
        assert_eq!(
            (&failure["step"], &failure["who"], &failure["code"]),
            (&json!(1), &json!("ann"), &json!("refused"))
        );
        assert!(failure["message"].as_str().unwrap().contains("too_long"), "{failure}");
        let refused = administrator.post("/api/v1/apps/notes/publish", json!({})).await.refused(409, "scenarios_red");
        assert!(refused["detail"].as_str().unwrap().contains("six letters"), "{}", refused.text());
        administrator.post("/api/v1/apps/notes/publish", json!({"in_spite": "no"})).await.refused(422, "invalid");
        let page = administrator.get("/build/notes/publish").await.expect(200).text();
        assert!(page.contains("A clerk writes six letters") && page.contains("in_spite"), "{page}");
        assert!(!audited(server).await.contains("the tax office wants it"));
        let why = json!({"in_spite": "the tax office wants it"});
        administrator.post("/api/v1/apps/notes/publish", why).await.expect(200);
        assert!(audited(server).await.contains("the tax office wants it"), "the reason is written down");
    })
    .await;
}

#[tokio::test]
async fn a_package_with_a_red_scenario_is_not_imported() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let red = notes(5);
        let looked = import(&administrator, "?dry_run=true", &red).await.expect(200);
        assert_eq!(
            (&looked["importable"], &looked["scenarios"]["failed"]),
            (&json!(false), &json!(1)),
            "{}",
            looked.text()
        );
        import(&administrator, "", &red).await.refused(409, "scenarios_red");
        administrator.get("/api/v1/apps/notes/definition").await.refused(404, "not_found");
        import(&administrator, "?in_spite=we%20know%20of%20it", &red).await.expect(201);
        assert!(audited(server).await.contains("we know of it"));
    })
    .await;
}

#[tokio::test]
async fn a_scenario_that_names_what_is_not_there_is_an_error_with_its_place() {
    let server = Server::sqlite().await;
    let administrator = server.administrator();
    let mut package = notes(10);
    let mut scenario = package.json("scenarios/six.json").expect("it");
    scenario["steps"][0]["table"] = "nots".into();
    scenario["steps"][1]["record"] = "seven".into();
    package.set("scenarios/six.json", scenario.to_string()).expect("a place");
    let refused = import(&administrator, "", &package).await.refused(422, "invalid");
    let text = refused.text();
    assert!(text.contains("scenarios/six.json#/steps/0/table") && text.contains("steps/1/record"), "{text}");
    server.close().await;
}
