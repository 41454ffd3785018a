//! A list as a calendar: records on their days, read in one range.

use super::{
    Stage, both,
    cards::Cards,
    columns::RowReader,
    days::{Reach, Window, between, day_of, lines},
    rows::Rows,
};
use crate::{
    definition::{
        field::{Field, Kind},
        role::Action,
        view::Span,
    },
    i18n::{Arg, Texts, format},
    service::{
        Error,
        records::{ListRequest, list_for},
        represent,
    },
    store::records::Record,
    web::{
        pages::{
            cell::{self, Showing},
            find,
        },
        view::{
            Card, Cell, Grid, Laid, Mover, Note, NoteTone, Tab, Tag, Tone,
            calendar::{AgendaDay, AgendaItem, Calendar, Day, Entry},
        },
    },
};
use jiff::civil::Date;
use serde_json::json;

/// The most records of a window.
const MOST: u64 = 500;
/// The lines of a day in a month and in a week.
const LINES: usize = 3;
const WEEK_LINES: usize = 14;
/// How many fields stand on a record in a week.
const FACTS: usize = 2;
/// The most dots of a day.
const DOTS: usize = 4;

/// A record with its days and how it looks.
struct Placed<'r> {
    record: &'r Record,
    reach: Reach,
    time: String,
    tone: Tone,
    meaning: String,
    title: String,
    card: Card,
    moves: bool,
}

pub async fn lay(stage: &Stage<'_, '_>, grid: &mut Grid) -> Result<(), Error> {
    let Stage { conn, call, live, key, scope, asked, view, .. } = *stage;
    let texts = stage.texts();
    let own = |name: &Option<String>| name.as_deref().and_then(|name| scope.place(name)?.field);
    let start = own(&view.start).ok_or(Error::NotFound)?;
    let end = own(&view.end).filter(|end| end.kind == start.kind);
    let colour = own(&view.color_by);
    let today = stage.zone.to_datetime(call.now.to_jiff()).date();
    let window = Window::new(view.span, asked.on.unwrap_or(today));

    let (first, last) = (window.first.to_string(), window.last.to_string());
    let from = |field: &Field| json!({"field": field.key, "op": "ge", "value": first});
    let mut touches = vec![from(start)];
    touches.extend(end.map(from));
    let within = json!({"all": [{"field": start.key, "op": "le", "value": last}, {"any": touches}]});
    let columns = scope.columns(view);
    let request = ListRequest {
        filter: both(stage.filter.clone(), Some(within)),
        sort: Some(start.key.clone()),
        limit: Some(MOST),
        cursor: None,
        count: None,
        ..stage.request(&columns)
    };
    let (listed, _) = list_for(conn, call, live, key, &request, (Action::View, MOST)).await?;
    if listed.next.is_some() {
        let most = texts.with("calendar-truncated", &[("count", Arg::Text(&MOST.to_string()))]);
        grid.notes.push(Note::new(NoteTone::Warn, most));
    }
    let read = RowReader { reader: scope, listed: &listed };
    let labels = represent::labels_of(conn, stage.rights, read.wanted(&columns)).await?;
    let show = Showing { texts, zone: stage.zone, labels: &labels, links_in: None };
    let permit = &listed.permit;
    let rows =
        Rows { reader: scope, read: &read, show: &show, columns: &columns, asked, permit, written: stage.written };
    let cards = Cards { rows, cover: None, said: Some(&start.key) };
    let placed: Vec<Placed<'_>> = listed
        .records
        .iter()
        .filter_map(|record| {
            let first = day_of(record.document.get(&start.key), stage.zone)?;
            let last = end.and_then(|end| day_of(record.document.get(&end.key), stage.zone));
            let time = match start.kind {
                Kind::DateTime => cell::as_text(texts, &cell::cell(&show, start, record.document.get(&start.key))),
                _ => String::new(),
            };
            let tag = colour.and_then(|field| tag_of(&show, field, record));
            let moves = [Some(start), end].into_iter().flatten().all(|field| cards.rows.may_write(record, field));
            let mover = || {
                let with = [("move", record.id.to_string()), ("span", "days".into()), ("on", first.to_string())];
                asked.address(&[], &with)
            };
            let card = cards.card(record, moves.then(mover));
            Some(Placed {
                record,
                reach: Reach { first, last: last.filter(|last| *last >= first).unwrap_or(first) },
                time: time.rsplit(' ').next().unwrap_or_default().to_owned(),
                tone: tag.as_ref().map_or(Tone::Plain, |tag| tag.tone),
                meaning: tag.map(|tag| tag.label).unwrap_or_default(),
                title: cell::as_text(texts, &card.title),
                card,
                moves,
            })
        })
        .collect();

    let creates = stage.creates.then(|| stage.rights.permit(key, Action::Create).ok()).flatten();
    let creates = creates.is_some_and(|permit| permit.rights_to_create().can_write(Action::Create, &start.key));
    let drawing = Drawing { stage, texts, window, today, start, creates, placed: &placed };
    let moving = placed.iter().find(|placed| placed.moves && asked.moving == Some(placed.record.id.0));
    let move_url = placed.iter().any(|placed| placed.moves).then(|| {
        let mut shown_by = stage.shown_by();
        shown_by.retain(|(name, _)| name != "move");
        find::address(&format!("{}/move", asked.path), &shown_by)
    });
    let spans = Span::ALL.map(|span| {
        let href = asked.address(&[], &[("span", span.as_str().to_owned())]);
        Tab::new(texts.get(&format!("calendar-{}", span.as_str())), href, span == view.span)
    });
    let at = |day: Date| asked.address(&[], &[("on", day.to_string())]);
    grid.laid = Laid::Calendar(Calendar {
        title: drawing.title(),
        span: view.span.as_str(),
        spans: spans.to_vec(),
        previous: at(window.beside(false)),
        next: at(window.beside(true)),
        today: asked.address(&["on"], &[]),
        weekdays: (1..=7).map(|day| weekday(texts, day)).collect(),
        weeks: if view.span == Span::Days { Vec::new() } else { drawing.weeks() },
        agenda: drawing.agenda(),
        legend: colour.map(legend).unwrap_or_default(),
        mover: moving.zip(move_url.clone()).map(|(placed, action)| Mover {
            action,
            id: placed.card.id,
            version: placed.card.version,
            label: placed.card.label.clone(),
            places: Vec::new(),
            day: Some(placed.reach.first.to_string()),
            cancel: asked.address(&[], &[]),
        }),
        move_url,
    });
    Ok(())
}

