//! A database for one run: a SQLite file on the build's own disk, or a PostgreSQL database.

use formwork::store::Backend;
use sea_orm::ConnectionTrait;
use std::path::PathBuf;

pub struct Database {
    backend: Backend,
    directory: tempfile::TempDir,
    server: Option<(String, String)>,
}

impl Database {
    /// # Panics
    /// It cannot be made.
    pub async fn make(name: &str) -> Self {
        // A directory of the build's own lies on a disk, which a temporary one may not.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let Ok(server) = std::env::var("FORMWORK_BENCH_POSTGRES") else {
            let backend = Backend::Sqlite { path: directory.path().join("formwork.db") };
            return Self { backend, directory, server: None };
        };
        let name = format!("formwork_bench_{name}");
        on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let base = server.rsplit_once('/').map_or(server.as_str(), |(base, _)| base);
        let backend = Backend::Postgres { url: format!("{base}/{name}"), max_connections: 8 };
        Self { backend, directory, server: Some((server, name)) }
    }

    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }

    pub fn files(&self) -> PathBuf {
        self.directory.path().join("files")
    }

    pub async fn remove(self) {
        if let Some((server, name)) = &self.server {
            on_server(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

async fn on_server(server: &str, sql: &str) {
    let connection = sea_orm::Database::connect(server).await.expect("the PostgreSQL server answers");
    connection.execute_unprepared(sql).await.expect("the server lets databases be created and dropped");
    connection.close().await.expect("the connection closes");
}
