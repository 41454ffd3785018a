//! Building an app: its draft, the plan by which the draft becomes the live version, publishing, and what was removed.

mod carry;
pub mod draft;
pub mod edit;
mod measure;
pub mod publish;
pub mod rename;
pub mod trash;
pub mod upgrade;
pub mod versions;

pub use draft::{Drafted, State};
pub use edit::Steps;
pub use measure::{Example, Outcome, PlanStep};
pub use publish::{Checked, Publish, Published};

use super::{Call, Error};

/// Whether somebody may change the definitions of an app: the one place that says so.
///
/// # Errors
/// `administrators_only`.
pub fn may_build(call: &Call, app: &str) -> Result<(), Error> {
    if call.actor.is_main_administrator && call.actor.token_allows("admin", Some(app)) {
        Ok(())
    } else {
        Err(Error::forbidden("administrators_only"))
    }
}
