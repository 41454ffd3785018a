//! Files: who may read and write which, and how their contents are handed out.

use crate::{
    client::{Answer, Body, Caller},
    server::{Server, on_both},
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};

const PAPERS: &str = "/api/v1/apps/papers/tables/paper/records";
const BOXES: &str = "/api/v1/apps/papers/tables/box/records";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Papers with files: a clerk sees everything of their own; a reader sees all papers but no hidden file.
async fn papers(server: &Server) {
    let field = |kind: &str, title: &str| json!({"type": "array", "title": title, "x-field": {"kind": kind}});
    let mut small = field("attachment", "Small");
    small["x-field"]["max_size"] = 10.into();
    small["x-field"]["accept"] = json!(["text/*"]);
    let mut photos = field("image", "Photos");
    photos["maxItems"] = 2.into();
    let table = json!({
        "title": "Paper", "type": "object", "x-table": {"key": "paper"},
        "properties": {
            "name": {"type": "string", "title": "Name", "x-field": {"kind": "text"}},
            "files": field("attachment", "Files"), "secret": field("attachment", "Secret"), "small": small,
            "photos": photos, "signed": field("signature", "Signed"),
            "lines": {"type": "array", "title": "Lines", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "note": {"type": "string", "title": "Note", "x-field": {"kind": "text"}}, "photo": field("image", "Photo")}}},
        },
    });
    let other = json!({
        "title": "Box", "type": "object", "x-table": {"key": "box"},
        "properties": {"files": field("attachment", "Files")},
    });
    let own = json!({"table": "paper", "actions": ["view", "create", "edit", "delete", "print"], "scope": "own"});
    let boxes = json!({"table": "box", "actions": ["view", "create", "edit"], "scope": "own"});
    let all = json!({"table": "paper", "actions": ["view", "edit", "print"], "scope": "all",
        "fields": {"secret": "hidden", "lines.photo": "hidden", "*": "edit"}});
    let documents = [
        ("app.json", json!({"key": "papers", "title": "Papers", "version": "1.0.0", "locale": "en"})),
        ("tables/paper.json", table),
        ("tables/box.json", other),
        ("roles/clerk.json", json!({"key": "clerk", "title": "Clerk", "grants": [own, boxes]})),
        (
            "prints/photos.json",
            json!({"key": "photos", "table": "paper", "title": "Photos", "blocks": [
                {"block": "image", "field": "photos", "height": 40}, {"block": "image", "field": "signed", "label": ""},
                {"block": "image", "field": "secret"}, {"block": "image", "field": "files"}
            ]}),
        ),
        ("roles/reader.json", json!({"key": "reader", "title": "Reader", "grants": [all]})),
    ];
    let documents = documents.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    let documents = Documents::from_files(documents, &Limits::default()).expect("a package");
    let call = server.call_of("admin").await;
    server.service.import_app(&call, documents, false).await.expect("the app is imported");
    for (role, logins) in [("clerk", vec!["keeper_li", "keeper_wanglei"]), ("reader", vec!["staff_wu"])] {
        let mut users = Vec::new();
        for login in logins {
            users.push(server.call_of(login).await.actor.user.0);
        }
        let path = format!("/api/v1/apps/papers/roles/{role}/members");
        server.administrator().put(&path, json!({"users": users})).await.expect(200);
    }
}

async fn upload(caller: &Caller, name: &str, content: &[u8]) -> Answer {
    let path = crate::client::with_query("/api/v1/files", &[("name", name)]);
    caller.send(Method::POST, &path, &[], Body::Bytes("application/octet-stream", content.to_vec())).await
}

async fn uploaded(caller: &Caller, name: &str, content: &[u8]) -> i64 {
    upload(caller, name, content).await.expect(201).id()
}

fn at(id: i64) -> String {
    format!("/api/v1/files/{id}")
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([20, 90, 160]));
    picture.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
    out.into_inner()
}

async fn paper(caller: &Caller, values: Value) -> Answer {
    caller.post(PAPERS, json!({"values": values})).await
}

async fn change(caller: &Caller, record: i64, values: Value) -> Answer {
    caller.patch(&format!("{PAPERS}/{record}"), json!({"values": values})).await
}

