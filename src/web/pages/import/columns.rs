//! Which column of the file goes to which field, and what is done with its rows.

use super::{Here, page};
use crate::{
    base::error::FieldError,
    definition::table::Table,
    document::Sheet,
    i18n::{Arg, Texts, format},
    service::{
        import::{self, BadRows, Blank, DateOrder, Mode, Plan, Target, plan},
        permits::Rights,
    },
    store::imports::Import,
    web::{
        Result, Web,
        caller::Caller,
        error::{html, say_field},
        extract::Wants,
        shell,
        view::{
            Note, NoteTone,
            transfer::{Pick, PlanColumn, PlanForm, Select},
        },
    },
};
use axum::response::Response;

/// Rows of the file that the assignment of columns shows.
const SAMPLE: usize = 5;

fn pick(texts: Texts, value: &str, key: &str, selected: bool) -> Pick {
    Pick { value: value.to_owned(), label: texts.get(key), selected }
}

fn select(texts: Texts, name: &str, options: Vec<Pick>) -> Select {
    let label = texts.get(&format!("import-{}", name.replace('_', "-")));
    let hint = if name == "header_rows" { texts.get("import-header-rows-help") } else { String::new() };
    Select { name: name.to_owned(), label, hint, options }
}

pub async fn plan_page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    here: &Here,
    import: &Import,
    plan: &Plan,
    errors: &[FieldError],
) -> Result<Response> {
    let texts = shell::texts(caller);
    let table = here.definition(caller)?;
    let sheet = web.service.import_sheet(import, plan).await?;
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &here.live).await?;
    let permits = import::permits(&rights, &here.table)?;
    let targets = plan::targets(table, &permits.iter().collect::<Vec<_>>());
    let mut page = page(web, caller, wants, here, 1).await?;
    page.notes = errors.iter().map(|error| Note::new(NoteTone::Bad, say_field(texts, error))).collect();
    let missing: Vec<&str> = targets
        .iter()
        .filter(|target| target.required && !target.in_lines && plan.column_of(&target.path).is_none())
        .map(|target| target.title.as_str())
        .collect();
    if !missing.is_empty() && plan.mode != Mode::Update {
        let fields = format::listed(texts, &missing);
        page.notes.push(Note::new(NoteTone::Warn, texts.with("import-missing", &[("fields", Arg::Text(&fields))])));
    }
    let unmapped: Vec<&str> = plan.unmapped().map(|column| column.title.as_str()).collect();
    if !unmapped.is_empty() {
        let columns = format::listed(texts, &unmapped);
        page.notes.push(Note::new(NoteTone::Info, texts.with("import-unmapped", &[("columns", Arg::Text(&columns))])));
    }
    let has_flow = here.live.app().submit_flow(&here.table).is_some();
    page.plan = Some(PlanForm {
        action: format!("{}/{}", here.path, import.id),
        file: import.file_name.clone(),
        facts: vec![
            (texts.get("import-rows"), format::grouped(&sheet.rows.len().saturating_sub(plan.header_rows).to_string())),
            (texts.get("import-records"), format::grouped(&plan.rows.to_string())),
        ],
        settings: settings(texts, table, plan),
        submit: has_flow.then_some(plan.submit),
        columns: columns(texts, plan, &targets),
        rows: sample(&sheet, plan),
    });
    html(&page)
}

fn settings(texts: Texts, table: &Table, plan: &Plan) -> Vec<Select> {
    let mut settings = Vec::new();
    if plan.sheets.len() > 1 {
        let sheets = plan.sheets.iter().map(|name| Pick {
            value: name.clone(),
            label: name.clone(),
            selected: plan.sheet.as_ref() == Some(name),
        });
        settings.push(select(texts, "sheet", sheets.collect()));
    }
    let header = (1..=3_usize).map(|rows| Pick {
        value: rows.to_string(),
        label: texts.count("import-header-rows-count", rows),
        selected: rows == plan.header_rows,
    });
    settings.push(select(texts, "header_rows", header.collect()));
    let mode = |value, key, mode| pick(texts, value, key, plan.mode == mode);
    settings.push(select(
        texts,
        "mode",
        vec![
            mode("insert", "import-mode-insert", Mode::Insert),
            mode("update", "import-mode-update", Mode::Update),
            mode("upsert", "import-mode-upsert", Mode::Upsert),
        ],
    ));
    let keys: Vec<Pick> = table
        .unique_sets()
        .map(|set| {
            let titles: Vec<&str> =
                set.iter().filter_map(|key| table.field(key)).map(|field| field.title.as_str()).collect();
            Pick { value: set.join(","), label: titles.join(" + "), selected: plan.key == set }
        })
        .collect();
    if !keys.is_empty() {
        let none = Pick { value: String::new(), label: texts.get("import-key-none"), selected: plan.key.is_empty() };
        settings.push(select(texts, "key", std::iter::once(none).chain(keys).collect()));
    }
    let order = |value, key, order| pick(texts, value, key, plan.date_order == order);
    settings.push(select(
        texts,
        "date_order",
        vec![
            order("ymd", "import-date-ymd", DateOrder::Ymd),
            order("mdy", "import-date-mdy", DateOrder::Mdy),
            order("dmy", "import-date-dmy", DateOrder::Dmy),
        ],
    ));
    let bad = |value, key, bad| pick(texts, value, key, plan.bad_rows == bad);
    settings.push(select(
        texts,
        "bad_rows",
        vec![bad("skip", "import-bad-skip", BadRows::Skip), bad("stop", "import-bad-stop", BadRows::Stop)],
    ));
    let blank = |value, key, blank| pick(texts, value, key, plan.blank == blank);
    settings.push(select(
        texts,
        "blank",
        vec![blank("keep", "import-blank-keep", Blank::Keep), blank("clear", "import-blank-clear", Blank::Clear)],
    ));
    settings
}

fn columns(texts: Texts, plan: &Plan, targets: &[Target<'_>]) -> Vec<PlanColumn> {
    let of_column = |column: &plan::Mapped| {
        let out = Pick { value: String::new(), label: texts.get("import-left-out"), selected: column.field.is_none() };
        let fields = targets.iter().map(|target| Pick {
            value: target.path.clone(),
            label: if target.required { format!("{} *", target.title) } else { target.title.clone() },
            selected: column.field.as_ref() == Some(&target.path),
        });
        let letters = plan::letters(column);
        let label = texts.with("import-column-to", &[("column", Arg::Text(&letters))]);
        let options = std::iter::once(out).chain(fields).collect();
        PlanColumn {
            select: Select { name: format!("map.{}", column.column), label, hint: String::new(), options },
            letters,
            title: column.title.clone(),
            mapped: column.field.is_some(),
        }
    };
    plan.columns.iter().map(of_column).collect()
}

fn sample(sheet: &Sheet, plan: &Plan) -> Vec<(String, Vec<String>)> {
    let rows = (plan.header_rows..sheet.rows.len()).take(SAMPLE);
    rows.map(|row| {
        let cells = plan.columns.iter().map(|column| sheet.cell(row, column.column).text.clone());
        ((row + 1).to_string(), cells.collect())
    })
    .collect()
}
