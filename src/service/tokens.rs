//! API tokens: shown once, stored as a hash.

use super::{Call, Error, Service};
use crate::{
    access::TokenScope,
    base::{error::FieldError, id::UserId, time::Timestamp},
    store::tokens,
};
use sha2::{Digest, Sha256};

/// What every token starts with, so that a leaked one is recognised.
const PREFIX: &str = "fw_";

/// A token just made; `secret` is never shown again.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub id: i64,
    pub secret: String,
}

/// The hash under which a token is stored. Its 256 random bits need no slow hash.
#[must_use]
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random text of 256 bits.
#[must_use]
pub fn secret() -> String {
    let bytes: [u8; 32] = rand::random();
    hex(&bytes)
}

impl Service {
    /// Makes a token for a person, by themselves or by the command line.
    ///
    /// # Errors
    /// Scopes that do not exist, an expiry in the past.
    pub async fn create_token(
        &self,
        user: UserId,
        name: &str,
        scopes: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<NewToken, Error> {
        let parsed = TokenScope::parse_all(scopes).map_err(|word| {
            Error::Invalid(vec![
                FieldError::new("/scopes", "option").with("value", word).with("options", TokenScope::VERBS.join(", ")),
            ])
        })?;
        if parsed.is_empty() {
            return Err(Error::invalid("/scopes", "required"));
        }
        if name.trim().is_empty() {
            return Err(Error::invalid("/name", "required"));
        }
        let now = self.clock.now();
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Error::Invalid(vec![FieldError::new("/expires_at", "minimum").with("minimum", now)]));
        }
        let secret = format!("{PREFIX}{}", secret());
        let input = (name.trim().to_owned(), scopes.to_owned(), hash(&secret));
        let id = self
            .store
            .transaction_with(input, move |tx, (name, scopes, hash)| {
                Box::pin(async move {
                    let row = tokens::insert(tx, user, name, hash, scopes, expires_at, now).await?;
                    Ok::<_, Error>(row)
                })
            })
            .await?;
        Ok(NewToken { id: id.id, secret })
    }

    /// Ends one of the person's own tokens.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn revoke_token(&self, call: &Call, id: i64) -> Result<(), Error> {
        let user = call.actor.user;
        let done = self
            .store
            .transaction(move |tx| {
                Box::pin(async move { Ok::<_, Error>(tokens::revoke(tx, user, crate::base::id::TokenId(id)).await?) })
            })
            .await?;
        if done { Ok(()) } else { Err(Error::NotFound) }
    }
}
