//! Counting decisions: one function for every mode, integers only.

use serde::{Deserialize, Serialize};

use crate::definition::flow::{Mode, Pass, RejectRule};

/// How a node's decisions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub pass: Pass,
    pub need: u32,
    pub reject: RejectRule,
}

/// Sums over a node's tasks: of weights in the mode weight, of heads otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub total: u64,
    pub approved: u64,
    pub rejected: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    Pending,
    Passed,
    Rejected,
}

impl Rule {
    /// One approval suffices; for people who stand in for nobody.
    pub const ANY: Self = Self { pass: Pass::Any, need: 0, reject: RejectRule::First };

    pub fn of(mode: &Mode) -> Self {
        Self { pass: mode.pass, need: mode.need.unwrap_or(0), reject: mode.reject }
    }

    /// What one task adds to the counters.
    pub fn share(self, weight: u32) -> u64 {
        match self.pass {
            Pass::Weight => u64::from(weight),
            _ => 1,
        }
    }

    /// The approvals that a pass takes: at least one, and never more than there are, so that unanimous approval always passes.
    pub fn required(self, total: u64) -> u64 {
        let need = u64::from(self.need);
        let wanted = match self.pass {
            Pass::Any => 1,
            Pass::All | Pass::Sequence => total,
            Pass::Percent => (total * need).div_ceil(100),
            Pass::Count | Pass::Weight => need,
        };
        wanted.min(total).max(1)
    }

    /// Where the decision stands.
    pub fn tally(self, counters: Counters) -> Tally {
        let required = self.required(counters.total);
        let out = match self.reject {
            RejectRule::First => counters.rejected > 0,
            RejectRule::Complement => counters.total.saturating_sub(counters.rejected) < required,
        };
        if counters.approved >= required {
            Tally::Passed
        } else if out {
            Tally::Rejected
        } else {
            Tally::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_passes_and_rejects_where_it_should() {
        let check = |pass, need, reject, (total, approved, rejected), expected| {
            let counters = Counters { total, approved, rejected };
            let rule = Rule { pass, need, reject };
            assert_eq!(rule.tally(counters), expected, "{rule:?} {counters:?}");
        };
        use Pass::{All, Any, Count, Percent, Sequence, Weight};
        use RejectRule::{Complement, First};
        use Tally::{Passed, Pending, Rejected};
        check(Any, 0, First, (3, 0, 0), Pending);
        check(Any, 0, First, (3, 1, 0), Passed);
        check(Any, 0, First, (3, 0, 1), Rejected);
        check(Any, 0, Complement, (3, 0, 2), Pending);
        check(Any, 0, Complement, (3, 0, 3), Rejected);
        check(All, 0, First, (2, 1, 0), Pending);
        check(All, 0, First, (2, 2, 0), Passed);
        check(All, 0, Complement, (2, 1, 1), Rejected);
        check(Sequence, 0, First, (2, 1, 0), Pending);
        check(Percent, 60, First, (5, 2, 0), Pending);
        check(Percent, 60, First, (5, 3, 0), Passed);
        check(Percent, 60, Complement, (5, 0, 2), Pending);
        check(Percent, 60, Complement, (5, 0, 3), Rejected);
        check(Percent, 1, First, (3, 1, 0), Passed);
        check(Count, 2, First, (3, 1, 0), Pending);
        check(Count, 2, Complement, (3, 1, 1), Pending);
        check(Count, 2, Complement, (3, 1, 2), Rejected);
        check(Count, 9, First, (2, 2, 0), Passed);
        check(Weight, 50, Complement, (100, 40, 50), Pending);
        check(Weight, 50, Complement, (100, 40, 60), Rejected);
        check(Weight, 50, First, (100, 50, 0), Passed);
    }
}
