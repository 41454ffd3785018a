//! `formwork init`.

use super::{Failure, open, password_from_stdin};
use crate::{
    config::{Config, Options, ServeOptions},
    service::setup::NewOrganisation,
};
use clap::Args;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The company's name
    #[arg(long)]
    organisation: String,
    /// The main administrator's sign-in name
    #[arg(long)]
    login: String,
    /// The main administrator's name
    #[arg(long)]
    name: String,
    /// Read the main administrator's password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// zh-CN or en
    #[arg(long, default_value = "zh-CN", value_parser = ["zh-CN", "en"])]
    language: String,
    /// The organisation's time zone
    #[arg(long, default_value = "Asia/Shanghai")]
    time_zone: String,
}

pub async fn run(options: &Options, arguments: Arguments) -> Result<(), Failure> {
    let config = Config::load(options, &ServeOptions::default())?;
    let password = password_from_stdin(arguments.password_stdin)?;
    let opened = open::open(&config).await?;
    let new = NewOrganisation {
        organisation: arguments.organisation.clone(),
        locale: arguments.language,
        time_zone: arguments.time_zone,
        login: arguments.login.clone(),
        name: arguments.name,
        password,
    };
    opened.service.set_up(new).await?;
    opened.service.store.close().await;
    println!("{} is set up; {} is its main administrator.", arguments.organisation, arguments.login);
    Ok(())
}
