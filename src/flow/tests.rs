//! Short stories of single cases, each told as commands and what comes of them.

use indexmap::IndexMap;
use serde_json::json;

use super::command::{Actor, Command, Request};
use super::event::Direction;
use super::need::{Answer, Candidate, Need, RuleError};
use super::refusal::Refusal;
use super::state::{Case, CaseState, RecordState, TaskState, Via};
use super::step::{Outcome, Progress, step};
use super::view::{Op, allowed, path};
use crate::base::id::{CaseId, UserId};
use crate::base::time::Timestamp;
use crate::definition::flow::{Flow, Resume};

/// A case under test. People are named by number: user 1 starts, user 9 administers; a `members` rule names numbers.
struct Story {
    flow: Flow,
    case: Case,
    /// Conditions that hold; `?` in an expression makes it unset.
    holds: Vec<&'static str>,
    /// Effects asked for, as `approved` or `-submitted`; those in `refused` are refused.
    effects: Vec<String>,
    refused: Vec<&'static str>,
}

impl Story {
    fn new(nodes: serde_json::Value, settings: serde_json::Value) -> Self {
        let hook = json!([{"do": "notify", "who": [{"rule": "starter"}], "message": "m"}]);
        let flow: Flow = serde_json::from_value(json!({
            "key": "f", "table": "t", "title": "F", "nodes": nodes, "settings": settings,
            "on": {"submitted": hook, "approved": hook, "rejected": hook},
        }))
        .unwrap();
        assert_eq!(flow.check(), []);
        assert_eq!(flow.unsupported(), []);
        Self { flow, case: Case::new(CaseId(1)), holds: Vec::new(), effects: Vec::new(), refused: Vec::new() }
    }

    fn submitted(nodes: serde_json::Value, settings: serde_json::Value) -> Self {
        let mut story = Self::new(nodes, settings);
        story.act(1, Command::Submit).unwrap();
        story
    }

    fn act(&mut self, user: i64, command: Command) -> Result<RecordState, Refusal> {
        let request = Request { actor: actor(user), at: Timestamp(i64::from(self.case.rev)), command };
        let mut answers = Vec::new();
        let mut effects = Vec::new();
        let outcome: Outcome = loop {
            match step(&self.flow, &self.case, &request, &answers)? {
                Progress::Done(outcome) => break outcome,
                Progress::Need(need) => answers.push(self.answer(&need, &mut effects)),
            }
        };
        self.effects.extend(effects);
        self.case = outcome.case;
        Ok(outcome.record)
    }

    fn answer(&self, need: &Need, effects: &mut Vec<String>) -> Answer {
        let people = |users: &[i64]| Answer::People(users.iter().map(|user| Candidate::of(UserId(*user))).collect());
        match need {
            Need::People { rules, handlers, .. } => {
                let mut users: Vec<i64> = handlers.values().flatten().map(|user| user.0).collect();
                for rule in rules {
                    if let crate::definition::flow::Who::Members { members } = rule {
                        users.extend(members.iter().map(|login| login.parse::<i64>().unwrap()));
                    }
                }
                people(&users[..users.len() - usize::from(users.last() == Some(&0))])
            }
            Need::Superior { .. } => people(&[7]),
            Need::Head { .. } => people(&[8]),
            Need::Administrators => people(&[9]),
            Need::Value { expression, .. } if expression.ends_with('?') => Answer::Value(Err(RuleError {
                code: "unset_value".into(),
                field: Some("amount".into()),
                message: "amount is not filled in".into(),
            })),
            Need::Value { expression, .. } => Answer::Value(Ok(self.holds.contains(&expression.as_str()))),
            Need::Effect { effect, .. } if self.refused.contains(&effect.effect.key()) => {
                Answer::Refused("short by 3".into())
            }
            Need::Effect { effect, .. } => {
                let sign = if effect.direction == Direction::Undo { "-" } else { "" };
                effects.push(format!("{sign}{}", effect.effect.key()));
                Answer::Done
            }
        }
    }

