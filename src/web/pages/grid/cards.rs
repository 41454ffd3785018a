//! Records as cards: title, picture, and the fields that the view names.

use super::{columns::GridColumn, rows::Rows};
use crate::{
    definition::{
        field::{Field, Kind},
        view::View,
    },
    service::represent::target_of,
    store::records::{self, Record},
    web::{
        pages::cell,
        view::{Card, Cell},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes cards of the records of a page.
pub struct Cards<'r, 'a> {
    pub rows: Rows<'r, 'a>,
    pub cover: Option<&'a Field>,
    /// The field that the place of the card says already.
    pub said: Option<&'r str>,
}

/// The field whose pictures stand on the cards.
pub fn cover<'a>(rows: &super::columns::Reader<'a>, view: &View) -> Option<&'a Field> {
    let field = rows.place(view.cover.as_deref()?)?.field?;
    (field.kind == Kind::Image).then_some(field)
}

/// Asks for the names of the pictures too.
pub fn want_cover(wanted: &mut BTreeMap<String, BTreeSet<i64>>, cover: Option<&Field>, records: &[Record]) {
    let Some((field, target)) = cover.and_then(|field| Some((field, target_of(field)?))) else { return };
    let first = records.iter().filter_map(|record| cell::ids(record.document.get(&field.key)).first().copied());
    wanted.entry(target.to_owned()).or_default().extend(first);
}

impl Cards<'_, '_> {
    /// `mover` leads to where the reader chooses another place for the card.
    pub fn card(&self, record: &Record, mover: Option<String>) -> Card {
        let Rows { reader, read, show, columns, asked, .. } = &self.rows;
        let show = show.without_links();
        let told = |column: &&GridColumn<'_>| {
            let path = column.place().path.to_string();
            self.said != Some(path.as_str()) && self.cover.is_none_or(|cover| cover.key != path)
        };
        let fields = columns.iter().skip(1).filter(told).filter_map(|column| {
            let shown = column.cells(&show, read, record, false).into_iter().next()?;
            let shown = cell::short(shown);
            (!shown.is_empty()).then(|| (column.title().to_owned(), shown))
        });
        let fields = fields.collect();
        let label = records::label(reader.table, record.id.0, &record.document.values);
        let title = columns.first().and_then(|column| column.cells(&show, read, record, true).into_iter().next());
        let cover = self.cover.and_then(|field| {
            let files = show.files(field, record.document.get(&field.key));
            files.into_iter().find(|file| file.picture)
        });
        Card {
            id: record.id.0,
            version: record.version,
            href: format!("{}/{}", asked.path, record.id),
            title: title.unwrap_or_else(|| Cell::text(label.as_str())),
            label,
            cover,
            fields,
            mover,
        }
    }
}
