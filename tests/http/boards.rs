//! Boards: columns that go on by themselves, cards that are moved as a cell is changed, and who may move what.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
    stock::ITEM,
};
use formwork::service::{
    board::{BoardRequest, board},
    records::ListRequest,
};
use formwork::store::Connection;
use reqwest::Method;
use serde_json::{Value, json};

const PAGE: &str = "/apps/wms/item";
const BOARD: &str = "kind=kanban&by=status&columns=code,name,std_cost";

async fn form(caller: &Caller, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form").into_bytes();
    caller.send(Method::POST, path, headers, Body::Bytes("application/x-www-form-urlencoded", body)).await
}

async fn item(caller: &Caller, code: &str) -> Value {
    let filter = json!({"field": "code", "op": "eq", "value": code}).to_string();
    caller.list(ITEM, &[("filter", &filter)]).await.expect(200).items()[0].clone()
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&quot;", "\"")
}

/// The part of a page that is the column with this value.
fn column(page: &str, value: &str) -> String {
    let page = unescaped(page);
    let start = page.find(&format!("data-column=\"{value}\"")).expect("the column is there");
    let rest = &page[start..];
    rest[..rest.find("</section>").expect("its end")].to_owned()
}

async fn many(admin: &Caller, count: usize) {
    for part in (0..count).collect::<Vec<_>>().chunks(150) {
        let rows: Vec<Value> = part
            .iter()
            .map(|n| json!({"values": {"code": format!("B-{n:04}"), "name": "板", "uom": {"key": "pcs"}, "std_cost": "1", "status": "stopped"}}))
            .collect();
        admin.post(&format!("{ITEM}/batch"), json!({"create": rows})).await.expect(200);
    }
}

#[tokio::test]
async fn columns_are_what_the_field_offers_and_each_goes_on_by_itself() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let empty = manager.get(&format!("{PAGE}?{BOARD}")).await.expect(200).text();
        assert!(!column(&empty, "\"stopped\"").contains("data-id="), "an option that nobody uses has an empty column");
        assert!(column(&empty, "\"active\"").contains("HW-0008"));

        many(&server.administrator(), 45).await;
        let mut seen = std::collections::BTreeSet::new();
        let mut next = format!("{PAGE}?{BOARD}&sort=code");
        for round in 0..3 {
            let page = manager.get(&next).await.expect(200).text();
            let part = column(&page, "\"stopped\"");
            assert!(part.contains("<span class=\"count\">45</span>"), "{part}");
            let cards: Vec<&str> = part.split("B-").skip(1).map(|rest| &rest[..4]).collect();
            assert!(!cards.is_empty());
            seen.extend(cards.into_iter().map(str::to_owned));
            let more = part.split("class=\"board-more\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
            match more {
                Some(_) if round == 2 => panic!("there is no fourth page"),
                Some(href) => next = unescaped(href),
                None => assert_eq!(round, 2),
            }
        }
        assert_eq!(seen.len(), 45);
    })
    .await;
}

#[tokio::test]
async fn a_board_costs_the_same_number_of_statements_whatever_it_holds() {
    on_both(async |server: &Server| {
        let app = server.app().await;
        let call = server.call_of("admin").await;
        let mut counted = Vec::new();
        for by in ["status", "status", "category"] {
            let reader = server.service.store.reader();
            let before = reader.statements();
            let list = ListRequest { limit: Some(20), sort: Some("code".into()), ..ListRequest::default() };
            let request = BoardRequest { list, by: by.into(), ..BoardRequest::default() };
            let drawn = board(&reader, &call, &app, "item", &request).await.expect("a board");
            assert!(drawn.columns.len() >= 2);
            counted.push(reader.statements() - before);
            if counted.len() == 1 {
                many(&server.administrator(), 200).await;
            }
        }
        assert_eq!(counted[0], counted[1], "statements without and with two hundred more cards");
        assert!(counted[2] <= counted[1] + 2, "the names of linked columns take one statement a table: {counted:?}");
    })
    .await;
}

