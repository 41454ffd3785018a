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
        form::{Item as Place, Section as Part},
    },
    rules::SectionState,
    web::view::{self, Cell, Fact, Item, Line, LineColumn, Lines, Section, Widget},
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
        let mut items = Vec::new();
        let mut substance = false;
        for (place, item_state) in part.items.iter().zip(&state.items) {
            if !item_state.visible {
                continue;
            }
            if let Some(text) = &place.text {
                items.push(Item::Text(text.clone()));
            } else if place.divider {
                items.push(Item::Divider);
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
        substance.then(|| Section { title: part.title.clone(), columns: part.columns, items })
    }

    fn label(place: Option<&Place>, field: &Field) -> String {
        place.and_then(|place| place.label.clone()).unwrap_or_else(|| field.title.clone())
    }

    fn fact(&self, place: &Place, field: &Field) -> Fact {
        let value = cell::cell(&self.show, field, self.standings.working.document.get(&field.key));
        Fact { wide: place.wide, ..Fact::new(Self::label(Some(place), field), value) }
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
            drawn.help = place.help.clone().or_else(|| field.help.clone()).unwrap_or_default();
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
        let label = Self::label(place, field);
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
            item: place,
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
        drawn.placeholder = place.and_then(|place| place.placeholder.clone()).unwrap_or_default();
        drawn
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
        let note = place.help.clone().or_else(|| field.help.clone()).unwrap_or_default();
        let mut drawn = Lines {
            name: field.key.clone(),
            label: Self::label(Some(place), field),
            note,
            columns: self.heads(field, &columns),
            rows: Vec::with_capacity(rows.len()),
            can_add: open,
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
                label: Self::label(*place, column),
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
