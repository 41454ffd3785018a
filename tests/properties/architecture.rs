//! The architecture, checked on the source itself: one direction of dependency, a core that is pure, SQL and HTTP each in
//! their one place, no name of a template's table, no panic waiting to happen, no room that grew into a house.
//!
//! `ARCHITECTURE.md` says why; the tables here say what.

mod source;

use source::{SourceFile, lines_with_word, modules_named, read_all};
use std::path::Path;

/// The modules in the order in which they may know each other: each may use those before it.
const ORDER: [&str; 20] = [
    "base",
    "definition",
    "query",
    "rules",
    "report",
    "access",
    "ledger",
    "flow",
    "automation",
    "lint",
    "store",
    "i18n",
    "document",
    "spreadsheet",
    "outward",
    "service",
    "web",
    "jobs",
    "config",
    "cli",
];

/// Modules that may use fewer than all before them.
const ONLY: [(&str, &[&str]); 6] = [
    ("i18n", &["base"]),
    ("document", &["base"]),
    ("spreadsheet", &["base", "definition", "document"]),
    ("outward", &["base"]),
    (
        "jobs",
        &[
            "base",
            "definition",
            "query",
            "rules",
            "report",
            "access",
            "ledger",
            "flow",
            "automation",
            "lint",
            "store",
            "i18n",
            "document",
            "service",
        ],
    ),
    ("config", &["base", "outward"]),
];

/// Modules that decide and touch nothing.
const PURE: [&str; 11] =
    ["base", "definition", "query", "rules", "report", "access", "ledger", "flow", "automation", "lint", "spreadsheet"];

/// What a pure module may not name: the world, and the libraries that reach it.
const WORLD: [&str; 20] = [
    "tokio",
    "futures",
    "sea_orm",
    "sea_query",
    "sea_orm_migration",
    "sqlx",
    "axum",
    "hyper",
    "tower",
    "tower_http",
    "rand",
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
];

const SQL: [&str; 4] = ["sea_orm", "sea_query", "sea_orm_migration", "sqlx"];
const HTTP: [&str; 7] = ["axum", "axum_core", "axum_extra", "hyper", "hyper_util", "tower", "tower_http"];

/// What never ships.
const NEVER: [&str; 5] = ["unsafe", "todo!", "unimplemented!", "dbg!", ".unwrap()"];

/// Exceptions: file, word, reason. One that no longer excepts anything fails as well.
const ALLOWED: [(&str, &str, &str); 3] = [
    (
        "src/base/time.rs",
        "Timestamp::now",
        "the machine's clock, behind the trait `Clock`: the one place that reads it",
    ),
    ("src/rules/engine.rs", "std::time::Instant", "the deadline of an evaluation; no result depends on it"),
    ("src/rules/engine.rs", "Instant::now", "the deadline of an evaluation; no result depends on it"),
];

/// Words of the bundled template that are as well words of everyday English, so that an example may use them.
const EVERYDAY: [&str; 4] = ["item", "customer", "supplier", "uom"];

const LONGEST_FILE: usize = 500;

/// Something that stands where it should not.
#[derive(Debug, PartialEq)]
struct Violation {
    place: String,
    what: String,
}

fn violation(file: &SourceFile, line: usize, what: impl Into<String>) -> Violation {
    Violation { place: format!("{}:{line}", file.path), what: what.into() }
}

fn may_use(user: &str, used: &str) -> bool {
    if user.is_empty() || user == used {
        return true;
    }
    if let Some((_, only)) = ONLY.iter().find(|(module, _)| *module == user) {
        return only.contains(&used);
    }
    let rank = |name: &str| ORDER.iter().position(|module| *module == name);
    matches!((rank(user), rank(used)), (Some(user), Some(used)) if used < user)
}

fn wrong_ways(files: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        let top = file.top();
        if !top.is_empty() && !ORDER.contains(&top) {
            found.push(violation(file, 1, format!("module `{top}` has no place in the order of this test")));
            continue;
        }
        for (used, line) in modules_named(&file.code(), &file.module()) {
            if ORDER.contains(&used.as_str()) && !may_use(top, &used) {
                found.push(violation(file, line, format!("`{top}` uses `{used}`, against the one direction")));
            }
        }
    }
    found
}

/// Words in files where they may not stand, less the exceptions.
fn words_out_of_place(files: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        let (code, top) = (file.code(), file.top());
        let code = spelled_out(&code);
        let mut forbidden: Vec<(&str, &str)> = NEVER.iter().map(|word| (*word, "never in what ships")).collect();
        if PURE.contains(&top) {
            forbidden.extend(WORLD.iter().map(|word| (*word, "the pure core touches nothing")));
        }
        if !matches!(top, "store") {
            forbidden.extend(SQL.iter().map(|word| (*word, "SQL lives in `store` only")));
        }
        if !matches!(top, "web" | "outward" | "cli" | "") {
            forbidden.extend(HTTP.iter().map(|word| (*word, "HTTP lives in `web`, and the way out in `outward`")));
        }
        forbidden.sort_unstable();
        forbidden.dedup_by_key(|(word, _)| *word);
        for (word, why) in forbidden {
            if ALLOWED.iter().any(|(path, allowed, _)| *path == file.path && *allowed == word) {
                continue;
            }
            found.extend(
                occurrences(&code, word).into_iter().map(|line| violation(file, line, format!("`{word}`: {why}"))),
            );
        }
    }
    found
}

