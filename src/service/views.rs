//! Views that people save: a personal one for its owner, a shared one for everybody who may see the table.

use super::{Answer, Call, Error, LiveApp, Service, audit, permits::Rights, selection::Shown};
use crate::{
    access::Actor,
    base::error::FieldError,
    definition::{
        app::App,
        role::Action,
        schema::{self, DocumentKind},
        table::Table,
        view::View,
    },
    query::{FieldSource, fitting, resolve, stretch_of},
    store::{Connection, Tx, audit::Object, saved_views},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The longest title in characters.
const LONGEST_TITLE: usize = 60;

/// A saved view as it can be read now.
#[derive(Debug, Clone)]
pub struct SavedView {
    /// Its key is its id as text: what `view=` names.
    pub view: View,
    pub id: i64,
    pub shared: bool,
    /// Whether the reader may change it.
    pub editable: bool,
    /// Fields that it names and that are not there any more for this reader.
    pub lost: Vec<String>,
}

/// Everything that a person may open a table's list with.
#[derive(Debug, Clone, Default)]
pub struct Views {
    pub saved: Vec<SavedView>,
    /// The view that the person opens first, if they chose one.
    pub first: Option<String>,
}

/// Whether a person may make views for everybody.
#[must_use]
pub const fn may_share(actor: &Actor) -> bool {
    actor.is_main_administrator
}

/// What is done to a view.
#[derive(Debug, Clone)]
pub enum Act {
    /// From what is on screen.
    Create {
        title: String,
        shared: bool,
        view: Json,
    },
    /// Only what is given changes.
    Change {
        id: i64,
        title: Option<String>,
        shared: Option<bool>,
        view: Option<Json>,
    },
    Duplicate {
        id: i64,
        title: String,
    },
    Remove {
        id: i64,
    },
    /// To the left or to the right among those that the person may change.
    Move {
        id: i64,
        left: bool,
    },
    /// The list opens with this view (a key of the app's, or an id as text), or with the app's own choice.
    First {
        view: Option<String>,
    },
}

/// An act on the views of a table.
#[derive(Debug, Clone)]
pub struct Edit {
    pub live: Arc<LiveApp>,
    pub table: String,
    pub act: Act,
}

/// The saved views of a table that the person may open, in order. Two statements.
///
/// # Errors
/// `NotFound` for a table that the person cannot see.
pub async fn of_table(conn: &impl Connection, rights: &Rights<'_>, table: &str) -> Result<Views, Error> {
    let live = rights.live;
    let permit = rights.permit(table, Action::View)?;
    let place = live.schema.id_of(table).ok_or(Error::NotFound)?;
    let face = &live.face(&rights.actor.locale).app;
    let definition = face.tables.get(table).ok_or(Error::NotFound)?;
    let shown = Shown::new(face, definition, &permit, &rights.targets(definition));
    let rows = saved_views::of_table(conn, place, rights.actor.user).await?;
    let saved = rows.iter().map(|row| read(row, rights.actor, definition, &shown)).collect();
    Ok(Views { saved, first: saved_views::first(conn, place, rights.actor.user).await? })
}

/// One saved view by what `view=` says.
///
/// # Errors
/// `NotFound` where there is none, or it is somebody else's.
pub async fn find(conn: &impl Connection, rights: &Rights<'_>, table: &str, key: &str) -> Result<SavedView, Error> {
    let views = of_table(conn, rights, table).await?;
    views.saved.into_iter().find(|view| view.view.key == key).ok_or(Error::NotFound)
}

fn read(row: &saved_views::Saved, actor: &Actor, table: &Table, shown: &Shown) -> SavedView {
    let stored = serde_json::from_str::<View>(&row.document).unwrap_or_else(|_| blank(table));
    let mut lost = Vec::new();
    let mut view = fit(stored, shown, &mut lost);
    view.key = row.id.to_string();
    view.table.clone_from(&table.key);
    view.title.clone_from(&row.title);
    lost.sort();
    lost.dedup();
    let own = row.owner_id == actor.user.0;
    let editable = if row.shared == 1 { may_share(actor) } else { own };
    SavedView { view, id: row.id, shared: row.shared == 1, editable, lost }
}

fn blank(table: &Table) -> View {
    let columns = table.display_fields().map(|field| crate::definition::view::ViewColumn::Field(field.key.clone()));
    View { columns: columns.collect(), ..View::new(&table.key, &table.title) }
}

/// The view without what the reader's tables do not hold; `lost` is given the names.
fn fit(mut view: View, shown: &Shown, lost: &mut Vec<String>) -> View {
    let source: &dyn FieldSource = shown;
    let mut keep = |path: &str| {
        let (_, path) = stretch_of(path.trim_start_matches('-'));
        let there = resolve(path, shown.table(), source).is_ok();
        if !there {
            lost.push(path.to_owned());
        }
        there
    };
    view.columns.retain(|column| keep(column.field()));
    view.sort.retain(|key| keep(key));
    view.group.retain(|key| keep(key));
    view.totals.retain(|key, _| keep(key));
    for (_, place) in view.drawn_by() {
        *place = place.take().filter(|key| keep(key));
    }
    if let Some(filter) = view.filter.take() {
        let (left, gone) = fitting(&filter, shown.table(), source);
        view.filter = left;
        lost.extend(gone);
    }
    view
}

super::of_app!(Edit);

impl Service {
    /// Does something to the saved views of a table and answers the view, or nothing for what has none.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, and what is wrong with a view.
    pub async fn edit_views(&self, call: Call, edit: Edit) -> Result<Answer, Error> {
        self.command(call, edit, |tx, _, call, edit| Box::pin(run(tx, call, edit))).await
    }
}

async fn run(tx: &Tx, call: &Call, edit: &Edit) -> Result<Answer, Error> {
    let live = &*edit.live;
    let rights = Rights::load(tx, call, live).await?;
    rights.permit(&edit.table, Action::View)?;
    if !rights.actor.token_allows("write", Some(live.key())) {
        return Err(Error::forbidden("forbidden"));
    }
    let place = live.schema.id_of(&edit.table).ok_or(Error::NotFound)?;
    let editor = Editor { tx, call, rights: &rights, table: &edit.table };
    match &edit.act {
        Act::Create { title, shared, view } => {
            let document = editor.checked(view)?;
            editor.add(title, *shared, document).await
        }
        Act::Duplicate { id, title } => {
            let document = editor.open(*id).await?.document;
            editor.add(title, false, document).await
        }
        Act::Change { id, title, shared, view } => {
            let mut row = editor.own(*id).await?;
            if let Some(title) = title {
                row.title = titled(title)?;
            }
            if let Some(shared) = shared {
                // Taking a view back from everybody is for those who may give one to everybody.
                if i64::from(*shared) != row.shared && !may_share(&call.actor) {
                    return Err(Error::forbidden("not_shareable"));
                }
                row.shared = i64::from(*shared);
            }
            if let Some(view) = view {
                row.document = editor.checked(view)?;
            }
            saved_views::update(tx, &row, call.now).await?;
            editor.note("view.edit", row.id, row.shared == 1).await?;
            editor.answer(200, row.id).await
        }
        Act::Remove { id } => {
            let row = editor.own(*id).await?;
            saved_views::remove(tx, row.id).await?;
            editor.note("view.delete", row.id, row.shared == 1).await?;
            Ok(Answer::new(204, Json::Null))
        }
        Act::Move { id, left } => {
            let row = editor.own(*id).await?;
            let all = saved_views::of_table(tx, place, call.actor.user).await?;
            let at = all.iter().position(|other| other.id == row.id).ok_or(Error::NotFound)?;
            let other = if *left { at.checked_sub(1) } else { Some(at + 1) };
            // Views that this person may not change keep their place; theirs goes around them.
            if let Some(other) = other.and_then(|other| all.get(other)) {
                let (mine, theirs) = (row.place, other.place);
                let beyond = if *left { theirs - 1 } else { theirs + 1 };
                if editor.own(other.id).await.is_ok() && mine != theirs {
                    saved_views::update(tx, &saved_views::Saved { place: mine, ..other.clone() }, call.now).await?;
                    saved_views::update(tx, &saved_views::Saved { place: theirs, ..row }, call.now).await?;
                } else {
                    saved_views::update(tx, &saved_views::Saved { place: beyond, ..row }, call.now).await?;
                }
            }
            Ok(Answer::new(204, Json::Null))
        }
        Act::First { view: None } => {
            saved_views::forget_first(tx, place, call.actor.user).await?;
            Ok(Answer::new(204, Json::Null))
        }
        Act::First { view: Some(key) } => {
            let defined = live.app().views.get(key).is_some_and(|view| view.table == edit.table);
            if !defined {
                find(tx, &rights, &edit.table, key).await?;
            }
            saved_views::put_first(tx, place, call.actor.user, key).await?;
            Ok(Answer::new(204, Json::Null))
        }
    }
}

struct Editor<'a> {
    tx: &'a Tx,
    call: &'a Call,
    rights: &'a Rights<'a>,
    table: &'a str,
}

