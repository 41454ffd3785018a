//! Designers that are drawn from the meta-schema of a document: `/build/{app}/{folder}/{key}`, the menu and the settings.

use super::{
    bench::{Acted, Opened, Refused, act, to},
    faces::{About, Faces},
    flow,
    member::{Company, Drawn, title_of, word_of},
    role, sample, things,
};
use crate::{
    definition::{
        edit::sheet::{
            ALTERNATIVE,
            meta::{Form, Member},
            standing::Standing,
        },
        package::place,
    },
    service::{Error, LiveApp},
    store::{departments, people},
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::find,
        view::{
            Tab,
            designer::{CanvasThing, Control, Input, Panel, PanelGroup},
            sheet::{SheetPage, Stage},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value as Json;
use std::sync::Arc;

/// The folders whose documents are designed so.
pub const FOLDERS: [&str; 8] = ["views", "flows", "roles", "ledgers", "reports", "dashboards", "prints", "automations"];

/// What of an app is designed on a page of its own: the page, and the members of `app.json` that it has.
const OF_APP: [(&str, &[&str]); 2] = [("menu", &["menu"]), ("settings", &["settings", "user_values", "requires"])];

/// What is asked for.
struct Asked {
    path: String,
    /// The page's own address.
    own: String,
    /// The members of the document that the page is about; all of them where it names none.
    only: &'static [&'static str],
}

impl Asked {
    fn document(app: &str, folder: &str, key: &str) -> Self {
        Self { path: format!("{folder}/{key}.json"), own: format!("/build/{app}/{folder}/{key}"), only: &[] }
    }

    fn of_app(app: &str, page: &str) -> Option<Self> {
        let (page, only) = OF_APP.into_iter().find(|(known, _)| *known == page)?;
        Some(Self { path: "app.json".into(), own: format!("/build/{app}/{page}"), only })
    }
}

/// A document's designer.
pub async fn show(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    names: (&str, &str, &str),
    query: Option<&str>,
) -> Result<Response> {
    let live = find::app(web, caller, names.0).await?;
    let asked = Asked::document(names.0, names.1, names.2);
    page(web, caller, wants, &live, &asked, &find::pairs(query), None).await
}

pub async fn change(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    names: (&str, &str, &str),
    query: Option<&str>,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(web, caller, names.0).await?;
    let asked = Asked::document(names.0, names.1, names.2);
    changed(web, caller, wants, &live, &asked, query, form).await
}

/// `/build/{app}/menu`
pub async fn menu(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    of_app(&web, &caller, &wants, (&app, "menu"), query.as_deref(), None).await
}

pub async fn change_menu(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    of_app(&web, &caller, &wants, (&app, "menu"), query.as_deref(), Some(form)).await
}

/// `/build/{app}/settings`
pub async fn settings(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    of_app(&web, &caller, &wants, (&app, "settings"), query.as_deref(), None).await
}

pub async fn change_settings(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    of_app(&web, &caller, &wants, (&app, "settings"), query.as_deref(), Some(form)).await
}

/// `/build/{app}/roles`: the first of them.
pub async fn roles(State(web): State<Web>, caller: Caller, Path(app): Path<String>) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let opened = Opened::load(&web, &caller, &live).await?;
    let first = opened.state.new.folder("roles").next().map(|(stem, _)| format!("/build/{app}/roles/{stem}"));
    Ok(Redirect::to(&first.unwrap_or_else(|| format!("/build/{app}"))).into_response())
}

async fn of_app(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    names: (&str, &str),
    query: Option<&str>,
    form: Option<FormBody>,
) -> Result<Response> {
    let live = find::app(web, caller, names.0).await?;
    let asked = Asked::of_app(names.0, names.1).ok_or(Error::NotFound)?;
    match form {
        Some(form) => changed(web, caller, wants, &live, &asked, query, form).await,
        None => page(web, caller, wants, &live, &asked, &find::pairs(query), None).await,
    }
}

