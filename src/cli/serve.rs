//! `formwork serve`.

use super::{Failure, open};
use crate::{
    config::{Config, Options, ServeOptions},
    jobs::Worker,
    service::Service,
    web::{self, Settings},
};
use std::net::SocketAddr;
use tokio::net::TcpListener;

pub async fn run(options: &Options, serve: &ServeOptions) -> Result<(), Failure> {
    let config = Config::load(options, serve)?;
    let stop = Stop::listen()?;
    let opened = open::open(&config).await?;
    let listener = bind(config.listen).await?;
    let address = listener.local_addr()?;
    let settings = Settings { public_url: config.public_url.clone(), demo_people: Vec::new() };
    let set_up = opened.service.is_set_up(&opened.service.store.reader()).await?;
    let url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    say(&format!("Formwork listens on {url}"));
    if !set_up {
        say(&format!("Open {url}/setup in a browser to set up your company."));
    }
    until_stopped(&opened.service, listener, settings, stop).await
}

/// Prints a line. Whoever reads standard output may have gone away: that is no reason to stop serving.
pub fn say(line: &str) {
    use std::io::Write;
    let _gone = writeln!(std::io::stdout(), "{line}");
}

/// Listens, with a sentence for the usual reason why not.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Failed(format!("{address} cannot be listened on: {error}; choose another with --listen ADDRESS:PORT"))
    })
}

/// Serves until the process is asked to stop, then ends what runs and closes the database.
pub async fn until_stopped(
    service: &Service,
    listener: TcpListener,
    settings: Settings,
    stop: Stop,
) -> Result<(), Failure> {
    let router = web::router(service.clone(), settings);
    let tidying = tokio::spawn(tidy_hourly(service.clone()));
    let worker = Worker::start(service.clone());
    let served = web::serve::serve(listener, router, stop.asked()).await;
    tidying.abort();
    worker.stop().await;
    served?;
    service.store.close().await;
    Ok(())
}

/// Housekeeping at the start and every hour.
async fn tidy_hourly(service: Service) {
    let mut hours = tokio::time::interval(std::time::Duration::from_secs(60 * 60));
    loop {
        hours.tick().await;
        if let Err(error) = service.tidy().await {
            tracing::warn!(%error, "housekeeping did not succeed; it is tried again in an hour");
        }
    }
}

/// Being asked to stop: by Ctrl+C or a service manager. Listened for before anybody is told that the server is there, so
/// that a stop at any moment is an orderly one.
pub struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    /// # Errors
    /// The system gives no signals.
    pub fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn asked(mut self) {
        #[cfg(unix)]
        {
            let [interrupted, terminated] = &mut self.signals;
            tokio::select! { _ = interrupted.recv() => {}, _ = terminated.recv() => {} }
        }
        #[cfg(not(unix))]
        let _interrupted_or_broken = tokio::signal::ctrl_c().await;
    }
}
