//! Forms in which data leaves and enters besides pages and JSON. A leaf: it knows no app and no database.

pub mod barcode;