async fn changed(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    asked: &Asked,
    query: Option<&str>,
    form: FormBody,
) -> Result<Response> {
    let doing = form.get("do").unwrap_or_default().to_owned();
    let at = form.get("at").unwrap_or_default().to_owned();
    let keep = form.get("_at").map(str::to_owned);
    // A face that was asked for stays as it is.
    let kept = form.0.iter().find_map(|(name, face)| {
        let name = name.strip_prefix("_face.")?;
        face.ends_with("|1").then(|| format!("{name}:{}", face.split('|').next().unwrap_or_default()))
    });
    match act(web, caller, live, form).await? {
        Acted::Done(..) if doing == "remove_document" => {
            Ok(Redirect::to(&format!("/build/{}", live.key())).into_response())
        }
        Acted::Done(done, met) => {
            let select = match (doing.as_str(), keep) {
                (_, Some(keep)) => keep,
                // What holds the thing is shown when it is gone.
                ("remove", None) => holder(&at),
                _ => done.select.unwrap_or(at),
            };
            let face = kept.unwrap_or_default();
            let mut pairs = vec![("at", select.as_str()), ("face", face.as_str())];
            // A trial goes on with what it was begun with.
            let tried = find::pairs(query);
            let goes_on = tried.iter().filter(|(name, _)| flow::is_of_trial(name));
            pairs.extend(goes_on.map(|(name, value)| (name.as_str(), value.as_str())));
            Ok(to(&asked.own, &pairs, met))
        }
        Acted::Refused(refused) => {
            let status = refused.status;
            let mut response = page(web, caller, wants, live, asked, &find::pairs(query), Some(refused)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// The thing whose list a place is in.
fn holder(at: &str) -> String {
    let mut names: Vec<&str> = at.split('/').collect();
    names.truncate(names.len().saturating_sub(2));
    names.join("/")
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    asked: &Asked,
    pairs: &[(String, String)],
    refused: Option<Refused>,
) -> Result<Response> {
    let opened = Opened::load(web, caller, live).await?;
    if opened.state.new.get(&asked.path).is_none() {
        return Err(Error::NotFound.into());
    }
    let here = asked.path.clone();
    let bench =
        opened.bench(web, caller, live, if asked.only.is_empty() { &here } else { "" }, &wants.path, refused.as_ref());
    let mut bench = bench.await?;
    let texts = opened.texts;
    let documents = &opened.state.new;
    let selected = find::parameter(pairs, "at").filter(|at| Standing::at(documents, &asked.path, at).is_some());
    let selected = selected.filter(|at| !at.is_empty()).unwrap_or_default().to_owned();
    let face = find::parameter(pairs, "face").and_then(|face| face.rsplit_once(':'));
    let faces = Faces::of(&opened);
    let company = company(web).await?;
    let address = find::address(&asked.own, &[("at".to_owned(), selected.clone())]);
    let drawn = Drawn {
        opened: &opened,
        faces: &faces,
        company: &company,
        path: &asked.path,
        refused: refused.as_ref(),
        here: if selected.is_empty() { &asked.own } else { &address },
        face,
    };
    let whole = Standing::at(documents, &asked.path, "").ok_or(Error::NotFound)?;
    let standing = Standing::at(documents, &asked.path, &selected).ok_or(Error::NotFound)?;
    let things = things::Things { drawn: &drawn, own: &asked.own, selected: &selected, findings: &bench.findings };
    let stage = stage(web, caller, live, &drawn, asked, (&selected, pairs)).await?;
    let mut groups = things.groups(&whole, "", asked.only);
    let mut within = if selected.is_empty() { Vec::new() } else { things.groups(&standing, &selected, &[]) };
    let mut panel = panel(&drawn, &standing, &selected, asked.only);
    // What the stage draws is not said once more beside it.
    match &stage {
        Stage::Lists => {}
        Stage::Flow { .. } => {
            groups.clear();
            within.retain(|group| !group.at.ends_with("/nodes/9999") && !group.at.ends_with("/arms/9999"));
        }
        Stage::Role { .. } => {
            groups.retain(|group| !group.at.starts_with("/grants/"));
            for group in panel.groups.iter_mut().filter(|_| selected.starts_with("/grants/")) {
                group.controls.retain(|control| control.name == "set.scope");
            }
            panel.groups.retain(|group| !group.controls.is_empty());
        }
    }
    let folder = place(&asked.path).map(|place| place.folder.to_owned()).unwrap_or_default();
    let title =
        if asked.only.is_empty() { opened.title(&asked.path) } else { texts.get(&format!("build-{}", asked.only[0])) };
    if !asked.only.is_empty() {
        bench.title.clone_from(&title);
    }
    let tools = standing.movable.then(|| things.thing(&standing, &selected));
    for group in &mut bench.nav {
        if !asked.only.is_empty() {
            group.current = group.href == asked.own;
        }
    }
    let about = About { table: &standing.table, line: &standing.line };
    sample::try_out(web, caller, live, texts, about, &mut panel).await?;
    html(&SheetPage {
        lead: texts.get(&format!("sheet-lead-{}", if asked.only.is_empty() { &folder } else { asked.only[0] })),
        whole: CanvasThing {
            at: String::new(),
            title: title.clone(),
            href: asked.own.clone(),
            current: selected.is_empty(),
            marks: Vec::new(),
        },
        groups,
        way: way(&things, documents, &asked.path, &selected),
        panel,
        stage,
        ordered: selected.rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok()),
        tools,
        within,
        framed: matches!(folder.as_str(), "views" | "reports" | "dashboards").then(|| format!("{}/preview", asked.own)),
        preview: preview(live, &asked.path, &folder, texts),
        removable: asked.only.is_empty(),
        selected,
        title,
        folder,
        path: asked.path.clone(),
        bench,
    })
}

/// What is drawn of a flow or a role instead of its lists.
async fn stage(
    web: &Web,
    caller: &Caller,
    live: &Arc<LiveApp>,
    drawn: &Drawn<'_>,
    asked: &Asked,
    (selected, pairs): (&str, &[(String, String)]),
) -> Result<Stage> {
    let (path, own) = (asked.path.as_str(), asked.own.as_str());
    Ok(match place(path).map(|place| place.folder) {
        Some("flows") => {
            let place = flow::Place { path, own, selected, pairs, people: &drawn.company.people };
            let (tree, trial) = flow::draw(web, caller, live, drawn.opened, drawn.faces, place).await?;
            Stage::Flow { tree: Box::new(tree), trial: Box::new(trial) }
        }
        Some("roles") => {
            let place = role::Place { app: live.key(), path, own, selected };
            let role::Drawn { list, matrix, rights } = role::draw(web, live, drawn.opened, drawn.faces, place).await?;
            Stage::Role { list, matrix: Box::new(matrix), rights }
        }
        _ => Stage::Lists,
    })
}

/// Where a published document shows.
fn preview(live: &LiveApp, path: &str, folder: &str, texts: crate::i18n::Texts) -> Option<Tab> {
    let key = place(path)?.stem.to_owned();
    let app = live.key();
    let href = match folder {
        "views" => {
            let view = live.app().views.get(&key)?;
            format!("/apps/{app}/{}?view={key}", view.table)
        }
        "reports" => live.app().reports.contains_key(&key).then(|| format!("/apps/{app}/reports/{key}"))?,
        "dashboards" => live.app().dashboards.contains_key(&key).then(|| format!("/apps/{app}/dashboards/{key}"))?,
        "automations" => {
            live.app().automations.contains_key(&key).then(|| format!("/build/{app}/automations/{key}/runs"))?
        }
        _ => return None,
    };
    let word = if folder == "automations" { "automation-runs" } else { "sheet-live" };
    Some(Tab::new(texts.get(word), href, false))
}

/// From the document to what is selected, the things on the way.
fn way(
    things: &things::Things<'_>,
    documents: &crate::definition::package::Documents,
    path: &str,
    selected: &str,
) -> Vec<Tab> {
    let names: Vec<&str> = selected.split('/').skip(1).collect();
    let mut way = Vec::new();
    for length in (2..names.len()).step_by(1) {
        let at = format!("/{}", names[..length].join("/"));
        if let Some(standing) = Standing::at(documents, path, &at).filter(|standing| standing.movable) {
            let thing = things.thing(&standing, &at);
            way.push(Tab::new(thing.title, thing.href, false));
        }
    }
    way
}

async fn company(web: &Web) -> Result<Company> {
    let reader = web.service.store.reader();
    let people = people::active_users(&reader).await?.into_iter().map(|user| (user.login, user.name)).collect();
    let departments = departments::list(&reader).await?.into_iter();
    let departments = departments.map(|department| (department.name.clone(), department.name)).collect();
    Ok(Company { people, departments })
}

/// What is said of a thing.
fn panel(drawn: &Drawn<'_>, standing: &Standing, at: &str, only: &[&str]) -> Panel {
    let texts = drawn.texts();
    let mut groups = vec![PanelGroup { title: String::new(), open: true, controls: Vec::new() }];
    if only.is_empty() || !at.is_empty() {
        collect(drawn, standing, "", &mut groups, true);
    }
    groups.retain(|group| !group.controls.is_empty());
    let hidden = [("on", "sheet"), ("do", "set"), ("path", drawn.path), ("at", at)];
    Panel {
        title: title_of(texts, &standing.meta),
        small: String::new(),
        hidden: hidden.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        groups,
    }
}

/// The controls of a thing: its own first, those of what it holds folded away, each under its name.
fn collect(drawn: &Drawn<'_>, standing: &Standing, prefix: &str, groups: &mut Vec<PanelGroup>, first: bool) {
    let texts = drawn.texts();
    let alternatives = standing.meta.alternatives(&standing.value);
    let chosen =
        alternatives.iter().find(|name| standing.value.get(**name).is_some()).or(alternatives.first()).copied();
    let members: Vec<Member> = standing.meta.members(&standing.value);
    if alternatives.len() > 1 {
        let named = alternatives.iter().filter_map(|name| {
            let member = members.iter().find(|member| member.name == *name)?;
            Some(((*name).to_owned(), title_of(texts, &member.meta)))
        });
        let name = format!("{prefix}{ALTERNATIVE}");
        let control = Control {
            id: format!("s-{}", name.replace('/', "-")),
            label: texts.get("sheet-which"),
            help: String::new(),
            error: None,
            input: super::panel::select(None, named, chosen.unwrap_or_default()),
            value: chosen.unwrap_or_default().to_owned(),
            name: format!("set.{name}"),
        };
        push(groups, first, String::new(), control);
    }
    for member in &members {
        if alternatives.contains(&member.name) && chosen != Some(member.name) {
            continue;
        }
        if member.form == Form::Group {
            let value = standing.value.get(member.name).cloned().unwrap_or(Json::Null);
            if member.meta.is_later(None) && value.is_null() {
                continue;
            }
            let inner = standing.with(&drawn.opened.state.new, &member.meta, value.clone());
            // What is always there shows at once.
            let at_once = first && member.required;
            if !at_once {
                let title = title_of(texts, &member.meta);
                let open = value.as_object().is_some_and(|value| !value.is_empty());
                groups.push(PanelGroup { title, open, controls: Vec::new() });
            }
            collect(drawn, &inner, &format!("{prefix}{}/", member.name), groups, at_once);
            continue;
        }
        if let Some(control) = drawn.control(standing, member, prefix) {
            let title = if at_the_end(&control.input) && first { control.label.clone() } else { String::new() };
            push(groups, first, title, control);
        }
    }
}

/// Long controls are folded away under their own name, where they say nothing yet.
const fn at_the_end(input: &Input) -> bool {
    matches!(input, Input::Pairs(_))
}

fn push(groups: &mut Vec<PanelGroup>, first: bool, title: String, control: Control) {
    if !title.is_empty() {
        let open = matches!(&control.input, Input::Pairs(pairs) if pairs.rows.len() > 1);
        groups.push(PanelGroup { title, open, controls: vec![control] });
        return;
    }
    let place = if first { 0 } else { groups.len() - 1 };
    let said = control.error.is_some();
    groups[place].open |= said;
    groups[place].controls.push(control);
}

/// A word for what kind of thing it is, where its list has several.
pub fn variant_word(drawn: &Drawn<'_>, standing: &Standing) -> String {
    let members = standing.meta.members(&standing.value);
    if let Some(turning) = members.iter().find(|member| member.turns && member.required) {
        let value = standing.value[turning.name].as_str().unwrap_or_default();
        return word_of(drawn.texts(), &turning.meta, value);
    }
    let alternatives = standing.meta.alternatives(&standing.value);
    let chosen = alternatives.into_iter().find(|name| standing.value.get(*name).is_some());
    let member = chosen.and_then(|name| members.into_iter().find(|member| member.name == name));
    member.map(|member| title_of(drawn.texts(), &member.meta)).unwrap_or_default()
}
