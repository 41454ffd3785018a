//! What the address of a list asks for, and the addresses of lists that differ from it in something.

use super::conditions::{self, Group, Part, Posted};
use crate::{
    definition::view::{MOST_FROZEN, MOST_GROUPS, RowHeight, Span, Total, View, ViewColumn, ViewKind, WIDTHS},
    service::records::COUNTED,
    web::pages::find,
};
use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::Value as Json;

pub const SIZES: [u64; 4] = [20, 50, 100, 200];
pub const USUAL: u64 = 50;
/// Where counting stops at first; the whole count is asked for when the page is there.
const GLANCED: u64 = 1_000;
/// How many pages back a list remembers.
const TRAIL: usize = 12;
/// Between the starts of earlier pages; no start holds it.
const STEP: char = '.';
/// The most sort keys, columns and characters of a filter that an address may carry.
const MOST_SORTS: usize = 5;
const MOST_COLUMNS: usize = 60;

/// The parameters that name fields by which a kind of view is drawn.
const DRAWN_BY: [&str; 5] = ["by", "start", "end", "color_by", "cover"];

/// How far the rows of a list are counted, and of how many the totals are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tally {
    /// No further than does not hold up the page.
    #[default]
    Glance,
    /// As far as lists are counted.
    Most,
    /// As [`Self::Most`], and the totals of however many there are.
    All,
}

impl Tally {
    /// Where counting stops.
    pub const fn cap(self) -> u64 {
        match self {
            Self::Glance => GLANCED,
            Self::Most | Self::All => COUNTED,
        }
    }
}

