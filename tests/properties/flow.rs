//! The approval core under random trees and random commands, also late and repeated ones, against the invariants of a case.

use std::collections::{HashMap, HashSet};

use formwork::base::id::{CaseId, UserId};
use formwork::base::time::Timestamp;
use formwork::definition::flow::{NodeKind, Pass, RejectRule, Resume};
use formwork::flow::command::{Actor, Command, Request};
use formwork::flow::event::{Direction, EffectKey, Entry, Event};
use formwork::flow::need::{Answer, Need, RuleError};
use formwork::flow::refusal::Refusal;
use formwork::flow::replay::replay;
use formwork::flow::state::{Activation, ActivationState, Case, CaseState, RecordState, Scope, TaskState};
use formwork::flow::step::{Progress, step};
use formwork::flow::tally::{Counters, Rule, Tally};
use formwork::flow::view::{Op, PathState, allowed, path};
use indexmap::IndexMap;
use proptest::prelude::*;

mod world;

use world::{ADMINISTRATOR, STARTER, World, plans, way};

fn request(user: UserId, at: i64, command: Command) -> Request {
    let actor = Actor { user, administrator: user == ADMINISTRATOR };
    Request { actor, at: Timestamp(at), command }
}

fn check_invariants(world: &World, case: &Case, log: &[Entry]) {
    let open_leaf =
        case.activations.iter().any(|row| row.state == ActivationState::Open && row.kind != NodeKind::Branch);
    let moving = matches!(case.state, CaseState::Running | CaseState::Returned);
    assert_eq!(moving, open_leaf, "1: moving exactly while a leaf is open");
    assert_eq!(moving, !case.state.is_terminal() && case.state != CaseState::New);
    if case.state.is_terminal() {
        let live = |state| matches!(state, ActivationState::Open | ActivationState::Parked);
        assert!(case.activations.iter().all(|row| !live(row.state)), "1");
        assert!(case.tasks.iter().all(|task| !task.state.is_live()), "1");
        assert_eq!(case.origin, None);
    }
    for row in &case.activations {
        check_activation(case, row);
    }
    for task in case.open_tasks() {
        assert!(!world.disabled.contains(&task.holder.0), "2: a living holder");
        let row = case.activation(task.activation).unwrap();
        assert_eq!(row.state, ActivationState::Open, "3: an open task in an open activation");
    }
    check_log(case, log);
    check_effects(world, case);
    assert_eq!(replay(case.id, log).unwrap(), *case, "5: the log gives the rows");
    let text = serde_json::to_string(log).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Entry>>(&text).unwrap(), log);
    let now = path(&world.flow, case, &IndexMap::new());
    let current = now.iter().filter(|stop| stop.state == PathState::Now).count();
    assert_eq!(current > 0, moving, "the path shows where a moving case stands");
}

fn check_activation(case: &Case, row: &Activation) {
    let tasks: Vec<_> = case.tasks_of(row.ordinal).collect();
    let open = tasks.iter().any(|task| task.state == TaskState::Open);
    if row.state == ActivationState::Open && row.kind != NodeKind::Branch {
        assert!(open, "2: an open activation has an open task");
    }
    if matches!(row.state, ActivationState::Done | ActivationState::Cancelled) {
        assert!(tasks.iter().all(|task| !task.state.is_live()), "closed with its tasks");
    }
    let live = |row: &Activation| matches!(row.state, ActivationState::Open | ActivationState::Parked);
    let mut scope = row.scope.as_ref().filter(|_| live(row));
    while let Some(Scope { branch, arm }) = scope {
        let branch = case.activation(*branch).unwrap();
        assert_eq!(branch.state, row.state, "3: the chain shares the state");
        assert!(branch.open_arms.contains(arm), "3");
        scope = branch.scope.as_ref();
    }
    for arm in row.open_arms.iter().filter(|_| live(row)) {
        let within = Scope { branch: row.ordinal, arm: arm.clone() };
        let alive = |other: &Activation| live(other) && other.scope.as_ref() == Some(&within);
        assert!(case.activations.iter().any(alive), "3: an open arm has a live activation");
    }
    if let Some(rule) = row.rule.filter(|_| row.kind == NodeKind::Approve) {
        let sum = |state| tasks.iter().filter(|task| state == task.state).map(|task| rule.share(task.weight)).sum();
        let counted = Counters {
            total: tasks.iter().map(|task| rule.share(task.weight)).sum(),
            approved: sum(TaskState::Approved),
            rejected: sum(TaskState::Rejected),
        };
        assert_eq!(counted, row.counters, "5: counters recomputed");
        if row.state == ActivationState::Open {
            assert_eq!(rule.tally(counted), Tally::Pending, "nothing decided is left standing");
        }
    }
}

