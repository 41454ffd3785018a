//! Automations: what sets them off, what they do in the transaction that caused them, what they refuse, and their log.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

const AUTOMATIONS: &str = "/api/v1/apps/hands/automations";

fn records(table: &str) -> String {
    format!("/api/v1/apps/hands/tables/{table}/records")
}

fn field(kind: &str, schema: &str, title: &str) -> Value {
    json!({"type": schema, "title": title, "x-field": {"kind": kind}})
}

fn link(table: &str, title: &str) -> Value {
    json!({"type": "integer", "title": title, "x-field": {"kind": "link", "table": table}})
}

fn table(key: &str, display: &str, properties: Value) -> Value {
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": key, "type": "object",
        "x-table": {"key": key, "display": display}, "properties": properties})
}

/// An app whose tables are orders, shelves, tasks and claims, with these automations.
async fn hands(server: &Server, automations: &[Value]) -> Caller {
    let mut code = field("text", "string", "Code");
    code["x-field"]["unique"] = true.into();
    let mut total = field("integer", "integer", "Total");
    total["x-field"]["formula"] = "(qty ?? 0) * 2".into();
    let order = json!({"name": field("text", "string", "Name"), "qty": field("integer", "integer", "Quantity"), "total": total,
        "due": field("date", "string", "Due"), "note": field("text", "string", "Note"), "shelf": link("shelf", "Shelf")});
    let grant = |table: &str, actions: Value| json!({"table": table, "actions": actions, "scope": "all"});
    let all = || json!(["view", "create", "edit", "delete", "submit", "import"]);
    let grants: Vec<Value> = ["order", "shelf", "task", "claim"].map(|table| grant(table, all())).to_vec();
    let mut documents = vec![
        (
            "app.json".to_owned(),
            json!({"key": "hands", "title": "Hands", "version": "1.0.0", "locale": "en",
            "settings": {"robot": {"type": "text", "default": "", "title": "Robot"}}}),
        ),
        ("tables/order.json".to_owned(), table("order", "{name}", order)),
        (
            "tables/shelf.json".to_owned(),
            table("shelf", "{code}", json!({"code": code, "used": field("integer", "integer", "Used")})),
        ),
        (
            "tables/task.json".to_owned(),
            table(
                "task",
                "{title}",
                json!({"title": field("text", "string", "Title"),
            "order": link("order", "Order"), "count": field("integer", "integer", "Count")}),
            ),
        ),
        ("tables/claim.json".to_owned(), table("claim", "{name}", json!({"name": field("text", "string", "Name")}))),
        (
            "flows/claim.json".to_owned(),
            json!({"key": "claim", "table": "claim", "title": "Claim", "nodes": [
            {"id": "boss", "type": "approve", "title": "Boss", "who": [{"rule": "members", "members": ["manager_zhao"]}]}]}),
        ),
        ("roles/worker.json".to_owned(), json!({"key": "worker", "title": "Worker", "grants": grants})),
    ];
    for automation in automations {
        documents.push((format!("automations/{}.json", automation["key"].as_str().unwrap()), automation.clone()));
    }
    let documents = documents.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    let package = Documents::from_files(documents, &Limits::default()).expect("a package").to_zip().expect("a zip");
    let administrator = server.administrator();
    let body = Body::Bytes("application/zip", package);
    administrator.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    let user = crate::every_kind::user_id(server, "keeper_li").await;
    let members = json!({"users": [user], "departments": [], "groups": []});
    administrator.put("/api/v1/apps/hands/roles/worker/members", members).await.expect(200);
    server.keeper()
}

fn automation(key: &str, table: Option<&str>, on: Value, when: Option<Value>, steps: Value) -> Value {
    let mut automation = json!({"key": key, "title": format!("Auto {key}"), "on": on, "steps": steps});
    if let Some(table) = table {
        automation["table"] = table.into();
    }
    if let Some(when) = when {
        automation["when"] = when;
    }
    automation
}

async fn make(caller: &Caller, table: &str, values: Value) -> Answer {
    caller.post(&records(table), json!({"values": values})).await
}

async fn all(caller: &Caller, table: &str) -> Vec<Value> {
    caller.list(&records(table), &[("sort", "id")]).await.expect(200).items().to_vec()
}

async fn runs(server: &Server, automation: &str) -> Vec<Value> {
    server.administrator().get(&format!("{AUTOMATIONS}/{automation}/runs")).await.expect(200).items().to_vec()
}

