//! `/apps/{app}/reports/{report}`: parameters, picture, table; a row leads to the records behind it.

mod asked;
mod drawn;
mod table;

pub use asked::{Asked, are_of_parameters, given, offered};
pub use drawn::chart;
use table::show_value;
pub use table::{behind_filter, table};

use super::{cell::Showing, find};
use crate::{
    definition::role::Action,
    service::{
        Error, LiveApp,
        permits::Rights,
        report_export::ReportExport,
        reports::{self, Ran},
    },
    web::{
        Result, Web,
        api::reports::{format_of, send},
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Action as Button, Empty, Note, NoteTone, Place,
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
    draw(&web, &caller, &wants, &live, &key, query.as_deref(), false).await
}

/// The page of a report; `bare`: without the menus around it.
pub async fn draw(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &LiveApp,
    key: &str,
    query: Option<&str>,
    bare: bool,
) -> Result<Response> {
    let app = live.key();
    let reader = web.service.store.reader();
    let texts = shell::texts(caller);
    let face = &live.face(&caller.call.actor.locale).app;
    let report = face.reports.get(key).ok_or(Error::NotFound)?;
    let given = given(&find::pairs(query));
    let path = format!("/apps/{app}/reports/{key}");
    let ran = match reports::run(&reader, &caller.call, live, key, &given).await {
        Ok(ran) => Ok(ran),
        // A parameter that does not fit is said beside it; everything else is an error of the page.
        Err(Error::Invalid(errors)) if are_of_parameters(&report.parameters, &errors) => Err(errors),
        Err(other) => return Err(other.into()),
    };
    let rights = Rights::load(&reader, &caller.call, live).await?;
    let asked = Asked { web, rights: &rights, wanted: &report.parameters, given: &given, path: &path, texts };
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
            view.parameters = asked.fields(None, &errors).await?;
            view.empty = Some(Empty::new("search", texts.get("report-ask-title"), texts.get("report-ask-body")));
        }
        Ok(ran) => {
            view.parameters = asked.fields(Some(&ran.parameters), &[]).await?;
            let show = Showing { texts, zone: &caller.person.zone, labels: &ran.labels, links_in: None };
            if !ran.sheet.rows.is_empty() && rights.permit(&report.source.table, Action::Export).is_ok() {
                let to = format!("{path}/export");
                view.actions = ["csv", "xlsx"]
                    .map(|format| {
                        let label = texts.get(&format!("export-{format}"));
                        Button::link(label, with_parameters(&to, &ran, Some(("format", format)))).icon("download")
                    })
                    .into();
            }
            if ran.sheet.rows.is_empty() {
                view.empty = Some(Empty::new("chart", texts.get("report-empty-title"), texts.get("report-empty-body")));
            } else {
                view.chart = chart(&show, &ran);
                view.table = table(&show, &ran, app);
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
    let mut shell = shell::of(web, caller, &wants.path, view.title.clone(), Place::App).await?;
    shell.bare = bare;
    html(&ReportPage { shell, report: view })
}

/// The report as a spreadsheet, as it is shown.
pub async fn export(
    State(web): State<Web>,
    caller: Caller,
    Path((app, report)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let mut pairs = find::pairs(query.as_deref());
    let format = format_of(&mut pairs)?;
    send(&web, &caller, &live, ReportExport { report, format, given: given(&pairs) }).await
}

/// An address with the parameters that a report was run with.
#[must_use]
pub fn with_parameters(path: &str, ran: &Ran, more: Option<(&str, &str)>) -> String {
    let fields = ran.parameters.fields.iter().map(|(field, value)| (field.key.clone(), field.text(value)));
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    find::address(path, &more.into_iter().chain(fields).collect::<Vec<_>>())
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
    offered(&web, &caller, &live, (&report.parameters, &parameter), query.as_deref()).await
}
