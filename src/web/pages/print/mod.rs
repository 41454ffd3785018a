//! `/apps/{app}/{table}/{id}/print` and `/apps/{app}/{table}/print?ids=…`: records on paper, as a page that the browser prints or saves.

mod layout;
mod lines;
pub mod paper;

use super::{
    case::{self, CaseView},
    cell::{self, Showing},
    find,
};
use crate::{
    base::{
        error::Params,
        id::{CaseId, UserId},
        time::Timestamp,
    },
    definition::{
        form::Rule,
        print::{Band, Block, LABEL, Paper, PaperSize, Print, RECORD},
    },
    i18n::{Arg, Texts},
    service::{
        Error, LiveApp,
        permits::Rights,
        print::{self, MOST_RECORDS, MOST_SHEETS, Printable, Printing, Seen},
        represent::{self, PEOPLE},
    },
    store::{Connection, flows, records},
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::{
            Crumb,
            print::{PrintBar, PrintChoice, PrintPage, Sheet},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header},
    response::Response,
};
use layout::{Extras, Layout};
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What to print, of which records.
struct Order {
    app: String,
    table: String,
    ids: Vec<i64>,
    /// The page's own path.
    path: String,
    /// Whether the records are named in the path itself.
    single: bool,
}

pub async fn one(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let path = format!("/apps/{app}/{table}/{id}/print");
    let order = Order { app, table, ids: vec![id], path, single: true };
    page(&web, &caller, &wants, order, &find::pairs(query.as_deref()), &headers).await
}

