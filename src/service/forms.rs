//! A form while it is filled in: defaults, linkage, formulas and visibility over a document that is not stored yet.

use super::{
    Call, Error, LiveApp,
    context::Circumstances,
    input::Access,
    live::Which,
    lookups,
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
    rules::{
        FormState, Mode,
        option_filter::{Around, with_values},
        validate,
    },
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
pub async fn start<'w>(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    which: impl Into<Which<'w>>,
) -> Result<Document, Error> {
    let which = which.into();
    let definition = live.table(&call.actor.locale, which.table)?;
    let face = live.face(&call.actor.locale);
    let rules = face.tables.get(which.table).ok_or(Error::NotFound)?;
    let (_, form) = face.form(which)?;
    let mut document = blank(definition);
    for field in definition.lines() {
        document.lines.insert(field.key.clone(), vec![Line::default()]);
    }
    let mut around = Circumstances::new(call, live);
    let _defaults_that_fail_show_when_the_form_is_judged =
        (form.apply_defaults(&mut document, around.context()), rules.apply_defaults(&mut document, around.context()));
    around.load(conn, definition, &document, &rules.link_hops()).await?;
    Ok(document)
}

/// Evaluates the form over a document. `changed` names the field that was just filled in (`customer`, `lines.0.item`),
/// whose linkage then runs.
///
/// # Errors
/// Who may not see the table; the database failed.
pub async fn evaluate<'a, 'w>(
    conn: &impl Connection,
    call: &Call,
    rights: &Rights<'a>,
    which: impl Into<Which<'w>>,
    access: HashMap<String, Access>,
    mut document: Document,
    changed: Option<&str>,
) -> Result<Working<'a>, Error> {
    let live = rights.live;
    let face = live.face(&call.actor.locale);
    let which = which.into();
    let definition = face.app.tables.get(which.table).ok_or(Error::NotFound)?;
    let (form, form_rules) = face.form(which)?;
    let rules = face.tables.get(which.table).ok_or(Error::NotFound)?;
    if let Some(changed) = changed {
        let filling = Filling { rights, table: definition, form, access: &access };
        filling.run(conn, &mut document, changed).await?;
    }
    lookups::show(conn, rights, definition, &mut document).await?;
    let mut around = Circumstances::new(call, live);
    around.load(conn, definition, &document, &rules.link_hops()).await?;
    around.load(conn, definition, &document, &form_rules.link_hops()).await?;
    let mut errors = rules.recompute(&mut document, around.context());
    let state = form_rules.evaluate(&document, around.context());
    errors.extend(state.errors.iter().cloned());
    errors.extend(validate(definition, Some(&state), &document, Mode::Draft));
    Ok(Working { table: definition, form, document, state, errors, access })
}

/// Gives a line that is new its defaults.
///
/// # Errors
/// The table has no such lines.
pub fn begin_line<'w>(
    call: &Call,
    live: &LiveApp,
    which: impl Into<Which<'w>>,
    document: &mut Document,
    lines: &str,
    index: usize,
) -> Result<(), Error> {
    let which = which.into();
    let face = live.face(&call.actor.locale);
    let field = face.app.tables.get(which.table).and_then(|table| table.field(lines)).ok_or(Error::NotFound)?;
    if field.kind != Kind::Lines {
        return Err(Error::NotFound);
    }
    let around = Circumstances::new(call, live);
    if let Ok((_, form)) = face.form(which) {
        let _defaults_that_fail_leave_the_cell_unset =
            form.apply_line_defaults(document, lines, index, around.context());
    }
    if let Some(rules) = face.tables.get(which.table) {
        let _defaults_that_fail_leave_the_cell_unset =
            rules.apply_line_defaults(document, lines, index, around.context());
    }
    Ok(())
}

/// Runs the linkage of fields that were filled in all at once.
///
/// # Errors
/// The database failed.
pub async fn fill_in<'w>(
    conn: &impl Connection,
    rights: &Rights<'_>,
    which: impl Into<Which<'w>>,
    access: &HashMap<String, Access>,
    document: &mut Document,
    changed: &[String],
) -> Result<(), Error> {
    let which = which.into();
    let face = rights.live.face(&rights.actor.locale);
    let (form, _) = face.form(which)?;
    let table = face.app.tables.get(which.table).ok_or(Error::NotFound)?;
    let filling = Filling { rights, table, form, access };
    for name in changed {
        filling.run(conn, document, name).await?;
    }
    Ok(())
}

