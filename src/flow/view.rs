//! What a person sees of a case: what they may do now, and the path with where it stands.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::command::{Actor, Command};
use super::event::{Automatic, Outcome, Skip};
use super::guard;
use super::state::{Activation, ActivationState, Case, CaseState, Scope, Standing, Task, TaskState};
use crate::base::id::UserId;
use crate::base::time::Timestamp;
use crate::definition::flow::{Flow, Node, NodeKind, Resume, START};

/// Something that a person may do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    Approve {
        task: u32,
    },
    Reject {
        task: u32,
    },
    /// Back to the starter, in one of these ways.
    ReturnToStart {
        task: u32,
        resume: Vec<Resume>,
    },
    Resubmit {
        task: u32,
    },
    Withdraw,
    Terminate,
}

/// What `actor` may do with the case now; exactly what the guards let through.
pub fn allowed(flow: &Flow, case: &Case, actor: Actor) -> Vec<Op> {
    let passes = |command: Command| guard::check(flow, case, actor, &command).is_ok();
    let mut ops = Vec::new();
    for row in case.open_tasks().filter(|task| task.holder == actor.user) {
        let task = row.ordinal;
        if passes(Command::Approve { task, comment: None }) {
            ops.push(Op::Approve { task });
        }
        if passes(Command::Reject { task, comment: None }) {
            ops.push(Op::Reject { task });
        }
        let resume: Vec<Resume> = [Resume::Rerun, Resume::Direct]
            .into_iter()
            .filter(|resume| passes(Command::ReturnToStart { task, resume: Some(*resume), comment: None }))
            .collect();
        if !resume.is_empty() {
            ops.push(Op::ReturnToStart { task, resume });
        }
        if passes(Command::Resubmit { task, comment: None }) {
            ops.push(Op::Resubmit { task });
        }
    }
    if passes(Command::Withdraw { comment: None }) {
        ops.push(Op::Withdraw);
    }
    // Any reason will do for asking whether it may be done.
    if passes(Command::Terminate { reason: "-".into() }) {
        ops.push(Op::Terminate);
    }
    ops
}

/// One stop of the path, as the track display shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    pub node: String,
    pub kind: NodeKind,
    pub title: String,
    pub state: PathState,
    pub activation: Option<u32>,
    pub outcome: Option<Outcome>,
    pub skip: Option<Skip>,
    pub closed_at: Option<Timestamp>,
    pub people: Vec<PathPerson>,
    /// Who was told.
    pub copies: Vec<UserId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathState {
    Done,
    /// Passed without anybody deciding for it: nobody found, or all had approved before.
    Skipped,
    Now,
    Ahead,
    /// Was open when the case ended.
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathPerson {
    pub task: u32,
    pub user: UserId,
    pub on_behalf_of: Option<UserId>,
    pub state: TaskState,
    pub automatic: Option<Automatic>,
    pub at: Option<Timestamp>,
    pub comment: Option<String>,
}

/// The path of the case: what has been, what is, and, while it runs, what lies ahead. A branch shows the nodes of the arms that it takes; one
/// not reached yet shows those of the arm that `expected` names for it, or stands for itself. What a rerun has replaced is left to the log.
pub fn path(flow: &Flow, case: &Case, expected: &IndexMap<String, String>) -> Vec<PathStep> {
    let mut walk = Walk { case, expected, steps: Vec::new() };
    match latest(case, START, None) {
        Some(start) => walk.reached(START, "", start),
        None => walk.steps.push(blank(START, NodeKind::Start, "", PathState::Now)),
    }
    let place = if case.state == CaseState::New { Place::Ahead } else { Place::Reached(None) };
    walk.block(&flow.nodes, &place);
    walk.steps
}

enum Place {
    Reached(Option<Scope>),
    Ahead,
}

struct Walk<'a> {
    case: &'a Case,
    expected: &'a IndexMap<String, String>,
    steps: Vec<PathStep>,
}

impl Walk<'_> {
    fn block(&mut self, block: &[Node], place: &Place) {
        for node in block {
            let activation = match place {
                Place::Reached(scope) => latest(self.case, node.id(), scope.as_ref()),
                Place::Ahead => None,
            };
            match (activation, node) {
                (Some(activation), Node::Branch(branch)) => {
                    for arm in branch.arms.iter().filter(|arm| activation.arms.contains(&arm.id)) {
                        let scope = Scope { branch: activation.ordinal, arm: arm.id.clone() };
                        self.block(&arm.nodes, &Place::Reached(Some(scope)));
                    }
                }
                (Some(activation), node) => self.reached(node.id(), node.title(), activation),
                (None, _) if self.case.state.is_terminal() => {}
                (None, Node::Branch(branch)) => {
                    let expected = self.expected.get(&branch.id);
                    match branch.arms.iter().find(|arm| Some(&arm.id) == expected) {
                        Some(arm) => self.block(&arm.nodes, &Place::Ahead),
                        None => self.ahead(node),
                    }
                }
                (None, node) => self.ahead(node),
            }
        }
    }

    fn reached(&mut self, node: &str, title: &str, activation: &Activation) {
        let people: Vec<PathPerson> = self.case.tasks_of(activation.ordinal).map(person).collect();
        let mut decided = people.iter().filter(|person| person.state.is_decided()).peekable();
        let nobody_asked =
            activation.skip.is_some() || (decided.peek().is_some() && decided.all(|person| person.automatic.is_some()));
        let state = match activation.state {
            ActivationState::Open => PathState::Now,
            ActivationState::Parked => PathState::Ahead,
            ActivationState::Done if nobody_asked => PathState::Skipped,
            ActivationState::Done => PathState::Done,
            ActivationState::Cancelled => PathState::Stopped,
        };
        self.steps.push(PathStep {
            activation: Some(activation.ordinal),
            outcome: activation.outcome,
            skip: activation.skip,
            closed_at: activation.closed_at,
            people,
            copies: self
                .case
                .copies
                .iter()
                .filter(|copy| copy.activation == activation.ordinal)
                .map(|copy| copy.user)
                .collect(),
            ..blank(node, activation.kind, title, state)
        });
    }

    fn ahead(&mut self, node: &Node) {
        self.steps.push(blank(node.id(), node.kind(), node.title(), PathState::Ahead));
    }
}

fn latest<'a>(case: &'a Case, node: &str, scope: Option<&Scope>) -> Option<&'a Activation> {
    case.activations
        .iter()
        .rev()
        .find(|row| row.node == node && row.scope.as_ref() == scope && row.standing != Standing::Lapsed)
}

fn blank(node: &str, kind: NodeKind, title: &str, state: PathState) -> PathStep {
    PathStep {
        node: node.to_owned(),
        kind,
        title: title.to_owned(),
        state,
        activation: None,
        outcome: None,
        skip: None,
        closed_at: None,
        people: Vec::new(),
        copies: Vec::new(),
    }
}

fn person(task: &Task) -> PathPerson {
    PathPerson {
        task: task.ordinal,
        user: task.holder,
        on_behalf_of: task.on_behalf_of,
        state: task.state,
        automatic: task.automatic,
        at: task.closed_at,
        comment: task.comment.clone(),
    }
}
