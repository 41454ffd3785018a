//! A server over a database of its own with so many entries.

use crate::{connection::Connection, shop};
use formwork::{
    access::Permit,
    base::{
        id::UserId,
        time::SystemClock,
        value::{Document, Value},
    },
    definition::{package::Documents, role::Action},
    service::{
        LiveApp, Service,
        jobs::Stop,
        setup::{AddPerson, NewOrganisation},
    },
    store::{
        Backend, Error, Store,
        blobs::Blobs,
        records::{self, NewRecord},
    },
    web::{self, Settings},
};
use serde_json::json;
use std::{net::SocketAddr, path::Path, sync::Arc, time::Instant};
use tokio::net::TcpListener;

/// Entries of one transaction while filling.
const BATCH: u64 = 5_000;
/// The first of this many days; entries lie on them at random.
const FIRST_DAY: &str = "2023-01-01";
pub const DAYS: u64 = 1_000;

pub struct Company {
    pub service: Service,
    address: SocketAddr,
    /// A token of the main administrator.
    pub root: String,
    /// A token of a clerk, who sees half of the entries.
    pub clerk: String,
}

impl Company {
    /// # Panics
    /// It does not start.
    pub async fn start(backend: Backend, files: &Path, entries: u64) -> Self {
        let store = Store::open(backend).await.expect("the database opens");
        store.migrate().await.expect("our own tables are made");
        let service = Service::new(store, Arc::new(SystemClock), Blobs::at(files.to_owned()));
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
        let documents: Documents = shop::documents();
        let imported = service.import_app(&call, documents, false).await;
        assert!(imported.is_ok(), "{:?}", imported.err());
        let person = AddPerson {
            login: "clerk".into(),
            name: "Clerk".into(),
            password: "long enough".into(),
            position: None,
            roles: vec![("shop".into(), "clerk".into())],
        };
        let user = service.add_person(&call, person).await.expect("the clerk");
        let token = async |user| service.create_token(user, "bench", "read write", None).await.expect("a token").secret;
        let (root, clerk) = (token(administrator.actor.user).await, token(user).await);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let router = web::router(service.clone(), Settings { public_url: None, demo_people: Vec::new() });
        tokio::spawn(web::serve::serve(listener, router, std::future::pending()));
        let company = Self { service, address, root, clerk };
        let mut connection = company.connect().await;
        for number in 0..shop::CATEGORIES {
            let keepers = if number < shop::CATEGORIES / 2 { vec![user.0] } else { Vec::new() };
            let body = json!({"values": {"name": format!("Category {number}"), "keepers": keepers}});
            connection.post(&company.root, "/api/v1/apps/shop/tables/category/records", &body).await;
        }
        company.fill(entries).await;
        company
    }

    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    pub async fn live(&self) -> Arc<LiveApp> {
        let epoch = self.service.epoch().await.expect("the epoch");
        let live = self.service.live.all(&self.service.store.reader(), epoch).await.expect("the live apps");
        live.into_iter().find(|app| app.key() == "shop").expect("the app")
    }

    /// Entries by the same way as an import's, without its checks.
    async fn fill(&self, entries: u64) {
        let (started, live) = (Instant::now(), self.live().await);
        let owner = self.service.main_administrator(&self.service.store.reader()).await.expect("somebody").actor.user;
        let mut first = 0;
        while first < entries {
            let last = (first + BATCH).min(entries);
            let documents: Vec<Document> = (first..last).map(document).collect();
            let (live, now) = (live.clone(), self.service.clock.now());
            let work = self.service.store.transaction_with(documents, move |tx, documents| {
                let live = live.clone();
                Box::pin(async move {
                    let permit = Permit::as_app("shop", "entry", Action::Create);
                    let news: Vec<NewRecord<'_>> = documents.iter().map(|one| new(one, owner, now)).collect();
                    records::insert_many(tx, &live.schema, &permit, &news).await?;
                    Ok::<_, Error>(())
                })
            });
            work.await.expect("the entries are written");
            first = last;
        }
        self.service.index_for_search(&Stop::default()).await.expect("the rows can be searched");
        eprintln!("{entries} entries in {:.1} s", started.elapsed().as_secs_f64());
    }
}

fn new(document: &Document, owner: UserId, now: formwork::base::time::Timestamp) -> NewRecord<'_> {
    NewRecord { document, state: None, owner: Some(owner), department: None, by: Some(owner), now }
}

/// Some figure of an entry, the same in every run.
pub fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

fn document(number: u64) -> Document {
    let words = ["Stainless hinge", "Brass screw", "Oak board", "Cable, grey", "Door handle", "Paint, white"];
    let chance = mixed(number);
    let integer = |value: u64| Value::Integer(i64::try_from(value).unwrap_or_default());
    let word = words[usize::try_from(chance % 6).unwrap_or_default()];
    let day: jiff::civil::Date = FIRST_DAY.parse().expect("a day");
    let day = day.checked_add(jiff::Span::new().days(i64::try_from(chance / 7 % DAYS).unwrap_or_default()));
    let decimal =
        |units: u64, scale| Value::Decimal(rust_decimal::Decimal::new(i64::try_from(units).unwrap_or(0), scale));
    let mut document = Document::default();
    for (key, value) in [
        ("code", Value::Text(format!("C-{number:07}"))),
        ("name", Value::Text(format!("{word} {}", chance % 9_973))),
        ("note", Value::Text("Delivered with the second lorry; two boxes were opened.".to_owned())),
        ("category", integer(1 + chance / 11 % shop::CATEGORIES)),
        ("status", Value::Text(["open", "closed", "held"][usize::try_from(chance / 5 % 3).unwrap_or(0)].to_owned())),
        ("qty", decimal(chance % 1_000_000, 3)),
        ("price", decimal(chance % 50_000, 2)),
        ("count", integer(chance % 1_000)),
        ("active", Value::Bool(chance.is_multiple_of(2))),
        ("day", Value::Date(day.expect("a day"))),
        ("opened", Value::Instant(formwork::base::time::Timestamp(1_740_967_200_000))),
        ("email", Value::Text("someone@example.com".to_owned())),
    ] {
        document.values.insert(key.to_owned(), value);
    }
    document
}
