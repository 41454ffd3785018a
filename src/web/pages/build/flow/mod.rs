//! The stage of a flow's designer: the tree of its steps, and what a trial would do.

mod tree;
mod trial;
mod words;

use super::{
    bench::Opened,
    faces::{About, Faces, Sort},
    findings::told,
};
use crate::{
    service::LiveApp,
    web::{
        Result, Web,
        caller::Caller,
        view::flow_tree::{FlowTree, TrialForm},
    },
};
use std::{collections::HashMap, sync::Arc};
use tree::Tree;
use words::{Words, title_of};

/// A designer's page, as far as its stage has to know it.
pub struct Place<'a> {
    /// The document: `flows/order.json`.
    pub path: &'a str,
    /// The page's own address.
    pub own: &'a str,
    pub selected: &'a str,
    /// The parameters of the address.
    pub pairs: &'a [(String, String)],
    /// People who may be named: login and name.
    pub people: &'a [(String, String)],
}

/// Whether a parameter of the address says with what a flow is tried.
pub fn is_of_trial(name: &str) -> bool {
    matches!(name, "starter" | "record") || name.starts_with("v.")
}

/// The tree, and with what the flow is tried.
pub async fn draw(
    web: &Web,
    caller: &Caller,
    live: &Arc<LiveApp>,
    opened: &Opened,
    faces: &Faces,
    place: Place<'_>,
) -> Result<(FlowTree, TrialForm)> {
    let flow = opened.read.json(place.path).unwrap_or_default();
    let key = place.path.trim_start_matches("flows/").trim_end_matches(".json");
    let mut titles = HashMap::new();
    tree::each(&flow, "/nodes", &mut |_, node| {
        titles.insert(node["id"].as_str().unwrap_or_default().to_owned(), title_of(opened.texts, node));
    });
    let (mut trial, trace) = trial::load(web, caller, live, opened, key, place.pairs, &titles).await?;
    place.own.clone_into(&mut trial.action);
    place.selected.clone_into(&mut trial.selected);
    let table_key = flow["table"].as_str().unwrap_or_default();
    let table = opened.read.json(&format!("tables/{table_key}.json")).unwrap_or_default();
    let names: HashMap<String, String> = place.people.iter().cloned().collect();
    let about = About { table: table_key, line: "" };
    let said = |source: &str| faces.said(&Sort::Condition, about, source);
    let words = Words { texts: opened.texts, documents: &opened.read, table: &table, names: &names, said: &said };
    let check = opened.state.check();
    let own = check.findings.iter().filter(|finding| finding.file == place.path);
    let findings = told(opened.texts, &opened.read, own);
    let tree = Tree {
        words: &words,
        flow: &flow,
        own: place.own,
        selected: place.selected,
        findings: findings.iter().collect(),
        trace: trace.as_ref(),
        kept: place.pairs.iter().filter(|(name, _)| is_of_trial(name)).cloned().collect(),
    };
    let drawn = FlowTree {
        title: opened.title(place.path),
        start: tree.start(),
        first: tree.first(),
        steps: tree.steps("/nodes"),
        end: tree.end(),
    };
    Ok((drawn, trial))
}
