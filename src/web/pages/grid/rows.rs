//! The rows of a list: cells, what may be changed in them, and the groups and totals around them.

use super::{
    asked::Asked,
    columns::{GridColumn, Place, Reader, RowReader},
    days::day_of,
    tools::as_i64,
};
use crate::{
    access::Permit,
    base::value::Value,
    definition::{
        field::{Field, Kind},
        role::Action,
        view::{Total, View},
    },
    i18n::{Arg, Texts, format},
    query::{Bucket, FieldPath, Figure as Of, SystemField, stretch_of},
    service::aggregate::{Aggregated, GroupNode, Grouped},
    store::records::{self, Record},
    web::{
        pages::cell::{self, Showing},
        view::{BodyRow, Cell, Edit, Figure, GroupRow, Row},
    },
};

/// What rows are made with.
pub struct Rows<'r, 'a> {
    pub reader: &'r Reader<'a>,
    pub read: &'r RowReader<'r, 'a>,
    pub show: &'r Showing<'r>,
    pub columns: &'r [GridColumn<'a>],
    pub asked: &'r Asked,
    /// The permit under which the rows were read.
    pub permit: &'r Permit,
    /// Rows of the table are written by people.
    pub written: bool,
}

impl Rows<'_, '_> {
    pub fn row(&self, record: &Record) -> Row {
        let mut cells = Vec::new();
        let mut edits = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            let drawn = column.cells(self.show, self.read, record, index == 0);
            let place = column.place();
            let own = place.field.filter(|_| matches!(place.path, FieldPath::Field(_)));
            let edit = Edit {
                open: own.is_some_and(|field| self.may_write(record, field)),
                text: self.copied(place, drawn.first(), record),
            };
            edits.push(edit);
            edits.extend(drawn.iter().skip(1).map(|_| Edit::default()));
            cells.extend(drawn);
        }
        Row {
            id: record.id.0,
            version: record.version,
            label: records::label(self.reader.table, record.id.0, &record.document.values),
            href: format!("{}/{}", self.asked.path, record.id),
            cells,
            edits,
        }
    }

    /// Whether the reader may change the field in this record as it stands.
    pub fn may_write(&self, record: &Record, field: &Field) -> bool {
        let can = self.permit.rights(&record.matched);
        self.written
            && can.can(Action::Edit)
            && matches!(record.state.as_deref(), None | Some("draft" | "rejected"))
            && !field.read_only
            && field.kind != Kind::Lines
            && can.can_write(Action::Edit, &field.key)
    }

    /// What a spreadsheet's cell holds, where the cell shows it otherwise: numbers without their grouping and unit.
    fn copied(&self, place: &Place<'_>, cell: Option<&Cell>, record: &Record) -> Option<String> {
        if !self.read.readable(place, record) {
            return Some(String::new());
        }
        let field = place.field?;
        let value = self.read.value(place, record);
        match cell {
            Some(Cell::Empty) | None => Some(String::new()),
            Some(Cell::Number { .. } | Cell::Level(_)) => Some(field.text(value)),
            Some(Cell::Titled { title, .. }) => Some(title.clone()),
            Some(Cell::Person(_) | Cell::People(_) | Cell::Tags(_) | Cell::Links(_) | Cell::Bool(_)) => {
                cell.map(|cell| cell::as_text(self.reader.texts, cell))
            }
            _ => None,
        }
    }

    /// The groups with as many of their rows as were read.
    pub fn grouped(&self, grouped: &Grouped, records: &[Record]) -> Vec<BodyRow> {
        let key = |key: &Of| {
            let (stretch, path) = stretch_of(&key.name);
            Some((stretch, self.reader.place(path)?))
        };
        let keys: Vec<(Option<Bucket>, Place<'_>)> = grouped.keys.iter().filter_map(key).collect();
        let of = |record| keys.iter().map(|(stretch, place)| self.key_of(*stretch, place, record)).collect();
        let mut left: Vec<(Vec<Value>, &Record)> = records.iter().map(|record| (of(record), record)).collect();
        let mut body = Vec::new();
        self.level(grouped, &grouped.groups, &mut Vec::new(), &mut left, &mut body);
        body
    }

    fn level(
        &self,
        grouped: &Grouped,
        groups: &[GroupNode],
        within: &mut Vec<Value>,
        left: &mut Vec<(Vec<Value>, &Record)>,
        body: &mut Vec<BodyRow>,
    ) {
        let level = within.len();
        let Some(key) = grouped.keys.get(level) else { return };
        let texts = self.reader.texts;
        for group in groups {
            within.push(group.value.clone());
            let (mine, others): (Vec<_>, Vec<_>) = left.drain(..).partition(|(values, _)| values.starts_with(within));
            *left = others;
            let deepest = group.groups.is_empty();
            let mut lower = mine;
            let href =
                self.asked.address(&["cursor", "trail"], &[("in", group.filter.to_string()), ("group", String::new())]);
            let shown = as_i64(lower.len());
            body.push(BodyRow::Group(GroupRow {
                level: level + 1,
                title: self.reader.group_title(&key.name).unwrap_or_else(|| key.name.clone()),
                value: self.group_value(key, &group.value, grouped),
                count: format::grouped(&group.count.to_string()),
                figures: self.figures(&grouped.measures, &group.figures),
                href: href.clone(),
                loaded: !deepest || shown > 0,
                deepest,
            }));
            if deepest {
                body.extend(lower.iter().map(|(_, record)| BodyRow::Row(self.row(record))));
                if shown > 0 && shown < group.count {
                    let rest = format::grouped(&(group.count - shown).to_string());
                    let label = texts.with("group-more", &[("count", Arg::Text(&rest))]);
                    body.push(BodyRow::More { href, label });
                }
            } else {
                self.level(grouped, &group.groups, within, &mut lower, body);
            }
            within.pop();
        }
    }

    fn key_of(&self, stretch: Option<Bucket>, place: &Place<'_>, record: &Record) -> Value {
        if let Some(stretch) = stretch {
            let day = match place.path {
                FieldPath::System(SystemField::CreatedAt) => day_of(&Value::Instant(record.created_at), self.show.zone),
                FieldPath::System(SystemField::UpdatedAt) => day_of(&Value::Instant(record.updated_at), self.show.zone),
                _ => day_of(self.read.value(place, record), self.show.zone),
            };
            return day.map_or(Value::Unset, |day| Value::Date(stretch.first_day(day)));
        }
        match place.path {
            FieldPath::System(SystemField::State) => record.state.as_deref().map_or(Value::Unset, Value::from),
            FieldPath::System(SystemField::CreatedBy) => {
                record.created_by.map_or(Value::Unset, |user| Value::Integer(user.0))
            }
            _ => self.read.value(place, record).clone(),
        }
    }

    fn group_value(&self, key: &Of, value: &Value, grouped: &Grouped) -> Cell {
        if key.name == "state" {
            return value.as_text().map_or(Cell::Empty, |word| Cell::Status(cell::state(self.reader.texts, word)));
        }
        if let ((Some(bucket), _), Value::Date(first)) = (stretch_of(&key.name), value) {
            return Cell::text(bucket.name_of(*first));
        }
        let show = Showing { labels: &grouped.labels, ..self.show.without_links() };
        cell::cell(&show, &key.field, value)
    }

    /// Figures in the columns that they are of.
    fn figures(&self, measures: &[Of], values: &[Value]) -> Vec<Option<Figure>> {
        let mut row = Vec::new();
        for column in self.columns {
            let path = column.place().path.to_string();
            let mut figures = measures.iter().zip(values).filter_map(|(measure, value)| {
                let total = Total::ALL.into_iter().find(|total| measure.name == total.measure(&path))?;
                figure(self.reader.texts, total, measure, value)
            });
            row.push(figures.next());
            drop(figures);
            row.extend(column.heads(self.reader).iter().skip(1).map(|_| None));
        }
        row
    }

    pub fn totals(&self, totals: &Aggregated) -> Vec<Option<Figure>> {
        totals.groups.first().map_or_else(Vec::new, |all| self.figures(&totals.measures, &all.figures))
    }
}

