//! `percent`: an exact number of hundredths: `"5"` means 5 %.

use super::number::{Exact, plain};

pub const PERCENT: Exact =
    Exact { write: plain, show: |field, share| format!("{} %", plain(field, share)), sign: Some('%') };
