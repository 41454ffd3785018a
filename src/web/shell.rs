//! What surrounds every page of a signed-in person: menu, counts, language, theme.

use super::{
    caller::Caller,
    error::Result,
    router::Web,
    view::shell::{Frame, MenuEntry, MenuGroup, Place, Shell, Theme},
    view::{Person as PersonView, notice::Flash},
};
use crate::{
    definition::{manifest::MenuEntry as Defined, role::Action},
    i18n::{Arg, Locale, Texts},
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

/// What may have been done before a page: the values of `notice` in the address of a redirect, each with its message's key.
const DONE: [(&str, &str); 10] = [
    ("draft", "flash-draft"),
    ("save", "flash-save"),
    ("submit", "flash-submit"),
    ("resubmit", "flash-resubmit"),
    ("withdraw", "flash-withdraw"),
    ("delete", "flash-delete"),
    ("approve", "flash-approve"),
    ("reject", "flash-reject"),
    ("return", "flash-return"),
    ("password", "flash-password"),
];

/// The message about what was just done, by the `notice` parameter of a redirect. Only known words show, and `name`, which
/// may be empty, is never taken from the address: whoever calls has looked it up again.
#[must_use]
pub fn flash(texts: Texts, notice: Option<&str>, name: &str) -> Option<Flash> {
    let (_, key) = DONE.iter().find(|(word, _)| Some(*word) == notice)?;
    let text = texts.with(key, &[("name", Arg::Text(name))]);
    Some(Flash { text: text.trim().to_owned(), action: None, bad: false })
}

/// The menu of an app as the person may use it: the first role's own order, else the app's.
async fn menu(conn: &impl Connection, caller: &Caller, app: &Arc<LiveApp>, path: &str) -> Result<MenuGroup> {
    let face = &app.face(&caller.call.actor.locale).app;
    let entries = entries(conn, caller, app).await?;
    let mut shown: Vec<MenuEntry> = entries
        .into_iter()
        .map(|entry| MenuEntry { current: false, label: entry.label, icon: entry.icon, href: entry.href })
        .collect();
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let view = query.split('&').find(|pair| pair.starts_with("view="));
    // The entry of the same view, else of the table alone, else any of the table's.
    let by_view = || shown.iter().position(|entry| entry.href.split_once('?') == view.map(|view| (bare, view)));
    let by_table = |own: &str| bare == own || bare.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
    let plain = || shown.iter().position(|entry| by_table(&entry.href));
    let any = || shown.iter().position(|entry| by_table(entry.href.split('?').next().unwrap_or_default()));
    let current = view.and_then(|_| by_view()).or_else(plain).or_else(any);
    if let Some(index) = current {
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
}

/// Everything in an app's menu that the person may open.
///
/// # Errors
/// The database failed.
pub async fn entries(conn: &impl Connection, caller: &Caller, app: &Arc<LiveApp>) -> Result<Vec<Entry>> {
    let face = &app.face(&caller.call.actor.locale).app;
    let own =
        caller.call.actor.roles_in(app.key()).filter_map(|key| face.roles.get(key)).find(|role| !role.menu.is_empty());
    let manifest = &face.manifest.menu;
    let wanted: Vec<Defined> = match own {
        Some(role) => role
            .menu
            .iter()
            .map(|key| {
                let is_it = |entry: &&Defined| [&entry.view, &entry.table].contains(&&Some(key.clone()));
                let view = face.views.contains_key(key).then(|| key.clone());
                let table = view.is_none().then(|| key.clone());
                manifest.iter().find(is_it).cloned().unwrap_or(Defined { view, table, title: None, icon: None })
            })
            .collect(),
        None => manifest.clone(),
    };
    let rights = Rights::load(conn, &caller.call, app).await?;
    let mut entries = Vec::new();
    for entry in wanted {
        let view = entry.view.as_deref().and_then(|key| face.views.get(key));
        let table = view.map(|view| view.table.as_str()).or(entry.table.as_deref());
        let Some(table) = table.and_then(|key| face.tables.get(key)) else { continue };
        if rights.permit(&table.key, Action::View).is_err() {
            continue;
        }
        let label = entry.title.unwrap_or_else(|| view.map_or(&table.title, |view| &view.title).clone());
        let icon = entry.icon.or_else(|| view.and_then(|view| view.icon.clone())).unwrap_or_else(|| "file".to_owned());
        let base = format!("/apps/{}/{}", app.key(), table.key);
        let href = view.map_or_else(|| base.clone(), |view| format!("{base}?view={}", view.key));
        entries.push(Entry { label, icon, href });
    }
    Ok(entries)
}
