//! Properties of the pure core over random input, and of the source itself.

mod architecture;
mod flow;
mod ledger;
