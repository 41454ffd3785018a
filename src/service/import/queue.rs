//! Imports as jobs: one that is begun, and several of which each begins when the one before is through, so that links find the rows
//! that they name.

use super::{
    super::{Call, Error, LiveApp, Service},
    Plan, Step, started,
};
use crate::{
    base::{
        id::{AppId, UserId},
        time::Timestamp,
    },
    store::{
        Tx,
        imports::{self, Change, Import, New},
        jobs as stored_jobs,
    },
};
use serde_json::{Value as Json, json};

/// What is to be done with an import.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    import: i64,
    table: String,
    user: UserId,
    app: AppId,
    what: Step,
    /// Imports that run when it is through.
    then: Vec<i64>,
}

impl Begun {
    pub(super) fn new(import: &Import, user: UserId, what: Step, then: Vec<i64>) -> Self {
        let (table, app) = (import.table_key.clone(), AppId(import.app_id));
        Self { import: import.id, table, user, app, what, then }
    }
}

/// Queues the job of an import; answers its id.
///
/// # Errors
/// `import_started` where that is not to be done now.
pub(super) async fn begin(tx: &Tx, begun: &Begun, now: Timestamp) -> Result<i64, Error> {
    let (kind, from, state): (_, &[&str], _) = match begun.what {
        Step::Check => ("import_check", &["uploaded", "checked"], "checking"),
        Step::Run => ("import_run", &["uploaded", "checked"], "running"),
        Step::Undo => ("import_undo", &["done", "stopped", "undone"], "undoing"),
    };
    match begun.what {
        Step::Check | Step::Run => imports::clear_rows(tx, begun.import).await?,
        Step::Undo => imports::retry_undo(tx, begun.import).await?,
    }
    let mut input = json!({"import": begun.import, "table": begun.table});
    if !begun.then.is_empty() {
        input["then"] = json!(begun.then);
    }
    let new = stored_jobs::New { kind: kind.into(), user: begun.user, app: Some(begun.app), input: input.to_string() };
    let job = stored_jobs::insert(tx, &new, now).await?;
    let change = Change { job: Some(job), ..Change::default() };
    started(imports::advance(tx, begun.import, from, state, &change).await)?;
    Ok(job)
}

impl Service {
    /// Imports sheets of one file into these tables, one behind the other; answers the imports.
    pub(in crate::service) async fn queue_imports(
        &self,
        call: &Call,
        live: &LiveApp,
        file: i64,
        file_name: &str,
        plans: Vec<(String, Plan)>,
    ) -> Result<Vec<i64>, Error> {
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        let (user, app, now, file_name) = (call.actor.user, live.id, call.now, file_name.to_owned());
        let queued = self
            .store
            .transaction_with((plans, file_name), move |tx, (plans, file_name)| {
                Box::pin(async move {
                    let mut ids = Vec::new();
                    for (table, plan) in plans.iter() {
                        let new = New {
                            user,
                            app,
                            table: table.clone(),
                            file,
                            file_name: file_name.clone(),
                            options: json!(plan).to_string(),
                        };
                        ids.push(imports::insert(tx, &new, now).await?);
                    }
                    let first = imports::find(tx, ids[0]).await?.ok_or(Error::NotFound)?;
                    begin(tx, &Begun::new(&first, user, Step::Run, ids[1..].to_vec()), now).await?;
                    Ok::<_, Error>(ids)
                })
            })
            .await?;
        self.wake_workers();
        Ok(queued)
    }
}

/// Begins the next of several imports, once the one before is through.
pub(super) async fn go_on(service: &Service, call: &Call, input: &Json) -> Result<(), Error> {
    let then: Vec<i64> = input["then"].as_array().into_iter().flatten().filter_map(Json::as_i64).collect();
    let Some((next, rest)) = then.split_first() else { return Ok(()) };
    let Some(next) = imports::find(&service.store.reader(), *next).await? else { return Ok(()) };
    let begun = Begun::new(&next, call.actor.user, Step::Run, rest.to_vec());
    let now = service.clock.now();
    let done = service
        .store
        .transaction_with(begun, move |tx, begun| Box::pin(async move { begin(tx, begun, now).await }))
        .await;
    match done {
        Ok(_) => {
            service.wake_workers();
            Ok(())
        }
        // Somebody began it meanwhile.
        Err(Error::Conflict { code, .. }) if code == "import_started" => Ok(()),
        Err(other) => Err(other),
    }
}
