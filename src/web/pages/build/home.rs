//! `/build/{app}`: what an app consists of, what its draft changes, and who works with it.

use super::{
    super::{find, publish::differences},
    bench::{Acted, Opened, Refused, act, designer, step},
    panel::{groups, select},
    start::ICONS,
};
use crate::{
    base::id::{DepartmentId, UserId},
    definition::{
        app::App,
        edit::{app::APP, property::Property},
        translation,
    },
    service::{Error, LiveApp, evolve::draft::path_of},
    store::{
        departments,
        people::{self, Principal},
    },
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        evolution::Words,
        extract::Wants,
        view::{
            Choice,
            designer::{BuildPage, NavGroup, Panel, RoleRow},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// The kinds of documents that can be begun as text, as addresses have them.
const KINDS: [&str; 3] = ["rule", "locale", "scenario"];

/// Those that are begun by a title.
const DESIGNED: [&str; 7] = ["flow", "role", "report", "dashboard", "automation", "print", "ledger"];

/// Differences that are shown here; publishing shows all.
const SHOWN: usize = 12;

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    let pairs = find::pairs(query.as_deref());
    if let (Some(kind), Some(name)) = (find::parameter(&pairs, "kind"), find::parameter(&pairs, "key")) {
        path_of(kind, name)?;
        return Ok(Redirect::to(&format!("/build/{key}/{kind}/{name}")).into_response());
    }
    page(&web, &caller, &wants, &live, None).await
}

pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(key): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    match act(&web, &caller, &live, form).await? {
        Acted::Done(done, _) => {
            // A new document opens in its designer.
            let opens = done.select.filter(|select| designer(&key, &format!("{select}.json")).is_some());
            let target = opens.map_or_else(|| format!("/build/{key}"), |select| format!("/build/{key}/{select}"));
            Ok(Redirect::to(&target).into_response())
        }
        Acted::Refused(refused) => {
            let status = refused.status;
            let mut response = page(&web, &caller, &wants, &live, Some(refused)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// Undoes or redoes what the builder did last.
pub async fn steps(
    State(web): State<Web>,
    caller: Caller,
    Path(key): Path<String>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    step(&web, &caller, &live, &form).await
}

/// Lets somebody into a role, or takes them out.
pub async fn members(
    State(web): State<Web>,
    caller: Caller,
    Path((key, role)): Path<(String, String)>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    if !live.app().roles.contains_key(&role) {
        return Err(Error::NotFound.into());
    }
    let all = people::role_members(&web.service.store.reader(), live.id).await?;
    let own = all.into_iter().filter(|member| member.role == role);
    let mut wanted: Vec<Principal> = own
        .map(|member| match member.principal_kind.as_str() {
            "department" => Principal::Department(DepartmentId(member.principal_id)),
            _ => Principal::User(UserId(member.principal_id)),
        })
        .collect();
    let principal = |text: &str| {
        let (kind, id) = text.split_once(':')?;
        let id = id.parse().ok()?;
        Some(if kind == "department" { Principal::Department(DepartmentId(id)) } else { Principal::User(UserId(id)) })
    };
    if let Some(gone) = form.get("remove").and_then(principal) {
        wanted.retain(|member| *member != gone);
    }
    if let Some(new) = form.get("add").and_then(principal).filter(|new| !wanted.contains(new)) {
        wanted.push(new);
    }
    web.service.set_role_members(&caller.call, &live, &role, wanted).await?;
    Ok(Redirect::to(&format!("/build/{key}#roles")).into_response())
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    refused: Option<Refused>,
) -> Result<Response> {
    let opened = Opened::load(web, caller, live).await?;
    let (texts, key) = (opened.texts, live.key().to_owned());
    let bench = opened.bench(web, caller, live, "", &wants.path, refused.as_ref()).await?;
    let state = &opened.state;
    let read = |documents| App::parse(&translation::translate(documents, &caller.call.actor.locale).documents).ok();
    let (old, new) = (read(&state.old), read(&state.new));
    let words = Words { texts, old: old.as_ref(), new: new.as_ref() };
    let mut found = differences(&words, &state.difference());
    let changed = found.len();
    found.truncate(SHOWN);
    let manifest = state.new.json("app.json").unwrap_or_default();
    let offer = |property: &Property, value: &str| {
        (property.name == "icon")
            .then(|| select(None, ICONS.map(|name| (name.to_owned(), texts.get(&format!("icon-{name}")))), value))
    };
    let typed = |on: &str| {
        let refused = refused.as_ref().filter(|refused| refused.typed("on").as_deref() == Some(on));
        refused.map(|refused| (refused.typed("title").unwrap_or_default(), refused.at("title"))).unwrap_or_default()
    };
    let groups_below: Vec<NavGroup> = opened.nav(&key, "").into_iter().skip(1).collect();
    let tables = opened.tables(&key, "");
    let title = texts.get("document-tables");
    let reader = web.service.store.reader();
    let users = people::active_users(&reader).await?.into_iter().map(|user| (user.id, user.name));
    let users: Vec<(i64, String)> = users.collect();
    let departments = departments::list(&reader).await?.into_iter().map(|department| (department.id, department.name));
    let departments: Vec<(i64, String)> = departments.collect();
    let choices = |kind: &'static str, list: &[(i64, String)]| -> Vec<Choice> {
        list.iter().map(|(id, name)| Choice::new(format!("{kind}:{id}"), name.clone(), false)).collect()
    };
    html(&BuildPage {
        lead: texts.count("build-changed", state.changed.len() + state.renames.len()),
        groups: groups_below.into_iter().filter(|group| group.title != title && !group.entries.is_empty()).collect(),
        tables,
        differences: found,
        changed,
        app: Panel {
            title: texts.get("panel-app"),
            small: String::new(),
            hidden: vec![("on".into(), "app".into()), ("do".into(), "set_app".into())],
            groups: groups(texts, &APP, &manifest, false, refused.as_ref(), None, &offer),
        },
        roles: roles(web, &opened, live, &users, &departments).await?,
        people: [choices("user", &users), choices("department", &departments)].concat(),
        kinds: KINDS.map(|kind| Choice::new(kind, texts.get(&format!("document-{kind}s")), kind == "rule")).to_vec(),
        share: format!("/build/{key}/share"),
        removed_fields: format!("/build/{key}/removed-fields"),
        new_table: typed("app"),
        new_document: typed("sheet"),
        designed: DESIGNED
            .map(|kind| Choice::new(format!("{kind}s/_.json"), texts.get(&format!("word-a-{kind}")), false))
            .to_vec(),
        home: format!("/build/{key}"),
        key,
        bench,
    })
}

async fn roles(
    web: &Web,
    opened: &Opened,
    live: &LiveApp,
    users: &[(i64, String)],
    departments: &[(i64, String)],
) -> Result<Vec<RoleRow>> {
    let members = people::role_members(&web.service.store.reader(), live.id).await?;
    let row = |(role, _): (&str, &str)| {
        let own = members.iter().filter(|member| member.role == role);
        let named = own.filter_map(|member| {
            let id = member.principal_id;
            let name = match member.principal_kind.as_str() {
                "department" => departments.iter().find(|(department, _)| *department == id)?.1.clone(),
                _ => users.iter().find(|(user, _)| *user == id)?.1.clone(),
            };
            Some((format!("{}:{id}", member.principal_kind), name))
        });
        RoleRow {
            title: opened.title(&format!("roles/{role}.json")),
            key: role.to_owned(),
            members: named.collect(),
            unpublished: !live.app().roles.contains_key(role),
        }
    };
    Ok(opened.state.new.folder("roles").map(row).collect())
}
