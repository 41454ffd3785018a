//! The page on which it is adjusted what becomes of a file.

use super::{
    super::{
        panel::{icon, kind_name},
        start::ICONS,
    },
    Adjusting, Here,
    asked::{LAST_HEAD, head_text},
};
use crate::{
    definition::{
        edit::fields::{can_be_required, kind_of},
        field::Kind,
    },
    document::{MOST_HEADER_ROWS, Sheet, address},
    i18n::{Arg, Texts, format},
    service::{Error, from_spreadsheet::Outlook, import::refused},
    spreadsheet::{Becomes, ColumnPlan, KINDS, SheetPlan, Why, check::Misfit, guess::Guess, head::Head},
    web::{
        Result, Web,
        caller::Caller,
        error::{html, message_of, say_field},
        extract::Wants,
        shell,
        view::{
            Choice, Note, NoteTone,
            from_excel::{
                Adjust, ColumnForm, NewApp, Preview, PreviewField, PreviewLines, SampleCell, SampleRow, SheetForm,
            },
        },
    },
};
use axum::response::Response;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Rows of a sheet that are shown, and rows with cells that do not fit besides.
const SAMPLE: usize = 12;
const ODD: usize = 6;
/// Cells that do not fit and are listed.
const LISTED: usize = 20;
/// Options that are named.
const OPTIONS: usize = 8;
/// Rows at the top that are offered as the beginning of the header.
const HEADS: usize = 6;

pub async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    here: &Here,
    adjusting: &Adjusting,
    error: Option<&Error>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let mut page = super::page(caller, wants, here, 1);
    let lines = texts.get("word-lines");
    let looked = web.service.look_through(&adjusting.book, &adjusting.plans, &adjusting.known, &lines).await?;
    let (looked, circle) = match looked {
        Ok(looked) => (looked, None),
        Err(circle) => (Vec::new(), Some(circle)),
    };
    let mut app = here.live.is_none().then(|| NewApp {
        title: adjusting.title.clone(),
        error: None,
        icons: ICONS.map(|name| Choice::new(name, texts.get(&format!("icon-{name}")), name == adjusting.icon)).to_vec(),
    });
    if let Some(error) = error {
        let at_title = matches!(error, Error::Invalid(errors) if errors.iter().any(|error| error.path == "/title"));
        match (&mut app, at_title) {
            (Some(app), true) => app.error = Some(message_of(texts, error)),
            _ => page.notes.push(Note::new(NoteTone::Bad, message_of(texts, error))),
        }
    } else if let Some(circle) = circle {
        let error = Error::conflict("spreadsheet_circle").with("sheets", circle.0.join("、"));
        page.notes.push(Note::new(NoteTone::Bad, message_of(texts, &error)));
    }
    let shown = Shown { texts, adjusting, looked: &looked };
    let (records, lines, misfits) = looked.iter().fold((0, 0, 0), |(records, lines, misfits), (_, checked)| {
        (records + checked.records, lines + checked.lines, misfits + checked.misfits.len())
    });
    if misfits > 0 {
        page.notes.push(Note::new(NoteTone::Warn, texts.count("excel-misfits-lead", misfits)));
    }
    let mut parts = vec![texts.count("excel-count-tables", looked.len()), texts.count("excel-count-records", records)];
    if lines > 0 {
        parts.push(texts.count("excel-count-lines", lines));
    }
    let parts = format::listed(texts, &parts);
    page.adjust = Some(Adjust {
        action: format!("{}/{}", here.path, adjusting.book.id),
        file: adjusting.book.name.clone(),
        sheets: (0..adjusting.plans.len()).map(|number| shown.sheet(number)).collect(),
        summary: texts.with("excel-summary", &[("parts", Arg::Text(&parts))]),
        button: texts.get(if app.is_some() { "excel-create" } else { "excel-create-tables" }),
        app,
    });
    html(&page)
}

/// A reason in words.
fn say(texts: Texts, why: Option<&Why>) -> String {
    why.map(|why| {
        let values: Vec<(&str, Arg<'_>)> = why
            .values
            .iter()
            .map(|(name, value)| match value.parse::<i64>() {
                Ok(number) if matches!(name.as_str(), "count" | "records" | "found") => {
                    (name.as_str(), Arg::Number(number))
                }
                _ => (name.as_str(), Arg::Text(value)),
            })
            .collect();
        texts.with(why.code, &values)
    })
    .unwrap_or_default()
}

struct Shown<'a> {
    texts: Texts,
    adjusting: &'a Adjusting,
    looked: &'a [Outlook],
}

