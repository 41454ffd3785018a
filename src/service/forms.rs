//! A form while it is filled in: defaults, linkage, formulas and visibility over a document that is not stored yet.

use super::{
    Call, Error, LiveApp,
    context::Circumstances,
    input::Access,
    permits::Rights,
    save_record::{access_of, blank},
};
use crate::{
    access::Permit,
    base::{
        error::FieldError,
        value::{Document, Line, Value},
    },
    definition::{
        field::Kind,
        form::{Fill, Form, Item},
        role::Action,
        table::Table,
    },
    rules::{FormState, Mode, validate},
    store::{Connection, records, records::Record},
};
use std::collections::{BTreeSet, HashMap};

/// A form over a working document.
pub struct Working<'a> {
    pub table: &'a Table,
    pub form: &'a Form,
    pub document: Document,
    pub state: FormState,
    /// Rules that failed, and values out of bounds: what can be told before submitting.
    pub errors: Vec<FieldError>,
    access: HashMap<String, Access>,
}

impl Working<'_> {
    /// What the person may do with a field (`amount`, `lines.qty`).
    #[must_use]
    pub fn access(&self, path: &str) -> Access {
        self.access.get(path).copied().unwrap_or(Access::Hidden)
    }
}

/// What the person may do with each field of a new record, or of `record`.
///
/// # Errors
/// Who may not create or edit.
pub fn access_map(table: &Table, permit: &Permit, record: Option<&Record>) -> HashMap<String, Access> {
    let (rights, action) = match record {
        Some(record) => (permit.rights(&record.matched), Action::Edit),
        None => (permit.rights_to_create(), Action::Create),
    };
    let mut map = HashMap::new();
    for field in table.fields.values() {
        let paths = std::iter::once(field.key.clone())
            .chain(field.columns.keys().map(|column| format!("{}.{column}", field.key)));
        for path in paths {
            map.insert(path.clone(), access_of(&rights, action, &path));
        }
    }
    map
}

/// A new document with its defaults and one empty line in each lines field.
///
/// # Errors
/// Who may not create.
pub async fn start(conn: &impl Connection, call: &Call, live: &LiveApp, table: &str) -> Result<Document, Error> {
    let definition = live.table(&call.actor.locale, table)?;
    let face = live.face(&call.actor.locale);
    let rules = face.tables.get(table).ok_or(Error::NotFound)?;
    let mut document = blank(definition);
    for field in definition.lines() {
        document.lines.insert(field.key.clone(), vec![Line::default()]);
    }
    let mut around = Circumstances::new(call, live);
    let _defaults_that_fail_show_when_the_form_is_judged = rules.apply_defaults(&mut document, around.context());
    around.load(conn, definition, &document, &rules.link_hops()).await?;
    Ok(document)
}

/// Evaluates the form over a document. `changed` names the field that was just filled in (`customer`, `lines.0.item`),
/// whose linkage then runs.
///
/// # Errors
/// Who may not see the table; the database failed.
pub async fn evaluate<'a>(
    conn: &impl Connection,
    call: &Call,
    rights: &Rights<'a>,
    table: &str,
    access: HashMap<String, Access>,
    mut document: Document,
    changed: Option<&str>,
) -> Result<Working<'a>, Error> {
    let live = rights.live;
    let face = live.face(&call.actor.locale);
    let definition = face.app.tables.get(table).ok_or(Error::NotFound)?;
    let (form, form_rules) = face.forms.get(table).map(|(form, rules)| (form, rules)).ok_or(Error::NotFound)?;
    let rules = face.tables.get(table).ok_or(Error::NotFound)?;
    if let Some(changed) = changed {
        fill(conn, rights, definition, form, &access, &mut document, changed).await?;
    }
    let mut around = Circumstances::new(call, live);
    around.load(conn, definition, &document, &rules.link_hops()).await?;
    around.load(conn, definition, &document, &form_rules.link_hops()).await?;
    let mut errors = rules.recompute(&mut document, around.context());
    let state = form_rules.evaluate(&document, around.context());
    errors.extend(state.errors.iter().cloned());
    errors.extend(validate(definition, Some(&state), &document, Mode::Draft));
    Ok(Working { table: definition, form, document, state, errors, access })
}

