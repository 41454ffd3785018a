//! `formwork demo`: a company with people, the bundled templates and sample data, on this machine only.

use super::{Failure, open, serve};
use crate::{
    config::{Config, ConfigError, Options, ServeOptions},
    service::{Service, bundled, setup::SamplePerson},
    web::Settings,
};
use clap::Args;
use serde_json::json;
use std::{net::SocketAddr, path::PathBuf};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Loopback address and port to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Print one line of JSON when ready
    #[arg(long)]
    json: bool,
}

/// The sample company's name.
const ORGANISATION: &str = "华东五金";
const TIME_ZONE: &str = "Asia/Shanghai";

pub async fn run(options: &Options, arguments: Arguments) -> Result<(), Failure> {
    if !arguments.listen.ip().is_loopback() {
        let message =
            format!("the demo's passwords are known, so it listens on 127.0.0.1 only, not on {}", arguments.listen);
        return Err(ConfigError(message).into());
    }
    let temporary = options.data.is_none() && options.database.is_none();
    let data = options.data.clone().unwrap_or_else(temporary_directory);
    let options = Options { data: Some(data.clone()), ..options.clone() };
    let serving = ServeOptions { listen: Some(arguments.listen), public_url: None };
    let config = Config::load(&options, &serving)?;
    let stop = serve::Stop::listen()?;
    let listener = serve::bind(config.listen).await?;
    let opened = open::open(&config).await?;
    let people = seed(&opened.service).await?;
    let url = format!("http://{}", listener.local_addr()?);
    if arguments.json {
        let users: Vec<_> = people
            .iter()
            .map(|person| json!({"login": person.login, "password": person.login, "title": person.title, "name": person.name}))
            .collect();
        serve::say(&json!({"url": url, "users": users}).to_string());
    } else {
        serve::say(&format!(
            "The demo company {ORGANISATION} is open at {url}\n\nSign in as (the password is the same word):"
        ));
        for person in &people {
            serve::say(&format!("  {:<16} {}  {}", person.login, person.name, person.title));
        }
        serve::say("\nStop it with Ctrl+C.");
    }
    let demo_people = people.into_iter().map(|person| (person.login, person.title)).collect();
    let served =
        serve::until_stopped(&opened.service, listener, Settings { public_url: None, demo_people }, stop).await;
    if temporary {
        drop(opened);
        if let Err(error) = std::fs::remove_dir_all(&data) {
            tracing::debug!(%error, "the temporary directory stays");
        }
    }
    served
}

fn temporary_directory() -> PathBuf {
    let number: u64 = rand::random();
    std::env::temp_dir().join(format!("formwork-demo-{number:016x}"))
}

/// Makes the company where it is not there yet; answers its people.
async fn seed(service: &Service) -> Result<Vec<SamplePerson>, Failure> {
    let templates = bundled::all()?;
    let mut people: Vec<SamplePerson> = Vec::new();
    let fresh = !service.is_set_up(&service.store.reader()).await?;
    for template in templates {
        let checked = crate::service::apps::check(&template.documents);
        let Some(sample) = checked.app.as_ref().and_then(|app| app.demo_people.clone()) else { continue };
        let named = crate::service::setup::sample_people(&sample)?;
        if fresh {
            if !service.is_set_up(&service.store.reader()).await? {
                let first = named.first().ok_or_else(|| Failure::Failed("the sample company has no people".into()))?;
                service.set_up_sample(ORGANISATION, TIME_ZONE, first).await?;
            }
            service.add_sample_people(&sample, None).await?;
            let administrator = service.main_administrator(&service.store.reader()).await?;
            let call = administrator.call(service.clock.now());
            let imported = service.import_app(&call, template.documents, true).await?;
            service.add_sample_people(&sample, Some(&imported.key)).await?;
            let live = service.live.all(&service.store.reader(), service.epoch().await?).await?;
            if let Some(app) = live.iter().find(|app| app.key() == imported.key) {
                service.seed_documents(&call, app).await?;
            }
        }
        people.extend(
            named
                .into_iter()
                .filter(|person| people.iter().all(|known| known.login != person.login))
                .collect::<Vec<_>>(),
        );
    }
    Ok(people)
}