#[tokio::test]
async fn what_a_write_sets_off_happens_in_its_own_transaction() {
    on_both(async |server: &Server| {
        let li = hands(server, &[
            automation("arrived", Some("order"), json!({"event": "created"}), None, json!([
                {"do": "create", "table": "task", "values": {"title": "record.name", "order": "record.id", "count": "total"}},
                {"do": "update", "table": "shelf", "record": "shelf", "values": {"used": "(target.used ?? 0) + qty"}},
                {"do": "notify", "who": [{"rule": "members", "members": ["manager_zhao"]}], "message": "{name} for {shelf.code}"}])),
            automation("grown", Some("order"), json!({"event": "changed", "fields": ["qty"]}),
                Some(json!("qty > 100 && (before.qty ?? 0) <= 100")), json!([{"do": "set", "values": {"note": "\"big\""}}])),
            automation("approved", Some("claim"), json!({"event": "entered", "state": "approved"}), None,
                json!([{"do": "create", "table": "task", "values": {"title": "\"pay \" + name"}}])),
        ]).await;
        let shelf = make(&li, "shelf", json!({"code": "S1", "used": 1})).await.expect(201).id();
        let order = make(&li, "order", json!({"name": "Bolts", "qty": 4, "shelf": shelf})).await.expect(201).id();
        let tasks = all(&li, "task").await;
        assert_eq!((&tasks[0]["values"]["title"], &tasks[0]["values"]["order"], &tasks[0]["values"]["count"]), (&json!("Bolts"), &json!(order), &json!(8)));
        assert_eq!(all(&li, "shelf").await[0]["values"]["used"], 5);
        let notices = server.manager().get("/api/v1/notices").await.expect(200);
        assert!(notices.text().contains("Bolts for S1"), "{}", notices.text());

        // Only the fields named, and only where the condition holds.
        let one = format!("{}/{order}", records("order"));
        li.patch(&one, json!({"values": {"name": "Nuts"}})).await.expect(200);
        let same = li.patch(&one, json!({"values": {"qty": 100}})).await.expect(200);
        assert_eq!(same["values"]["note"], Value::Null);
        let grown = li.patch(&one, json!({"values": {"qty": 101}})).await.expect(200);
        assert_eq!(grown["values"]["note"], "big", "the answer is what there is after the automations");
        assert_eq!(runs(server, "grown").await.len(), 1);
        assert_eq!(all(&li, "task").await.len(), 1, "a change creates nothing");

        // A draft is nobody's business; what is approved is.
        let claim = make(&li, "claim", json!({"name": "Taxi"})).await.expect(201).id();
        let sent = li.post(&format!("{}/{claim}/submit", records("claim")), json!({})).await.expect(200);
        assert!(runs(server, "approved").await.is_empty());
        let task = crate::stock::task_of(&sent);
        crate::stock::decide(&server.manager(), task, "approve", json!({})).await.expect(200);
        assert_eq!(all(&li, "task").await[1]["values"]["title"], "pay Taxi");

        let run = &runs(server, "arrived").await[0];
        assert_eq!((&run["trigger"], &run["outcome"], &run["steps_done"]), (&json!("created"), &json!("done"), &json!(3)));
        assert_eq!(run["record"], json!({"table": "order", "id": order, "title": "Bolts"}));
        // The log is the builders'.
        li.get(&format!("{AUTOMATIONS}/arrived/runs")).await.refused(403, "administrators_only");
        li.get(AUTOMATIONS).await.refused(403, "administrators_only");
        server.anonymous().get(AUTOMATIONS).await.refused(401, "unauthenticated");
        server.administrator().get(&format!("{AUTOMATIONS}/nothing/runs")).await.refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn what_an_automation_refuses_did_not_happen() {
    on_both(async |server: &Server| {
        let li = hands(server, &[
            automation("guard", Some("order"), json!({"event": "created"}), Some(json!({"field": "qty", "op": "lt", "value": 0})),
                json!([{"do": "create", "table": "task", "values": {"title": "name"}}, {"do": "fail", "message": "{name} is below nothing", "code": "below"}])),
            automation("broken", Some("order"), json!({"event": "changed", "fields": ["note"]}), None,
                json!([{"do": "create", "table": "shelf", "values": {"code": "note"}}])),
        ]).await;
        let refused = make(&li, "order", json!({"name": "Hole", "qty": -1})).await.refused(409, "below");
        assert!(refused.text().contains("Hole is below nothing"), "{}", refused.text());
        assert!(all(&li, "order").await.is_empty() && all(&li, "task").await.is_empty());
        let run = &runs(server, "guard").await[0];
        assert_eq!((&run["outcome"], &run["steps_done"], &run["can_retry"]), (&json!("failed"), &json!(1), &json!(false)));
        assert_eq!(run["problem"]["message"], "Hole is below nothing");
        let retry = format!("{AUTOMATIONS}/guard/runs/{}/retry", run["id"]);
        server.administrator().post(&retry, json!({})).await.refused(409, "not_retriable");
        li.post(&retry, json!({})).await.refused(403, "administrators_only");

        // What does not fit another table is told as a sentence that names the automation, not as an error of the form.
        let order = make(&li, "order", json!({"name": "Rod", "qty": 1})).await.expect(201).id();
        make(&li, "shelf", json!({"code": "X"})).await.expect(201);
        let one = format!("{}/{order}", records("order"));
        let refused = li.patch(&one, json!({"values": {"note": "X"}})).await.refused(409, "automation_failed");
        assert!(refused.text().contains("Auto broken"), "{}", refused.text());
        assert_eq!(li.get(&one).await.expect(200)["values"]["note"], Value::Null);
        assert_eq!(runs(server, "broken").await[0]["outcome"], "failed");
        // In a batch all of it is refused.
        let batch = json!({"create": [{"values": {"name": "A", "qty": 1}}, {"values": {"name": "B", "qty": -1}}]});
        li.post(&format!("{}/batch", records("order")), batch).await.refused(409, "below");
        assert_eq!(all(&li, "order").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn automations_that_set_each_other_off_for_ever_are_stopped() {
    on_both(async |server: &Server| {
        let li = hands(
            server,
            &[
                automation(
                    "ping",
                    Some("order"),
                    json!({"event": "changed", "fields": ["qty"]}),
                    None,
                    json!([{"do": "set", "values": {"qty": "qty + 1"}}]),
                ),
                automation(
                    "calm",
                    Some("shelf"),
                    json!({"event": "changed"}),
                    None,
                    json!([{"do": "set", "values": {"used": "7"}}]),
                ),
                automation(
                    "flood",
                    Some("task"),
                    json!({"event": "created"}),
                    Some(json!("count > 0")),
                    json!([
                {"do": "create", "table": "task", "values": {"title": "title", "count": "count - 1"}},
                {"do": "create", "table": "task", "values": {"title": "title", "count": "count - 1"}},
                {"do": "create", "table": "task", "values": {"title": "title", "count": "count - 1"}}]),
                ),
            ],
        )
        .await;
        let order = make(&li, "order", json!({"name": "Ball", "qty": 1})).await.expect(201).id();
        let refused = li
            .patch(&format!("{}/{order}", records("order")), json!({"values": {"qty": 2}}))
            .await
            .refused(409, "automation_loop");
        assert!(refused.text().contains("Auto ping → Auto ping"), "{}", refused.text());
        assert_eq!(all(&li, "order").await[0]["values"]["qty"], 1);
        assert_eq!(runs(server, "ping").await.len(), 1, "one failure, however deep it was");
        // One that comes to rest is fine.
        let shelf = make(&li, "shelf", json!({"code": "C"})).await.expect(201).id();
        let calm = li.patch(&format!("{}/{shelf}", records("shelf")), json!({"values": {"used": 3}})).await.expect(200);
        assert_eq!(calm["values"]["used"], 7);
        make(&li, "task", json!({"title": "T", "count": 2})).await.expect(201);
        assert_eq!(all(&li, "task").await.len(), 13);
        make(&li, "task", json!({"title": "T", "count": 6})).await.refused(409, "automation_too_many");
        assert_eq!(all(&li, "task").await.len(), 13);
    })
    .await;
}

#[tokio::test]
async fn a_button_runs_an_automation_for_whoever_may_change_the_record() {
    on_both(async |server: &Server| {
        let on = json!({"event": "button", "title": "Press me", "confirm": {"message": "Sure?"}});
        let steps = json!([{"do": "set", "values": {"note": "\"pressed by \" + user.login"}}]);
        let li = hands(server, &[automation("press", Some("order"), on, Some(json!("qty > 1")), steps)]).await;
        let order = make(&li, "order", json!({"name": "A", "qty": 5})).await.expect(201).id();
        let press = |id: i64| format!("{}/{id}/buttons/press", records("order"));
        let page = li.get(&format!("/apps/hands/order/{order}")).await.expect(200);
        assert!(page.text().contains("Press me") && page.text().contains("Sure?"));
        let done = li.post(&press(order), json!({})).await.expect(200);
        assert_eq!(done["values"]["note"], "pressed by keeper_li");
        assert_eq!(runs(server, "press").await[0]["trigger"], "button");
        let small = make(&li, "order", json!({"name": "B", "qty": 1})).await.expect(201).id();
        assert!(!li.get(&format!("/apps/hands/order/{small}")).await.expect(200).text().contains("Press me"));
        li.post(&press(small), json!({})).await.refused(409, "button_closed");
        server.staff().post(&press(order), json!({})).await.refused(404, "not_found");
    })
    .await;
}

/// Moves the clock and lets two nodes look at the calendar at once.
async fn pass(server: &Server, milliseconds: i64) -> usize {
    server.clock.advance(milliseconds);
    let (one, other) = tokio::join!(server.service.keep_calendar(), server.service.keep_calendar());
    one.expect("the calendar").max(other.expect("the calendar"))
}

#[tokio::test]
async fn the_calendar_runs_each_moment_once() {
    const HOUR: i64 = 3_600_000;
    on_both(async |server: &Server| {
        let li = hands(server, &[
            automation("daily", None, json!({"event": "schedule", "cron": "0 8 * * *"}), None,
                json!([{"do": "create", "table": "task", "values": {"title": "\"daily\""}}])),
            automation("each", Some("order"), json!({"event": "schedule", "cron": "0 12 * * *"}), Some(json!({"field": "qty", "op": "gt", "value": 1})),
                json!([{"do": "set", "values": {"note": "\"seen\""}}])),
            automation("remind", Some("order"), json!({"event": "date", "field": "due", "offset": "-1d", "time": "09:00"}), None,
                json!([{"do": "notify", "who": [{"rule": "members", "members": ["keeper_li"]}], "message": "{name} is due"}])),
            automation("wrong", None, json!({"event": "schedule", "cron": "30 8 * * *"}), None,
                json!([{"do": "create", "table": "shelf", "values": {"code": "\"same\""}}])),
        ]).await;
        // It is 10:00 on the 3rd of March. What is published now is due from now on.
        pass(server, 0).await;
        make(&li, "order", json!({"name": "Near", "qty": 5, "due": "2025-03-05"})).await.expect(201);
        make(&li, "order", json!({"name": "Far", "qty": 1, "due": "2025-03-09"})).await.expect(201);
        make(&li, "shelf", json!({"code": "same"})).await.expect(201);
        assert_eq!(pass(server, HOUR).await, 0);
        pass(server, HOUR).await;
        let notes: Vec<Value> = all(&li, "order").await.iter().map(|order| order["values"]["note"].clone()).collect();
        assert_eq!(notes, [json!("seen"), Value::Null]);
        // The next morning: the daily one, and the order that is due a day later.
        pass(server, 22 * HOUR).await;
        pass(server, 0).await;
        pass(server, HOUR).await;
        assert_eq!(all(&li, "task").await.len(), 1);
        let notices = li.get("/api/v1/notices").await.expect(200).text();
        assert_eq!(notices.matches("Near is due").count(), 1, "{notices}");
        assert!(!notices.contains("Far is due"));
        let run = &runs(server, "remind").await[0];
        assert_eq!((&run["trigger"], &run["user"]), (&json!("date"), &Value::Null));
        // What fails is written down once and can be tried again.
        let failed = runs(server, "wrong").await;
        assert_eq!((failed.len(), &failed[0]["outcome"], &failed[0]["can_retry"]), (1, &json!("failed"), &json!(true)));
        let shelf = all(&li, "shelf").await[0]["id"].clone();
        li.delete(&format!("{}/{shelf}", records("shelf"))).await.expect(204);
        let retry = format!("{AUTOMATIONS}/wrong/runs/{}/retry", failed[0]["id"]);
        server.administrator().post(&retry, json!({})).await.expect(200);
        assert_eq!(runs(server, "wrong").await[0]["retry_of"], failed[0]["id"]);
        assert_eq!(all(&li, "shelf").await.len(), 1);
        // After three days without anybody there, a day is caught up with, not three.
        pass(server, 72 * HOUR).await;
        assert_eq!(all(&li, "task").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn another_program_calls_by_a_secret_address() {
    on_both(async |server: &Server| {
        let li = hands(server, &[
            automation("ordered", None, json!({"event": "inbound_webhook"}), Some(json!("event.kind == \"order\"")), json!([
                {"do": "create", "table": "order", "values": {"name": "event.order.number", "qty": "event.order.qty", "due": "event.due"}},
                {"do": "update", "table": "shelf", "where": {"code": "event.shelf"}, "values": {"used": "event.order.qty"}}])),
        ]).await;
        make(&li, "shelf", json!({"code": "S9"})).await.expect(201);
        let administrator = server.administrator();
        let hook = format!("{AUTOMATIONS}/ordered/hook");
        li.post(&hook, json!({})).await.refused(403, "administrators_only");
        let path = administrator.post(&hook, json!({})).await.expect(201)["path"].as_str().unwrap().to_owned();
        let anybody = server.anonymous();
        let event = json!({"kind": "order", "order": {"number": "N-1", "qty": 3}, "due": "2025-03-08", "shelf": "S9"});
        let done = anybody.post_once("once", &path, event.clone()).await.expect(202);
        assert_eq!(done["outcome"], "done");
        let again = anybody.post_once("once", &path, event.clone()).await.expect(202);
        assert_eq!((&again["outcome"], &again["run"]), (&json!("repeated"), &done["run"]));
        let orders = all(&li, "order").await;
        assert_eq!(orders.len(), 1);
        assert_eq!((&orders[0]["values"]["name"], &orders[0]["values"]["due"], &orders[0]["created_by"]), (&json!("N-1"), &json!("2025-03-08"), &Value::Null));
        assert_eq!(all(&li, "shelf").await[0]["values"]["used"], 3);
        assert_eq!(anybody.post(&path, json!({"kind": "other"})).await.expect(202)["outcome"], "skipped");
        anybody.post(&path, json!(["a"])).await.refused(400, "malformed");
        let wrong = anybody.post(&path, json!({"kind": "order", "order": {"number": "N-2", "qty": "many"}})).await;
        wrong.refused(409, "automation_failed");
        assert_eq!(runs(server, "ordered").await[0]["outcome"], "failed");
        // A new address closes the one before; a closed one opens nothing, and says nothing.
        let next = administrator.post(&hook, json!({})).await.expect(201)["path"].as_str().unwrap().to_owned();
        anybody.post(&path, event.clone()).await.refused(404, "not_found");
        anybody.post(&next, event.clone()).await.expect(202);
        for _ in 0..120 {
            anybody.post(&next, json!({"kind": "other"})).await;
        }
        anybody.post(&next, event.clone()).await.refused(429, "rate_limited");
        administrator.delete(&hook).await.expect(204);
        anybody.post(&next, event).await.refused(404, "not_found");
        assert!(!server.dump().await.contains(next.trim_start_matches("/hooks/")), "the token is kept nowhere");
    })
    .await;
}

#[tokio::test]
async fn an_import_sets_automations_off_row_by_row() {
    on_both(async |server: &Server| {
        let li = hands(
            server,
            &[automation(
                "arrived",
                Some("order"),
                json!({"event": "created"}),
                None,
                json!([
                {"do": "if", "when": "qty < 0", "then": [{"do": "fail", "message": "{name} is below nothing"}]},
                {"do": "create", "table": "task", "values": {"title": "name"}}]),
            )],
        )
        .await;
        let path = format!("{}/import?bad_rows=skip", records("order"));
        let file = Body::Bytes("text/csv", b"Name,Quantity\nA,1\nB,-1\nC,2\n".to_vec());
        let done = li.send(Method::POST, &path, &[], file).await.expect(200);
        assert!(done.text().contains("B is below nothing"), "{}", done.text());
        let titles: Vec<Value> = all(&li, "task").await.iter().map(|task| task["values"]["title"].clone()).collect();
        assert_eq!(titles, [json!("A"), json!("C")]);
        assert_eq!(all(&li, "order").await.len(), 2);
    })
    .await;
}

/// A program that answers each call with the next of these statuses, and remembers what it was sent.
struct Listener {
    address: std::net::SocketAddr,
    heard: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

impl Listener {
    async fn start(statuses: &'static [u16]) -> Self {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let heard: std::sync::Arc<std::sync::Mutex<Vec<String>>> = std::sync::Arc::default();
        let log = heard.clone();
        tokio::spawn(async move {
            for status in statuses.iter().chain(std::iter::repeat(&200)) {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let mut text = String::new();
                let mut buffer = [0_u8; 4096];
                while !text.contains("}") {
                    match stream.read(&mut buffer).await {
                        Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
                        _ => break,
                    }
                }
                log.lock().expect("the log").push(text);
                let answer =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nlocation: http://127.0.0.1:1/\r\n\r\n");
                let _gone = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("the log").clone()
    }
}

#[tokio::test]
async fn what_leaves_the_program_leaves_after_commit_until_it_is_taken() {
    on_both(async |server: &Server| {
        let listener = Listener::start(&[500, 302]).await;
        let url = format!("http://{}/in?secret=s3cr3t", listener.address);
        let li = hands(
            server,
            &[
                automation(
                    "tell",
                    Some("shelf"),
                    json!({"event": "created"}),
                    None,
                    json!([
                {"do": "webhook", "url": url, "body": {"text": "{code} is new", "list": ["{used}"]}},
                {"do": "if", "when": "code == \"no\"", "then": [{"do": "fail", "message": "no"}]}]),
                ),
                automation(
                    "robot",
                    Some("task"),
                    json!({"event": "created"}),
                    None,
                    json!([{"do": "webhook", "setting": "robot"}]),
                ),
            ],
        )
        .await;
        let service = server.service.clone().with_inside(vec!["127.0.0.1".parse().expect("a place")]);
        make(&li, "shelf", json!({"code": "no"})).await.refused(409, "refused");
        assert!(!service.deliver().await.expect("the outbox"), "what was refused sends nothing");
        make(&li, "shelf", json!({"code": "S1", "used": 4})).await.expect(201);
        assert!(service.deliver().await.expect("the outbox"));
        assert!(!service.deliver().await.expect("the outbox"), "it rests before it is tried again");
        server.clock.advance(10_000);
        assert!(service.deliver().await.expect("the outbox"));
        server.clock.advance(60_000);
        assert!(service.deliver().await.expect("the outbox"));
        let heard = listener.heard();
        assert_eq!(heard.len(), 3, "a redirection is not followed");
        assert!(heard[0].contains(r#"{"text":"S1 is new","list":["4"]}"#), "{}", heard[0]);
        assert!(heard[0].starts_with("POST /in?secret=s3cr3t HTTP/1.1"), "{}", heard[0]);
        let key =
            |text: &String| text.lines().find_map(|line| line.strip_prefix("idempotency-key: ").map(str::to_owned));
        assert!(key(&heard[0]).is_some() && key(&heard[0]) == key(&heard[2]), "the same key each time");
        let run = &runs(server, "tell").await[0];
        let delivery = &run["deliveries"][0];
        assert_eq!((&delivery["state"], &delivery["host"]), (&json!("delivered"), &json!("127.0.0.1")));
        let statuses: Vec<&Value> =
            delivery["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["status"]).collect();
        assert_eq!(statuses, [500, 302, 200]);
        let log = server.administrator().get(&format!("{AUTOMATIONS}/tell/runs")).await.text();
        assert!(!log.contains("s3cr3t"), "an address is a secret: {log}");

        // Nothing inside is called unless the operator allowed it, and an address that is not set sends nothing.
        make(&li, "task", json!({"title": "T"})).await.expect(201);
        assert_eq!(runs(server, "robot").await[0]["deliveries"], json!([]));
        let inside = format!("http://127.0.0.1:{}/", listener.address.port());
        server.administrator().put("/api/v1/apps/hands/settings", json!({"robot": inside})).await.expect(204);
        make(&li, "task", json!({"title": "U"})).await.expect(201);
        assert!(server.service.deliver().await.expect("the outbox"));
        let run = &runs(server, "robot").await[0];
        assert_eq!(
            (&run["deliveries"][0]["state"], &run["deliveries"][0]["attempts"][0]["error"]),
            (&json!("failed"), &json!("inside"))
        );
        assert_eq!(run["can_retry"], true);
        let retry = format!("{AUTOMATIONS}/robot/runs/{}/retry", run["id"]);
        server.administrator().post(&retry, json!({})).await.expect(200);
        assert!(service.deliver().await.expect("the outbox"));
        assert_eq!(runs(server, "robot").await[0]["deliveries"][0]["state"], "delivered");
        assert!(listener.heard()[3].contains(r#""event":"created""#));
    })
    .await;
}
