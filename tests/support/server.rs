//! The whole application on a real listener, over a database of its own, with the sample company and its warehouse app.
//!
//! Setting up is slow (passwords are hashed slowly on purpose), so it is done once per process and database; each server gets
//! a copy, in which everybody is signed in already.

#![allow(dead_code)] // each test binary uses the part it needs

use super::{
    client::Caller,
    database::{TestDatabase, drop_old_templates},
};
use formwork::{
    base::time::{ManualClock, Timestamp},
    service::{Call, LiveApp, Service, bundled, setup::sample_people},
    store::{Store, blobs::Blobs, vault::Vault},
    web::{self, Settings},
};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{OnceCell, oneshot},
    task::JoinHandle,
};

/// When the tests take place: 3 March 2025, 10:00 in Shanghai.
pub const START: Timestamp = Timestamp(1_740_967_200_000);
/// The day of [`START`] in the organisation's zone.
pub const TODAY: &str = "2025-03-03";

/// A running server.
pub struct Server {
    pub service: Service,
    pub clock: Arc<ManualClock>,
    address: SocketAddr,
    cookies: Arc<HashMap<String, String>>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
    database: TestDatabase,
    files: tempfile::TempDir,
}

/// Runs `check` on a server over SQLite, then on one over PostgreSQL, each with the sample company.
pub async fn on_both(check: impl AsyncFn(&Server)) {
    let server = Server::sqlite().await;
    check(&server).await;
    server.close().await;
    if let Some(server) = Server::postgres().await {
        check(&server).await;
        server.close().await;
    }
}

