//! Signing in: argon2id, limited per account and address, and as slow for an unknown login as for a wrong password.

use super::{Error, Service};
use crate::{
    base::{id::UserId, time::Timestamp},
    store::{Connection, people, sign_in},
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// Failures within [`WINDOW`] after which an account, or an address, has to wait.
const MOST_PER_ACCOUNT: u64 = 10;
const MOST_PER_ADDRESS: u64 = 100;
/// 15 minutes in milliseconds.
const WINDOW: i64 = 15 * 60 * 1000;
/// Fewer characters are no password.
pub const SHORTEST_PASSWORD: usize = 8;
/// More are no password either: hashing must stay bounded.
const LONGEST_PASSWORD: usize = 256;

/// Hashing is slow on purpose; only so many at a time, so that sign-ins cannot take the machine.
pub(super) struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(2) }
    }
}

/// Who signed in, and the epoch that their session is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    pub user: UserId,
    pub security_epoch: i64,
}

impl Service {
    /// Checks a login and password.
    ///
    /// # Errors
    /// `wrong_credentials` with the tries left, `locked_out` with the time to wait.
    pub async fn sign_in(&self, login: &str, password: &str, address: Option<&str>) -> Result<SignedIn, Error> {
        let now = self.clock.now();
        let account = format!("login:{}", people::fold_login(login));
        let address = address.map(|address| format!("address:{address}"));
        let reader = self.store.reader();
        let since = now.plus(-WINDOW);
        let failures = sign_in::failures_since(&reader, &account, since).await?;
        let from_address = match &address {
            Some(address) => sign_in::failures_since(&reader, address, since).await?,
            None => 0,
        };
        if failures >= MOST_PER_ACCOUNT || from_address >= MOST_PER_ADDRESS {
            let retry_after = u64::try_from(WINDOW / 1000).unwrap_or(900);
            let error = Error::Limited { code: "locked_out".into(), retry_after, params: Default::default() };
            return Err(error.with("minutes", WINDOW / 60_000));
        }
        let user = people::user_by_login(&reader, login).await?;
        let hash = user.as_ref().map_or_else(|| nobody().to_owned(), |user| user.password_hash.clone());
        let fits = self.verify(hash, password.to_owned()).await?;
        match user.filter(|user| fits && user.status == people::ACTIVE) {
            Some(user) => {
                if failures > 0 {
                    self.store
                        .transaction_with(account, |tx, account| {
                            Box::pin(async move { Ok::<_, Error>(sign_in::forget(tx, account).await?) })
                        })
                        .await?;
                }
                Ok(SignedIn { user: UserId(user.id), security_epoch: user.security_epoch })
            }
            None => {
                let mut subjects = vec![account];
                subjects.extend(address);
                self.store
                    .transaction_with(subjects, move |tx, subjects| {
                        Box::pin(async move { Ok::<_, Error>(sign_in::record_failure(tx, subjects, now).await?) })
                    })
                    .await?;
                let left = MOST_PER_ACCOUNT.saturating_sub(failures + 1);
                Err(Error::unauthenticated("wrong_credentials").with("left", left).with("minutes", WINDOW / 60_000))
            }
        }
    }

    /// Whether a password fits a hash that is no person's, with the same limits on trying as signing in.
    ///
    /// # Errors
    /// `locked_out` with the time to wait.
    pub(super) async fn try_password(
        &self,
        account: &str,
        hash: String,
        password: &str,
        address: Option<&str>,
    ) -> Result<bool, Error> {
        let now = self.clock.now();
        let subject = format!("{account}:{}", address.unwrap_or_default());
        let failures = sign_in::failures_since(&self.store.reader(), &subject, now.plus(-WINDOW)).await?;
        if failures >= MOST_PER_ACCOUNT {
            let retry_after = u64::try_from(WINDOW / 1000).unwrap_or(900);
            let error = Error::Limited { code: "locked_out".into(), retry_after, params: Default::default() };
            return Err(error.with("minutes", WINDOW / 60_000));
        }
        let fits = self.verify(hash, password.to_owned()).await?;
        if !fits {
            self.store
                .transaction_with(vec![subject], move |tx, subjects| {
                    Box::pin(async move { Ok::<_, Error>(sign_in::record_failure(tx, subjects, now).await?) })
                })
                .await?;
        }
        Ok(fits)
    }

    /// A hash to store.
    ///
    /// # Errors
    /// `password_short`, `too_long`.
    pub async fn hash_password(&self, password: &str) -> Result<String, Error> {
        check_password(password)?;
        let password = password.to_owned();
        self.hash_unchecked(password).await
    }

    /// A hash of a password whose length is not judged: the demo's.
    ///
    /// # Errors
    /// Hashing failed.
    pub async fn hash_unchecked(&self, password: String) -> Result<String, Error> {
        let _turn = self.passwords.turns.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        let hashed = tokio::task::spawn_blocking(move || {
            Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
        });
        let hashed = hashed.await.map_err(|error| Error::internal(error.to_string()))?;
        hashed.map_err(|error| Error::internal(error.to_string()))
    }

    async fn verify(&self, hash: String, password: String) -> Result<bool, Error> {
        if password.chars().count() > LONGEST_PASSWORD {
            return Ok(false);
        }
        let _turn = self.passwords.turns.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        let verified = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        });
        verified.await.map_err(|error| Error::internal(error.to_string()))
    }

    /// Changes a password after proof of the old one; every other session of the person ends.
    ///
    /// # Errors
    /// `wrong_credentials`, `password_short`.
    pub async fn change_password(&self, user: UserId, old: &str, new: &str) -> Result<SignedIn, Error> {
        let reader = self.store.reader();
        let row = people::user(&reader, user).await?.ok_or(Error::NotFound)?;
        if !self.verify(row.password_hash, old.to_owned()).await? {
            return Err(Error::invalid("/old", "wrong_password"));
        }
        let hash = self.hash_password(new).await.map_err(|error| match error {
            Error::Invalid(errors) => Error::Invalid(
                errors
                    .into_iter()
                    .map(|error| crate::base::error::FieldError { path: "/new".into(), ..error })
                    .collect(),
            ),
            other => other,
        })?;
        let now: Timestamp = self.clock.now();
        self.store
            .transaction_with(hash, move |tx, hash| {
                Box::pin(async move {
                    people::set_password(tx, user, hash, now).await?;
                    let row = people::user(tx, user).await?.ok_or(Error::NotFound)?;
                    Ok::<_, Error>(SignedIn { user, security_epoch: row.security_epoch })
                })
            })
            .await
    }

    /// The epoch of a user's sessions, and whether they may sign in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_active(&self, conn: &impl Connection, user: UserId) -> Result<bool, Error> {
        Ok(people::security_state(conn, user).await?.is_some_and(|state| state.active))
    }
}

/// Whether a password may be set.
///
/// # Errors
/// `password_short`, `too_long`, at `/password`.
pub fn check_password(password: &str) -> Result<(), Error> {
    use crate::base::error::FieldError;
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        let error = FieldError::new("/password", "password_short").with("minimum", SHORTEST_PASSWORD);
        return Err(Error::Invalid(vec![error]));
    }
    if length > LONGEST_PASSWORD {
        let error = FieldError::new("/password", "too_long").with("maximum", LONGEST_PASSWORD);
        return Err(Error::Invalid(vec![error]));
    }
    Ok(())
}

/// The hash of nobody's password, so that an unknown login takes as long as a wrong password.
fn nobody() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        Argon2::default().hash_password(b"nobody has this password").map(|hash| hash.to_string()).unwrap_or_default()
    })
}
