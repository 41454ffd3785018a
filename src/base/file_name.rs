//! Names of files as they were given by strangers, made fit to be kept, shown and offered for saving.

/// The longest name in characters, its ending included.
pub const LONGEST: usize = 160;
/// The longest ending that is kept when a name is cut.
const LONGEST_ENDING: usize = 12;

/// The name without directories, control characters, marks that turn the direction of writing, and characters that file
/// systems refuse; at most [`LONGEST`] characters, of which the ending stays. `file` where nothing is left.
#[must_use]
pub fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let kept: String =
        last.chars().filter(|c| !is_hidden(*c)).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = kept.trim_matches(['.', ' ']);
    let name = if kept.is_empty() { "file" } else { kept };
    shortened(name)
}

/// The ending in small letters, without its dot; empty where there is none.
#[must_use]
pub fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= LONGEST_ENDING => ending.to_lowercase(),
        _ => String::new(),
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let tail = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= LONGEST_ENDING => format!(".{ending}"),
        _ => String::new(),
    };
    let room = LONGEST - tail.chars().count();
    name.chars().take(room).chain(tail.chars()).collect()
}

/// Characters that show nothing, or that make a name read otherwise than it is.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{61C}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_plain_ones() {
        for (given, kept) in [
            ("合同 2026.pdf", "合同 2026.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\b.txt", "b.txt"),
            ("a\u{0}b\r\nc.txt", "abc.txt"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            ("تقرير.pdf", "تقرير.pdf"),
            ("..", "file"),
            ("", "file"),
            ("   ", "file"),
            (".htaccess", "htaccess"),
            ("a<b>\"c\".txt", "a_b__c_.txt"),
            ("dir/", "dir"),
        ] {
            assert_eq!(clean(given), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = clean(&format!("{}.xlsx", "长".repeat(500)));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("长.xlsx"));
        assert_eq!(clean(&"x".repeat(999)).len(), LONGEST);
    }

    #[test]
    fn endings_are_small() {
        assert_eq!(ending("A.PDF"), "pdf");
        assert_eq!(ending("archive.tar.gz"), "gz");
        assert_eq!(ending("none"), "");
        assert_eq!(ending(".env"), "");
    }
}
