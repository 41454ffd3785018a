//! The page of a package: what it holds, what is wrong with it, and what can be done with it.

use super::{Source, crumbs, installed, upgrade};
use crate::{
    definition::{
        app::App,
        finding::{Severity, has_errors},
        inspection::Inspection,
        merge::Decisions,
        package::Documents,
        translation,
    },
    i18n::{Arg, Texts, format::grouped},
    service::apps,
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::build::findings::told,
        scenarios, shell,
        view::{
            Note, NoteTone, Place,
            templates::{FindingLine, Offer, Part, TemplatePage},
        },
    },
};
use axum::response::Response;

/// Rows of a section that are listed.
const LISTED: usize = 60;

pub async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    source: &Source,
    decisions: &Decisions,
    notice: Option<String>,
    problem: Option<Note>,
) -> Result<Response> {
    let texts = shell::texts(caller);
    let locale = caller.call.actor.locale.clone();
    let documents = source.documents.clone();
    let read = tokio::task::spawn_blocking(move || {
        let translated = translation::translate(&documents, &locale).documents;
        (apps::check(&documents), App::parse(&translated).ok(), translated)
    });
    let (checked, app, translated) = read.await.map_err(|error| crate::service::Error::internal(error.to_string()))?;
    let manifest = translated.json("app.json").unwrap_or_default();
    let text = |member: &str| manifest[member].as_str().unwrap_or_default().to_owned();
    let (title, version) = (text("title"), text("version"));
    let named = if title.is_empty() { texts.get("templates-import") } else { format!("{title} {version}") };
    let sound = !has_errors(&checked.findings);
    let inspection = app.as_ref().map(|app| Inspection::of(app, &source.documents)).unwrap_or_default();
    let live = installed(web, caller, &source.documents).await?;
    let mut notes: Vec<Note> = problem.into_iter().collect();
    let (mut stand, mut offer) = (None, Offer::Nothing);
    match live.filter(|_| sound) {
        None if sound => {
            let now = web.service.scenarios_now(&source.documents).await?;
            stand = Some(now);
            let (_, samples) = inspection.rows();
            offer = Offer::Import { samples: (samples > 0).then(|| texts.count("template-samples", samples)) };
        }
        None => notes.push(Note::new(NoteTone::Bad, texts.get("template-unsound"))),
        Some(live) => {
            let follows = web.service.follows(&live).await?;
            let undo = follows.undoable.then(|| texts.get("upgrade-undo"));
            if follows.version == version {
                offer = Offer::Installed { href: format!("/apps/{}", live.key()), undo };
            } else {
                match upgrade::form(web, caller, &live, source, decisions, undo).await? {
                    upgrade::Drawn::Form(form, now) => (offer, stand) = (Offer::Upgrade(form), now),
                    upgrade::Drawn::Refused(note) => notes.push(note),
                }
            }
        }
    }
    let lead = match &source.file {
        Some((_, name, size)) => {
            let size = grouped(&size.div_ceil(1024).to_string());
            texts.with("template-file", &[("name", Arg::Text(name)), ("size", Arg::Text(&size))])
        }
        None => text("description"),
    };
    let mut shell = shell::of(web, caller, &wants.path, named.clone(), Place::Apps).await?;
    shell.flash = notice.filter(|notice| ["imported", "upgraded", "undone"].contains(&notice.as_str())).map(|notice| {
        crate::web::view::Flash {
            text: texts.with(&format!("template-flash-{notice}"), &[("title", Arg::Text(&title))]),
            action: None,
            bad: false,
        }
    });
    html(&TemplatePage {
        shell,
        crumbs: crumbs(texts, &named),
        title: named,
        lead,
        guide: text("guide").split('\n').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        action: source.path.clone(),
        notes,
        parts: if app.is_some() { parts(texts, &inspection, &source.documents) } else { Vec::new() },
        findings: told(texts, &translated, checked.findings.iter().take(LISTED))
            .into_iter()
            .map(|finding| FindingLine {
                error: finding.severity == Severity::Error,
                place: format!("{} {}", finding.file, finding.path),
                message: finding.message,
                suggestion: finding.suggestion.unwrap_or_default(),
            })
            .collect(),
        scenarios: stand.as_ref().map(|stand| scenarios::card(texts, stand, &source.path)),
        addresses: inspection.addresses,
        offer,
    })
}

