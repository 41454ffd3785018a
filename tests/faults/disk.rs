//! A disk that is full: told with what to do, nothing that was acknowledged is lost, and over as soon as there is room again.
//!
//! The disk is a small one in memory that the program alone sees. Where whoever runs the tests may not mount one, as in some
//! containers, the test says so and leaves it at that.

use crate::{
    client::{Answer, Body, Caller},
    kill,
    program::{Serving, command},
    stock::ITEM,
};
use reqwest::Method;
use serde_json::json;
use std::{path::Path, process::Command};

/// How to become somebody who may mount.
fn leave() -> Option<Vec<&'static str>> {
    [vec!["--mount"], vec!["--mount", "--user", "--map-root-user"]].into_iter().find(|how| {
        let tried = Command::new("unshare").args(how).args(["mount", "-t", "tmpfs", "none", "/mnt"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// The program over a copy of `data` on a disk of so many MiB, of which three are taken by a file `ballast`.
fn serve_on(how: &[&str], directory: &Path, size: u32) -> Serving {
    let script = "mount -t tmpfs -o size=\"$1\"m none disk && cp -a data disk/data && chmod 700 disk/data && \
                  head -c 3145728 /dev/zero > disk/ballast && shift && exec \"$@\"";
    let program = command(directory, &[]);
    let mut shell = Command::new("unshare");
    shell.args(how).args(["sh", "-c", script, "sh", &size.to_string()]).arg(program.get_program());
    shell.args(["serve", "--data", "disk/data", "--listen", "127.0.0.1:0"]).current_dir(directory);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Serving::start(shell)
}

async fn upload(caller: &Caller, number: u64) -> Answer {
    let content: Vec<u8> = (0..1_048_576_u64).map(|byte| (byte.wrapping_mul(number + 7) >> 3) as u8).collect();
    let body = Body::Bytes("application/octet-stream", content);
    caller.send(Method::POST, &format!("/api/v1/files?name=f{number}.bin"), &[], body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_by_uploads_saves_and_forms() {
    let Some(how) = leave() else {
        println!("left out: nobody may mount a disk here");
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let token = kill::set_up(directory.path()).administrator;
    std::fs::create_dir(directory.path().join("disk")).expect("a folder");
    let serving = serve_on(&how, directory.path(), 24);
    let caller = Caller::anonymous(&serving.url).with_token(&token).reading("en");
    let mut stored = Vec::new();
    let refused = loop {
        let answer = upload(&caller, stored.len() as u64).await;
        if answer.status != 201 {
            break answer;
        }
        stored.push(answer.id());
        assert!(stored.len() < 64, "the disk is never full");
    };
    refused.refused(507, "storage_full");

    // The database goes on until there is no room for it either.
    let remark = "x".repeat(80);
    let mut codes = Vec::new();
    let refused = loop {
        let code = format!("D-{}", codes.len());
        let values = json!({"code": code, "name": remark, "uom": {"key": "pcs"}, "std_cost": "1"});
        let answer = caller.post(ITEM, json!({"values": values})).await;
        if answer.status != 201 {
            break answer;
        }
        codes.push(code);
        assert!(codes.len() < 20_000, "the disk is never full");
    };
    refused.refused(507, "storage_full");
    let typed = [("code", "TYPED-1"), ("name", "typed by hand"), ("std_cost", "12.5"), ("_do", "save")];
    let form = serde_urlencoded::to_string(typed).expect("pairs");
    let uom = caller.list("/api/v1/apps/wms/tables/uom/records", &[("limit", "1")]).await.items()[0]["id"].clone();
    let with_uom = format!("{form}&uom={uom}");
    let send = async || {
        let body = Body::Bytes("application/x-www-form-urlencoded", with_uom.clone().into_bytes());
        caller.send(Method::POST, "/apps/wms/item/new", &[], body).await
    };
    let shown = send().await;
    assert_eq!(shown.status, 507, "{}", shown.text());
    for text in ["TYPED-1", "typed by hand", "12.5"] {
        assert!(shown.text().contains(text), "“{text}” is lost: {}", shown.text());
    }

    // Reading goes on, and what was acknowledged is there.
    let filter = json!({"field": "code", "op": "starts", "value": "D-"}).to_string();
    let counted = caller.list(ITEM, &[("filter", &filter), ("count", "true"), ("limit", "1")]).await.expect(200);
    assert_eq!(counted["count"], codes.len());
    for id in &stored {
        assert_eq!(caller.get(&format!("/api/v1/files/{id}")).await.expect(200).bytes.len(), 1_048_576);
    }
    let disk = Path::new("/proc").join(serving.id().to_string()).join("root");
    let disk = disk.join(directory.path().join("disk").strip_prefix("/").expect("an absolute path"));
    let left: Vec<_> = std::fs::read_dir(disk.join("data/files/incoming")).expect("a folder").collect();
    assert!(left.is_empty(), "what was received in part is gone: {left:?}");

    // With room, everything goes on without a restart.
    std::fs::remove_file(disk.join("ballast")).expect("the ballast is dropped");
    upload(&caller, 1_000).await.expect(201);
    assert_eq!(send().await.status, 303);
    serving.kill();
}
