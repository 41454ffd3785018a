//! `phone`: a telephone number as people write it.

use super::text::{Textual, check_format};

pub const PHONE: Textual = Textual::line(|field, value| check_format(field, value, "phone", is_phone));

/// 5 to 20 digits, with the separators people use.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=20).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-()#".contains(c))
}
