//! What surrounds every designer: the bar with what can be undone, the documents of the app, and what comes of a posted form.

use super::{
    super::{case, find},
    asked,
    faces::Faces,
    findings::finding_rows,
    mark,
    member::read_pairs,
    title_of,
};
use crate::{
    definition::{
        app::App,
        edit::{Done, Refusal},
        package::{Documents, place},
        translation,
    },
    i18n::{Arg, Texts},
    service::{
        Error, LiveApp,
        evolve::{
            State as Draft,
            draft::{address_of, path_of},
            may_build,
        },
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        error::{message_of, status_of},
        shell,
        view::{
            Note, NoteTone, Tab,
            designer::{Bench, NavEntry, NavGroup},
        },
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// A change that was not made: why, and what was typed.
pub struct Refused {
    pub status: StatusCode,
    pub note: String,
    at: Vec<(String, String)>,
    form: FormBody,
}

impl Refused {
    /// What was typed under a name.
    pub fn typed(&self, name: &str) -> Option<String> {
        self.form.raw(name).map(str::to_owned)
    }

    /// What is wrong with a property.
    pub fn at(&self, property: &str) -> Option<String> {
        self.at.iter().find(|(name, _)| name == property).map(|(_, message)| message.clone())
    }
}

/// What came of a posted form.
pub enum Acted {
    Done(Done, bool),
    Refused(Refused),
}

/// Does to the draft what a form asks for.
pub async fn act(web: &Web, caller: &Caller, live: &Arc<LiveApp>, form: FormBody) -> Result<Acted> {
    let texts = shell::texts(caller);
    let form = match spoken(web, caller, live, &form).await? {
        Ok(read) => read,
        Err(refusal) => {
            let values: Vec<(&str, Arg<'_>)> =
                refusal.params.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
            let note = texts.error(refusal.code, &values).unwrap_or_else(|| refusal.code.to_owned());
            let at = vec![(refusal.at, note.clone())];
            return Ok(Acted::Refused(Refused { status: StatusCode::UNPROCESSABLE_ENTITY, note, at, form }));
        }
    };
    let seen = form.get("_seen").and_then(|seen| seen.parse::<i64>().ok());
    let edit = asked::edit(texts, &form)?;
    let state = Draft::load(&web.service.store.reader(), live).await?;
    let revision = state.document(&edit.document()).map_or(0, |known| known.revision);
    let met = seen.is_some_and(|seen| seen != revision);
    match web.service.edit_draft(&caller.call, live, edit, seen).await {
        Ok(done) => Ok(Acted::Done(done, met)),
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. } | Error::Stale { .. })) => {
            let at = match &error {
                Error::Invalid(errors) => errors
                    .iter()
                    .map(|error| {
                        (error.path.trim_start_matches('/').to_owned(), crate::web::error::say_field(texts, error))
                    })
                    .filter(|(name, _)| !name.is_empty())
                    .collect(),
                _ => Vec::new(),
            };
            let note = match &error {
                Error::Stale { .. } => texts.get("build-too-old"),
                other => message_of(texts, other),
            };
            Ok(Acted::Refused(Refused { status: status_of(&error), note, at, form }))
        }
        Err(other) => Err(Failure(other)),
    }
}

