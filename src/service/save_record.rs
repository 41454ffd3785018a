//! Creating, editing, submitting and deleting a record.

use super::{
    Answer, Call, Error, LiveApp, Service, audit, automations,
    context::Circumstances,
    files, forms,
    input::{self, Access, Input},
    live::Which,
    lookups, numbering,
    permits::Rights,
    represent, run_flow, see,
};
use crate::{
    access::{Permit, RowRights},
    automation::set_off::Event,
    base::{error::FieldError, id::RecordId, value::Document},
    definition::{role::Action, table::Table},
    rules::{Mode, validate},
    store::{
        self, Connection, Tx, flows,
        records::{self, Change, NewRecord, Record},
    },
};
use serde_json::Value as Json;
use std::sync::Arc;

/// A record to be created.
#[derive(Debug, Clone)]
pub struct Create {
    pub live: Arc<LiveApp>,
    pub table: String,
    pub values: Json,
    /// Submits it in the same act; without a flow it means nothing.
    pub submit: bool,
}

/// A record to be changed.
#[derive(Debug, Clone)]
pub struct Edit {
    pub live: Arc<LiveApp>,
    pub table: String,
    pub id: RecordId,
    pub values: Json,
    /// The version that the caller read, if they said one.
    pub version: Option<i64>,
    pub submit: bool,
}

super::of_app!(Create, Edit);

impl Service {
    /// Creates a record and answers it.
    ///
    /// # Errors
    /// Refusals of rights, values, rules and flow.
    pub async fn create_record(&self, call: Call, create: Create) -> Result<Answer, Error> {
        self.command(call, create, |tx, service, call, create| {
            Box::pin(async move {
                let id = insert(tx, service, call, create).await?;
                Ok(Answer::new(201, represent::written(tx, service, call, &create.live, &create.table, id).await?))
            })
        })
        .await
    }

    /// Changes a record and answers it.
    ///
    /// # Errors
    /// Refusals of rights, values, rules and flow; `Stale` when somebody else saved since `version`.
    pub async fn edit_record(&self, call: Call, edit: Edit) -> Result<Answer, Error> {
        self.command(call, edit, |tx, service, call, edit| {
            Box::pin(async move {
                change(tx, service, call, edit).await?;
                Ok(Answer::new(200, represent::written(tx, service, call, &edit.live, &edit.table, edit.id).await?))
            })
        })
        .await
    }

    /// Moves a record to the trash.
    ///
    /// # Errors
    /// `in_use` with where, `in_approval`, refusals of rights.
    pub async fn delete_record(&self, call: Call, edit: Edit) -> Result<Answer, Error> {
        self.command(call, edit, |tx, _, call, edit| {
            Box::pin(async move {
                delete(tx, call, edit).await?;
                Ok(Answer::new(204, Json::Null))
            })
        })
        .await
    }
}

/// Creates a record inside a transaction.
///
/// # Errors
/// As [`Service::create_record`].
pub async fn insert(tx: &Tx, service: &Service, call: &Call, create: &Create) -> Result<RecordId, Error> {
    let rights = Rights::load(tx, call, &create.live).await?;
    insert_by(tx, service, call, create, rights, None).await
}

/// The same with the rights at hand, by a public form where one is named: then nobody in particular owns the record.
///
/// # Errors
/// As [`Service::create_record`].
pub(super) async fn insert_by(
    tx: &Tx,
    service: &Service,
    call: &Call,
    create: &Create,
    rights: Rights<'_>,
    public: Option<&str>,
) -> Result<RecordId, Error> {
    let live = &*create.live;
    rights.permit_of_person(&create.table, Action::View).or_else(|_| rights.permit(&create.table, Action::Create))?;
    refuse_engine_tables(live, &create.table)?;
    let permit = rights.permit(&create.table, Action::Create)?;
    let table = live.table(&call.actor.locale, &create.table)?;
    let can = permit.rights_to_create();
    let access = |path: &str| access_of(&can, Action::Create, path);
    let empty = blank(table);
    let mut input = input::read(tx, &rights, table, &empty, &create.values, &access).await?;
    files::check(tx, &rights, table, None, &empty, &mut input, &access).await?;
    let which = Which { table: &create.table, public };
    if public.is_some() {
        let refused = forms::not_offered(tx, &rights, which, &input.document).await?;
        input.errors.extend(refused);
    }
    let has_flow = live.app().submit_flow(&create.table).is_some();
    let submit = create.submit && has_flow;
    if submit && !can.can(Action::Submit) {
        return Err(Error::forbidden("forbidden"));
    }
    let mode = if has_flow && !submit { Mode::Draft } else { Mode::Submit };
    let mut document = judge_by(tx, call, live, (table, which), input, mode, true).await?;
    if mode == Mode::Submit {
        numbering::take(tx, call, live, table, &mut document).await?;
    }
    let new = NewRecord {
        document: &document,
        state: has_flow.then_some("draft"),
        owner: public.is_none().then_some(call.actor.user),
        department: call.actor.departments.first().copied(),
        by: public.is_none().then_some(call.actor.user),
        now: call.now,
    };
    let id = records::insert(tx, &live.schema, &permit, new).await.map_err(|error| unique_error(live, table, error))?;
    files::bind(tx, call, live, table, id, (&empty, &document)).await?;
    within_scope(tx, live, &permit, id, Action::Create).await?;
    audit::record(tx, call, live, "record.create", table, id, (&Document::default(), &document)).await?;
    if submit {
        run_flow::submit(tx, service, call, live, &create.table, id).await?;
    } else if !has_flow {
        automations::happened(tx, service, call, live, &create.table, id, Event::Created).await?;
    }
    Ok(id)
}

