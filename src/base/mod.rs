//! What every other module may use: identities, time, values, field errors. Nothing here knows a definition.

pub mod decimal;
pub mod error;
pub mod file_name;
pub mod id;
pub mod key;
pub mod time;
pub mod value;