/// What was typed in words as what lies in the document.
async fn spoken(
    web: &Web,
    caller: &Caller,
    live: &Arc<LiveApp>,
    form: &FormBody,
) -> Result<std::result::Result<FormBody, Refusal>> {
    let mut read = form.clone();
    if form.0.iter().any(|(name, _)| name.starts_with("_face.")) {
        let opened = Opened::load(web, caller, live).await?;
        match Faces::of(&opened).read(form) {
            Ok(form) => read = form,
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    if read.0.iter().any(|(name, _)| name.starts_with("pair.")) {
        read_pairs(&mut read.0);
    }
    Ok(Ok(read))
}

/// To a designer's address with these parameters, after something was done.
pub fn to(path: &str, pairs: &[(&str, &str)], met: bool) -> Response {
    let mut pairs: Vec<(String, String)> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    if met {
        pairs.push(("notice".into(), "merged".into()));
    }
    Redirect::to(&find::address(path, &pairs)).into_response()
}

/// Undoes or redoes, and comes back.
pub async fn step(web: &Web, caller: &Caller, live: &Arc<LiveApp>, form: &FormBody) -> Result<Response> {
    let redo = form.get("do") == Some("redo");
    let own = format!("/build/{}", live.key());
    let back = form.get("_back").filter(|back| back.starts_with(&own)).unwrap_or(&own).to_owned();
    let (path, query) = back.split_once('?').unwrap_or((&back, ""));
    let mut pairs = find::pairs(Some(query));
    pairs.retain(|(name, _)| name != "notice");
    match web.service.undo_draft(&caller.call, live, redo).await {
        Ok(_) => {}
        Err(Error::Conflict { .. }) => pairs.push(("notice".into(), "cannot-undo".into())),
        Err(other) => return Err(Failure(other)),
    }
    Ok(Redirect::to(&find::address(path, &pairs)).into_response())
}

/// What a step was, in a sentence.
pub fn say(texts: Texts, done: &Done) -> String {
    let values: Vec<(&str, Arg<'_>)> =
        done.values.iter().map(|(name, value)| (name.as_str(), Arg::Text(value))).collect();
    texts.with(&done.said, &values)
}

/// A draft as a designer shows it.
pub struct Opened {
    pub state: Draft,
    pub texts: Texts,
    /// Titles in the reader's language.
    pub read: Documents,
}

impl Opened {
    pub async fn load(web: &Web, caller: &Caller, live: &LiveApp) -> Result<Self> {
        may_build(&caller.call, live.key())?;
        let state = Draft::load(&web.service.store.reader(), live).await?;
        let read = translation::translate(&state.new, &caller.call.actor.locale).documents;
        Ok(Self { state, texts: shell::texts(caller), read })
    }

    /// The draft's app; as far as its tables go where something else in it is not sound yet, so that what is wrong can be put right
    /// in words.
    pub fn app(&self) -> Option<App> {
        App::parse(&self.read).ok().or_else(|| {
            let mut tables = self.read.clone();
            let others = self.read.iter().map(|(path, _)| path);
            for path in others.filter(|path| *path != "app.json" && !path.starts_with("tables/")) {
                tables.remove(path);
            }
            App::parse(&tables).ok()
        })
    }

    /// The title of a document of the draft.
    pub fn title(&self, path: &str) -> String {
        let title = title_of(&self.read, path);
        if title.is_empty() { place(path).map(|place| place.stem.to_owned()).unwrap_or_default() } else { title }
    }

    /// The bar and the documents around one of them; `path` is empty for the app as a whole.
    pub async fn bench(
        &self,
        web: &Web,
        caller: &Caller,
        live: &LiveApp,
        path: &str,
        here: &str,
        refused: Option<&Refused>,
    ) -> Result<Bench> {
        let (texts, key) = (self.texts, live.key());
        let app_title = self.title("app.json");
        let steps = web.service.draft_steps(&caller.call, live).await?;
        let known = self.state.document(if path.is_empty() { "app.json" } else { path });
        let saved = known.as_ref().and_then(|known| known.changed).map(|(_, at)| {
            let time = case::short_moment(&caller.person.zone, caller.call.now, at);
            texts.with("build-saved-at", &[("time", Arg::Text(&time))])
        });
        let check = self.state.check();
        let own = check.findings.iter().filter(|finding| finding.file == path && !path.is_empty());
        let findings = finding_rows(texts, key, &self.read, own);
        let notice = find::pairs(here.split_once('?').map(|(_, query)| query));
        let notice = find::parameter(&notice, "notice").map(str::to_owned);
        let mut notes = Vec::new();
        if let Some(refused) = refused {
            notes.push(Note::new(NoteTone::Bad, refused.note.clone()));
        }
        match notice.as_deref() {
            Some("merged") => notes.push(Note::new(NoteTone::Info, texts.get("build-merged"))),
            Some("cannot-undo") => notes.push(Note::new(NoteTone::Warn, texts.get("build-cannot-undo"))),
            _ => {}
        }
        let back = if path.is_empty() {
            (app_title.clone(), format!("/apps/{key}"))
        } else {
            (app_title.clone(), format!("/build/{key}"))
        };
        let title = if path.is_empty() { texts.get("build") } else { self.title(path) };
        Ok(Bench {
            frame: shell::frame(texts, Some(caller), here),
            flash: shell::flash(texts, notice.as_deref(), &title),
            title,
            back,
            drafted: !self.state.is_empty(),
            saved: saved.unwrap_or_default(),
            undo: steps.undo.map(|done| say(texts, &done)),
            redo: steps.redo.map(|done| say(texts, &done)),
            steps: format!("/build/{key}/steps"),
            here: here.to_owned(),
            publish: format!("/build/{key}/publish"),
            tabs: self.tabs(key, path, here),
            nav: self.nav(key, path),
            notes,
            findings,
            revision: known.map_or(0, |known| known.revision).to_string(),
        })
    }

    /// A document by its designer, and as text.
    fn tabs(&self, key: &str, path: &str, here: &str) -> Vec<Tab> {
        let Some((kind, name)) = address_of(path).filter(|_| !path.is_empty()) else { return Vec::new() };
        let Some(designer) = designer(key, path) else { return Vec::new() };
        let text = format!("/build/{key}/{kind}/{name}");
        let is_text = here.starts_with(&text);
        vec![Tab::new(self.texts.get("build-design"), designer, !is_text), Tab::new("JSON", text, is_text)]
    }

    /// The documents by their kinds, what belongs to a table below it.
    pub fn nav(&self, key: &str, current: &str) -> Vec<NavGroup> {
        let texts = self.texts;
        let home = NavGroup {
            title: texts.get("build-home"),
            href: format!("/build/{key}"),
            current: current.is_empty(),
            entries: Vec::new(),
        };
        let mut groups = vec![home];
        let folders: [(&str, &[&str]); 6] = [
            ("document-tables", &["tables"]),
            ("document-flows", &["flows"]),
            ("document-roles", &["roles"]),
            ("build-figures", &["reports", "dashboards"]),
            ("document-automations", &["automations"]),
            ("build-other", &["ledgers", "prints", "rules", "locales", "scenarios"]),
        ];
        for (title, folders) in folders {
            let entries = match title {
                "document-tables" => self.tables(key, current),
                _ => folders.iter().flat_map(|folder| self.folder(key, folder, current)).collect(),
            };
            if entries.is_empty() {
                continue;
            }
            groups.push(NavGroup {
                title: texts.get(title),
                href: String::new(),
                current: entries.iter().any(|entry| entry.current),
                entries,
            });
        }
        for page in ["menu", "settings"] {
            groups.push(NavGroup {
                title: texts.get(&format!("build-{page}")),
                href: format!("/build/{key}/{page}"),
                current: false,
                entries: Vec::new(),
            });
        }
        groups
    }

    /// Every table with its forms and views.
    pub fn tables(&self, key: &str, current: &str) -> Vec<NavEntry> {
        let mut entries = Vec::new();
        for table in self.folder(key, "tables", current) {
            let own = table.json.rsplit('/').next().unwrap_or_default().to_owned();
            entries.push(table);
            for folder in ["forms", "views"] {
                let below = self.folder(key, folder, current).into_iter().filter(|entry| {
                    let path = format!("{folder}/{}.json", entry.json.rsplit('/').next().unwrap_or_default());
                    let documents = if entry.removed { &self.state.old } else { &self.state.new };
                    documents.json(&path).is_ok_and(|json| json["table"] == own.as_str())
                });
                entries.extend(below.map(|entry| NavEntry { below: true, ..entry }));
            }
        }
        entries
    }

    fn folder(&self, key: &str, folder: &str, current: &str) -> Vec<NavEntry> {
        let gone = self.state.old.iter().filter(|(path, _)| self.state.new.get(path).is_none());
        let all = self
            .state
            .new
            .iter()
            .chain(gone)
            .filter(|(path, _)| place(path).is_some_and(|place| place.folder == folder));
        let entry = |(path, _): (&str, &str)| {
            let removed = self.state.new.get(path).is_none();
            let (kind, name) = address_of(path)?;
            let text = format!("/build/{key}/{kind}/{name}");
            Some(NavEntry {
                title: if removed { title_of(&self.state.old, path) } else { self.title(path) },
                icon: icon_of(folder),
                href: designer(key, path).filter(|_| !removed).unwrap_or_else(|| text.clone()),
                current: path == current,
                below: false,
                mark: mark(self.texts, &self.state, path),
                json: text,
                removed,
            })
        };
        all.filter_map(entry).collect()
    }
}

fn icon_of(folder: &str) -> &'static str {
    match folder {
        "tables" => "table",
        "forms" => "section",
        "views" => "list",
        "flows" => "return",
        "roles" => "users",
        "reports" | "dashboards" => "chart",
        "prints" => "print",
        "ledgers" => "stock",
        "automations" => "clock",
        _ => "file",
    }
}

/// The address of a document's designer, where its kind has one.
pub fn designer(key: &str, path: &str) -> Option<String> {
    let found = place(path)?;
    let has = matches!(found.folder, "tables" | "forms") || super::sheet::FOLDERS.contains(&found.folder);
    has.then(|| format!("/build/{key}/{}/{}", found.folder, found.stem))
}

/// The document that a designer's address names.
///
/// # Errors
/// `NotFound` where the draft has none.
pub fn known(state: &Draft, kind: &str, name: &str) -> Result<String> {
    let path = path_of(kind, name)?;
    if state.new.get(&path).is_none() { Err(Error::NotFound.into()) } else { Ok(path) }
}