    /// The ordinal of the open task of a user.
    fn task(&self, user: i64) -> u32 {
        let mut open = self.case.open_tasks();
        open.find(|task| task.holder == UserId(user)).unwrap().ordinal
    }

    fn approve(&mut self, user: i64) -> Result<RecordState, Refusal> {
        let task = self.task(user);
        self.act(user, Command::Approve { task, comment: None })
    }

    fn send_back(&mut self, user: i64, resume: Resume) {
        let task = self.task(user);
        let resume = Some(resume);
        self.act(user, Command::ReturnToStart { task, resume, comment: None }).unwrap();
    }

    fn resubmit(&mut self) {
        let task = self.task(1);
        self.act(1, Command::Resubmit { task, comment: None }).unwrap();
    }

    /// Open tasks as `node:user`.
    fn open(&self) -> Vec<String> {
        self.case
            .open_tasks()
            .map(|task| {
                let activation = self.case.activation(task.activation).unwrap();
                format!("{}:{}", activation.node, task.holder)
            })
            .collect()
    }
}

fn actor(user: i64) -> Actor {
    Actor { user: UserId(user), administrator: user == 9 }
}

/// An approval by these people; 0 stands for nobody.
fn ask(id: &str, users: &[i64], pass: &str) -> serde_json::Value {
    let logins: Vec<String> = users.iter().map(ToString::to_string).collect();
    json!({"type": "approve", "id": id, "who": [{"rule": "members", "members": logins}], "mode": {"pass": pass}})
}

#[test]
fn modes_open_and_close_tasks() {
    let check = |pass: &str, by: &[i64], open: &[&str], states: &[TaskState]| {
        let mut story = Story::submitted(json!([ask("a", &[2, 3, 4], pass), ask("b", &[5], "any")]), json!({}));
        for user in by {
            story.approve(*user).unwrap();
        }
        assert_eq!(story.open(), open, "{pass} {by:?}");
        let of_a: Vec<TaskState> = story.case.tasks.iter().take(3).map(|task| task.state).collect();
        assert_eq!(of_a, states, "{pass} {by:?}");
    };
    use TaskState::{Approved, Open, Superseded, Waiting};
    check("any", &[3], &["b:5"], &[Superseded, Approved, Superseded]);
    check("all", &[3], &["a:2", "a:4"], &[Open, Approved, Open]);
    check("all", &[3, 2, 4], &["b:5"], &[Approved, Approved, Approved]);
    check("sequence", &[], &["a:2"], &[Open, Waiting, Waiting]);
    check("sequence", &[2, 3], &["a:4"], &[Approved, Approved, Open]);
}

#[test]
fn policies_choose_who_is_asked() {
    let check = |users: &[i64], settings: serde_json::Value, expected: Result<&[&str], &str>| {
        let mut story = Story::new(json!([ask("a", users, "all"), ask("b", &[6], "any")]), settings.clone());
        let result = story.act(1, Command::Submit);
        match expected {
            Ok(open) => assert_eq!(story.open(), open, "{users:?} {settings}: {result:?}"),
            Err(code) => assert_eq!(result.unwrap_err().code(), code, "{users:?} {settings}"),
        }
    };
    check(&[1, 2], json!({}), Ok(&["a:1", "a:2"]));
    check(&[1, 2], json!({"self": "skip"}), Ok(&["a:2"]));
    check(&[1], json!({"self": "skip"}), Ok(&["b:6"]));
    check(&[1, 2], json!({"self": "superior"}), Ok(&["a:7", "a:2"]));
    check(&[1, 7], json!({"self": "superior"}), Ok(&["a:7"]));
    check(&[1], json!({"self": "head"}), Ok(&["a:8"]));
    check(&[1], json!({"self": "forbid"}), Ok(&["a:9"]));
    check(&[0], json!({}), Ok(&["a:9"]));
    check(&[0], json!({"empty": {"do": "pass"}}), Ok(&["b:6"]));
    check(&[0], json!({"empty": {"do": "reject"}}), Ok(&[]));
    check(&[0], json!({"empty": {"do": "refuse"}}), Err("nobody"));
    check(&[0], json!({"empty": {"do": "members", "members": ["4"]}}), Ok(&["a:4"]));
    check(&[1], json!({"self": "forbid", "empty": {"do": "members", "members": ["1"]}}), Ok(&["a:9"]));
}

