//! Rollups and lookups over all tables of an app: each takes on the kind of what it reads, or it is said why it cannot.

use super::{
    field::{Field, Kind, Lookup, Rollup},
    finding::Finding,
    measure::{Function, system_field, unit_scale},
    table::{SYSTEM_FIELDS, Table},
};
use crate::base::key::nearest;
use indexmap::IndexMap;

type Tables = IndexMap<String, Table>;

/// A field, or a column of lines, by its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    table: String,
    lines: Option<String>,
    key: String,
}

/// Why a field does not resolve.
enum Unresolved {
    /// What it reads is to be resolved first.
    Waiting,
    /// The member of `x-field` at fault, what is wrong, and what was probably meant.
    Wrong(&'static str, String, Option<String>),
}

type Resolved<T> = Result<T, Unresolved>;

fn wrong<T>(member: &'static str, message: impl Into<String>) -> Resolved<T> {
    Err(Unresolved::Wrong(member, message.into(), None))
}

/// Gives every rollup and lookup its kind.
pub(super) fn resolve(tables: &mut Tables, findings: &mut Vec<Finding>) {
    let mut waiting = places(tables);
    loop {
        let before = waiting.len();
        let mut still = Vec::new();
        for place in waiting {
            let read = match field(tables, &place) {
                Some(Field { rollup: Some(rollup), .. }) => of_rollup(tables, &place, rollup).map(|like| (like, None)),
                Some(Field { lookup: Some(lookup), .. }) => {
                    of_lookup(tables, &place, lookup).map(|(like, target)| (like, Some(target)))
                }
                _ => continue,
            };
            match read {
                Ok((like, target)) => {
                    let Some(field) = field_mut(tables, &place) else { continue };
                    field.become_like(&like);
                    if let Some((lookup, target)) = field.lookup.as_mut().zip(target) {
                        lookup.table = target;
                    }
                }
                Err(Unresolved::Waiting) => still.push(place),
                Err(Unresolved::Wrong(member, message, near)) => {
                    let finding = Finding::error(file(&place), format!("{}/{member}", pointer(&place)), message);
                    findings.push(match near {
                        Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
                        None => finding,
                    });
                }
            }
        }
        if still.is_empty() || still.len() == before {
            let message = "what it reads needs it in turn; or one of those that it reads has a fault of its own";
            findings.extend(still.iter().map(|place| Finding::error(file(place), pointer(place), message)));
            return;
        }
        waiting = still;
    }
}

fn file(place: &Place) -> String {
    format!("tables/{}.json", place.table)
}

fn pointer(place: &Place) -> String {
    let inside = place.lines.as_ref().map(|lines| format!("/properties/{lines}/items")).unwrap_or_default();
    format!("{inside}/properties/{}/x-field", place.key)
}

fn is_derived(field: &Field) -> bool {
    matches!(field.kind, Kind::Rollup | Kind::Lookup)
}

fn places(tables: &Tables) -> Vec<Place> {
    let mut found = Vec::new();
    for table in tables.values() {
        for field in table.fields.values() {
            let own = std::iter::once((None, field));
            let columns = field.columns.values().map(|column| (Some(field.key.clone()), column));
            for (lines, field) in own.chain(columns).filter(|(_, field)| is_derived(field)) {
                found.push(Place { table: table.key.clone(), lines, key: field.key.clone() });
            }
        }
    }
    found
}

fn field<'t>(tables: &'t Tables, place: &Place) -> Option<&'t Field> {
    beside(tables, place)?.get(&place.key)
}

fn field_mut<'t>(tables: &'t mut Tables, place: &Place) -> Option<&'t mut Field> {
    let table = tables.get_mut(&place.table)?;
    match &place.lines {
        None => table.fields.get_mut(&place.key),
        Some(lines) => table.fields.get_mut(lines)?.columns.get_mut(&place.key),
    }
}

/// The fields of the record or line that a field stands in.
fn beside<'t>(tables: &'t Tables, place: &Place) -> Option<&'t IndexMap<String, Field>> {
    let table = tables.get(&place.table)?;
    match &place.lines {
        None => Some(&table.fields),
        Some(lines) => Some(&table.field(lines)?.columns),
    }
}

fn named<'t>(fields: &'t IndexMap<String, Field>, member: &'static str, name: &str, of: &str) -> Resolved<&'t Field> {
    fields.get(name).ok_or_else(|| {
        let near = nearest(name, fields.keys().map(String::as_str)).map(str::to_owned);
        Unresolved::Wrong(member, format!("there is no field \"{name}\" in {of}"), near)
    })
}

fn other<'t>(tables: &'t Tables, member: &'static str, name: &str) -> Resolved<&'t Table> {
    tables.get(name).ok_or_else(|| {
        let near = nearest(name, tables.keys().map(String::as_str)).map(str::to_owned);
        Unresolved::Wrong(member, format!("there is no table \"{name}\" in this app"), near)
    })
}

