//! The apps of `tests/apps`, brought into a running server.

use super::{
    client::{Body, Caller},
    server::Server,
};
use formwork::definition::package::{Documents, Limits};
use reqwest::Method;
use std::path::Path;

/// Imports an app as its administrator, who is answered.
pub async fn import(server: &Server, name: &str) -> Caller {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps").join(name);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
                files.push((name, std::fs::read(path).expect("a file")));
            }
        }
    }
    let package = Documents::from_files(files, &Limits::default()).expect("a package").to_zip().expect("a zip");
    let administrator = server.administrator();
    let body = Body::Bytes("application/zip", package);
    administrator.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    administrator
}
