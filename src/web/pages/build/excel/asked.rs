//! What was posted, over what was guessed.

use crate::{
    document::MOST_HEADER_ROWS,
    service::from_spreadsheet::Workbook,
    spreadsheet::{Becomes, SheetPlan, column::Seen, guess::Guess, head::Head, lines},
    web::body::FormBody,
};

/// The lowest row in which a header may begin, counted from 0.
pub const LAST_HEAD: usize = 30;

/// A header as a form posts it: `2-1` begins in the third row and has one.
#[must_use]
pub fn head_text(head: Head) -> String {
    format!("{}-{}", head.first, head.rows)
}

fn read_head(text: &str) -> Option<Head> {
    let (first, rows) = text.split_once('-')?;
    let head = Head { first: first.parse().ok()?, rows: rows.parse().ok()? };
    (head.first <= LAST_HEAD && (1..=MOST_HEADER_ROWS).contains(&head.rows)).then_some(head)
}

/// The header that somebody chose for a sheet.
#[must_use]
pub fn head(form: &FormBody, sheet: usize) -> Option<Head> {
    form.get(&format!("s{sheet}.head")).and_then(read_head)
}

/// The plans as they were posted; a sheet that was not is as it is guessed.
#[must_use]
pub fn plans(form: &FormBody, guesses: &[Guess], book: &Workbook) -> Vec<SheetPlan> {
    let plan = |(number, guess): (usize, &Guess)| plan(form, number, guess, guesses, book);
    guesses.iter().enumerate().map(plan).collect()
}

fn plan(form: &FormBody, number: usize, guess: &Guess, guesses: &[Guess], book: &Workbook) -> SheetPlan {
    let mut plan = guess.plan.clone();
    let name = |member: &str| format!("s{number}.{member}");
    if !form.has(&format!("s{number}")) {
        return plan;
    }
    plan.taken = form.has(&name("take"));
    if let Some(title) = form.get(&name("title")) {
        title.clone_into(&mut plan.title);
    }
    // Another header has other columns, so what was said of them starts anew.
    if form.get(&name("was")).and_then(read_head) != Some(plan.head) {
        return plan;
    }
    let linked =
        |other: usize| other != number && guesses.get(other).is_some_and(|guess| !guess.plan.columns.is_empty());
    for column in &mut plan.columns {
        let name = |member: &str| format!("s{number}.c{}.{member}", column.column);
        let Some(kind) = form.get(&name("kind")).and_then(Becomes::parse) else { continue };
        column.becomes = match kind {
            Becomes::Link(other) if !linked(other) => column.becomes,
            kind => kind,
        };
        let (title, required, in_lines) = (name("title"), name("required"), name("in"));
        if let Some(title) = form.get(&title) {
            title.clone_into(&mut column.title);
        }
        column.required = form.has(&required);
        column.in_lines = form.has(&in_lines);
    }
    let sheet = &book.sheets[number].sheet;
    let key = form.get(&name("key")).and_then(|text| text.parse::<usize>().ok());
    plan.key = key.filter(|key| plan.column(*key).is_some_and(|column| column.becomes != Becomes::Nothing));
    let had_lines = form.get(&name("had_lines")) == Some("yes");
    let lines_title = form.get(&name("lines_title")).unwrap_or_default().to_owned();
    plan.lines = (form.get(&name("lines")) == Some("yes")).then_some(lines_title);
    if plan.lines.is_some() && !had_lines && !plan.columns.iter().any(|column| column.in_lines) {
        let by = plan.key.or_else(|| plan.columns.first().map(|column| column.column));
        let differing = by.map(|by| lines::differing(sheet, &guess.rows, by)).unwrap_or_default();
        for column in &mut plan.columns {
            column.in_lines = differing.contains(&column.column);
        }
    }
    if plan.lines.is_none() && had_lines {
        // Row by row, what names a record is said several times.
        plan.key = plan.key.filter(|key| {
            let cells = guess.rows.records.iter().map(|row| sheet.cell(*row, *key));
            Seen::of("", cells).is_unique()
        });
    }
    plan
}
