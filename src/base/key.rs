//! Keys name things inside definitions: short, lower case, made by the designer and hidden from people.

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

/// The longest key.
pub const LONGEST: usize = 40;

/// Whether `text` matches `^[a-z][a-z0-9_]{0,39}$`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && text.len() <= LONGEST
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Names that mean something in an expression, so that nothing can be called so.
const TAKEN: [&str; 44] = [
    "and", "as", "async", "await", "break", "call", "case", "const", "continue", "curry", "debug", "default", "do",
    "each", "else", "eval", "exit", "export", "false", "fn", "for", "global", "go", "goto", "if", "import", "in",
    "is_set", "let", "line", "loop", "new", "null", "print", "private", "public", "record", "return", "switch", "this",
    "true", "user", "var", "while",
];

/// A key for something with this title: Chinese in pinyin, a syllable a word; `fallback` where the title has no letter. No key
/// is in `taken`, which the answer is not in either.
#[must_use]
pub fn made_of(title: &str, fallback: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for letter in title.nfkc().flat_map(char::to_lowercase) {
        match letter.to_pinyin() {
            Some(reading) => {
                let plain = reading.plain().replace('ü', "v");
                words.push(plain.chars().filter(char::is_ascii_lowercase).collect());
                open = false;
            }
            None if letter.is_ascii_alphanumeric() => match words.last_mut() {
                Some(word) if open => word.push(letter),
                _ => {
                    words.push(letter.to_string());
                    open = true;
                }
            },
            None => open = false,
        }
    }
    let mut key = String::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        // Room is left for a number behind it.
        let room = LONGEST - 4;
        if key.is_empty() {
            let starts = word.starts_with(|first: char| first.is_ascii_lowercase());
            key = if starts { word.clone() } else { format!("{fallback}_{word}") };
            key.truncate(room);
        } else if key.len() + 1 + word.len() <= room {
            key.push('_');
            key.push_str(word);
        } else {
            break;
        }
    }
    if key.is_empty() {
        key = fallback.to_owned();
    }
    let free = |key: &str| !TAKEN.contains(&key) && !taken(key);
    if free(&key) {
        return key;
    }
    (2_u32..).map(|number| format!("{key}_{number}")).find(|key| free(key)).unwrap_or(key)
}

/// The candidate nearest in spelling, when one is near enough to have been meant.
#[must_use]
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(wrong, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(wrong.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_lower_case_names() {
        assert!(is_key("order_2"));
        for bad in ["", "2a", "Order", "a-b", "a b", "_a", &"a".repeat(41)] {
            assert!(!is_key(bad), "{bad}");
        }
    }

    #[test]
    fn keys_are_made_of_titles() {
        let none = |_: &str| false;
        for (title, key) in [
            ("设备点检", "she_bei_dian_jian"),
            ("Order date", "order_date"),
            ("数量（KG）", "shu_liang_kg"),
            ("2号仓", "field_2_hao_cang"),
            ("😀", "field"),
            ("", "field"),
            ("绿色", "lv_se"),
            ("New", "new_2"),
            ("ＡＢＣ１", "abc1"),
        ] {
            assert_eq!(made_of(title, "field", &none), key, "{title}");
        }
        let taken = |key: &str| matches!(key, "ming_cheng" | "ming_cheng_2");
        assert_eq!(made_of("名称", "field", &taken), "ming_cheng_3");
        for title in ["很".repeat(60), "a".repeat(90), format!("{} 一", "x".repeat(36))] {
            let key = made_of(&title, "field", &none);
            assert!(is_key(&key), "{key}");
        }
    }

    #[test]
    fn the_nearest_spelling_is_offered_only_when_near() {
        assert_eq!(nearest("tabel", ["table", "title"]), Some("table"));
        assert_eq!(nearest("xyz", ["table", "title"]), None);
    }
}
