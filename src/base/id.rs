//! Identities: one newtype per kind of row, so that a task's number cannot be passed for a record's.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )+};
}

identity! {
    /// A person who can sign in.
    UserId,
    DepartmentId,
    AppId,
    /// A table of an app in the catalogue: stable when its key is renamed.
    TableId,
    /// A column of a catalogued table.
    ColumnId,
    /// A row of an app's table.
    RecordId,
    /// A row of a lines field.
    LineId,
    /// One run of an approval flow.
    CaseId,
    /// One person's part in a step of a case.
    TaskId,
    NoticeId,
    TokenId,
}
