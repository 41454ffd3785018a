//! Keys by which a form that is sent twice is known.

use crate::{
    service::Call,
    web::{
        Result,
        body::{FormBody, with_key},
        caller::Caller,
    },
};

/// The name under which a form posts its key.
pub const KEY: &str = "_key";

/// A new idempotency key: 32 hexadecimal digits.
pub fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The caller's command under the key that the form carries. The same key with other values is a mistake, and refused.
///
/// # Errors
/// A key that is too long.
pub fn keyed(caller: &Caller, path: &str, form: &FormBody) -> Result<Call> {
    let values: Vec<&(String, String)> = form.0.iter().filter(|(name, _)| name != KEY).collect();
    let bytes = serde_urlencoded::to_string(values).unwrap_or_default();
    with_key(caller, "POST", path, form.get(KEY), bytes.as_bytes())
}
