//! One command, from its guard to the state in which the case comes to rest.

use super::command::{Command, Request};
use super::event::{Direction, EffectKey, Entry, Event, Verdict};
use super::guard;
use super::need::{Answer, Candidate, Need};
use super::refusal::Refusal;
use super::replay::apply;
use super::state::{Case, CaseState, RecordState};
use crate::base::id::UserId;
use crate::definition::flow::{Flow, Hook};

/// The most steps that one command may take before it comes to rest.
pub const BUDGET: u32 = 1_000;

/// How far a command has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Answer this, add the answer to those given so far, and call again.
    Need(Need),
    Done(Outcome),
}

/// What a command has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub case: Case,
    /// The new entries of the log.
    pub entries: Vec<Entry>,
    /// What the record's state is now, if its flow starts by submitting.
    pub record: RecordState,
}

/// Runs a command on a case with the answers given so far. The same arguments always give the same result; `case` is left as it is.
///
/// # Errors
/// The command is refused; whatever the shell did to answer must be rolled back.
pub fn step(flow: &Flow, case: &Case, request: &Request, answers: &[Answer]) -> Result<Progress, Refusal> {
    guard::check(flow, case, request.actor, &request.command)?;
    let mut run = Run { flow, case: case.clone(), request, answers, asked: 0, entries: Vec::new(), spent: 0 };
    match run.perform() {
        Ok(()) if run.asked < answers.len() => Err(Refusal::WrongAnswer { index: run.asked }),
        Ok(()) => Ok(Progress::Done(Outcome { record: run.case.state.record(), case: run.case, entries: run.entries })),
        Err(Stop::Need(need)) => Ok(Progress::Need(*need)),
        Err(Stop::Refused(refusal)) => Err(refusal),
    }
}

/// A command under way.
pub(super) struct Run<'a> {
    pub flow: &'a Flow,
    pub case: Case,
    request: &'a Request,
    answers: &'a [Answer],
    asked: usize,
    entries: Vec<Entry>,
    spent: u32,
}

/// Why a run cannot go on.
pub(super) enum Stop {
    Need(Box<Need>),
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Run<'_> {
    fn perform(&mut self) -> Result<(), Stop> {
        let request = self.request;
        match &request.command {
            Command::Submit => {
                let activation = self.case.next_ordinal;
                self.emit(Event::Submitted { activation })?;
                self.effect(Hook::Submitted)?;
                self.advance(None, 0)
            }
            Command::Approve { task, comment } => self.decide(*task, Verdict::Approved, comment),
            Command::Reject { task, comment } => self.decide(*task, Verdict::Rejected, comment),
            Command::ReturnToStart { task, resume, comment } => {
                let row = self.task(*task)?;
                let node = guard::approve_node(self.flow, &self.case, row)?;
                let offered = guard::resume_choices(node);
                let resume = resume.or(offered.first().copied()).unwrap_or_default();
                let activation = self.case.next_ordinal;
                self.emit(Event::Returned {
                    task: *task,
                    resume,
                    activation,
                    start_task: activation + 1,
                    comment: comment.clone(),
                })?;
                self.effect(Hook::Returned)
            }
            Command::Resubmit { task, comment } => self.resubmit(*task, comment),
            Command::Withdraw { comment } => self.end(CaseState::Withdrawn, Hook::Withdrawn, comment.clone()),
            Command::Terminate { reason } => self.end(CaseState::Terminated, Hook::Terminated, Some(reason.clone())),
        }
    }

    fn decide(&mut self, task: u32, verdict: Verdict, comment: &Option<String>) -> Result<(), Stop> {
        let activation = self.task(task)?.activation;
        self.emit(Event::Decided {
            task,
            verdict,
            by: self.request.actor.user,
            comment: comment.clone(),
            automatic: None,
        })?;
        self.go_on(activation)
    }

    fn resubmit(&mut self, task: u32, comment: &Option<String>) -> Result<(), Stop> {
        let origin = self.case.origin;
        self.emit(Event::Resubmitted { task, comment: comment.clone() })?;
        // What submitting did was done for the old values; it is taken back before it is done for the new ones.
        self.undo(|effect| matches!(effect, Hook::Submitted | Hook::Returned))?;
        self.effect(Hook::Submitted)?;
        match origin {
            None => self.advance(None, 0),
            Some(origin) => {
                let (scope, index) = self.place_of(origin)?;
                self.advance(scope, index)
            }
        }
    }

