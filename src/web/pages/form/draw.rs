//! The cards of a form, from its layout: fields with their controls, grids with their rows and sums, errors at their places.

use super::{
    super::cell::{self, Showing},
    options::Options,
    posted::{KEPT, OFFERED},
    problems::Problems,
    standing::{Standing, Standings},
    widgets::{Making, posted},
};
use crate::{
    base::value::Value,
    definition::{
        field::{Field, Kind, Widget as Control},
        form::{Appearance, Collapse, Item as Place, Scan, Section as Part},
    },
    rules::{SectionState, option_filter::Around},
    web::view::{self, Cell, Fact, Item, Line, LineColumn, Lines, Look, Section, Widget},
};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// What a form is drawn from.
pub struct Drawing<'a> {
    pub show: Showing<'a>,
    pub options: &'a Options,
    /// `/apps/{app}/{table}`.
    pub base: &'a str,
    pub standings: &'a Standings<'a>,
    /// What was typed where it did not read, by posted name.
    pub raw: &'a HashMap<String, String>,
    /// The tables whose documents the reader can take lines from.
    pub sources: &'a [String],
    /// What can only be read stands together as facts instead of as fields that are closed.
    pub facts: bool,
}

/// The cards, and what the form carries along unseen.
pub struct Drawn {
    pub sections: Vec<Section>,
    pub hidden: Vec<(String, String)>,
}

