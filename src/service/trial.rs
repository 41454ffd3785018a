//! How a record would go through a flow, the draft's too: the real core and the real people, everybody agreeing. Nobody is asked and
//! nothing is stored.

use super::{Call, Error, LiveApp, resolve_people::Search};
use crate::{
    base::{id::CaseId, value::Document},
    definition::{flow::Flow, table::Table},
    flow::{
        command::{Actor, Command, Request},
        need::Answer,
        state::{Case, CaseState},
        step::{Outcome, Progress, step},
    },
    store::Connection,
};

/// The most decisions of one trial.
const MOST: usize = 200;

/// What came of a trial.
pub struct Trial {
    pub case: Case,
    /// Why it went no further.
    pub refused: Option<Error>,
}

/// Submits in the caller's name, then lets everybody agree who is asked, one after the other.
///
/// # Errors
/// A rule that fails, or the database.
pub async fn run(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    flow: &Flow,
    document: &Document,
) -> Result<Trial, Error> {
    let starter = call.actor.user;
    let search = Search { call, live, table, document, starter };
    let mut trial = Trial { case: Case::new(CaseId(0)), refused: None };
    if !search.includes(conn, &flow.start.who, starter).await? {
        trial.refused = Some(Error::forbidden("not_starter_of_flow"));
        return Ok(trial);
    }
    let mut next = Some((starter, Command::Submit));
    for _ in 0..MOST {
        let Some((user, command)) = next else { break };
        let request = Request { actor: Actor { user, administrator: false }, at: call.now, command };
        match performed(conn, &search, flow, &trial.case, &request).await? {
            Ok(outcome) => trial.case = outcome.case,
            Err(refused) => {
                trial.refused = Some(refused);
                break;
            }
        }
        let open = trial.case.open_tasks().next().filter(|_| trial.case.state == CaseState::Running);
        next = open.map(|task| (task.holder, Command::Approve { task: task.ordinal, comment: None }));
    }
    Ok(trial)
}

/// One command; what it would do to data counts as done.
async fn performed(
    conn: &impl Connection,
    search: &Search<'_>,
    flow: &Flow,
    case: &Case,
    request: &Request,
) -> Result<Result<Outcome, Error>, Error> {
    let mut answers = Vec::new();
    loop {
        match step(flow, case, request, &answers) {
            Ok(Progress::Need(need)) => answers.push(search.answer(conn, &need).await?.unwrap_or(Answer::Done)),
            Ok(Progress::Done(outcome)) => return Ok(Ok(outcome)),
            Err(refusal) => return Ok(Err(refusal.into())),
        }
    }
}
