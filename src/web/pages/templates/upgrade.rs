//! An upgrade on the page of a package: what both sides changed, what it means, and deciding.

use super::Source;
use crate::{
    definition::{
        app::App,
        merge::{Conflict, Decisions, Side},
        translation,
    },
    i18n::{Arg, Texts},
    service::{Error, LiveApp, evolve::Outcome, scenarios::Stand},
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::message_of,
        evolution::Words,
        pages::publish,
        shell,
        view::{
            Note, NoteTone,
            templates::{ConflictRow, UpgradeForm},
        },
    },
};
use serde_json::Value as Json;
use std::sync::Arc;

pub enum Drawn {
    Form(Box<UpgradeForm>, Option<Stand>),
    /// It cannot be upgraded now; why.
    Refused(Note),
}

/// What was chosen for each conflict. They are named by their place in the list, and say by a hidden part of the name which they are.
pub fn decided(form: &FormBody, conflicts: &[Conflict]) -> Decisions {
    let chosen = conflicts.iter().enumerate().filter_map(|(index, conflict)| {
        let side = match form.get(&name(index, conflict))? {
            "mine" => Side::Mine,
            "theirs" => Side::Theirs,
            _ => return None,
        };
        Some((conflict.id.clone(), side))
    });
    chosen.collect()
}

/// The name of a control: another conflict in the same place of the list has another.
fn name(index: usize, conflict: &Conflict) -> String {
    let sum = conflict.id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("decide.{index}.{sum:08x}")
}

pub async fn form(
    web: &Web,
    caller: &Caller,
    live: &Arc<LiveApp>,
    source: &Source,
    decisions: &Decisions,
    undo: Option<String>,
) -> Result<Drawn> {
    let texts = shell::texts(caller);
    let planned = match web.service.plan_upgrade(&caller.call, live, &source.documents, decisions).await {
        Ok(planned) => planned,
        Err(error @ Error::Conflict { .. }) => {
            let mut note = Note::new(NoteTone::Warn, message_of(texts, &error));
            note.link = Some((texts.get("publish-check"), format!("/build/{}/publish", live.key())));
            return Ok(Drawn::Refused(note));
        }
        Err(other) => return Err(other.into()),
    };
    let checked = &planned.checked;
    let locale = &caller.call.actor.locale;
    let read = |documents| App::parse(&translation::translate(documents, locale).documents).ok();
    let (old, new) = (read(&checked.state.old), read(&checked.state.new));
    let words = Words { texts, old: old.as_ref(), new: new.as_ref() };
    let open = planned.merged.open();
    let stand = match open == 0 && checked.errors() == 0 {
        true => Some(web.service.scenarios_now(&checked.state.new).await?),
        false => None,
    };
    let versions = [("from", Arg::Text(&planned.from)), ("to", Arg::Text(&planned.to))];
    let conflicts = planned.merged.conflicts.iter().enumerate();
    let form = UpgradeForm {
        lead: texts.with("upgrade-lead", &versions),
        conflicts: conflicts.map(|(index, conflict)| row(&words, index, conflict)).collect(),
        open,
        open_words: texts.count("upgrade-open", open),
        differences: publish::differences(&words, &checked.state.difference()),
        steps: checked.steps.iter().map(|step| publish::row(&words, step)).collect(),
        fingerprint: checked.fingerprint.clone(),
        confirm: (checked.outcome() == Outcome::Loses).then(|| texts.get("publish-confirm")),
        blocked: publish::blocked(texts, checked),
        button: texts.with("upgrade-do", &versions),
        undo,
    };
    Ok(Drawn::Form(Box::new(form), stand))
}

fn row(words: &Words<'_>, index: usize, conflict: &Conflict) -> ConflictRow {
    let texts = words.texts;
    let title = |side: &Option<Json>| side.as_ref().and_then(|json| json["title"].as_str()).map(str::to_owned);
    let titled = title(&conflict.mine).or_else(|| title(&conflict.theirs)).filter(|_| conflict.place.is_empty());
    ConflictRow {
        name: name(index, conflict),
        id: conflict.id.clone(),
        document: words.document(&conflict.path, &titled.unwrap_or_default()),
        place: place(texts, &conflict.place),
        base: shown(texts, conflict.base.as_ref()),
        theirs: shown(texts, conflict.theirs.as_ref()),
        mine: shown(texts, conflict.mine.as_ref()),
        takes_mine: conflict.chosen == Some(Side::Mine),
        takes_theirs: conflict.chosen == Some(Side::Theirs),
    }
}

/// The way to a place as people read it: without the members that only structure the document.
fn place(texts: Texts, way: &[String]) -> String {
    let silent = ["properties", "x-field", "x-table", "layout", "items", "nodes", "arms", "settings"];
    let word = |name: &str| {
        let name = name.split_once('=').map_or(name, |(_, value)| value);
        // A translation beside its text: `·en·title`.
        match name.strip_prefix('·').and_then(|rest| rest.split_once('·')) {
            Some((locale, member)) => format!("{member} ({locale})"),
            None => {
                let key = format!("member-{}", name.replace('_', "-"));
                let known = texts.get(&key);
                if known == key { name.to_owned() } else { known }
            }
        }
    };
    let shown = way.iter().filter(|name| !silent.contains(&name.as_str())).map(|name| word(name));
    shown.collect::<Vec<_>>().join(" › ")
}

fn shown(texts: Texts, value: Option<&Json>) -> String {
    let text = match value {
        None => return texts.get("upgrade-not-there"),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Bool(true)) => texts.get("yes"),
        Some(Json::Bool(false)) => texts.get("no"),
        Some(Json::Object(members)) if members.get("title").is_some_and(Json::is_string) => {
            members["title"].as_str().unwrap_or_default().to_owned()
        }
        Some(other) => other.to_string(),
    };
    if text.chars().count() <= 300 { text } else { text.chars().take(299).chain(['…']).collect() }
}
