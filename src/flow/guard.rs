//! Who may do what, and when: the preconditions of every command, judged before anything is asked or done.

use super::command::{Actor, Command};
use super::refusal::{Forbidden, Refusal};
use super::state::{Case, CaseState, Standing, Task, TaskState};
use crate::definition::flow::{ApproveNode, Flow, Node, NodeKind, Resume, ResumePolicy, WithdrawPolicy};

/// Refuses a command whose precondition does not hold.
pub fn check(flow: &Flow, case: &Case, actor: Actor, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Submit if case.state == CaseState::New => Ok(()),
        Command::Submit => Err(Refusal::InApproval { state: case.state }),
        Command::Approve { task, .. } | Command::Reject { task, .. } => {
            open_task(case, actor, *task, NodeKind::Approve).map(|_| ())
        }
        Command::ReturnToStart { task, resume, .. } => {
            let row = open_task(case, actor, *task, NodeKind::Approve)?;
            let node = approve_node(flow, case, row)?;
            if !node.back.to.allows_start() {
                return forbid(Forbidden::NoReturn);
            }
            let offered = resume_choices(node);
            match resume {
                Some(resume) if !offered.contains(resume) => forbid(Forbidden::ResumeFixed),
                _ => Ok(()),
            }
        }
        Command::Resubmit { task, .. } => open_task(case, actor, *task, NodeKind::Start).map(|_| ()),
        Command::Withdraw { .. } => may_withdraw(flow, case, actor),
        Command::Terminate { reason } => {
            if !actor.administrator {
                return forbid(Forbidden::NotAdministrator);
            }
            if !matches!(case.state, CaseState::Running | CaseState::Returned | CaseState::Suspended) {
                return Err(Refusal::CaseNotOpen { state: case.state });
            }
            if reason.trim().is_empty() {
                return Err(Refusal::ReasonRequired);
            }
            Ok(())
        }
    }
}

/// The ways in which a case sent back from this node may come back; the first is taken when none is said.
pub fn resume_choices(node: &ApproveNode) -> &'static [Resume] {
    match node.back.resume {
        ResumePolicy::Ask => &[Resume::Rerun, Resume::Direct],
        ResumePolicy::Rerun => &[Resume::Rerun],
        ResumePolicy::Direct => &[Resume::Direct],
    }
}

/// The node in which a task was opened.
pub fn approve_node<'a>(flow: &'a Flow, case: &Case, task: &Task) -> Result<&'a ApproveNode, Refusal> {
    let node = case.activation(task.activation).and_then(|activation| flow.node(&activation.node));
    match node {
        Some(Node::Approve(node)) => Ok(node),
        _ => Err(Refusal::Broken(format!("the node of task {} is not an approval of the flow", task.ordinal))),
    }
}

fn open_task(case: &Case, actor: Actor, ordinal: u32, kind: NodeKind) -> Result<&Task, Refusal> {
    let task = case.task(ordinal).ok_or(Refusal::NoSuchTask { task: ordinal })?;
    // A stranger is told so first, and not what became of the task.
    if task.holder != actor.user {
        return Err(Refusal::NotYours { task: ordinal });
    }
    let of_kind = case.activation(task.activation).is_some_and(|activation| activation.kind == kind);
    if !of_kind {
        return forbid(Forbidden::OtherTask);
    }
    match task.state {
        TaskState::Open => Ok(task),
        TaskState::Waiting | TaskState::Parked => Err(Refusal::TaskNotOpen { task: ordinal, state: task.state }),
        state => Err(Refusal::AlreadyDecided { task: ordinal, state, by: task.closed_by, at: task.closed_at }),
    }
}

fn may_withdraw(flow: &Flow, case: &Case, actor: Actor) -> Result<(), Refusal> {
    if case.starter != Some(actor.user) {
        return forbid(Forbidden::NotStarter);
    }
    if !matches!(case.state, CaseState::Running | CaseState::Returned) {
        return Err(Refusal::CaseNotOpen { state: case.state });
    }
    match flow.settings.withdraw {
        WithdrawPolicy::AnyTime => Ok(()),
        WithdrawPolicy::Never => forbid(Forbidden::WithdrawNever),
        WithdrawPolicy::BeforeFirstDecision if decided_since_submission(case) => {
            forbid(Forbidden::WithdrawAfterDecision)
        }
        WithdrawPolicy::BeforeFirstDecision => Ok(()),
    }
}

/// Whether a person other than the starter at the start node has decided since the last return.
fn decided_since_submission(case: &Case) -> bool {
    case.tasks.iter().any(|task| {
        task.state.is_decided()
            && task.automatic.is_none()
            && case.activation(task.activation).is_some_and(|activation| {
                activation.standing == Standing::Current && activation.kind != NodeKind::Start
            })
    })
}

fn forbid<T>(reason: Forbidden) -> Result<T, Refusal> {
    Err(Refusal::NotAllowed { reason })
}