/// `std::time::{Duration, Instant}` as `std::time::Instant`, so that one spelling is enough to look for. Only the groups
/// of `std` are spelled out, each at the end of its line, so that line numbers stay.
fn spelled_out(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("use std::") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find(';') else { break };
        let statement = &rest[..end];
        out.push_str(statement);
        if statement.contains('{') {
            out.extend(
                flattened("", &statement["use ".len()..].split_whitespace().collect::<String>())
                    .iter()
                    .map(|path| format!(" {path}")),
            );
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The paths of a use tree without spaces: `a::{b, c::{d}}` is `a::b`, `a::c::d`.
fn flattened(before: &str, tree: &str) -> Vec<String> {
    let Some((head, group)) = tree.split_once('{') else {
        return vec![format!("{before}{tree}")];
    };
    let inside = group.strip_suffix('}').unwrap_or(group);
    let mut depth = 0_i32;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    });
    parts.filter(|part| !part.is_empty()).flat_map(|part| flattened(&format!("{before}{head}"), part)).collect()
}

fn occurrences(code: &str, word: &str) -> Vec<usize> {
    if word.starts_with('.') {
        let lines = code.lines().enumerate().filter(|(_, line)| line.contains(word));
        return lines.map(|(index, _)| index + 1).collect();
    }
    lines_with_word(code, word)
}

fn too_long(files: &[SourceFile]) -> Vec<Violation> {
    let long = files.iter().map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LONGEST_FILE);
    long.map(|(file, lines)| violation(file, lines, format!("more than {LONGEST_FILE} lines: more than one subject")))
        .collect()
}

fn table_names(files: &[SourceFile], tables: &[String]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        for table in tables.iter().filter(|table| !EVERYDAY.contains(&table.as_str())) {
            found.extend(
                lines_with_word(&file.text, table)
                    .into_iter()
                    .map(|line| violation(file, line, format!("`{table}` is a table of the bundled template"))),
            );
        }
    }
    found
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source() -> Vec<SourceFile> {
    read_all(project(), "src", &["rs"])
}

fn assert_none(found: &[Violation]) {
    let lines: Vec<String> = found.iter().map(|it| format!("  {}  {}", it.place, it.what)).collect();
    assert!(found.is_empty(), "{} out of place:\n{}", found.len(), lines.join("\n"));
}

#[test]
fn dependencies_run_one_way() {
    assert_none(&wrong_ways(&source()));
}

#[test]
fn the_order_is_the_one_of_the_library() {
    let library = source().into_iter().find(|file| file.path == "src/lib.rs").expect("src/lib.rs exists");
    let code = library.code();
    let listed: Vec<&str> = code
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod "))
        .map(|rest| rest.trim_end_matches(';').trim())
        .collect();
    let expected: Vec<&str> = ORDER.iter().copied().filter(|module| listed.contains(module)).collect();
    assert_eq!(listed, expected, "src/lib.rs lists its modules in another order than the dependencies run");
}

#[test]
fn every_word_is_in_its_place() {
    assert_none(&words_out_of_place(&source()));
}

#[test]
fn every_exception_is_still_needed() {
    let files = source();
    for (path, word, reason) in ALLOWED {
        let file = files.iter().find(|file| file.path == path);
        let used = file.is_some_and(|file| !occurrences(&spelled_out(&file.code()), word).is_empty());
        assert!(used, "{path} names `{word}` no more ({reason}): take the exception out");
    }
}

#[test]
fn a_file_is_one_room() {
    assert_none(&too_long(&source()));
}