fn of_rollup(tables: &Tables, place: &Place, rollup: &Rollup) -> Resolved<Field> {
    let home = other(tables, "from", &place.table)?;
    if home.append_only {
        return wrong("kind", "rows of an append-only table never change, so they cannot keep a figure");
    }
    let from = match &rollup.from.table {
        Some(table) => other(tables, "from/table", table)?,
        None => home,
    };
    let (fields, name) = match &rollup.from.lines {
        None => (&from.fields, format!("table \"{}\"", from.key)),
        Some(lines) => match named(&from.fields, "from/lines", lines, &format!("table \"{}\"", from.key))? {
            field if field.kind == Kind::Lines => (&field.columns, format!("lines \"{lines}\"")),
            _ => return wrong("from/lines", format!("\"{lines}\" are no lines")),
        },
    };
    if let (Some(_), Some(link)) = (&rollup.from.table, &rollup.from.field) {
        let field = named(fields, "from/field", link, &name)?;
        if field.kind != Kind::Link || field.lookup.is_some() {
            return wrong(
                "from/field",
                format!("\"{link}\" is no link to one record; rows are gathered by such a link"),
            );
        }
        if field.target.as_deref() != Some(&place.table) {
            let message =
                format!("\"{link}\" links to \"{}\", not to this table", field.target.as_deref().unwrap_or("–"));
            return wrong("from/field", message);
        }
    }
    let Some(of) = &rollup.of else { return Ok(Field::plain("", Kind::Integer)) };
    if rollup.from.lines.is_none() && SYSTEM_FIELDS.contains(&of.as_str()) {
        if rollup.function.fits_system(of).is_err() {
            return wrong("measure", format!("there is no such figure of \"{of}\""));
        }
        return Ok(figure(rollup.function, &system_field(of)));
    }
    let field = named(fields, "measure", of, &name)?;
    if is_derived(field) {
        return Err(Unresolved::Waiting);
    }
    if field.lookup.is_some() {
        return wrong(
            "measure",
            format!("\"{of}\" is a lookup, which changes without its record; measure a stored field"),
        );
    }
    if field.sealed || field.kind == Kind::Lines {
        return wrong("measure", format!("\"{of}\" can be neither added up nor counted"));
    }
    match rollup.function.fits(of, field) {
        Ok(()) => Ok(figure(rollup.function, field)),
        Err(message) => wrong("measure", message),
    }
}

/// What the figure of a field is.
fn figure(function: Function, of: &Field) -> Field {
    let whole = matches!(of.kind, Kind::Integer | Kind::Rating);
    let kind = match function {
        Function::Count | Function::CountDistinct => Kind::Integer,
        Function::Sum if whole => Kind::Integer,
        Function::Average if whole || of.kind == Kind::Duration => Kind::Decimal,
        _ => of.kind,
    };
    let mut figure = Field::plain("", kind);
    figure.scale = function.scale(unit_scale(of).unwrap_or(0)).min(9);
    figure.unit.clone_from(&of.unit);
    figure.sensitive = of.sensitive;
    figure
}

fn of_lookup(tables: &Tables, place: &Place, lookup: &Lookup) -> Resolved<(Field, String)> {
    let here = match &place.lines {
        None => format!("table \"{}\"", place.table),
        Some(lines) => format!("lines \"{lines}\""),
    };
    let Some(fields) = beside(tables, place) else { return wrong("link", "there is nothing to read through") };
    let link = named(fields, "link", &lookup.link, &here)?;
    if is_derived(link) || link.lookup.is_some() {
        return wrong(
            "link",
            format!("\"{}\" is computed; a lookup reads through a link that people fill in", lookup.link),
        );
    }
    let Some(target) = link.target.as_deref().filter(|_| link.kind == Kind::Link) else {
        return wrong("link", format!("\"{}\" is no link to one record", lookup.link));
    };
    let table = other(tables, "link", target)?;
    let field = named(&table.fields, "field", &lookup.field, &format!("table \"{target}\""))?;
    match field.kind {
        Kind::Lookup => wrong("field", lookup_of_lookup(&lookup.field)),
        Kind::Rollup => Err(Unresolved::Waiting),
        _ if field.lookup.is_some() => wrong("field", lookup_of_lookup(&lookup.field)),
        kind if kind == Kind::Lines || kind.is_file() || field.sealed => {
            let message = format!("\"{}\" is of kind \"{}\", which a lookup does not show", lookup.field, kind.name());
            wrong(
                "field",
                if field.sealed {
                    format!("\"{}\" is encrypted; a lookup does not show it", lookup.field)
                } else {
                    message
                },
            )
        }
        _ => Ok((field.clone(), target.to_owned())),
    }
}

fn lookup_of_lookup(name: &str) -> String {
    format!("\"{name}\" is a lookup itself; a lookup reads through one link only")
}

#[cfg(test)]
mod tests;
