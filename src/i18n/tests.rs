use super::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn keys(source: &str) -> Vec<&str> {
    source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
        .collect()
}

fn placeholders(source: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut key = "";
    for line in source.lines() {
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            key = line.split(" =").next().unwrap();
        }
        for rest in line.split('$').skip(1) {
            found.insert((
                key.to_owned(),
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect(),
            ));
        }
    }
    found
}

fn files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
}

#[test]
fn both_files_parse_and_have_the_same_keys_and_places() {
    for source in [ZH_CN, EN] {
        if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
            panic!("{errors:?}");
        }
        let all = keys(source);
        let once: BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), once.len(), "a key is given twice");
    }
    let (zh, en): (BTreeSet<_>, BTreeSet<_>) = (keys(ZH_CN).into_iter().collect(), keys(EN).into_iter().collect());
    assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&&str>::new());
    let (zh, en) = (placeholders(ZH_CN), placeholders(EN));
    assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

#[test]
fn every_key_that_is_used_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("templates"), "html", &mut sources);
    let rust = root.join("src");
    if rust.is_dir() {
        files(&rust, "rs", &mut sources);
    }
    let known: BTreeSet<_> = keys(EN).into_iter().collect();
    let mut missing = BTreeSet::new();
    for path in sources {
        let source = std::fs::read_to_string(&path).unwrap();
        for call in ["t.get(\"", "t.with(\"", "t.count(\"", "texts.get(\"", "texts.with(\"", "texts.count(\""] {
            let pieces: Vec<&str> = source.split(call).collect();
            // Only the texts themselves: not `object.get("…")`, whose name merely ends alike.
            let calls = pieces.windows(2).filter(|pair| !pair[0].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            for rest in calls.map(|pair| pair[1]) {
                let key = rest.split('"').next().unwrap();
                if !known.contains(key) {
                    missing.insert(format!("{key} in {}", path.display()));
                }
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn keys_put_together_from_parts_exist() {
    let known: BTreeSet<_> = keys(EN).into_iter().collect();
    let mut made = Vec::new();
    made.extend((1..=12).map(|month| format!("month-{month}")));
    made.extend((1..=7).map(|weekday| format!("weekday-{weekday}")));
    made.extend(["light", "dark", "system"].map(|theme| format!("theme-{theme}")));
    made.extend(["done", "now", "skip", "ahead", "refused"].map(|step| format!("step-{step}")));
    for problem in ["forbidden", "not-found", "conflict", "stale", "internal", "unavailable"] {
        made.extend(["title", "body"].map(|part| format!("problem-{problem}-{part}")));
    }
    made.extend(["approve", "reject", "return", "complete", "transfer"].map(|op| format!("op-{op}")));
    made.extend(["draft", "in-approval", "approved", "rejected", "revoked"].map(|state| format!("state-{state}")));
    let missing: Vec<_> = made.iter().filter(|key| !known.contains(key.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

/// The labels that `docs` fixes: one Chinese and one English word each.
const WORDS: &[(&str, &str, &str)] = &[
    ("word-app", "应用", "App"),
    ("word-draft", "草稿", "Draft"),
    ("word-published", "已发布", "Published"),
    ("word-template", "应用模板", "Template"),
    ("word-record", "记录", "Record"),
    ("word-lines", "明细", "Lines"),
    ("word-flow", "审批流程", "Approval flow"),
    ("word-case", "审批单", "Case"),
    ("word-node", "节点", "Step"),
    ("word-task", "待办", "Task"),
    ("word-ledger", "台账", "Ledger"),
    ("word-move", "流水", "Move"),
    ("word-balance", "余额", "Balance"),
    ("word-reserved", "占用", "Reserved"),
    ("word-role", "角色", "Role"),
    ("word-permission", "授权", "Permission"),
    ("word-data-range", "数据范围", "Data range"),
    ("word-main-administrator", "主管理员", "Main administrator"),
    ("word-administrator", "子管理员", "Administrator"),
    ("op-transfer", "转交", "Reassign"),
];

/// Words that mean one of the above and may not stand on a page, in Chinese and in English.
pub(super) const NOT_TO_USE: &[(&str, &[&str])] = &[
    ("zh-CN", &["工单", "待办事项", "超级管理员", "流程实例", "子表", "您", "！", "点击", "程序模板"]),
    ("en", &["workflow", "sub-table", "super admin", "to-do item", "!", "please ", "Please", "click", "Click"]),
];

#[test]
fn labels_are_the_agreed_words() {
    for (key, zh, en) in WORDS {
        assert_eq!(Texts(Locale::ZhCn).get(key), *zh, "{key}");
        assert_eq!(Texts(Locale::En).get(key), *en, "{key}");
    }
    for (tag, words) in NOT_TO_USE {
        let source = if *tag == "en" { EN } else { ZH_CN };
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            for word in *words {
                assert!(!line.contains(word), "{tag}: {word} in {line}");
            }
        }
    }
}

#[test]
fn the_products_name_is_never_translated() {
    for locale in Locale::ALL {
        assert_eq!(Texts(locale).get("product"), "Formwork");
    }
    // The one label with the word is that of an app's template.
    for line in ZH_CN.lines().filter(|line| line.contains("模板")) {
        assert!(!line.replace("应用模板", "").contains("模板"), "{line}");
    }
}

#[test]
fn every_error_code_of_the_api_has_a_message() {
    let codes = [
        "invalid",
        "unknown_field",
        "unset_value",
        "unique",
        "required",
        "minimum",
        "exclusive_minimum",
        "maximum",
        "exclusive_maximum",
        "too_long",
        "too_short",
        "too_precise",
        "type",
        "type_integer",
        "type_decimal",
        "type_boolean",
        "type_date",
        "type_time",
        "type_datetime",
        "type_text",
        "type_link",
        "type_list",
        "format",
        "pattern",
        "choice",
        "min_items",
        "max_items",
        "link_not_found",
        "not_editable",
        "hidden",
        "stale",
        "in_approval",
        "in_use",
        "already_decided",
        "forbidden",
        "not_found",
        "idempotency_mismatch",
        "storage_full",
        "rate_limited",
        "unauthenticated",
        "wrong_credentials",
        "locked_out",
        "malformed",
        "too_large",
        "comment_required",
        "weak_password",
        "passwords_differ",
        "wrong_password",
        "rule_failed",
        "no_approver",
        "open_case",
        "not_withdrawable",
        "closed_period",
        "internal",
        "unavailable",
        "login_taken",
        "unknown_parameter",
        "number_range",
        "foreign_line",
        "bad_cursor",
        "foreign_origin",
    ];
    for locale in Locale::ALL {
        for code in codes {
            assert!(Texts(locale).error(code, &[]).is_some(), "{code} in {}", locale.as_str());
        }
        assert_eq!(Texts(locale).error("LEAVE_SHORT", &[]), None);
    }
}

#[test]
fn texts_take_values() {
    let (zh, en) = (Texts(Locale::ZhCn), Texts(Locale::En));
    assert_eq!(zh.count("form-error-count", 2), "2 处需要修改");
    assert_eq!(en.count("form-error-count", 1), "1 thing to correct");
    assert_eq!(en.count("form-error-count", 2), "2 things to correct");
    assert_eq!(zh.get("no-such-key"), "no-such-key");
    assert_eq!(zh.with("error-maximum", &[("maximum", Arg::Text("1,000"))]), "不能大于 1,000，请改小");
}

#[test]
fn the_browser_chooses_the_language() {
    assert_eq!(Locale::from_accept_language("en-GB,en;q=0.9,zh;q=0.8"), Locale::En);
    assert_eq!(Locale::from_accept_language("en;q=0.3, zh-TW;q=0.8"), Locale::ZhCn);
    assert_eq!(Locale::from_accept_language("fr"), Locale::ZhCn);
    assert_eq!(Locale::from_accept_language("en;q=0"), Locale::ZhCn);
    assert_eq!(Locale::from_accept_language(""), Locale::ZhCn);
}
