//! The cascade: entering node after node until somebody has to do something, or the case has ended.

use super::event::{Automatic, Event, NewCopy, NewTask, Outcome, Skip, Verdict};
use super::people::{Person, Staff, earlier_approval};
use super::refusal::Refusal;
use super::state::{Activation, CaseState, Scope, TaskState};
use super::step::{Run, Stop};
use super::tally::{Rule, Tally};
use crate::definition::flow::{ApproveNode, BranchMode, BranchNode, Hook, Node, NodeKind, Pass};

impl<'a> Run<'a> {
    /// Goes on from a place in a block until all is quiet.
    pub(super) fn advance(&mut self, scope: Option<Scope>, index: usize) -> Result<(), Stop> {
        let mut places = vec![(scope, index)];
        while let Some((scope, index)) = places.pop() {
            self.charge()?;
            let Some(node) = self.block(scope.as_ref())?.get(index) else {
                match scope {
                    None => return self.end(CaseState::Approved, Hook::Approved, None),
                    Some(scope) => {
                        if let Some(after) = self.end_arm(&scope)? {
                            places.push(after);
                        }
                        continue;
                    }
                }
            };
            match node {
                Node::Approve(node) => match self.enter_approval(node, scope.clone())? {
                    Tally::Pending => {}
                    Tally::Passed => places.push((scope, index + 1)),
                    Tally::Rejected => return self.reject(),
                },
                Node::Cc(node) => {
                    let pointer = self.pointer(&node.id)?;
                    let users = self.readers(&node.id, &pointer, &node.who)?;
                    let activation = self.case.next_ordinal;
                    let ordinals = activation + 1..;
                    self.emit(Event::Copied {
                        activation,
                        node: node.id.clone(),
                        scope: scope.clone(),
                        copies: ordinals.zip(users).map(|(ordinal, user)| NewCopy { ordinal, user }).collect(),
                    })?;
                    places.push((scope, index + 1));
                }
                Node::Branch(node) if node.mode == BranchMode::Exclusive => {
                    let inner = self.enter_exclusive(node, scope)?;
                    places.push((Some(inner), 0));
                }
                other => {
                    return Err(Refusal::Unsupported { node: other.id().to_owned() }.into());
                }
            }
        }
        Ok(())
    }

    /// Counts an activation's decisions after one more, and goes on if that settles it.
    pub(super) fn go_on(&mut self, activation: u32) -> Result<(), Stop> {
        match self.settle(activation)? {
            Tally::Pending => Ok(()),
            Tally::Rejected => self.reject(),
            Tally::Passed => {
                let (scope, index) = self.place_of(activation)?;
                self.advance(scope, index + 1)
            }
        }
    }

    fn reject(&mut self) -> Result<(), Stop> {
        self.end(CaseState::Rejected, Hook::Rejected, None)
    }

    fn enter_approval(&mut self, node: &'a ApproveNode, scope: Option<Scope>) -> Result<Tally, Stop> {
        let pointer = self.pointer(&node.id)?;
        let staff = self.staff(node, &pointer)?;
        let activation = self.case.next_ordinal;
        let (people, rule) = match &staff {
            Staff::People { people, rule } => (people.as_slice(), Some(*rule)),
            Staff::Decided { .. } => (&[][..], None),
        };
        self.emit(Event::Entered {
            activation,
            node: node.id.clone(),
            kind: NodeKind::Approve,
            scope,
            arms: Vec::new(),
            rule,
            tasks: new_tasks(people, rule, activation + 1),
        })?;
        match staff {
            Staff::People { .. } => self.settle(activation),
            Staff::Decided { outcome, skip } => self.close(activation, outcome, Some(skip)),
        }
    }

    /// Opens whose turn it is, lets those be spared who have approved already, and closes the activation once its rule is met.
    fn settle(&mut self, activation: u32) -> Result<Tally, Stop> {
        loop {
            self.charge()?;
            let row = self.activation(activation)?;
            let rule = row.rule.ok_or_else(|| Refusal::Broken(format!("activation {activation} has no rule")))?;
            match rule.tally(row.counters) {
                Tally::Passed => return self.close(activation, Outcome::Passed, None),
                Tally::Rejected => return self.close(activation, Outcome::Rejected, None),
                Tally::Pending => {}
            }
            if let Some(task) = self.next_turn(activation) {
                self.emit(Event::Opened { task })?;
            }
            let Some(event) = self.spare(activation)? else {
                return Ok(Tally::Pending);
            };
            self.emit(event)?;
        }
    }

    /// The waiting task whose turn has come: the first, once none is open.
    fn next_turn(&self, activation: u32) -> Option<u32> {
        let mut tasks = self.case.tasks_of(activation);
        if tasks.any(|task| task.state == TaskState::Open) {
            return None;
        }
        self.case.tasks_of(activation).find(|task| task.state == TaskState::Waiting).map(|task| task.ordinal)
    }