pub async fn several(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let pairs = find::pairs(query.as_deref());
    let mut ids: Vec<i64> = Vec::new();
    for text in pairs.iter().filter(|(name, _)| name == "ids").flat_map(|(_, value)| value.split(',')) {
        let id = text.trim().parse().map_err(|_| Error::malformed("ids is a list of numbers: 1,2,3"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Err(Error::malformed("ids names the records to print: 1,2,3").into());
    }
    if ids.len() > MOST_RECORDS {
        return Err(too_many("too_many_records", MOST_RECORDS).into());
    }
    let path = format!("/apps/{app}/{table}/print");
    let order = Order { app, table, ids, path, single: false };
    page(&web, &caller, &wants, order, &pairs, &headers).await
}

fn too_many(code: &str, most: usize) -> Error {
    Error::TooLarge { code: code.to_owned(), params: Params::from_iter([("most".to_owned(), most.to_string())]) }
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    order: Order,
    pairs: &[(String, String)],
    headers: &HeaderMap,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let call = &caller.call;
    let live = find::app(web, caller, &order.app).await?;
    let locale = call.actor.locale.as_str();
    let key = find::parameter(pairs, "print");
    let mut print = print::choose(&live, locale, &order.table, key)?.into_owned();
    if let Some(size) = find::parameter(pairs, "paper").and_then(PaperSize::named)
        && size != print.paper.size
    {
        print.paper = Paper::of(size);
    }
    if let Some(copies) = find::parameter(pairs, "copies").and_then(|copies| copies.parse().ok()) {
        print.copies = u8::clamp(copies, 1, 9);
    }
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, call, &live).await?;
    let mut printing = print::load(&reader, call, &rights, &print, &order.ids).await?;
    let cases = if print.all_blocks().iter().any(|(_, block)| matches!(block, Block::Approval(_))) {
        cases(&reader, web, caller, &live, &mut printing, &rights).await?
    } else {
        HashMap::new()
    };
    let host = web.settings.public_url.clone().unwrap_or_else(|| {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("http://{host}")
    });
    let maker = Maker {
        texts,
        caller,
        print: &print,
        printing: &printing,
        cases: &cases,
        place: format!("{}/apps/{}/{}", host.trim_end_matches('/'), order.app, order.table),
    };
    let sheets = maker.sheets()?;
    let table = printing.table;
    let name = match printing.records.as_slice() {
        [only] => records::label(table, only.record.id.0, &only.record.document.values),
        several => texts.with("print-records", &[("count", Arg::Number(several.len().try_into().unwrap_or(i64::MAX)))]),
    };
    let list = format!("/apps/{}/{}", order.app, order.table);
    let mut crumbs = vec![Crumb::new(table.title.clone(), list.clone())];
    match (&order, printing.records.as_slice()) {
        (Order { single: true, .. }, [only]) => {
            crumbs.push(Crumb::new(name.clone(), format!("{list}/{}", only.record.id)))
        }
        _ => crumbs.push(Crumb::new(name.clone(), "")),
    }
    crumbs.push(Crumb::new(texts.get("action-print"), ""));
    let mut notes = Vec::new();
    if printing.left_out > 0 {
        let count = Arg::Number(printing.left_out.try_into().unwrap_or(i64::MAX));
        notes.push(texts.with("print-left-out", &[("count", count)]));
    }
    if sheets.is_empty() {
        notes.push(texts.get("print-no-sheets"));
    }
    let numbered = print.page_numbers.unwrap_or(!print.paper.is_label());
    let ids = order.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    html(&PrintPage {
        frame: shell::frame(texts, Some(caller), &wants.path),
        title: format!("{} {name}", table.title),
        crumbs,
        paper_css: paper::address(print.paper.geometry(), numbered),
        bar: PrintBar {
            action: order.path,
            ids: if order.single { String::new() } else { ids },
            prints: prints(texts, &live, locale, &print),
            papers: papers(texts, &print.paper),
            copies: print.copies,
        },
        notes,
        sheets,
    })
}

/// The prints of the table, then those that every table has.
fn prints(texts: Texts, live: &LiveApp, locale: &str, chosen: &Print) -> Vec<PrintChoice> {
    let choice = |key: &str, label: String| PrintChoice { value: key.to_owned(), label, chosen: key == chosen.key };
    let own = live.face(locale).app.prints.values().filter(|print| print.table == chosen.table);
    let mut choices: Vec<PrintChoice> = own.map(|print| choice(&print.key, print.title.clone())).collect();
    choices.push(choice(RECORD, texts.get("print-record")));
    choices.push(choice(LABEL, texts.get("print-label")));
    choices
}

fn papers(texts: Texts, chosen: &Paper) -> Vec<PrintChoice> {
    let named = PaperSize::NAMED.into_iter().map(|size| PrintChoice {
        value: size.name().to_owned(),
        label: texts.get(&format!("paper-{}", size.name())),
        chosen: size == chosen.size,
    });
    let custom = (chosen.size == PaperSize::Custom).then(|| {
        let sheet = chosen.geometry();
        PrintChoice { value: String::new(), label: format!("{} × {} mm", sheet.width, sheet.height), chosen: true }
    });
    custom.into_iter().chain(named).collect()
}

/// The newest case of each record, with the names of everybody in it.
async fn cases<'a>(
    conn: &impl Connection,
    web: &Web,
    caller: &Caller,
    live: &LiveApp,
    printing: &mut Printing<'a>,
    rights: &Rights<'a>,
) -> Result<HashMap<i64, CaseView>> {
    let mut found = HashMap::new();
    if live.app().submit_flow(&printing.table.key).is_none() {
        return Ok(found);
    }
    let place = live.schema.id_of(&printing.table.key).ok_or(Error::NotFound)?;
    for item in &printing.records {
        let Some(row) = flows::latest_of_record(conn, place, item.record.id).await? else { continue };
        let document = &item.record.document;
        let case = case::load(conn, &web.service, &caller.call, live, printing.table, document, CaseId(row.id)).await?;
        found.insert(item.record.id.0, case);
    }
    let people: BTreeSet<i64> = found.values().flat_map(CaseView::people).map(|UserId(id)| id).collect();
    printing.name(represent::labels_of(conn, rights, BTreeMap::from([(PEOPLE.to_owned(), people)])).await?);
    Ok(found)
}

