//! What must not be lost, doubled or left behind: the store under load, the program killed, the command line misused.

#[path = "../support/client.rs"]
mod client;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/stock.rs"]
mod stock;

mod cli;
mod kill;
mod store;