#[tokio::test]
async fn a_card_is_moved_and_moved_back_with_its_version() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let one = item(&manager, "HW-0008").await;
        let (id, version) = (one["id"].to_string(), one["version"].to_string());
        let url = format!("{PAGE}/move?{BOARD}");
        let json_of = [("accept", "application/json")];
        let send = async |to: &'static str, version: &str, headers: &[(&str, &str)]| {
            let pairs = [("id", id.as_str()), ("version", version), ("to", to)];
            form(&manager, &url, headers, &pairs).await
        };
        let moved = send("\"stopped\"", &version, &json_of).await.expect(200);
        assert_eq!(moved["column"], "\"stopped\"");
        assert!(moved["card"].as_str().is_some_and(|card| card.contains("HW-0008")), "{}", moved.text());
        assert!(moved["heads"]["\"stopped\""].as_str().is_some_and(|head| head.contains(">1<")), "{}", moved.text());
        let now = item(&manager, "HW-0008").await;
        assert_eq!(now["values"]["status"], "stopped");

        // Somebody else was quicker: nothing is changed, and the page says so with the form still there.
        let stale = send("\"active\"", &version, &json_of).await.expect(412);
        assert!(stale["text"].as_str().is_some_and(|text| !text.is_empty()));
        let page = send("\"active\"", &version, &[]).await.expect(412).text();
        assert!(page.contains("note bad") && page.contains("class=\"note move-here\""), "{page}");
        // A state that the field does not offer.
        send("\"nowhere\"", &now["version"].to_string(), &json_of).await.expect(422);
        // Without scripts the board comes back.
        let back = send("\"active\"", &now["version"].to_string(), &[]).await.expect(303);
        assert!(back.header("location").is_some_and(|at| at.contains("kind=kanban")), "{:?}", back.header("location"));
        assert_eq!(item(&manager, "HW-0008").await["values"]["status"], "active");
    })
    .await;
}

#[tokio::test]
async fn cards_are_moved_by_those_who_may_change_the_field() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let one = item(&manager, "HW-0008").await;
        let pairs = [("id", one["id"].to_string()), ("to", "\"stopped\"".to_owned())];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for other in [server.staff(), server.keeper()] {
            let refused =
                form(&other, &format!("{PAGE}/move?{BOARD}"), &[("accept", "application/json")], &pairs).await;
            assert!(matches!(refused.status, 403 | 404 | 422), "{}", refused.status);
        }
        let seen = server.keeper().get(&format!("{PAGE}?{BOARD}")).await.expect(200).text();
        assert!(!seen.contains("data-moves") && seen.contains("HW-0008"));
        assert_eq!(item(&manager, "HW-0008").await["version"], one["version"]);

        // What a flow decides is not decided by moving a card.
        server.seed_documents().await;
        let states = manager.get("/apps/wms/inbound?view=inbound_board").await.expect(200).text();
        assert!(column(&states, "\"in_approval\"").contains("data-id="), "{states}");
        assert!(!states.contains("data-moves") && !states.contains("data-move-url"));
        form(&manager, "/apps/wms/inbound/move?view=inbound_board", &[], &[("id", "1"), ("to", "\"approved\"")])
            .await
            .refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn a_board_is_saved_as_a_view_of_its_own_kind() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let pairs = [("do", "create"), ("title", "按状态"), ("kind", "kanban")];
        let made = form(&manager, &format!("{PAGE}/views?columns=code,name"), &[], &pairs).await.expect(303);
        let page = manager.get(made.header("location").expect("an address")).await.expect(200).text();
        assert!(page.contains("data-board") && page.contains("按状态"));
        let views = manager.get("/api/v1/apps/wms/tables/item/views").await.expect(200);
        let saved = views.items().iter().find(|view| view["title"] == "按状态").expect("the view").clone();
        assert_eq!((&saved["view"]["kind"], &saved["view"]["by"]), (&json!("kanban"), &json!("status")));
    })
    .await;
}
