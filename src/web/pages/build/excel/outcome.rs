//! What was made of a file, and how far its rows are.

use super::Here;
use crate::{
    i18n::{Arg, format},
    service::{
        Error,
        import::{Counts, plan_of},
    },
    store::imports::Import,
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::jobs,
        shell,
        view::{
            Note, NoteTone, Status, Tone,
            from_excel::{MadeFrom, MadeRow},
        },
    },
};
use axum::response::Response;

pub async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    here: &Here,
    id: i64,
    imports: &[Import],
) -> Result<Response> {
    let texts = shell::texts(caller);
    let all = web.service.live.all(&web.service.store.reader(), caller.person.epoch).await?;
    let app = imports.first().map_or(0, |import| import.app_id);
    let live = all.into_iter().find(|live| live.id.0 == app).ok_or(Error::NotFound)?;
    let (key, locale) = (live.key(), &caller.call.actor.locale);
    let mut page = super::page(caller, wants, here, 3);
    let running = imports.iter().find(|import| import.state == "running");
    let busy = running.is_some();
    let mut progress = None;
    if let Some(import) = running {
        let job = web.service.job(&caller.call, import.job_id.unwrap_or(0)).await?;
        let title = live.table(locale, &import.table_key).map(|table| table.title.clone()).unwrap_or_default();
        let label = texts.with("excel-importing", &[("title", Arg::Text(&title))]);
        progress = Some(jobs::progress(texts, &job, label, format!("{}/{id}", here.path)));
    }
    let mut refused = 0;
    let rows: Vec<MadeRow> = imports
        .iter()
        .map(|import| {
            let counts = Counts::of(import);
            refused += counts.refused;
            let (state, tone) = match import.state.as_str() {
                "done" if counts.refused > 0 => ("excel-state-partly", Tone::Warn),
                "done" => ("import-state-done", Tone::Ok),
                "running" => ("import-state-running", Tone::Now),
                "uploaded" if busy => ("excel-state-waiting", Tone::Off),
                "uploaded" | "stopped" => ("import-state-stopped", Tone::Bad),
                "undoing" => ("import-state-undoing", Tone::Now),
                _ => ("import-state-undone", Tone::Off),
            };
            let total = plan_of(import).map(|plan| plan.rows).unwrap_or_default();
            let (made, total) = (format::grouped(&counts.made.to_string()), format::grouped(&total.to_string()));
            MadeRow {
                title: live
                    .table(locale, &import.table_key)
                    .map_or_else(|_| import.table_key.clone(), |table| table.title.clone()),
                href: format!("/apps/{key}/{}", import.table_key),
                import: format!("/apps/{key}/{}/import/{}", import.table_key, import.id),
                state: Status { label: texts.get(state), tone },
                counts: texts.with("excel-made-counts", &[("made", Arg::Text(&made)), ("total", Arg::Text(&total))]),
                refused: if counts.refused > 0 {
                    texts.count("excel-made-refused", counts.refused)
                } else {
                    String::new()
                },
            }
        })
        .collect();
    if refused > 0 && !busy {
        page.notes.push(Note::new(NoteTone::Warn, texts.count("excel-made-refused-lead", refused)));
    }
    let title = &live.face(locale).app.manifest.title;
    page.made = Some(MadeFrom {
        lead: texts.with(if busy { "excel-making" } else { "excel-made" }, &[("title", Arg::Text(title))]),
        progress,
        rows,
        open: format!("/apps/{key}"),
        design: format!("/build/{key}"),
        people: format!("/build/{key}#roles"),
    });
    html(&page)
}