/// Changes a record inside a transaction.
///
/// # Errors
/// As [`Service::edit_record`].
pub async fn change(tx: &Tx, service: &Service, call: &Call, edit: &Edit) -> Result<(), Error> {
    let live = &*edit.live;
    let rights = Rights::load(tx, call, live).await?;
    // Whoever may see the record learns that they may not change it; others learn nothing.
    let see::Seen { permit: view, record: seen } = see::find(tx, &rights, live, &edit.table, edit.id).await?;
    refuse_engine_tables(live, &edit.table)?;
    let permit = rights.permit(&edit.table, Action::Edit).map_err(|error| match error {
        Error::NotFound => Error::forbidden("forbidden"),
        other => other,
    })?;
    let mut record = locked(tx, live, &edit.table, edit.id).await?;
    if edit.version.is_some_and(|version| version != record.version) {
        return Err(Error::Stale { version: record.version });
    }
    let can = view.rights(&seen.matched);
    if !can.can(Action::Edit) {
        return Err(Error::forbidden("forbidden"));
    }
    let returned = open_to_change(tx, call, live, &edit.table, &record).await?;
    let table = live.table(&call.actor.locale, &edit.table)?;
    let access = |path: &str| access_of(&can, Action::Edit, path);
    // Sent back as it was answered, a lookup is no change.
    lookups::as_seen(table, &mut record.document, &seen.document);
    let mut input = input::read(tx, &rights, table, &record.document, &edit.values, &access).await?;
    files::check(tx, &rights, table, Some(record.id), &record.document, &mut input, &access).await?;
    let has_flow = live.app().submit_flow(&edit.table).is_some();
    let submit = edit.submit && has_flow;
    let mode = if has_flow && !submit { Mode::Draft } else { Mode::Submit };
    let mut document = judge(tx, call, live, table, input, mode, false).await?;
    if mode == Mode::Submit {
        numbering::take(tx, call, live, table, &mut document).await?;
    }
    save(tx, call, live, table, &permit, &record, &document).await?;
    within_scope(tx, live, &permit, edit.id, Action::Edit).await?;
    audit::record(tx, call, live, "record.edit", table, edit.id, (&record.document, &document)).await?;
    automations::changed(tx, service, call, live, &edit.table, &record, &document).await?;
    if submit {
        if !can.can(Action::Submit) {
            return Err(Error::forbidden("forbidden"));
        }
        if returned {
            run_flow::resubmit(tx, service, call, live, &edit.table, edit.id).await?;
        } else {
            run_flow::submit(tx, service, call, live, &edit.table, edit.id).await?;
        }
    }
    Ok(())
}

/// Writes a changed document; nothing is written, and the version stays, when nothing changed.
///
/// # Errors
/// `Stale`, `unique`.
pub(super) async fn save(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    permit: &Permit,
    record: &Record,
    document: &Document,
) -> Result<(), Error> {
    if *document == record.document {
        return Ok(());
    }
    let change = Change {
        id: record.id,
        version: record.version,
        before: &record.document,
        after: document,
        state: None,
        by: (call.actor.user.0 != 0).then_some(call.actor.user),
        now: call.now,
    };
    let saved = records::update(tx, &live.schema, permit, change).await;
    saved.map_err(|error| match error {
        store::Error::Stale => Error::Stale { version: record.version },
        other => unique_error(live, table, other),
    })?;
    files::bind(tx, call, live, table, record.id, (&record.document, document)).await
}

