//! The core of approval flows: a pure function from (flow, case, request, answers) to what is still needed or what has happened.
//!
//! The core knows neither time nor people nor data. Where it must ask, it returns a [`need::Need`]; the shell answers inside its transaction
//! and calls [`step::step`] again with all answers so far, which runs the same way up to there and goes on. What has happened is a list of
//! log entries; the case changes only by [`replay::apply`] of such an entry, so that replaying the log gives the rows by construction.

mod advance;
pub mod command;
pub mod event;
mod guard;
pub mod need;
mod people;
pub mod refusal;
pub mod replay;
pub mod state;
pub mod step;
pub mod tally;
pub mod view;

#[cfg(test)]
mod tests;
