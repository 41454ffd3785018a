//! What surrounds every page of a signed-in person: menu, counts, language, theme.

use super::{
    caller::Caller,
    error::Result,
    router::Web,
    view::shell::{Frame, MenuEntry, MenuGroup, Place, Shell, Theme},
    view::{Person as PersonView, notice::Flash},
};
use crate::{
    definition::role::Action,
    i18n::{Locale, Texts},
    service::{LiveApp, permits::Rights},
    store::{Connection, flows, notices},
};
use std::sync::Arc;

/// The document around a page.
#[must_use]
pub fn frame(texts: Texts, caller: Option<&Caller>, path: &str) -> Frame {
    let theme = caller.and_then(|caller| caller.person.theme.as_deref()).and_then(Theme::parse);
    Frame {
        t: texts,
        theme: theme.unwrap_or_default(),
        organisation: caller.map(|caller| caller.person.organisation.clone()).unwrap_or_default(),
        path: path.to_owned(),
    }
}

/// The texts in the person's language.
#[must_use]
pub fn texts(caller: &Caller) -> Texts {
    Texts(Locale::parse(&caller.call.actor.locale).unwrap_or(Locale::ZhCn))
}

/// The surroundings of a page. A constant number of statements, whatever the page.
///
/// # Errors
/// The database failed.
pub async fn of(web: &Web, caller: &Caller, path: &str, title: impl Into<String>, place: Place) -> Result<Shell> {
    let reader = web.service.store.reader();
    let live = web.service.live.all(&reader, caller.person.epoch).await?;
    let user = caller.call.actor.user;
    let narrowed = flows::Narrowed::default();
    let open = flows::counts(&reader, flows::TaskBox::Todo, user, &narrowed, 99).await?;
    let unread = notices::unread(&reader, user).await?;
    let mut groups = Vec::new();
    for app in &live {
        let group = menu(&reader, caller, app, path).await?;
        if !group.entries.is_empty() {
            groups.push(group);
        }
    }
    Ok(Shell {
        frame: frame(texts(caller), Some(caller), path),
        title: title.into(),
        place,
        me: PersonView::new(caller.call.actor.name.clone(), caller.person.position.clone().unwrap_or_default()),
        todo_count: u32::try_from(open).unwrap_or(u32::MAX),
        message_count: u32::try_from(unread).unwrap_or(u32::MAX),
        groups,
        flash: None,
    })
}

/// A message for the next page, as the `notice` parameter of a redirect; only known keys show.
#[must_use]
pub fn flash(texts: Texts, key: Option<&str>) -> Option<Flash> {
    const KNOWN: [&str; 8] =
        ["saved", "submitted", "approved", "rejected", "returned", "withdrawn", "deleted", "password"];
    let key = key.filter(|key| KNOWN.contains(key))?;
    Some(Flash { text: texts.get(&format!("flash-{key}")), action: None, bad: false })
}

/// The menu of an app as the person may use it: the first role's own order, else the app's.
async fn menu(conn: &impl Connection, caller: &Caller, app: &Arc<LiveApp>, path: &str) -> Result<MenuGroup> {
    let face = &app.face(&caller.call.actor.locale).app;
    let entries = entries(conn, caller, app).await?;
    let mut shown: Vec<MenuEntry> = entries
        .into_iter()
        .map(|entry| MenuEntry { current: false, label: entry.label, icon: entry.icon, href: entry.href })
        .collect();
    let bare = path.split('?').next().unwrap_or(path);
    let exact = shown.iter().position(|entry| entry.href == path);
    let by_table = || {
        shown.iter().position(|entry| {
            let own = entry.href.split('?').next().unwrap_or(&entry.href);
            bare == own || bare.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    if let Some(index) = exact.or_else(by_table) {
        shown[index].current = true;
    }
    Ok(MenuGroup { title: face.manifest.title.clone(), entries: shown })
}

/// An entry of an app's menu.
#[derive(Debug, Clone)]
pub struct Entry {
    pub label: String,
    pub icon: String,
    pub href: String,
    pub table: String,
    pub view: Option<String>,
}

/// Everything in an app's menu that the person may open.
///
/// # Errors
/// The database failed.
pub async fn entries(conn: &impl Connection, caller: &Caller, app: &Arc<LiveApp>) -> Result<Vec<Entry>> {
    let face = &app.face(&caller.call.actor.locale).app;
    let own = caller.call.actor.roles_in(app.key()).filter_map(|key| face.roles.get(key)).find(|role| !role.menu.is_empty());
    let manifest = &face.manifest.menu;
    let wanted: Vec<(Option<&str>, Option<&str>, Option<&str>, Option<&str>)> = match own {
        Some(role) => role
            .menu
            .iter()
            .map(|key| {
                let listed = manifest.iter().find(|entry| {
                    entry.view.as_deref() == Some(key) || entry.table.as_deref() == Some(key)
                });
                let (title, icon) = listed.map_or((None, None), |entry| (entry.title.as_deref(), entry.icon.as_deref()));
                if face.views.contains_key(key) {
                    (Some(key.as_str()), None, title, icon)
                } else {
                    (None, Some(key.as_str()), title, icon)
                }
            })
            .collect(),
        None => manifest
            .iter()
            .map(|entry| (entry.view.as_deref(), entry.table.as_deref(), entry.title.as_deref(), entry.icon.as_deref()))
            .collect(),
    };
    let rights = Rights::load(conn, &caller.call.actor, app, caller.call.today()).await?;
    let mut entries = Vec::new();
    for (view, table, title, icon) in wanted {
        let view = view.and_then(|key| face.views.get(key));
        let table = view.map(|view| view.table.as_str()).or(table);
        let Some(table) = table.and_then(|key| face.tables.get(key)) else { continue };
        if rights.permit(&table.key, Action::View).is_err() {
            continue;
        }
        let label = title.map_or_else(|| view.map_or(&table.title, |view| &view.title).clone(), str::to_owned);
        let icon = icon.or_else(|| view.and_then(|view| view.icon.as_deref())).unwrap_or("file").to_owned();
        let base = format!("/apps/{}/{}", app.key(), table.key);
        let href = view.map_or_else(|| base.clone(), |view| format!("{base}?view={}", view.key));
        entries.push(Entry { label, icon, href, table: table.key.clone(), view: view.map(|view| view.key.clone()) });
    }
    Ok(entries)
}
