//! Keys name things inside definitions: short, lower case, made by the designer and hidden from people.

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
    fn the_nearest_spelling_is_offered_only_when_near() {
        assert_eq!(nearest("tabel", ["table", "title"]), Some("table"));
        assert_eq!(nearest("xyz", ["table", "title"]), None);
    }
}
