//! Scenarios in words, for pages and API alike.

use crate::{
    i18n::{Arg, Texts},
    service::scenarios::{Failure, Played, Run, Stand},
    web::view::scenario::{Scenarios, Tile},
};
use serde_json::{Value as Json, json};

/// Where and how a scenario went another way, in a sentence.
#[must_use]
pub fn why(texts: Texts, failure: &Failure) -> String {
    let state = |value: &String| match value.as_str() {
        "" => "–".to_owned(),
        word => texts.get(&format!("state-{}", word.replace('_', "-"))),
    };
    let said: Vec<(&str, String)> = failure
        .params
        .iter()
        .map(|(name, value)| (name.as_str(), if failure.code == "state" { state(value) } else { value.clone() }))
        .collect();
    let values: Vec<(&str, Arg<'_>)> = said.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
    let what = texts.with(&format!("scenario-why-{}", failure.code.replace('_', "-")), &values);
    if failure.step == 0 {
        return texts.with("scenario-given", &[("what", Arg::Text(&what))]);
    }
    let step = i64::try_from(failure.step).unwrap_or(i64::MAX);
    let around = [("step", Arg::Number(step)), ("who", Arg::Text(&failure.who)), ("what", Arg::Text(&what))];
    texts.with("scenario-step", &around)
}

/// What became of them, in a few words.
#[must_use]
pub fn summary(texts: Texts, run: &Run) -> String {
    match run.red() {
        _ if run.played.is_empty() => texts.get("scenarios-none"),
        0 => texts.count("scenarios-all-green", run.green()),
        red => texts.count("scenarios-some-red", red),
    }
}

fn played_json(texts: Texts, played: &Played) -> Json {
    let failure = played.failure.as_ref().map(|failure| {
        json!({
            "step": failure.step, "who": failure.who, "code": failure.code, "params": failure.params,
            "message": why(texts, failure),
        })
    });
    json!({
        "key": played.key, "title": played.title, "steps": played.steps, "passed": failure.is_none(), "failure": failure,
    })
}

/// What the API answers: the state `ended`, `running` or `broken`, and each scenario once they have ended.
#[must_use]
pub fn json(texts: Texts, stand: &Stand) -> Json {
    match stand {
        Stand::Running(done, total) => json!({"state": "running", "done": done, "total": total, "items": []}),
        Stand::Broken(_) => json!({"state": "broken", "items": []}),
        Stand::Ended(run) => json!({
            "state": "ended", "passed": run.green(), "failed": run.red(),
            "items": run.played.iter().map(|played| played_json(texts, played)).collect::<Vec<_>>(),
        }),
    }
}

/// A card for them; `again` is the page that shows it.
#[must_use]
pub fn card(texts: Texts, stand: &Stand, again: &str) -> Scenarios {
    let mut card = Scenarios { tone: "ok", again: again.to_owned(), ..Scenarios::default() };
    match stand {
        Stand::Running(done, total) => {
            let number = |count: usize| Arg::Number(i64::try_from(count).unwrap_or(i64::MAX));
            card.tone = "now";
            card.summary = texts.with("scenarios-running", &[("done", number(*done)), ("total", number(*total))]);
            card.running = Some((*done, (*total).max(1)));
        }
        Stand::Broken(_) => {
            card.tone = "bad";
            card.summary = texts.get("scenarios-broken");
        }
        Stand::Ended(run) => {
            card.tone = if run.red() > 0 { "bad" } else { "ok" };
            card.summary = summary(texts, run);
            card.red = run.red();
            let tile = |played: &Played| Tile {
                title: played.title.clone(),
                why: played.failure.as_ref().map(|failure| why(texts, failure)),
            };
            card.tiles = run.played.iter().map(tile).collect();
        }
    }
    card
}