/// What the address asks for. What it does not name is as the view has it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub path: String,
    pub view: Option<String>,
    pub words: Option<String>,
    /// `Null` for none.
    pub filter: Option<Json>,
    pub sort: Option<Vec<String>>,
    pub group: Option<Vec<String>>,
    pub columns: Option<Vec<(String, Option<u32>)>>,
    pub totals: Option<IndexMap<String, Total>>,
    pub frozen: Option<usize>,
    pub height: Option<RowHeight>,
    pub kind: Option<ViewKind>,
    pub span: Option<Span>,
    /// By which fields the kind of view is drawn: the name of the view's member, and the field; blank for none.
    pub drawn_by: Vec<(&'static str, String)>,
    /// The day that a calendar shows.
    pub on: Option<Date>,
    /// The column of a board that goes on from the cursor, by its value as the API writes it.
    pub column: Option<Json>,
    /// The card for which the reader chooses another place.
    pub moving: Option<i64>,
    /// The rows of one group alone.
    pub within: Option<Json>,
    pub limit: u64,
    pub cursor: Option<String>,
    /// Starts of the pages before this one, the first page being an empty one.
    pub trail: Vec<String>,
    /// How far the rows are counted and added up.
    pub tally: Tally,
    /// Conditions that the reader is at.
    pub draft: Option<Group>,
    /// The conditions are meant to be taken.
    pub apply: bool,
    pub notice: Option<String>,
    /// The record whose deletion the notice tells of.
    pub deleted: Option<i64>,
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// `a:b` as its parts.
fn marked(word: &str) -> (&str, Option<&str>) {
    word.split_once(':').map_or((word, None), |(name, mark)| (name, Some(mark)))
}

impl Asked {
    pub fn of(app: &str, table: &str, query: Option<&str>) -> Self {
        let mut pairs = find::pairs(query);
        // A condition whose field was just changed starts anew: how the old one was compared says nothing of this one.
        if let Some(row) = find::parameter(&pairs, "_open").map(|row| format!("f.{row}.")) {
            pairs.retain(|(name, _)| name.strip_prefix(&row).is_none_or(|part| part == "field"));
        }
        let given = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        let text = |name: &str| find::parameter(&pairs, name).map(str::to_owned);
        let number = |name: &str| given(name).and_then(|text| text.parse::<usize>().ok());
        let limit = text("limit").and_then(|limit| limit.parse().ok()).filter(|limit| SIZES.contains(limit));
        let words = |text: &str, most| listed(text).take(most).map(str::to_owned).collect::<Vec<_>>();
        let columns = given("columns").map(|text| {
            let column = |word: &str| {
                let (name, width) = marked(word);
                let width = width.and_then(|width| width.parse().ok()).filter(|width| WIDTHS.contains(width));
                (name.to_owned(), width)
            };
            listed(text).take(MOST_COLUMNS).map(column).collect::<Vec<_>>()
        });
        let totals = given("totals").map(|text| {
            let total = |word: &str| {
                let (name, total) = marked(word);
                Some((name.to_owned(), Total::named(total?)?))
            };
            listed(text).take(MOST_COLUMNS).filter_map(total).collect()
        });
        let trail = pairs.iter().find(|(name, _)| name == "trail").map(|(_, trail)| trail.as_str());
        let draft = conditions::posted(&pairs).map(|draft| edited(draft, &pairs));
        let apply = draft.is_some() && !pairs.iter().any(|(name, _)| name.starts_with('_'));
        let mut asked = Self {
            path: format!("/apps/{app}/{table}"),
            view: text("view"),
            words: text("q"),
            filter: given("filter").map(|text| serde_json::from_str(text).unwrap_or(Json::Null)),
            sort: given("sort").map(|text| words(text, MOST_SORTS)),
            group: given("group").map(|text| words(text, MOST_GROUPS)),
            columns,
            totals,
            frozen: number("frozen").map(|frozen| frozen.min(MOST_FROZEN)),
            height: given("height").and_then(RowHeight::named),
            kind: given("kind").and_then(ViewKind::named),
            span: given("span").and_then(Span::named),
            drawn_by: DRAWN_BY.into_iter().filter_map(|name| Some((name, given(name)?.to_owned()))).collect(),
            on: text("on").and_then(|day| day.parse().ok()),
            column: text("column").and_then(|value| serde_json::from_str(&value).ok()),
            moving: number("move").and_then(|id| i64::try_from(id).ok()),
            within: text("in").and_then(|text| serde_json::from_str(&text).ok()),
            limit: limit.unwrap_or(USUAL),
            cursor: text("cursor"),
            trail: trail.map(|trail| trail.split(STEP).map(str::to_owned).collect()).unwrap_or_default(),
            tally: match given("sum") {
                Some("all") => Tally::All,
                Some("most") => Tally::Most,
                _ => Tally::Glance,
            },
            draft,
            apply,
            notice: text("notice"),
            deleted: text("deleted").and_then(|id| id.parse().ok()),
        };
        asked.read_forms(&pairs);
        asked
    }

    /// Sort keys, groups and columns as their forms send them: `s.0`, `s.0.to`; `g.0`, `g.0.to`; `c` once per column.
    fn read_forms(&mut self, pairs: &[(String, String)]) {
        let keys = |letter: &str, most: usize| {
            let mut keys = Vec::new();
            let mut sent = false;
            for number in 0..most {
                let name = format!("{letter}.{number}");
                let Some((_, field)) = pairs.iter().rev().find(|(key, _)| *key == name) else { continue };
                sent = true;
                let down = find::parameter(pairs, &format!("{name}.to")) == Some("desc");
                if !field.is_empty() {
                    keys.push(format!("{}{field}", if down { "-" } else { "" }));
                }
            }
            sent.then_some(keys)
        };
        if let Some(mut sort) = keys("s", MOST_SORTS) {
            if let Some(index) = find::parameter(pairs, "_up").and_then(|index| index.parse::<usize>().ok())
                && (1..sort.len()).contains(&index)
            {
                sort.swap(index - 1, index);
            }
            self.sort = Some(sort);
        }
        if let Some(group) = keys("g", MOST_GROUPS) {
            self.group = Some(group);
        }
        let mut chosen: Vec<&str> =
            pairs.iter().filter(|(name, _)| name == "c").map(|(_, value)| value.as_str()).take(MOST_COLUMNS).collect();
        if chosen.is_empty() {
            return;
        }
        if let Some(place) =
            find::parameter(pairs, "_left").and_then(|moved| chosen.iter().position(|name| *name == moved))
            && place > 0
        {
            chosen.swap(place - 1, place);
        }
        let widths = self.columns.take().unwrap_or_default();
        let width = |name: &str| widths.iter().find(|(known, _)| known == name).and_then(|(_, width)| *width);
        self.columns = Some(chosen.into_iter().map(|name| (name.to_owned(), width(name))).collect());
    }

    /// The parameters that say which rows, in which order, and how they show: everything but the page. Those named are left
    /// out.
    pub fn kept(&self, without: &[&str]) -> Vec<(String, String)> {
        let mut kept = Vec::new();
        let mut keep = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|_| !without.contains(&name)) {
                kept.push((name.to_owned(), value));
            }
        };
        keep("view", self.view.clone());
        keep("q", self.words.clone());
        keep("filter", self.filter.as_ref().map(|json| if json.is_null() { String::new() } else { json.to_string() }));
        keep("sort", self.sort.as_ref().map(|sort| sort.join(",")));
        keep("group", self.group.as_ref().map(|group| group.join(",")));
        keep("columns", self.columns.as_ref().map(|columns| columns_text(columns)));
        keep("totals", self.totals.as_ref().map(totals_text));
        keep("frozen", self.frozen.map(|frozen| frozen.to_string()));
        keep("height", self.height.map(|height| height.as_str().to_owned()));
        keep("kind", self.kind.map(|kind| kind.as_str().to_owned()));
        for (name, field) in &self.drawn_by {
            keep(name, Some(field.clone()));
        }
        keep("span", self.span.map(|span| span.as_str().to_owned()));
        keep("on", self.on.map(|day| day.to_string()));
        keep("in", self.within.as_ref().map(ToString::to_string));
        keep("limit", (self.limit != USUAL).then(|| self.limit.to_string()));
        kept
    }

    /// The same page of the list with something else besides.
    pub fn here(&self, with: &[(&str, String)]) -> String {
        let mut with = with.to_vec();
        if let Some(cursor) = &self.cursor {
            with.push(("cursor", cursor.clone()));
            with.push(("trail", self.trail.join(&STEP.to_string())));
        }
        self.address(&[], &with)
    }

    pub fn address(&self, without: &[&str], with: &[(&str, String)]) -> String {
        let mut without = without.to_vec();
        without.extend(with.iter().map(|(name, _)| *name));
        let mut pairs = self.kept(&without);
        pairs.extend(with.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        find::address(&self.path, &pairs)
    }

    /// Whether the reader narrowed the list themselves.
    pub fn narrowed(&self) -> bool {
        self.words.is_some() || self.within.is_some() || self.filter.as_ref().is_some_and(|filter| !filter.is_null())
    }

    /// Whether something is asked for that a view would hold. How much of a calendar shows is looked at and not made.
    pub fn differs(&self) -> bool {
        self.filter.is_some()
            || self.sort.is_some()
            || self.group.is_some()
            || self.columns.is_some()
            || self.totals.is_some()
            || self.frozen.is_some()
            || self.height.is_some()
            || self.kind.is_some()
            || !self.drawn_by.is_empty()
    }

    /// The view with what the address says otherwise. Its filter is the reader's own.
    pub fn over(&self, base: &View) -> View {
        let mut view = base.clone();
        if let Some(filter) = &self.filter {
            view.filter = Some(filter.clone()).filter(|filter| !filter.is_null());
        }
        if let Some(columns) = &self.columns {
            let column = |(name, width): &(String, Option<u32>)| {
                let known = base.columns.iter().find(|column| column.field() == name).cloned();
                let column = known.unwrap_or_else(|| ViewColumn::Field(name.clone()));
                let width = width.or_else(|| column.width());
                column.sized(width)
            };
            view.columns = columns.iter().map(column).collect();
        }
        view.sort = self.sort.clone().unwrap_or(view.sort);
        view.group = self.group.clone().unwrap_or(view.group);
        view.totals = self.totals.clone().unwrap_or(view.totals);
        view.frozen = self.frozen.unwrap_or(view.frozen);
        view.row_height = self.height.unwrap_or(view.row_height);
        view.kind = self.kind.unwrap_or(view.kind);
        view.span = self.span.unwrap_or(view.span);
        for (name, place) in view.drawn_by() {
            if let Some((_, field)) = self.drawn_by.iter().find(|(asked, _)| *asked == name) {
                *place = Some(field.clone()).filter(|field| !field.is_empty());
            }
        }
        view
    }

    /// The pages before and after this one.
    pub fn pages(&self, next: Option<&String>) -> (Option<String>, Option<String>) {
        let page = |cursor: &str, trail: &[String]| {
            let mut with = Vec::new();
            if !cursor.is_empty() {
                with.push(("cursor", cursor.to_owned()));
                with.push(("trail", trail.join(&STEP.to_string())));
            }
            self.address(&[], &with)
        };
        let next = next.map(|cursor| {
            let mut trail = self.trail.clone();
            trail.push(self.cursor.clone().unwrap_or_default());
            let from = trail.len().saturating_sub(TRAIL);
            page(cursor, &trail[from..])
        });
        let previous = self.cursor.as_ref().and_then(|_| {
            let (last, earlier) = self.trail.split_last()?;
            Some(page(last, earlier))
        });
        (previous, next)
    }
}

