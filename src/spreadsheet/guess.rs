//! What becomes of the sheets of a book, as far as they say it themselves.

use super::{
    Becomes, Book, ColumnPlan, Known, SheetPlan, Why,
    column::{self, Seen, counts_rows, names_codes, names_things},
    folded,
    head::{self, Head, Rows, Title},
    lines::{self, Lines},
};
use crate::{
    definition::field::Kind,
    document::{Sheet, address},
};
use std::collections::HashSet;

/// Rows of a sheet that it takes to say what is unique or required.
const ENOUGH: usize = 3;
/// Of a hundred values so many must be found in another sheet.
const MOST_OF: usize = 90;
/// What the lines are called where nothing says it; the caller has the word.
pub const LINES: &str = "";

/// A sheet with what is guessed of it.
#[derive(Debug, Clone)]
pub struct Guess {
    pub plan: SheetPlan,
    pub rows: Rows,
    /// Why each column becomes what it does.
    pub why: Vec<Option<Why>>,
    pub why_key: Option<Why>,
    pub why_lines: Option<Why>,
}

/// What is known of a sheet before others are looked at.
struct Looked<'s> {
    sheet: &'s Sheet,
    head: Head,
    rows: Rows,
    titles: Vec<Title>,
    lines: Option<Lines>,
    /// Columns that tell records apart.
    unique: Vec<usize>,
}

impl<'s> Looked<'s> {
    fn new(sheet: &'s Sheet, head: Head) -> Self {
        let (rows, titles) = (head::rows(sheet, head), head::titles(sheet, head));
        let headers: Vec<&str> = titles.iter().map(|title| title.text.as_str()).collect();
        let filled = |column: usize| rows.records.iter().any(|row| !sheet.cell(*row, column).is_empty());
        let every = |column: &usize| {
            let seen = Seen::of(headers[*column], rows.records.iter().map(|row| sheet.cell(*row, *column)));
            seen.is_unique() && !counts_rows(headers[*column])
        };
        let apart: Vec<usize> = (0..headers.len()).filter(|column| filled(*column)).filter(every).collect();
        let lines = lines::find(sheet, &rows, &headers, &apart);
        let unique = lines.as_ref().map_or(apart, |lines| vec![lines.by]);
        Self { sheet, head, rows, titles, lines, unique }
    }

    fn seen(&self, column: usize) -> Seen<'_> {
        Seen::of(&self.titles[column].text, self.rows.records.iter().map(|row| self.sheet.cell(*row, column)))
    }

    fn values(&self, column: usize) -> HashSet<String> {
        self.rows
            .records
            .iter()
            .map(|row| folded(&self.sheet.cell(*row, column).text))
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn is_line(&self, column: usize) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.columns.contains(&column))
    }
}

/// Guesses what becomes of each sheet. `heads` are the headers that somebody chose.
#[must_use]
pub fn propose(book: Book<'_>, heads: &[Option<Head>], known: &Known) -> Vec<Guess> {
    let looked: Vec<Looked<'_>> = book
        .sheets
        .iter()
        .enumerate()
        .map(|(number, sheet)| {
            let chosen = heads.get(number).copied().flatten();
            Looked::new(sheet, chosen.unwrap_or_else(|| head::find(sheet)))
        })
        .collect();
    let mut guesses: Vec<Guess> = looked.iter().map(|looked| alone(book, looked, known)).collect();
    name_records(&looked, &mut guesses);
    link(&looked, &mut guesses);
    for (looked, guess) in looked.iter().zip(&mut guesses) {
        require(looked, guess);
    }
    guesses
}

