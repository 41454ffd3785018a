//! A report as a spreadsheet: what is shown, over the rows that its reader may take away.

use super::{
    Call, Error, LiveApp, Service, audit,
    export::{Format, Names, Writer, head, most_rows, too_many},
    permits::Rights,
    reports::{self, Given, Ran},
};
use crate::{
    base::value::Value,
    definition::role::Action,
    document::{Cell, Kind as Holds, write},
    report::{From, Head},
    store::audit::Object,
};
use serde_json::json;
use std::sync::Arc;

/// What to export.
#[derive(Debug, Clone)]
pub struct ReportExport {
    pub report: String,
    pub format: Format,
    pub given: Given,
}

/// What stands in a sheet besides figures, in the reader's language.
#[derive(Debug, Clone)]
pub struct Words {
    pub total: String,
    pub subtotal: String,
    /// A group without a value.
    pub none: String,
}

impl Service {
    /// Runs a report and writes it as a file: its name and its bytes.
    ///
    /// # Errors
    /// `NotFound` and parameters that do not fit, as for the report; `forbidden` without the right to export its table;
    /// `export_too_many` past what the person's roles let them take away at once.
    pub async fn export_report(
        &self,
        call: &Call,
        live: &Arc<LiveApp>,
        wanted: &ReportExport,
        words: &Words,
    ) -> Result<(String, Vec<u8>), Error> {
        let reader = self.store.reader();
        let ran = reports::run_for(&reader, call, live, &wanted.report, &wanted.given, Action::Export).await?;
        let table = ran.report.source.table.clone();
        let rights = Rights::load(&reader, call, live).await?;
        let most = most_rows(&rights, &table);
        let cut = ran.truncated && ran.report.limit.is_none();
        if cut || ran.sheet.rows.len() as u64 > most {
            return Err(too_many(most.min(super::aggregate::MOST_GROUPS)));
        }
        let what = json!({
            "rows": ran.sheet.rows.len(), "format": wanted.format, "report": ran.report.key, "parameters": wanted.given,
        });
        let name = format!("{}-{}.{}", ran.report.title, call.today(), wanted.format.extension());
        let (format, words, call_) = (wanted.format, words.clone(), call.clone());
        let bytes = tokio::task::spawn_blocking(move || sheet(&ran, format, &words, &call_))
            .await
            .map_err(|error| Error::internal(error.to_string()))??;
        let object =
            Object { kind: "report".into(), app: Some(live.id), table: live.schema.id_of(&table), ..Object::default() };
        let call = call.clone();
        self.store
            .transaction(move |tx| {
                let (call, object, what) = (call.clone(), object.clone(), what.clone());
                Box::pin(async move { audit::act(tx, &call, "report.export", object, what).await })
            })
            .await?;
        Ok((name, bytes))
    }
}

fn sheet(ran: &Ran, format: Format, words: &Words, call: &Call) -> Result<Vec<u8>, Error> {
    let sheet = &ran.sheet;
    let names = Names(ran.labels.clone());
    let heads: Vec<write::Head> = sheet.heads.iter().map(|head| head_of(ran, head, &names, words, call)).collect();
    let mut writer = Writer::new(format, &ran.report.title, &heads)?;
    let by_group = sheet.heads.first().is_some_and(|head| matches!(ran.columns[head.column].from, From::Group));
    let row = |values: &[Value], gathered: Option<&str>| -> Vec<Cell> {
        let pairs = sheet.heads.iter().zip(values).enumerate();
        let cells = pairs.map(|(at, (head, value))| {
            let group = matches!(ran.columns[head.column].from, From::Group);
            let cell = cell(ran, head.column, value, &names, call);
            match (gathered, group && cell.is_empty()) {
                (Some(word), _) if at == 0 && by_group => {
                    let text = if cell.is_empty() { word.to_owned() } else { format!("{word} · {}", cell.text) };
                    Cell::new(Holds::Text, text)
                }
                (None, true) => Cell::new(Holds::Text, words.none.clone()),
                _ => cell,
            }
        });
        cells.collect()
    };
    for line in &sheet.rows {
        writer.row(&row(&line.values, line.is_subtotal.then_some(words.subtotal.as_str())))?;
    }
    if let Some(totals) = &sheet.totals {
        writer.row(&row(totals, Some(&words.total)))?;
    }
    writer.finish()
}

/// A value as a number, a date or a text; a stretch of the calendar by its name.
fn cell(ran: &Ran, column: usize, value: &Value, names: &Names, call: &Call) -> Cell {
    let bucket = ran.keys.get(column).and_then(Option::as_ref).and_then(|key| key.bucket);
    match (bucket, value) {
        (Some(bucket), Value::Date(first)) if bucket != crate::query::Bucket::Day => {
            Cell::new(Holds::Text, bucket.name_of(*first))
        }
        _ => names.cell(&ran.columns[column].field, value, call),
    }
}

/// A column for a value of the pivot is called by both, `2026-11.Amount`, as the columns of lines are in other files.
fn head_of(ran: &Ran, shown: &Head, names: &Names, words: &Words, call: &Call) -> write::Head {
    let column = &ran.columns[shown.column];
    let figure = !matches!(column.from, From::Group);
    let pivot = ran.report.pivot.as_deref().and_then(|key| ran.place(key)).filter(|_| figure);
    let title = match (&shown.across, pivot) {
        (Some(value), Some(pivot)) => {
            let across = cell(ran, pivot, value, names, call);
            format!("{}.{}", if across.is_empty() { &words.none } else { &across.text }, column.title)
        }
        (None, Some(_)) => format!("{}.{}", words.total, column.title),
        _ => column.title.clone(),
    };
    head(title, &column.field)
}
