//! Filling in a record: the empty form, every live change of it, creating and editing.
//!
//! Each request reads what was posted over the record as it is stored, evaluates the form over that, and either answers
//! with the form again or hands exactly what the form offers for writing to the use case.

mod around;
mod draw;
mod options;
mod posted;
mod problems;
mod standing;
mod subject;
mod widgets;

pub use draw::{Drawing, Drawn};
pub use options::Options;
pub use posted::{Posted, Reading, read};
pub use problems::Problems;
pub use standing::{Standing, Standings};

use super::{
    case,
    cell::Showing,
    find,
    keys::{KEY, keyed, new_key},
};
use crate::{
    base::{
        id::{RecordId, UserId},
        value::Document,
    },
    rules::{Mode, validate},
    service::{
        Access, Answer, Error, LiveApp, forms, records as stored,
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
        view::{FormFragment, Note, Stale, form::Form as FormView},
    },
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use subject::Subject;

const DRAFT: &str = "draft";
const SAVE: &str = "save";
const SUBMIT: &str = "submit";
/// Carries along that the form was tried to be sent, and how: from then on its errors show while they are corrected.
const TRIED: &str = "_tried";

/// `GET …/new`.
///
/// # Errors
/// Whoever may not create; the database failed.
pub async fn new(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&FormBody::default(), &subject).open(&wants).await
}

/// `GET …/{id}/edit`.
///
/// # Errors
/// Whoever may not edit it, now or at all; the database failed.
pub async fn edit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::stored(&web, &caller, &live, &table, RecordId(id)).await?;
    Sending::of(&FormBody::default(), &subject).open(&wants).await
}

/// `POST …/new/live`.
///
/// # Errors
/// As [`new`].
pub async fn live_new(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&form, &subject).change(form, &wants).await
}

/// `POST …/{id}/edit/live`.
///
/// # Errors
/// As [`edit`].
pub async fn live_edit(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::stored(&web, &caller, &live, &table, RecordId(id)).await?;
    Sending::of(&form, &subject).change(form, &wants).await
}

/// `POST …/new`.
///
/// # Errors
/// Whoever may not create; the database failed. What does not fit is said at its place.
pub async fn create(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = Subject::new(&web, &caller, &live, &table).await?;
    Sending::of(&form, &subject).send(form, &wants).await
}

