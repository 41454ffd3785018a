//! The pages of an import: a file is sent, its columns assigned, its bad cells named, the good rows written and taken back.

use crate::{
    client::{Answer, Body, Caller, with_query},
    server::{Server, on_both},
    stock::ITEM,
};
use formwork::service::jobs::Stop;
use reqwest::Method;
use serde_json::json;

const PAGE: &str = "/apps/wms/item/import";
const FILE: &str = "编码,名称,单位,标准成本,状态,备注\n\
    T-1,样品一,个,12.50,在用,x\nT-2,样品二,没有这个单位,1,在用,\nT-3,样品三,个,很贵,在用,\nT-4,样品四,个,3,在用,\n";

async fn upload(caller: &Caller, name: &str, bytes: &str) -> Answer {
    let mut body = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.push_str(bytes);
    body.push_str("\r\n--x--\r\n");
    let body = Body::Bytes("multipart/form-data; boundary=x", body.into_bytes());
    caller.send(Method::POST, PAGE, &[], body).await
}

async fn press(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

async fn work(server: &Server) {
    while server.service.work(None, &Stop::default()).await.expect("the job is worked on") {}
}

/// How many of the file's items there are.
async fn there(caller: &Caller) -> usize {
    let filter = json!({"field": "code", "op": "starts", "value": "T-"}).to_string();
    caller.list(ITEM, &[("filter", &filter)]).await.expect(200).items().len()
}

#[tokio::test]
async fn a_file_is_looked_through_imported_and_taken_back_by_the_pages() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let first = manager.get(PAGE).await.expect(200).text();
        assert!(first.contains("multipart/form-data") && first.contains("import-template"));

        let sent = upload(&manager, "items.csv", FILE).await.expect(303);
        let import = sent.header("location").expect("an address").to_owned();
        let columns = manager.get(&import).await.expect(200).text();
        assert!(columns.contains("items.csv") && columns.contains("样品一") && columns.contains("name=\"map.5\""));
        assert!(columns.contains("<option value=\"std_cost\" selected>"), "{columns}");

        // An update by a field needs a column for it; what was chosen stands.
        let assigned = [
            ("map.0", "code"),
            ("map.1", "name"),
            ("map.2", "uom"),
            ("map.3", "std_cost"),
            ("map.4", "status"),
            ("map.5", ""),
            ("header_rows", "1"),
            ("bad_rows", "stop"),
        ];
        let wrong = [&assigned[..], &[("mode", "update"), ("key", "barcode"), ("_do", "check")]].concat();
        let wrong = press(&manager, &import, &wrong).await.expect(422).text();
        assert!(wrong.contains("role=\"alert\"") && wrong.contains("<option value=\"update\" selected>"), "{wrong}");
        press(&manager, &import, &[&assigned[..], &[("_do", "check")]].concat()).await.expect(303);
        let waiting = manager.get(&import).await.expect(200).text();
        assert!(waiting.contains("<progress"), "{waiting}");
        work(server).await;

        let found = manager.get(&import).await.expect(200).text();
        for cell in ["没有这个单位<small>", "很贵<small>"] {
            assert!(found.contains(cell), "{cell} is not named: {found}");
        }
        assert!(!found.contains("样品一") && there(&manager).await == 0, "only bad rows are shown, nothing is written");

        press(&manager, &import, &[("_do", "run_skip")]).await.expect(303);
        work(server).await;
        assert_eq!(there(&manager).await, 2);
        let done = manager.get(&import).await.expect(200).text();
        assert!(done.contains("value=\"undo\"") && done.contains("很贵<small>"), "{done}");
        assert!(manager.get(PAGE).await.expect(200).text().contains(&import), "it stands among the earlier imports");

        press(&manager, &import, &[("_do", "undo")]).await.expect(303);
        work(server).await;
        assert_eq!(there(&manager).await, 0);
        let undone = manager.get(&import).await.expect(200).text();
        assert!(!undone.contains("value=\"undo\"") && !undone.contains("<progress"), "{undone}");
    })
    .await;
}

#[tokio::test]
async fn import_pages_are_for_those_who_may_and_a_file_that_does_not_read_says_so() {
    on_both(async |server: &Server| {
        let (manager, keeper) = (server.manager(), server.keeper());
        keeper.get(PAGE).await.refused_page(403);
        upload(&keeper, "items.csv", FILE).await.refused_page(403);
        let sent = upload(&manager, "items.csv", FILE).await.expect(303);
        let import = sent.header("location").expect("an address").to_owned();
        keeper.get(&import).await.refused_page(403);
        press(&keeper, &import, &[("_do", "run")]).await.refused_page(403);
        server.administrator().get(&import).await.expect(200);
        // Before it was checked there is nothing to undo: the page shows how it stands.
        press(&manager, &import, &[("_do", "undo")]).await.expect(303);
        for (name, bytes) in [("broken.xlsx", "PK\u{3}\u{4} broken"), ("empty.csv", "")] {
            let refused = upload(&manager, name, bytes).await.expect(422).text();
            assert!(refused.contains("role=\"alert\"") && refused.contains("multipart/form-data"), "{refused}");
        }
        manager.get("/apps/wms/stock_move/import").await.refused_page(403);

        let list = manager.get("/apps/wms/item?q=HW").await.expect(200).text();
        assert!(list.contains(&format!("href=\"{PAGE}\"")) && list.contains("export?format=csv"), "{list}");
        assert!(!keeper.get("/apps/wms/item").await.expect(200).text().contains(PAGE));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_exported_by_its_page_and_others_jobs_are_nobodys() {
    on_both(async |server: &Server| {
        let manager = server.manager();
        let page = "/apps/wms/item/export";
        let answer = manager.get(&with_query(page, &[("format", "csv"), ("q", "HW-0008")])).await.expect(200);
        assert!(answer.header("content-disposition").is_some_and(|value| value.starts_with("attachment")));
        assert!(answer.text().contains("HW-0008") && !answer.text().contains("EL-0003"));
        server.staff().get(page).await.refused_page(403);

        let sent = upload(&manager, "items.csv", FILE).await.expect(303);
        let import = sent.header("location").expect("an address").to_owned();
        press(&manager, &import, &[("_do", "run")]).await.expect(303);
        let jobs = manager.get("/api/v1/jobs").await.expect(200);
        let job = format!("/jobs/{}", jobs.items()[0]["id"]);
        assert!(manager.get(&job).await.expect(200).text().contains(&format!("{job}/cancel")));
        server.keeper().get(&job).await.refused_page(404);
        press(&server.keeper(), &format!("{job}/cancel"), &[]).await.refused_page(404);
        press(&manager, &format!("{job}/cancel"), &[]).await.expect(303);
        work(server).await;
        assert_eq!(there(&manager).await, 0);
        assert!(!manager.get(&job).await.expect(200).text().contains("/cancel"));
        assert!(!manager.get(&import).await.expect(200).text().contains("<progress"));
    })
    .await;
}
