use super::*;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const ZH: Texts = Texts(Locale::ZhCn);
const EN: Texts = Texts(Locale::En);

fn nobody(_: &str) -> Option<String> {
    None
}

fn titles(key: &str) -> Option<String> {
    let known = [("stock", "库存"), ("available", "可用量"), ("qty", "数量"), ("shelf", "货架")];
    known.iter().find(|(known, _)| *known == key).map(|(_, title)| (*title).to_owned())
}

#[test]
fn names_in_a_finding_are_replaced_by_titles() {
    let message = "members see \"available\" of \"stock\", which is computed from \"qty\", which is hidden from them";
    assert_eq!(ZH.finding(message, &titles), "成员看得到“库存”的“可用量”，而它由他们看不到的“数量”算出");
    assert_eq!(EN.finding(message, &titles), message);
    let suggestion = "hide \"available\" as well, if the one gives the other away";
    assert_eq!(ZH.finding(suggestion, &titles), "如果从一个能推出另一个，请把“可用量”也隐藏");
    assert_eq!(ZH.finding(suggestion, &nobody), "如果从一个能推出另一个，请把“available”也隐藏");
}

#[test]
fn what_has_to_be_written_stays_as_it_is_written() {
    assert_eq!(ZH.finding("did you mean \"qty\"?", &titles), "是不是“qty”？");
    assert_eq!(ZH.finding("there is no field \"qtty\" in table \"stock\"", &titles), "数据表“库存”没有字段“qtty”");
    assert_eq!(ZH.finding("there is no table \"stock\"", &titles), "没有数据表“stock”");
    assert_eq!(
        ZH.finding("the members here are title, qty", &titles),
        "这里可以写：title, qty",
        "members of documents are no fields"
    );
}

#[test]
fn a_finding_within_another_and_lists_of_names_are_told_as_well() {
    assert_eq!(
        ZH.finding("there is no field \"qtty\" (line 1, column 5)", &titles),
        "没有字段“qtty”（第 1 行第 5 列）"
    );
    assert_eq!(
        ZH.finding("\"qty\" of table \"stock\" must be a text or a choice that is not computed", &titles),
        "数据表“库存”的“数量”应为文本或单选，而且不是算出来的"
    );
    assert_eq!(
        ZH.finding("\"x\" is not known when a balance is checked; known are shelf, qty", &titles),
        "校验余额时没有“x”；可用的有：货架、数量"
    );
    assert_eq!(
        ZH.finding("row 3: \"abc\" does not fit \"qty\" (type_decimal)", &titles),
        "第 3 行：“abc”不能填入“数量”（应为数字）"
    );
}

#[test]
fn quoted_parts_may_hold_anything() {
    let message = "there is no table \"stock\" and no other";
    assert_eq!(ZH.finding(message, &titles), message, "the sentence goes on behind the name");
    assert_eq!(
        ZH.finding("\"Of \\\"late\\\" orders\" at views/late#/title has no translation", &nobody),
        "views/late#/title 的“Of \\\"late\\\" orders”还没有译文"
    );
    assert_eq!(ZH.finding("{shelf} is not known when a balance is checked", &nobody), "校验余额时没有“{shelf}”");
}

#[test]
fn what_nobody_translated_stays_as_it_is() {
    for message in ["", "\"", "\"a", "the moon is made of cheese", "库存 is made of \"cheese\""] {
        assert_eq!(ZH.finding(message, &titles), message);
    }
}

#[test]
fn every_translation_uses_the_holes_of_its_pattern() {
    let read: BTreeMap<String, String> = serde_json::from_str(SOURCE).expect("the file is an object of texts");
    for (english, chinese) in &read {
        let pattern = Pattern::new(english, chinese.clone());
        assert!(pattern.length() > 0, "{english} says nothing");
        let holes = pattern.pieces.len() - 1;
        assert!(!pattern.pieces[1..holes.max(1)].iter().any(String::is_empty), "{english} has two holes at once");
        for rest in chinese.split('{').skip(1) {
            let hole = rest.split('}').next().unwrap();
            if let Ok(number) = hole.trim_start_matches('=').parse::<usize>() {
                assert!(number < holes, "{english} has no hole {number}");
            }
        }
    }
}

