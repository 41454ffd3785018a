//! The gallery, and the page of a package: looked into, imported, upgraded and undone in the browser.

use crate::{
    client::{Answer, Body, Caller},
    scenarios::notes,
    server::{Server, on_both},
};
use formwork::definition::package::Documents;
use reqwest::Method;

/// Sends a package by the form of the page; answers where the browser is led.
async fn send(caller: &Caller, package: Vec<u8>) -> Answer {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"notes.fwapp\"\r\nContent-Type: application/zip\r\n\r\n".to_vec();
    body.extend(package);
    body.extend(b"\r\n--x--\r\n");
    let body = Body::Bytes("multipart/form-data; boundary=x", body);
    caller.send(Method::POST, "/templates/import", &[], body).await
}

async fn post(caller: &Caller, path: &str, form: &str) -> Answer {
    let body = Body::Bytes("application/x-www-form-urlencoded", form.as_bytes().to_vec());
    caller.send(Method::POST, path, &[], body).await
}

fn zip(documents: &Documents) -> Vec<u8> {
    documents.to_zip().expect("a package")
}

fn led_to(answer: Answer) -> String {
    answer.expect(303).header("location").expect("a place").to_owned()
}

/// The page once its scenarios have run.
async fn ran(caller: &Caller, path: &str) -> String {
    for _ in 0..600 {
        let page = caller.get(path).await.expect(200).text();
        if !page.contains("every 2s") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the scenarios of {path} do not end");
}

#[tokio::test]
async fn templates_are_found_by_title_and_pinyin_and_say_what_is_installed() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        for words in ["", "?q=%E4%BB%93%E5%BA%93", "?q=cangku", "?q=CANGKU"] {
            let page = administrator.get(&format!("/templates{words}")).await.expect(200).text();
            assert!(page.contains("/templates/wms") && page.contains("已安装"), "{words}: {page}");
        }
        let page = administrator.get("/templates?q=nothing-like-it").await.expect(200).text();
        assert!(!page.contains("/templates/wms") && page.contains("没有找到"), "{page}");
        let page = administrator.get("/templates/wms").await.expect(200).text();
        assert!(page.contains("/apps/wms") && page.contains("入库审批") && page.contains("主管审批"), "{page}");
        administrator.get("/templates/unheard").await.refused_page(404);
        for path in ["/templates", "/templates/import", "/templates/wms", "/templates/import/1"] {
            server.manager().get(path).await.refused_page(403);
        }
    })
    .await;
}

#[tokio::test]
async fn a_package_is_looked_into_before_anything_is_written() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let mut package = notes(10);
        let mut manifest = package.json("app.json").expect("it");
        manifest["guide"] = "Begin with a note.".into();
        manifest["description"] = "See https://hooks.example.org/x".into();
        package.set("app.json", manifest.to_string()).expect("a place");
        package.set("demo/note.csv", "title\none\ntwo\n").expect("a place");
        let place = led_to(send(&administrator, zip(&package)).await);
        let page = ran(&administrator, &place).await;
        for said in ["Begin with a note.", "hooks.example.org", "Clerk", "A clerk writes six letters", "Note"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        administrator.get("/api/v1/apps/notes/definition").await.refused(404, "not_found");
        server.person("deputy_he").get(&place).await.refused_page(403);

        assert_eq!(
            led_to(post(&administrator, &place, "do=import&samples=yes&agree=hooks.example.org").await),
            format!("{place}?notice=imported")
        );
        let rows = administrator.get("/api/v1/apps/notes/tables/note/records").await.expect(200);
        assert_eq!(rows.items().len(), 2, "with the sample data");
        let page = administrator.get(&place).await.expect(200).text();
        assert!(page.contains("/apps/notes"), "it says that it is installed: {page}");
        led_to(post(&administrator, &place, "do=drop").await);
        administrator.get(&place).await.refused_page(404);
    })
    .await;
}

