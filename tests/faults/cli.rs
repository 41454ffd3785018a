//! The command line: exit code 0 when done, 1 when it failed, 2 when it was misused, and a sentence that helps.

use crate::{
    client::{Body, Caller},
    program::{Ended, Serving, command, run},
};
use reqwest::Method;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn say(directory: &Path, arguments: &[&str]) -> Ended {
    run(command(directory, arguments), "")
}

/// An app's folder that one may change, in `directory/wms`.
fn app_folder(directory: &Path) -> PathBuf {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).expect("a copy");
            }
        }
    }
    let to = directory.join("wms");
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/app-templates/wms")), &to);
    to
}

/// Makes a company in `directory/data` whose main administrator is `root`.
fn set_up(directory: &Path) {
    let arguments =
        ["init", "--data", "data", "--organisation", "K", "--login", "root", "--name", "Root", "--password-stdin"];
    run(command(directory, &arguments), "long enough\n").expect(0);
}

#[test]
fn help_and_version_are_told() {
    let directory = directory();
    let help = say(directory.path(), &["--help"]).expect(0).stdout;
    for word in ["serve", "demo", "init", "app", "user", "token", "--data", "--database"] {
        assert!(help.contains(word), "{word}: {help}");
    }
    for arguments in [
        &["serve", "--help"][..],
        &["demo", "--help"],
        &["init", "--help"],
        &["app", "check", "--help"],
        &["app", "pack", "--help"],
        &["app", "import", "--help"],
        &["user", "add", "--help"],
        &["token", "create", "--help"],
    ] {
        assert!(say(directory.path(), arguments).expect(0).stdout.contains("Usage"), "{arguments:?}");
    }
    assert!(say(directory.path(), &["--version"]).expect(0).stdout.contains(env!("CARGO_PKG_VERSION")));
    assert_eq!(fs::read_dir(directory.path()).expect("a folder").count(), 0, "asking leaves nothing behind");
}

#[test]
fn misuse_ends_with_two_and_says_what_to_do() {
    let directory = directory();
    let at = directory.path();
    fs::write(at.join("wrong.toml"), "lisen = \"127.0.0.1:1\"\n").expect("written");
    fs::write(at.join("broken.toml"), "listen = \n").expect("written");
    for (arguments, words) in [
        (&["dance"][..], "dance"),
        (&["serve", "--lisen", "127.0.0.1:0"], "--lisen"),
        (&["serve", "--listen", "nowhere"], "nowhere"),
        (&["serve", "--listen", "0.0.0.0:0"], "TLS proxy"),
        (&["demo", "--listen", "0.0.0.0:0"], "127.0.0.1"),
        (&["serve", "--database", "mysql://host/name"], "postgres://"),
        (&["serve", "--public-url", "forms"], "https://"),
        (&["serve", "--config", "none.toml"], "none.toml"),
        (&["serve", "--config", "wrong.toml"], "lisen"),
        (&["serve", "--config", "broken.toml"], "broken.toml"),
        (&["init", "--organisation", "K", "--login", "root"], "--name"),
        (&["init", "--organisation", "K", "--login", "root", "--name", "R"], "--password-stdin"),
        (
            &["init", "--organisation", "K", "--login", "root", "--name", "R", "--password-stdin", "--language", "fr"],
            "zh-CN",
        ),
        (&["app"], "check"),
        (&["app", "check"], "PATH"),
        (&["app", "shine", "wms"], "shine"),
        (&["user", "add", "--login", "a"], "--name"),
        (&["user", "add", "--login", "a", "--name", "b"], "--password-stdin"),
        (&["user", "add", "--login", "a", "--name", "b", "--password-stdin", "--role", "wms"], "app:role"),
        (&["token", "create", "--user", "root"], "--scopes"),
        (&["token", "create", "--user", "root", "--scopes", "read", "--expires-at", "soon"], "soon"),
    ] {
        let ended = say(at, arguments).expect(2);
        assert!(ended.stderr.contains(words), "{arguments:?} says: {}", ended.stderr);
        assert!(
            ended.stderr.contains("--help") || ended.stderr.contains("Usage"),
            "{arguments:?} says: {}",
            ended.stderr
        );
        assert!(ended.stdout.is_empty(), "{arguments:?}: {}", ended.stdout);
        assert!(!at.join("formwork-data").exists(), "{arguments:?} left a data directory behind");
    }
}

