//! What surrounds every page of a signed-in person: menu, counts, language, theme.

use super::{
    caller::Caller,
    error::Result,
    router::Web,
    view::shell::{Frame, MenuEntry, MenuGroup, Place, Shell, Theme},
    view::{Person as PersonView, notice::Flash},
};
use crate::{
    definition::{app::App, manifest::MenuEntry as Defined, role::Action},
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
        bare: false,
    })
}

/// What may have been done before a page: the values of `notice` in the address of a redirect, each with its message's key.
const DONE: [(&str, &str); 26] = [
    ("draft", "flash-draft"),
    ("save", "flash-save"),
    ("submit", "flash-submit"),
    ("resubmit", "flash-resubmit"),
    ("withdraw", "flash-withdraw"),
    ("button", "flash-button"),
    ("delete", "flash-delete"),
    ("restore", "flash-restore"),
    ("approve", "flash-approve"),
    ("reject", "flash-reject"),
    ("return", "flash-return"),
    ("password", "flash-password"),
    ("publish", "flash-publish"),
    ("version", "flash-version"),
    ("field", "flash-field"),
    ("draft-discard", "flash-draft-discard"),
    ("move", "flash-move"),
    ("view-create", "flash-view-create"),
    ("view-save", "flash-view-save"),
    ("view-rename", "flash-view-rename"),
    ("view-share", "flash-view-share"),
    ("view-unshare", "flash-view-unshare"),
    ("view-duplicate", "flash-view-duplicate"),
    ("view-delete", "flash-view-delete"),
    ("view-first", "flash-view-first"),
    ("removed", "flash-removed"),
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
                let is_it = |entry: &&Defined| {
                    let keys = [&entry.view, &entry.table, &entry.report, &entry.dashboard];
                    keys.contains(&&Some(key.clone()))
                };
                manifest.iter().find(is_it).cloned().unwrap_or_else(|| named(face, key))
            })
            .collect(),
        None => manifest.clone(),
    };
    let rights = Rights::load(conn, &caller.call, app).await?;
    let mut entries = Vec::new();
    for entry in wanted {
        let aim = match Aim::of(face, app.key(), &entry) {
            Some(aim) if aim.tables.iter().any(|table| rights.permit(table, Action::View).is_ok()) => aim,
            _ => continue,
        };
        let label = entry.title.unwrap_or(aim.title);
        let icon = entry.icon.or(aim.icon).unwrap_or_else(|| "file".to_owned());
        entries.push(Entry { label, icon, href: aim.href });
    }
    Ok(entries)
}

/// The entry that a role's menu names by a key alone.
fn named(face: &App, key: &str) -> Defined {
    let own = |there: bool| there.then(|| key.to_owned());
    if face.views.contains_key(key) {
        Defined { view: own(true), ..Defined::default() }
    } else if face.tables.contains_key(key) {
        Defined { table: own(true), ..Defined::default() }
    } else {
        Defined {
            report: own(face.reports.contains_key(key)),
            dashboard: own(face.dashboards.contains_key(key)),
            ..Defined::default()
        }
    }
}

/// Where an entry leads.
struct Aim {
    title: String,
    icon: Option<String>,
    href: String,
    /// Whoever may see one of them finds something there.
    tables: Vec<String>,
}

impl Aim {
    fn of(face: &App, app: &str, entry: &Defined) -> Option<Self> {
        if let Some(view) = entry.view.as_deref().and_then(|key| face.views.get(key)) {
            let href = format!("/apps/{app}/{}?view={}", view.table, view.key);
            return Some(Self {
                title: view.title.clone(),
                icon: view.icon.clone(),
                href,
                tables: vec![view.table.clone()],
            });
        }
        if let Some(table) = entry.table.as_deref().and_then(|key| face.tables.get(key)) {
            let href = format!("/apps/{app}/{}", table.key);
            return Some(Self { title: table.title.clone(), icon: None, href, tables: vec![table.key.clone()] });
        }
        let or_chart = |icon: &Option<String>| icon.clone().or_else(|| Some("chart".to_owned()));
        if let Some(report) = entry.report.as_deref().and_then(|key| face.reports.get(key)) {
            let href = format!("/apps/{app}/reports/{}", report.key);
            let tables = vec![report.source.table.clone()];
            return Some(Self { title: report.title.clone(), icon: or_chart(&report.icon), href, tables });
        }
        let dashboard = entry.dashboard.as_deref().and_then(|key| face.dashboards.get(key))?;
        let numbers = dashboard.cards.iter().filter_map(|card| Some(card.number.as_ref()?.table.clone()));
        let reports = dashboard.reports().filter_map(|(_, key)| Some(face.reports.get(key)?.source.table.clone()));
        let href = format!("/apps/{app}/dashboards/{}", dashboard.key);
        let tables = numbers.chain(reports).collect();
        Some(Self { title: dashboard.title.clone(), icon: or_chart(&dashboard.icon), href, tables })
    }
}
