//! `email`: an address that mail can be sent to.

use super::text::{Textual, check_format};

pub const EMAIL: Textual = Textual::line(|field, value| check_format(field, value, "email", is_email));

/// The shape that matters in practice: `local@domain.tld`, no blanks. Whether it exists only a message can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}