/// Adds a line with its defaults.
///
/// # Errors
/// The table has no such lines.
pub fn add_line(call: &Call, live: &LiveApp, table: &str, document: &mut Document, lines: &str) -> Result<(), Error> {
    let face = live.face(&call.actor.locale);
    let field = face.app.tables.get(table).and_then(|table| table.field(lines)).ok_or(Error::NotFound)?;
    if field.kind != Kind::Lines {
        return Err(Error::NotFound);
    }
    let rows = document.lines.entry(lines.to_owned()).or_default();
    rows.push(Line::default());
    let index = rows.len() - 1;
    if let Some(rules) = face.tables.get(table) {
        let around = Circumstances::new(call, live);
        let _defaults_that_fail_leave_the_cell_unset =
            rules.apply_line_defaults(document, lines, index, around.context());
    }
    Ok(())
}

/// Data linkage: copies values of the link's target, as far as the person may see them, into fields they may write.
async fn fill(
    conn: &impl Connection,
    rights: &Rights<'_>,
    table: &Table,
    form: &Form,
    access: &HashMap<String, Access>,
    document: &mut Document,
    changed: &str,
) -> Result<(), Error> {
    let parts: Vec<&str> = changed.split('.').collect();
    let (lines, row, key) = match parts.as_slice() {
        [key] => (None, 0, *key),
        [lines, row, key] => match row.parse::<usize>() {
            Ok(row) => (Some(*lines), row, *key),
            Err(_) => return Ok(()),
        },
        _ => return Ok(()),
    };
    let path = lines.map_or_else(|| key.to_owned(), |lines| format!("{lines}.{key}"));
    let Some(target) = table.field_at(&path).and_then(|field| field.target.as_deref()) else { return Ok(()) };
    let chosen = match lines {
        None => document.get(key).as_integer(),
        Some(lines) => document.lines_of(lines).get(row).and_then(|line| line.get(key).as_integer()),
    };
    let Some(id) = chosen else { return Ok(()) };
    let Ok(permit) = rights.permit(target, Action::View) else { return Ok(()) };
    for fill in fills(form, lines, key) {
        let wanted: Vec<String> = fill.map.values().cloned().collect();
        let found = records::targets(conn, &rights.live.schema, &permit, &BTreeSet::from([id]), &wanted).await?;
        let Some(values) = found.get(&id) else { continue };
        for (to, from) in &fill.map {
            let path = lines.map_or_else(|| to.clone(), |lines| format!("{lines}.{to}"));
            let writable = access.get(&path) == Some(&Access::Write);
            let value = values.get(from).cloned().unwrap_or(Value::Unset);
            match (lines, writable) {
                (_, false) => {}
                (None, true) => {
                    document.values.insert(to.clone(), value);
                }
                (Some(lines), true) => {
                    if let Some(line) = document.lines.get_mut(lines).and_then(|rows| rows.get_mut(row)) {
                        line.values.insert(to.clone(), value);
                    }
                }
            }
        }
    }
    Ok(())
}

/// The linkages that a field triggers.
fn fills<'f>(form: &'f Form, lines: Option<&str>, key: &str) -> Vec<&'f Fill> {
    let triggers = |item: &Item, fill: &Fill| fill.from.as_deref().or(item.field.as_deref()) == Some(key);
    let items = form.layout.iter().flat_map(|section| &section.items);
    match lines {
        None => items
            .filter_map(|item| item.fill.as_ref().filter(|fill| item.lines.is_none() && triggers(item, fill)))
            .collect(),
        Some(lines) => items
            .filter(|item| item.lines.as_deref() == Some(lines))
            .flat_map(|item| std::iter::once(item).chain(&item.columns))
            .filter_map(|item| item.fill.as_ref().filter(|fill| triggers(item, fill)))
            .collect(),
    }
}