/// Moves a record to the trash inside a transaction.
///
/// # Errors
/// As [`Service::delete_record`].
pub async fn delete(tx: &Tx, call: &Call, edit: &Edit) -> Result<(), Error> {
    let live = &*edit.live;
    let rights = Rights::load(tx, call, live).await?;
    let view = rights.permit_of_person(&edit.table, Action::View)?;
    let seen = records::get_for_update(tx, &live.schema, &view, edit.id).await?.ok_or(Error::NotFound)?;
    refuse_engine_tables(live, &edit.table)?;
    let permit = rights.permit(&edit.table, Action::Delete)?;
    if !view.rights(&seen.matched).can(Action::Delete) {
        return Err(Error::forbidden("forbidden"));
    }
    if edit.version.is_some_and(|version| version != seen.version) {
        return Err(Error::Stale { version: seen.version });
    }
    let table = live.table(&call.actor.locale, &edit.table)?;
    trash(tx, call, live, table, &permit, &seen).await
}

/// Moves a record to the trash as the app.
///
/// # Errors
/// `in_use` with where, `in_approval`, `approved_locked`.
pub(super) async fn into_trash(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    record: &Record,
) -> Result<(), Error> {
    let permit = Permit::as_app(live.key(), &table.key, Action::Delete);
    trash(tx, call, live, table, &permit, record).await
}

async fn trash(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    permit: &Permit,
    record: &Record,
) -> Result<(), Error> {
    match record.state.as_deref() {
        Some("in_approval") => return Err(Error::conflict("in_approval")),
        Some("approved") => return Err(Error::conflict("approved_locked")),
        _ => {}
    }
    let uses = records::uses(tx, &live.schema, &table.key, record.id).await?;
    if !uses.is_empty() {
        let face = &live.face(&call.actor.locale).app;
        let named: Vec<String> = uses
            .iter()
            .map(|(table, count)| {
                format!("{} × {count}", face.tables.get(table).map_or(table.as_str(), |table| &table.title))
            })
            .collect();
        return Err(Error::conflict("in_use").with("uses", named.join("、")));
    }
    let by = (call.actor.user.0 != 0).then_some(call.actor.user);
    records::trash(tx, &live.schema, permit, record.id, record.version, by, call.now).await?;
    audit::record(tx, call, live, "record.delete", table, record.id, (&record.document, &record.document)).await
}

/// Rules over what was sent: defaults for a new record, formulas, the form's visibility, bounds, checks.
///
/// # Errors
/// Every field error at once.
pub(super) async fn judge(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    input: Input,
    mode: Mode,
    new: bool,
) -> Result<Document, Error> {
    judge_by(tx, call, live, (table, (&table.key).into()), input, mode, new).await
}