/// `no,name:240`.
pub fn columns_text(columns: &[(String, Option<u32>)]) -> String {
    let word = |(name, width): &(String, Option<u32>)| match width {
        Some(width) => format!("{name}:{width}"),
        None => name.clone(),
    };
    columns.iter().map(word).collect::<Vec<_>>().join(",")
}

/// `amount:sum,no:count`.
pub fn totals_text(totals: &IndexMap<String, Total>) -> String {
    totals.iter().map(|(name, total)| format!("{name}:{}", total.as_str())).collect::<Vec<_>>().join(",")
}

/// The draft after the button that was pressed in it.
fn edited(mut draft: Group, pairs: &[(String, String)]) -> Group {
    let given = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    if let Some(place) = given("_add") {
        draft.add(place, Part::Test(Posted::default()));
    }
    if let Some(place) = given("_group") {
        draft.add(place, Part::Group(Group { parts: vec![Part::Test(Posted::default())], ..Group::default() }));
    }
    if let Some(place) = given("_drop") {
        draft.remove(place);
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_is_asked_apart_from_the_page() {
        let asked = Asked::of(
            "shop",
            "order",
            Some(
                "view=open&q=a+b&sort=-no,day&columns=no:120,day&totals=amount:sum,x:y&limit=20&group=&cursor=00&trail=.11",
            ),
        );
        assert_eq!(asked.limit, 20);
        assert_eq!(asked.trail, ["", "11"]);
        assert_eq!(
            asked.address(&[], &[]),
            "/apps/shop/order?view=open&q=a+b&sort=-no%2Cday&group=&columns=no%3A120%2Cday&totals=amount%3Asum&limit=20"
        );
        assert_eq!(
            asked.address(&["q", "columns", "totals", "group"], &[("sort", "no".into())]),
            "/apps/shop/order?view=open&limit=20&sort=no"
        );
        assert_eq!(Asked::of("shop", "order", Some("limit=7")).limit, USUAL);
    }

    #[test]
    fn forms_say_the_same_as_addresses() {
        let sorted = Asked::of("shop", "order", Some("s.0=no&s.1=day&s.1.to=desc&_up=1"));
        assert_eq!(sorted.sort, Some(vec!["-day".to_owned(), "no".to_owned()]));
        assert_eq!(Asked::of("shop", "order", Some("g.0=&g.1=")).group, Some(Vec::new()));
        let columns = Asked::of("shop", "order", Some("columns=no:120,day&c=day&c=no&_left=no"));
        assert_eq!(columns.columns, Some(vec![("no".to_owned(), Some(120)), ("day".to_owned(), None)]));
    }
}
