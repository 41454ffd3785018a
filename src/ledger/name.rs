//! The name under which a ledger posts once.

use crate::base::id::{RecordId, TableId};
use std::fmt;

/// A line of a document in one phase of one ledger. The store keeps it unique, so that a retry posts nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostName {
    pub table: TableId,
    pub record: RecordId,
    /// The line's id, 0 for the whole document.
    pub line: i64,
    /// The ledger's key.
    pub ledger: String,
    /// Empty where the step names none.
    pub phase: String,
}

/// No phase of a definition can end so: keys have no colon.
const REVERSAL: &str = ":reverse";

impl PostName {
    /// The name of the post that takes this one back.
    #[must_use]
    pub fn reversal(&self) -> Self {
        Self { phase: format!("{}{REVERSAL}", self.phase), ..self.clone() }
    }

    #[must_use]
    pub fn is_reversal(&self) -> bool {
        self.phase.ends_with(REVERSAL)
    }
}

impl fmt::Display for PostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, record, line, ledger, phase } = self;
        write!(f, "{ledger}/{phase} of record {table}/{record}, line {line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reversal_has_a_name_of_its_own() {
        let name =
            PostName { table: TableId(1), record: RecordId(2), line: 3, ledger: "goods".into(), phase: "in".into() };
        assert!(!name.is_reversal());
        assert!(name.reversal().is_reversal());
        assert_ne!(name, name.reversal());
        assert_eq!(name.to_string(), "goods/in of record 1/2, line 3");
    }
}
