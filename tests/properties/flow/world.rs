//! Random flows, and a world that answers what the core asks about them.

use std::collections::{HashMap, HashSet};

use formwork::base::id::UserId;
use formwork::definition::flow::{Flow, Node};
use formwork::flow::command::Request;
use formwork::flow::need::{Answer, Candidate, Need};
use formwork::flow::refusal::Refusal;
use formwork::flow::state::Case;
use formwork::flow::step::{Outcome, Progress, step};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

pub const STARTER: UserId = UserId(1);
pub const ADMINISTRATOR: UserId = UserId(9);

/// A node of a random tree, before it gets its id.
#[derive(Clone, Debug)]
pub enum Shape {
    Approve { people: Vec<i64>, mode: usize, settings: usize },
    Cc { people: Vec<i64> },
    Branch { arms: Vec<Vec<Shape>>, taken: usize },
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub block: Vec<Shape>,
    pub dedupe: usize,
    pub own: usize,
    pub empty: usize,
    withdraw: usize,
    hooks: bool,
    disabled: Vec<i64>,
    substitutes: bool,
}

/// The flow with what the world answers about it.
pub struct World {
    pub flow: Flow,
    people: HashMap<String, Vec<i64>>,
    pub conditions: HashMap<String, bool>,
    pub disabled: Vec<i64>,
    substitutes: bool,
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let people = || prop::collection::vec(1_i64..6, 0..=4);
    let leaf = prop_oneof![
        4 => (people(), 0_usize..12, 0_usize..6)
            .prop_map(|(people, mode, settings)| Shape::Approve { people, mode, settings }),
        1 => people().prop_map(|people| Shape::Cc { people }),
    ];
    let node = leaf.prop_recursive(3, 16, 3, |inner| {
        let arms = prop::collection::vec(prop::collection::vec(inner, 0..3), 2..4);
        (arms, 0_usize..4).prop_map(|(arms, taken)| Shape::Branch { arms, taken })
    });
    prop::collection::vec(node, 1..5)
}

pub fn plans() -> impl Strategy<Value = Plan> {
    (
        shapes(),
        0_usize..3,
        0_usize..5,
        0_usize..5,
        0_usize..3,
        any::<bool>(),
        prop::collection::vec(2_i64..6, 0..2),
        any::<bool>(),
    )
        .prop_map(|(block, dedupe, own, empty, withdraw, hooks, disabled, substitutes)| Plan {
            block,
            dedupe,
            own,
            empty,
            withdraw,
            hooks,
            disabled,
            substitutes,
        })
}

impl World {
    pub fn of(plan: &Plan) -> Self {
        let mut world = Self {
            flow: serde_json::from_value(json!({"key": "f", "table": "t", "title": "F", "nodes": []})).unwrap(),
            people: HashMap::new(),
            conditions: HashMap::new(),
            disabled: plan.disabled.clone(),
            substitutes: plan.substitutes,
        };
        let mut count = 0;
        let nodes = world.block(&plan.block, &mut count);
        let empty = ["pass", "reject", "members", "admins", "refuse"][plan.empty];
        let dedupe = ["none", "adjacent", "any_earlier"][plan.dedupe];
        let own = ["allow", "skip", "superior", "head", "forbid"][plan.own];
        let withdraw = ["before_first_decision", "any_time", "never"][plan.withdraw];
        let members: &[&str] = if empty == "members" { &["stand_in"] } else { &[] };
        let notify = json!([{"do": "notify", "who": [{"rule": "starter"}], "message": "m"}]);
        let hooks = if plan.hooks {
            json!({"submitted": notify, "approved": notify, "rejected": notify, "withdrawn": notify,
                   "returned": notify, "terminated": notify})
        } else {
            json!({"approved": notify})
        };
        world.flow = serde_json::from_value(json!({
            "key": "f", "table": "t", "title": "F", "nodes": nodes, "on": hooks,
            "settings": {
                "dedupe": dedupe,
                "self": own,
                "empty": {"do": empty, "members": members},
                "withdraw": withdraw,
            }
        }))
        .unwrap();
        assert_eq!(world.flow.check(), []);
        assert_eq!(world.flow.unsupported(), []);
        world
    }

