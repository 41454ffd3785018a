//! The app whose table has a field of every kind, and a record that fills in all of them.

use super::{
    client::{Body, Caller},
    server::Server,
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The records of the table with every kind.
pub const SAMPLE: &str = "/api/v1/apps/every_kind/tables/sample/records";
/// The records that its links point at.
pub const SHELF: &str = "/api/v1/apps/every_kind/tables/shelf/records";

/// The app as a package.
pub fn package() -> Documents {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps/every_kind");
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).expect("the app's folder") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                files.push((path.display().to_string(), std::fs::read(entry.path()).expect("a document")));
            }
        }
    }
    Documents::from_files(files, &Limits::default()).expect("a sound package")
}

/// Imports the app with two shelves; answers their ids.
pub async fn import(server: &Server) -> [i64; 2] {
    let administrator = server.administrator();
    let package = Body::Bytes("application/zip", package().to_zip().expect("a package"));
    administrator.send(Method::POST, "/api/v1/apps/import", &[], package).await.expect(201);
    let mut shelves = [0; 2];
    for (index, id) in shelves.iter_mut().enumerate() {
        let values = json!({"values": {"code": format!("S-{}", index + 1), "capacity": "500"}});
        *id = administrator.post(SHELF, values).await.expect(201).id();
    }
    shelves
}

/// Makes somebody a member of a role of the app.
pub async fn join(server: &Server, role: &str, logins: &[&str]) {
    let mut users = Vec::new();
    for login in logins {
        users.push(user_id(server, login).await);
    }
    let path = format!("/api/v1/apps/every_kind/roles/{role}/members");
    server.administrator().put(&path, json!({"users": users, "departments": [], "groups": []})).await.expect(200);
}

pub async fn user_id(server: &Server, login: &str) -> i64 {
    let reader = server.service.store.reader();
    formwork::store::people::user_by_login(&reader, login).await.expect("read").expect("somebody").id
}

/// A value for every field that a person fills in, with the department and the people of the sample company.
pub async fn values(server: &Server, code: &str, shelves: [i64; 2]) -> Value {
    let reader = server.service.store.reader();
    let departments = formwork::store::departments::list(&reader).await.expect("read");
    let [keeper, manager] = [user_id(server, "keeper_li").await, user_id(server, "manager_zhao").await];
    let ids: Vec<i64> = departments.iter().map(|department| department.id).take(2).collect();
    json!({
        "code": code,
        "note": "第一行\n  second line",
        "story": "<h3>说明</h3><p>Keep <strong>dry</strong> &amp; cool</p><ul><li>一</li></ul>",
        "email": "a.b@example.com",
        "phone": "+86 138-0000-0000",
        "site": "https://example.com/a?b=1",
        "barcode": "6901234567892",
        "pieces": 12,
        "weight": "12.345678",
        "price": "99.90",
        "discount": "5.5",
        "stars": 4,
        "active": true,
        "day": "2026-02-28",
        "at": "2026-02-28T01:02:03.004Z",
        "opens": "08:30:15",
        "takes": 5_445,
        "level": "mid",
        "tags": ["fragile", "list"],
        "region": ["east", "sh", "pd"],
        "shelf": shelves[0],
        "shelves": [shelves[1], shelves[0]],
        "keeper": keeper,
        "team": [manager, keeper],
        "unit": ids[0],
        "units": ids,
        "place": {"latitude": "31.230416", "longitude": "121.473701", "label": "外滩"},
        "address": {"province": "上海市", "city": null, "district": "黄浦区", "street": "中山东一路", "detail": "1 号/2 楼"},
        "extra": {"a": [1, "二", null], "b": {"c": true}},
        "salary": "1234.50",
        "alias": "quiet-otter",
        "remark": "机密\n只给看得到的人",
        "lines": [
            {"what": "first", "qty": "1.5", "takes": 60, "region": ["south", "sz"], "unit": ids[0], "cost": "0.125"},
            {"what": "second", "qty": null, "takes": null, "region": null, "unit": null, "cost": null},
        ],
    })
}

/// The values without what the engine adds and without secrets, to compare with what was sent.
pub fn without_engine_values(values: &Value) -> Value {
    let mut values = values.clone();
    let object = values.as_object_mut().expect("an object");
    for key in ["no", "hours", "password", "capacity", "pieces_in_all"] {
        object.remove(key);
    }
    for line in object["lines"].as_array_mut().expect("lines") {
        let line = line.as_object_mut().expect("a line");
        line.remove("id");
        line.remove("pin");
    }
    values
}

/// A filter of one condition as the parameter of a list.
pub fn condition(field: &str, op: &str, value: Value) -> String {
    json!({"field": field, "op": op, "value": value}).to_string()
}

/// The codes of the records that a filter finds, in order.
pub async fn codes(caller: &Caller, parameters: &[(&str, &str)]) -> Vec<String> {
    let list = caller.list(SAMPLE, parameters).await.expect(200);
    list.items().iter().map(|item| item["values"]["code"].as_str().expect("a code").to_owned()).collect()
}
