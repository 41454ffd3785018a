//! Expressions over records: defaults, formulas, conditions and checks, in rhai, exact and without side effects.
//!
//! A [`Program`] holds the app's shared functions. It compiles one [`Expression`] per rule; an expression knows what it reads
//! ([`References`]) and is evaluated over [`Inputs`], which lend it a record, a line, the user, the settings and the date.
//! [`TableRules`] and [`FormRules`] hold everything a table and a form need, compiled once per version of the app.
//!
//! What differs from plain rhai: numbers are exact (`5 / 2` is `2.5`), comparing or computing with an unset value is an error
//! that names the field, and so is comparing values of different kinds, so that a condition never takes an arm by accident.

mod compute;
mod engine;
mod error;
mod expression;
pub mod faces;
mod form_rules;
mod form_state;
mod functions;
mod inputs;
mod lines_rollup;
mod links;
mod names;
mod operators;
pub mod option_filter;
mod program;
mod rewrite;
mod rmb;
mod template;
mod validate;
mod value;

pub use compute::TableRules;
pub use engine::Limits;
pub use error::{RuleCode, RuleError};
pub use expression::{Expression, References};
pub use form_rules::FormRules;
pub use form_state::{FormState, GridState, ItemState, SectionState, Words};
pub use functions::{FUNCTIONS, Function};
pub use inputs::{Context, Inputs, UserView, Variable};
pub use links::{Links, NoLinks};
pub use names::{FindTable, Hops, Names};
pub use program::Program;
pub use rmb::rmb_upper;
pub use template::fill;
pub use validate::{Mode, validate};

#[cfg(test)]
mod tests;