#[test]
fn what_does_not_work_ends_with_one_and_says_why() {
    let directory = directory();
    let at = directory.path();
    let before =
        say(at, &["app", "import", "--data", "data", concat!(env!("CARGO_MANIFEST_DIR"), "/app-templates/wms")]);
    assert!(!before.expect(1).stderr.is_empty(), "nothing is set up yet");
    set_up(at);
    fs::write(at.join("file"), "").expect("written");
    for (arguments, input, words) in [
        (
            &["init", "--data", "data", "--organisation", "K", "--login", "two", "--name", "Two", "--password-stdin"][..],
            "long enough\n",
            "set up already",
        ),
        (
            &["user", "add", "--data", "data", "--login", "root", "--name", "b", "--password-stdin"],
            "long enough\n",
            "login",
        ),
        (
            &["user", "add", "--data", "data", "--login", "new", "--name", "b", "--password-stdin"],
            "short\n",
            "password",
        ),
        (
            &["user", "add", "--data", "data", "--login", "new", "--name", "b", "--password-stdin", "--role", "none:x"],
            "long enough\n",
            "none",
        ),
        (&["token", "create", "--data", "data", "--user", "nobody", "--scopes", "read"], "", "nobody"),
        (&["app", "check", "nowhere"], "", "nowhere"),
        (&["app", "pack", "nowhere"], "", "nowhere"),
        (&["app", "import", "--data", "data", "file"], "", "zip"),
        (
            &[
                "init",
                "--data",
                "file/data",
                "--organisation",
                "K",
                "--login",
                "root",
                "--name",
                "R",
                "--password-stdin",
            ],
            "long enough\n",
            "file/data",
        ),
    ] {
        let ended = run(command(at, arguments), input).expect(1);
        assert!(ended.stderr.to_lowercase().contains(words), "{arguments:?} says: {}", ended.stderr);
        assert!(
            !ended.stderr.contains("panicked") && !ended.stderr.contains("{ "),
            "{arguments:?} says: {}",
            ended.stderr
        );
    }
    let scopes = ["token", "create", "--data", "data", "--user", "root", "--scopes", "fly"];
    assert!(say(at, &scopes).expect(2).stderr.contains("fly"));
}

#[tokio::test]
async fn one_process_at_a_time_uses_a_data_directory() {
    let directory = directory();
    let at = directory.path();
    set_up(at);
    let serving = Serving::start(command(at, &["serve", "--data", "data", "--listen", "127.0.0.1:0"]));
    for arguments in [
        &["serve", "--data", "data", "--listen", "127.0.0.1:0"][..],
        &["token", "create", "--data", "data", "--user", "root", "--scopes", "read"],
    ] {
        let ended = say(at, arguments).expect(1);
        assert!(ended.stderr.contains("another formwork uses") && ended.stderr.contains("data"), "{}", ended.stderr);
    }
    let caller = Caller::anonymous(&serving.url);
    caller.get("/healthz").await.expect(200);
    // An address that is taken is told with a way out.
    let address = serving.url.trim_start_matches("http://").to_owned();
    let ended = say(at, &["serve", "--data", "other", "--listen", &address]).expect(1);
    assert!(ended.stderr.contains("--listen"), "{}", ended.stderr);
    assert_eq!(serving.stop(), Some(0), "a request to stop is done, not a failure");
    say(at, &["token", "create", "--data", "data", "--user", "root", "--scopes", "read"]).expect(0);
}

#[tokio::test]
async fn flags_win_over_environment_over_file_over_defaults() {
    let directory = directory();
    let at = directory.path();
    fs::write(at.join("settings.toml"), "data = \"of-file\"\nlisten = \"127.0.0.1:0\"\n").expect("written");
    let uses = |arguments: &[&str], variables: &[(&str, &str)], wanted: &str| {
        let mut command = command(at, arguments);
        command.envs(variables.iter().copied());
        let serving = Serving::start(command);
        let made: Vec<String> = ["of-file", "of-env", "of-flag", "formwork-data"]
            .into_iter()
            .filter(|name| at.join(name).join("formwork.db").exists())
            .map(str::to_owned)
            .collect();
        assert_eq!(made, [wanted], "{arguments:?} {variables:?}");
        serving.kill();
        fs::remove_dir_all(at.join(wanted)).expect("removed");
    };
    uses(&["serve", "--config", "settings.toml"], &[], "of-file");
    uses(&["--config", "settings.toml"], &[], "of-file");
    uses(&[], &[("FORMWORK_CONFIG", "settings.toml")], "of-file");
    uses(&["serve", "--config", "settings.toml"], &[("FORMWORK_DATA", "of-env")], "of-env");
    let flag = ["serve", "--config", "settings.toml", "--data", "of-flag"];
    uses(&flag, &[("FORMWORK_DATA", "of-env")], "of-flag");
    uses(&["--data", "of-flag", "serve"], &[("FORMWORK_LISTEN", "127.0.0.1:0")], "of-flag");
    uses(&["serve", "--listen", "127.0.0.1:0"], &[], "formwork-data");
}