fn check_log(case: &Case, log: &[Entry]) {
    let numbers: Vec<u32> = log.iter().map(|entry| entry.sequence).collect();
    let expected: Vec<u32> = (1..=case.sequence).collect();
    assert_eq!(numbers, expected, "4: no gaps");
    let decisions: Vec<u32> = log
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Decided { task, .. } | Event::Returned { task, .. } | Event::Resubmitted { task, .. } => Some(*task),
            _ => None,
        })
        .collect();
    let once: HashSet<u32> = decisions.iter().copied().collect();
    assert_eq!(once.len(), decisions.len(), "4: decided once");
    let decided: HashSet<u32> =
        case.tasks.iter().filter(|task| task.state.is_decided()).map(|task| task.ordinal).collect();
    assert_eq!(once, decided, "4: decisions in the log are the decided tasks");
}

fn check_effects(world: &World, case: &Case) {
    let mut net: HashMap<(&str, u32), i32> = HashMap::new();
    let mut seen: HashSet<EffectKey> = HashSet::new();
    for key in &case.effects {
        assert!(seen.insert(*key), "7: at most once: {key:?}");
        let count = net.entry((key.effect.key(), key.round)).or_default();
        *count += if key.direction == Direction::Forward { 1 } else { -1 };
        assert!((0..=1).contains(count), "7: undone at most as often as done");
    }
    let forward = |name: &str| net.iter().any(|((key, _), count)| *key == name && *count == 1);
    assert_eq!(forward("approved"), case.state == CaseState::Approved, "7");
    let own = match case.state {
        CaseState::Rejected => "rejected",
        CaseState::Withdrawn => "withdrawn",
        CaseState::Terminated => "terminated",
        _ => return,
    };
    assert_eq!(forward(own), !world.flow.on.rejected.is_empty());
    assert!(net.iter().all(|((key, _), count)| *key == own || *count == 0), "7: net zero: {net:?}");
}

/// A random command: mostly of a holder for a task that exists, often a task closed long ago, sometimes of somebody else.
fn command(case: &Case, (kind, pick, who): (u8, u16, u8)) -> (UserId, Command) {
    let count = case.tasks.len().max(1);
    let open: Vec<u32> = case.open_tasks().map(|task| task.ordinal).collect();
    let task = match open.get(usize::from(pick) % open.len().max(1)) {
        Some(task) if pick % 4 != 0 => *task,
        _ => case.tasks.get(usize::from(pick) % count).map_or(u32::from(pick), |task| task.ordinal),
    };
    let holder = case.task(task).map_or(STARTER, |task| task.holder);
    let user = if who % 8 == 0 { UserId(i64::from(who % 10)) } else { holder };
    let comment = Some(format!("c{pick}"));
    match kind % 16 {
        0..=5 => (user, Command::Approve { task, comment }),
        6 => (user, Command::Reject { task, comment }),
        7 | 8 => {
            let resume = [None, Some(Resume::Rerun), Some(Resume::Direct)][usize::from(pick) % 3];
            (user, Command::ReturnToStart { task, resume, comment })
        }
        9..=12 => (user, Command::Resubmit { task, comment }),
        13 if who % 2 == 0 => (STARTER, Command::Withdraw { comment }),
        14 if who % 4 == 0 => (ADMINISTRATOR, Command::Terminate { reason: "r".into() }),
        15 if who % 4 == 0 => (STARTER, Command::Submit),
        _ => (user, Command::Approve { task, comment }),
    }
}

/// Whether the view offers what was asked.
fn offered(world: &World, case: &Case, actor: Actor, command: &Command) -> bool {
    allowed(&world.flow, case, actor).iter().any(|op| match (op, command) {
        (Op::Approve { task }, Command::Approve { task: asked, .. })
        | (Op::Reject { task }, Command::Reject { task: asked, .. })
        | (Op::Resubmit { task }, Command::Resubmit { task: asked, .. }) => task == asked,
        (Op::ReturnToStart { task, resume }, Command::ReturnToStart { task: asked, resume: how, .. }) => {
            task == asked && how.is_none_or(|how| resume.contains(&how))
        }
        (Op::Withdraw, Command::Withdraw { .. }) | (Op::Terminate, Command::Terminate { .. }) => true,
        _ => false,
    })
}

/// Whether a refusal comes from the guards, and not from what the cascade met.
fn by_guard(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::Nobody { .. })
}

fn submit(world: &World) -> Option<(Case, Vec<Entry>)> {
    let submitted = world.run(&Case::new(CaseId(1)), &request(STARTER, 0, Command::Submit));
    match submitted {
        Ok(outcome) => Some((outcome.case, outcome.entries)),
        // Nobody for a node, and the policy says that it must not start.
        Err(Refusal::Nobody { .. }) => None,
        Err(other) => panic!("submitting was refused: {other}"),
    }
}

