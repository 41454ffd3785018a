//! Keys by which a form that is sent twice is known.

/// A new idempotency key: 32 hexadecimal digits.
pub fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}
