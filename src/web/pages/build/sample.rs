//! Formulas on a real record: what each of a panel's yields, in a sentence below it.

use super::faces::About;
use crate::{
    base::value::Value,
    i18n::{Arg, Texts},
    service::{LiveApp, try_expression::Tried},
    web::{
        Result, Web,
        caller::Caller,
        pages::case,
        view::designer::{Input, Panel},
    },
};

/// Tries the formulas of a panel and writes down what comes of them.
pub async fn try_out(
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    texts: Texts,
    about: About<'_>,
    panel: &mut Panel,
) -> Result<()> {
    let controls = panel.groups.iter_mut().flat_map(|group| &mut group.controls);
    let mut formulas: Vec<_> = controls
        .filter(|control| control.error.is_none())
        .filter_map(|control| match &mut control.input {
            Input::Formula(formula) if !formula.source.trim().is_empty() => Some(formula),
            _ => None,
        })
        .collect();
    if formulas.is_empty() || about.table.is_empty() {
        return Ok(());
    }
    let sources: Vec<String> = formulas.iter().map(|formula| formula.source.clone()).collect();
    let trial = web.service.try_expressions(&caller.call, live, about.table, about.line, &sources).await?;
    let Some(trial) = trial else { return Ok(()) };
    for (formula, tried) in formulas.iter_mut().zip(trial.tried) {
        let value = match tried {
            Tried::Value(value) => said(texts, caller, &value),
            Tried::Hidden => texts.get("formula-sample-hidden"),
            Tried::Failed(error) => {
                let why = crate::web::error::message_of(texts, &error.into());
                texts.with("formula-sample-failed", &[("why", Arg::Text(&why))])
            }
        };
        formula.sample =
            texts.with("formula-sample", &[("record", Arg::Text(&trial.record)), ("value", Arg::Text(&value))]);
    }
    Ok(())
}

fn said(texts: Texts, caller: &Caller, value: &Value) -> String {
    match value {
        Value::Unset | Value::Sealed(_) => texts.get("formula-sample-unset"),
        Value::Bool(true) => texts.get("yes"),
        Value::Bool(false) => texts.get("no"),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Instant(at) => case::short_moment(&caller.person.zone, caller.call.now, *at),
        Value::List(items) => {
            items.iter().map(|item| said(texts, caller, item)).collect::<Vec<_>>().join(&texts.get("list-separator"))
        }
    }
}