#[test]
fn the_program_knows_no_table_of_the_template() {
    let tables: Vec<String> = read_all(project(), "app-templates/wms/tables", &["json"])
        .iter()
        .filter_map(|file| Path::new(&file.path).file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    assert!(tables.len() > EVERYDAY.len(), "the bundled template has tables");
    let mut files = source();
    files.extend(read_all(project(), "templates", &["html"]));
    files.extend(read_all(project(), "static/js", &["js"]));
    assert_none(&table_names(&files, &tables));
}

/// Paths in backticks, looked for from the project's root and from `src`.
#[test]
fn the_documents_name_files_that_exist() {
    let endings = [".rs", ".json", ".ftl", ".html", ".mjs", ".toml", "/"];
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "README.zh-CN.md", "docs/builder.md"] {
        let text =
            std::fs::read_to_string(project().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"));
        for (index, line) in text.lines().enumerate() {
            let named = line.split('`').skip(1).step_by(2).filter(|word| {
                word.contains('/')
                    && endings.iter().any(|ending| word.ends_with(ending))
                    && !word.starts_with('/')
                    && !word.contains(|c: char| c.is_whitespace() || c.is_ascii_uppercase() || "*…{:".contains(c))
            });
            for word in named {
                let there =
                    ["", "src", "app-templates/wms"].iter().any(|base| project().join(base).join(word).exists());
                if !there {
                    missing.push(format!("{document}:{} `{word}`", index + 1));
                }
            }
        }
    }
    assert!(missing.is_empty(), "named, but not there:\n  {}", missing.join("\n  "));
}

mod the_check_itself {
    use super::{source::without_literals, source::without_tests, *};

    fn file(path: &str, text: &str) -> Vec<SourceFile> {
        vec![SourceFile::new(path, text)]
    }

    fn places(found: &[Violation]) -> Vec<&str> {
        found.iter().map(|it| it.place.as_str()).collect()
    }

    #[test]
    fn finds_a_dependency_against_the_direction() {
        let direct = file("src/flow/step.rs", "use crate::base::id::TaskId;\nuse crate::store::Store;\n");
        assert_eq!(places(&wrong_ways(&direct)), ["src/flow/step.rs:2"]);
        let grouped =
            file("src/query/parse.rs", "use crate::{\n    base::value::Value,\n    flow::{State, step},\n};\n");
        assert_eq!(places(&wrong_ways(&grouped)), ["src/query/parse.rs:1"]);
        let by_super =
            file("src/query/parse/words.rs", "use super::super::super::web::Page;\nuse super::super::filter;\n");
        assert_eq!(places(&wrong_ways(&by_super)), ["src/query/parse/words.rs:1"]);
        let by_path = file("src/base/id.rs", "fn f() -> crate::service::Error { g() }\n");
        assert_eq!(places(&wrong_ways(&by_path)), ["src/base/id.rs:1"]);
    }

    #[test]
    fn lets_pass_what_runs_the_right_way() {
        let service = "use crate::{access::Permit, store::{Store, Tx}};\nuse super::Context;\n// use crate::web;\n";
        assert!(wrong_ways(&file("src/service/save.rs", service)).is_empty());
        let tested = "#[cfg(test)]\nmod tests {\n    use crate::web::Page;\n    fn f() { {} }\n}\n";
        assert!(wrong_ways(&file("src/base/id.rs", tested)).is_empty());
        assert!(wrong_ways(&file("src/base/tests.rs", "use crate::web::Page;\n")).is_empty());
    }

    #[test]
    fn asks_for_a_place_for_every_module() {
        assert_eq!(places(&wrong_ways(&file("src/extras/mod.rs", ""))), ["src/extras/mod.rs:1"]);
    }

    #[test]
    fn finds_words_out_of_place() {
        let clock = "use std::{\n    fmt,\n    time::{Duration, Instant},\n};\n";
        assert_eq!(words_out_of_place(&file("src/ledger/post.rs", clock)).len(), 1);
        assert!(words_out_of_place(&file("src/service/post.rs", clock)).is_empty());
        assert!(words_out_of_place(&file("src/base/value.rs", "enum Value { Instant(Timestamp) }\n")).is_empty());
        assert_eq!(
            places(&words_out_of_place(&file("src/web/a.rs", "use axum::Router;\nuse sqlx::Row;\n"))),
            ["src/web/a.rs:2"]
        );
        assert_eq!(
            places(&words_out_of_place(&file("src/store/a.rs", "use sqlx::Row;\nuse axum::Router;\n"))),
            ["src/store/a.rs:2"]
        );
        assert_eq!(
            places(&words_out_of_place(&file("src/cli/a.rs", "\nfn f() { g().unwrap(); }\n"))),
            ["src/cli/a.rs:2"]
        );
        assert!(words_out_of_place(&file("src/cli/a.rs", "fn f() { g().unwrap_or(1); /* .unwrap() */ }\n")).is_empty());
    }

    #[test]
    fn finds_names_of_tables_in_comments_too() {
        let tables = ["shelf_plan".to_owned(), "item".to_owned()];
        let text = "// like shelf_plan does\nfn shelf_plans() {}\nlet item = 1;\n";
        assert_eq!(places(&table_names(&file("src/cli/a.rs", text), &tables)), ["src/cli/a.rs:1"]);
    }

    #[test]
    fn finds_long_files() {
        assert!(too_long(&file("src/cli/a.rs", &"\n".repeat(500))).is_empty());
        assert_eq!(places(&too_long(&file("src/cli/a.rs", &"\n".repeat(501)))), ["src/cli/a.rs:501"]);
    }

    #[test]
    fn blanks_out_comments_and_literals() {
        let text = "a /* b /* c */ d */ e \"f \\\" g\" r#\"h \" i\"# 'j' '\\'' b\"k\" <'l> r#type // m\nn";
        let left: Vec<String> = without_literals(text).split_whitespace().map(str::to_owned).collect();
        assert_eq!(left, ["a", "e", "<'l>", "r#type", "n"]);
        assert_eq!(without_literals("\"a\n b\"\nc").lines().count(), 3);
    }

    #[test]
    fn blanks_out_tests() {
        let left =
            without_tests("#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\nmod b { fn c() { {} } }\nfn d() {}\n");
        assert_eq!(left.split_whitespace().collect::<Vec<_>>().join(" "), "fn a() {} fn d() {}");
    }
}
