//! Signing in and out.

use crate::{
    client::Body,
    server::{Server, on_both},
    stock::BALANCE,
};
use formwork::{base::id::UserId, store::people};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_session_lasts_from_sign_in_to_sign_out() {
    on_both(async |server: &Server| {
        let caller = server.anonymous();
        caller.get("/api/v1/me").await.refused(401, "unauthenticated");
        let opened = caller.sign_in("keeper_li", "keeper_li").await.expect(200);
        assert_eq!(opened["user"]["login"], "keeper_li");
        assert_eq!(opened["user"]["name"], "李敏");
        assert!(opened["expires_at"].is_string());
        let cookie = opened.header("set-cookie").expect("a cookie");
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let me = caller.get("/api/v1/me").await.expect(200);
        assert_eq!(me["roles"]["wms"], json!(["keeper"]));
        assert_eq!(me["main_administrator"], false);

        let stolen = server.anonymous().with_cookie(&caller.cookies().expect("a cookie"));
        stolen.get("/api/v1/me").await.expect(200);
        caller.delete("/api/v1/session").await.expect(204);
        caller.get("/api/v1/me").await.refused(401, "unauthenticated");
        stolen.get("/api/v1/me").await.refused(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn signing_in_again_makes_a_new_session_id() {
    let server = Server::sqlite().await;
    let caller = server.anonymous();
    caller.sign_in("keeper_li", "keeper_li").await.expect(200);
    let first = caller.cookies();
    caller.sign_in("manager_zhao", "manager_zhao").await.expect(200);
    assert_ne!(caller.cookies(), first, "an id known before must be worth nothing");
    assert_eq!(caller.get("/api/v1/me").await.expect(200)["login"], "manager_zhao");
    let old = server.anonymous().with_cookie(&first.expect("a cookie"));
    old.get("/api/v1/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn wrong_credentials_say_no_more_than_that() {
    on_both(async |server: &Server| {
        let caller = server.anonymous();
        let known = caller.sign_in("keeper_li", "wrong").await.refused(401, "wrong_credentials");
        let unknown = caller.sign_in("nobody", "wrong").await.refused(401, "wrong_credentials");
        assert_eq!(known["detail"], unknown["detail"]);
        assert_eq!(caller.cookies(), None);
        // The login is not case-sensitive, the password is.
        caller.sign_in("Keeper_LI", "keeper_li").await.expect(200);
        caller.sign_in("keeper_li", "Keeper_li").await.refused(401, "wrong_credentials");
        for (body, status, code) in [
            (json!({"login": "keeper_li"}), 400, "malformed"),
            (json!({"login": "keeper_li", "password": "keeper_li", "remember": true}), 400, "malformed"),
            (json!(["keeper_li"]), 400, "malformed"),
        ] {
            caller.post("/api/v1/session", body).await.refused(status, code);
        }
        let text = Body::Bytes("application/json", b"{\"login\": ".to_vec());
        caller.send(Method::POST, "/api/v1/session", &[], text).await.refused(400, "malformed");
    })
    .await;
}

#[tokio::test]
async fn ten_failures_lock_an_account_out_for_a_while() {
    on_both(async |server: &Server| {
        let caller = server.anonymous().reading("en");
        for failure in 1..=10 {
            let refused = caller.sign_in("keeper_li", "wrong").await.refused(401, "wrong_credentials");
            let left = format!("{} tries left", 10 - failure);
            assert!(refused["detail"].as_str().unwrap().contains(&left), "{}", refused.text());
        }
        let locked = caller.sign_in("keeper_li", "keeper_li").await.refused(429, "locked_out");
        let wait: i64 = locked.header("retry-after").expect("Retry-After").parse().expect("seconds");
        assert!((1..=900).contains(&wait));
        // Others are not locked out with them, and their own session goes on.
        caller.sign_in("manager_zhao", "manager_zhao").await.expect(200);
        server.keeper().get("/api/v1/me").await.expect(200);
        server.clock.advance(wait * 1000 + 1);
        caller.sign_in("keeper_li", "keeper_li").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_is_out_at_the_next_request() {
    on_both(async |server: &Server| {
        let (keeper, token) = (server.keeper(), server.token("keeper_li", "read").await);
        keeper.get(BALANCE).await.expect(200);
        token.get(BALANCE).await.expect(200);
        let id = keeper.get("/api/v1/me").await.id();
        let disabled =
            server.service.store.transaction(move |tx| Box::pin(people::set_status(tx, UserId(id), "disabled")));
        disabled.await.expect("disabled");
        keeper.get(BALANCE).await.refused(401, "unauthenticated");
        token.get(BALANCE).await.refused(401, "unauthenticated");
        server.anonymous().sign_in("keeper_li", "keeper_li").await.refused(401, "wrong_credentials");
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    on_both(async |server: &Server| {
        let other = server.anonymous();
        other.sign_in("keeper_li", "keeper_li").await.expect(200);
        let id = other.get("/api/v1/me").await.id();
        server.service.change_password(UserId(id), "keeper_li", "a longer password").await.expect("changed");
        other.get("/api/v1/me").await.refused(401, "unauthenticated");
        server.anonymous().sign_in("keeper_li", "keeper_li").await.refused(401, "wrong_credentials");
        server.anonymous().sign_in("keeper_li", "a longer password").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_hours_without_use() {
    let server = Server::sqlite().await;
    let keeper = server.keeper();
    keeper.get("/api/v1/me").await.expect(200);
    // The cookie's date is the real one, far after the start of the tests' clock.
    server.clock.set(formwork::base::time::Timestamp(i64::MAX / 4));
    keeper.get("/api/v1/me").await.refused(401, "unauthenticated");
}
