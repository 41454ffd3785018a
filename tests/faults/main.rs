//! What must not be lost, doubled or left behind: the store under load, the program killed, the command line misused.

#[path = "../support/client.rs"]
mod client;
#[path = "../support/database.rs"]
mod database;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/stock.rs"]
mod stock;

mod cli;
mod disk;
mod kill;
mod memory;
mod outbox;
mod packages;
mod publish;
mod store;
mod stored;
