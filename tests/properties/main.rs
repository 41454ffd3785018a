//! Properties of the pure core over random input, and of the source itself.

mod architecture;
mod edit;
mod flow;
mod ledger;
mod merge;