/// Not more than one page shows.
fn listed(texts: Texts, rows: impl Iterator<Item = (String, String)>, count: usize) -> Vec<(String, String)> {
    let mut shown: Vec<(String, String)> = rows.take(LISTED).collect();
    if count > LISTED {
        shown.push((texts.count("template-more", count - LISTED), String::new()));
    }
    shown
}

fn parts(texts: Texts, it: &Inspection, documents: &Documents) -> Vec<Part> {
    let part = |icon, key: &str, count: usize, rows: Vec<(String, String)>| Part {
        icon,
        title: texts.get(&format!("template-part-{key}")),
        summary: texts.count(&format!("template-count-{key}"), count),
        rows,
        open: false,
    };
    let plain = |titles: &[String]| {
        let rows = titles.iter().map(|title| (title.clone(), String::new()));
        listed(texts, rows, titles.len())
    };
    let mut parts = Vec::new();
    let tables =
        it.tables.iter().map(|table| (table.title.clone(), texts.count("template-count-fields", table.fields)));
    parts.push(Part { open: true, ..part("rows", "tables", it.tables.len(), listed(texts, tables, it.tables.len())) });
    parts.push(part("edit", "forms", it.forms.len(), plain(&it.forms)));
    parts.push(part("list", "views", it.views.len(), plain(&it.views)));
    let flows = it.flows.iter().map(|flow| (flow.title.clone(), texts.count("template-count-nodes", flow.nodes)));
    parts.push(Part { open: true, ..part("swap", "flows", it.flows.len(), listed(texts, flows, it.flows.len())) });
    let automations = it.automations.iter().map(|automation| {
        let trigger = texts.get(&format!("trigger-short-{}", automation.trigger.replace('_', "-")));
        let calls = if automation.calls { format!(" · {}", texts.get("template-calls")) } else { String::new() };
        (automation.title.clone(), format!("{trigger}{calls}"))
    });
    if !it.automations.is_empty() {
        let rows = listed(texts, automations, it.automations.len());
        parts.push(Part { open: true, ..part("clock", "automations", it.automations.len(), rows) });
    }
    let rules = it.rules.iter().map(|rule| (rule.title.clone(), short(&rule.source)));
    parts.push(part("count", "rules", it.rules.len(), listed(texts, rules, it.rules.len())));
    let mut hosts = part("globe", "addresses", it.addresses.len(), plain(&it.addresses));
    hosts.open = !it.addresses.is_empty();
    parts.push(hosts);
    let roles = it.roles.iter().map(|role| {
        let grant = |(table, actions): &(String, Vec<crate::definition::role::Action>)| {
            let words: Vec<String> = actions
                .iter()
                .map(|action| texts.get(&format!("right-{}", action.as_str().replace('_', "-"))))
                .collect();
            format!("{table}: {}", words.join(" "))
        };
        (role.title.clone(), role.grants.iter().map(grant).collect::<Vec<_>>().join("; "))
    });
    parts.push(Part { open: true, ..part("lock", "roles", it.roles.len(), listed(texts, roles, it.roles.len())) });
    if !it.requires.is_empty() {
        let rows = listed(texts, it.requires.iter().cloned(), it.requires.len());
        parts.push(part("apps", "requires", it.requires.len(), rows));
    }
    let (rows, _) = it.rows();
    let data = it.tables.iter().filter(|table| table.rows + table.samples > 0).map(|table| {
        let said = [("template-count-rows", table.rows), ("template-count-samples", table.samples)];
        let said = said.iter().filter(|(_, count)| *count > 0).map(|(key, count)| texts.count(key, *count));
        (table.title.clone(), said.collect::<Vec<_>>().join(", "))
    });
    let data: Vec<(String, String)> = data.collect();
    parts.push(part("stock", "rows", rows, data));
    parts.push(part("file", "documents", documents.len(), Vec::new()));
    parts
}

fn short(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 { line } else { line.chars().take(119).chain(['…']).collect() }
}