    fn block(&mut self, block: &[Shape], count: &mut u32) -> Vec<Json> {
        block.iter().map(|shape| self.node(shape, count)).collect()
    }

    fn node(&mut self, shape: &Shape, count: &mut u32) -> Json {
        *count += 1;
        let id = format!("n{count}");
        let who = json!([{"rule": "role", "role": "some"}]);
        match shape {
            Shape::Approve { people, mode, settings } => {
                self.people.insert(id.clone(), people.clone());
                let pass = ["any", "all", "sequence", "percent", "count", "weight"][mode % 6];
                let need = match pass {
                    "percent" => Some(60),
                    "count" => Some(2),
                    "weight" => Some(3),
                    _ => None,
                };
                let reject = if *mode < 6 { "first" } else { "complement" };
                let mut mode = json!({"pass": pass, "reject": reject});
                if let Some(need) = need {
                    mode["need"] = json!(need);
                }
                let (to, resume) = [
                    ("start", "ask"),
                    ("start", "rerun"),
                    ("start", "direct"),
                    ("none", "ask"),
                    ("start", "ask"),
                    ("start", "direct"),
                ][*settings];
                json!({"type": "approve", "id": id, "who": who, "mode": mode, "return": {"to": to, "resume": resume}})
            }
            Shape::Cc { people } => {
                self.people.insert(id.clone(), people.clone());
                json!({"type": "cc", "id": id, "who": who})
            }
            Shape::Branch { arms, taken } => {
                let last = arms.len() - 1;
                let arms: Vec<Json> = arms
                    .iter()
                    .enumerate()
                    .map(|(index, nodes)| {
                        let nodes = self.block(nodes, count);
                        let arm = format!("a{index}");
                        if index == last {
                            return json!({"id": arm, "else": true, "nodes": nodes});
                        }
                        let condition = format!("{id}_{index}");
                        self.conditions.insert(condition.clone(), index == *taken);
                        json!({"id": arm, "when": condition, "nodes": nodes})
                    })
                    .collect();
                json!({"type": "branch", "id": id, "arms": arms})
            }
        }
    }

    fn candidate(&self, user: i64) -> Candidate {
        Candidate {
            user: UserId(user),
            disabled: self.disabled.contains(&user),
            substitute: (self.substitutes && user == 5).then_some(UserId(6)),
            weight: u32::try_from(user).unwrap(),
        }
    }

    pub fn answer(&self, need: &Need) -> Answer {
        match need {
            Need::People { node, pointer, .. } if pointer.ends_with("/who") => {
                Answer::People(self.people[node].iter().map(|user| self.candidate(*user)).collect())
            }
            Need::People { .. } => Answer::People(vec![self.candidate(4)]),
            Need::Superior { .. } => Answer::People(vec![self.candidate(3)]),
            Need::Head { .. } => Answer::People(vec![]),
            Need::Administrators => Answer::People(vec![Candidate::of(ADMINISTRATOR)]),
            Need::Value { expression, .. } => Answer::Value(Ok(self.conditions[expression])),
            Need::Effect { .. } => Answer::Done,
        }
    }

    pub fn run(&self, case: &Case, request: &Request) -> Result<Outcome, Refusal> {
        let mut answers = Vec::new();
        loop {
            match step(&self.flow, case, request, &answers)? {
                Progress::Need(need) => answers.push(self.answer(&need)),
                Progress::Done(outcome) => return Ok(outcome),
            }
        }
    }

    /// The people who stay after the disabled have gone and substitutes have come.
    pub fn living(&self, node: &str) -> HashSet<UserId> {
        self.people[node]
            .iter()
            .map(|user| self.candidate(*user))
            .filter(|candidate| !candidate.disabled)
            .map(|candidate| candidate.substitute.unwrap_or(candidate.user))
            .collect()
    }
}

/// The leaf nodes on the way that the conditions open, found without the engine.
pub fn way<'a>(world: &World, block: &'a [Node], found: &mut Vec<&'a str>) {
    for node in block {
        match node {
            Node::Branch(branch) => {
                let arm =
                    branch.arms.iter().find(|arm| arm.when.as_ref().is_none_or(|when| world.conditions[when])).unwrap();
                way(world, &arm.nodes, found);
            }
            node => found.push(node.id()),
        }
    }
}
