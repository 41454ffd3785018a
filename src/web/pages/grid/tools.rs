//! The menus of a list: order, groups, columns, row height, and what each column's head offers.

use super::{
    asked::{Asked, columns_text, totals_text},
    columns::{GridColumn, Reader},
};
use crate::{
    definition::{
        field::Kind,
        role::Action,
        view::{MOST_FROZEN, MOST_GROUPS, RowHeight, View, ViewKind},
    },
    i18n::{Arg, Texts},
    query::{Bucket, SystemField},
    service::{import, permits::Rights, records::ListRequest},
    web::{
        pages::find,
        view::{Choice, Column, ColumnTool, OnPhone, Sort, SortDirection, SortTool, Tab, Tools},
    },
};

/// The most keys of an order that the menu offers.
const MOST_SORTS: usize = 5;

/// A list as it is shown: whose menus these are.
pub struct Toolbox<'r, 'a> {
    pub reader: &'r Reader<'a>,
    pub asked: &'r Asked,
    /// What is on screen.
    pub view: &'r View,
    pub stateful: bool,
}

/// What a list can be sorted, grouped or widened by: path and title.
type Fields = Vec<(String, String)>;

fn directed(key: &str) -> (&str, bool) {
    key.strip_prefix('-').map_or((key, false), |field| (field, true))
}

impl Toolbox<'_, '_> {
    fn texts(&self) -> Texts {
        self.reader.texts
    }

    /// Everything that a list can show, the table's own fields first.
    fn fields(&self) -> Fields {
        let own = self.reader.table.scalars().map(|field| field.key.clone());
        let system = ["state", "created_at", "created_by", "updated_at", "updated_by", "id"];
        let system = system.iter().filter(|name| self.stateful || **name != "state").map(|name| (*name).to_owned());
        let title = |path: String| {
            let place = self.reader.place(&path)?;
            Some((path, self.reader.title(&place)))
        };
        own.chain(system).filter_map(title).collect()
    }

    fn groupable(&self) -> Fields {
        let mut fields = Fields::new();
        for (path, title) in self.fields() {
            let Some(place) = self.reader.place(&path) else { continue };
            let system = SystemField::named(&path);
            let (plain, days) = match place.field {
                Some(field) => {
                    let moments = field.kind == Kind::DateTime;
                    let plain = !field.kind.is_several() && field.kind.behaviour().column().is_some() && !moments;
                    (plain && !field.sealed, field.kind == Kind::Date || moments)
                }
                None => (
                    matches!(system, Some(SystemField::State | SystemField::CreatedBy)),
                    matches!(system, Some(SystemField::CreatedAt | SystemField::UpdatedAt)),
                ),
            };
            if plain {
                fields.push((path.clone(), title));
            }
            // A plain date is its own day already.
            for (word, _) in Bucket::ALL.iter().filter(|(_, stretch)| days && !(plain && *stretch == Bucket::Day)) {
                let key = format!("{word}({path})");
                fields.extend(self.reader.group_title(&key).map(|title| (key, title)));
            }
        }
        fields
    }

    fn sortable(&self) -> Fields {
        let mut fields = self.fields();
        fields.retain(|(path, _)| {
            let place = self.reader.place(path);
            place.is_some_and(|place| match place.field {
                Some(field) => !field.kind.is_several() && !field.kind.is_link() && !field.kind.is_member(),
                None => !matches!(path.as_str(), "created_by" | "updated_by"),
            })
        });
        // A link sorts by what its records are called.
        for column in self.reader.columns(self.view) {
            if let Some(path) = self.reader.sort_path(&column)
                && fields.iter().all(|(known, _)| *known != path)
            {
                fields.push((path, column.title().to_owned()));
            }
        }
        fields
    }

