//! Trying a flow: who starts it with which values, and the way that it would take then.

use super::tree::Trace;
use crate::{
    base::{
        id::{RecordId, UserId},
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind},
        finding::has_errors,
        flow::{ExpressionKind, Flow, NodeKind, Who},
        table::Table,
    },
    flow::{
        event::Skip,
        state::{Activation, Case, CaseState},
        view::{PathState, PathStep, path},
    },
    i18n::{Arg, Texts, format},
    rules::Names,
    service::{LiveApp, apps, permits::Rights, records, trial},
    store::people,
    web::{
        Result, Web,
        caller::Caller,
        error::message_of,
        pages::{build::bench::Opened, find},
        view::{
            Choice,
            designer::{Control, Input},
            flow_tree::{TrialForm, TrialStep, Tried},
        },
    },
};
use indexmap::IndexMap;
use std::{collections::HashMap, sync::Arc};

/// Records that are offered to be tried with.
const RECORDS: u64 = 30;

/// What the address says of a trial.
struct Asked<'a> {
    starter: Option<i64>,
    record: Option<i64>,
    pairs: &'a [(String, String)],
}

impl Asked<'_> {
    fn value(&self, field: &str) -> Option<&str> {
        find::parameter(self.pairs, &format!("v.{field}"))
    }
}

/// The form, and what came of it where something was tried.
pub async fn load(
    web: &Web,
    caller: &Caller,
    live: &Arc<LiveApp>,
    opened: &Opened,
    flow: &str,
    asked: &[(String, String)],
    titles: &HashMap<String, String>,
) -> Result<(TrialForm, Option<Trace>)> {
    let texts = opened.texts;
    let reader = web.service.store.reader();
    let number = |name: &str| find::parameter(asked, name).and_then(|text| text.parse::<i64>().ok());
    let asked = Asked { starter: number("starter"), record: number("record"), pairs: asked };
    let users = people::active_users(&reader).await?;
    let me = caller.call.actor.user.0;
    let starter = asked.starter.unwrap_or(me);
    let mut form = TrialForm {
        action: String::new(),
        selected: String::new(),
        starters: users
            .iter()
            .map(|user| Choice::new(user.id.to_string(), user.name.clone(), user.id == starter))
            .collect(),
        records: Vec::new(),
        values: Vec::new(),
        steps: Vec::new(),
        end: None,
        note: String::new(),
    };
    // The other documents of a draft may be half done; what is tried must stand.
    let checked = apps::check(&opened.state.new);
    if has_errors(&checked.findings) {
        form.note = texts.get("trial-broken");
        return Ok((form, None));
    }
    let drafted = web.service.preview_app(live, &opened.state.new).await?;
    let Some(flow) = drafted.app().flows.get(flow).cloned() else { return Ok((form, None)) };
    let table = drafted.table(&caller.call.actor.locale, &flow.table)?;
    let rights = Rights::load(&reader, &caller.call, live).await?;
    // A table that is not published yet has no records.
    if live.app().tables.contains_key(&flow.table) {
        let known = records::options(&reader, &rights, &flow.table, None, None, RECORDS).await.unwrap_or_default();
        let choice = |(id, label): (i64, String)| Choice::new(id.to_string(), label, Some(id) == asked.record);
        form.records = known.into_iter().map(choice).collect();
    }
    let mut document = Document::default();
    if let Some(id) = asked.record.filter(|_| !form.records.is_empty()) {
        document = records::get(&reader, &rights, &flow.table, RecordId(id)).await?.1.document;
    }
    let names: HashMap<i64, String> = users.iter().map(|user| (user.id, user.name.clone())).collect();
    for field in decisive(&drafted, table, &flow) {
        let typed = asked.value(&field.key).unwrap_or_default();
        let mut control = control(texts, field, typed, &names);
        if !typed.is_empty() {
            match read(field, typed) {
                Ok(value) => {
                    document.values.insert(field.key.clone(), value);
                }
                Err(error) => control.error = Some(crate::web::error::say_field(texts, &error)),
            }
        }
        form.values.push(control);
    }
    if asked.starter.is_none() || form.values.iter().any(|control| control.error.is_some()) {
        return Ok((form, None));
    }
    let Some(person) = web.service.person(&reader, UserId(starter)).await? else { return Ok((form, None)) };
    let call = person.call(caller.call.now);
    let trial = trial::run(&reader, &call, &drafted, table, &flow, &document).await?;
    let (steps, trace) = told(texts, &flow, &trial.case, &names, titles);
    form.steps = steps;
    form.end = Some(match &trial.refused {
        Some(error) => (message_of(texts, error), false),
        None if trial.case.state == CaseState::Approved => (texts.get("state-approved"), true),
        None if trial.case.state == CaseState::Rejected => (texts.get("state-rejected"), false),
        None => (texts.get("state-in-approval"), false),
    });
    Ok((form, Some(trace)))
}

