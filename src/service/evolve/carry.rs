//! Moving the values of rows from one version's columns to the next one's: conversions, defaults and formulas.

use crate::{
    access::Permit,
    base::value::{Document, Line, Value},
    definition::{
        app::App,
        evolution::{Carrier, Place, carry},
        field::Field,
        role::Action,
    },
    service::{Call, Error, LiveApp, context::Circumstances, save_record::blank},
    store::{self, Connection, Schema, Tx, evolve, people, records},
};
use jiff::tz::TimeZone;
use std::collections::{BTreeSet, HashMap};

/// The names of what the values of a batch mean.
pub struct Names {
    zone: TimeZone,
    /// By table (`PEOPLE` for people) and id.
    by_id: HashMap<(String, i64), String>,
    /// By table and name; nothing where two are called so.
    by_name: HashMap<(String, String), Option<i64>>,
}

const PEOPLE: &str = "";

fn target(field: &Field) -> &str {
    if field.kind.is_member() { PEOPLE } else { field.target.as_deref().unwrap_or(PEOPLE) }
}

impl Carrier for Names {
    fn name(&self, field: &Field, id: i64) -> Option<String> {
        self.by_id.get(&(target(field).to_owned(), id)).cloned()
    }

    fn named(&self, field: &Field, name: &str) -> Option<i64> {
        self.by_name.get(&(target(field).to_owned(), name.to_owned())).copied().flatten()
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Names {
    #[must_use]
    pub fn new(call: &Call) -> Self {
        Self { zone: call.zone.clone(), by_id: HashMap::new(), by_name: HashMap::new() }
    }

    /// Reads what conversions from `old` to `new` have to know: names of all rows that are pointed at, and of all that may be.
    pub async fn load(
        &mut self,
        conn: &impl Connection,
        schema: &Schema,
        old: &Field,
        new: &Field,
    ) -> Result<(), Error> {
        if old.kind.is_member() || new.kind.is_member() {
            for user in people::active_users(conn).await? {
                self.by_id.insert((PEOPLE.to_owned(), user.id), user.name.clone());
                self.note(PEOPLE, user.name, user.id);
                self.note(PEOPLE, user.login_folded, user.id);
            }
        }
        if old.kind.is_link() {
            self.load_rows(conn, schema, target(old)).await?;
        }
        if new.kind.is_link() && (!old.kind.is_link() || target(new) != target(old)) {
            self.load_rows(conn, schema, target(new)).await?;
        }
        Ok(())
    }

    fn note(&mut self, table: &str, name: String, id: i64) {
        let slot = self.by_name.entry((table.to_owned(), name)).or_insert(Some(id));
        if *slot != Some(id) {
            *slot = None;
        }
    }

    async fn load_rows(&mut self, conn: &impl Connection, schema: &Schema, table: &str) -> Result<(), Error> {
        // A table that is new in this version has no rows that anything could mean.
        let Ok((definition, physical)) = schema.table(table) else { return Ok(()) };
        let mut fields: Vec<&Field> = definition.display_fields().collect();
        if let Some(natural) = definition.natural_key()
            && !fields.iter().any(|field| field.key == natural.key)
        {
            fields.push(natural);
        }
        fields.retain(|field| physical.column_id(&field.key).is_some());
        let columns: Vec<(String, &Field)> = fields.iter().map(|field| (physical.column(&field.key), *field)).collect();
        let mut after = 0;
        loop {
            let rows = evolve::read_rows(conn, &physical.name, &columns, after, false).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = *last;
            for (id, values) in rows {
                let values = fields.iter().map(|field| field.key.clone()).zip(values).collect();
                let label = records::label(definition, id, &values);
                if let Some(natural) = definition.natural_key() {
                    let key = natural.show(values.get(&natural.key).unwrap_or(&Value::Unset));
                    if !key.is_empty() && key != label {
                        self.note(table, key, id);
                    }
                }
                self.by_id.insert((table.to_owned(), id), label.clone());
                self.note(table, label, id);
            }
        }
    }
}

/// Where the values of a place lie.
pub fn physical<'s>(schema: &'s Schema, place: &Place) -> Result<&'s store::schema::Physical, Error> {
    let (_, table) = schema.table(&place.table)?;
    match &place.lines {
        None => Ok(table),
        Some(lines) => table.lines(lines).ok_or_else(|| Error::internal(format!("no lines \"{lines}\""))),
    }
}

/// Converts the values of a field into its new column.
///
/// # Errors
/// The database failed.
pub async fn convert(
    tx: &Tx,
    call: &Call,
    (old_schema, old_app): (&Schema, &App),
    new: &LiveApp,
    place: &Place,
    key: &str,
) -> Result<(), Error> {
    let missing = || Error::internal(format!("no field \"{key}\" to convert"));
    let before = place.field(old_app, key).ok_or_else(missing)?;
    let after = place.field(new.app(), key).ok_or_else(missing)?;
    let from = physical(old_schema, place)?;
    let to = physical(&new.schema, place)?;
    let (source, column) = (from.column(key), to.column(key));
    let mut names = Names::new(call);
    names.load(tx, &new.schema, before, after).await?;
    let columns = [(source, before)];
    let mut last = 0;
    loop {
        let rows = evolve::read_rows(tx, &from.name, &columns, last, true).await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        last = *id;
        let carried: Vec<(i64, Value)> = rows
            .iter()
            .map(|(id, values)| (*id, carry(before, after, &values[0], &names).value().clone()))
            .filter(|(_, value)| !value.is_unset())
            .collect();
        evolve::write_column(tx, &to.name, &column, after, &carried).await?;
    }
}