/// What a sheet says without the others.
fn alone(book: Book<'_>, looked: &Looked<'_>, known: &Known) -> Guess {
    let mut columns = Vec::new();
    let mut why = Vec::new();
    for (number, title) in looked.titles.iter().enumerate() {
        let seen = looked.seen(number);
        if title.text.is_empty() && seen.cells.is_empty() {
            continue;
        }
        let (becomes, reason) = column::guess(&seen, known);
        let named = column::title_of(&seen, becomes);
        columns.push(ColumnPlan {
            column: number,
            header: title.text.clone(),
            title: if named.is_empty() { address::letters(number) } else { named },
            becomes,
            required: false,
            in_lines: looked.is_line(number),
        });
        why.push(reason);
    }
    let group = looked.lines.as_ref().and_then(|lines| {
        let mut groups = lines.columns.iter().map(|column| looked.titles[*column].group.as_str());
        let first = groups.next().filter(|group| !group.is_empty())?;
        groups.all(|group| group == first).then(|| first.to_owned())
    });
    let lines = looked.lines.as_ref().map(|_| group.unwrap_or_else(|| LINES.to_owned()));
    let why_lines = looked.lines.as_ref().map(|lines| {
        Why::new("guess-lines")
            .with("column", &looked.titles[lines.by].text)
            .with("records", lines.records)
            .with("count", looked.rows.records.len())
    });
    let plan = SheetPlan {
        taken: !columns.is_empty(),
        title: title_of(book, looked),
        head: looked.head,
        columns,
        key: None,
        lines,
    };
    Guess { plan, rows: looked.rows.clone(), why, why_key: None, why_lines }
}

/// What a sheet is called: by its own name, unless a program gave it; then by what stands above the header, or as the file.
fn title_of(book: Book<'_>, looked: &Looked<'_>) -> String {
    let name = looked.sheet.name.trim();
    let bare = folded(name).trim_end_matches(|c: char| c.is_ascii_digit()).trim_end().to_owned();
    let given = matches!(bare.as_str(), "" | "sheet" | "工作表" | "worksheet" | "table" | "表");
    if !given {
        return name.to_owned();
    }
    let heading = head::heading(looked.sheet, looked.head);
    let several = book.sheets.len() > 1 && !name.is_empty();
    heading.unwrap_or_else(|| if several || book.name.is_empty() { name.to_owned() } else { book.name.to_owned() })
}