/// Makes sheets of records.
struct Maker<'a> {
    texts: Texts,
    caller: &'a Caller,
    print: &'a Print,
    printing: &'a Printing<'a>,
    cases: &'a HashMap<i64, CaseView>,
    /// Where the table's records are found, host included.
    place: String,
}

impl Maker<'_> {
    fn sheets(&self) -> Result<Vec<Sheet>> {
        let mut sheets = Vec::new();
        let mut add = |sheet: &Sheet, times: usize| {
            let times = times * usize::from(self.print.copies);
            if sheets.len() + times > MOST_SHEETS {
                return Err(too_many("too_many_sheets", MOST_SHEETS));
            }
            sheets.extend(std::iter::repeat_n(sheet, times).cloned());
            Ok(())
        };
        for item in &self.printing.records {
            let Some(lines) = self.print.for_each.as_deref() else {
                add(&self.sheet(item, &self.printing.sheet(item, None)), 1)?;
                continue;
            };
            for line in item.record.document.lines_of(lines) {
                let content = self.printing.sheet(item, Some((lines, line)));
                let times = self.times(&content)?;
                if times > 0 {
                    add(&self.sheet(item, &content), times)?;
                }
            }
        }
        Ok(sheets)
    }

    /// How many of a sheet: what the rule says, upwards to whole sheets; one where it says nothing.
    fn times(&self, sheet: &print::Sheet<'_>) -> std::result::Result<usize, Error> {
        let Some(source) = &self.print.times else { return Ok(1) };
        let times = match sheet.evaluate(source) {
            Ok(Seen::Value(value, _)) => value.as_decimal().map_or(1, |times| times.ceil().to_usize().unwrap_or(0)),
            Ok(_) => 1,
            Err(error) => return Err(Error::Invalid(vec![error.at_field("")])),
        };
        if times > MOST_SHEETS { Err(too_many("too_many_sheets", MOST_SHEETS)) } else { Ok(times) }
    }

    fn sheet(&self, item: &Printable, content: &print::Sheet<'_>) -> Sheet {
        let person = &self.caller.person;
        let show = Showing { texts: self.texts, zone: &person.zone, labels: &self.printing.labels, links_in: None };
        let at = |at: Timestamp| cell::moment(show.zone, at).0;
        let extras = Extras {
            organisation: person.organisation.clone(),
            record_address: format!("{}/{}", self.place, item.record.id),
            printed_by: self.caller.call.actor.name.clone(),
            printed_at: at(self.caller.call.now),
        };
        let layout = Layout::new(show, content, &extras, self.cases.get(&item.record.id.0));
        let band = |band: Option<&Band>| {
            let side = |words: Option<&crate::definition::print::Words>| {
                words.map(|words| layout.filled(&words.text)).unwrap_or_default()
            };
            let none = Band::default();
            let band = band.unwrap_or(&none);
            [side(band.left.as_ref()), side(band.center.as_ref()), side(band.right.as_ref())]
        };
        let (header, footer) = (band(self.print.header.as_ref()), band(self.print.footer.as_ref()));
        let blocks = layout.blocks(&self.print.blocks);
        let class = match &self.print.paper {
            paper if paper.is_struck() => "struck",
            paper if paper.is_label() => "label",
            _ => "page",
        };
        let made = [RECORD, LABEL].contains(&self.print.key.as_str());
        let note = if layout.left_out() && !made { self.texts.get("print-masked") } else { String::new() };
        Sheet { class, watermark: self.watermark(item), header, footer, blocks, note }
    }

    fn watermark(&self, item: &Printable) -> String {
        let Some(state) = item.record.state.as_deref() else { return String::new() };
        match &self.print.watermarks {
            Some(marks) => {
                marks.iter().find(|mark| mark.state == state).map(|mark| mark.text.clone()).unwrap_or_default()
            }
            None if state == "approved" => String::new(),
            None => self.texts.get(&format!("watermark-{}", state.replace('_', "-"))),
        }
    }
}

/// Whether a rule is there at all: what is always shown is never asked about.
fn always(rule: Option<&Rule>) -> bool {
    matches!(rule, None | Some(Rule::Constant(true)))
}
