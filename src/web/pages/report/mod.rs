//! `/apps/{app}/reports/{report}`: parameters, picture, table; a row leads to the records behind it.

mod asked;
mod drawn;
mod table;

pub use asked::{fields, given};
pub use drawn::chart;
use table::show_value;
pub use table::{behind_filter, stretch, table};

use super::{
    cell::Showing,
    find,
    picker::{self, SHOWN},
};
use crate::{
    definition::field::Field,
    service::{Error, permits::Rights, reports},
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Choice, Empty, Note, NoteTone, Place,
            picker::PickerFragment,
            report::{Report, ReportPage, ReportTable},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let reader = web.service.store.reader();
    let texts = shell::texts(&caller);
    let face = &live.face(&caller.call.actor.locale).app;
    let report = face.reports.get(&key).ok_or(Error::NotFound)?;
    let given = given(&find::pairs(query.as_deref()));
    let path = format!("/apps/{app}/reports/{key}");
    let ran = match reports::run(&reader, &caller.call, &live, &key, &given).await {
        Ok(ran) => Ok(ran),
        // A parameter that does not fit is said beside it; everything else is an error of the page.
        Err(Error::Invalid(errors)) if errors.iter().all(|error| is_parameter(report, &error.path)) => Err(errors),
        Err(other) => return Err(other.into()),
    };
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let mut view = Report {
        title: report.title.clone(),
        description: report.description.clone(),
        action: path.clone(),
        actions: Vec::new(),
        parameters: Vec::new(),
        notes: Vec::new(),
        chart: None,
        table: ReportTable { caption: report.title.clone(), ..ReportTable::default() },
        empty: None,
    };
    match ran {
        Err(errors) => {
            view.parameters = fields(&web, &rights, &report.parameters, None, &given, &errors, &path, texts).await?;
            view.empty = Some(Empty::new("search", texts.get("report-ask-title"), texts.get("report-ask-body")));
        }
        Ok(ran) => {
            view.parameters =
                fields(&web, &rights, &report.parameters, Some(&ran.parameters), &given, &[], &path, texts).await?;
            let show = Showing { texts, zone: &caller.person.zone, labels: &ran.labels, links_in: None };
            if ran.sheet.rows.is_empty() {
                view.empty = Some(Empty::new("chart", texts.get("report-empty-title"), texts.get("report-empty-body")));
            } else {
                view.chart = chart(&show, &ran);
                view.table = table(&show, &ran, &app);
            }
            for (wrong, message) in [
                (ran.truncated, "report-truncated"),
                (ran.masked, "report-masked"),
                (ran.withheld > 0, "report-withheld"),
            ] {
                if wrong {
                    view.notes.push(Note::new(NoteTone::Info, texts.get(message)));
                }
            }
        }
    }
    let shell = shell::of(&web, &caller, &wants.path, view.title.clone(), Place::App).await?;
    html(&ReportPage { shell, report: view })
}

/// What a parameter offers for some words.
pub async fn options(
    State(web): State<Web>,
    caller: Caller,
    Path((app, key, parameter)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let face = &live.face(&caller.call.actor.locale).app;
    let report = face.reports.get(&key).ok_or(Error::NotFound)?;
    let field: Field =
        report.parameters.get(&parameter).and_then(|known| known.field(&parameter)).ok_or(Error::NotFound)?;
    let pairs = find::pairs(query.as_deref());
    let words = find::parameter(&pairs, "q");
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let (found, more) = picker::offered(&web, &rights, &field, None, words, SHOWN).await?;
    let options = found.into_iter().map(|(id, label)| Choice::new(id.to_string(), label, false)).collect();
    html(&PickerFragment { t: shell::texts(&caller), options, more })
}

fn is_parameter(report: &crate::definition::report::Report, path: &str) -> bool {
    path.strip_prefix('/')
        .and_then(|path| path.split('/').next())
        .is_some_and(|key| report.parameters.contains_key(key))
}
