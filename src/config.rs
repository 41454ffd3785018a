//! How this program runs: flags, then environment, then a TOML file, then defaults; checked once.

use crate::outward::Inside;
use clap::Args;
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// What can be said on the command line (or by `FORMWORK_…` in the environment).
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Directory of the database and everything else that is kept [default: ./formwork-data]
    #[arg(long, global = true, env = "FORMWORK_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/name
    #[arg(long, global = true, env = "FORMWORK_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// File with the key of encrypted fields [default: keys/root.key in the data directory]; nodes of one database share it
    #[arg(long, global = true, env = "FORMWORK_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Hosts, addresses or networks inside that automations may call, separated by commas: erp.local,10.0.0.0/8 [default: none]
    #[arg(long, global = true, env = "FORMWORK_ALLOW_CALLS", value_name = "PLACES", value_delimiter = ',')]
    pub allow_calls: Vec<String>,
    /// A TOML file with the same settings: data, database, key-file, allow-calls, listen, public-url
    #[arg(long, global = true, env = "FORMWORK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What only a server needs.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeOptions {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "FORMWORK_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address that people use, such as https://forms.example.com
    #[arg(long, env = "FORMWORK_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    key_file: Option<PathBuf>,
    allow_calls: Vec<String>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
}

/// Everything, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub data: PathBuf,
    pub database: Database,
    /// Another place for the key of encrypted fields than the data directory.
    pub key_file: Option<PathBuf>,
    /// What lies inside the network and may be called all the same.
    pub allow_calls: Vec<Inside>,
    pub listen: SocketAddr,
    pub public_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The embedded database in the data directory.
    Embedded,
    /// A `postgres://` URL.
    Postgres(String),
}

/// What is wrong with a setting, where it was said, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Reads the file that the options name and puts all together.
    ///
    /// # Errors
    /// A file that is not there or does not read, an unknown setting, an unsafe combination.
    pub fn load(options: &Options, serve: &ServeOptions) -> Result<Self, ConfigError> {
        let file = match &options.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        Self::of(options, serve, file)
    }

    /// Where the contents of uploaded files lie. Nodes that share a PostgreSQL database share this directory.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.data.join("files")
    }

    fn of(options: &Options, serve: &ServeOptions, file: File) -> Result<Self, ConfigError> {
        let data = options.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("formwork-data"));
        let database = match options.database.clone().or(file.database) {
            None => Database::Embedded,
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Database::Postgres(url),
            Some(_) => {
                let message =
                    "the database is given as postgres://user:password@host/name; leave it out to use the embedded one";
                return Err(ConfigError(message.into()));
            }
        };
        let listen = serve.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = serve.public_url.clone().or(file.public_url);
        if let Some(url) = &public_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let plain = host.is_some_and(|host| {
                let host = host.trim_end_matches('/');
                !host.is_empty() && !host.contains(['/', '?', '#', '@']) && !host.chars().any(char::is_whitespace)
            });
            if !plain {
                let message = format!("the public address \"{url}\" is not of the form https://forms.example.com");
                return Err(ConfigError(message));
            }
        }
        let encrypted = public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        if !listen.ip().is_loopback() && !encrypted {
            let message = format!(
                "{listen} can be reached from other machines, but nothing encrypts the way: put a TLS proxy in front and say its \
                 address with --public-url https://…, or listen on 127.0.0.1"
            );
            return Err(ConfigError(message));
        }
        let key_file = options.key_file.clone().or(file.key_file);
        let said = if options.allow_calls.is_empty() { &file.allow_calls } else { &options.allow_calls };
        let allow_calls = said.iter().map(|place| place.parse()).collect::<Result<_, String>>().map_err(ConfigError)?;
        Ok(Self { data, database, key_file, allow_calls, listen, public_url })
    }
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("the settings in {} cannot be read: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| ConfigError(format!("the settings in {} are wrong: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(options: Options, serve: ServeOptions, file: &str) -> Result<Config, ConfigError> {
        Config::of(&options, &serve, toml::from_str(file).unwrap())
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let options = Options { data: Some("/a".into()), ..Options::default() };
        let read = config(options, ServeOptions::default(), "data = \"/b\"\nlisten = \"127.0.0.1:9\"").unwrap();
        assert_eq!((read.data, read.listen.port()), (PathBuf::from("/a"), 9));
        let plain = config(Options::default(), ServeOptions::default(), "").unwrap();
        assert_eq!(plain.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(plain.database, Database::Embedded);
    }

    #[test]
    fn misuse_is_told() {
        let refused = |file: &str, part: &str| {
            let error = config(Options::default(), ServeOptions::default(), file).unwrap_err();
            assert!(error.0.contains(part), "{error}");
        };
        refused("listen = \"0.0.0.0:80\"", "TLS proxy");
        refused("database = \"mysql://a\"", "postgres://");
        refused("public-url = \"forms\"", "is not of the form");
        refused("allow-calls = [\"http://erp\"]", "is no host, address or network");
        assert!(toml::from_str::<File>("lisen = \"x\"").unwrap_err().to_string().contains("unknown field"));
    }
}
