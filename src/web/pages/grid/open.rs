//! Which view a list opens with, the tabs of all of them, and what is done to saved ones.

use super::{asked::Asked, columns::Reader, kinds};
use crate::{
    definition::{
        app::App,
        role::Action,
        view::{View, ViewKind},
    },
    i18n::{Arg, Texts},
    service::{
        Error, LiveApp,
        permits::Rights,
        views::{self, Act, Edit, SavedView, Views},
    },
    web::{
        Failure, Result, Web,
        body::FormBody,
        caller::Caller,
        pages::{find, keys},
        shell,
        view::{Note, NoteTone, Tab, ViewMenu},
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Value as Json, json};

/// The views of a table, and the one that is open.
pub struct Open<'a> {
    pub defined: Vec<&'a View>,
    pub saved: Views,
    /// The app's view that is open.
    pub own: Option<&'a View>,
    /// The saved view that is open.
    pub mine: Option<SavedView>,
}

impl<'a> Open<'a> {
    /// The app's views in the order of the menu, tables without conditions first; then the saved ones.
    ///
    /// Without a wish it is the one that the reader opens first; else the first table that leaves nothing out, and none where
    /// there is no such.
    ///
    /// # Errors
    /// `NotFound` for a view that is not there.
    pub fn find(app: &'a App, table: &str, saved: Views, asked: &Asked) -> std::result::Result<Self, Error> {
        let mut defined: Vec<&View> = app.views.values().filter(|view| view.table == table).collect();
        let menu = &app.manifest.menu;
        let place = |view: &View| menu.iter().position(|entry| entry.view.as_deref() == Some(&view.key));
        defined.sort_by_key(|view| (!is_whole(view), view.filter.is_some(), place(view).unwrap_or(usize::MAX)));
        let named = |key: &str| defined.iter().copied().find(|view| view.key == key);
        let kept = |key: &str| saved.saved.iter().find(|view| view.view.key == key).cloned();
        let (mut own, mut mine) = (None, None);
        match &asked.view {
            Some(key) => {
                own = named(key);
                mine = if own.is_none() { kept(key) } else { None };
                if own.is_none() && mine.is_none() && key != "all" {
                    return Err(Error::NotFound);
                }
            }
            None => {
                // A first view that is gone is forgotten in silence.
                if let Some(key) = &saved.first {
                    own = named(key);
                    mine = if own.is_none() { kept(key) } else { None };
                }
                if own.is_none() && mine.is_none() {
                    own = defined.first().copied().filter(|view| is_whole(view));
                }
            }
        }
        Ok(Self { defined, saved, own, mine })
    }

    /// The view as it is kept, its filter being one that the reader may change; and what it is built on.
    pub fn base(&self, reader: &Reader<'_>, live: &LiveApp) -> View {
        match (self.own, &self.mine) {
            (Some(view), _) => View { filter: None, ..view.clone() },
            (None, Some(saved)) if saved.view.columns.is_empty() => {
                View { columns: reader.unasked(live).columns, ..saved.view.clone() }
            }
            (None, Some(saved)) => saved.view.clone(),
            (None, None) => reader.unasked(live),
        }
    }

    /// The key that `view=` names.
    pub fn key(&self) -> Option<&str> {
        let mine = self.mine.as_ref().map(|saved| saved.view.key.as_str());
        self.own.map(|view| view.key.as_str()).or(mine)
    }

    pub fn tabs(&self, texts: Texts, asked: &Asked) -> Vec<Tab> {
        let href = |key: &str| find::address(&asked.path, &[("view".to_owned(), key.to_owned())]);
        let open = self.key();
        let mut tabs: Vec<Tab> =
            self.defined.iter().map(|view| Tab::new(&view.title, href(&view.key), open == Some(&view.key))).collect();
        if !self.defined.iter().any(|view| is_whole(view)) {
            tabs.push(Tab::new(texts.get("view-all"), href("all"), open.is_none()));
        }
        let saved = self.saved.saved.iter().map(|saved| &saved.view);
        tabs.extend(saved.map(|view| Tab::new(&view.title, href(&view.key), open == Some(&view.key))));
        tabs
    }

    pub fn menu(&self, reader: &Reader<'_>, asked: &Asked, changed: bool, shares: bool) -> ViewMenu {
        let title = match (self.own, &self.mine) {
            (Some(view), _) => view.title.clone(),
            (None, Some(saved)) => saved.view.title.clone(),
            (None, None) => reader.texts.get("view-all"),
        };
        let kept = asked.kept(&["limit", "q", "in"]);
        let mut action = kept;
        if let (None, Some(key)) = (&asked.view, self.key()) {
            action.insert(0, ("view".to_owned(), key.to_owned()));
        }
        let key = self.key().unwrap_or("all");
        ViewMenu {
            action: find::address(&format!("{}/views", asked.path), &action),
            title,
            changed,
            discard: find::address(&asked.path, &[("view".to_owned(), key.to_owned())]),
            editable: self.mine.as_ref().is_some_and(|saved| saved.editable),
            saved: self.mine.is_some(),
            shared: self.mine.as_ref().is_some_and(|saved| saved.shared),
            shares,
            first: self.saved.first.as_deref() == Some(key),
            trash: None,
            kinds: Vec::new(),
        }
    }

