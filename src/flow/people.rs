//! Finding the people of a node: resolve, drop the disabled, substitute, self policy, merge, empty policy, cap; and who is spared because
//! they have approved already.

use indexmap::IndexMap;

use super::event::{Outcome, Skip};
use super::need::{Candidate, Need};
use super::refusal::Refusal;
use super::state::{Activation, ActivationState, Case, Scope, Standing, TaskState, Via};
use super::step::{Run, Stop};
use super::tally::Rule;
use crate::base::id::UserId;
use crate::definition::flow::{ApproveNode, Dedupe, EmptyAction, NodeKind, SelfPolicy, Who};

/// The most people that may decide together.
pub const MOST_PEOPLE: usize = 200;

/// Somebody who is to get a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub user: UserId,
    pub on_behalf_of: Option<UserId>,
    pub via: Via,
    pub weight: u32,
}

pub(super) enum Staff {
    People {
        people: Vec<Person>,
        rule: Rule,
    },
    /// The policies have decided; nobody is asked.
    Decided {
        outcome: Outcome,
        skip: Skip,
    },
}

impl Run<'_> {
    /// The people of an approval, or what the policies decide without any.
    pub(super) fn staff(&mut self, node: &ApproveNode, pointer: &str) -> Result<Staff, Stop> {
        let starter = self.starter()?;
        let own = node.own.unwrap_or(self.flow.settings.own);
        let candidates = self.find(&node.id, pointer, &node.who, &node.mode.weights)?;
        let mut people = living(&candidates, Via::Rule);
        let place = people.iter().position(|person| person.user == starter);
        if let Some(place) = place.filter(|_| own != SelfPolicy::Allow) {
            let spared = people.remove(place);
            let instead = match own {
                SelfPolicy::Superior => living(&self.ask_people(Need::Superior { of: starter })?, Via::Superior),
                SelfPolicy::Head => living(&self.ask_people(Need::Head { of: starter })?, Via::Head),
                SelfPolicy::Allow | SelfPolicy::Skip | SelfPolicy::Forbid => Vec::new(),
            };
            for mut person in instead.into_iter().rev() {
                let present = people.iter().any(|other| other.user == person.user);
                if person.user != starter && !present {
                    person.weight = spared.weight;
                    people.insert(place.min(people.len()), person);
                }
            }
            if people.is_empty() && own == SelfPolicy::Skip {
                return Ok(Staff::Decided { outcome: Outcome::Passed, skip: Skip::Starter });
            }
        }
        let staff = if people.is_empty() {
            let barred = (own == SelfPolicy::Forbid).then_some(starter);
            self.stand_in(node, pointer, barred)?
        } else {
            Staff::People { people, rule: Rule::of(&node.mode) }
        };
        match &staff {
            Staff::People { people, .. } if people.len() > MOST_PEOPLE => {
                Err(Refusal::TooManyPeople { node: node.id.clone(), count: people.len(), most: MOST_PEOPLE }.into())
            }
            _ => Ok(staff),
        }
    }

    /// The people to be told by a copy.
    pub(super) fn readers(&mut self, node: &str, pointer: &str, who: &[Who]) -> Result<Vec<UserId>, Stop> {
        let candidates = self.find(node, pointer, who, &IndexMap::new())?;
        let mut users: Vec<UserId> = Vec::new();
        for candidate in candidates.iter().filter(|candidate| !candidate.disabled) {
            if !users.contains(&candidate.user) {
                users.push(candidate.user);
            }
        }
        Ok(users)
    }

    /// The empty policy.
    fn stand_in(&mut self, node: &ApproveNode, pointer: &str, barred: Option<UserId>) -> Result<Staff, Stop> {
        let flow = self.flow;
        let (empty, place) = match &node.empty {
            Some(empty) => (empty, format!("{pointer}/empty/members")),
            None => (&flow.settings.empty, "/settings/empty/members".to_owned()),
        };
        let decided = |outcome| Staff::Decided { outcome, skip: Skip::Nobody };
        let mut people = Vec::new();
        match empty.action {
            EmptyAction::Pass => return Ok(decided(Outcome::Passed)),
            EmptyAction::Reject => return Ok(decided(Outcome::Rejected)),
            EmptyAction::Refuse => return Err(nobody(node)),
            EmptyAction::Members => {
                let rules = [Who::Members { members: empty.members.clone() }];
                let found = self.resolve(&node.id, place, &rules, &IndexMap::new())?;
                people = living(&found, Via::Members);
            }
            EmptyAction::Admins => {}
        }
        people.retain(|person| Some(person.user) != barred);
        if people.is_empty() {
            people = living(&self.ask_people(Need::Administrators)?, Via::Administrators);
            people.retain(|person| Some(person.user) != barred);
        }
        if people.is_empty() {
            return Err(nobody(node));
        }
        Ok(Staff::People { people, rule: Rule::ANY })
    }

    fn find(
        &mut self,
        node: &str,
        pointer: &str,
        who: &[Who],
        weights: &IndexMap<String, u32>,
    ) -> Result<Vec<Candidate>, Stop> {
        self.resolve(node, format!("{pointer}/who"), who, weights)
    }

    fn resolve(
        &mut self,
        node: &str,
        pointer: String,
        who: &[Who],
        weights: &IndexMap<String, u32>,
    ) -> Result<Vec<Candidate>, Stop> {
        let mut handlers = IndexMap::new();
        for rule in who {
            if let Who::Handler { node } = rule {
                handlers.insert(node.clone(), handlers_of(&self.case, node));
            }
        }
        let starter = self.starter()?;
        self.ask_people(Need::People {
            node: node.to_owned(),
            pointer,
            rules: who.to_vec(),
            starter,
            handlers,
            weights: weights.clone(),
        })
    }
}

