//! `decimal`: an exact number with up to `scale` places (6 unless said).

use super::number::{Exact, plain};

pub const DECIMAL: Exact = Exact { write: plain, show: plain, sign: None };
