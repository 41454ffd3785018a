//! `barcode`: what a scanner reads; one line without control characters.

use super::text::{Textual, check_format};

pub const BARCODE: Textual =
    Textual::line(|field, value| check_format(field, value, "barcode", |text| !text.chars().any(char::is_control)));
