//! A task with everything its page needs: the record as its holder may see it, the case, and what may be done now.

use super::super::{
    case::{self, CaseView},
    form::{Posted, Reading, Standings, read},
};
use crate::{
    base::{
        id::{AppId, CaseId, RecordId, TaskId},
        value::Document,
    },
    definition::table::Table,
    service::{
        Access, Error, LiveApp,
        forms::{self, Working},
        permits::Rights,
        records, represent,
    },
    store::{
        Reader,
        flows::{self, TaskRow},
        records::Record,
    },
    web::{Result, Web, body::FormBody, caller::Caller},
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The app that a task's case belongs to.
///
/// # Errors
/// `NotFound`.
pub async fn app_of(web: &Web, caller: &Caller, id: TaskId) -> Result<Arc<LiveApp>> {
    let reader = web.service.store.reader();
    let row = flows::task(&reader, id).await?.ok_or(Error::NotFound)?;
    let case = flows::by_id(&reader, CaseId(row.case_id)).await?.ok_or(Error::NotFound)?;
    let live = web.service.live.all(&reader, caller.person.epoch).await?;
    Ok(live.into_iter().find(|app| app.id == AppId(case.app_id)).ok_or(Error::NotFound)?)
}

/// A task for one reader.
pub struct Held<'a> {
    pub web: &'a Web,
    pub caller: &'a Caller,
    pub live: &'a Arc<LiveApp>,
    pub reader: Reader,
    pub rights: Rights<'a>,
    pub table: &'a Table,
    pub row: TaskRow,
    pub record: Record,
    pub case: CaseView,
    /// What may be done now, by the words of the API.
    pub ops: Vec<String>,
    access: HashMap<String, Access>,
    fixed_rows: BTreeSet<String>,
    demanded: BTreeSet<String>,
}

impl<'a> Held<'a> {
    /// # Errors
    /// `NotFound` for whoever may not see the record.
    pub async fn load(web: &'a Web, caller: &'a Caller, live: &'a Arc<LiveApp>, id: TaskId) -> Result<Held<'a>> {
        let reader = web.service.store.reader();
        let call = &caller.call;
        let row = flows::task(&reader, id).await?.ok_or(Error::NotFound)?;
        let case_row = flows::by_id(&reader, CaseId(row.case_id)).await?.ok_or(Error::NotFound)?;
        let key = live.table_key(case_row.table_id).ok_or(Error::NotFound)?;
        let rights = Rights::load(&reader, call, live).await?;
        let (_, record) = records::get(&reader, &rights, key, RecordId(case_row.record_id)).await?;
        let table = live.table(&call.actor.locale, key)?;
        let told = represent::task(&reader, &web.service, call, live, id).await?;
        let case = case::load(&reader, &web.service, call, live, table, &record.document, CaseId(row.case_id)).await?;
        let ops = told["ops"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
        let mut held = Self {
            web,
            caller,
            live,
            reader,
            rights,
            table,
            row,
            record,
            case,
            ops,
            access: HashMap::new(),
            fixed_rows: BTreeSet::new(),
            demanded: BTreeSet::new(),
        };
        held.grant(&told["fields"]);
        Ok(held)
    }

    /// What the step says of fields: `edit` and `required` open them to whoever can decide, everything else is read.
    fn grant(&mut self, fields: &Json) {
        let decides = self.decides();
        for (path, access) in fields.as_object().into_iter().flatten() {
            let word = access.as_str().unwrap_or_default();
            let open = decides && matches!(word, "edit" | "required");
            self.access.insert(path.clone(), if open { Access::Write } else { Access::Read });
            if open && word == "required" {
                self.demanded.insert(path.clone());
            }
        }
        for field in self.table.lines() {
            let own = fields[field.key.as_str()].as_str();
            if own != Some("edit") {
                self.fixed_rows.insert(field.key.clone());
            }
            // Cells can only be filled in where their grid is on the page.
            let open = field
                .columns
                .keys()
                .any(|column| self.access.get(&format!("{}.{column}", field.key)) == Some(&Access::Write));
            if open {
                self.access.insert(field.key.clone(), Access::Write);
            }
        }
    }

    /// Whether the reader can decide it now.
    pub fn decides(&self) -> bool {
        self.ops.iter().any(|op| matches!(op.as_str(), "approve" | "reject" | "return"))
    }

    /// Whether there is anything to fill in.
    pub fn fills_in(&self) -> bool {
        self.access.values().any(|access| *access == Access::Write)
    }

    /// The titles of the fields that may be filled in here.
    pub fn open_fields(&self) -> Vec<String> {
        let open = |path: &str| self.access.get(path) == Some(&Access::Write);
        let mut titles: Vec<String> = Vec::new();
        for field in self.table.fields.values() {
            if field.columns.is_empty() && open(&field.key) {
                titles.push(field.title.clone());
            }
            let columns = field.columns.values().filter(|column| !column.read_only);
            titles.extend(
                columns
                    .filter(|column| open(&format!("{}.{}", field.key, column.key)))
                    .map(|column| column.title.clone()),
            );
        }
        titles
    }

    pub fn url(&self) -> String {
        format!("/todo/{}", self.row.id)
    }

    /// `/apps/{app}/{table}`.
    pub fn list_url(&self) -> String {
        format!("/apps/{}/{}", self.live.key(), self.table.key)
    }

    pub fn record_url(&self) -> String {
        format!("{}/{}", self.list_url(), self.record.id)
    }

    /// What the posted form says.
    pub fn read(&self, form: &FormBody) -> Posted {
        let writable = |path: &str| self.access.get(path) == Some(&Access::Write);
        let lines_open = |lines: &str| writable(lines) && !self.fixed_rows.contains(lines);
        let reading = Reading {
            table: self.table,
            base: &self.record.document,
            zone: &self.caller.person.zone,
            writable: &writable,
            lines_open: &lines_open,
        };
        read(&reading, form)
    }

    /// # Errors
    /// The database failed.
    pub async fn evaluate(&self, document: Document, changed: Option<&str>) -> Result<Working<'_>> {
        let (call, access) = (&self.caller.call, self.access.clone());
        Ok(forms::evaluate(&self.reader, call, &self.rights, &self.table.key, access, document, changed).await?)
    }

    pub fn standings<'w>(&self, working: &'w Working<'w>) -> Standings<'w> {
        Standings { working, fixed_rows: self.fixed_rows.clone(), demanded: self.demanded.clone() }
    }

    /// The newest other task that the reader has to decide.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next(&self) -> Result<Option<i64>> {
        let narrowed = flows::Narrowed::default();
        let user = self.caller.call.actor.user;
        let rows = flows::page(&self.reader, flows::TaskBox::Todo, user, &narrowed, None, 2).await?;
        Ok(rows.into_iter().filter_map(|row| row.task).find(|task| *task != self.row.id))
    }
}