    /// Spreadsheets in and out, as far as the person may; what goes out is what the list finds, in its order.
    fn files(&self, rights: &Rights<'_>, request: &ListRequest) -> Vec<(String, &'static str, String)> {
        let texts = self.texts();
        let mut files = Vec::new();
        if import::permits(rights, &self.reader.table.key).is_ok() {
            files.push((texts.get("import"), "upload", format!("{}/import", self.asked.path)));
        }
        if rights.permit(&self.reader.table.key, Action::Export).is_ok() {
            for format in ["xlsx", "csv"] {
                let filter = request.filter.as_ref().map(ToString::to_string);
                let asked = [
                    ("format", Some(format.to_owned())),
                    ("view", request.view.clone()),
                    ("filter", filter),
                    ("q", request.search.clone()),
                    ("sort", request.sort.clone()),
                ];
                let asked = asked.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                let pairs: Vec<_> = asked.filter(|(_, value)| !value.is_empty()).collect();
                let address = find::address(&format!("{}/export", self.asked.path), &pairs);
                files.push((texts.get(&format!("export-{format}")), "download", address));
            }
        }
        files
    }

    pub fn tools(&self, rights: &Rights<'_>, request: &ListRequest) -> Tools {
        let texts = self.texts();
        let sort = self.keys("grid-sort", &["sort"], &self.view.sort, self.sortable(), MOST_SORTS);
        let group = || self.keys("grid-group", &["group", "in"], &self.view.group, self.groupable(), MOST_GROUPS);
        let rows = self.view.kind == ViewKind::Grid;
        let heights = RowHeight::ALL.map(|height| {
            let href = self.asked.address(&[], &[("height", height.as_str().to_owned())]);
            Tab::new(texts.get(&format!("row-{}", height.as_str())), href, height == self.view.row_height)
        });
        Tools {
            action: self.asked.path.clone(),
            sort,
            group: rows.then(group),
            columns: self.column_tool(),
            heights: if rows { heights.to_vec() } else { Vec::new() },
            kinds: self.kind_tabs(),
            drawn: self.drawn_tool(),
            files: self.files(rights, request),
        }
    }

    fn keys(&self, word: &str, without: &[&str], keys: &[String], fields: Fields, most: usize) -> SortTool {
        let texts = self.texts();
        let title = |path: &str| fields.iter().find(|(known, _)| known == path).map(|(_, title)| title.clone());
        let choices = |chosen: &str| {
            let mut choices = vec![Choice::new("", texts.get("filter-none"), chosen.is_empty())];
            choices.extend(fields.iter().map(|(path, title)| Choice::new(path, title, path == chosen)));
            if !chosen.is_empty() && title(chosen).is_none() {
                choices.push(Choice::new(chosen, chosen, true));
            }
            choices
        };
        let mut rows: Vec<(Vec<Choice>, bool)> = keys
            .iter()
            .map(|key| {
                let (path, down) = directed(key);
                (choices(path), down)
            })
            .collect();
        if rows.len() < most {
            rows.push((choices(""), false));
        }
        let first = keys.first().map(|key| directed(key));
        let label = match first.and_then(|(path, down)| Some((title(path)?, down))) {
            Some((title, down)) if word == "grid-sort" => format!("{title} {}", if down { "↓" } else { "↑" }),
            Some((title, _)) => texts.with("grid-grouped", &[("title", Arg::Text(&title))]),
            None => texts.get(word),
        };
        SortTool { label, keep: self.asked.kept(without), keys: rows, active: !keys.is_empty() }
    }

    fn column_tool(&self) -> ColumnTool {
        let texts = self.texts();
        let fields = self.fields();
        let mut columns: Vec<Choice> = Vec::new();
        for column in self.reader.columns(self.view) {
            columns.push(Choice::new(column.place().path.to_string(), column.title(), true));
        }
        let shown = columns.len();
        for (path, title) in &fields {
            if columns.iter().all(|choice| choice.value != *path) {
                columns.push(Choice::new(path, title, false));
            }
        }
        let numbers = [("shown", Arg::Number(as_i64(shown))), ("all", Arg::Number(as_i64(columns.len())))];
        let frozen = (0..=MOST_FROZEN).map(|count| {
            let label = texts.count("grid-frozen", count);
            Choice::new(count.to_string(), label, count == self.view.frozen)
        });
        ColumnTool {
            label: texts.with("grid-columns", &numbers),
            // Widths travel with the columns.
            keep: self
                .asked
                .kept(&["frozen", "columns"])
                .into_iter()
                .chain([("columns".to_owned(), columns_text(&self.widths()))])
                .collect(),
            columns,
            frozen: if self.view.kind == ViewKind::Grid { frozen.collect() } else { Vec::new() },
            reset: self.asked.address(&["columns", "frozen", "height"], &[]),
        }
    }

