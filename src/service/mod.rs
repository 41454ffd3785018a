//! Use cases: one file each, one transaction each. What the web and the command line may do, they do through here.

pub mod accounts;
pub mod aggregate;
pub mod app_export;
pub mod apps;
mod audit;
pub mod automations;
pub mod board;
pub mod batch;
pub mod bundled;
pub mod codes;
pub mod boxes;
mod context;
pub mod dashboards;
pub mod decide_task;
mod effects;
mod error;
pub mod drafts;
pub mod export;
mod file_keeping;
pub mod files;
pub mod evolve;
pub mod forms;
pub mod from_spreadsheet;
pub mod history;
pub mod import;
mod input;
pub mod jobs;
mod kept;
pub mod live;
mod lookups;
mod maintenance;
pub mod media_type;
pub mod notices;
mod numbering;
pub mod outlook;
pub mod permits;
pub mod press_button;
pub mod print;
mod posting;
pub mod record_trash;
pub mod public_links;
pub mod records;
pub mod report_export;
mod report_parameters;
pub mod reports;
pub mod represent;
mod resolve_people;
mod run_flow;
pub mod save_record;
pub mod scenarios;
mod search_indexing;
pub mod see;
pub mod seed;
pub mod selection;
pub mod setup;
mod shortage;
pub mod sign_in;
pub mod templates;
pub mod thumbnails;
pub mod tokens;
pub mod trial;
pub mod try_expression;
pub mod verify_ledger;
pub mod view_page;
pub mod views;

pub use error::{Error, Shortage};
pub use input::{Access, not_found};
pub use live::LiveApp;

use crate::{
    access::Actor,
    base::time::{Clock, Timestamp},
    outward,
    store::{self, BoxFuture, Store, Tx, blobs::Blobs, idempotency, vault::Vault},
};
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::sync::Arc;

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub live: Arc<live::LiveApps>,
    /// The contents of files.
    pub blobs: Blobs,
    thumbnails: thumbnails::Thumbnails,
    /// Told when there is a new job.
    pub wake: Arc<tokio::sync::Notify>,
    /// Told when something waits to be sent.
    pub wake_delivery: Arc<tokio::sync::Notify>,
    /// Told to look at the calendar now.
    pub wake_calendar: Arc<tokio::sync::Notify>,
    /// The same for what keeps the search indexes.
    pub wake_index: Arc<tokio::sync::Notify>,
    outward: outward::Client,
    passwords: Arc<sign_in::Passwords>,
    actors: Arc<accounts::Actors>,
    senders: Arc<public_links::Senders>,
    sheets: Arc<import::Sheets>,
    theatre: Arc<scenarios::Theatre>,
}

/// One command of a person: who, when, under which request, and the key by which a repetition is known.
#[derive(Debug, Clone)]
pub struct Call {
    pub actor: Arc<Actor>,
    pub now: Timestamp,
    /// The organisation's time zone.
    pub zone: TimeZone,
    pub request_id: Option<String>,
    pub address: Option<String>,
    pub idempotency: Option<idempotency::Request>,
    /// The automations that led to it.
    pub chain: automations::Chain,
}

/// The input of a command: it says which app it is about, so that the command runs on the version that is live when its
/// transaction begins, however long it waited.
pub trait OfApp: Clone + Send + Sync + 'static {
    fn live(&self) -> &Arc<LiveApp>;
    fn set_live(&mut self, live: Arc<LiveApp>);
}

macro_rules! of_app {
    ($($input:ty),+) => {$(
        impl $crate::service::OfApp for $input {
            fn live(&self) -> &std::sync::Arc<$crate::service::LiveApp> {
                &self.live
            }
            fn set_live(&mut self, live: std::sync::Arc<$crate::service::LiveApp>) {
                self.live = live;
            }
        }
    )+};
}
pub(crate) use of_app;

