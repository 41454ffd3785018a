//! An app that begins as the workbook of a repair shop: guessed, adjusted, made, and its rows there with their links and lines.

use crate::{
    client::{Answer, Body, Caller},
    repair_shop::workbook,
    server::{Server, on_both},
};
use formwork::service::jobs::Stop;
use reqwest::Method;
use serde_json::{Value, json};

const NEW: &str = "/build/new/excel";

async fn upload(caller: &Caller, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body =
        format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    caller.send(Method::POST, path, &[], Body::Bytes("multipart/form-data; boundary=x", body)).await
}

async fn press(caller: &Caller, path: &str, pairs: &[(String, String)]) -> Answer {
    let body = serde_urlencoded::to_string(pairs).expect("a form");
    caller.send(Method::POST, path, &[], Body::Bytes("application/x-www-form-urlencoded", body.into_bytes())).await
}

fn led_to(answer: Answer) -> String {
    answer.expect(303).header("location").expect("a place").to_owned()
}

async fn work(server: &Server) {
    while server.service.work(None, &Stop::default()).await.expect("the job is worked on") {}
}

fn attribute<'h>(tag: &'h str, name: &str) -> Option<&'h str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn plain(html: &str) -> String {
    let signs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    signs.iter().fold(html.to_owned(), |text, (written, sign)| text.replace(written, sign))
}

/// What the form of a page would post, as a browser reads it.
fn form_of(page: &str) -> Vec<(String, String)> {
    let form = page.split("id=\"adjust\"").nth(1).and_then(|rest| rest.split("</form>").next()).expect("the form");
    let mut pairs = Vec::new();
    let mut select = String::new();
    for tag in form.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let tag = format!("{tag} ");
        let value = plain(attribute(&tag, "value").unwrap_or_default());
        if tag.starts_with("input ") {
            let ticked = !tag.contains("type=\"checkbox\"") || tag.contains(" checked ");
            if let Some(name) = attribute(&tag, "name").filter(|_| ticked) {
                pairs.push((plain(name), value));
            }
        } else if tag.starts_with("select ") {
            select = plain(attribute(&tag, "name").unwrap_or_default());
        } else if tag.starts_with("option ") && tag.contains(" selected ") {
            pairs.push((select.clone(), value));
        }
    }
    pairs
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some(pair) => value.clone_into(&mut pair.1),
        None => pairs.push((name.to_owned(), value.to_owned())),
    }
}

fn get<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The records of a table, by their unique value.
async fn records(caller: &Caller, app: &str, table: &str) -> Vec<Value> {
    let path = format!("/api/v1/apps/{app}/tables/{table}/records");
    caller.list(&path, &[("sort", "id"), ("limit", "200")]).await.expect(200).items().to_vec()
}