impl Shown<'_> {
    fn sheet(&self, number: usize) -> SheetForm {
        let (texts, book) = (self.texts, &self.adjusting.book);
        let (guess, plan) = (&self.adjusting.guesses[number], &self.adjusting.plans[number]);
        let read = &book.sheets[number];
        let sheet: &Sheet = &read.sheet;
        let outlook = self.looked.iter().find(|(made, _)| made.sheet == number);
        let misfits: &[Misfit] = outlook.map_or(&[], |(_, checked)| checked.misfits.as_slice());
        let problem = match &read.problem {
            Some(problem) => Some(message_of(texts, &refused(problem))),
            None if guess.plan.columns.is_empty() => Some(texts.get("excel-sheet-empty")),
            None => None,
        };
        let name = if read.name.is_empty() { book.stem().to_owned() } else { read.name.clone() };
        let rows = sample(guess, misfits);
        let rest = guess.rows.records.len() - rows.len();
        let titles = |column: usize| plan.column(column).map(|plan| plan.title.clone()).unwrap_or_default();
        SheetForm {
            number,
            problem,
            taken: plan.taken,
            title: plan.title.clone(),
            heads: self.heads(sheet, plan.head),
            was: head_text(plan.head),
            keys: self.keys(plan),
            why_key: if plan.key == guess.plan.key { say(texts, guess.why_key.as_ref()) } else { String::new() },
            lines: plan.lines.is_some(),
            lines_title: match &plan.lines {
                Some(title) if !title.is_empty() => title.clone(),
                _ => texts.get("word-lines"),
            },
            why_lines: if plan.lines.is_some() { say(texts, guess.why_lines.as_ref()) } else { String::new() },
            facts: self.facts(guess),
            columns: plan.columns.iter().map(|column| self.column(number, column, misfits)).collect(),
            rows: rows
                .iter()
                .map(|row| SampleRow {
                    number: (row + 1).to_string(),
                    cells: plan
                        .columns
                        .iter()
                        .map(|column| {
                            let cell = sheet.cell(*row, column.column);
                            let odd = misfits.iter().any(|odd| odd.row == *row && odd.column == column.column);
                            let class = if odd {
                                "odd"
                            } else if cell.merged {
                                "again"
                            } else {
                                ""
                            };
                            SampleCell { text: cell.text.clone(), class }
                        })
                        .collect(),
                })
                .collect(),
            rest: if rest > 0 { texts.count("excel-rest", rest) } else { String::new() },
            misfits: misfits
                .iter()
                .take(LISTED)
                .map(|odd| {
                    let value = sheet.cell(odd.row, odd.column).text.clone();
                    (address::of(odd.row, odd.column), titles(odd.column), value, say_field(texts, &odd.error))
                })
                .collect(),
            misfit_count: if misfits.is_empty() { String::new() } else { texts.count("excel-misfits", misfits.len()) },
            misfits_more: match misfits.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => texts.count("excel-misfits-more", more),
            },
            preview: outlook.map(|outlook| self.preview(sheet, guess, plan, outlook)),
            name,
        }
    }

    fn heads(&self, sheet: &Sheet, own: Head) -> Vec<Choice> {
        let texts = self.texts;
        let last = sheet.rows.len().min(HEADS.max(own.first + 1)).min(LAST_HEAD + 1);
        let heads = (0..last).flat_map(|first| (1..=MOST_HEADER_ROWS).map(move |rows| Head { first, rows }));
        let fits = |head: &Head| {
            let named = sheet.rows.get(head.first).is_some_and(|row| row.iter().any(|cell| !cell.is_empty()));
            *head == own || (named && head.below() <= sheet.rows.len())
        };
        let label = |head: Head| {
            let (first, last) = ((head.first + 1).to_string(), head.below().to_string());
            let values = [("first", Arg::Text(&first)), ("last", Arg::Text(&last))];
            texts.with(if head.rows == 1 { "excel-head-row" } else { "excel-head-rows" }, &values)
        };
        heads.filter(fits).map(|head| Choice::new(head_text(head), label(head), head == own)).collect()
    }

    fn keys(&self, plan: &SheetPlan) -> Vec<Choice> {
        let none = Choice::new("", self.texts.get("excel-key-none"), plan.key.is_none());
        let fields = plan.fields(false).map(|column| {
            let label = format!("{} {}", address::letters(column.column), column.title);
            Choice::new(column.column.to_string(), label, plan.key == Some(column.column))
        });
        std::iter::once(none).chain(fields).collect()
    }

    fn facts(&self, guess: &Guess) -> Vec<String> {
        let texts = self.texts;
        let mut facts = vec![texts.count("excel-rows", guess.rows.records.len())];
        if !guess.rows.left_out.is_empty() {
            let rows: Vec<String> = guess.rows.left_out.iter().take(6).map(|row| (row + 1).to_string()).collect();
            let rows = format::listed(texts, &rows);
            facts.push(texts.with("excel-left-out-rows", &[("rows", Arg::Text(&rows))]));
        }
        facts
    }

    fn column(&self, number: usize, plan: &ColumnPlan, misfits: &[Misfit]) -> ColumnForm {
        let texts = self.texts;
        let guess = &self.adjusting.guesses[number];
        let place = guess.plan.columns.iter().position(|column| column.column == plan.column);
        let same = place.is_some_and(|place| guess.plan.columns[place].becomes == plan.becomes);
        let why = place.filter(|_| same).and_then(|place| guess.why.get(place)).and_then(Option::as_ref);
        let kind = match plan.becomes {
            Becomes::Nothing => None,
            Becomes::Kind(kind) => Some(kind),
            Becomes::Link(_) => Some(Kind::Link),
        };
        let odd = misfits.iter().filter(|odd| odd.column == plan.column).count();
        let made = self.looked.iter().find(|(made, _)| made.sheet == number);
        let options = made.and_then(|(made, _)| {
            property_of(&made.document, made.paths.iter().find(|(column, _)| *column == plan.column)?.1.as_str())
        });
        ColumnForm {
            column: plan.column,
            letters: address::letters(plan.column),
            header: plan.header.clone(),
            title: plan.title.clone(),
            kinds: self.kinds(number, plan),
            icon: icon(kind),
            why: say(texts, why),
            required: plan.required,
            can_be_required: kind.is_some_and(can_be_required),
            in_lines: plan.in_lines,
            left_out: plan.becomes == Becomes::Nothing,
            is_key: self.adjusting.plans[number].key == Some(plan.column),
            odd: if odd > 0 { texts.count("excel-odd-cells", odd) } else { String::new() },
            options: options
                .filter(|_| kind == Some(Kind::Choice))
                .map(|property| self.options(property))
                .unwrap_or_default(),
        }
    }

    fn options(&self, property: &Json) -> String {
        let all: Vec<&str> = property["x-field"]["options"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|option| option["title"].as_str())
            .collect();
        let named = all[..all.len().min(OPTIONS)].join("、");
        if all.len() > OPTIONS { format!("{named}…") } else { named }
    }

    fn kinds(&self, number: usize, plan: &ColumnPlan) -> Vec<Choice> {
        let texts = self.texts;
        let choice = |becomes: Becomes, label: String| Choice::new(becomes.text(), label, becomes == plan.becomes);
        let kinds = KINDS.iter().map(|kind| choice(Becomes::Kind(*kind), kind_name(texts, Some(*kind))));
        let others = self.adjusting.plans.iter().enumerate().filter(|(other, plan)| {
            *other != number && plan.taken && plan.columns.iter().any(|column| column.becomes != Becomes::Nothing)
        });
        let links = others.map(|(other, plan)| {
            choice(Becomes::Link(other), texts.with("excel-link-to", &[("title", Arg::Text(&plan.title))]))
        });
        let nothing = std::iter::once(choice(Becomes::Nothing, texts.get("excel-leave-out")));
        kinds.chain(links).chain(nothing).collect()
    }

    fn preview(&self, sheet: &Sheet, guess: &Guess, plan: &SheetPlan, (made, _): &Outlook) -> Preview {
        let texts = self.texts;
        let rows = &guess.rows.records;
        let value = |column: usize| {
            let filled = rows.iter().map(|row| &sheet.cell(*row, column).text).find(|text| !text.is_empty());
            filled.cloned().unwrap_or_default()
        };
        let asked: Vec<&str> =
            made.document["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let heads = made.paths.iter().filter(|(_, path)| !path.contains('.'));
        let fields: Vec<PreviewField> = heads
            .filter_map(|(column, path)| {
                let property = property_of(&made.document, path)?;
                let kind = kind_of(property);
                Some(PreviewField {
                    title: property["title"].as_str().unwrap_or_default().to_owned(),
                    value: value(*column),
                    required: asked.contains(&path.as_str()),
                    is_key: plan.key == Some(*column),
                    wide: kind.is_some_and(Kind::is_wide),
                    icon: icon(kind),
                })
            })
            .collect();
        let inside: Vec<&(usize, String)> = made.paths.iter().filter(|(_, path)| path.contains('.')).collect();
        let lines = inside.first().and_then(|(_, path)| path.split_once('.')).map(|(lines, _)| PreviewLines {
            title: made.document["properties"][lines]["title"].as_str().unwrap_or_default().to_owned(),
            columns: inside
                .iter()
                .filter_map(|(_, path)| Some(property_of(&made.document, path)?["title"].as_str()?.to_owned()))
                .collect(),
            rows: rows
                .iter()
                .take(2)
                .map(|row| inside.iter().map(|(column, _)| sheet.cell(*row, *column).text.clone()).collect())
                .collect(),
        });
        let count = texts.count("excel-fields", fields.len());
        Preview { title: made.title.clone(), small: count, fields, lines }
    }
}

/// The rows that are shown: the first, and some with cells that do not fit.
fn sample(guess: &Guess, misfits: &[Misfit]) -> Vec<usize> {
    let mut rows: BTreeSet<usize> = guess.rows.records.iter().take(SAMPLE).copied().collect();
    let odd: BTreeSet<usize> = misfits.iter().map(|odd| odd.row).filter(|row| !rows.contains(row)).collect();
    rows.extend(odd.into_iter().take(ODD));
    rows.into_iter().collect()
}

/// The property of a path: `qty`, `lines.qty`.
fn property_of<'j>(document: &'j Json, path: &str) -> Option<&'j Json> {
    let property = match path.split_once('.') {
        None => &document["properties"][path],
        Some((lines, column)) => &document["properties"][lines]["items"]["properties"][column],
    };
    property.is_object().then_some(property)
}