/// Whoever of a node's holders has approved earlier, so that the dedupe policy spares them; the earlier task's ordinal.
pub(super) fn earlier_approval(case: &Case, activation: &Activation, holder: UserId, policy: Dedupe) -> Option<u32> {
    let mut earlier: Vec<&Activation> = case
        .activations
        .iter()
        .filter(|other| {
            other.kind == NodeKind::Approve
                && other.ordinal < activation.ordinal
                && other.standing == Standing::Current
                && other.state == ActivationState::Done
                && case.tasks_of(other.ordinal).next().is_some()
                && leads_to(case, other, activation)
        })
        .collect();
    match policy {
        Dedupe::None => return None,
        Dedupe::Adjacent => drop(earlier.drain(..earlier.len().saturating_sub(1))),
        Dedupe::AnyEarlier => {}
    }
    earlier
        .iter()
        .flat_map(|other| case.tasks_of(other.ordinal))
        .filter(|task| task.holder == holder && task.state == TaskState::Approved)
        .map(|task| task.ordinal)
        .last()
}

/// Whether `earlier` lies on the path to `later`, and not in a sibling arm of a branch that both lie in.
fn leads_to(case: &Case, earlier: &Activation, later: &Activation) -> bool {
    let later = scopes(case, later.scope.as_ref());
    scopes(case, earlier.scope.as_ref())
        .iter()
        .all(|scope| later.iter().all(|other| other.branch != scope.branch || other.arm == scope.arm))
}

/// The chain of arms around a place, innermost first.
fn scopes<'a>(case: &'a Case, scope: Option<&'a Scope>) -> Vec<&'a Scope> {
    let mut chain = Vec::new();
    let mut at = scope;
    while let Some(scope) = at {
        chain.push(scope);
        at = case.activation(scope.branch).and_then(|branch| branch.scope.as_ref());
    }
    chain
}

/// Drops the disabled, puts substitutes in place, and names each person once, where they first stand and with their greatest weight.
fn living(candidates: &[Candidate], via: Via) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| !candidate.disabled) {
        let user = candidate.substitute.unwrap_or(candidate.user);
        match people.iter_mut().find(|person| person.user == user) {
            Some(person) => person.weight = person.weight.max(candidate.weight),
            None => people.push(Person {
                user,
                on_behalf_of: candidate.substitute.map(|_| candidate.user),
                via,
                weight: candidate.weight,
            }),
        }
    }
    people
}

/// Who decided at the latest run of a node.
fn handlers_of(case: &Case, node: &str) -> Vec<UserId> {
    let latest = case.activations.iter().rev().find(|activation| {
        activation.node == node && activation.state == ActivationState::Done && activation.standing != Standing::Lapsed
    });
    latest.map_or_else(Vec::new, |activation| {
        case.tasks_of(activation.ordinal)
            .filter(|task| matches!(task.state, TaskState::Approved | TaskState::Completed))
            .map(|task| task.holder)
            .collect()
    })
}

fn nobody(node: &ApproveNode) -> Stop {
    Refusal::Nobody { node: node.id.clone() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disabled_go_and_substitutes_come() {
        let check = |candidates: &[(i64, bool, Option<i64>)], expected: &[(i64, Option<i64>)]| {
            let candidates: Vec<Candidate> = candidates
                .iter()
                .map(|(user, disabled, substitute)| Candidate {
                    user: UserId(*user),
                    disabled: *disabled,
                    substitute: substitute.map(UserId),
                    weight: 1,
                })
                .collect();
            let people: Vec<(i64, Option<i64>)> = living(&candidates, Via::Rule)
                .iter()
                .map(|person| (person.user.0, person.on_behalf_of.map(|user| user.0)))
                .collect();
            assert_eq!(people, expected);
        };
        check(&[], &[]);
        check(&[(1, false, None), (2, true, None)], &[(1, None)]);
        check(&[(1, true, Some(3))], &[]);
        check(&[(1, false, Some(3)), (3, false, None)], &[(3, Some(1))]);
        check(&[(1, false, None), (1, false, None)], &[(1, None)]);
    }
}