    fn widths(&self) -> Vec<(String, Option<u32>)> {
        self.view.columns.iter().map(|column| (column.field().to_owned(), column.width())).collect()
    }

    /// The heads of the columns, and where each stands on a phone's card.
    pub fn heads(&self, columns: &[GridColumn<'_>]) -> Vec<Column> {
        // The number that counts is the one that the view draws attention to, else the last.
        let is_number = |column: &GridColumn<'_>| column.place().field.is_some_and(|field| field.kind.is_number());
        let stressed = columns.iter().skip(1).position(GridColumn::is_stressed);
        let figure = stressed.or_else(|| columns.iter().skip(1).rposition(is_number)).map(|index| index + 1);
        let mut heads = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let sort = self.reader.sort_path(column).map(|path| {
                let now = self.view.sort.first().map(|key| directed(key)).filter(|(field, _)| *field == path);
                let direction = now.map(|(_, down)| match down {
                    true => SortDirection::Descending,
                    false => SortDirection::Ascending,
                });
                let turned = if direction == Some(SortDirection::Ascending) { format!("-{path}") } else { path };
                Sort { href: self.asked.address(&[], &[("sort", turned)]), direction }
            });
            let on_phone = match index {
                0 => OnPhone::Title,
                _ if column.is_state() => OnPhone::Corner,
                _ if Some(index) == figure => OnPhone::Figure,
                _ => OnPhone::Labelled,
            };
            for (nth, head) in column.heads(self.reader).into_iter().enumerate() {
                let own = nth == 0;
                heads.push(Column {
                    sort: sort.clone().filter(|_| own),
                    on_phone: if own { on_phone } else { head.on_phone },
                    frozen: index < self.view.frozen,
                    menu: if own { self.menu(index, column) } else { Vec::new() },
                    ..head
                });
            }
        }
        heads
    }

    /// What the head of a column offers.
    fn menu(&self, index: usize, column: &GridColumn<'_>) -> Vec<(String, &'static str, String, bool)> {
        let texts = self.texts();
        let path = column.place().path.to_string();
        let mut menu = Vec::new();
        let mut offer = |label: String, icon, with: (&str, String), on: bool| {
            menu.push((label, icon, self.asked.address(&[], &[with]), on));
        };
        if let Some(sort) = self.reader.sort_path(column) {
            let now = |key: &str| self.view.sort.first().is_some_and(|first| first == key);
            let down = format!("-{sort}");
            offer(texts.get("column-up"), "sort", ("sort", sort.clone()), now(&sort));
            offer(texts.get("column-down"), "sort", ("sort", down.clone()), now(&down));
        }
        if self.groupable().iter().any(|(known, _)| *known == path) {
            let on = self.view.group.iter().any(|key| directed(key).0 == path);
            let keys = if on { String::new() } else { path.clone() };
            offer(texts.get("column-group"), "group", ("group", keys), on);
        }
        for total in column.figures() {
            let on = self.view.totals.get(&path) == Some(total);
            let mut totals = self.view.totals.clone();
            if on {
                totals.shift_remove(&path);
            } else {
                totals.insert(path.clone(), *total);
            }
            let word = texts.get(&format!("total-{}", total.as_str().replace('_', "-")));
            let label = texts.with("column-total", &[("total", Arg::Text(&word))]);
            offer(label, "count", ("totals", totals_text(&totals)), on);
        }
        if index < MOST_FROZEN {
            let on = self.view.frozen == index + 1;
            let frozen = if on { 0 } else { index + 1 };
            offer(texts.get("column-freeze"), "pin", ("frozen", frozen.to_string()), on);
        }
        let others: Vec<_> = self.widths().into_iter().filter(|(name, _)| *name != path).collect();
        if !others.is_empty() {
            offer(texts.get("column-hide"), "x", ("columns", columns_text(&others)), false);
        }
        menu
    }
}

pub fn as_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