#[tokio::test]
async fn the_workbook_of_a_repair_shop_becomes_an_app_with_its_links_and_lines() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let page = admin.get(NEW).await.expect(200).text();
        assert!(page.contains("multipart/form-data"), "{page}");
        let path = led_to(upload(&admin, NEW, "顺达机修.xlsx", &workbook()).await);
        let page = admin.get(&path).await.expect(200).text();

        let guessed = form_of(&page);
        assert_eq!(get(&guessed, "title"), "顺达机修");
        for (name, value) in [
            ("s0.head", "3-1"),
            ("s0.key", "1"),
            ("s0.lines", "no"),
            ("s0.c0.kind", "-"),
            ("s0.c1.kind", "text"),
            ("s0.c3.kind", "link:2"),
            ("s0.c4.kind", "member"),
            ("s0.c5.kind", "date"),
            ("s0.c6.kind", "money"),
            ("s0.c6.title", "原值"),
            ("s0.c7.kind", "boolean"),
            ("s1.head", "0-2"),
            ("s1.key", "0"),
            ("s1.lines", "yes"),
            ("s1.lines_title", "点检项目"),
            ("s1.c1.kind", "link:0"),
            ("s1.c2.kind", "date"),
            ("s1.c3.kind", "member"),
            ("s1.c4.in", "yes"),
            ("s1.c5.kind", "decimal"),
            ("s1.c6.kind", "choice"),
            ("s2.key", "0"),
            ("s2.c1.kind", "phone"),
        ] {
            assert_eq!(get(&guessed, name), value, "{name}");
        }
        assert!(page.contains("Sheet4") && page.contains("这张工作表是空的"), "an empty sheet says so");
        assert!(
            page.contains("F10") && page.contains("偏紧") && page.contains("小李"),
            "what does not fit is named: {page}"
        );

        // The reading of which one is no number becomes text; nobody else is changed, and nothing is lost on the way.
        let mut chosen = guessed.clone();
        set(&mut chosen, "s1.c5.kind", "text");
        set(&mut chosen, "s0.title", "设备");
        set(&mut chosen, "title", "点检 <试用>");
        let page = press(&admin, &path, &chosen).await.expect(200).text();
        assert!(!page.contains("F10") && page.contains("E9"), "only the person is left who is not known: {page}");
        assert_eq!(form_of(&page), chosen);
        let blank: Vec<(String, String)> = {
            let mut blank = chosen.clone();
            set(&mut blank, "title", " ");
            blank.push(("_do".into(), "create".into()));
            blank
        };
        let refused = press(&admin, &path, &blank).await.expect(422).text();
        assert!(refused.contains("id=\"title-error\""), "{refused}");

        chosen.push(("_do".into(), "create".into()));
        let made = led_to(press(&admin, &path, &chosen).await);
        assert_eq!(made, path, "the same address shows how far it is");
        assert!(admin.get(&made).await.expect(200).text().contains("<progress"));
        work(server).await;
        let page = admin.get(&made).await.expect(200).text();
        assert!(!page.contains("<progress") && page.contains("点检 &#60;试用&#62;"), "{page}");
        assert!(page.contains("已导入 3 / 4 条") && page.contains("1 条没有导入"), "{page}");
        // Pressed twice, it is not made twice.
        assert_eq!(led_to(press(&admin, &path, &chosen).await), path);

        let app =
            page.split("href=\"/apps/").nth(1).and_then(|rest| rest.split('/').next()).expect("an app").to_owned();
        let devices = records(&admin, &app, "she_bei").await;
        let departments = records(&admin, &app, "bu_men").await;
        assert_eq!((devices.len(), departments.len()), (3, 3), "the device of somebody unknown is not there");
        let first = &devices[0]["values"];
        assert_eq!((&first["she_bei_bian_hao"], &first["gou_zhi_ri_qi"]), (&json!("SB-0101"), &json!("2021-03-05")));
        assert_eq!((&first["yuan_zhi"], &first["zai_yong"]), (&json!("12000.00"), &json!(true)));
        assert_eq!(devices[1]["values"]["yuan_zhi"], "12500.00");
        assert_eq!(devices[2]["values"]["gou_zhi_ri_qi"], "2019-11-02");
        assert_eq!(first["shi_yong_bu_men"], departments[0]["id"]);

        let inspections = records(&admin, &app, "dian_jian_ji_lu").await;
        assert_eq!(inspections.len(), 3, "that of the missing device is refused and named");
        let id = inspections[0]["id"].as_i64().expect("an id");
        let first = admin.get(&format!("/api/v1/apps/{app}/tables/dian_jian_ji_lu/records/{id}")).await.expect(200);
        assert_eq!(first["values"]["she_bei_bian_hao"], devices[0]["id"]);
        let lines = first["values"]["dian_jian_xiang_mu"].as_array().expect("lines").clone();
        let readings: Vec<&str> = lines.iter().filter_map(|line| line["du_shu"].as_str()).collect();
        assert_eq!(readings, ["0.76", "0.6", "38"]);

        // It is an app like any other: in the menu, with a form, and open to whoever is let in.
        let form = admin.get(&format!("/apps/{app}/dian_jian_ji_lu/new")).await.expect(200).text();
        assert!(form.contains("点检项目") && form.contains("停机"), "{form}");
        let draft = admin.get(&format!("/api/v1/apps/{app}/draft")).await.expect(200);
        assert_eq!(
            draft["documents"].as_array().map_or(0, |list| list.iter().filter(|one| one["changed"] == true).count()),
            0
        );
        for caller in [server.manager(), server.staff()] {
            caller.get(&path).await.refused_page(403);
            caller.get(NEW).await.refused_page(403);
            upload(&caller, NEW, "x.csv", b"a,b\n1,2\n").await.refused_page(403);
        }
    })
    .await;
}

