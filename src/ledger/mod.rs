//! The arithmetic of ledgers: what is posted in, moves and balances out. Pure: who stores and locks them is of no concern here.
//!
//! A post runs in steps, because its measures may depend on balances and its checks are expressions:
//!
//! 1. [`keys::all_keys`] of every line: the balances to lock, in this order.
//! 2. [`post::Posting::new`] with those balances; [`post::Posting::release`] of the document's own holds.
//! 3. For each line in order: evaluate its measures with [`post::Posting::balance_for`] bound, then [`post::Posting::add`]
//!    (or [`post::Posting::reserve`], or [`post::Posting::add_reversal`]).
//! 4. [`post::Posting::finish`] gives the [`check::CheckToRun`]s; answer each, then [`post::Pending::judge`] hands out the moves
//!    and balances to store, or every violation.

pub mod balance;
pub mod check;
pub mod error;
mod exact;
pub mod hold;
pub mod keys;
pub mod name;
pub mod post;
pub mod reverse;
pub mod valuation;
pub mod verify;

#[cfg(test)]
mod tests;
