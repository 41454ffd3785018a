//! The route table: whatever is in it is closed to strangers, to foreign pages, and carries the headers that keep browsers strict.

use crate::{
    client::{Answer, Body},
    server::Server,
};
use formwork::web::{
    caller::Needs,
    routes::{Route, all},
};
use reqwest::Method;
use serde_json::json;

/// A path of the table with something in each place.
fn filled(path: &str) -> String {
    let known = [
        ("{app}", "wms"),
        ("{table}", "inbound"),
        ("{id}", "1"),
        ("{task}", "1"),
        ("{op}", "approve"),
        ("{field}", "warehouse"),
        ("{ledger}", "stock"),
        ("{kind}", "table"),
        ("{key}", "item"),
        ("{n}", "1"),
        ("{role}", "keeper"),
        ("{name}", "table.json"),
        ("{measures}", "210x297-15-15-15-15-n.css"),
        ("{tag}", "x"),
        ("{token}", "none"),
        ("{report}", "stock_in_out"),
        ("{parameter}", "warehouse"),
        ("{dashboard}", "today"),
        ("{view}", "stock"),
        ("{button}", "close"),
        ("{automation}", "low_stock"),
        ("{form}", "inbound"),
        ("{*path}", "y"),
    ];
    let path = known.iter().fold(path.to_owned(), |path, (place, word)| path.replace(place, word));
    assert!(!path.contains('{'), "{path} has a place that this test does not know");
    path
}

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn body_for(method: &Method) -> Body {
    if method == Method::GET { Body::None } else { Body::Json(json!({})) }
}

/// The methods that a route has, asked of the router itself: 405 is for those it has not.
async fn methods_of(server: &Server, path: &str) -> Vec<Method> {
    let caller = server.administrator();
    let mut methods = Vec::new();
    for method in METHODS {
        let answer = caller.send(method.clone(), path, &[], body_for(&method)).await;
        if answer.status != 405 {
            methods.push(method);
        }
    }
    methods
}

fn assert_strict(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    for part in ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{what}");
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{what}");
    assert!(answer.header("cache-control").is_some(), "{what}");
    assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 16), "{what}");
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(answer.header(name), None, "{what}");
    }
}

#[tokio::test]
async fn strangers_get_nowhere_but_to_the_sign_in() {
    let server = Server::sqlite().await;
    let stranger = server.anonymous();
    let mut closed = 0;
    for Route { path, needs, .. } in all() {
        let filled = filled(path);
        for method in methods_of(&server, &filled).await {
            let answer = stranger.send(method.clone(), &filled, &[], body_for(&method)).await;
            let what = format!("{method} {path}: {} {}", answer.status, answer.text());
            assert_strict(&answer, &what);
            assert!(answer.status < 500, "{what}");
            if needs == Needs::Nothing {
                continue;
            }
            closed += 1;
            if path.starts_with("/api/") {
                answer.refused(401, "unauthenticated");
            } else {
                assert!([302, 303, 307].contains(&answer.status), "{what}");
                assert!(answer.header("location").is_some_and(|to| to.starts_with("/login")), "{what}");
            }
            // A token that is not valid is no better than none.
            let answer =
                stranger.clone().with_token("fw_0").send(method.clone(), &filled, &[], body_for(&method)).await;
            assert!(
                answer.status == 401 || answer.status == 303,
                "{method} {path} with a bad token: {}",
                answer.status
            );
        }
    }
    assert!(closed > 40, "only {closed} closed methods were found");
}

#[tokio::test]
async fn only_administrators_pass_where_administrators_are_needed() {
    let server = Server::sqlite().await;
    for Route { path, .. } in all().into_iter().filter(|route| route.needs == Needs::Administrator) {
        let filled = filled(path);
        for method in methods_of(&server, &filled).await {
            for caller in [server.keeper(), server.manager(), server.token("admin", "read write approve").await] {
                let answer = caller.send(method.clone(), &filled, &[], body_for(&method)).await;
                assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_page_changes_nothing() {
    let server = Server::sqlite().await;
    let administrator = server.administrator();
    let own = server.url();
    for Route { path, .. } in all() {
        let filled = filled(path);
        for method in methods_of(&server, &filled).await.into_iter().filter(|method| *method != Method::GET) {
            for headers in [
                [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")].as_slice(),
                &[("origin", "https://evil.example")],
                &[("sec-fetch-site", "cross-site")],
                &[("sec-fetch-site", "same-site")],
                &[("origin", "null")],
            ] {
                let answer = administrator.send(method.clone(), &filled, headers, body_for(&method)).await;
                assert_eq!(answer.status, 403, "{method} {path} {headers:?}: {}", answer.text());
                if path.starts_with("/api/") {
                    answer.refused(403, "foreign_origin");
                }
            }
            let same = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
            let body = Body::Json(json!({"unknown member": 1}));
            let answer = server.anonymous().send(method.clone(), &filled, &same, body).await;
            assert_ne!(answer.status, 403, "{method} {path} from our own page: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn what_does_not_exist_says_so_in_the_form_that_was_asked() {
    let server = Server::sqlite().await;
    for caller in [server.anonymous(), server.keeper()] {
        let answer = caller.get("/api/v1/nothing").await.refused(404, "not_found");
        assert_strict(&answer, "an unknown path");
        let page = caller.clone().with("accept", "text/html").get("/nothing").await.expect(404);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{:?}", page.headers);
        assert_strict(&page, "an unknown page");
    }
    let keeper = server.keeper();
    keeper.send(Method::PUT, "/api/v1/me", &[], Body::None).await.refused(405, "method_not_allowed");
    for id in ["abc", "99999999999999999999", "-1", "1.5"] {
        let answer = keeper.get(&format!("/api/v1/tasks/{id}")).await;
        assert!(
            [400, 404].contains(&answer.status) && answer["code"].is_string(),
            "{id}: {} {}",
            answer.status,
            answer.text()
        );
    }
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let server = Server::sqlite().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.anonymous().get(path).await.expect(200)["status"], "ok");
    }
    let schema = server.anonymous().get("/schemas/table.json").await.expect(200);
    assert_eq!(schema["type"], "object");
    server.anonymous().get("/schemas/none.json").await.refused_page(404);
}

/// The description names every route of the API with its methods, and the codes that problems carry.
#[tokio::test]
async fn the_description_covers_every_route() {
    let server = Server::sqlite().await;
    let document = server.anonymous().get("/api/v1/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{}", document["openapi"]);
    let base = document["servers"][0]["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    let paths = document["paths"].as_object().expect("paths").clone();
    let described = |path: &str| {
        let paths = &paths;
        let relative = path.strip_prefix(base.as_str()).unwrap_or(path).to_owned();
        paths.get(path).or_else(|| paths.get(&relative)).cloned()
    };
    for Route { path, .. } in all().into_iter().filter(|route| route.path.starts_with("/api/v1/")) {
        if path.ends_with("openapi.json") {
            continue;
        }
        let entry = described(path).unwrap_or_else(|| panic!("{path} is not described"));
        for method in methods_of(&server, &filled(path)).await {
            let operation = &entry[method.as_str().to_lowercase()];
            assert!(operation["responses"].is_object(), "{method} {path} is not described");
        }
    }
    let text = document.text();
    for code in ["already_decided", "unknown_field", "idempotency_mismatch", "stale", "in_use", "locked_out"] {
        assert!(text.contains(code), "the code {code} is not described");
    }
}