    /// The automatic approval of an open task whose holder has approved already.
    fn spare(&self, activation: u32) -> Result<Option<Event>, Stop> {
        let row = self.activation(activation)?;
        let flow = self.flow;
        let policy = match flow.node(&row.node) {
            Some(Node::Approve(node)) => node.dedupe.unwrap_or(flow.settings.dedupe),
            _ => flow.settings.dedupe,
        };
        let mut open = self.case.tasks_of(activation).filter(|task| task.state == TaskState::Open);
        Ok(open.find_map(|task| {
            let earlier = earlier_approval(&self.case, row, task.holder, policy)?;
            Some(Event::Decided {
                task: task.ordinal,
                verdict: Verdict::Approved,
                by: task.holder,
                comment: None,
                automatic: Some(Automatic::AlreadyApproved { task: earlier }),
            })
        }))
    }

    fn close(&mut self, activation: u32, outcome: Outcome, skip: Option<Skip>) -> Result<Tally, Stop> {
        self.emit(Event::Closed { activation, outcome, skip })?;
        Ok(match outcome {
            Outcome::Passed => Tally::Passed,
            Outcome::Rejected => Tally::Rejected,
        })
    }

    /// Takes the first arm whose condition holds, else the else arm.
    fn enter_exclusive(&mut self, node: &'a BranchNode, scope: Option<Scope>) -> Result<Scope, Stop> {
        let pointer = self.pointer(&node.id)?;
        let mut taken = None;
        for (index, arm) in node.arms.iter().enumerate() {
            let Some(when) = arm.when.as_deref().filter(|_| !arm.otherwise) else {
                continue;
            };
            if self.ask_condition(&node.id, format!("{pointer}/arms/{index}/when"), when)? {
                taken = Some(arm);
                break;
            }
        }
        let arm = taken
            .or_else(|| node.arms.iter().find(|arm| arm.otherwise))
            .ok_or_else(|| Refusal::Broken(format!("the branch {} has no else arm", node.id)))?;
        let branch = self.case.next_ordinal;
        self.emit(Event::Entered {
            activation: branch,
            node: node.id.clone(),
            kind: NodeKind::Branch,
            scope,
            arms: vec![arm.id.clone()],
            rule: None,
            tasks: Vec::new(),
        })?;
        Ok(Scope { branch, arm: arm.id.clone() })
    }

    /// Ends an arm; with the last one the branch is done, and the place after it is next.
    fn end_arm(&mut self, scope: &Scope) -> Result<Option<(Option<Scope>, usize)>, Stop> {
        self.emit(Event::ArmEnded { branch: scope.branch, arm: scope.arm.clone() })?;
        if !self.activation(scope.branch)?.open_arms.is_empty() {
            return Ok(None);
        }
        self.close(scope.branch, Outcome::Passed, None)?;
        let (outer, index) = self.place_of(scope.branch)?;
        Ok(Some((outer, index + 1)))
    }

    /// Where an activation's node stands: its scope and its index in that block.
    pub(super) fn place_of(&self, activation: u32) -> Result<(Option<Scope>, usize), Stop> {
        let row = self.activation(activation)?;
        let index = self
            .block(row.scope.as_ref())?
            .iter()
            .position(|node| node.id() == row.node)
            .ok_or_else(|| Refusal::Broken(format!("the flow has no node {} there", row.node)))?;
        Ok((row.scope.clone(), index))
    }

    fn block(&self, scope: Option<&Scope>) -> Result<&'a [Node], Stop> {
        let flow = self.flow;
        let Some(scope) = scope else {
            return Ok(&flow.nodes);
        };
        let branch = self.activation(scope.branch)?;
        flow.arm(&branch.node, &scope.arm)
            .ok_or_else(|| Refusal::Broken(format!("the flow has no arm {} in {}", scope.arm, branch.node)).into())
    }

    fn activation(&self, ordinal: u32) -> Result<&Activation, Stop> {
        self.case.activation(ordinal).ok_or_else(|| Refusal::Broken(format!("there is no activation {ordinal}")).into())
    }

    fn pointer(&self, node: &str) -> Result<String, Stop> {
        self.flow.pointer(node).ok_or_else(|| Refusal::Broken(format!("the flow has no node {node}")).into())
    }
}

fn new_tasks(people: &[Person], rule: Option<Rule>, first: u32) -> Vec<NewTask> {
    let one_by_one = rule.is_some_and(|rule| rule.pass == Pass::Sequence);
    people
        .iter()
        .zip(first..)
        .map(|(person, ordinal)| NewTask {
            ordinal,
            holder: person.user,
            on_behalf_of: person.on_behalf_of,
            via: person.via,
            weight: person.weight,
            state: if one_by_one && ordinal > first { TaskState::Waiting } else { TaskState::Open },
        })
        .collect()
}
