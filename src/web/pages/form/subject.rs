//! What a form is about: a new record, or a stored one that may be changed, with what the person may write of it.

use super::posted::{self, Posted, Reading};
use crate::{
    base::{
        id::{CaseId, RecordId},
        value::{Document, Line},
    },
    definition::{flow::Flow, role::Action, table::Table},
    service::{
        Access, Error, LiveApp,
        forms::{self, Working},
        live::Which,
        permits::Rights,
        public_links, records, save_record,
    },
    store::{Reader, flows, records::Record},
    web::{Result, Web, body::FormBody, caller::Caller},
};
use std::{collections::HashMap, sync::Arc};

/// A table's form for one person.
pub struct Subject<'a> {
    pub web: &'a Web,
    pub caller: &'a Caller,
    pub live: &'a Arc<LiveApp>,
    pub reader: Reader,
    pub rights: Rights<'a>,
    /// In the reader's language.
    pub table: &'a Table,
    /// None while it is being created.
    pub record: Option<Record>,
    /// The record as it is stored, or a new one with its defaults.
    pub base: Document,
    pub access: HashMap<String, Access>,
    pub flow: Option<&'a Flow>,
    pub can_submit: bool,
    /// Its starter has it back to be changed.
    pub returned: bool,
    /// The public form and its link's token, for a guest.
    pub public: Option<(&'a str, &'a str)>,
    /// Where the form is looked at while it is built; nothing is stored from there.
    pub preview: Option<String>,
}

impl<'a> Subject<'a> {
    /// A new record.
    ///
    /// # Errors
    /// `NotFound`, or `Forbidden` for whoever may not create.
    pub async fn new(web: &'a Web, caller: &'a Caller, live: &'a Arc<LiveApp>, table: &str) -> Result<Subject<'a>> {
        let reader = web.service.store.reader();
        let rights = Rights::load(&reader, &caller.call, live).await?;
        let definition = live.table(&caller.call.actor.locale, table)?;
        let permit = rights.permit(table, Action::Create)?;
        if live.is_engine_written(table) {
            return Err(Error::forbidden("engine_written").into());
        }
        let access = forms::access_map(definition, &permit, None);
        let can_submit = permit.rights_to_create().can(Action::Submit);
        let base = forms::start(&reader, &caller.call, live, table).await?;
        let flow = live.app().submit_flow(table);
        Ok(Self {
            web,
            caller,
            live,
            reader,
            rights,
            table: definition,
            record: None,
            base,
            access,
            flow,
            can_submit,
            returned: false,
            public: None,
            preview: None,
        })
    }

    /// A new record by a public form.
    ///
    /// # Errors
    /// `NotFound` where the form is gone.
    pub async fn guest(
        web: &'a Web,
        caller: &'a Caller,
        live: &'a Arc<LiveApp>,
        form: &'a str,
        table: &str,
        token: &'a str,
    ) -> Result<Subject<'a>> {
        let reader = web.service.store.reader();
        let rights = public_links::rights(&caller.call, live, form)?;
        let definition = live.table(&caller.call.actor.locale, table)?;
        let permit = rights.permit(table, Action::Create)?;
        let access = forms::access_map(definition, &permit, None);
        let base = forms::start(&reader, &caller.call, live, Which { table, public: Some(form) }).await?;
        Ok(Self {
            web,
            caller,
            live,
            reader,
            rights,
            table: definition,
            record: None,
            base,
            access,
            flow: None,
            can_submit: false,
            returned: false,
            public: Some((form, token)),
            preview: None,
        })
    }

    /// A stored record.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, and `Conflict` where its state does not let it be changed.
    pub async fn stored(
        web: &'a Web,
        caller: &'a Caller,
        live: &'a Arc<LiveApp>,
        table: &str,
        id: RecordId,
    ) -> Result<Subject<'a>> {
        let reader = web.service.store.reader();
        let rights = Rights::load(&reader, &caller.call, live).await?;
        let definition = live.table(&caller.call.actor.locale, table)?;
        let (permit, record) = records::get(&reader, &rights, table, id).await?;
        if live.is_engine_written(table) {
            return Err(Error::forbidden("engine_written").into());
        }
        let can = permit.rights(&record.matched);
        if !can.can(Action::Edit) {
            return Err(Error::forbidden("forbidden").into());
        }
        let returned = save_record::open_to_change(&reader, &caller.call, live, table, &record).await?;
        let access = forms::access_map(definition, &permit, Some(&record));
        let can_submit = can.can(Action::Submit);
        let base = record.document.clone();
        let flow = live.app().submit_flow(table);
        Ok(Self {
            web,
            caller,
            live,
            reader,
            rights,
            table: definition,
            record: Some(record),
            base,
            access,
            flow,
            can_submit,
            returned,
            public: None,
            preview: None,
        })
    }

    /// `/apps/{app}/{table}`.
    pub fn list_url(&self) -> String {
        if let Some((_, token)) = self.public {
            return format!("/s/{token}");
        }
        format!("/apps/{}/{}", self.live.key(), self.table.key)
    }

    /// Where the form is posted.
    pub fn url(&self) -> String {
        if let Some(preview) = &self.preview {
            return preview.clone();
        }
        match &self.record {
            None if self.public.is_some() => self.list_url(),
            Some(record) => format!("{}/{}/edit", self.list_url(), record.id),
            None => format!("{}/new", self.list_url()),
        }
    }

    /// What a posted form says.
    pub fn read(&self, form: &FormBody) -> Posted {
        let writable = |path: &str| self.access.get(path) == Some(&Access::Write);
        let reading = Reading {
            table: self.table,
            base: &self.base,
            zone: &self.caller.person.zone,
            writable: &writable,
            lines_open: &writable,
        };
        let mut posted = posted::read(&reading, form);
        posted.errors.extend(posted::gone(self.table, form));
        posted
    }

    /// The form over a document. `changed` is the posted name of the field that was just filled in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn evaluate(&self, document: Document, changed: Option<&str>) -> Result<Working<'_>> {
        let (call, access) = (&self.caller.call, self.access.clone());
        Ok(forms::evaluate(&self.reader, call, &self.rights, self.which(), access, document, changed).await?)
    }

    /// Gives every grid that is empty a line to begin with.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn begin_lines(&self, document: &mut Document) -> Result<()> {
        for field in self.table.lines() {
            let writable = self.access.get(&field.key) == Some(&Access::Write);
            if writable && document.lines_of(&field.key).is_empty() {
                self.begin_line(document, &field.key, 0)?;
            }
        }
        Ok(())
    }

    /// Sees to it that there is a line at `row`, with the defaults of a new one.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn begin_line(&self, document: &mut Document, lines: &str, row: usize) -> Result<()> {
        let rows = document.lines.entry(lines.to_owned()).or_default();
        if rows.len() <= row {
            rows.resize_with(row + 1, Line::default);
        }
        Ok(forms::begin_line(&self.caller.call, self.live, self.which(), document, lines, row)?)
    }

    /// Which form it is.
    pub fn which(&self) -> Which<'_> {
        Which { table: &self.table.key, public: self.public.map(|(form, _)| form) }
    }

    /// The record's newest case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn case(&self) -> Result<Option<CaseId>> {
        let Some(record) = self.record.as_ref().filter(|_| self.flow.is_some()) else { return Ok(None) };
        let Some(place) = self.live.schema.id_of(&self.table.key) else { return Ok(None) };
        let row = flows::latest_of_record(&self.reader, place, record.id).await?;
        Ok(row.map(|row| CaseId(row.id)))
    }
}
