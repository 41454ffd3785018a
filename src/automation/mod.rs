//! Automations, as far as they can be decided without touching anything: which of them a write sets off, when those of the calendar are
//! due, and which might set each other off for ever.

pub mod due;
pub mod offset;
pub mod cycle;
pub mod set_off;

/// How deep automations may set each other off.
pub const DEEPEST: usize = 8;
/// How many runs one write of a person may cause.
pub const MOST_RUNS: usize = 100;
/// How far back a moment that nobody was there for is caught up with: a day in milliseconds.
pub const CATCH_UP: i64 = 24 * 60 * 60 * 1000;
/// The most moments of one schedule that are caught up with; the newest count.
pub const MOST_MOMENTS: usize = 10;
/// The most records that one look at the calendar runs an automation for.
pub const MOST_RECORDS: usize = 20_000;