#[test]
fn who_has_approved_is_spared() {
    let check = |dedupe: &str, open: &[&str]| {
        let nodes = json!([
            ask("a", &[2], "any"),
            ask("b", &[3], "any"),
            ask("c", &[3, 4], "all"),
            ask("d", &[2], "any"),
            ask("e", &[5], "any")
        ]);
        let mut story = Story::submitted(nodes, json!({"dedupe": dedupe}));
        for user in [2, 3, 4] {
            story.approve(user).unwrap_or_else(|refusal| panic!("{refusal}"));
        }
        assert_eq!(story.open(), open, "{dedupe}");
        story
    };
    check("adjacent", &["d:2"]);
    let story = check("any_earlier", &["e:5"]);
    let automatic = story.case.tasks.iter().filter(|task| task.automatic.is_some()).count();
    assert_eq!(automatic, 2);
}

#[test]
fn a_rerun_asks_again_and_a_direct_return_comes_straight_back() {
    let nodes = || json!([ask("a", &[2], "any"), ask("b", &[2, 3], "all"), ask("c", &[4], "any")]);
    let mut rerun = Story::submitted(nodes(), json!({"dedupe": "any_earlier"}));
    rerun.approve(2).unwrap();
    assert_eq!(rerun.open(), ["b:3"]);
    rerun.send_back(3, Resume::Rerun);
    assert_eq!((rerun.case.state, rerun.open()), (CaseState::Returned, vec!["start:1".to_owned()]));
    rerun.resubmit();
    assert_eq!(rerun.open(), ["a:2"]);
    assert_eq!(rerun.effects, ["submitted", "-submitted", "submitted"]);

    let mut direct = Story::submitted(nodes(), json!({"dedupe": "any_earlier"}));
    direct.approve(2).unwrap();
    direct.send_back(3, Resume::Direct);
    assert_eq!(direct.open(), ["start:1"]);
    direct.resubmit();
    // What was approved before the rework spares nobody.
    assert_eq!(direct.open(), ["b:2", "b:3"]);
    let shown: Vec<String> = path(&direct.flow, &direct.case, &IndexMap::new())
        .into_iter()
        .map(|stop| format!("{}:{:?}", stop.node, stop.state))
        .collect();
    assert_eq!(shown, ["start:Done", "a:Done", "b:Now", "c:Ahead"]);
    direct.approve(2).unwrap();
    direct.approve(3).unwrap();
    assert_eq!(direct.approve(4), Ok(RecordState::Approved));
    assert_eq!(direct.effects.last().map(String::as_str), Some("approved"));
}

#[test]
fn the_second_of_two_is_told_who_was_first() {
    let mut story = Story::submitted(json!([ask("a", &[2, 3], "any"), ask("b", &[4], "any")]), json!({}));
    let late = story.task(3);
    story.approve(2).unwrap();
    let refusal = story.act(3, Command::Reject { task: late, comment: None }).unwrap_err();
    let expected = Refusal::AlreadyDecided {
        task: late,
        state: TaskState::Superseded,
        by: Some(UserId(2)),
        at: Some(Timestamp(1)),
    };
    assert_eq!(refusal, expected);
    let stranger = story.act(5, Command::Approve { task: late, comment: None });
    assert_eq!(stranger.unwrap_err().code(), "not_yours");
    assert_eq!(story.open(), ["b:4"]);
}