/// `POST …/{id}/edit`.
///
/// # Errors
/// As [`create`].
pub async fn save(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id)): Path<(String, String, i64)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let subject = match Subject::stored(&web, &caller, &live, &table, RecordId(id)).await {
        Ok(subject) => subject,
        Err(refusal) => {
            // Pressed twice: the first time has already submitted it, and the key gives the same answer again.
            let edit = Edit {
                live: live.clone(),
                table: table.clone(),
                id: RecordId(id),
                values: serde_json::json!({}),
                version: Some(-1),
                submit: false,
            };
            let call = keyed(&caller, &wants.path, &form)?;
            let known = call.idempotency.is_some() && matches!(refusal.0, Error::Conflict { .. });
            return match known {
                true => match web.service.edit_record(call, edit).await {
                    Ok(answer) if answer.replayed => Ok(done(&live, &table, &answer, form.get("_do").unwrap_or(SAVE))),
                    _ => Err(refusal),
                },
                false => Err(refusal),
            };
        }
    };
    Sending::of(&form, &subject).send(form, &wants).await
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
        }
    }

    /// The form as it is opened: nothing has been tried, so nothing is wrong yet.
    async fn open(self, wants: &Wants) -> Result<Response> {
        let mut document = self.subject.base.clone();
        self.subject.begin_lines(&mut document)?;
        let posted = Posted { document, ..Posted::default() };
        self.answer(posted, Problems::default(), wants).await
    }

    /// The form after a change.
    async fn change(self, mut form: FormBody, wants: &Wants) -> Result<Response> {
        let subject = self.subject;
        if let Some(file) = form.get("_drop").map(str::to_owned) {
            posted::drop_file(&mut form, &file);
        }
        if let Some(place) = form.get("_remove").map(str::to_owned) {
            posted::remove_row(&mut form, &place);
        }
        let mut posted = subject.read(&form);
        if let Some(lines) = form.get("_add")
            && subject.access.get(lines) == Some(&Access::Write)
        {
            forms::add_line(&subject.caller.call, subject.live, &subject.table.key, &mut posted.document, lines)?;
        }
        let working = subject.evaluate(posted.document, form.get("_changed")).await?;
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
        let call = keyed(subject.caller, &wants.path, &form)?;
        posted::remove_blank_rows(&mut form);
        let mut posted = subject.read(&form);
        let working = subject.evaluate(posted.document.clone(), None).await?;
        let mut problems = Problems::default();
        problems.add(texts, subject.table, &posted.errors);
        if posted.errors.is_empty() {
            let values = Standings::of(&working).values();
            let (live, table) = (subject.live.clone(), subject.table.key.clone());
            let stored = match &subject.record {
                None => subject.web.service.create_record(call, Create { live, table, values, submit }).await,
                Some(record) => {
                    let edit = Edit { live, table, id: record.id, values, version: self.version, submit };
                    subject.web.service.edit_record(call, edit).await
                }
            };
            match stored {
                Ok(answer) => {
                    let notice = if submit && subject.returned { "resubmit" } else { doing };
                    return Ok(done(subject.live, &subject.table.key, &answer, notice));
                }
                Err(refusal) => self.absorb(refusal, &working.document, &mut problems).await?,
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
    async fn absorb(&mut self, refusal: Error, typed: &Document, problems: &mut Problems) -> Result<()> {
        let texts = shell::texts(self.subject.caller);
        self.status = error::status_of(&refusal);
        match &refusal {
            Error::Invalid(errors) => problems.add(texts, self.subject.table, errors),
            Error::Conflict { shortages, .. } if !shortages.is_empty() => problems.short(shortages),
            Error::Stale { .. } => self.stale = Some(self.difference(typed).await?),
            Error::Conflict { .. } | Error::Busy | Error::StorageFull | Error::Limited { .. } => {
                problems.say(message_of(texts, &refusal));
            }
            Error::Forbidden { code, .. } if code != "forbidden" => problems.say(message_of(texts, &refusal)),
            _ => return Err(refusal.into()),
        }
        Ok(())
    }

    /// What somebody else has stored meanwhile, beside what was typed. Sent once more, what was typed is stored over it.
    async fn difference(&mut self, typed: &Document) -> Result<Stale> {
        let subject = self.subject;
        let known = subject.record.as_ref().ok_or(Error::NotFound)?;
        let (_, record) = stored::get(&subject.reader, &subject.rights, &subject.table.key, known.id).await?;
        self.version = Some(record.version);
        let documents = [&record.document, typed];
        let people = record.updated_by.into_iter();
        let mut labels =
            represent::labels(&subject.reader, &subject.rights, subject.table, documents.into_iter(), people).await?;
        labels.keep_files_of(subject.table, &record.document);
        let show = self.showing(&labels);
        let now = subject.caller.call.now;
        Ok(Stale {
            who: show.name(record.updated_by.map(|user| user.0)),
            when: case::short_moment(&subject.caller.person.zone, now, record.updated_at),
            fields: around::differences(&show, subject, &record.document, typed),
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
        let options = Options::load(&subject.reader, &subject.rights, &standings, !wants.fragment).await?;
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
        let drawing =
            Drawing { show, options: &options, base: &base, standings: &standings, raw: &posted.raw, facts: false };
        let Drawn { sections, mut hidden } = drawing.draw(&mut problems);
        if let Some(tried) = &self.tried {
            hidden.push((TRIED.to_owned(), tried.clone()));
        }
        let url = subject.url();
        let form = FormView {
            live_url: format!("{url}/live"),
            key: self.key,
            version: self.version.map(|version| version.to_string()),
            hidden,
            sections,
            buttons: around::buttons(subject),
            errors: problems.finish(subject.table),
            notes: case.and_then(|case| case.note(&show)).into_iter().collect::<Vec<Note>>(),
            stale: self.stale,
            aside: around::aside(subject, &working.document).await?,
            summary: around::summary(subject, &working.document),
            cancel: match &subject.record {
                Some(record) => format!("{base}/{}", record.id),
                None => base,
            },
            action: url.clone(),
        };
        if wants.fragment {
            return error::html(&FormFragment { t: texts, form });
        }
        let page = around::page(subject, form, &url).await?;
        let mut response = error::html(&page)?;
        *response.status_mut() = self.status;
        Ok(response)
    }
}