/// A figure whatever it is of: the word is that of its function.
pub fn figure_of(texts: Texts, measure: &Of, value: &Value) -> Option<Figure> {
    let function = measure.name.split('(').next()?;
    let total = Total::ALL.into_iter().find(|total| total.measure("").starts_with(&format!("{function}(")))?;
    figure(texts, total, measure, value)
}

fn figure(texts: Texts, total: Total, measure: &Of, value: &Value) -> Option<Figure> {
    let label = texts.get(&format!("total-{}", total.as_str().replace('_', "-")));
    let value = match value {
        Value::Unset => return None,
        value => match value.as_decimal() {
            Some(number) if measure.field.kind.is_number() => cell::number(&measure.field, number),
            _ => measure.field.show(value),
        },
    };
    Some(Figure { value, label })
}

/// The measures that a list asks for: the view's own, else the sums of money that its columns show.
pub fn measures(view: &View, columns: &[GridColumn<'_>]) -> String {
    let path = |column: &GridColumn<'_>| column.place().path.to_string();
    let offered = |path_of: &str, total: Total| {
        columns.iter().any(|column| path(column) == path_of && column.figures().contains(&total))
    };
    let mut measures: Vec<String> = view
        .totals
        .iter()
        .filter(|(path, total)| offered(path, **total))
        .map(|(path, total)| total.measure(path))
        .collect();
    if view.totals.is_empty() {
        let sums = columns.iter().filter(|column| column.adds_up().is_some());
        measures.extend(sums.map(|column| Total::Sum.measure(&path(column))));
    }
    measures.join(",")
}