/// The same by one of the table's forms.
///
/// # Errors
/// Every field error at once.
async fn judge_by(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    by: (&Table, Which<'_>),
    input: Input,
    mode: Mode,
    new: bool,
) -> Result<Document, Error> {
    let judged = judge_each(tx, call, live, by, vec![(input, new)], mode).await?.pop();
    judged.unwrap_or_else(|| Ok(Document::default())).map_err(Error::Invalid)
}

/// As [`judge`], for many records in the statements of one; each is `true` where it is new.
///
/// # Errors
/// The database failed; what is wrong with a record stands in its place.
pub(super) async fn judge_all(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    inputs: Vec<(Input, bool)>,
    mode: Mode,
) -> Result<Vec<Result<Document, Vec<FieldError>>>, Error> {
    judge_each(tx, call, live, (table, (&table.key).into()), inputs, mode).await
}

async fn judge_each(
    tx: &Tx,
    call: &Call,
    live: &LiveApp,
    (table, which): (&Table, Which<'_>),
    mut inputs: Vec<(Input, bool)>,
    mode: Mode,
) -> Result<Vec<Result<Document, Vec<FieldError>>>, Error> {
    let face = live.face(&call.actor.locale);
    let rules = face.tables.get(&table.key).ok_or_else(|| Error::internal("a table without rules"))?;
    let (_, form) = face.form(which)?;
    let mut around = Circumstances::new(call, live);
    for (input, _) in inputs.iter_mut().filter(|(_, new)| *new) {
        // Defaults may set links, and formulas read behind them; so defaults come first, the form's before the table's.
        input.errors.extend(form.apply_defaults(&mut input.document, around.context()));
        input.errors.extend(rules.apply_defaults(&mut input.document, around.context()));
    }
    let documents: Vec<&Document> = inputs.iter().map(|(input, _)| &input.document).collect();
    around.load_all(tx, table, documents.iter().copied(), &rules.link_hops()).await?;
    around.load_all(tx, table, documents.iter().copied(), &form.link_hops()).await?;
    let judge_one = |(input, _): (Input, bool)| {
        let Input { mut document, mut errors, changed } = input;
        errors.extend(rules.recompute(&mut document, around.context()));
        let state = form.evaluate(&document, around.context());
        errors.extend(state.errors.iter().cloned());
        for key in &changed {
            let closed = state.field(key).is_some_and(|item| !item.visible || item.readonly);
            if closed {
                let title = table.field(key).map_or(key.as_str(), |field| field.title.as_str());
                errors.push(FieldError::new(format!("/{key}"), "not_editable").with("field", title));
            }
        }
        let given: Vec<String> = errors.iter().map(|error| error.path.clone()).collect();
        errors.extend(
            validate(table, Some(&state), &document, mode).into_iter().filter(|error| !given.contains(&error.path)),
        );
        if mode == Mode::Submit && errors.is_empty() {
            errors.extend(form.checks(&document, around.context()));
        }
        if errors.is_empty() { Ok(document) } else { Err(errors) }
    };
    Ok(inputs.into_iter().map(judge_one).collect())
}

/// Whether the record's state lets its fields be changed: drafts, rejected ones, and returned ones by their starter
/// (answered as `true`).
///
/// # Errors
/// `in_approval`, `approved_locked`.
pub async fn open_to_change(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    record: &Record,
) -> Result<bool, Error> {
    match record.state.as_deref() {
        None | Some("draft" | "rejected") => Ok(false),
        Some("in_approval") => {
            let table = live.schema.id_of(table).ok_or(Error::NotFound)?;
            let case = flows::latest_of_record(conn, table, record.id).await?;
            match case {
                Some(case) if case.state == "returned" && case.starter_id == call.actor.user.0 => Ok(true),
                _ => Err(Error::conflict("in_approval")),
            }
        }
        Some(_) => Err(Error::conflict("approved_locked")),
    }
}

/// The record as the app sees it, locked; without what its lookups show.
pub(super) async fn locked(tx: &Tx, live: &LiveApp, table: &str, id: RecordId) -> Result<Record, Error> {
    let permit = Permit::as_app(live.key(), table, Action::View);
    let mut record = records::get_for_update(tx, &live.schema, &permit, id).await?.ok_or(Error::NotFound)?;
    if let Some(table) = live.app().tables.get(table) {
        lookups::forget(table, &mut record.document);
    }
    Ok(record)
}

/// After a write the row must lie in a scope that allows the action, or the write did not happen: a person cannot put a
/// record where they may not work.
async fn within_scope(tx: &Tx, live: &LiveApp, permit: &Permit, id: RecordId, action: Action) -> Result<(), Error> {
    use crate::query::Condition;
    if permit.rows_for(action) == Condition::Always {
        return Ok(());
    }
    let covered = match records::get(tx, &live.schema, permit, id).await? {
        Some(record) => permit.rights(&record.matched).can(action),
        None => false,
    };
    if covered { Ok(()) } else { Err(Error::forbidden("out_of_scope")) }
}

fn refuse_engine_tables(live: &LiveApp, table: &str) -> Result<(), Error> {
    if live.is_engine_written(table) { Err(Error::forbidden("engine_written")) } else { Ok(()) }
}

/// A document in which nothing is filled in yet, with every lines field there, empty.
#[must_use]
pub fn blank(table: &Table) -> Document {
    let mut document = Document::default();
    for field in table.scalars() {
        document.values.insert(field.key.clone(), field.of_nothing());
    }
    for field in table.lines() {
        document.lines.insert(field.key.clone(), Vec::new());
    }
    document
}

pub(super) fn access_of(rights: &RowRights<'_>, action: Action, path: &str) -> Access {
    if rights.can_write(action, path) {
        Access::Write
    } else if rights.can_read(path) {
        Access::Read
    } else {
        Access::Hidden
    }
}

/// A broken unique index as errors of its fields.
pub(super) fn unique_error(live: &LiveApp, table: &Table, error: store::Error) -> Error {
    let store::Error::Unique { constraint } = &error else { return error.into() };
    let Ok((_, physical)) = live.schema.table(&table.key) else { return error.into() };
    match physical.fields_of_unique(constraint) {
        Some(fields) if !fields.is_empty() => {
            let titles: Vec<&str> =
                fields.iter().filter_map(|key| table.field(key)).map(|field| field.title.as_str()).collect();
            let titles = titles.join("、");
            let errors = fields.iter().map(|key| FieldError::new(format!("/{key}"), "unique").with("fields", &titles));
            Error::Invalid(errors.collect())
        }
        _ => error.into(),
    }
}
