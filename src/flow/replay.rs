//! The only way a case changes: applying an entry of its log.

use thiserror::Error;

use super::event::{Entry, Event, NewTask, Outcome, Verdict};
use super::state::{Activation, ActivationState, Case, CaseState, Copy, Scope, Standing, Task, TaskState, Via};
use super::tally::{Counters, Rule};
use crate::base::id::CaseId;
use crate::definition::flow::{NodeKind, Resume, START};

/// The entry does not follow from the case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("log entry {sequence} does not fit the case: {what}")]
pub struct Misfit {
    pub sequence: u32,
    pub what: String,
}

/// Makes a case from its log.
///
/// # Errors
/// The first entry that does not follow from those before it.
pub fn replay(id: CaseId, log: &[Entry]) -> Result<Case, Misfit> {
    let mut case = Case::new(id);
    for entry in log {
        apply(&mut case, entry)?;
    }
    Ok(case)
}

/// Changes the case by one entry. After an error the case is of no further use.
///
/// # Errors
/// The entry's number or what it names does not follow from the case.
pub fn apply(case: &mut Case, entry: &Entry) -> Result<(), Misfit> {
    let misfit = |what: String| Misfit { sequence: entry.sequence, what };
    if entry.sequence != case.sequence + 1 {
        return Err(misfit(format!("{} was expected", case.sequence + 1)));
    }
    case.sequence = entry.sequence;
    case.rev = entry.rev;
    change(case, entry).map_err(misfit)
}

fn change(case: &mut Case, entry: &Entry) -> Result<(), String> {
    match &entry.event {
        Event::Submitted { activation } => {
            case.state = CaseState::Running;
            case.starter = Some(entry.by);
            case.round = 1;
            let mut start = opened(case, entry, *activation, START, NodeKind::Start, None);
            finish(&mut start, entry, Outcome::Passed);
            add_activation(case, start)?;
        }
        Event::Entered { activation, node, kind, scope, arms, rule, tasks } => {
            let mut row = opened(case, entry, *activation, node, *kind, scope.clone());
            row.arms.clone_from(arms);
            row.open_arms.clone_from(arms);
            row.rule = *rule;
            row.counters =
                Counters { total: tasks.iter().map(|task| share(*rule, task.weight)).sum(), ..Counters::default() };
            add_activation(case, row)?;
            for task in tasks {
                add_task(case, entry, *activation, task)?;
            }
        }
        Event::Copied { activation, node, scope, copies } => {
            let mut row = opened(case, entry, *activation, node, NodeKind::Cc, scope.clone());
            finish(&mut row, entry, Outcome::Passed);
            add_activation(case, row)?;
            for copy in copies {
                take_ordinal(case, copy.ordinal)?;
                case.copies.push(Copy {
                    ordinal: copy.ordinal,
                    activation: *activation,
                    user: copy.user,
                    at: entry.at,
                });
            }
        }
        Event::Opened { task } => {
            let row = task_in(case, *task, TaskState::Waiting)?;
            row.state = TaskState::Open;
            row.opened_at = Some(entry.at);
        }
        Event::Decided { task, verdict, by, comment, automatic } => {
            let row = task_in(case, *task, TaskState::Open)?;
            row.state = match verdict {
                Verdict::Approved => TaskState::Approved,
                Verdict::Rejected => TaskState::Rejected,
            };
            row.closed_at = Some(entry.at);
            row.closed_by = Some(*by);
            row.comment.clone_from(comment);
            row.automatic = *automatic;
            let (activation, weight) = (row.activation, row.weight);
            let row = open_activation(case, activation)?;
            let share = share(row.rule, weight);
            match verdict {
                Verdict::Approved => row.counters.approved += share,
                Verdict::Rejected => row.counters.rejected += share,
            }
        }
        Event::ArmEnded { branch, arm } => {
            let row = open_activation(case, *branch)?;
            let before = row.open_arms.len();
            row.open_arms.retain(|open| open != arm);
            if row.open_arms.len() == before {
                return Err(format!("arm {arm} of activation {branch} is not open"));
            }
        }
        Event::Closed { activation, outcome, skip } => {
            let row = open_activation(case, *activation)?;
            finish(row, entry, *outcome);
            row.skip = *skip;
            close_tasks(case, entry, TaskState::Superseded, |task| task.activation == *activation);
        }
        Event::Returned { task, resume, activation, start_task, comment } => {
            let row = task_in(case, *task, TaskState::Open)?;
            row.state = TaskState::Returned;
            row.closed_at = Some(entry.at);
            row.closed_by = Some(entry.by);
            row.comment.clone_from(comment);
            let origin = row.activation;
            send_back(case, entry, *resume, origin);
            open_start(case, entry, *activation, *start_task)?;
        }
        Event::Resubmitted { task, comment } => {
            let row = task_in(case, *task, TaskState::Open)?;
            row.state = TaskState::Completed;
            row.closed_at = Some(entry.at);
            row.closed_by = Some(entry.by);
            row.comment.clone_from(comment);
            let start = row.activation;
            finish(open_activation(case, start)?, entry, Outcome::Passed);
            case.state = CaseState::Running;
            case.round += 1;
            unpark(case, entry);
        }
        Event::Effected { effect } => case.effects.push(*effect),
        Event::Ended { state, .. } => {
            case.state = *state;
            case.origin = None;
            for row in &mut case.activations {
                if matches!(row.state, ActivationState::Open | ActivationState::Parked) {
                    cancel(row, entry);
                }
            }
            close_tasks(case, entry, TaskState::Cancelled, |_| true);
        }
    }
    Ok(())
}

