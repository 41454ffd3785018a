//! Random filters, sorts, pages and groups over random rows, beside a small evaluator of its own that knows nothing of SQL.
//!
//! `FORMWORK_FUZZ_SEED` runs one seed again; without it the seed is new every time and printed.

mod chance;
mod model;

use crate::server::{Server, on_both};
pub use chance::Chance;
use formwork::{
    definition::package::{Documents, Limits},
    service::{
        Call, LiveApp,
        aggregate::{AggregateRequest, aggregate_json},
        jobs::Stop,
        records::{ListRequest, list_json},
        save_record::Create,
    },
};
use model::{Cell, Row, Rows};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

const ROWS: usize = 90;
const CASES: usize = 150;
/// No database is asked for longer than this.
const LONGEST: Duration = Duration::from_secs(20);

#[tokio::test]
async fn lists_and_groups_agree_with_an_evaluator_of_their_own() {
    let given = std::env::var("FORMWORK_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        u64::try_from(now.expect("a moment after 1970").as_nanos() % u128::from(u32::MAX)).expect("a small number")
    });
    println!("FORMWORK_FUZZ_SEED={seed}");
    on_both(async |server: &Server| {
        let mut chance = Chance::new(seed);
        let (live, all) = prepare(server, &mut chance).await;
        let (administrator, clerk) = (server.call_of("admin").await, server.call_of("keeper_li").await);
        let shown = all.shown_to_clerk();
        let begun = Instant::now();
        for case in 0..CASES {
            if begun.elapsed() > LONGEST {
                break;
            }
            if case == CASES / 2 {
                take_in(server).await;
            }
            let (call, rows) = if chance.one_in(2) { (&administrator, &all) } else { (&clerk, &shown) };
            let told = format!("seed {seed}, case {case}, postgres {}", server.is_postgres());
            if chance.one_in(3) {
                check_groups(server, call, &live, rows, &mut chance, &told).await;
            } else {
                check_list(server, call, &live, rows, &mut chance, &told).await;
            }
        }
    })
    .await;
}

/// What has been written so far can be searched by the index.
async fn take_in(server: &Server) {
    server.service.index_for_search(&Stop::default()).await.expect("rows are taken in");
}

/// All pages together are the rows that the filter chooses, in the order asked; so many are counted.
async fn check_list(server: &Server, call: &Call, live: &LiveApp, rows: &Rows, chance: &mut Chance, told: &str) {
    let filter = chance.one_in(6).then_some(()).map_or_else(|| Some(model::filter(chance, rows, 0)), |()| None);
    let sort = model::sort(chance);
    let search = chance.one_in(8).then(|| model::word(chance, rows));
    let limit = *chance.pick(&[4, 7, 20, 200]);
    let told = format!("{told}: filter {} sort {sort:?} q {search:?} limit {limit}", json!(filter));
    let wanted = rows.list(filter.as_ref(), search.as_deref(), &sort);
    let reader = server.service.store.reader();
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let request = ListRequest {
            filter: filter.clone(),
            search: search.clone(),
            sort: Some(sort.join(",")),
            limit: Some(limit),
            cursor,
            count: Some(10_000),
            ..ListRequest::default()
        };
        let page =
            list_json(&reader, call, live, "thing", &request).await.unwrap_or_else(|error| panic!("{told}: {error:?}"));
        assert_eq!(page["count"], wanted.len(), "{told}");
        let items = page["items"].as_array().expect("items");
        assert!(items.len() as u64 <= limit, "{told}");
        found.extend(items.iter().map(|item| item["id"].as_i64().expect("an id")));
        assert!(found.len() <= wanted.len(), "more rows than there are, {told}");
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(found, wanted.iter().map(|row| row.id).collect::<Vec<_>>(), "{told}");
}