/// Gives rows the very values back that an earlier conversion replaced: those that nobody touched since, as converting them again
/// shows. `kept` is the trash of fields as it was before.
///
/// # Errors
/// The database failed.
pub async fn give_back(
    tx: &Tx,
    call: &Call,
    before: &LiveApp,
    after: &LiveApp,
    place: &Place,
    key: &str,
    kept: &[evolve::TrashedField],
) -> Result<(), Error> {
    let missing = || Error::internal(format!("no field \"{key}\" to give back"));
    let field = place.field(after.app(), key).ok_or_else(missing)?;
    let replaced = place.field(before.app(), key).ok_or_else(missing)?;
    let is_kept = |kept: &&evolve::TrashedField| {
        kept.converted && kept.place == *place && kept.key == key && kept.kind == field.kind.name()
    };
    let Some(kept) = kept.iter().find(is_kept) else { return Ok(()) };
    let (from, to) = (physical(&before.schema, place)?, physical(&after.schema, place)?);
    let mut names = Names::new(call);
    names.load(tx, &after.schema, field, replaced).await?;
    let columns = [(format!("f{}", kept.column), field), (from.column(key), replaced)];
    let mut last = 0;
    loop {
        let rows = evolve::read_rows(tx, &from.name, &columns, last, false).await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        last = *id;
        let untouched: Vec<(i64, Value)> = rows
            .into_iter()
            .filter(|(_, values)| {
                !values[0].is_unset() && *carry(field, replaced, &values[0], &names).value() == values[1]
            })
            .map(|(id, mut values)| (id, values.swap_remove(0)))
            .collect();
        if !untouched.is_empty() {
            evolve::write_column(tx, &to.name, &to.column(key), field, &untouched).await?;
        }
    }
}

/// Values of one column, by the ids of its rows.
type Column = Vec<(i64, Value)>;

/// Gives new fields of one table (and its lines) their defaults and formulas in the rows that are there.
///
/// # Errors
/// The database failed. A default or formula that fails in a row leaves that row's field unset.
pub async fn fill(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &str,
    fields: &[(Option<String>, String)],
) -> Result<(), Error> {
    let definition = live.app().tables.get(table).ok_or(Error::NotFound)?;
    let rules = live.face(&call.actor.locale).tables.get(table).ok_or(Error::NotFound)?;
    let (_, place) = live.schema.table(table)?;
    let mut last = 0;
    loop {
        let rows = evolve::read_rows(tx, &place.name, &[], last, false).await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        last = *id;
        let permit = Permit::as_app(live.key(), table, Action::View);
        let mut written: HashMap<(Option<String>, String), Column> = HashMap::new();
        // Rows in the trash are filled when they come back: they are saved before anybody works with them.
        let ids: BTreeSet<i64> = rows.iter().map(|(id, _)| *id).collect();
        let mut around = Circumstances::new(call, live);
        let mut documents: Vec<(i64, Document)> = Vec::with_capacity(ids.len());
        for (id, record) in records::many(tx, &live.schema, &permit, &ids).await? {
            let mut document = blank(definition);
            document.values.extend(record.document.values);
            document.lines.extend(record.document.lines);
            // What fails in one row is left unset there, as it would be in a new one.
            let _unset = rules.apply_defaults(&mut document, around.context());
            documents.push((id, document));
        }
        let all = documents.iter().map(|(_, document)| document);
        around.load_all(tx, definition, all, &rules.link_hops()).await?;
        for (id, mut document) in documents {
            let _unset = rules.recompute(&mut document, around.context());
            for (lines, key) in fields {
                let slot = written.entry((lines.clone(), key.clone())).or_default();
                match lines {
                    None if !document.get(key).is_unset() => slot.push((id, document.get(key).clone())),
                    None => {}
                    Some(lines) => {
                        let line = |line: &Line| Some((line.id?, line.get(key).clone()));
                        slot.extend(
                            document.lines_of(lines).iter().filter_map(line).filter(|(_, value)| !value.is_unset()),
                        );
                    }
                }
            }
        }
        for ((lines, key), values) in written {
            let place = Place { table: table.to_owned(), lines };
            let field = place.field(live.app(), &key).ok_or(Error::NotFound)?;
            let to = physical(&live.schema, &place)?;
            for batch in values.chunks(usize::try_from(evolve::BATCH).unwrap_or(200)) {
                evolve::write_column(tx, &to.name, &to.column(&key), field, batch).await?;
            }
        }
    }
}

/// The labels of some records, as the app sees them.
///
/// # Errors
/// The database failed.
pub async fn labels(
    conn: &impl Connection,
    live: &LiveApp,
    table: &str,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, String>, Error> {
    let ids: BTreeSet<i64> = ids.collect();
    if live.schema.table(table).is_err() {
        return Ok(HashMap::new());
    }
    let permit = Permit::as_app(live.key(), table, Action::View);
    Ok(records::labels(conn, &live.schema, &permit, &ids).await?)
}