/// The column by which each sheet's records are known: the one that other sheets name them by, else a code, a name, or the first.
fn name_records(looked: &[Looked<'_>], guesses: &mut [Guess]) {
    for (number, own) in looked.iter().enumerate() {
        if own.rows.records.len() < 2 {
            continue;
        }
        let nameable = |column: &&usize| {
            let plan = guesses[number].plan.column(**column);
            plan.is_some_and(|plan| {
                matches!(
                    plan.becomes,
                    Becomes::Kind(
                        Kind::Text | Kind::Integer | Kind::Barcode | Kind::Phone | Kind::Email | Kind::Member
                    )
                )
            })
        };
        let named_by_others = |column: usize| {
            let values = own.values(column);
            let others = looked.iter().enumerate().filter(|(other, _)| *other != number);
            others
                .map(|(_, other)| (0..other.titles.len()).filter(|place| names(other, *place, &values)).count())
                .sum::<usize>()
        };
        let best = own.unique.iter().filter(nameable).max_by_key(|column| {
            let header = own.titles[**column].text.as_str();
            let kind = guesses[number].plan.column(**column).map(|plan| plan.becomes);
            let plain = kind == Some(Becomes::Kind(Kind::Text)) || kind == Some(Becomes::Kind(Kind::Barcode));
            let first = std::cmp::Reverse(**column);
            (named_by_others(**column), names_codes(header), names_things(header), plain, first)
        });
        let Some(best) = best.copied() else { continue };
        let others = named_by_others(best);
        let header = own.titles[best].text.as_str();
        // What happens to occur once names nothing.
        let title = guesses[number].plan.title.as_str();
        let about = !header.is_empty() && (title.contains(header) || header.contains(title));
        if others == 0 && own.lines.is_none() && !names_codes(header) && !names_things(header) && !about {
            continue;
        }
        let guess = &mut guesses[number];
        guess.plan.key = Some(best);
        guess.why_key = Some(match &own.lines {
            Some(_) => Why::new("guess-key-lines"),
            None if others > 0 => Why::new("guess-key-named"),
            None => Why::new("guess-key-unique"),
        });
        if let Some(column) = guess.plan.columns.iter_mut().find(|plan| plan.column == best) {
            if matches!(column.becomes, Becomes::Kind(Kind::Integer)) && names_codes(header) {
                column.becomes = Becomes::Kind(Kind::Text);
            }
            column.required = true;
        }
    }
}

/// Whether nearly all values of a column are among these, and are names rather than figures.
fn names(looked: &Looked<'_>, column: usize, values: &HashSet<String>) -> bool {
    let seen = looked.seen(column);
    let own = looked.values(column);
    let figures = own.iter().all(|text| text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let found = own.iter().filter(|text| values.contains(*text)).count();
    !seen.cells.is_empty() && !figures && found > 0 && found * 100 >= own.len() * MOST_OF
}

/// Columns whose values are the names of another sheet's records become links to it.
fn link(looked: &[Looked<'_>], guesses: &mut [Guess]) {
    let keys: Vec<Option<(usize, HashSet<String>)>> = looked
        .iter()
        .zip(guesses.iter())
        .map(|(looked, guess)| guess.plan.key.map(|column| (column, looked.values(column))))
        .collect();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for (number, own) in looked.iter().enumerate() {
        for place in 0..guesses[number].plan.columns.len() {
            let column = guesses[number].plan.columns[place].column;
            let can_link = matches!(
                guesses[number].plan.columns[place].becomes,
                Becomes::Kind(
                    Kind::Text | Kind::Choice | Kind::Integer | Kind::Barcode | Kind::Department | Kind::Phone
                )
            );
            if !can_link || guesses[number].plan.key == Some(column) {
                continue;
            }
            let target = keys.iter().enumerate().find(|(other, key)| {
                let apart = *other != number && !leads(&links, *other, number);
                apart && key.as_ref().is_some_and(|(_, values)| names(own, column, values))
            });
            let Some((other, Some((key, _)))) = target else { continue };
            let why = Why::new("guess-link")
                .with("sheet", guesses[other].plan.title.clone())
                .with("column", &looked[other].titles[*key].text);
            links.push((number, other));
            guesses[number].plan.columns[place].becomes = Becomes::Link(other);
            guesses[number].plan.columns[place].title.clone_from(&own.titles[column].text);
            guesses[number].why[place] = Some(why);
        }
    }
}

/// Whether links lead from one sheet to another.
fn leads(links: &[(usize, usize)], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = HashSet::new();
    while let Some(here) = open.pop() {
        if here == to {
            return true;
        }
        if seen.insert(here) {
            open.extend(links.iter().filter(|(start, _)| *start == here).map(|(_, end)| *end));
        }
    }
    false
}

/// Days and links that no row leaves blank are asked for.
fn require(looked: &Looked<'_>, guess: &mut Guess) {
    let rows = looked.rows.records.len();
    for column in &mut guess.plan.columns {
        let asked = matches!(column.becomes, Becomes::Link(_) | Becomes::Kind(Kind::Date | Kind::DateTime));
        let first = lines_first(looked);
        let blank = |row: &usize| {
            let own = column.in_lines || first.as_ref().is_none_or(|first| first.contains(row));
            own && looked.sheet.cell(*row, column.column).is_empty()
        };
        if asked && rows >= ENOUGH && !looked.rows.records.iter().any(blank) {
            column.required = true;
        }
    }
}

/// The first row of each record, where rows belong together.
fn lines_first(looked: &Looked<'_>) -> Option<HashSet<usize>> {
    let by = looked.lines.as_ref()?.by;
    Some(lines::records(looked.sheet, &looked.rows, by).iter().map(|record| record[0]).collect())
}