/// Approves and resubmits whatever is open until the case has ended.
fn approve_all(world: &World, case: &mut Case, log: &mut Vec<Entry>) -> Result<(), Refusal> {
    for at in 0.. {
        assert!(at < 200, "6: all-approve ends every case");
        let Some(task) = case.open_tasks().next() else { break };
        let (task, user) = (task.ordinal, task.holder);
        let command = match case.state {
            CaseState::Returned => Command::Resubmit { task, comment: None },
            _ => Command::Approve { task, comment: None },
        };
        let outcome = world.run(case, &request(user, 10_000 + at, command))?;
        log.extend(outcome.entries);
        *case = outcome.case;
        check_invariants(world, case, log);
    }
    Ok(())
}

proptest! {
    /// Invariants 1 to 7 after every command of a random schedule, and 6 at its end.
    #[test]
    fn a_case_keeps_its_invariants(
        plan in plans(),
        moves in prop::collection::vec((any::<u8>(), any::<u16>(), any::<u8>()), 0..24),
    ) {
        let world = World::of(&plan);
        let Some((mut case, mut log)) = submit(&world) else { return Ok(()) };
        check_invariants(&world, &case, &log);
        for (at, random) in (1..).zip(moves) {
            let (user, command) = command(&case, random);
            let asked = request(user, at, command);
            let may = offered(&world, &case, asked.actor, &asked.command);
            match world.run(&case, &asked) {
                Ok(outcome) => {
                    prop_assert!(may, "done though not offered: {asked:?}");
                    prop_assert_eq!(outcome.case.rev, case.rev + 1);
                    prop_assert!(outcome.entries.iter().all(|entry| entry.rev == outcome.case.rev));
                    prop_assert_eq!(outcome.record == RecordState::Approved, outcome.case.state == CaseState::Approved);
                    log.extend(outcome.entries);
                    check_invariants(&world, &outcome.case, &log);
                    // The same click again, behind the lock: refused, and never a second effect.
                    let again = world.run(&outcome.case, &asked);
                    prop_assert!(again.as_ref().is_err_and(by_guard), "twice: {:?}", again);
                    if let Command::Approve { task, .. } | Command::Reject { task, .. } = asked.command {
                        let code = again.map(|_| ()).unwrap_err();
                        let told = matches!(code, Refusal::AlreadyDecided { task: closed, by: Some(by), .. } if closed == task && by == user);
                        prop_assert!(told, "{code:?}");
                    }
                    case = outcome.case;
                }
                Err(refusal) => prop_assert_eq!(may, !by_guard(&refusal), "{:?} {:?}", asked, refusal),
            }
        }
        let ended = approve_all(&world, &mut case, &mut log);
        match ended {
            Ok(()) => prop_assert!(case.state.is_terminal()),
            Err(refusal) => prop_assert!(!by_guard(&refusal), "{refusal}"),
        }
    }

    /// With nobody spared and nobody missing, all-approve walks exactly the way that the conditions open.
    #[test]
    fn the_path_is_the_one_the_conditions_open(plan in plans()) {
        let mut plan = plan;
        (plan.dedupe, plan.own, plan.empty) = (0, 0, 3);
        let world = World::of(&plan);
        let (mut case, mut log) = submit(&world).unwrap();
        approve_all(&world, &mut case, &mut log).unwrap();
        let mut expected = Vec::new();
        way(&world, &world.flow.nodes, &mut expected);
        let entered: Vec<&str> = case
            .activations
            .iter()
            .filter(|row| !matches!(row.kind, NodeKind::Branch | NodeKind::Start))
            .map(|row| row.node.as_str())
            .collect();
        prop_assert_eq!(&entered, &expected);
        prop_assert_eq!(case.state, CaseState::Approved);
        let shown: Vec<String> = path(&world.flow, &case, &IndexMap::new()).into_iter().skip(1).map(|stop| stop.node).collect();
        prop_assert_eq!(&shown, &expected);
        for row in case.activations.iter().filter(|row| row.kind == NodeKind::Approve) {
            let holders: HashSet<UserId> = case.tasks_of(row.ordinal).map(|task| task.holder).collect();
            let living = world.living(&row.node);
            let right = if living.is_empty() { HashSet::from([ADMINISTRATOR]) } else { living };
            prop_assert_eq!(holders, right);
        }
    }

    /// Two who decide at once: whichever the lock lets first, the case comes to rest, and the second is either counted or told.
    #[test]
    fn racing_commands_equal_a_serial_order(plan in plans(), moves in prop::collection::vec((any::<u8>(), any::<u16>(), any::<u8>()), 2..10)) {
        let world = World::of(&plan);
        let Some((mut case, mut log)) = submit(&world) else { return Ok(()) };
        for (at, pair) in (1..).zip(moves.chunks(2)) {
            // Both are made from the same view of the case.
            let racing: Vec<Request> = pair.iter().map(|random| {
                let (user, command) = command(&case, *random);
                request(user, at, command)
            }).collect();
            for asked in racing {
                if let Ok(outcome) = world.run(&case, &asked) {
                    log.extend(outcome.entries);
                    case = outcome.case;
                }
                check_invariants(&world, &case, &log);
            }
        }
    }

    /// A refused effect and an unset condition leave the case as it was, and the task open.
    #[test]
    fn what_the_world_refuses_has_not_happened(plan in plans()) {
        let mut plan = plan;
        plan.empty = 3;
        let world = World::of(&plan);
        let mut case = Case::new(CaseId(1));
        let mut asked = request(STARTER, 0, Command::Submit);
        for _ in 0..100 {
            let mut answers = Vec::new();
            let done = loop {
                match step(&world.flow, &case, &asked, &answers) {
                    Ok(Progress::Done(outcome)) => break outcome,
                    Ok(Progress::Need(need)) => {
                        let mut refused = answers.clone();
                        match &need {
                            Need::Effect { .. } => {
                                refused.push(Answer::Refused("short".into()));
                                let error = step(&world.flow, &case, &asked, &refused).unwrap_err();
                                prop_assert_eq!(error.code(), "effect_refused");
                            }
                            Need::Value { pointer, .. } => {
                                let unset = RuleError { code: "unset_value".into(), field: Some("amount".into()), message: "unset".into() };
                                refused.push(Answer::Value(Err(unset)));
                                let error = step(&world.flow, &case, &asked, &refused).unwrap_err();
                                prop_assert_eq!(error.code(), "unset_value");
                                let named = matches!(error, Refusal::Rule { pointer: at, .. } if at == *pointer);
                                prop_assert!(named);
                            }
                            _ => {
                                refused.push(Answer::Done);
                                let error = step(&world.flow, &case, &asked, &refused).unwrap_err();
                                prop_assert_eq!(error, Refusal::WrongAnswer { index: answers.len() });
                            }
                        }
                        answers.push(world.answer(&need));
                    }
                    // The only administrator may be barred as the starter is not; nobody else is missing here.
                    Err(refusal) => { prop_assert!(!by_guard(&refusal), "{refusal}"); return Ok(()) }
                }
            };
            case = done.case;
            let Some(task) = case.open_tasks().next() else { break };
            asked = request(task.holder, 1, Command::Approve { task: task.ordinal, comment: None });
        }
        prop_assert!(case.state.is_terminal());
    }

    /// The tally against every way in which the open votes could still fall.
    #[test]
    fn a_tally_equals_trying_all_that_may_come(
        pass in prop::sample::select(vec![Pass::All, Pass::Any, Pass::Sequence, Pass::Percent, Pass::Count, Pass::Weight]),
        need in 1_u32..=100,
        votes in prop::collection::vec((1_u32..20, prop::option::of(any::<bool>())), 1..8),
    ) {
        let rule = Rule { pass, need, reject: RejectRule::Complement };
        let sum = |which: &dyn Fn(Option<bool>) -> bool| votes.iter().filter(|(_, vote)| which(*vote)).map(|(weight, _)| rule.share(*weight)).sum::<u64>();
        let total = sum(&|_| true);
        let approved = sum(&|vote| vote == Some(true));
        let counters = Counters { total, approved, rejected: sum(&|vote| vote == Some(false)) };
        let enough = |approved: u64| match pass {
            Pass::Any => approved > 0,
            Pass::All | Pass::Sequence => approved == total,
            Pass::Percent => approved * 100 >= total * u64::from(need),
            Pass::Count | Pass::Weight => approved >= u64::from(need).min(total),
        };
        let open: Vec<u64> = votes.iter().filter(|(_, vote)| vote.is_none()).map(|(weight, _)| rule.share(*weight)).collect();
        let may_pass = (0_u32..1 << open.len()).any(|chosen| {
            let more: u64 = open.iter().enumerate().filter(|(index, _)| chosen >> index & 1 == 1).map(|(_, share)| share).sum();
            enough(approved + more)
        });
        let expected = if enough(approved) { Tally::Passed } else if may_pass { Tally::Pending } else { Tally::Rejected };
        prop_assert_eq!(rule.tally(counters), expected);
        let first = Rule { reject: RejectRule::First, ..rule };
        if counters.rejected > 0 && expected != Tally::Passed {
            prop_assert_eq!(first.tally(counters), Tally::Rejected);
        }
    }
}