/// Parks or cancels all that is open; the start lies before everything, so that the whole root block is cut.
fn send_back(case: &mut Case, entry: &Entry, resume: Resume, origin: u32) {
    case.state = CaseState::Returned;
    for row in &mut case.activations {
        let open = row.state == ActivationState::Open;
        match resume {
            Resume::Rerun => {
                row.standing = Standing::Lapsed;
                if open {
                    cancel(row, entry);
                }
            }
            Resume::Direct => {
                if row.standing == Standing::Current {
                    row.standing = Standing::Stale;
                }
                if open {
                    row.state = ActivationState::Parked;
                }
            }
        }
    }
    match resume {
        Resume::Rerun => {
            case.origin = None;
            close_tasks(case, entry, TaskState::Cancelled, |_| true);
        }
        Resume::Direct => {
            case.origin = Some(origin);
            for task in case.tasks.iter_mut().filter(|task| task.state.is_live()) {
                task.state = TaskState::Parked;
            }
        }
    }
}

fn open_start(case: &mut Case, entry: &Entry, activation: u32, task: u32) -> Result<(), String> {
    let holder = case.starter.ok_or("the case has no starter")?;
    let mut start = opened(case, entry, activation, START, NodeKind::Start, None);
    start.rule = Some(Rule::ANY);
    start.counters.total = 1;
    add_activation(case, start)?;
    let task =
        NewTask { ordinal: task, holder, on_behalf_of: None, via: Via::Starter, weight: 1, state: TaskState::Open };
    add_task(case, entry, activation, &task)
}

/// Brings back what was parked, but for the activation that sent the case back: it is entered anew.
fn unpark(case: &mut Case, entry: &Entry) {
    let origin = case.origin.take();
    for row in &mut case.activations {
        if row.state == ActivationState::Parked {
            if Some(row.ordinal) == origin {
                row.standing = Standing::Lapsed;
                cancel(row, entry);
            } else {
                row.state = ActivationState::Open;
            }
        }
    }
    close_tasks(case, entry, TaskState::Cancelled, |task| Some(task.activation) == origin);
    for task in &mut case.tasks {
        if task.state == TaskState::Parked {
            task.state = if task.opened_at.is_some() { TaskState::Open } else { TaskState::Waiting };
        }
    }
}

fn opened(case: &Case, entry: &Entry, ordinal: u32, node: &str, kind: NodeKind, scope: Option<Scope>) -> Activation {
    Activation {
        ordinal,
        node: node.to_owned(),
        kind,
        scope,
        state: ActivationState::Open,
        standing: Standing::Current,
        round: case.round,
        opened_at: entry.at,
        closed_at: None,
        outcome: None,
        skip: None,
        arms: Vec::new(),
        open_arms: Vec::new(),
        rule: None,
        counters: Counters::default(),
    }
}

fn finish(row: &mut Activation, entry: &Entry, outcome: Outcome) {
    row.state = ActivationState::Done;
    row.outcome = Some(outcome);
    row.closed_at = Some(entry.at);
}

fn cancel(row: &mut Activation, entry: &Entry) {
    row.state = ActivationState::Cancelled;
    row.closed_at = Some(entry.at);
    row.open_arms.clear();
}

fn close_tasks(case: &mut Case, entry: &Entry, state: TaskState, which: impl Fn(&Task) -> bool) {
    for task in &mut case.tasks {
        if task.state.is_live() && which(task) {
            task.state = state;
            task.closed_at = Some(entry.at);
            task.closed_by = Some(entry.by);
        }
    }
}

fn share(rule: Option<Rule>, weight: u32) -> u64 {
    rule.map_or(1, |rule| rule.share(weight))
}

fn add_activation(case: &mut Case, row: Activation) -> Result<(), String> {
    take_ordinal(case, row.ordinal)?;
    case.activations.push(row);
    Ok(())
}

fn add_task(case: &mut Case, entry: &Entry, activation: u32, task: &NewTask) -> Result<(), String> {
    take_ordinal(case, task.ordinal)?;
    case.tasks.push(Task {
        ordinal: task.ordinal,
        activation,
        state: task.state,
        holder: task.holder,
        on_behalf_of: task.on_behalf_of,
        via: task.via,
        weight: task.weight,
        opened_at: (task.state == TaskState::Open).then_some(entry.at),
        closed_at: None,
        closed_by: None,
        comment: None,
        automatic: None,
    });
    Ok(())
}

fn take_ordinal(case: &mut Case, ordinal: u32) -> Result<(), String> {
    if ordinal != case.next_ordinal {
        return Err(format!("ordinal {ordinal} where {} was expected", case.next_ordinal));
    }
    case.next_ordinal += 1;
    Ok(())
}

fn task_in(case: &mut Case, ordinal: u32, state: TaskState) -> Result<&mut Task, String> {
    case.tasks
        .iter_mut()
        .find(|task| task.ordinal == ordinal && task.state == state)
        .ok_or_else(|| format!("there is no task {ordinal} in state {state:?}"))
}

fn open_activation(case: &mut Case, ordinal: u32) -> Result<&mut Activation, String> {
    case.activations
        .iter_mut()
        .find(|row| row.ordinal == ordinal && row.state == ActivationState::Open)
        .ok_or_else(|| format!("there is no open activation {ordinal}"))
}
