//! The command line: one file per command. Exit code 0 when done, 1 when it failed, 2 when it was misused.

mod app;
mod demo;
mod init;
mod key;
mod open;
mod serve;
mod token;
mod user;

use crate::{
    config::{ConfigError, Options, ServeOptions},
    service::{Error, apps::ImportError},
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Forms, approvals and stock keeping for a company, on its own machine.
#[derive(Debug, Parser)]
#[command(name = "formwork", version, about, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// For a start without a command, which is `serve`.
    #[command(flatten)]
    serve: ServeOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API; what happens when no command is given
    Serve(ServeOptions),
    /// Start a demo company with sample data, on this machine only
    Demo(demo::Arguments),
    /// Make the organisation and its main administrator without a browser
    Init(init::Arguments),
    /// Check, pack and import apps
    #[command(subcommand)]
    App(app::Command),
    /// Add people
    #[command(subcommand)]
    User(user::Command),
    /// Make API tokens
    #[command(subcommand)]
    Token(token::Command),
}

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Failure {
    /// Asked in a way that cannot be meant: exit code 2.
    Misuse(String),
    /// It did not work: exit code 1.
    Failed(String),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Misuse(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(describe(&error))
    }
}

impl From<crate::store::Error> for Failure {
    fn from(error: crate::store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(error) => error.into(),
            ImportError::Findings(findings) => {
                let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
                Self::Failed(format!("the app was not imported:\n{}", lines.join("\n")))
            }
        }
    }
}

/// An error in English, for whoever sits at the shell.
fn describe(error: &Error) -> String {
    use crate::{i18n, web};
    let texts = i18n::Texts(i18n::Locale::En);
    match error {
        Error::Internal(source) => format!("internal error: {source}"),
        Error::Invalid(errors) => {
            let say = |field: &crate::base::error::FieldError| {
                let message = web::say_field(texts, field);
                if field.path.is_empty() {
                    message
                } else {
                    format!("{}: {message}", field.path.trim_start_matches('/'))
                }
            };
            errors.iter().map(say).collect::<Vec<_>>().join("\n")
        }
        other => web::message_of(texts, other),
    }
}

/// Reads the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("FORMWORK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("formwork: {error}");
            return ExitCode::from(1);
        }
    };
    let done = runtime.block_on(async move {
        let options = arguments.options;
        match arguments.command {
            None => serve::run(&options, &arguments.serve).await,
            Some(Command::Serve(own)) => serve::run(&options, &merged(own, arguments.serve)).await,
            Some(Command::Demo(own)) => demo::run(&options, own).await,
            Some(Command::Init(own)) => init::run(&options, own).await,
            Some(Command::App(own)) => app::run(&options, own).await,
            Some(Command::User(own)) => user::run(&options, own).await,
            Some(Command::Token(own)) => token::run(&options, own).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => {
            eprintln!("formwork: {message}");
            ExitCode::from(1)
        }
        Err(Failure::Misuse(message)) => {
            eprintln!("formwork: {message}\n\nFor more information, try '--help'.");
            ExitCode::from(2)
        }
    }
}

/// Flags may stand before or behind the word `serve`.
fn merged(own: ServeOptions, outer: ServeOptions) -> ServeOptions {
    ServeOptions { listen: own.listen.or(outer.listen), public_url: own.public_url.or(outer.public_url) }
}

/// The first line of standard input, as a password.
fn password_from_stdin(asked: bool) -> Result<String, Failure> {
    if !asked {
        return Err(Failure::Misuse("say --password-stdin and give the password on standard input".into()));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
