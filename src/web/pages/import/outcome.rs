//! How far an import is, what its check found, and what it did.

use super::{Here, page};
use crate::{
    document::{Sheet, address},
    i18n::{Texts, format},
    service::import::{BadRows, Counts, Plan, plan, rows::CellError},
    store::imports::{self, Import},
    web::{
        Result, Web,
        caller::Caller,
        error::{html, say, say_field},
        extract::Wants,
        pages::jobs,
        shell,
        view::{
            Action, Note, NoteTone,
            transfer::{BadCell, BadRow, Outcome},
        },
    },
};
use axum::response::Response;

/// Bad rows of one page.
const BAD: u64 = 50;

pub async fn progress_page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    here: &Here,
    import: &Import,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let stage = if import.state == "checking" { 2 } else { 3 };
    let mut page = page(web, caller, wants, here, stage).await?;
    let job = web.service.job(&caller.call, import.job_id.unwrap_or(0)).await?;
    let action = format!("{}/{}", here.path, import.id);
    let key = match import.state.as_str() {
        "checking" => "import-checking",
        "undoing" => "import-undoing",
        _ => "import-running",
    };
    page.progress = Some(jobs::progress(texts, &job, texts.get(key), action));
    html(&page)
}

pub async fn outcome_page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    here: &Here,
    import: &Import,
    plan: &Plan,
    after: i64,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let checked = import.state == "checked";
    let mut page = page(web, caller, wants, here, if checked { 2 } else { 4 }).await?;
    let counts = Counts::of(import);
    let reader = web.service.store.reader();
    let mut bad = imports::refused(&reader, import.id, after, BAD + 1).await?;
    let more = bad.len() as u64 > BAD;
    bad.truncate(usize::try_from(BAD).unwrap_or(usize::MAX));
    let path = format!("{}/{}", here.path, import.id);
    let next = bad.last().filter(|_| more).map(|row| format!("{path}?after={}", row.ordinal));
    let sheet = if bad.is_empty() { std::sync::Arc::default() } else { web.service.import_sheet(import, plan).await? };
    let shown: Vec<&plan::Mapped> = plan.columns.iter().filter(|column| column.field.is_some()).collect();
    let mut rows: Vec<BadRow> = bad.iter().flat_map(|row| bad_rows(texts, row, &sheet, &shown)).collect();
    let mut heading = texts.get("import-bad-rows-title");
    let mut heads: Vec<(String, String)> =
        shown.iter().map(|column| (plan::letters(column), column.title.clone())).collect();
    let mut again = None;
    if import.state == "undone" {
        let kept = imports::not_undone(&reader, import.id, BAD).await?;
        heading = texts.get("import-kept-rows");
        heads = vec![("A".into(), texts.get("import-record"))];
        again = kept.first().map(|_| {
            Action::post(texts.get("import-undo-again"), path.clone(), vec![("_do".into(), "undo".into())])
                .icon("return")
        });
        rows = kept
            .iter()
            .map(|row| BadRow {
                number: row.row.to_string(),
                cells: vec![BadCell {
                    label: String::new(),
                    text: format!("#{}", row.record_id.unwrap_or(0)),
                    error: say(texts, row.undo.as_deref().unwrap_or_default(), &Default::default()),
                }],
                whole: String::new(),
            })
            .collect();
    }
    let number = |count: usize| format::grouped(&count.to_string());
    let label = |name: &str| texts.get(&format!("import-{}-{name}", if checked { "would" } else { "did" }));
    page.notes = notes(texts, import, counts);
    page.outcome = Some(Outcome {
        counts: vec![
            (label("made"), number(counts.made), ""),
            (label("changed"), number(counts.changed), ""),
            (label("same"), number(counts.same), ""),
            (label("refused"), number(counts.refused), if counts.refused > 0 { "bad" } else { "" }),
        ],
        actions: again.into_iter().chain(actions(texts, here, import, plan, counts)).collect(),
        heads,
        rows,
        more: next.filter(|_| import.state != "undone"),
        title: heading,
    });
    html(&page)
}

fn notes(texts: Texts, import: &Import, counts: Counts) -> Vec<Note> {
    let note = |tone, key: &str| vec![Note::new(tone, texts.get(key))];
    match import.state.as_str() {
        "checked" if counts.refused == 0 => note(NoteTone::Info, "import-all-good"),
        "checked" => note(NoteTone::Warn, "import-some-bad"),
        "stopped" => note(NoteTone::Bad, "import-stopped"),
        "undone" => note(NoteTone::Info, "import-undone"),
        _ => note(NoteTone::Info, "import-done"),
    }
}

fn actions(texts: Texts, here: &Here, import: &Import, plan: &Plan, counts: Counts) -> Vec<Action> {
    let path = format!("{}/{}", here.path, import.id);
    let post = |key: &str, act: &str| Action::post(texts.get(key), path.clone(), vec![("_do".into(), act.into())]);
    let list = Action::link(texts.get("import-to-list"), format!("/apps/{}/{}", here.app, here.table));
    let other = Action::link(texts.get("import-other"), here.path.clone());
    let good = counts.made + counts.changed;
    match import.state.as_str() {
        "checked" => {
            let mut actions = vec![other, Action::link(texts.get("import-edit"), format!("{path}?edit=1"))];
            if good > 0 && counts.refused == 0 {
                actions.push(post("import-run", "run").primary());
            } else if good > 0 && plan.bad_rows == BadRows::Skip {
                let label = texts.count("import-run-skip", good);
                actions.push(Action::post(label, path.clone(), vec![("_do".into(), "run".into())]).primary());
            } else if good > 0 {
                let label = texts.count("import-run-skip", good);
                actions.push(Action::post(label, path.clone(), vec![("_do".into(), "run_skip".into())]).primary());
            }
            actions
        }
        "done" | "stopped" if good > 0 => vec![other, post("import-undo", "undo").icon("return"), list.primary()],
        _ => vec![other, list.primary()],
    }
}

/// The rows of one refused record: those with something wrong, and the first.
fn bad_rows(texts: Texts, row: &imports::Row, sheet: &Sheet, shown: &[&plan::Mapped]) -> Vec<BadRow> {
    let errors: Vec<CellError> =
        row.errors.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let first = usize::try_from(row.row).unwrap_or(1);
    let mut numbers: Vec<usize> = errors.iter().map(|error| error.row).chain([first]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let said = |error: &CellError| {
        let message = say_field(texts, &error.as_field_error());
        if error.column.is_empty() { message } else { format!("{}: {message}", error.column) }
    };
    numbers
        .into_iter()
        .map(|number| {
            let cells = shown.iter().map(|column| {
                let place = address::of(number - 1, column.column);
                let here: Vec<String> = errors
                    .iter()
                    .filter(|error| error.address == place)
                    .map(|error| say_field(texts, &error.as_field_error()))
                    .collect();
                BadCell {
                    label: column.title.clone(),
                    text: sheet.cell(number - 1, column.column).text.clone(),
                    error: here.join(" "),
                }
            });
            let in_cell = |error: &&CellError| {
                shown.iter().any(|column| address::of(error.row - 1, column.column) == error.address)
            };
            let whole: Vec<String> =
                errors.iter().filter(|error| error.row == number && !in_cell(error)).map(said).collect();
            BadRow { number: number.to_string(), cells: cells.collect(), whole: whole.join(" ") }
        })
        .collect()
}
