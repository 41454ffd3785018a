//! What a record says, by the sections of its form: facts and lines, as far as the reader may see them.

use crate::{
    access::{Permit, RowRights, Visibility},
    base::value::Line as StoredLine,
    definition::{
        field::Field,
        form::{Collapse, Item as Place, Section as Part},
        table::Table,
    },
    rules::{FormState, SectionState},
    store::records::Record,
    web::{
        pages::cell::{self, Showing},
        view::{self, Fact, Item, Line, LineColumn, Lines, Section, Widget},
    },
};
use rust_decimal::Decimal;

/// What the sections are made from.
pub struct Details<'a> {
    pub show: Showing<'a>,
    pub table: &'a Table,
    pub layout: &'a [Part],
    /// Which parts of the form the record shows.
    pub state: &'a FormState,
    pub record: &'a Record,
    pub permit: &'a Permit,
    pub rights: &'a RowRights<'a>,
}

impl Details<'_> {
    /// The cards that have something to show. Remarks of the form are for whoever fills it in, so they are left out.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let parts = self.layout.iter().zip(&self.state.sections).filter(|(_, state)| state.visible);
        parts.filter_map(|(part, state)| self.section(part, state)).collect()
    }

    fn section(&self, part: &Part, state: &SectionState) -> Option<Section> {
        let mut items = Vec::new();
        let places = part.items.iter().zip(&state.items).enumerate();
        for (index, (place, _)) in places.filter(|(_, (_, state))| state.visible) {
            if !place.tabs.is_empty() {
                let tabs = place.tabs.iter().zip(state.tabs.get(&index).into_iter().flatten());
                let open = tabs.filter(|(_, state)| state.visible);
                let tabs: Vec<Section> = open.filter_map(|(tab, state)| self.section(tab, state)).collect();
                items.extend((!tabs.is_empty()).then_some(Item::Tabs(tabs)));
            } else if let Some(field) = place.lines.as_deref().and_then(|key| self.table.field(key)) {
                items.extend(self.lines(place, field).map(Item::Lines));
            } else if let Some(field) = place.field.as_deref().and_then(|key| self.table.field(key)) {
                let Some(fact) = self.fact(place, field) else { continue };
                match items.last_mut() {
                    Some(Item::Facts(facts)) => facts.push(fact),
                    _ => items.push(Item::Facts(vec![fact])),
                }
            }
        }
        let fold = part.collapse.map(|collapse| collapse == Collapse::Open);
        (!items.is_empty()).then(|| Section { title: part.title.clone(), columns: part.columns, fold, items })
    }

    /// Whether some grant shows the field at all; then it is masked where it is hidden in this record alone.
    fn known(&self, path: &str) -> bool {
        self.permit.visibility(path) != Visibility::Never
    }

    fn label(&self, place: Option<&Place>, field: &Field, path: &str) -> String {
        self.state.label(path, place).unwrap_or_else(|| field.title.clone())
    }

    fn fact(&self, place: &Place, field: &Field) -> Option<Fact> {
        if !self.known(&field.key) {
            return None;
        }
        let value = self.record.document.get(&field.key);
        let value = cell::permitted(&self.show, field, value, self.rights, &field.key);
        Some(Fact {
            wide: place.wide || field.kind.is_wide(),
            ..Fact::new(self.label(Some(place), field, &field.key), value)
        })
    }

    fn lines(&self, place: &Place, field: &Field) -> Option<Lines> {
        if !self.known(&field.key) {
            return None;
        }
        let columns: Vec<(Option<&Place>, &Field)> = if place.columns.is_empty() {
            field.columns.values().map(|column| (None, column)).collect()
        } else {
            let named = |place: &'_ Place| place.field.as_deref().and_then(|key| field.column(key));
            place.columns.iter().filter_map(|place| named(place).map(|column| (Some(place), column))).collect()
        };
        let path = |column: &Field| format!("{}.{}", field.key, column.key);
        let columns: Vec<(Option<&Place>, &Field)> = columns
            .into_iter()
            .filter(|(_, column)| self.known(&path(column)))
            .filter(|(_, column)| self.state.column_visible(&field.key, &column.key))
            .collect();
        let rows = self.record.document.lines_of(&field.key);
        let main = columns.iter().position(|(_, column)| column.kind.is_link()).unwrap_or(0);
        let heads = columns.iter().enumerate().map(|(index, (place, column))| LineColumn {
            numeric: column.kind.is_number(),
            main: index == main,
            ..LineColumn::new(self.label(*place, column, &path(column)))
        });
        let drawn = rows.iter().enumerate().map(|(index, row)| Line {
            id: None,
            cells: columns
                .iter()
                .map(|(place, column)| {
                    let shown = cell::permitted(&self.show, column, row.get(&column.key), self.rights, &path(column));
                    let name = format!("{}.{index}.{}", field.key, column.key);
                    view::Field::new(name, self.label(*place, column, &path(column)), Widget::ReadOnly(shown))
                })
                .collect(),
            errors: Vec::new(),
            can_remove: false,
        });
        let sums: Vec<Option<String>> = columns
            .iter()
            .map(|(_, column)| {
                let wanted = place.sums.contains(&column.key) && self.rights.can_read(&path(column));
                wanted.then(|| sum(rows, column)).flatten()
            })
            .collect();
        Some(Lines {
            name: field.key.clone(),
            label: self.label(Some(place), field, &field.key),
            note: String::new(),
            columns: heads.collect(),
            rows: drawn.collect(),
            can_add: false,
            scan: false,
            sources: Vec::new(),
            sums: if rows.len() > 1 && sums.iter().any(Option::is_some) { sums } else { Vec::new() },
            error: None,
        })
    }
}

/// The exact sum of a column; nothing where it does not fit a number.
fn sum(rows: &[StoredLine], column: &Field) -> Option<String> {
    let amounts = rows.iter().filter_map(|row| row.get(&column.key).as_decimal());
    let mut sum = Decimal::ZERO;
    for amount in amounts {
        sum = sum.checked_add(amount)?;
    }
    Some(cell::number(column, sum))
}