/// The Rust files below a place, or the place itself, but those of tests.
fn sources(place: &Path, into: &mut Vec<PathBuf>) {
    if place.is_file() {
        let is_test = place.file_stem().is_some_and(|stem| stem == "tests");
        if !is_test && place.extension().is_some_and(|extension| extension == "rs") {
            into.push(place.to_owned());
        }
    } else if place.file_name().is_some_and(|name| name != "tests") {
        for entry in std::fs::read_dir(place).unwrap() {
            sources(&entry.unwrap().path(), into);
        }
    }
}

/// The texts that a source holds as string literals, outside comments and tests, escapes resolved.
fn literals(source: &str) -> Vec<String> {
    let code = source
        .split("#[cfg(test)]")
        .next()
        .unwrap()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.replace("'\"'", "' '"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = Vec::new();
    let mut chars = code.chars();
    while chars.any(|c| c == '"') {
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('n') => text.push('\n'),
                    // The line goes on where the next one begins.
                    Some('\n') => {
                        let indented = chars.as_str();
                        chars = indented.trim_start().chars();
                    }
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                c => text.push(c),
            }
        }
        found.push(text);
    }
    found
}

/// A message as a format string makes it, with `x` in every place.
fn example(format: &str) -> String {
    let (open, close) = ('\u{1}', '\u{2}');
    let format = format.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut pieces = format.split('{');
    let mut made = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        made.push('x');
        made.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    made.replace(open, "{").replace(close, "}")
}

/// A sentence, not a key, a path or a word.
fn is_sentence(text: &str) -> bool {
    let words = text.split(' ').filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()));
    words.count() >= 2 && !text.contains('\n')
}

/// Where findings are made, and the parts of messages that they are made from.
const MAKERS: &[&str] = &[
    "src/lint",
    "src/definition/app.rs",
    "src/definition/app",
    "src/definition/computed.rs",
    "src/definition/field",
    "src/definition/flow",
    "src/definition/measure.rs",
    "src/definition/package.rs",
    "src/definition/package",
    "src/definition/schema.rs",
    "src/definition/table.rs",
    "src/definition/translation.rs",
    "src/query/aggregate.rs",
    "src/query/bind.rs",
    "src/query/parse.rs",
    "src/query/sort.rs",
    "src/rules/compute.rs",
    "src/rules/names.rs",
    "src/rules/program.rs",
    "src/rules/rewrite.rs",
];

/// Literals of these files that no finding shows.
const OTHERS: &[&str] = &["noopener noreferrer nofollow", " at line ", "no schema at {uri}"];

#[test]
fn every_finding_has_its_chinese() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for place in MAKERS {
        sources(&root.join(place), &mut files);
    }
    let mut missing = BTreeSet::new();
    for path in files {
        for literal in literals(&std::fs::read_to_string(&path).unwrap()) {
            let message = example(&literal);
            // Braces are places in a format string only.
            let told = chinese(&message, &nobody).or_else(|| chinese(&literal, &nobody)).is_some();
            if is_sentence(&literal) && !OTHERS.contains(&literal.as_str()) && !told {
                missing.insert(format!("{message} in {}", path.display()));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn findings_are_told_in_the_agreed_words() {
    let read: BTreeMap<String, String> = serde_json::from_str(SOURCE).unwrap();
    for (tag, words) in crate::i18n::tests::NOT_TO_USE {
        for chinese in read.values().filter(|_| *tag == "zh-CN") {
            assert!(!words.iter().any(|word| chinese.contains(word)), "{chinese}");
            assert!(!chinese.replace("应用模板", "").contains("模板"), "{chinese}");
        }
    }
}