/// The fields by whose values the way is chosen or people are found, as far as they can be typed.
fn decisive<'t>(live: &LiveApp, table: &'t Table, flow: &Flow) -> Vec<&'t Field> {
    let mut keys: Vec<String> = Vec::new();
    // What hooks do with the record does not change the way.
    let expressions = flow.expressions().into_iter().filter(|expression| expression.kind != ExpressionKind::Value);
    for expression in expressions {
        if let Ok(compiled) = live.expression(expression.text) {
            keys.extend(compiled.reads(&Names::of(table)));
        }
    }
    for (_, rules) in flow.all_people() {
        keys.extend(rules.iter().filter_map(|who| match who {
            Who::Field { field } | Who::Department { field: Some(field), .. } => Some(field.clone()),
            Who::Role { tied: Some(tied), .. } => Some(tied.field.clone()),
            _ => None,
        }));
    }
    let mut fields: Vec<&Field> = Vec::new();
    for key in keys {
        let Some(field) = table.field(&key) else { continue };
        let typed = field.kind.is_number()
            || matches!(field.kind, Kind::Text | Kind::Date | Kind::Boolean | Kind::Choice | Kind::Member);
        if typed && !fields.iter().any(|known| known.key == field.key) {
            fields.push(field);
        }
    }
    fields
}

fn read(field: &Field, typed: &str) -> std::result::Result<Value, crate::base::error::FieldError> {
    match field.kind {
        Kind::Member => Ok(typed.parse().map_or(Value::Unset, Value::Integer)),
        Kind::Boolean => Ok(Value::Bool(typed == "true")),
        Kind::Choice => Ok(Value::Text(typed.to_owned())),
        _ => field.read_text(typed),
    }
}

fn control(texts: Texts, field: &Field, typed: &str, names: &HashMap<i64, String>) -> Control {
    let choices = |options: Vec<(String, String)>| {
        let blank = Choice::new("", texts.get("trial-as-record"), typed.is_empty());
        let named = options.into_iter().map(|(value, label)| {
            let selected = value == typed;
            Choice::new(value, label, selected)
        });
        Input::Select(std::iter::once(blank).chain(named).collect())
    };
    let input = match field.kind {
        Kind::Choice => {
            choices(field.options.iter().map(|option| (option.value.clone(), option.title.clone())).collect())
        }
        Kind::Boolean => {
            choices(["true", "false"].map(|word| (word.to_owned(), texts.get(&format!("choice-{word}")))).into())
        }
        Kind::Member => {
            let mut people: Vec<(String, String)> =
                names.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
            people.sort_by(|one, other| one.1.cmp(&other.1));
            choices(people)
        }
        _ => Input::Line,
    };
    Control {
        name: format!("v.{}", field.key),
        id: format!("try-{}", field.key),
        label: field.title.clone(),
        help: String::new(),
        error: None,
        value: typed.to_owned(),
        input,
    }
}

/// The way of a tried case as a list, and by the nodes of the tree. `titles`: what nodes are called, by id.
fn told(
    texts: Texts,
    flow: &Flow,
    case: &Case,
    names: &HashMap<i64, String>,
    titles: &HashMap<String, String>,
) -> (Vec<TrialStep>, Trace) {
    let mut trace = Trace::default();
    let mut steps = Vec::new();
    for branch in case.activations.iter().filter(|row| row.kind == NodeKind::Branch) {
        trace.arms.entry(branch.node.clone()).or_default().extend(branch.arms.iter().cloned());
    }
    for step in path(flow, case, &IndexMap::new()) {
        if step.kind == NodeKind::Branch || step.state == PathState::Ahead {
            continue;
        }
        let row = case.activations.iter().find(|row| Some(row.ordinal) == step.activation);
        let number = (steps.len() + 1).to_string();
        let tried = stop(texts, &step, row, number, names);
        let title = match step.kind {
            NodeKind::Start => texts.get("flow-start"),
            _ => titles.get(&step.node).cloned().unwrap_or_else(|| step.node.clone()),
        };
        trace.nodes.insert(step.node.clone(), tried.clone());
        steps.push(TrialStep { title, tried });
    }
    (steps, trace)
}

fn stop(
    texts: Texts,
    step: &PathStep,
    row: Option<&Activation>,
    number: String,
    names: &HashMap<i64, String>,
) -> Tried {
    let name = |user: UserId| names.get(&user.0).cloned().unwrap_or_else(|| format!("#{}", user.0));
    let mut people: Vec<String> = Vec::new();
    for user in step.people.iter().map(|person| person.user).chain(step.copies.iter().copied()) {
        let name = name(user);
        if !people.contains(&name) {
            people.push(name);
        }
    }
    let listed = format::listed(texts, &people);
    let already = step.state == PathState::Skipped && step.skip.is_none();
    let (words, bad) = match step.skip {
        Some(Skip::Nobody) => (texts.get("track-nobody"), true),
        Some(Skip::Starter) => (texts.get("track-starter"), false),
        None if step.kind == NodeKind::Start => (String::new(), false),
        None if already => (texts.with("trial-earlier", &[("who", Arg::Text(&listed))]), false),
        None if people.is_empty() => (texts.get("track-nobody"), row.is_some()),
        None => (listed, false),
    };
    Tried { number, words, bad }
}
