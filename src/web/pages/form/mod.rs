//! Filling in a record: the empty form, every live change of it, creating and editing.
//!
//! Each request reads what was posted over the record as it is stored, evaluates the form over that, and either answers
//! with the form again or hands exactly what the form offers for writing to the use case.

mod around;
mod asked;
mod conflict;
mod draft;
mod draw;
mod handlers;
mod options;
mod pasted;
mod posted;
pub mod public;
mod sheet;
mod sources;
mod problems;
mod standing;
mod subject;
mod widgets;

pub use draw::{Drawing, Drawn};
pub use handlers::{create, draft_edit, draft_new, edit, live_edit, live_new, new, save};
pub use options::Options;
pub use posted::{Posted, Reading, drop_file, parse as parse_control, read};
pub use problems::Problems;
pub use standing::{Standing, Standings};
pub use widgets::Making;

use super::{
    case,
    cell::Showing,
    find,
    keys::{KEY, keyed, new_key},
};
use crate::{
    base::{id::UserId, value::Document},
    rules::{Mode, validate},
    service::{
        Access, Answer, Error, LiveApp,
        drafts::Kept,
        records as stored,
        represent::{self, Labels},
        save_record::{Create, Edit},
    },
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::{self, message_of},
        extract::Wants,
        shell,
        view::{DraftNote, FormFragment, Note, Stale, Taking, form::Form as FormView},
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use conflict::Conflict;
use draft::DRAFTED;
use pasted::Scanned;
use sheet::Act;
use std::sync::Arc;
pub use subject::Subject;

const DRAFT: &str = "draft";
const SAVE: &str = "save";
const SUBMIT: &str = "submit";
/// Carries along that somebody else saved meanwhile, and the reader is choosing.
const STALE: &str = "_stale";
/// Carries along that the form was tried to be sent, and how: from then on its errors show while they are corrected.
const TRIED: &str = "_tried";

/// The form of a table of a draft, to be looked at: opened, or after a change in it.
///
/// # Errors
/// The database failed.
pub async fn preview(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    drafted: &Arc<LiveApp>,
    table: &str,
    url: &str,
    posted: Option<FormBody>,
) -> Result<Response> {
    let mut subject = Subject::new(web, caller, drafted, table).await?;
    subject.preview = Some(url.to_owned());
    match posted {
        None => Sending::of(&FormBody::default(), &subject).open(wants).await,
        Some(form) => Sending::of(&form, &subject).change(form, wants).await,
    }
}

/// To the record, with what was done.
fn done(live: &LiveApp, table: &str, answer: &Answer, notice: &str) -> Response {
    let id = answer.body["id"].as_i64().unwrap_or_default();
    Redirect::to(&format!("/apps/{}/{table}/{id}?notice={notice}", live.key())).into_response()
}

/// One opening, change or sending of a form.
struct Sending<'a, 's> {
    subject: &'s Subject<'a>,
    key: String,
    version: Option<i64>,
    tried: Option<String>,
    stale: Option<Stale>,
    status: StatusCode,
    /// Lines of another document that are being chosen.
    taking: Option<Taking>,
    /// What came of a code that was scanned.
    scanned: Option<Scanned>,
    /// A draft from before, not continued yet.
    draft: Option<DraftNote>,
    /// The record as it was when the form was opened, as it was posted.
    base: Option<String>,
    /// What is told about a draft that is continued.
    told: Vec<Note>,
}

impl<'a, 's> Sending<'a, 's> {
    fn of(form: &FormBody, subject: &'s Subject<'a>) -> Self {
        let stored = subject.record.as_ref().map(|record| record.version);
        let posted = form.get("_version").and_then(|version| version.parse().ok());
        Self {
            subject,
            key: form.get(KEY).map_or_else(new_key, str::to_owned),
            version: stored.map(|stored| posted.unwrap_or(stored)),
            tried: form.get(TRIED).map(str::to_owned),
            stale: None,
            status: StatusCode::OK,
            taking: None,
            scanned: None,
            draft: None,
            base: form.get(conflict::BASE).map(str::to_owned),
            told: Vec::new(),
        }
    }

    /// The form as it is opened: nothing has been tried, so nothing is wrong yet but what the address fills in.
    async fn open(mut self, wants: &Wants) -> Result<Response> {
        let pairs = find::pairs(wants.path.split_once('?').map(|(_, query)| query));
        let kept = if self.subject.preview.is_some() { None } else { self.subject.draft().await? };
        if let Some(kept) = kept {
            if find::parameter(&pairs, "draft") == Some("continue") {
                return self.resume(kept, wants).await;
            }
            self.draft = Some(self.offer(&kept));
        }
        let new = self.subject.record.is_none() && self.subject.public.is_none();
        let mut posted = match new {
            true => self.subject.begin_with(&pairs).await?,
            false => Posted { document: self.subject.base.clone(), ..Posted::default() },
        };
        self.subject.begin_lines(&mut posted.document)?;
        let mut problems = Problems::default();
        problems.add(shell::texts(self.subject.caller), self.subject.table, &posted.errors);
        self.answer(posted, problems, wants).await
    }

    /// The form as it was left.
    async fn resume(mut self, kept: Kept, wants: &Wants) -> Result<Response> {
        self.told = self.subject.told(&kept);
        self.version = self.subject.record.as_ref().map(|record| kept.draft.version.unwrap_or(record.version));
        self.change(FormBody(kept.draft.pairs), wants).await
    }

    /// The form after a change.
    async fn change(mut self, mut form: FormBody, wants: &Wants) -> Result<Response> {
        let subject = self.subject;
        if let Some(file) = form.get("_drop").map(str::to_owned) {
            posted::drop_file(&mut form, &file);
        }
        let act = form.get("_act").map(str::to_owned);
        let act = act.as_deref().and_then(Act::parse);
        let act =
            act.filter(|act| matches!(act, Act::Scan(_)) || subject.access.get(act.lines()) == Some(&Access::Write));
        let new = act.and_then(|act| act.arrange(&mut form));
        let mut posted = subject.read(&form);
        if let (Some(act), Some(row)) = (act, new) {
            subject.begin_line(&mut posted.document, act.lines(), row)?;
        }
        match act {
            Some(Act::Paste(lines, row, column)) => {
                subject.paste(&mut posted, lines, row, column, form.raw("_paste").unwrap_or_default()).await?;
            }
            Some(Act::Take(_, place)) => subject.take(&mut posted, &form, place).await?,
            Some(Act::Scan(place)) => {
                self.scanned = subject.scan(&mut posted, place, form.get("_code").unwrap_or_default()).await?;
            }
            _ => {}
        }
        if form.has(STALE) {
            self.stale = Some(self.difference(&posted.document, &form).await?);
        }
        let working = subject.evaluate(posted.document, form.get("_changed")).await?;
        let place =
            form.get(sources::SOURCE).filter(|_| !matches!(act, Some(Act::Take(..))) && !form.has("_source_end"));
        if let Some(place) = place {
            self.taking = Some(subject.taking(&Standings::of(&working), &form, place).await?);
        }
        let texts = shell::texts(subject.caller);
        let mut problems = Problems::default();
        problems.add(texts, subject.table, &posted.errors);
        problems.add(texts, subject.table, &working.errors);
        if self.tried.as_deref().is_some_and(|tried| tried != DRAFT) {
            let more = validate(subject.table, Some(&working.state), &working.document, Mode::Submit);
            problems.add(texts, subject.table, &more);
        }
        posted.document = working.document;
        self.answer(posted, problems, wants).await
    }

    /// Stores the form, or says what stands against it.
    async fn send(mut self, mut form: FormBody, wants: &Wants) -> Result<Response> {
        // Taking a file out is a change like any other, whatever address its button posts to.
        if form.has("_drop") {
            return self.change(form, wants).await;
        }
        let subject = self.subject;
        let texts = shell::texts(subject.caller);
        let submit = subject.flow.is_some() && form.get("_do") == Some(SUBMIT);
        let draft = subject.flow.is_some() && !submit;
        let doing = if submit {
            SUBMIT
        } else if draft {
            DRAFT
        } else {
            SAVE
        };
        self.tried = Some(doing.to_owned());
        let call = match subject.public {
            None => keyed(subject.caller, &wants.path, &form)?,
            // A key belongs to a person; a guest is nobody.
            Some(_) => subject.caller.call.clone(),
        };
        posted::remove_blank_rows(&mut form);
        conflict::drop_gone(subject, &mut form);
        let mut posted = subject.read(&form);
        conflict::take_theirs(subject, &mut posted, &form);
        let working = subject.evaluate(posted.document.clone(), None).await?;
        let mut problems = Problems::default();
        problems.add(texts, subject.table, &posted.errors);
        if posted.errors.is_empty() {
            let values = Standings::of(&working).values();
            let (live, table) = (subject.live.clone(), subject.table.key.clone());
            if let Some((_, token)) = subject.public {
                match subject.web.service.send_public(call, token.to_owned(), values).await {
                    Ok(_) => return Ok(Redirect::to(&format!("{}?sent=1", subject.url())).into_response()),
                    Err(refusal) => self.absorb(refusal, &working.document, &form, &mut problems).await?,
                }
                posted.document = working.document;
                subject.begin_lines(&mut posted.document)?;
                return self.answer(posted, problems, wants).await;
            }
            let stored = match &subject.record {
                None => subject.web.service.create_record(call, Create { live, table, values, submit }).await,
                Some(record) => {
                    let edit = Edit { live, table, id: record.id, values, version: self.version, submit };
                    subject.web.service.edit_record(call, edit).await
                }
            };
            match stored {
                Ok(answer) => {
                    if form.has(DRAFTED) {
                        subject.forget_draft().await?;
                    }
                    let notice = if submit && subject.returned { "resubmit" } else { doing };
                    return Ok(done(subject.live, &subject.table.key, &answer, notice));
                }
                Err(refusal) => self.absorb(refusal, &working.document, &form, &mut problems).await?,
            }
        } else {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
            problems.add(texts, subject.table, &working.errors);
            if !draft {
                let more = validate(subject.table, Some(&working.state), &working.document, Mode::Submit);
                problems.add(texts, subject.table, &more);
            }
        }
        posted.document = working.document;
        subject.begin_lines(&mut posted.document)?;
        self.answer(posted, problems, wants).await
    }

    /// Turns a refusal into errors of the form, so that nothing that was typed is lost. A fault of ours is none of them.
    async fn absorb(
        &mut self,
        refusal: Error,
        typed: &Document,
        form: &FormBody,
        problems: &mut Problems,
    ) -> Result<()> {
        let texts = shell::texts(self.subject.caller);
        self.status = error::status_of(&refusal);
        match &refusal {
            Error::Invalid(errors) => problems.add(texts, self.subject.table, errors),
            Error::Conflict { shortages, .. } if !shortages.is_empty() => problems.short(shortages),
            Error::Stale { .. } => self.stale = Some(self.difference(typed, form).await?),
            Error::Conflict { .. } | Error::Busy | Error::StorageFull | Error::Limited { .. } => {
                problems.say(message_of(texts, &refusal));
            }
            Error::Forbidden { code, .. } if code != "forbidden" => problems.say(message_of(texts, &refusal)),
            _ => return Err(refusal.into()),
        }
        Ok(())
    }

    /// What somebody else has stored meanwhile, beside what was typed. Sent once more, what was typed is stored over it.
    async fn difference(&mut self, typed: &Document, form: &FormBody) -> Result<Stale> {
        let subject = self.subject;
        let known = subject.record.as_ref().ok_or(Error::NotFound)?;
        let (_, record) = stored::get(&subject.reader, &subject.rights, &subject.table.key, known.id).await?;
        self.version = Some(record.version);
        let base = conflict::base_of(subject, form);
        let documents: Vec<&Document> = [&record.document, typed].into_iter().chain(base.as_ref()).collect();
        let people = record.updated_by.into_iter();
        let mut labels =
            represent::labels(&subject.reader, &subject.rights, subject.table, documents.into_iter(), people).await?;
        labels.keep_files_of(subject.table, &record.document);
        let show = self.showing(&labels);
        let now = subject.caller.call.now;
        let conflict = Conflict { subject, base: base.clone(), stored: &record.document, typed, form };
        Ok(Stale {
            who: show.name(record.updated_by.map(|user| user.0)),
            when: case::short_moment(&subject.caller.person.zone, now, record.updated_at),
            fields: conflict.fields(&show),
            reload: subject.url(),
        })
    }

    fn showing<'l>(&self, labels: &'l Labels) -> Showing<'l>
    where
        'a: 'l,
    {
        let caller: &'a Caller = self.subject.caller;
        Showing { texts: shell::texts(caller), zone: &caller.person.zone, labels, links_in: None }
    }

    /// The form as a page, or as the part of it that changes.
    async fn answer(self, posted: Posted, mut problems: Problems, wants: &Wants) -> Result<Response> {
        let subject = self.subject;
        let texts = shell::texts(subject.caller);
        let working = subject.evaluate(posted.document, None).await?;
        let standings = Standings::of(&working);
        let options = match Options::load(&subject.reader, &subject.rights, &standings, !wants.fragment).await {
            // What is only drafted has no rows to choose from yet.
            Err(_) if subject.preview.is_some() => Options::default(),
            options => options?,
        };
        let mut people: Vec<UserId> = Vec::new();
        let case = match subject.case().await? {
            Some(id) => {
                let (service, call) = (&subject.web.service, &subject.caller.call);
                let document = &working.document;
                Some(case::load(&subject.reader, service, call, subject.live, subject.table, document, id).await?)
            }
            None => None,
        };
        people.extend(case.iter().flat_map(case::CaseView::people));
        let documents = std::iter::once(&working.document);
        let mut labels =
            represent::labels(&subject.reader, &subject.rights, subject.table, documents, people.into_iter()).await?;
        labels.keep_files_of(subject.table, &subject.base);
        let show = self.showing(&labels);
        let base = subject.list_url();
        let sources = sources::offered(&subject.rights, working.form);
        let drawing = Drawing {
            show,
            options: &options,
            base: &base,
            standings: &standings,
            raw: &posted.raw,
            sources: &sources,
            facts: false,
        };
        let Drawn { sections, mut hidden } = drawing.draw(&mut problems);
        if let Some(tried) = &self.tried {
            hidden.push((TRIED.to_owned(), tried.clone()));
        }
        if self.stale.is_some() {
            hidden.push((STALE.to_owned(), "1".to_owned()));
        }
        if subject.record.is_some() {
            let known = self.base.unwrap_or_else(|| conflict::base_json(subject, &subject.base));
            hidden.push((conflict::BASE.to_owned(), known));
        }
        // As long as an older draft is not decided on, nothing is written over it.
        let kept = self.draft.is_none() && subject.public.is_none() && subject.preview.is_none();
        let draft_url = if kept { format!("{}/draft", subject.url()) } else { String::new() };
        if kept {
            hidden.push((DRAFTED.to_owned(), "1".to_owned()));
        }
        let url = subject.url();
        let form = FormView {
            live_url: if subject.preview.is_some() { url.clone() } else { format!("{url}/live") },
            key: self.key,
            version: self.version.map(|version| version.to_string()),
            hidden,
            sections,
            buttons: if subject.preview.is_some() { Vec::new() } else { around::buttons(subject) },
            errors: problems.finish(subject.table),
            notes: case.and_then(|case| case.note(&show)).into_iter().chain(self.told).collect(),
            draft: self.draft,
            draft_url,
            stale: self.stale,
            aside: match subject.preview {
                Some(_) => Vec::new(),
                None => around::aside(subject, &working.document).await?,
            },
            summary: around::summary(subject, &working.document),
            cancel: match &subject.record {
                Some(record) => format!("{base}/{}", record.id),
                None if subject.public.is_some() || subject.preview.is_some() => String::new(),
                None => base,
            },
            action: url.clone(),
            taking: self.taking,
            trap: subject.public.is_some(),
            said: self.scanned.map(|scanned| scanned.say(texts)),
        };
        if wants.fragment {
            return error::html(&FormFragment { t: texts, form });
        }
        let mut response = match subject.public {
            _ if subject.preview.is_some() => error::html(&around::preview_page(subject, form, &url))?,
            Some((key, _)) => error::html(&around::public_page(subject, form, key, &url)?)?,
            None => error::html(&around::page(subject, form, &url).await?)?,
        };
        *response.status_mut() = self.status;
        Ok(response)
    }
}
