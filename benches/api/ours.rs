//! The application with a small app of one table, and somebody in a role that may create and see their own records.

use crate::{load::Side, side};
use formwork::{
    base::time::SystemClock,
    definition::package::{Documents, Limits},
    service::{
        Service,
        setup::{AddPerson, NewOrganisation},
    },
    store::{Backend, Store, blobs::Blobs},
    web::{self, Settings},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use tokio::net::TcpListener;

/// Starts it over a new file.
pub async fn start(path: &Path) -> Side {
    let store = Store::open(Backend::Sqlite { path: path.to_owned() }).await.expect("the database opens");
    store.migrate().await.expect("our own tables are made");
    let service = Service::new(store, Arc::new(SystemClock), Blobs::at(path.with_extension("files")));
    let new = NewOrganisation {
        organisation: "Bench".into(),
        locale: "en".into(),
        time_zone: "UTC".into(),
        login: "root".into(),
        name: "Root".into(),
        password: "long enough".into(),
    };
    service.set_up(new).await.expect("it is set up");
    let administrator = service.main_administrator(&service.store.reader()).await.expect("the administrator");
    let call = administrator.call(service.clock.now());
    let imported = service.import_app(&call, app(), false).await;
    assert!(imported.is_ok(), "{:?}", imported.err());
    let person = AddPerson {
        login: "clerk".into(),
        name: "Clerk".into(),
        password: "long enough".into(),
        position: None,
        roles: vec![("bench".into(), "clerk".into())],
    };
    let user = service.add_person(&call, person).await.expect("the clerk");
    let token = service.create_token(user, "bench", "read write", None).await.expect("a token");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let router = web::router(service, Settings { public_url: None, demo_people: Vec::new() });
    tokio::spawn(web::serve::serve(listener, router, std::future::pending()));
    side(address, "/api/v1/apps/bench/tables/entry/records", &token.secret)
}

fn app() -> Documents {
    let field = |kind: &str, json_type: &str, more: Value| {
        let mut field = json!({"type": json_type, "title": kind, "x-field": {"kind": kind}});
        if let (Some(field), Some(more)) = (field.as_object_mut(), more.as_object()) {
            for (key, value) in more {
                field.insert(key.clone(), value.clone());
            }
        }
        field
    };
    let option = |value: &str| json!({"value": value, "title": value, "color": "grey"});
    let options = json!([option("open"), option("closed"), option("held")]);
    let table = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Entry", "type": "object",
        "x-table": {"key": "entry", "display": "{code}"},
        "properties": {
            "code": field("text", "string", json!({"maxLength": 40, "x-field": {"kind": "text", "unique": true}})),
            "name": field("text", "string", json!({"maxLength": 80})),
            "note": field("multiline", "string", json!({"maxLength": 500})),
            "status": field("choice", "string", json!({"x-field": {"kind": "choice", "options": options}})),
            "qty": field("decimal", "string", json!({"x-field": {"kind": "decimal", "scale": 6, "min": "0"}})),
            "price": field("money", "string", json!({"x-field": {"kind": "money", "scale": 2, "min": "0"}})),
            "count": field("integer", "integer", json!({"x-field": {"kind": "integer", "min": 0, "max": 1000}})),
            "active": field("boolean", "boolean", json!({})),
            "day": field("date", "string", json!({"format": "date"})),
            "opened": field("datetime", "string", json!({"format": "date-time"})),
            "email": field("email", "string", json!({})),
            "phone": field("phone", "string", json!({})),
        },
        "required": ["code", "name", "status", "qty"],
    });
    let names =
        table["properties"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let items: Vec<Value> = names.iter().map(|name| json!({"field": name})).collect();
    let files = [
        ("app.json", json!({"key": "bench", "title": "Bench", "version": "1.0.0", "locale": "en"})),
        ("tables/entry.json", table),
        (
            "forms/entry.json",
            json!({"key": "entry", "table": "entry", "title": "Entry", "layout": [{"title": "All", "items": items}]}),
        ),
        (
            "roles/clerk.json",
            json!({"key": "clerk", "title": "Clerk", "grants": [
                {"table": "entry", "actions": ["view", "create", "edit"], "scope": "own"},
            ]}),
        ),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("the app reads")
}
