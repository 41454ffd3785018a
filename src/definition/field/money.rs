//! `money`: an amount at a fixed scale (2 unless said).

use super::number::{Exact, fixed};

pub const MONEY: Exact = Exact { write: fixed, show: fixed, sign: None };