/// Figures of groups are those of the rows that are in them.
async fn check_groups(server: &Server, call: &Call, live: &LiveApp, rows: &Rows, chance: &mut Chance, told: &str) {
    let filter = model::filter(chance, rows, 0);
    let key = *chance.pick(&["level", "flag", "home", "home.name", "day", "month(day)", "week(day)", "year(at)", ""]);
    let told = format!("{told}: filter {filter} group {key:?}");
    let request = AggregateRequest {
        filter: Some(filter.clone()),
        group: key.to_owned(),
        measure: "count(),sum(amount),avg(amount),min(amount),max(day),count_distinct(name),sum(number)".to_owned(),
        ..AggregateRequest::default()
    };
    let reader = server.service.store.reader();
    let answer = aggregate_json(&reader, call, live, "thing", &request)
        .await
        .unwrap_or_else(|error| panic!("{told}: {error:?}"));
    let mut wanted: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows.list(Some(&filter), None, &[]) {
        let group = if key.is_empty() { Value::Null } else { model::group_of(row, rows, key) };
        wanted.entry(group.to_string()).or_default().push(row);
    }
    if key.is_empty() {
        wanted.entry(Value::Null.to_string()).or_default();
    }
    let mut found = BTreeMap::new();
    for group in answer["groups"].as_array().expect("groups") {
        let mut figures = group.clone();
        let at = figures.as_object_mut().expect("a group").remove(key).unwrap_or(Value::Null);
        assert!(found.insert(at.to_string(), figures).is_none(), "a group came twice, {told}");
    }
    let wanted: BTreeMap<String, Value> =
        wanted.into_iter().map(|(group, rows)| (group, model::figures(&rows))).collect();
    assert_eq!(found, wanted, "{told}");
}

/// The app with its rows; links point at the other table.
async fn prepare(server: &Server, chance: &mut Chance) -> (Arc<LiveApp>, Rows) {
    let administrator = server.administrator();
    let files = model::documents().into_iter().map(|(path, json)| (path.to_owned(), json.to_string().into_bytes()));
    let package = Documents::from_files(files, &Limits::default()).expect("a sound package").to_zip().expect("a zip");
    let body = crate::client::Body::Bytes("application/zip", package);
    administrator.send(reqwest::Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    let clerk = crate::every_kind::user_id(server, "keeper_li").await;
    let members = json!({"users": [clerk], "departments": [], "groups": []});
    administrator.put("/api/v1/apps/fuzz/roles/clerk/members", members).await.expect(200);
    let epoch = server.service.epoch().await.expect("the epoch");
    let live = server.service.live.all(&server.service.store.reader(), epoch).await.expect("the live apps");
    let live = live.into_iter().find(|app| app.key() == "fuzz").expect("the app");
    let call = server.call_of("admin").await;
    let (mut homes, mut parents) = (BTreeMap::new(), BTreeMap::new());
    for _ in 0..6 {
        let above: Vec<i64> = homes.keys().copied().collect();
        let home = model::home(chance, &above);
        let create = Create { live: live.clone(), table: "home".into(), values: model::json_of(&home), submit: false };
        let made = server.service.create_record(call.clone(), create).await.expect("a home").body;
        let id = made["id"].as_i64().expect("an id");
        if let Cell::Number(parent) = &home["parent"] {
            parents.insert(id, i64::try_from(*parent).expect("an id"));
        }
        homes.insert(id, home);
    }
    let ids: Vec<i64> = homes.keys().copied().collect();
    let mut things = Vec::new();
    for number in 0..ROWS {
        if number == ROWS / 2 {
            // From here on rows wait to be taken into the index, and so do changes of those that are in it.
            take_in(server).await;
        }
        let (values, parts) = (model::thing(chance, &ids), model::parts(chance, &ids));
        let mut written = model::json_of(&values);
        written["parts"] = parts.iter().map(|part| model::json_of(&part.values)).collect();
        let create = Create { live: live.clone(), table: "thing".into(), values: written, submit: false };
        let made = server.service.create_record(call.clone(), create).await.expect("a thing").body;
        things.push(Row { id: made["id"].as_i64().expect("an id"), values, parts });
    }
    assert!(things.iter().any(|row| row.values["name"] == Cell::Unset));
    (live, Rows { things, homes, parents })
}
