//! What can go wrong between a statement and its commit, told apart by what the caller may do about it.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The source of an [`Error::Other`].
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the database. Whatever the variant, nothing of the transaction was stored, except where a connection was
/// lost during the commit itself: then nobody can know, and the caller repeats with the same idempotency key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique rule was broken. `constraint` is the index's name on PostgreSQL. SQLite names an index only when it is over
    /// an expression; for any other, partial ones too, it says the columns: `user.login_folded`, or
    /// `app_version.app_id, app_version.number`.
    #[error("a value that must be unique is there already ({constraint})")]
    Unique { constraint: String },
    /// A row that is referred to does not exist, or a row that is deleted is still referred to.
    #[error("a row that is referred to is missing, or is still referred to")]
    ForeignKey,
    /// A check of the schema refused a value.
    #[error("a check of the schema refused a value")]
    Check,
    /// The row was changed by somebody else since it was read.
    #[error("the row was changed since it was read")]
    Stale,
    /// A figure that is kept of other rows passes what its field can hold.
    #[error("the figure \"{field}\" is larger than its field can hold")]
    TooLarge { field: String },
    /// The database had no time: a lock, a connection or a turn could not be had. Trying again may succeed.
    #[error("the database is busy; try again")]
    Busy,
    /// The disk or quota is full; reading goes on.
    #[error("the disk that holds the database is full")]
    Full,
    /// Anything else; never shown to a client.
    #[error("the database failed: {0}")]
    Other(#[source] Source),
}

impl Error {
    /// An [`Error::Other`] from words.
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other(message.into().into())
    }

    /// Whether a unique rule was broken that this name means, in either database's way of naming it.
    #[must_use]
    pub fn is_unique(&self, names: &[&str]) -> bool {
        matches!(self, Self::Unique { constraint } if names.contains(&constraint.as_str()))
    }

    /// A copy that can be told to several waiting callers; the source of `Other` becomes its text.
    #[must_use]
    pub fn copy(&self) -> Self {
        match self {
            Self::Unique { constraint } => Self::Unique { constraint: constraint.clone() },
            Self::ForeignKey => Self::ForeignKey,
            Self::Check => Self::Check,
            Self::Stale => Self::Stale,
            Self::TooLarge { field } => Self::TooLarge { field: field.clone() },
            Self::Busy => Self::Busy,
            Self::Full => Self::Full,
            Self::Other(source) => Self::other(source.to_string()),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) => Self::Busy,
            DbErr::Conn(RuntimeErr::SqlxError(source))
            | DbErr::Exec(RuntimeErr::SqlxError(source))
            | DbErr::Query(RuntimeErr::SqlxError(source)) => match classify(source) {
                Some(kind) => kind,
                None => Self::Other(Box::new(error)),
            },
            DbErr::RecordNotUpdated => Self::Stale,
            _ => Self::Other(Box::new(error)),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Other(Box::new(error)),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        classify(&error).unwrap_or_else(|| Self::Other(Box::new(error)))
    }
}

fn classify(error: &sqlx::Error) -> Option<Error> {
    match error {
        sqlx::Error::PoolTimedOut => Some(Error::Busy),
        sqlx::Error::Database(database) => {
            let code = database.code()?;
            if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                classify_sqlite(code.parse().ok()?, database.message())
            } else {
                classify_postgres(&code, database.constraint())
            }
        }
        _ => None,
    }
}

fn classify_sqlite(code: i32, message: &str) -> Option<Error> {
    match code {
        // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
        2067 | 1555 | 2579 => Some(Error::Unique { constraint: sqlite_constraint(message) }),
        787 => Some(Error::ForeignKey),
        275 => Some(Error::Check),
        // the low byte is the primary code: BUSY and LOCKED with their extensions, FULL
        _ => match code & 0xff {
            5 | 6 => Some(Error::Busy),
            13 => Some(Error::Full),
            _ => None,
        },
    }
}

/// `UNIQUE constraint failed: user.login_folded` → `user.login_folded`; `… failed: index 'name'` → `name`.
fn sqlite_constraint(message: &str) -> String {
    let rest = message.split_once(": ").map_or(message, |(_, rest)| rest);
    match rest.strip_prefix("index '") {
        Some(name) => name.trim_end_matches('\'').to_owned(),
        None => rest.to_owned(),
    }
}

fn classify_postgres(code: &str, constraint: Option<&str>) -> Option<Error> {
    match code {
        "23505" | "23P01" => Some(Error::Unique { constraint: constraint.unwrap_or_default().to_owned() }),
        "23503" | "23001" => Some(Error::ForeignKey),
        "23514" => Some(Error::Check),
        "53100" => Some(Error::Full),
        // deadlock, serialization, lock timeout; too many connections; starting up or shutting down
        "40001" | "40P01" | "55P03" | "53300" | "57P01" | "57P02" | "57P03" => Some(Error::Busy),
        _ => None,
    }
}

/// Whether running the whole transaction once more can succeed where this statement failed: the database itself chose it as
/// the victim of a deadlock or of a serialization conflict.
pub(super) fn is_retryable(error: &DbErr) -> bool {
    matches!(sqlstate(error).as_deref(), Some("40001" | "40P01"))
}

fn sqlstate(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(source))
        | DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => match &**source {
            sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_tells_an_index_or_its_columns() {
        let check = |message: &str, expected: &str| {
            assert_eq!(sqlite_constraint(message), expected);
        };
        check("UNIQUE constraint failed: user.login_folded", "user.login_folded");
        check("UNIQUE constraint failed: t1.f2, t1.f3", "t1.f2, t1.f3");
        check("UNIQUE constraint failed: index 't1_u7'", "t1_u7");
    }

    #[test]
    fn extended_codes_of_busy_and_full_are_known() {
        assert!(matches!(classify_sqlite(517, ""), Some(Error::Busy)));
        assert!(matches!(classify_sqlite(262, ""), Some(Error::Busy)));
        assert!(matches!(classify_sqlite(13, ""), Some(Error::Full)));
        assert!(classify_sqlite(1, "").is_none());
    }
}