impl Server {
    /// The sample company over SQLite.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<(Vec<u8>, Arc<HashMap<String, String>>)> = OnceCell::const_new();
        let (bytes, cookies) = TEMPLATE
            .get_or_init(|| async {
                let database = TestDatabase::sqlite();
                let (database, cookies) = prepare(database).await;
                let path = database.directory().expect("a directory").join("formwork.db");
                (std::fs::read(path).expect("the database's file"), cookies)
            })
            .await;
        let database = TestDatabase::sqlite();
        let path = database.directory().expect("a directory").join("formwork.db");
        std::fs::write(path, bytes).expect("the copy is written");
        Self::start(database, cookies.clone()).await
    }

    /// The sample company over PostgreSQL, or nothing where that is skipped on purpose.
    pub async fn postgres() -> Option<Self> {
        static TEMPLATE: OnceCell<Option<(String, Arc<HashMap<String, String>>)>> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                drop_old_templates().await;
                let database = TestDatabase::postgres_template().await?;
                let (database, cookies) = prepare(database).await;
                Some((database.keep(), cookies))
            })
            .await;
        let (template, cookies) = template.as_ref()?;
        Some(Self::start(TestDatabase::postgres_from(template).await?, cookies.clone()).await)
    }

    /// A server over an empty database, where nothing is set up.
    pub async fn empty(database: TestDatabase) -> Self {
        Self::start(database, Arc::default()).await
    }

    async fn start(database: TestDatabase, cookies: Arc<HashMap<String, String>>) -> Self {
        let store = Store::open(database.backend()).await.expect("the database opens");
        store.migrate().await.expect("our own tables are made");
        let clock = Arc::new(ManualClock::at(START));
        let files = tempfile::tempdir().expect("a directory for files");
        let service =
            Service::new(store, clock.clone(), Blobs::at(files.path().join("files"))).with_vault(Vault::new([7; 32]));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let router = web::router(service.clone(), Settings { public_url: None, demo_people: Vec::new() });
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(web::serve::serve(listener, router, async {
            let _asked_or_gone = stopped.await;
        }));
        Self { service, clock, address, cookies, stop: Some(stop), serving: Some(serving), database, files }
    }

    /// Where it listens, `http://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn anonymous(&self) -> Caller {
        Caller::anonymous(&self.url())
    }

    /// One of the sample company, signed in.
    pub fn person(&self, login: &str) -> Caller {
        let cookie = self.cookies.get(login).unwrap_or_else(|| panic!("{login} is nobody of the sample company"));
        self.anonymous().with_cookie(cookie)
    }

    /// The keeper of 上海总仓 and 退货仓.
    pub fn keeper(&self) -> Caller {
        self.person("keeper_li")
    }

    /// The keeper of 苏州原料仓 and 退货仓.
    pub fn other_keeper(&self) -> Caller {
        self.person("keeper_wanglei")
    }

    /// The only manager.
    pub fn manager(&self) -> Caller {
        self.person("manager_zhao")
    }

    pub fn staff(&self) -> Caller {
        self.person("staff_wu")
    }

    /// The main administrator.
    pub fn administrator(&self) -> Caller {
        self.person("admin")
    }

    /// A program that acts for somebody within these scopes.
    pub async fn token(&self, login: &str, scopes: &str) -> Caller {
        let reader = self.service.store.reader();
        let user = formwork::store::people::user_by_login(&reader, login).await.expect("read").expect("somebody");
        let user = formwork::base::id::UserId(user.id);
        let token = self.service.create_token(user, "test", scopes, None).await.expect("a token");
        self.anonymous().with_token(&token.secret)
    }

    /// The warehouse app as it is live.
    pub async fn app(&self) -> Arc<LiveApp> {
        let epoch = self.service.epoch().await.expect("the epoch");
        let live = self.service.live.all(&self.service.store.reader(), epoch).await.expect("the live apps");
        live.into_iter().find(|app| app.key() == "wms").expect("the app")
    }

    /// A command of somebody, for what is asked below the web.
    pub async fn call_of(&self, login: &str) -> Call {
        let reader = self.service.store.reader();
        let user = formwork::store::people::user_by_login(&reader, login).await.expect("read").expect("somebody");
        let person = self.service.person(&reader, formwork::base::id::UserId(user.id)).await.expect("read");
        person.expect("active").call(START)
    }

    /// Imports the documents that the sample company starts with.
    pub async fn seed_documents(&self) {
        let call = self.call_of("admin").await;
        self.service.seed_documents(&call, &self.app().await).await.expect("the documents");
    }

    /// Where the contents of uploaded files lie.
    pub fn files_directory(&self) -> std::path::PathBuf {
        self.files.path().join("files")
    }

    /// Everything that the database holds, as one text.
    pub async fn dump(&self) -> String {
        self.database.dump().await
    }

    /// Which database it is over, for messages.
    pub fn is_postgres(&self) -> bool {
        self.service.store.is_postgres()
    }

    /// Ends it, and its database.
    pub async fn close(self) {
        drop(self.stop_keeping().await);
    }

    async fn stop_keeping(mut self) -> TestDatabase {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            // Clients keep their connections open; nobody waits for them.
            serving.abort();
        }
        self.service.store.close().await;
        self.database
    }
}

/// Makes the sample company with its app and signs everybody in; answers the closed database and the cookies by login.
async fn prepare(database: TestDatabase) -> (TestDatabase, Arc<HashMap<String, String>>) {
    let server = Server::empty(database).await;
    let service = &server.service;
    let template = bundled::named("wms").expect("the bundled app");
    let checked = formwork::service::apps::check(&template.documents);
    let sample = checked.app.and_then(|app| app.demo_people).expect("the sample's people");
    let people = sample_people(&sample).expect("the sample reads");
    service.set_up_sample("测试公司", "Asia/Shanghai", &people[0]).await.expect("the organisation");
    service.add_sample_people(&sample, None).await.expect("the people");
    let administrator = service.main_administrator(&service.store.reader()).await.expect("the administrator");
    let imported = service.import_app(&administrator.call(START), template.documents, true).await;
    assert!(imported.is_ok(), "the bundled app is not imported: {:?}", imported.err());
    service.add_sample_people(&sample, Some("wms")).await.expect("the roles");
    let mut cookies = HashMap::new();
    for person in people {
        let caller = server.anonymous();
        caller.sign_in(&person.login, &person.login).await.expect(200);
        cookies.insert(person.login, caller.cookies().expect("a session's cookie"));
    }
    (server.stop_keeping().await, Arc::new(cookies))
}
