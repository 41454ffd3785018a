//! How texts are searched and sorted: stored forms, so that both databases find and order alike.

use pinyin::{ToPinyin, ToPinyinMulti};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Characters that can be read in several ways give at most this many spellings of a text.
const SPELLINGS: usize = 8;
/// Longer texts are spelled in their first characters only; they are searched whole as they are written.
const SPELLED: usize = 200;
/// The characters of a text that decide its order.
const ORDERED: usize = 60;

/// How a search sees text: full-width forms as their plain ones, letters without case.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// What a search looks in: the folded text, and for each way in which its Chinese characters are read the whole of it in
/// pinyin and in initials, a line each. `螺丝 M8` is found by `螺丝`, `luosi`, `ls` and `m8`.
#[must_use]
pub fn search_text(text: &str) -> String {
    let folded = folded(text);
    let mut spellings = vec![(String::new(), String::new())];
    let mut spelled = false;
    for letter in folded.chars().take(SPELLED) {
        let mut readings: Vec<&str> = Vec::new();
        if let Some(multi) = letter.to_pinyin_multi() {
            for reading in multi {
                if !readings.contains(&reading.plain()) {
                    readings.push(reading.plain());
                }
            }
        } else if let Some(reading) = letter.to_pinyin() {
            readings.push(reading.plain());
        }
        if readings.is_empty() {
            for (whole, initials) in &mut spellings {
                whole.push(letter);
                initials.push(letter);
            }
            continue;
        }
        spelled = true;
        if spellings.len() * readings.len() > SPELLINGS {
            readings.truncate(1);
        }
        spellings = spellings
            .iter()
            .flat_map(|(whole, initials)| {
                readings.iter().map(move |reading| {
                    let first = reading.chars().next().map(String::from).unwrap_or_default();
                    (format!("{whole}{reading}"), format!("{initials}{first}"))
                })
            })
            .collect();
    }
    if !spelled {
        return folded;
    }
    let mut lines = vec![folded];
    for (whole, initials) in spellings {
        for line in [whole, initials] {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

/// What a text is sorted by, compared by code point: letters without case before Chinese, Chinese by pinyin and tone; texts
/// that are the same by this order by their own code points.
#[must_use]
pub fn order_key(text: &str) -> String {
    let mut key = String::new();
    for letter in folded(text).chars().take(ORDERED) {
        match letter.to_pinyin() {
            // `~` stands behind every letter and digit; a tone's digit before them, so that `xi an` stands before `xian`.
            Some(reading) => {
                key.push('~');
                key.push_str(reading.with_tone_num_end());
            }
            None => key.push(letter),
        }
    }
    key.push('\u{1}');
    key.extend(text.chars().take(ORDERED));
    key
}

/// The words of a search, folded.
#[must_use]
pub fn words(search: &str) -> Vec<String> {
    folded(search).split_whitespace().take(MOST_WORDS).map(str::to_owned).collect()
}

/// Numbers for the pieces of two and of three characters of a text. A text that holds a word has all pieces of the word; several
/// pieces may share a number, so that what is found by them has to be looked at again.
#[must_use]
pub fn pieces(text: &str) -> BTreeSet<i32> {
    let letters: Vec<char> = text.chars().collect();
    let pieces = [2, 3].into_iter().flat_map(|length| letters.windows(length));
    // Words have no blanks in them.
    pieces.filter(|piece| !piece.iter().any(|letter| letter.is_whitespace())).map(piece_number).collect()
}

/// The pieces by which a folded word is found, in its order; none for a single character.
#[must_use]
pub fn pieces_of_word(word: &str) -> Vec<i32> {
    let letters: Vec<char> = word.chars().collect();
    match letters.len() {
        0 | 1 => Vec::new(),
        length => letters.windows(length.min(3)).map(piece_number).collect(),
    }
}

fn piece_number(piece: &[char]) -> i32 {
    number_of(piece.iter().copied()).cast_signed()
}

/// A number for some characters, the same in every program: FNV-1a of 32 bits (Fowler, Noll, Vo) over their code points.
#[must_use]
pub fn number_of(letters: impl Iterator<Item = char>) -> u32 {
    let bytes = letters.flat_map(|letter| u32::from(letter).to_le_bytes());
    bytes.fold(0x811c_9dc5, |number, byte| (number ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Words of a search that are looked at; further ones narrow nothing.
const MOST_WORDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, search: &str) -> bool {
        let text = search_text(text);
        words(search).iter().all(|word| text.contains(word.as_str()))
    }

    #[test]
    fn chinese_is_found_by_characters_pinyin_and_initials() {
        for search in ["螺丝", "luosi", "ls", "ＬＵＯ", "LuoSi", "m8", "丝 m８", "lsm8"] {
            assert!(finds("螺丝M8×30", search), "{search}");
        }
        assert!(!finds("螺丝", "luomu"));
        // A character that is read in two ways is found by both.
        for search in ["chongqing", "zhongqing", "cq", "zq"] {
            assert!(finds("重庆", search), "{search}");
        }
        assert!(finds("ﾃｽﾄ ①", "テスト 1"));
        assert_eq!(search_text("ABC-1"), "abc-1");
    }

    #[test]
    fn a_text_has_all_pieces_of_the_words_it_holds() {
        let text = search_text("内六角螺丝 M8×30");
        let pieces = pieces(&text);
        for word in ["螺丝", "六角螺丝", "m8", "m8×30", "luosi", "ljls"] {
            let wanted = pieces_of_word(word);
            assert!(!wanted.is_empty() && wanted.iter().all(|piece| pieces.contains(piece)), "{word}");
        }
        assert!(!pieces_of_word("m9").iter().all(|piece| pieces.contains(piece)));
        assert!(pieces_of_word("丝").is_empty());
    }

    #[test]
    fn a_text_of_many_readings_stays_bounded() {
        let long = "重行长".repeat(300);
        assert!(search_text(&long).len() < 40_000);
        assert!(order_key(&long).len() < 1_000);
    }

    #[test]
    fn chinese_is_ordered_by_pinyin_behind_letters() {
        let mut names = ["螺丝", "垫圈", "Zinc", "螺母", "安装", "apple", "1号", "Apple", "洛阳"];
        names.sort_by_key(|name| order_key(name));
        assert_eq!(names, ["1号", "Apple", "apple", "Zinc", "安装", "垫圈", "螺母", "螺丝", "洛阳"]);
    }
}