#[test]
fn a_data_directory_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory();
    set_up(directory.path());
    let mode = fs::metadata(directory.path().join("data")).expect("the directory").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn check_names_file_path_and_remedy() {
    let directory = directory();
    let at = directory.path();
    let folder = app_folder(at);
    let sound = say(at, &["app", "check", "wms"]).expect(0);
    assert!(sound.stdout.contains("0 errors"), "{}", sound.stdout);

    let table = folder.join("tables/outbound.json");
    let text = fs::read_to_string(&table).expect("the table");
    fs::write(&table, text.replacen("sum(lines, \\\"qty\\\")", "sum(lines, \\\"qyt\\\")", 1)).expect("written");
    let ended = say(at, &["app", "check", "wms"]).expect(1);
    for words in ["tables/outbound.json", "/properties/total_qty", "qyt", "qty"] {
        assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    }
    let json: serde_json::Value =
        serde_json::from_str(&say(at, &["app", "check", "wms", "--json"]).expect(1).stdout).expect("one line of JSON");
    assert_eq!(json["errors"], 1, "{json}");
    let finding = &json["findings"][0];
    assert_eq!(finding["file"], "tables/outbound.json");
    assert!(finding["suggestion"].as_str().is_some_and(|text| text.contains("qty")), "{finding}");

    // What cannot be published is neither packed nor imported.
    assert!(say(at, &["app", "pack", "wms"]).expect(1).stderr.contains("qyt"));
    assert!(
        !fs::read_dir(at).expect("a folder").any(|entry| entry
            .expect("an entry")
            .path()
            .extension()
            .is_some_and(|e| e == "fwapp"))
    );
    set_up(at);
    assert!(say(at, &["app", "import", "--data", "data", "wms"]).expect(1).stderr.contains("qyt"));
}

#[tokio::test]
async fn what_was_packed_is_imported_by_command_and_by_api() {
    let directory = directory();
    let at = directory.path();
    app_folder(at);
    let packed = say(at, &["app", "pack", "wms", "--output", "my.fwapp"]).expect(0);
    assert!(packed.stdout.contains("my.fwapp"), "{}", packed.stdout);
    let first = fs::read(at.join("my.fwapp")).expect("the package");
    say(at, &["app", "pack", "wms", "--output", "again.fwapp"]).expect(0);
    assert_eq!(fs::read(at.join("again.fwapp")).expect("the package"), first, "packing twice gives the same bytes");
    say(at, &["app", "check", "my.fwapp"]).expect(0);

    set_up(at);
    let said = say(at, &["app", "import", "--data", "data", "--samples", "--json", "my.fwapp"]).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&said).expect("one line of JSON");
    assert_eq!(json["app"], "wms");
    assert!(json["rows"].as_u64().is_some_and(|rows| rows > 20), "{json}");
    let again = say(at, &["app", "import", "--data", "data", "my.fwapp"]).expect(1);
    assert!(again.stderr.contains("wms"), "{}", again.stderr);

    let input = "long enough\n";
    let arguments =
        ["init", "--data", "second", "--organisation", "K", "--login", "root", "--name", "R", "--password-stdin"];
    run(command(at, &arguments), input).expect(0);
    let serving = Serving::start(command(at, &["serve", "--data", "second", "--listen", "127.0.0.1:0"]));
    let caller = Caller::anonymous(&serving.url);
    caller.sign_in("root", "long enough").await.expect(200);
    let body = Body::Bytes("application/zip", first);
    caller.send(Method::POST, "/api/v1/apps/import", &[], body).await.expect(201);
    assert_eq!(caller.get("/api/v1/apps").await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn the_demo_says_where_it_is_and_leaves_nothing_behind() {
    let directory = directory();
    let at = directory.path();
    let temporary = at.join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    let mut demo = command(at, &["demo", "--listen", "127.0.0.1:0"]);
    demo.env("TMPDIR", &temporary);
    let serving = Serving::start(demo);
    let caller = Caller::anonymous(&serving.url);
    caller.sign_in("keeper_li", "keeper_li").await.expect(200);
    let stock = caller.get(crate::stock::BALANCE).await.expect(200);
    assert!(!stock.items().is_empty());
    drop(caller);
    assert_eq!(serving.stop(), Some(0));
    assert_eq!(fs::read_dir(&temporary).expect("a folder").count(), 0, "the temporary data is removed");
}