impl Drawing<'_> {
    /// Draws every card that has something to show. Errors are taken from `problems` as their places are drawn.
    pub fn draw(&self, problems: &mut Problems) -> Drawn {
        let working = self.standings.working;
        let mut drawn = Drawn { sections: Vec::new(), hidden: Vec::new() };
        for (part, state) in working.form.layout.iter().zip(&working.state.sections) {
            if let Some(section) =
                state.visible.then(|| self.section(part, state, problems, &mut drawn.hidden)).flatten()
            {
                drawn.sections.push(section);
            }
        }
        self.keep(&mut drawn.hidden);
        drawn
    }

    fn section(
        &self,
        part: &Part,
        state: &SectionState,
        problems: &mut Problems,
        hidden: &mut Vec<(String, String)>,
    ) -> Option<Section> {
        let mut items: Vec<Item> = Vec::new();
        // A card of remarks about fields that do not show has nothing to say.
        let mut substance = {
            let empty = |place: &Place| place.field.is_none() && place.lines.is_none() && place.tabs.is_empty();
            part.items.iter().all(empty)
        };
        for (index, (place, shown)) in part.items.iter().zip(&state.items).enumerate() {
            if !shown.visible {
                continue;
            }
            if let Some(text) = &place.text {
                items.push(Item::Text(text.clone()));
            } else if place.divider {
                items.push(Item::Divider);
            } else if !place.tabs.is_empty() {
                let tabs = place.tabs.iter().zip(state.tabs.get(&index).into_iter().flatten());
                let open = tabs.filter(|(_, state)| state.visible);
                let drawn: Vec<Section> =
                    open.filter_map(|(tab, state)| self.section(tab, state, problems, hidden)).collect();
                if !drawn.is_empty() {
                    items.push(Item::Tabs(drawn));
                    substance = true;
                }
            } else if let Some(key) = place.lines.as_deref() {
                let Some(field) = self.standings.working.table.field(key) else { continue };
                if self.standings.field(key) != Standing::Hidden {
                    items.push(Item::Lines(self.lines(place, field, problems, hidden)));
                    substance = true;
                }
            } else if let Some(key) = place.field.as_deref() {
                let Some(field) = self.standings.working.table.field(key) else { continue };
                let standing = self.standings.field(key);
                if standing == Standing::Hidden {
                    continue;
                }
                substance = true;
                if self.facts && standing == Standing::Read {
                    let fact = self.fact(place, field);
                    match items.last_mut() {
                        Some(Item::Facts(facts)) => facts.push(fact),
                        _ => items.push(Item::Facts(vec![fact])),
                    }
                } else {
                    items.push(Item::Field(self.field(place, field, standing, problems, hidden)));
                }
            }
        }
        let fold = part.collapse.map(|collapse| collapse == Collapse::Open);
        substance.then(|| Section { title: part.title.clone(), columns: part.columns, fold, items })
    }

    fn label(&self, place: Option<&Place>, field: &Field, path: &str) -> String {
        self.standings.working.state.label(path, place).unwrap_or_else(|| field.title.clone())
    }

    fn help(&self, place: &Place, field: &Field) -> String {
        let state = &self.standings.working.state;
        state.help(&field.key, Some(place)).or_else(|| field.help.clone()).unwrap_or_default()
    }

    fn fact(&self, place: &Place, field: &Field) -> Fact {
        let value = cell::cell(&self.show, field, self.standings.working.document.get(&field.key));
        Fact { wide: place.wide, ..Fact::new(self.label(Some(place), field, &field.key), value) }
    }

    fn field(
        &self,
        place: &Place,
        field: &Field,
        standing: Standing,
        problems: &mut Problems,
        hidden: &mut Vec<(String, String)>,
    ) -> view::Field {
        let value = self.standings.working.document.get(&field.key);
        let mut drawn = self.control(Some(place), field, &field.key, &field.key, value, standing, hidden);
        drawn.wide = place.wide || field.kind.is_wide();
        drawn.error = problems.of(&field.key);
        if standing.writable() {
            drawn.help = self.help(place, field);
        }
        drawn
    }

    #[allow(clippy::too_many_arguments)] // a place, a field, two names and a value are what a control is
    fn control(
        &self,
        place: Option<&Place>,
        field: &Field,
        name: &str,
        path: &str,
        value: &Value,
        standing: Standing,
        hidden: &mut Vec<(String, String)>,
    ) -> view::Field {
        let label = self.label(place, field, path);
        if !standing.writable() {
            let shown = if standing == Standing::Read { cell::cell(&self.show, field, value) } else { Cell::Empty };
            return view::Field::new(name, label, Widget::ReadOnly(shown));
        }
        let making = Making {
            show: &self.show,
            options: self.options,
            base: self.base,
            field,
            path,
            name,
            item: place,
            around: self.around(name),
            value,
            raw: self.raw.get(name).map(String::as_str),
            required: standing.required(),
        };
        let widget = making.widget();
        if posts_nothing_when_empty(field, &widget) {
            hidden.push((OFFERED.to_owned(), name.to_owned()));
        }
        let mut drawn = view::Field::new(name, label, widget);
        drawn.required = standing.required() && field.kind != Kind::Boolean;
        drawn.placeholder = self.standings.working.state.placeholder(path, place).unwrap_or_default();
        drawn.look = match place.and_then(|place| place.widget) {
            Some(Appearance::Radio) => Look::Radio,
            Some(Appearance::Stepper) => Look::Stepper,
            Some(Appearance::Switch) => Look::Switch,
            Some(Appearance::Segments) | None => Look::Usual,
        };
        let asked = place.and_then(|place| place.scan.as_ref()).map(|scan| scan == &Scan::Field(true));
        drawn.scan = asked.unwrap_or(field.scan);
        drawn
    }

    /// What a picker's filter may read.
    fn around(&self, name: &str) -> Around<'_> {
        let working = self.standings.working;
        let mut parts = name.split('.');
        let line = parts.next().zip(parts.next()).and_then(|(lines, row)| {
            let line = working.document.lines_of(lines).get(row.parse::<usize>().ok()?)?;
            Some((working.table.field(lines)?, line))
        });
        Around { table: working.table, document: &working.document, line }
    }

    fn lines(
        &self,
        place: &Place,
        field: &Field,
        problems: &mut Problems,
        hidden: &mut Vec<(String, String)>,
    ) -> Lines {
        let columns = self.columns(place, field);
        let rows = self.standings.working.document.lines_of(&field.key);
        let open = self.standings.rows_open(&field.key);
        let note = self.help(place, field);
        let mut drawn = Lines {
            name: field.key.clone(),
            label: self.label(Some(place), field, &field.key),
            note,
            columns: self.heads(field, &columns),
            rows: Vec::with_capacity(rows.len()),
            can_add: open,
            scan: open && matches!(place.scan, Some(Scan::Lines(_))),
            sources: if open { self.sources(place) } else { Vec::new() },
            sums: self.sums(place, field, &columns),
            error: problems.of(&field.key),
        };
        for (index, line) in rows.iter().enumerate() {
            let cells = columns.iter().map(|(shown, column)| {
                let name = format!("{}.{index}.{}", field.key, column.key);
                let path = format!("{}.{}", field.key, column.key);
                let standing = self.standings.cell(&field.key, index, &column.key);
                let mut cell = self.control(*shown, column, &name, &path, line.get(&column.key), standing, hidden);
                cell.error = problems.of(&name);
                cell
            });
            let cells = cells.collect();
            drawn.rows.push(Line {
                id: line.id.map(|id| id.to_string()),
                cells,
                errors: problems.take(&format!("{}.{index}", field.key)),
                can_remove: open,
            });
        }
        drawn
    }

    /// Where the lines of other documents are chosen. Whoever sees none of those documents has nothing to choose.
    fn sources(&self, place: &Place) -> Vec<(String, String)> {
        let Some(lines) = place.lines.as_deref().filter(|_| !self.sources.is_empty()) else { return Vec::new() };
        let offered = place.sources.iter().enumerate().filter(|(_, source)| self.sources.contains(&source.table));
        offered.map(|(index, source)| (format!("{lines}.{index}"), source.title.clone())).collect()
    }

    /// The columns that have something to show, each with its place in the layout where it has one.
    fn columns<'b>(&self, place: &'b Place, field: &'b Field) -> Vec<(Option<&'b Place>, &'b Field)> {
        let rows = self.standings.working.document.lines_of(&field.key).len();
        let all: Vec<(Option<&Place>, &Field)> = if place.columns.is_empty() {
            field.columns.values().map(|column| (None, column)).collect()
        } else {
            let named = place.columns.iter();
            named.filter_map(|shown| Some((Some(shown), field.column(shown.field.as_deref()?)?))).collect()
        };
        all.into_iter()
            .filter(|(_, column)| {
                (0..=rows).any(|row| self.standings.cell(&field.key, row, &column.key) != Standing::Hidden)
            })
            .collect()
    }

    fn heads(&self, field: &Field, columns: &[(Option<&Place>, &Field)]) -> Vec<LineColumn> {
        let rows = self.standings.working.document.lines_of(&field.key).len();
        columns
            .iter()
            .enumerate()
            .map(|(index, (place, column))| LineColumn {
                label: self.label(*place, column, &format!("{}.{}", field.key, column.key)),
                required: (0..=rows).any(|row| self.standings.cell(&field.key, row, &column.key).required()),
                numeric: column.kind.is_number(),
                main: index == 0,
            })
            .collect()
    }

    fn sums(&self, place: &Place, field: &Field, columns: &[(Option<&Place>, &Field)]) -> Vec<Option<String>> {
        if !columns.iter().any(|(_, column)| place.sums.contains(&column.key)) {
            return Vec::new();
        }
        let rows = self.standings.working.document.lines_of(&field.key);
        columns
            .iter()
            .map(|(_, column)| {
                place.sums.contains(&column.key).then(|| {
                    let sum: Decimal = rows
                        .iter()
                        .filter_map(|line| line.get(&column.key).as_decimal())
                        .fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(sum));
                    cell::number(column, sum)
                })
            })
            .collect()
    }

    /// What was filled in and does not show at the moment is carried along, so that it is there when it shows again.
    fn keep(&self, hidden: &mut Vec<(String, String)>) {
        let working = self.standings.working;
        for field in working.table.scalars().filter(|field| !field.read_only) {
            let invisible = working.state.field(&field.key).is_some_and(|state| !state.visible);
            if invisible && working.access(&field.key) == crate::service::Access::Write {
                for text in posted(field, working.document.get(&field.key), self.show.zone) {
                    hidden.push((format!("{KEPT}{}", field.key), text));
                }
            }
        }
    }
}

/// Boxes to tick, radio buttons and lists of several post nothing when nothing is chosen.
fn posts_nothing_when_empty(field: &Field, widget: &Widget) -> bool {
    let boxes = matches!(widget, Widget::Checkbox { .. } | Widget::Segmented(_) | Widget::Choices(_));
    boxes || field.kind.is_several() || field.kind.behaviour().widget() == Control::Checkbox
}