#[test]
fn conditions_choose_an_arm_and_an_unset_one_refuses() {
    let nodes = |when: &str| {
        json!([{"type": "branch", "id": "size", "arms": [
            {"id": "rest", "else": true, "nodes": []},
            {"id": "big", "when": when, "nodes": [ask("boss", &[2], "any")]}]},
            ask("last", &[3], "any")])
    };
    let check = |when: &str, open: &[&str]| {
        let mut story = Story::new(nodes(when), json!({}));
        story.holds.push("large");
        story.act(1, Command::Submit).unwrap();
        assert_eq!(story.open(), open);
    };
    check("large", &["boss:2"]);
    check("small", &["last:3"]);
    let refusal = Story::new(nodes("amount?"), json!({})).act(1, Command::Submit).unwrap_err();
    assert_eq!(refusal.code(), "unset_value");
    assert!(refusal.to_string().contains("/nodes/0/arms/1/when"), "{refusal}");
}

#[test]
fn a_refused_posting_leaves_the_task_open() {
    let mut story = Story::submitted(json!([ask("a", &[2], "any")]), json!({}));
    story.refused.push("approved");
    let before = story.case.clone();
    let refusal = story.approve(2).unwrap_err();
    assert!(matches!(refusal, Refusal::EffectRefused { payload, .. } if payload == "short by 3"));
    assert_eq!(story.case, before);
    story.refused.clear();
    assert_eq!(story.approve(2), Ok(RecordState::Approved));
}

#[test]
fn ends_short_of_approval_take_effects_back() {
    let check = |end: &dyn Fn(&mut Story) -> RecordState, state, record, effects: &[&str]| {
        let mut story = Story::submitted(json!([ask("a", &[2], "any")]), json!({}));
        assert_eq!(end(&mut story), record);
        assert_eq!(story.case.state, state);
        assert_eq!(story.effects, effects);
        assert_eq!(story.open(), [""; 0]);
    };
    let reject = |story: &mut Story| {
        let task = story.task(2);
        story.act(2, Command::Reject { task, comment: None }).unwrap()
    };
    let withdraw = |story: &mut Story| story.act(1, Command::Withdraw { comment: None }).unwrap();
    let terminate = |story: &mut Story| story.act(9, Command::Terminate { reason: "wrong".into() }).unwrap();
    check(&reject, CaseState::Rejected, RecordState::Rejected, &["submitted", "-submitted", "rejected"]);
    check(&withdraw, CaseState::Withdrawn, RecordState::Draft, &["submitted", "-submitted"]);
    check(&terminate, CaseState::Terminated, RecordState::Rejected, &["submitted", "-submitted"]);
}

#[test]
fn withdrawing_follows_its_policy() {
    let check = |policy: &str, decided: bool, expected: bool| {
        let nodes = json!([ask("a", &[2], "any"), ask("b", &[3], "any")]);
        let mut story = Story::submitted(nodes, json!({"withdraw": policy}));
        if decided {
            story.approve(2).unwrap();
        }
        let offered = allowed(&story.flow, &story.case, actor(1)).contains(&Op::Withdraw);
        assert_eq!(offered, expected, "{policy} {decided}");
        let done = story.act(1, Command::Withdraw { comment: None });
        assert_eq!(done.is_ok(), expected);
    };
    check("before_first_decision", false, true);
    check("before_first_decision", true, false);
    check("any_time", true, true);
    check("never", false, false);
}

#[test]
fn substitutes_and_handlers_are_named() {
    let nodes =
        json!([ask("a", &[0], "any"), {"type": "approve", "id": "b", "who": [{"rule": "handler", "node": "a"}]}]);
    let mut story = Story::submitted(nodes, json!({}));
    assert_eq!(story.case.tasks[0].via, Via::Administrators);
    story.approve(9).unwrap();
    // The handler was decided by the very command that asks for them.
    assert_eq!(story.open(), ["b:9"]);
}

#[test]
fn the_budget_ends_a_cascade_that_does_not_rest() {
    let nodes: Vec<serde_json::Value> =
        (0..600).map(|index| json!({"type": "cc", "id": format!("c{index}"), "who": [{"rule": "starter"}]})).collect();
    let refusal = Story::new(json!(nodes), json!({})).act(1, Command::Submit).unwrap_err();
    assert_eq!(refusal.code(), "budget");
}