    /// What the open view has lost.
    pub fn notes(&self, texts: Texts) -> Vec<Note> {
        let lost = self.mine.as_ref().map_or(0, |saved| saved.lost.len());
        if lost == 0 { Vec::new() } else { vec![Note::new(NoteTone::Warn, texts.count("view-lost", lost))] }
    }
}

/// A table of every record.
fn is_whole(view: &View) -> bool {
    view.kind == ViewKind::Grid && view.filter.is_none()
}

/// What a view is stored as: what is on screen, and the conditions that the app's own view adds.
fn to_document(shown: &View, own: Option<&View>) -> Json {
    let mut view = shown.clone();
    let fixed = own.and_then(|own| own.filter.clone());
    view.filter = match (fixed, view.filter.take()) {
        (Some(fixed), Some(filter)) => Some(json!({"all": [fixed, filter]})),
        (fixed, filter) => fixed.or(filter),
    };
    view.icon = None;
    serde_json::to_value(view).unwrap_or(Json::Null)
}

/// `POST /apps/{app}/{table}/views`: the form's `do` says what; the address says which view, and what is on screen.
pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let asked = Asked::of(&app, &table, query.as_deref());
    let reader = web.service.store.reader();
    let rights = Rights::load(&reader, &caller.call, &live).await?;
    let permit = rights.permit(&table, Action::View)?;
    let face = &live.face(&caller.call.actor.locale).app;
    let definition = face.tables.get(&table).ok_or(Error::NotFound)?;
    let targets = rights.targets(definition);
    let scope =
        Reader { texts: shell::texts(&caller), app: face, table: definition, permit: &permit, targets: &targets };
    let saved = views::of_table(&reader, &rights, &table).await?;
    let open = Open::find(face, &table, saved, &asked)?;
    let title = form.get("title").unwrap_or_default().to_owned();
    let id = || open.mine.as_ref().map(|saved| saved.id).ok_or(Error::NotFound);
    let on_screen = || {
        let mut shown = asked.over(&open.base(&scope, &live));
        shown.columns.retain(|column| scope.place(column.field()).is_some());
        shown.kind = form.get("kind").and_then(ViewKind::named).unwrap_or(shown.kind);
        kinds::complete(&mut shown, &scope, live.app().submit_flow(&table).is_some());
        to_document(&shown, open.own)
    };
    let word = form.get("do").unwrap_or_default().to_owned();
    let act = match word.as_str() {
        "create" => Act::Create { title, shared: form.has("shared"), view: on_screen() },
        "save" => Act::Change { id: id()?, title: None, shared: None, view: Some(on_screen()) },
        "rename" => Act::Change { id: id()?, title: Some(title), shared: None, view: None },
        "share" => Act::Change { id: id()?, title: None, shared: Some(true), view: None },
        "unshare" => Act::Change { id: id()?, title: None, shared: Some(false), view: None },
        "duplicate" => {
            let copy =
                scope.texts.with("view-copy", &[("title", Arg::Text(&open.menu(&scope, &asked, false, false).title))]);
            match &open.mine {
                Some(saved) => Act::Duplicate { id: saved.id, title: copy },
                None => Act::Create { title: copy, shared: false, view: on_screen() },
            }
        }
        "delete" => Act::Remove { id: id()? },
        "left" => Act::Move { id: id()?, left: true },
        "right" => Act::Move { id: id()?, left: false },
        "first" => Act::First { view: open.key().map(str::to_owned) },
        "not-first" => Act::First { view: None },
        _ => return Err(Failure(Error::NotFound)),
    };
    let call = keys::keyed(&caller, &format!("{}/views", asked.path), &form)?;
    let done = web.service.edit_views(call, Edit { live: live.clone(), table, act }).await?;
    let made = done.body.get("id").map(ToString::to_string);
    let view = made.or_else(|| open.key().map(str::to_owned)).filter(|_| word != "delete");
    let mut address = vec![("notice".to_owned(), format!("view-{word}"))];
    if let Some(view) = view {
        address.insert(0, ("view".to_owned(), view));
    }
    Ok(Redirect::to(&find::address(&asked.path, &address)).into_response())
}
