//! `formwork token`.

use super::{Failure, open};
use crate::{
    base::{id::UserId, time::Timestamp},
    config::{Config, Options, ServeOptions},
    service::Error,
    store::people,
};
use clap::{Args, Subcommand};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an API token for a person; it is shown once
    Create(Create),
}

#[derive(Debug, Args)]
pub struct Create {
    /// The person's sign-in name
    #[arg(long)]
    user: String,
    /// Among read, write, approve and admin, separated by blanks or commas; each may be limited to an app: read:shop
    #[arg(long)]
    scopes: String,
    /// What the token is for
    #[arg(long, default_value = "command line")]
    name: String,
    /// RFC 3339; never, where nothing is said
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(options: &Options, command: Command) -> Result<(), Failure> {
    let Command::Create(create) = command;
    let config = Config::load(options, &ServeOptions::default())?;
    let expires_at = match &create.expires_at {
        None => None,
        Some(text) => Some(
            Timestamp::parse_rfc3339(text)
                .ok_or_else(|| Failure::Misuse(format!("\"{text}\" is no time such as 2027-01-31T00:00:00Z")))?,
        ),
    };
    let opened = open::open(&config).await?;
    let service = &opened.service;
    let user = people::user_by_login(&service.store.reader(), &create.user).await?;
    let user =
        user.ok_or_else(|| Failure::Failed(format!("there is nobody with the sign-in name \"{}\"", create.user)))?;
    let made =
        service.create_token(UserId(user.id), &create.name, &create.scopes, expires_at).await.map_err(|error| {
            match error {
                Error::Invalid(_) => Failure::Misuse(super::describe(&error)),
                other => other.into(),
            }
        })?;
    service.store.close().await;
    if create.json {
        println!("{}", json!({"id": made.id, "token": made.secret}));
    } else {
        println!("{}", made.secret);
    }
    Ok(())
}