fn tag_of(show: &Showing<'_>, field: &Field, record: &Record) -> Option<Tag> {
    match cell::cell(show, field, record.document.get(&field.key)) {
        Cell::Tags(tags) => tags.into_iter().next(),
        _ => None,
    }
}

fn legend(field: &Field) -> Vec<Tag> {
    let tone = |colour: Option<&str>| colour.map_or(Tone::Plain, Tone::of_colour);
    field.options.iter().map(|option| Tag::new(tone(option.color.as_deref()), option.title.clone())).collect()
}

/// The name of a weekday from Monday, short and whole.
fn weekday(texts: Texts, day: i8) -> (String, String) {
    let whole = texts.get(&format!("weekday-{day}"));
    (texts.get(&format!("weekday-short-{day}")), whole)
}

struct Drawing<'d, 's, 'a> {
    stage: &'d Stage<'s, 'a>,
    texts: Texts,
    window: Window,
    today: Date,
    start: &'d Field,
    /// The reader may make records with a day of their own choice.
    creates: bool,
    placed: &'d [Placed<'d>],
}

impl Drawing<'_, '_, '_> {
    fn words(&self, day: Date) -> String {
        format::day_in_words(self.texts, day.month(), day.day(), day.weekday().to_monday_one_offset())
    }

    fn title(&self) -> String {
        let month = |day: Date| self.texts.get(&format!("month-{}", day.month()));
        match self.window.span {
            Span::Month => {
                let on = self.window.on;
                let year = on.year().to_string();
                self.texts.with("calendar-title", &[("year", Arg::Text(&year)), ("month", Arg::Text(&month(on)))])
            }
            Span::Week | Span::Days => {
                let (first, last) = (self.words(self.window.first), self.words(self.window.last));
                self.texts.with("calendar-stretch", &[("first", Arg::Text(&first)), ("last", Arg::Text(&last))])
            }
        }
    }

    /// The address that makes a record on a day, and what the link says.
    fn new_on(&self, day: Date) -> Option<(String, String)> {
        let value = match self.start.kind {
            Kind::DateTime => format!("{day}T09:00"),
            _ => day.to_string(),
        };
        let href = find::address(&format!("{}/new", self.stage.asked.path), &[(self.start.key.clone(), value)]);
        let label = self.texts.with("calendar-new-on", &[("day", Arg::Text(&self.words(day)))]);
        self.creates.then_some((href, label))
    }

    fn days_from(&self, day: Date) -> String {
        self.stage.asked.address(&[], &[("span", "days".into()), ("on", day.to_string())])
    }

    fn entry(&self, placed: &Placed<'_>, day: Date, row_ends: Date) -> Entry {
        let Reach { first, last } = placed.reach;
        let monday = day.weekday().to_monday_zero_offset() == 0;
        Entry {
            id: placed.card.id,
            version: placed.card.version,
            href: placed.card.href.clone(),
            title: placed.title.clone(),
            time: if day == first { placed.time.clone() } else { String::new() },
            tone: placed.tone,
            meaning: placed.meaning.clone(),
            facts: self.facts(placed),
            day: first.to_string(),
            starts: day == first,
            ends: day == last,
            reach: usize::try_from(between(day, last.min(row_ends)) + 1).unwrap_or(1),
            written: day == first || monday,
            moves: placed.moves,
        }
    }

    /// The first fields in words, where days have room for them.
    fn facts(&self, placed: &Placed<'_>) -> String {
        if self.window.span != Span::Week {
            return String::new();
        }
        let words = placed.card.fields.iter().take(FACTS).map(|(_, value)| cell::as_text(self.texts, value));
        words.collect::<Vec<_>>().join(" · ")
    }

    fn weeks(&self) -> Vec<Vec<Day>> {
        let reaches: Vec<Reach> = self.placed.iter().map(|placed| placed.reach).collect();
        let days: Vec<Date> = self.window.days().collect();
        days.chunks(7)
            .map(|week| {
                let lines = lines(week[0], &reaches);
                let sunday = week[week.len() - 1];
                week.iter().enumerate().map(|(at, day)| self.day(*day, sunday, &lines, at)).collect()
            })
            .collect()
    }

    fn day(&self, day: Date, sunday: Date, lines: &[[Option<usize>; 7]], at: usize) -> Day {
        let month = self.window.span == Span::Month;
        let fits = if month { LINES } else { WEEK_LINES };
        let on_day = |line: &[Option<usize>; 7]| line[at].and_then(|index| self.placed.get(index));
        let all: Vec<&Placed<'_>> = lines.iter().filter_map(on_day).collect();
        let hidden = lines.iter().skip(fits).filter_map(on_day).count();
        let mut shown: Vec<Option<Entry>> =
            lines.iter().take(fits).map(|line| on_day(line).map(|placed| self.entry(placed, day, sunday))).collect();
        while shown.last().is_some_and(Option::is_none) {
            shown.pop();
        }
        let words = self.words(day);
        let number = match month && day.day() == 1 {
            true => format!("{} {}", self.texts.get(&format!("month-{}", day.month())), day.day()),
            false => day.day().to_string(),
        };
        Day {
            date: day.to_string(),
            number,
            label: match all.len() {
                0 => words,
                many => {
                    let count = Arg::Number(i64::try_from(many).unwrap_or(i64::MAX));
                    self.texts.with("calendar-day-of", &[("day", Arg::Text(&words)), ("count", count)])
                }
            },
            today: day == self.today,
            outside: month && day.month() != self.window.on.month(),
            chosen: day == self.window.on,
            href: self.days_from(day),
            pick: self.stage.asked.address(&[], &[("on", day.to_string())]),
            new: self.new_on(day),
            lines: shown,
            more: (hidden > 0).then(|| self.texts.count("calendar-more", hidden)),
            dots: all.iter().take(DOTS).map(|placed| placed.tone).collect(),
        }
    }

    /// The days with records from the chosen one on. Where nothing was asked for that is today, or the first day of the window.
    fn agenda(&self) -> Vec<AgendaDay> {
        let asked = self.stage.asked.on.is_some();
        let month = self.window.span == Span::Month;
        let on = self.window.on;
        let from = match self.window.span {
            Span::Month if asked => on,
            Span::Month => self.today.max(on.first_of_month()),
            Span::Week | Span::Days => self.window.first,
        };
        let mut days = Vec::new();
        for day in self.window.days().filter(|day| *day >= from && (!month || day.month() == on.month())) {
            let mut items: Vec<&Placed<'_>> =
                self.placed.iter().filter(|placed| (placed.reach.first..=placed.reach.last).contains(&day)).collect();
            items.sort_by(|one, other| one.time.cmp(&other.time));
            let kept = !items.is_empty() || day == self.today || day == on;
            if kept && self.window.has(day) {
                let items = items.into_iter().map(|placed| self.item(placed, day)).collect();
                let label = self.words(day);
                days.push(AgendaDay {
                    date: day.to_string(),
                    label,
                    today: day == self.today,
                    new: self.new_on(day),
                    items,
                });
            }
        }
        days
    }

    fn item(&self, placed: &Placed<'_>, day: Date) -> AgendaItem {
        let Reach { first, last } = placed.reach;
        let reach = (first != last).then(|| {
            let (first, last) = (self.words(first), self.words(last));
            self.texts.with("calendar-stretch", &[("first", Arg::Text(&first)), ("last", Arg::Text(&last))])
        });
        AgendaItem {
            entry: self.entry(placed, day, day),
            title: placed.card.title.clone(),
            reach: reach.unwrap_or_default(),
            fields: placed.card.fields.clone(),
            mover: placed.card.mover.clone(),
        }
    }
}