/// What a command answers: the HTTP status it stands for, and the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Json,
    /// The answer of an earlier, equal command was given again.
    pub replayed: bool,
}

impl Answer {
    #[must_use]
    pub const fn new(status: u16, body: Json) -> Self {
        Self { status, body, replayed: false }
    }
}

impl Call {
    /// Today in the organisation's zone.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        self.now.date_in(&self.zone)
    }
}

impl Service {
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, blobs: Blobs) -> Self {
        Self {
            live: Arc::new(live::LiveApps::default()),
            wake: Arc::default(),
            wake_delivery: Arc::default(),
            wake_calendar: Arc::default(),
            wake_index: Arc::default(),
            outward: outward::Client::new(Vec::new()),
            passwords: Arc::new(sign_in::Passwords::default()),
            actors: Arc::new(accounts::Actors::default()),
            senders: Arc::new(public_links::Senders::default()),
            sheets: Arc::default(),
            theatre: Arc::default(),
            thumbnails: thumbnails::Thumbnails::default(),
            store,
            clock,
            blobs,
        }
    }

    /// The same with the key of encrypted fields. Without one, what is encrypted can be neither written nor read.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { live: Arc::new(live::LiveApps::with_vault(vault)), ..self }
    }

    /// The same, which may call these places inside the network.
    #[must_use]
    pub fn with_inside(self, inside: Vec<outward::Inside>) -> Self {
        Self { outward: outward::Client::new(inside), ..self }
    }

    /// Runs a command in one transaction, once: with a known idempotency key the stored answer is given again.
    ///
    /// # Errors
    /// The command's own, `idempotency_mismatch` for the same key with another body, or the store's.
    pub async fn command<I, F>(&self, call: Call, input: I, work: F) -> Result<Answer, Error>
    where
        I: OfApp,
        F: for<'a> Fn(&'a Tx, &'a Service, &'a Call, &'a I) -> BoxFuture<'a, Result<Answer, Error>>
            + Send
            + Sync
            + 'static,
    {
        let service = self.clone();
        let chain = call.chain.clone();
        let outcome = self
            .store
            .transaction_with((service, call, input, work), |tx, (service, call, input, work)| {
                Box::pin(async move {
                    if let Some(request) = &call.idempotency
                        && let Some(known) = idempotency::claim(tx, request, call.now).await?
                    {
                        return replay(known, request, &answered(request), service.live.vault());
                    }
                    let live = service.live.current(tx, input.live()).await?;
                    let answer = if Arc::ptr_eq(&live, input.live()) {
                        work(tx, service, call, input).await?
                    } else {
                        // Somebody published since the caller looked: columns that were converted are no longer read.
                        let mut input = input.clone();
                        input.set_live(live);
                        work(tx, service, call, &input).await?
                    };
                    if let Some(request) = &call.idempotency {
                        let body = kept::keep(input.live(), &answered(request), answer.body.to_string())?;
                        idempotency::complete(tx, request, answer.status, &body).await?;
                    }
                    Ok(answer)
                })
            })
            .await;
        self.settle(&chain, outcome.is_err()).await;
        outcome
    }
}

fn answered(request: &idempotency::Request) -> kept::Place {
    kept::Place::new(format!("idempotency/{}/{}/{}", request.method, request.path, request.key), request.user.0)
}

fn replay(
    known: idempotency::Answer,
    request: &idempotency::Request,
    place: &kept::Place,
    vault: Option<&Arc<Vault>>,
) -> Result<Answer, Error> {
    if known.body_hash != request.body_hash {
        return Err(Error::invalid("", "idempotency_mismatch"));
    }
    let body = kept::read(vault, place, known.answer)
        .and_then(|answer| serde_json::from_str(&answer).ok())
        .ok_or_else(|| Error::from(store::Error::other("a stored answer does not read")))?;
    let status = u16::try_from(known.status).unwrap_or(200);
    Ok(Answer { status, body, replayed: true })
}