    /// Ends the case. Short of an approval, the effects so far are taken back, the last first.
    pub(super) fn end(&mut self, state: CaseState, hook: Hook, comment: Option<String>) -> Result<(), Stop> {
        if state != CaseState::Approved {
            self.undo(|_| true)?;
        }
        self.effect(hook)?;
        self.emit(Event::Ended { state, comment })
    }

    fn effect(&mut self, hook: Hook) -> Result<(), Stop> {
        self.run_effect(EffectKey { effect: hook, round: self.case.round, direction: Direction::Forward })
    }

    fn undo(&mut self, which: impl Fn(Hook) -> bool) -> Result<(), Stop> {
        let done = self.case.effects.clone();
        for key in done.into_iter().rev() {
            let undo = EffectKey { direction: Direction::Undo, ..key };
            let due = key.direction == Direction::Forward && !self.case.effects.contains(&undo);
            if due && which(key.effect) {
                self.run_effect(undo)?;
            }
        }
        Ok(())
    }

    fn run_effect(&mut self, effect: EffectKey) -> Result<(), Stop> {
        let steps = self.flow.on.steps(effect.effect);
        if steps.is_empty() {
            return Ok(());
        }
        let need = || Need::Effect { effect, steps: steps.to_vec() };
        match self.ask(need)? {
            Answer::Done => self.emit(Event::Effected { effect }),
            Answer::Refused(payload) => Err(Refusal::EffectRefused { effect, payload: payload.clone() }.into()),
            _ => Err(self.wrong_answer()),
        }
    }

    pub(super) fn ask_people(&mut self, need: Need) -> Result<Vec<Candidate>, Stop> {
        match self.ask(|| need)? {
            Answer::People(people) => Ok(people.clone()),
            _ => Err(self.wrong_answer()),
        }
    }

    pub(super) fn ask_condition(&mut self, node: &str, pointer: String, expression: &str) -> Result<bool, Stop> {
        let need =
            || Need::Value { node: node.to_owned(), pointer: pointer.clone(), expression: expression.to_owned() };
        match self.ask(need)? {
            Answer::Value(Ok(holds)) => Ok(*holds),
            Answer::Value(Err(error)) => {
                Err(Refusal::Rule { node: node.to_owned(), pointer, error: Box::new(error.clone()) }.into())
            }
            _ => Err(self.wrong_answer()),
        }
    }

    /// The answer to a need, if the shell has given it already.
    fn ask(&mut self, need: impl FnOnce() -> Need) -> Result<&Answer, Stop> {
        self.charge()?;
        match self.answers.get(self.asked) {
            Some(answer) => {
                self.asked += 1;
                Ok(answer)
            }
            None => Err(Stop::Need(Box::new(need()))),
        }
    }

    fn wrong_answer(&self) -> Stop {
        Refusal::WrongAnswer { index: self.asked.saturating_sub(1) }.into()
    }

    /// Logs an event and applies it.
    pub(super) fn emit(&mut self, event: Event) -> Result<(), Stop> {
        self.charge()?;
        let rev = match self.entries.first() {
            Some(first) => first.rev,
            None => self.case.rev + 1,
        };
        let entry =
            Entry { sequence: self.case.sequence + 1, rev, at: self.request.at, by: self.request.actor.user, event };
        apply(&mut self.case, &entry).map_err(|misfit| Refusal::Broken(misfit.to_string()))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Counts one step against the budget.
    pub(super) fn charge(&mut self) -> Result<(), Stop> {
        self.spent += 1;
        if self.spent > BUDGET {
            return Err(Refusal::Budget { limit: BUDGET }.into());
        }
        Ok(())
    }

    pub(super) fn starter(&self) -> Result<UserId, Stop> {
        self.case.starter.ok_or_else(|| Refusal::Broken("the case has no starter".into()).into())
    }

    fn task(&self, ordinal: u32) -> Result<&super::state::Task, Stop> {
        self.case.task(ordinal).ok_or_else(|| Refusal::NoSuchTask { task: ordinal }.into())
    }
}
