//! Sealing values at rest: XChaCha20-Poly1305 under a key that the database never sees.
//!
//! A sealed value reads `v1.KEY.HEX`: the key's name, so that keys can follow one another, then nonce and ciphertext. It is
//! bound to its column and its record; copied elsewhere it does not open.

use super::Error;
use crate::{base::id::RecordId, definition::field::Stored};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

const VERSION: &str = "v1";
const NONCE: usize = 24;

/// The key of the fields that are kept sealed.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    name: String,
}

impl Vault {
    /// A vault with a key of 256 bits.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        let digest = Sha256::digest([b"formwork key name".as_slice(), &key].concat());
        Self { cipher: XChaCha20Poly1305::new(&key.into()), name: hex(&digest[..6]) }
    }

    /// Seals what a column would hold.
    ///
    /// # Errors
    /// The cipher failed, which no input makes it do.
    pub fn seal(&self, stored: &Stored, column: &str, record: RecordId) -> Result<String, Error> {
        let plain = match stored {
            Stored::Null => return Err(Error::other("nothing is not sealed")),
            Stored::Integer(number) => format!("i{number}"),
            Stored::Text(text) => format!("t{text}"),
        };
        let sealed = self.seal_bytes(plain.as_bytes(), &place(column, record))?;
        Ok(format!("{VERSION}.{}.{}", self.name, hex(&sealed)))
    }

    /// Seals bytes for a place: the nonce, then the ciphertext.
    ///
    /// # Errors
    /// The cipher failed, which no input makes it do.
    pub fn seal_bytes(&self, plain: &[u8], place: &str) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::other("a value could not be sealed"))?;
        Ok([&nonce, sealed.as_slice()].concat())
    }

    /// Opens what [`Vault::seal_bytes`] sealed; nothing when it was sealed with another key or for another place.
    #[must_use]
    pub fn open_bytes(&self, sealed: &[u8], place: &str) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        self.cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()
    }

    /// Opens a sealed value; nothing when it was sealed with another key or for another place, or was changed.
    #[must_use]
    pub fn open(&self, sealed: &str, column: &str, record: RecordId) -> Option<Stored> {
        let mut parts = sealed.splitn(3, '.');
        if parts.next() != Some(VERSION) || parts.next() != Some(&self.name) {
            return None;
        }
        let bytes = unhex(parts.next()?)?;
        let plain = String::from_utf8(self.open_bytes(&bytes, &place(column, record))?).ok()?;
        match plain.split_at_checked(1)? {
            ("i", number) => number.parse().ok().map(Stored::Integer),
            ("t", text) => Some(Stored::Text(text.to_owned())),
            _ => None,
        }
    }
}

/// Two vaults are the same when their keys have the same name. The key itself is never shown.
impl PartialEq for Vault {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Vault {}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.name)
    }
}

fn place(column: &str, record: RecordId) -> String {
    format!("{column}/{record}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal digits, two for each.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|n| u8::try_from(n).ok())).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_with_its_key_at_its_place_only() {
        let vault = Vault::new([7; 32]);
        let record = RecordId(3);
        for stored in [Stored::Integer(-42), Stored::Text("机密".into()), Stored::Text(String::new())] {
            let sealed = vault.seal(&stored, "f1", record).unwrap();
            assert_eq!(vault.open(&sealed, "f1", record), Some(stored.clone()));
            assert!(!sealed.contains("机密"));
            assert_ne!(sealed, vault.seal(&stored, "f1", record).unwrap(), "a nonce comes once");
            assert_eq!(vault.open(&sealed, "f2", record), None);
            assert_eq!(vault.open(&sealed, "f1", RecordId(4)), None);
            assert_eq!(Vault::new([8; 32]).open(&sealed, "f1", record), None);
            assert_eq!(vault.open(&sealed[..sealed.len() - 2], "f1", record), None);
        }
        assert_eq!(vault.open("plain", "f1", record), None);
    }
}
