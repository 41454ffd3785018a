//! Properties of the pure core over random input, and of the source itself.

mod architecture;
mod automation;
mod edit;
mod flow;
mod ledger;
mod merge;
mod schema_words;