impl Editor<'_> {
    /// A view that the person may open.
    async fn open(&self, id: i64) -> Result<saved_views::Saved, Error> {
        let place = self.rights.live.schema.id_of(self.table).ok_or(Error::NotFound)?;
        let row = saved_views::find(self.tx, id).await?.filter(|row| row.table_id == place.0);
        row.filter(|row| row.shared == 1 || row.owner_id == self.call.actor.user.0).ok_or(Error::NotFound)
    }

    /// A view that the person may change.
    async fn own(&self, id: i64) -> Result<saved_views::Saved, Error> {
        let row = self.open(id).await?;
        if row.shared == 1 && !may_share(&self.call.actor) {
            return Err(Error::forbidden("not_shareable"));
        }
        Ok(row)
    }

    async fn add(&self, title: &str, shared: bool, document: String) -> Result<Answer, Error> {
        if shared && !may_share(&self.call.actor) {
            return Err(Error::forbidden("not_shareable"));
        }
        let new = saved_views::New {
            app: self.rights.live.id,
            table: self.rights.live.schema.id_of(self.table).ok_or(Error::NotFound)?,
            owner: self.call.actor.user,
            shared,
            title: titled(title)?,
            document,
        };
        let id = saved_views::insert(self.tx, new, self.call.now).await?;
        self.note("view.create", id, shared).await?;
        self.answer(201, id).await
    }

    /// The view as it is stored: with the members of a view, of this table, naming what the person sees.
    fn checked(&self, view: &Json) -> Result<String, Error> {
        let invalid = |path: String, detail: String| {
            Error::Invalid(vec![FieldError::new(format!("/view{path}"), "invalid_view").with("detail", detail)])
        };
        let Some(members) = view.as_object() else {
            return Err(invalid(String::new(), "a view is an object".to_owned()));
        };
        // Which view it is of which table is said by where it is stored.
        let mut document = members.clone();
        document.insert("key".into(), "saved".into());
        document.insert("table".into(), self.table.into());
        document.insert("title".into(), "-".into());
        let document = Json::Object(document);
        if let Some(finding) = schema::check(DocumentKind::View, "view", &document).into_iter().next() {
            return Err(invalid(finding.path, finding.message));
        }
        let read: View = serde_json::from_value(document).map_err(|error| invalid(String::new(), error.to_string()))?;
        let live = self.rights.live;
        let app: &App = live.app();
        let definition = app.tables.get(self.table).ok_or(Error::NotFound)?;
        let permit = self.rights.permit(self.table, Action::View)?;
        let shown = Shown::new(app, definition, &permit, &self.rights.targets(definition));
        let mut lost = Vec::new();
        let fitted = fit(read.clone(), &shown, &mut lost);
        if let Some(name) = lost.first() {
            let error = FieldError::new("/view", "unknown_field").with("field", name);
            return Err(Error::Invalid(vec![error]));
        }
        if fitted.columns.is_empty() {
            return Err(invalid("/columns".into(), "a view has a column".into()));
        }
        serde_json::to_string(&read).map_err(|error| Error::internal(error.to_string()))
    }

    async fn answer(&self, status: u16, id: i64) -> Result<Answer, Error> {
        let saved = find(self.tx, self.rights, self.table, &id.to_string()).await?;
        Ok(Answer::new(status, to_json(&saved)))
    }

    async fn note(&self, action: &str, id: i64, shared: bool) -> Result<(), Error> {
        // What somebody does with their own views concerns nobody.
        if !shared {
            return Ok(());
        }
        let live = self.rights.live;
        let object =
            Object { kind: "view".into(), app: Some(live.id), table: live.schema.id_of(self.table), id: Some(id) };
        audit::act(self.tx, self.call, action, object, json!({})).await
    }
}

fn titled(title: &str) -> Result<String, Error> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Error::invalid("/title", "required"));
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(Error::Invalid(vec![FieldError::new("/title", "too_long").with("maximum", LONGEST_TITLE)]));
    }
    Ok(title.to_owned())
}

/// A saved view as the API answers it.
#[must_use]
pub fn to_json(saved: &SavedView) -> Json {
    json!({
        "id": saved.id,
        "title": saved.view.title,
        "shared": saved.shared,
        "editable": saved.editable,
        "lost": saved.lost,
        "view": saved.view,
    })
}
