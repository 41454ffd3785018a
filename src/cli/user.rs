//! `formwork user`.

use super::{Failure, open, password_from_stdin};
use crate::{
    config::{Config, Options, ServeOptions},
    service::setup::AddPerson,
};
use clap::{Args, Subcommand};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a person
    Add(Add),
}

#[derive(Debug, Args)]
pub struct Add {
    /// Sign-in name
    #[arg(long)]
    login: String,
    /// Name
    #[arg(long)]
    name: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// A role in an app, such as shop:clerk; may be said again
    #[arg(long = "role", value_name = "APP:ROLE")]
    roles: Vec<String>,
    /// Position, such as Team lead
    #[arg(long)]
    position: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(options: &Options, command: Command) -> Result<(), Failure> {
    let Command::Add(add) = command;
    let config = Config::load(options, &ServeOptions::default())?;
    let mut roles = Vec::new();
    for text in &add.roles {
        let parts = text.split_once(':').filter(|(app, role)| !app.is_empty() && !role.is_empty());
        let (app, role) = parts.ok_or_else(|| Failure::Misuse(format!("\"{text}\" is not of the form app:role")))?;
        roles.push((app.to_owned(), role.to_owned()));
    }
    let password = password_from_stdin(add.password_stdin)?;
    let opened = open::open(&config).await?;
    let service = &opened.service;
    let administrator = service.main_administrator(&service.store.reader()).await?;
    let new = AddPerson { login: add.login.clone(), name: add.name, password, position: add.position, roles };
    let user = service.add_person(&administrator.call(service.clock.now()), new).await?;
    service.store.close().await;
    if add.json {
        println!("{}", json!({"id": user.0, "login": add.login}));
    } else {
        println!("{} may sign in now.", add.login);
    }
    Ok(())
}