#[tokio::test]
async fn a_red_package_is_imported_only_with_a_reason() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let place = led_to(send(&administrator, zip(&notes(5))).await);
        let page = ran(&administrator, &place).await;
        assert!(page.contains("too_long") && page.contains("name=\"in_spite\""), "{page}");
        let refused = post(&administrator, &place, "do=import").await.expect(409).text();
        assert!(refused.contains("role=\"alert\""), "{refused}");
        led_to(post(&administrator, &place, "do=import&in_spite=known+and+meant").await);
        administrator.get("/api/v1/apps/notes/definition").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_package_is_told_where_it_was_chosen() {
    let server = Server::sqlite().await;
    let administrator = server.administrator();
    for package in [b"nonsense".to_vec(), Vec::new()] {
        let page = send(&administrator, package).await.expect(422).text();
        assert!(page.contains("role=\"alert\"") && page.contains("multipart/form-data"), "{page}");
    }
    let mut unsound = notes(10);
    unsound
        .set("views/broken.json", r#"{"key": "broken", "table": "nowhere", "title": "Broken", "columns": ["title"]}"#)
        .expect("a place");
    let place = led_to(send(&administrator, zip(&unsound)).await);
    let page = administrator.get(&place).await.expect(200).text();
    assert!(page.contains("nowhere") && !page.contains("value=\"import\""), "{page}");
    server.close().await;
}

#[tokio::test]
async fn conflicts_are_decided_on_the_page_and_the_upgrade_is_undone_there() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        crate::scenarios::import(&administrator, "", &notes(10)).await.expect(201);
        administrator
            .put("/api/v1/apps/notes/draft/table/note", notes(12).json("tables/note.json").expect("it"))
            .await
            .expect(200);
        administrator.post("/api/v1/apps/notes/publish", serde_json::json!({})).await.expect(200);
        let mut next = notes(20);
        let mut manifest = next.json("app.json").expect("it");
        manifest["version"] = "2.0.0".into();
        next.set("app.json", manifest.to_string()).expect("a place");
        let place = led_to(send(&administrator, zip(&next)).await);
        let page = administrator.get(&place).await.expect(200).text();
        let name =
            page.split("name=\"decide.0.").nth(1).expect("a conflict").split('"').next().expect("a name").to_owned();
        for said in [">12<", ">20<", ">10<", "最大长度"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        post(&administrator, &place, "do=upgrade").await.expect(409);
        let looked =
            post(&administrator, &place, &format!("do=decide&decide.0.{name}=theirs")).await.expect(200).text();
        let print = looked
            .split("name=\"fingerprint\" value=\"")
            .nth(1)
            .expect("a plan")
            .split('"')
            .next()
            .expect("it")
            .to_owned();
        assert!(looked.contains("value=\"upgrade\""), "{looked}");
        let form = format!("do=upgrade&decide.0.{name}=theirs&fingerprint={print}");
        assert_eq!(led_to(post(&administrator, &place, &form).await), format!("{place}?notice=upgraded"));
        let table = administrator.get("/api/v1/apps/notes/draft/table/note").await.expect(200);
        assert_eq!(table["document"]["properties"]["title"]["maxLength"], 20);
        let page = administrator.get(&place).await.expect(200).text();
        assert!(page.contains("value=\"undo\""), "{page}");
        assert_eq!(led_to(post(&administrator, &place, "do=undo").await), format!("{place}?notice=undone"));
        let table = administrator.get("/api/v1/apps/notes/draft/table/note").await.expect(200);
        assert_eq!(table["document"]["properties"]["title"]["maxLength"], 12);
    })
    .await;
}

#[tokio::test]
async fn an_app_that_calls_others_is_imported_only_by_somebody_who_agrees_to_the_address() {
    on_both(async |server: &Server| {
        let administrator = server.administrator();
        let mut calling = notes(10);
        let tell = r#"{"key": "tell", "title": "Tell the shop", "table": "note", "on": {"event": "created"},
            "steps": [{"do": "webhook", "url": "https://shop.example/in"}]}"#;
        calling.set("automations/tell.json", tell).expect("a place");
        let place = led_to(send(&administrator, zip(&calling)).await);
        let page = administrator.get(&place).await.expect(200).text();
        for shown in ["Tell the shop", "会调用外部地址", "shop.example"] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }
        for form in ["do=import", "do=import&agree=other.example"] {
            let refused = post(&administrator, &place, form).await.expect(409).text();
            assert!(refused.contains("还没有同意应用访问 shop.example"), "{refused}");
            administrator.get("/api/v1/apps/notes/definition").await.expect(404);
        }
        led_to(post(&administrator, &place, "do=import&agree=shop.example").await);
        administrator.get("/api/v1/apps/notes/definition").await.expect(200);
    })
    .await;
}
