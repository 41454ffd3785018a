//! Who may do what to which rows and fields: one decision, taken here, for every channel.
//!
//! [`authorize`] answers with a [`Permit`]. `store` takes no app data out or in without one.

mod actor;
mod authorize;
mod permit;

pub use actor::{Actor, TokenScope};
pub use authorize::{Denied, authorize, authorize_person};
pub use permit::{Permit, PermitGrant, RowRights, Visibility};

#[cfg(test)]
mod tests;