/// Files that lie in the blob store, by content.
fn stored(server: &Server) -> Vec<Vec<u8>> {
    fn below(directory: &std::path::Path, found: &mut Vec<Vec<u8>>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(&path, found);
            } else {
                found.push(std::fs::read(path).expect("a content"));
            }
        }
    }
    let mut found = Vec::new();
    below(&server.files_directory(), &mut found);
    found
}

#[tokio::test]
async fn an_upload_is_its_uploaders_until_a_record_holds_it() {
    on_both(async |server: &Server| {
        papers(server).await;
        let (li, wang) = (server.keeper(), server.other_keeper());
        let (wu, admin) = (server.staff(), server.administrator());
        let file = uploaded(&li, "合同.pdf", b"%PDF-1.7 one").await;
        assert_eq!(li.get(&at(file)).await.expect(200).bytes, b"%PDF-1.7 one");
        for other in [&wang, &wu, &admin] {
            other.get(&at(file)).await.refused(404, "not_found");
            other.get(&format!("{}?thumbnail=small", at(file))).await.refused(404, "not_found");
        }
        server.anonymous().get(&at(file)).await.refused(401, "unauthenticated");
        // Nobody else can take it, and there is no telling it from one that does not exist.
        for id in [file, 999_999] {
            let refused = paper(&wang, json!({"files": [id]})).await.refused(422, "invalid");
            assert_eq!(refused.errors(), [("/files/0".to_owned(), "link_not_found".to_owned())]);
        }

        let made = paper(&li, json!({"name": "a", "files": [file]})).await.expect(201);
        assert_eq!(made["values"]["files"], json!([file]));
        let told = &made["refs"]["files"][file.to_string()];
        assert_eq!(*told, json!({"label": "合同.pdf", "name": "合同.pdf", "size": 12, "type": "application/pdf"}));
        for reader in [&li, &wu, &admin] {
            assert_eq!(reader.get(&at(file)).await.expect(200).bytes, b"%PDF-1.7 one");
        }
        wang.get(&at(file)).await.refused(404, "not_found");

        // It belongs to one record.
        let second = paper(&li, json!({"files": [file]})).await.refused(422, "invalid");
        assert_eq!(second.errors()[0].1, "link_not_found");
        let boxed = li.post(BOXES, json!({"values": {"files": [file]}})).await.refused(422, "invalid");
        assert_eq!(boxed.errors()[0].1, "link_not_found");
        // Taken out it is nobody's to read, until it is put back by whoever may read its field.
        change(&li, made.id(), json!({"files": []})).await.expect(200);
        for reader in [&li, &wu, &admin] {
            reader.get(&at(file)).await.refused(404, "not_found");
        }
        let back = change(&wu, made.id(), json!({"files": [file]})).await.expect(200);
        assert_eq!(back["values"]["files"], json!([file]));
        wu.get(&at(file)).await.expect(200);
        // In the trash nobody reads it.
        li.delete(&format!("{PAPERS}/{}", made.id())).await.expect(204);
        for reader in [&li, &wu, &admin] {
            reader.get(&at(file)).await.refused(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_shows_where_its_field_shows() {
    on_both(async |server: &Server| {
        papers(server).await;
        let (li, wu) = (server.keeper(), server.staff());
        let hidden = uploaded(&li, "hidden.txt", b"hidden").await;
        let picture = uploaded(&li, "line.png", &png(3, 3)).await;
        let values = json!({"secret": [hidden], "lines": [{"note": "x", "photo": [picture]}]});
        let made = paper(&li, values).await.expect(201);
        assert_eq!(made["refs"]["lines.photo"][picture.to_string()]["name"], "line.png");
        li.get(&at(hidden)).await.expect(200);
        li.get(&at(picture)).await.expect(200);
        for file in [hidden, picture] {
            wu.get(&at(file)).await.refused(404, "not_found");
            // Whoever may not see it cannot move it to where they can.
            let refused = change(&wu, made.id(), json!({"files": [file]})).await.refused(422, "invalid");
            assert_eq!(refused.errors()[0].1, "link_not_found");
        }
        // The same after it was taken out.
        change(&li, made.id(), json!({"secret": null})).await.expect(200);
        let refused = change(&wu, made.id(), json!({"files": [hidden]})).await.refused(422, "invalid");
        assert_eq!(refused.errors()[0].1, "link_not_found");
        // Whoever sees it may move it within the record, and then its new field decides.
        change(&li, made.id(), json!({"secret": [hidden]})).await.expect(200);
        change(&li, made.id(), json!({"secret": null, "files": [hidden]})).await.expect(200);
        wu.get(&at(hidden)).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_token_reads_and_writes_what_its_scopes_say() {
    let server = Server::sqlite().await;
    papers(&server).await;
    let reads = server.token("keeper_li", "read").await;
    let writes = server.token("keeper_li", "write").await;
    upload(&reads, "a.txt", b"a").await.refused(403, "forbidden");
    let file = uploaded(&writes, "a.txt", b"a").await;
    writes.get(&at(file)).await.refused(404, "not_found");
    reads.get(&at(file)).await.expect(200);
    let elsewhere = server.token("keeper_li", "read:wms write:papers").await;
    paper(&writes, json!({"files": [file]})).await.expect(201);
    elsewhere.get(&at(file)).await.refused(404, "not_found");
    reads.get(&at(file)).await.expect(200);
    server.close().await;
}

#[tokio::test]
async fn fields_say_what_they_take() {
    on_both(async |server: &Server| {
        papers(server).await;
        let li = server.keeper();
        let text = uploaded(&li, "a.txt", b"0123456789").await;
        let long = uploaded(&li, "b.txt", b"01234567890").await;
        let page = uploaded(&li, "photo.png", b"<!DOCTYPE html><p>").await;
        let drawing = uploaded(&li, "photo.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>").await;
        let pictures = [uploaded(&li, "1.png", &png(2, 2)).await, uploaded(&li, "2.png", &png(2, 3)).await];
        let third = uploaded(&li, "3.png", &png(3, 2)).await;
        for (values, path, code) in [
            (json!({"small": [long]}), "/small/0", "file_too_large"),
            (json!({"small": [pictures[0]]}), "/small/0", "file_too_large"),
            (json!({"photos": [page]}), "/photos/0", "file_type"),
            (json!({"photos": [drawing]}), "/photos/0", "file_type"),
            (json!({"signed": [text]}), "/signed/0", "file_type"),
            (json!({"photos": [pictures[0], pictures[1], third]}), "/photos", "too_many_files"),
            (json!({"signed": [pictures[0], third]}), "/signed", "too_many_files"),
            (json!({"files": ["x"]}), "/files/0", "type"),
            (json!({"files": text}), "/files", "type"),
        ] {
            let refused = paper(&li, values.clone()).await.refused(422, "invalid");
            assert_eq!(refused.errors()[0], (path.to_owned(), code.to_owned()), "{values}");
        }
        let values = json!({"small": [text], "photos": pictures, "signed": [third], "files": [page, drawing]});
        let made = paper(&li, values.clone()).await.expect(201);
        assert_eq!(made["values"]["photos"], json!(pictures));
        let empty = |field: &str, empty: bool| format!(r#"{{"field":"{field}","op":"empty","value":{empty}}}"#);
        for (field, is_empty, rows) in [("photos", false, 1), ("photos", true, 0), ("secret", true, 1)] {
            let listed = li.list(PAPERS, &[("filter", &empty(field, is_empty))]).await.expect(200);
            assert_eq!(listed.items().len(), rows, "{field} {is_empty}");
        }
        let filter = format!(r#"{{"field":"photos","op":"contains","value":{third}}}"#);
        li.list(PAPERS, &[("filter", &filter)]).await.refused(422, "invalid");
    })
    .await;
}

#[tokio::test]
async fn hostile_names_are_made_plain() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    for (given, kept) in [
        ("../../etc/passwd", "passwd"),
        ("a\u{202E}gnp.exe", "agnp.exe"),
        ("x\r\nSet-Cookie: a=b.txt", "xSet-Cookie_ a=b.txt"),
        ("تقرير \"1\".pdf", "تقرير _1_.pdf"),
        ("", "file"),
    ] {
        let made = upload(&li, given, b"x").await.expect(201);
        assert_eq!(made["name"], kept);
        let got = li.get(&at(made.id())).await.expect(200);
        let disposition = got.header("content-disposition").expect("a disposition").to_owned();
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
        assert!(disposition.is_ascii() && got.header("set-cookie").is_none(), "{disposition}");
    }
    let long = upload(&li, &format!("{}.csv", "长".repeat(400)), b"a,b").await.expect(201);
    assert_eq!(long["name"].as_str().map(|name| name.chars().count()), Some(160));
    assert_eq!(long["type"], "text/csv");
    let headers = [("x-file-name", "%E5%90%88%E5%90%8C+1%26.txt")];
    let named = li.send(Method::POST, "/api/v1/files", &headers, Body::Bytes("text/plain", b"x".to_vec())).await;
    assert_eq!(named.expect(201)["name"], "合同+1&.txt");
    server.close().await;
}

#[tokio::test]
async fn nothing_that_was_uploaded_runs_in_a_page() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    for (name, content) in [
        ("page.html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        ("page.png", b"<html><script>alert(1)</script></html>".to_vec()),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec()),
        ("data.xml", b"<?xml version=\"1.0\"?><a/>".to_vec()),
        ("paper.pdf", b"%PDF-1.7".to_vec()),
        ("picture.png", png(4, 4)),
    ] {
        let id = uploaded(&li, name, &content).await;
        for path in [at(id), format!("/files/{id}")] {
            let got = li.get(&path).await.expect(200);
            assert_eq!(got.bytes, content);
            let header = |header: &str| got.header(header).unwrap_or_default().to_owned();
            assert!(
                header("content-disposition").starts_with("attachment;"),
                "{name}: {}",
                header("content-disposition")
            );
            assert_eq!(header("x-content-type-options"), "nosniff");
            let policy = header("content-security-policy");
            assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
            assert_eq!(header("cache-control"), "private, no-cache");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        }
        let small = li.get(&format!("{}?thumbnail=small", at(id))).await;
        if name == "picture.png" {
            assert_eq!(small.expect(200).header("content-type"), Some("image/jpeg"));
        } else {
            small.refused(409, "no_thumbnail");
        }
    }
    server.close().await;
}

#[tokio::test]
async fn parts_and_repetitions_are_served_as_asked() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    let content: Vec<u8> = (0..200_000_u32).map(|n| u8::try_from(n % 251).expect("small")).collect();
    let id = uploaded(&li, "bytes.bin", &content).await;
    let whole = li.get(&at(id)).await.expect(200);
    assert_eq!(whole.bytes, content);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-length"), Some("200000"));
    let tag = whole.header("etag").expect("a tag").to_owned();
    let ask = |headers: Vec<(&'static str, String)>| {
        let li = li.clone();
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            li.send(Method::GET, &at(id), &headers, Body::None).await
        }
    };
    let part = ask(vec![("range", "bytes=100000-100009".into())]).await.expect(206);
    assert_eq!(part.bytes, content[100_000..100_010]);
    assert_eq!(part.header("content-range"), Some("bytes 100000-100009/200000"));
    assert_eq!(ask(vec![("range", "bytes=-5".into())]).await.expect(206).bytes, content[199_995..]);
    let beyond = ask(vec![("range", "bytes=200000-".into())]).await.expect(416);
    assert_eq!(beyond.header("content-range"), Some("bytes */200000"));
    ask(vec![("range", "bytes=0-1".into()), ("if-range", "\"other\"".into())]).await.expect(200);
    ask(vec![("range", "bytes=0-1".into()), ("if-range", tag.clone())]).await.expect(206);
    assert!(ask(vec![("if-none-match", tag.clone())]).await.expect(304).bytes.is_empty());
    // Knowing the tag helps nobody who may not read it.
    let other = server.other_keeper();
    other.send(Method::GET, &at(id), &[("if-none-match", &tag)], Body::None).await.refused(404, "not_found");
    li.get(&format!("{}?size=1", at(id))).await.refused(400, "malformed");
    li.get(&format!("{}?thumbnail=huge", at(id))).await.refused(400, "malformed");
    server.close().await;
}

#[tokio::test]
async fn pictures_have_thumbnails_and_broken_ones_none() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    let id = uploaded(&li, "big.png", &png(800, 400)).await;
    for (size, width, height) in [("small", 96, 48), ("medium", 400, 200), ("large", 800, 400)] {
        for _again in 0..2 {
            let got = li.get(&format!("{}?thumbnail={size}", at(id))).await.expect(200);
            assert!(got.header("content-disposition").is_some_and(|how| how.starts_with("inline;")));
            assert!(got.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")));
            let picture = image::load_from_memory(&got.bytes).expect("a picture");
            assert_eq!((picture.width(), picture.height()), (width, height));
        }
    }
    let broken = uploaded(&li, "broken.png", &png(50, 50)[..60]).await;
    li.get(&format!("{}?thumbnail=small", at(broken))).await.refused(409, "no_thumbnail");
    li.get(&at(broken)).await.expect(200);
    let mut bomb = png(1, 1);
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let bomb = uploaded(&li, "bomb.png", &bomb).await;
    li.get(&format!("{}?thumbnail=large", at(bomb))).await.refused(409, "no_thumbnail");
    server.close().await;
}

#[tokio::test]
async fn a_form_with_parts_brings_one_file() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    let form = |parts: &[(&str, &str)]| -> Vec<u8> {
        let part = |(name, content): &(&str, &str)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n")
        };
        format!("{}--b--\r\n", parts.iter().map(part).collect::<String>()).into_bytes()
    };
    let send = async |bytes: Vec<u8>| {
        let body = Body::Bytes("multipart/form-data; boundary=b", bytes);
        li.send(Method::POST, "/api/v1/files", &[], body).await
    };
    let made = send(form(&[("a.txt", "hello")])).await.expect(201);
    assert_eq!((made["name"].as_str(), made["size"].as_i64()), (Some("a.txt"), Some(5)));
    send(form(&[("a.txt", "1"), ("b.txt", "2")])).await.refused(400, "malformed");
    send(form(&[])).await.refused(400, "malformed");
    send(b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbroken".to_vec())
        .await
        .refused(400, "malformed");
    server.close().await;
}

#[tokio::test]
async fn what_is_too_large_is_told_with_the_limit_and_leaves_nothing() {
    let server = Server::sqlite().await;
    let li = server.keeper();
    let limit = formwork::service::files::LARGEST;
    let content = vec![7_u8; usize::try_from(limit).expect("it fits") + 1];
    let refused = upload(&li, "large.bin", &content).await.refused(413, "file_too_large");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(&limit.to_string())), "{}", refused.text());
    let form = [
        b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n".as_slice(),
        &content,
        b"\r\n--b--\r\n",
    ];
    let body = Body::Bytes("multipart/form-data; boundary=b", form.concat());
    li.send(Method::POST, "/api/v1/files", &[], body).await.refused(413, "file_too_large");
    assert!(stored(&server).is_empty());
    // The largest there may be goes in and out again.
    let whole = &content[..content.len() - 1];
    let id = uploaded(&li, "large.bin", whole).await;
    assert_eq!(li.get(&at(id)).await.expect(200).bytes.len(), whole.len());
    server.close().await;
}

#[tokio::test]
async fn the_same_content_is_kept_once_and_goes_when_nobody_needs_it() {
    on_both(async |server: &Server| {
        papers(server).await;
        let li = server.token("keeper_li", "read write").await;
        let wang = server.token("keeper_wanglei", "read write").await;
        let first = uploaded(&li, "a.txt", b"the same").await;
        let second = uploaded(&wang, "b.txt", b"the same").await;
        let lonely = uploaded(&li, "c.txt", b"never used").await;
        assert_eq!(stored(server).len(), 2);
        let made = paper(&wang, json!({"files": [second]})).await.expect(201);
        server.service.tidy().await.expect("tidy");
        li.get(&at(first)).await.expect(200);
        // After a day the uploads that no record holds are gone; the content that another file has stays.
        server.clock.advance(DAY + 1);
        server.service.tidy().await.expect("tidy");
        li.get(&at(first)).await.refused(404, "not_found");
        li.get(&at(lonely)).await.refused(404, "not_found");
        assert_eq!(stored(server), [b"the same".to_vec()]);
        assert_eq!(wang.get(&at(second)).await.expect(200).bytes, b"the same");
        // Taken out, a content stays for 30 days; its name stays.
        change(&wang, made.id(), json!({"files": null})).await.expect(200);
        server.service.tidy().await.expect("tidy");
        assert_eq!(stored(server).len(), 1);
        server.clock.advance(31 * DAY);
        server.service.tidy().await.expect("tidy");
        assert_eq!(stored(server).len(), 0);
        let refused = change(&wang, made.id(), json!({"files": [second]})).await.refused(422, "invalid");
        assert_eq!(refused.errors()[0].1, "link_not_found");
        // With a record that is gone for good its files go too, when the trash is emptied.
        let papers = server.token("admin", "read write").await;
        let held = uploaded(&wang, "e.txt", b"held").await;
        let record = paper(&wang, json!({"files": [held]})).await.expect(201).id();
        wang.delete(&format!("{PAPERS}/{record}")).await.expect(204);
        server.clock.advance(29 * DAY);
        server.service.tidy().await.expect("tidy");
        assert_eq!(stored(server), [b"held".to_vec()]);
        server.clock.advance(2 * DAY);
        server.service.tidy().await.expect("tidy");
        papers.get(&format!("{PAPERS}/{record}")).await.refused(404, "not_found");
        assert_eq!(stored(server).len(), 0);
        // The same content may come again.
        let again = uploaded(&wang, "d.txt", b"the same").await;
        assert_eq!(wang.get(&at(again)).await.expect(200).bytes, b"the same");
    })
    .await;
}

/// Uploads, and removals of what nobody needs, of one content at the same time: whatever was answered can be read.
#[tokio::test]
async fn removals_never_take_what_was_just_uploaded() {
    on_both(async |server: &Server| {
        let li = server.token("keeper_li", "read write").await;
        let wang = server.token("keeper_wanglei", "read write").await;
        for round in 0..10 {
            server.clock.advance(2 * DAY);
            let (first, second, tidied) = tokio::join!(
                uploaded(&li, "a.txt", b"shared"),
                uploaded(&wang, "b.txt", b"shared"),
                server.service.tidy()
            );
            tidied.expect("tidy");
            for (caller, id) in [(&li, first), (&wang, second)] {
                assert_eq!(caller.get(&at(id)).await.expect(200).bytes, b"shared", "round {round}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pictures_are_printed_for_whoever_may_read_them() {
    on_both(async |server: &Server| {
        papers(server).await;
        let li = server.keeper();
        let (photo, hidden) =
            (uploaded(&li, "shelf.png", &png(60, 40)).await, uploaded(&li, "code.png", &png(9, 9)).await);
        let (signed, text) = (uploaded(&li, "name.png", &png(80, 20)).await, uploaded(&li, "note.txt", b"words").await);
        let values = json!({"name": "a", "photos": [photo], "secret": [hidden], "signed": [signed], "files": [text]});
        let id = paper(&li, values).await.expect(201).id();
        let source = |file: i64| format!("src=\"/files/{file}?thumbnail=large\"");
        for print in ["photos", "~record"] {
            let path = format!("/apps/papers/paper/{id}/print?print={print}");
            let own = li.get(&path).await.expect(200).text();
            assert!(own.contains(&source(photo)) && own.contains(&source(signed)), "{print}: {own}");
            assert!(!own.contains(&source(text)), "a text is no picture");
            let other = server.staff().get(&path).await.expect(200).text();
            assert!(other.contains(&source(photo)) && !other.contains(&source(hidden)), "{print}: {other}");
        }
        let path = format!("/apps/papers/paper/{id}/print?print=photos");
        let own = li.get(&path).await.expect(200).text();
        assert!(own.contains(&source(hidden)) && own.contains("height=\"151\""), "40 mm are 151 pixels: {own}");
        li.get(&format!("/files/{photo}?thumbnail=large")).await.expect(200);
    })
    .await;
}