#[tokio::test]
async fn tables_are_added_to_an_app_from_a_list_in_gb18030() {
    on_both(async |server: &Server| {
        let admin = server.administrator();
        let made =
            upload(&admin, NEW, "供应商.csv", "名称,电话\n甲公司,0571-88001234\n乙公司,0571-88005678\n".as_bytes())
                .await;
        let path = led_to(made);
        let mut form = form_of(&admin.get(&path).await.expect(200).text());
        form.push(("_do".into(), "create".into()));
        led_to(press(&admin, &path, &form).await);
        work(server).await;
        let home = "/build/gong_ying_shang";
        assert!(admin.get(home).await.expect(200).text().contains("/build/gong_ying_shang/from-excel"));

        let (text, ..) = encoding_rs::GB18030
            .encode("合同号;供应商;金额\nHT-01;甲公司;１２，０００元\nHT-02;乙公司;800\nHT-03;甲公司;约五百\n");
        let path = led_to(upload(&admin, &format!("{home}/from-excel"), "合同.csv", &text).await);
        assert!(path.starts_with("/build/gong_ying_shang/from-excel/"), "{path}");
        let page = admin.get(&path).await.expect(200).text();
        let mut form = form_of(&page);
        assert_eq!((get(&form, "title"), get(&form, "s0.c0.kind"), get(&form, "s0.key")), ("", "text", "0"));

        // A draft would be lost under it.
        let draft = format!("/api/v1/apps/gong_ying_shang/draft/app/app");
        let mut manifest = admin.get(&draft).await.expect(200)["document"].clone();
        manifest["title"] = "供方".into();
        admin.put(&draft, manifest).await.expect(200);
        form.push(("_do".into(), "create".into()));
        let refused = press(&admin, &path, &form).await.expect(409).text();
        assert!(refused.contains("role=\"alert\""), "{refused}");
        admin.delete("/api/v1/apps/gong_ying_shang/draft").await.expect(204);
        assert_eq!(led_to(press(&admin, &path, &form).await), path);
        work(server).await;
        let rows = records(&admin, "gong_ying_shang", "he_tong").await;
        let amounts: Vec<&str> = rows.iter().filter_map(|row| row["values"]["jin_e"].as_str()).collect();
        assert_eq!(amounts, ["12000.00", "800.00"]);
        let page = admin.get(&path).await.expect(200).text();
        let import =
            page.split("href=\"").find(|rest| rest.contains("/import/")).and_then(|rest| rest.split('"').next());
        let result = admin.get(import.expect("the result")).await.expect(200).text();
        assert!(result.contains("约五百<small>"), "what did not fit is shown with its reason: {result}");
        assert_eq!(records(&admin, "gong_ying_shang", "gong_ying_shang").await.len(), 2, "what was there stays");
    })
    .await;
}

#[tokio::test]
async fn files_that_are_no_spreadsheets_are_refused_with_a_reason() {
    let server = Server::sqlite().await;
    let admin = server.administrator();
    for (name, bytes, reason) in [
        ("photo.png", &b"\x89PNG\r\n\x1a\n\0\0"[..], "不是表格文件"),
        ("list.xlsx", &b"PK\x03\x04 not an archive"[..], "文件打不开"),
        ("list.csv", &b"a\0b"[..], "文件打不开"),
        ("list.csv", &b"\n\n"[..], "没有内容"),
        ("list.csv", &b""[..], "请先选择一个文件"),
    ] {
        let page = upload(&admin, NEW, name, bytes).await.expect(422).text();
        assert!(page.contains("role=\"alert\"") && page.contains(reason), "{name}: {page}");
    }
    let large = vec![b'a'; 33 * 1024 * 1024];
    upload(&admin, NEW, "large.csv", &large).await.expect(413);
    // Only whoever sent a file sees it; a header alone is a table without rows; nothing chosen makes nothing.
    admin.get(&format!("{NEW}/999")).await.refused_page(404);
    let path = led_to(upload(&admin, NEW, "空表.csv", "编号,日期,金额\n".as_bytes()).await);
    let form = form_of(&admin.get(&path).await.expect(200).text());
    assert_eq!([get(&form, "s0.c1.kind"), get(&form, "s0.c2.kind")], ["date", "money"]);
    let mut none: Vec<(String, String)> = form.iter().filter(|(name, _)| name != "s0.take").cloned().collect();
    none.push(("_do".into(), "create".into()));
    let refused = press(&admin, &path, &none).await.expect(422).text();
    assert!(refused.contains("没有要生成的表"), "{refused}");
    let mut form = form;
    form.push(("_do".into(), "create".into()));
    assert_eq!(led_to(press(&admin, &path, &form).await), "/build/kong_biao");
}

/// Writes the workbook that the tests in the browser send.
#[test]
#[ignore = "run by hand when the workbook changes"]
fn the_workbook_is_written_down() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/repair_shop.xlsx");
    std::fs::write(path, workbook()).expect("the file is written");
}