/// Links of a document that the form does not offer: a guest may only choose from what they were shown.
///
/// # Errors
/// The database failed.
pub(super) async fn not_offered(
    conn: &impl Connection,
    rights: &Rights<'_>,
    which: Which<'_>,
    document: &Document,
) -> Result<Vec<FieldError>, Error> {
    let face = rights.live.face(&rights.actor.locale);
    let (form, _) = face.form(which)?;
    let table = face.app.tables.get(which.table).ok_or(Error::NotFound)?;
    let mut places = Vec::new();
    for (_, item) in form.places() {
        if let Some(field) = item.field.as_deref().and_then(|key| table.field(key)) {
            places.push((format!("/{}", field.key), item, field, document.get(&field.key), None));
        }
        let Some(lines) = item.lines.as_deref().and_then(|key| table.field(key)) else { continue };
        for (row, line) in document.lines_of(&lines.key).iter().enumerate() {
            for shown in &item.columns {
                if let Some(column) = shown.field.as_deref().and_then(|key| lines.column(key)) {
                    let path = format!("/{}/{row}/{}", lines.key, column.key);
                    places.push((path, shown, column, line.get(&column.key), Some((lines, line))));
                }
            }
        }
    }
    let mut errors = Vec::new();
    for (path, item, field, value, line) in places {
        let ids: Vec<i64> = match value {
            Value::Integer(id) => vec![*id],
            Value::List(ids) => ids.iter().filter_map(Value::as_integer).collect(),
            _ => continue,
        };
        let Some(target) = field.target.as_deref().filter(|_| field.kind.is_link()) else { continue };
        let narrowed = item.options.as_ref().and_then(|filter| with_values(filter, Around { table, document, line }));
        for id in ids {
            let offered =
                item.public_options && super::records::offers(conn, rights, target, narrowed.as_ref(), id).await?;
            if !offered {
                errors.push(FieldError::new(&path, "link_not_found").with("value", id));
            }
        }
    }
    Ok(errors)
}

/// Links that were filled in by one linkage run their own, at most so many in a row.
const MOST_STEPS: usize = 8;

/// Data linkage: copies values of a link's target, as far as the person may see them, into fields they may write.
struct Filling<'a, 'r> {
    rights: &'a Rights<'r>,
    table: &'a Table,
    form: &'a Form,
    access: &'a HashMap<String, Access>,
}

/// A field of the record, or a cell: the lines field with the row.
type At<'k> = (Option<(&'k str, usize)>, &'k str);

fn place_of(name: &str) -> Option<At<'_>> {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [key] => Some((None, key)),
        [lines, row, key] => Some((Some((lines, row.parse().ok()?)), key)),
        _ => None,
    }
}

impl Filling<'_, '_> {
    async fn run(&self, conn: &impl Connection, document: &mut Document, changed: &str) -> Result<(), Error> {
        let mut waiting = vec![changed.to_owned()];
        for _ in 0..MOST_STEPS {
            let Some(name) = waiting.pop() else { break };
            waiting.extend(self.step(conn, document, &name).await?);
        }
        Ok(())
    }

    /// Fills in what the field triggers; answers the names of what was filled in.
    async fn step(&self, conn: &impl Connection, document: &mut Document, name: &str) -> Result<Vec<String>, Error> {
        let mut filled = Vec::new();
        let Some((row, key)) = place_of(name) else { return Ok(filled) };
        let path = row.map_or_else(|| key.to_owned(), |(lines, _)| format!("{lines}.{key}"));
        let target = self.table.field_at(&path).and_then(|field| field.target.as_deref());
        let chosen = match row {
            None => document.get(key).as_integer(),
            Some((lines, row)) => document.lines_of(lines).get(row).and_then(|line| line.get(key).as_integer()),
        };
        let (Some(target), Some(id)) = (target, chosen) else { return Ok(filled) };
        let Ok(permit) = self.rights.permit(target, Action::View) else { return Ok(filled) };
        for fill in fills(self.form, row.map(|(lines, _)| lines), key) {
            let wanted: Vec<String> = fill.map.values().cloned().collect();
            let schema = &self.rights.live.schema;
            let found = records::targets(conn, schema, &permit, &BTreeSet::from([id]), &wanted).await?;
            let Some(values) = found.get(&id) else { continue };
            for (to, from) in &fill.map {
                let value = values.get(from).cloned().unwrap_or(Value::Unset);
                let (row, to) = match to.strip_prefix("record.") {
                    Some(key) => (None, key),
                    None => (row, to.as_str()),
                };
                if self.put(document, row, to, value) {
                    filled.push(row.map_or_else(|| to.to_owned(), |(lines, row)| format!("{lines}.{row}.{to}")));
                }
            }
        }
        Ok(filled)
    }

    /// Whether the value was put there: the person may write the field, and it said something else.
    fn put(&self, document: &mut Document, row: Option<(&str, usize)>, key: &str, value: Value) -> bool {
        let path = row.map_or_else(|| key.to_owned(), |(lines, _)| format!("{lines}.{key}"));
        if self.access.get(&path) != Some(&Access::Write) {
            return false;
        }
        let values = match row {
            None => Some(&mut document.values),
            Some((lines, row)) => {
                document.lines.get_mut(lines).and_then(|rows| rows.get_mut(row)).map(|line| &mut line.values)
            }
        };
        values.is_some_and(|values| values.insert(key.to_owned(), value.clone()).as_ref() != Some(&value))
    }
}

/// The linkages that a field triggers.
fn fills<'f>(form: &'f Form, lines: Option<&str>, key: &str) -> Vec<&'f Fill> {
    let triggers = |item: &Item, fill: &Fill| fill.from.as_deref().or(item.field.as_deref()) == Some(key);
    let items = form.places().map(|(_, item)| item);
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
