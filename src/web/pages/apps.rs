//! `/apps`: the apps that a person may use. `/apps/{app}`: the menu of one.

use crate::{
    service::Error,
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::find,
        shell,
        view::{
            Action as Button, Empty, MenuEntry, MenuGroup, Place,
            apps::{AppCard, AppPage, AppsPage},
        },
    },
};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// How many entries of its menu the card of an app shows.
const SHOWN: usize = 5;

pub async fn list(State(web): State<Web>, caller: Caller, wants: Wants) -> Result<Response> {
    let texts = shell::texts(&caller);
    let reader = web.service.store.reader();
    let mut apps = Vec::new();
    for live in web.service.live.all(&reader, caller.person.epoch).await? {
        let entries = shell::entries(&reader, &caller, &live).await?;
        let builds = caller.call.actor.is_main_administrator;
        if entries.is_empty() && !builds {
            continue;
        }
        let manifest = &live.face(&caller.call.actor.locale).app.manifest;
        apps.push(AppCard {
            title: manifest.title.clone(),
            icon: manifest.icon.clone().unwrap_or_else(|| "apps".to_owned()),
            href: format!("/apps/{}", live.key()),
            description: manifest.description.clone(),
            entries: entries.into_iter().take(SHOWN).map(|entry| (entry.label, entry.href)).collect(),
        });
    }
    let empty =
        apps.is_empty().then(|| Empty::new("apps", texts.get("apps-empty-title"), texts.get("apps-empty-body")));
    let shell = shell::of(&web, &caller, &wants.path, texts.get("apps-title"), Place::Apps).await?;
    let actions = match caller.call.actor.is_main_administrator {
        true => vec![
            Button::link(texts.get("templates"), "/templates").icon("gallery"),
            Button::link(texts.get("app-new"), "/build/new").icon("plus").wide_only(),
        ],
        false => Vec::new(),
    };
    html(&AppsPage { shell, actions, apps, empty })
}

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(app): Path<String>) -> Result<Response> {
    let texts = shell::texts(&caller);
    let live = find::app(&web, &caller, &app).await?;
    let entries = shell::entries(&web.service.store.reader(), &caller, &live).await?;
    // An app of which somebody may see nothing does not exist for them.
    if entries.is_empty() && !caller.call.actor.is_main_administrator {
        return Err(Error::NotFound.into());
    }
    let manifest = &live.face(&caller.call.actor.locale).app.manifest;
    let entries: Vec<MenuEntry> = entries
        .into_iter()
        .map(|entry| MenuEntry { label: entry.label, icon: entry.icon, href: entry.href, current: false })
        .collect();
    let empty =
        entries.is_empty().then(|| Empty::new("lock", texts.get("app-empty-title"), texts.get("app-empty-body")));
    let groups = if entries.is_empty() { Vec::new() } else { vec![MenuGroup { title: String::new(), entries }] };
    let shell = shell::of(&web, &caller, &wants.path, manifest.title.clone(), Place::App).await?;
    html(&AppPage {
        shell,
        title: manifest.title.clone(),
        description: manifest.description.clone(),
        actions: match caller.call.actor.is_main_administrator {
            true => vec![Button::link(texts.get("build"), format!("/build/{app}")).icon("settings")],
            false => Vec::new(),
        },
        groups,
        empty,
    })
}
