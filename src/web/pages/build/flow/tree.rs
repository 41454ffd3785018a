//! A flow's document as a tree of cards: pure, from JSON, so that a draft shows whatever state it is in.

use super::words::Words;
use crate::{
    definition::finding::{Finding, Severity},
    web::{
        pages::find,
        view::flow_tree::{Splice, StepCard, TreeArm, TreeStep, Tried},
    },
};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// The kinds of steps that can be put in, with what their member says.
const OFFERS: [(&str, &str, &str); 3] =
    [("type:approve", "sign", "approve"), ("type:cc", "message", "cc"), ("type:branch", "group", "branch")];

/// What a trial did, by a node's id, and the arms it took, by their branch's.
#[derive(Debug, Default)]
pub struct Trace {
    pub nodes: IndexMap<String, Tried>,
    pub arms: IndexMap<String, Vec<String>>,
}

/// A flow while its tree is drawn.
pub struct Tree<'a> {
    pub words: &'a Words<'a>,
    pub flow: &'a Json,
    /// The designer's own address.
    pub own: &'a str,
    pub selected: &'a str,
    pub findings: Vec<&'a Finding>,
    pub trace: Option<&'a Trace>,
    /// Parameters of the address that stay when something is selected.
    pub kept: Vec<(String, String)>,
}

impl Tree<'_> {
    pub fn start(&self) -> StepCard {
        let start = &self.flow["start"];
        let mut lines = vec![match start["who"].as_array().filter(|who| !who.is_empty()) {
            Some(who) => self.words.people(who),
            None => self.words.starters(),
        }];
        lines.extend(self.words.rights(&start["fields"]));
        StepCard { lines, ..self.card("/start", "start", "user", self.words.texts.get("flow-start")) }
    }

    /// What happens once all have agreed.
    pub fn end(&self) -> StepCard {
        let lines = self.words.effects(&self.flow["on"]["approved"]);
        StepCard { lines, ..self.card("/on", "end", "check", self.words.texts.get("state-approved")) }
    }

    pub fn first(&self) -> Splice {
        self.splice("/nodes/0".to_owned(), &self.words.texts.get("flow-start"))
    }

    /// The steps of a list of them.
    pub fn steps(&self, list: &str) -> Vec<TreeStep> {
        let nodes = self.flow.pointer(list).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let steps = nodes.iter().enumerate().map(|(index, node)| self.step(list, index, node));
        steps.collect()
    }

    fn step(&self, list: &str, index: usize, node: &Json) -> TreeStep {
        let at = format!("{list}/{index}");
        let kind = kind_of(node);
        let title = self.words.title(node);
        let branch = kind == "branch";
        let arms = if branch { self.arms(&at, node) } else { Vec::new() };
        let new_arm = branch.then(|| {
            let ways = node["arms"].as_array().map_or(&[][..], Vec::as_slice);
            // The way for all other cases stays the last.
            let place = ways.iter().position(|way| way["else"] == true).unwrap_or(ways.len());
            Splice { at: format!("{at}/arms/{place}"), label: self.words.way(place + 1), offers: Vec::new() }
        });
        let mut card = self.card(&at, kind, icon_of(kind), title.clone());
        card.mode = self.words.mode(node);
        card.lines = self.words.lines(node, &|id| self.node_title(id));
        card.tools = true;
        card.tried = self.tried(node["id"].as_str());
        TreeStep { card, arms, new_arm, after: self.splice(format!("{list}/{}", index + 1), &title) }
    }

    fn arms(&self, at: &str, branch: &Json) -> Vec<TreeArm> {
        let taken = self.trace.map(|trace| trace.arms.get(branch["id"].as_str().unwrap_or_default()));
        let ways = branch["arms"].as_array().map_or(&[][..], Vec::as_slice);
        let arm = |(index, way): (usize, &Json)| {
            let at = format!("{at}/arms/{index}");
            let other = way["else"] == true;
            let title = match way["title"].as_str().filter(|title| !title.is_empty()) {
                Some(title) => title.to_owned(),
                None if other => self.words.texts.get("flow-otherwise"),
                None => self.words.way(index + 1),
            };
            let line = match way["when"].as_str() {
                Some(when) => self.words.condition(when),
                None if other => self.words.texts.get("flow-otherwise-help"),
                None if branch["mode"] == "parallel" => String::new(),
                None => self.words.texts.get("flow-no-condition"),
            };
            let mut card = self.card(&at, if other { "when else" } else { "when" }, "", title.clone());
            card.lines = if line.is_empty() { Vec::new() } else { vec![line] };
            card.tools = true;
            let id = way["id"].as_str().unwrap_or_default();
            TreeArm {
                card,
                first: self.splice(format!("{at}/nodes/0"), &title),
                steps: self.steps(&format!("{at}/nodes")),
                idle: taken.is_some_and(|taken| !taken.is_some_and(|arms| arms.iter().any(|arm| arm == id))),
            }
        };
        ways.iter().enumerate().map(arm).collect()
    }

    fn tried(&self, id: Option<&str>) -> Option<Tried> {
        self.trace.and_then(|trace| trace.nodes.get(id?)).cloned()
    }

    /// What the step with that id is called.
    fn node_title(&self, id: &str) -> String {
        if id == crate::definition::flow::START {
            return self.words.texts.get("flow-start");
        }
        let mut found = None;
        each(self.flow, "/nodes", &mut |_, node| {
            if node["id"] == id {
                found.get_or_insert_with(|| self.words.title(node));
            }
        });
        found.unwrap_or_else(|| id.to_owned())
    }

    fn card(&self, at: &str, kind: &'static str, icon: &'static str, title: String) -> StepCard {
        let mut pairs = self.kept.clone();
        pairs.push(("at".to_owned(), at.to_owned()));
        StepCard {
            at: at.to_owned(),
            href: find::address(self.own, &pairs),
            // What is within a card is said beside it while the card is shown as selected.
            current: card_of(self.selected) == Some(at),
            kind,
            icon,
            title,
            mode: String::new(),
            lines: Vec::new(),
            wrong: self.wrong(at),
            tried: None,
            tools: false,
        }
    }

    fn splice(&self, at: String, after: &str) -> Splice {
        let offers = OFFERS.map(|(variant, icon, kind)| (variant.to_owned(), icon, self.words.kind(kind)));
        Splice { at, label: self.words.add_after(after), offers: offers.to_vec() }
    }

    /// What is wrong at a card itself, not at a card within it.
    fn wrong(&self, at: &str) -> Option<(String, String)> {
        let own = |finding: &&&Finding| finding.severity == Severity::Error && card_of(&finding.path) == Some(at);
        let found: Vec<&str> = self.findings.iter().filter(own).map(|finding| finding.message.as_str()).collect();
        (!found.is_empty()).then(|| (self.words.texts.count("flow-wrong", found.len()), found.join("; ")))
    }
}

/// The card that a place of the document belongs to: the innermost step or way that it is in.
fn card_of(pointer: &str) -> Option<&str> {
    for top in ["/start", "/on"] {
        if pointer == top || pointer.starts_with(&format!("{top}/")) {
            return pointer.get(..top.len());
        }
    }
    let names: Vec<&str> = pointer.split('/').collect();
    let mut end = None;
    let mut place = 1;
    // `/nodes/0/arms/1/nodes/2/who` → as far as lists of steps and ways follow one another.
    while let (Some(list), Some(index)) = (names.get(place), names.get(place + 1)) {
        if !matches!(*list, "nodes" | "arms") || index.parse::<usize>().is_err() {
            break;
        }
        place += 2;
        end = Some(place);
    }
    let length = names[..end?].join("/").len();
    pointer.get(..length)
}

/// Every step of a list and of the lists within, with its place.
pub fn each(flow: &Json, list: &str, look: &mut dyn FnMut(&str, &Json)) {
    for (index, node) in flow.pointer(list).and_then(Json::as_array).into_iter().flatten().enumerate() {
        let at = format!("{list}/{index}");
        look(&at, node);
        let ways = node["arms"].as_array().map_or(0, Vec::len);
        for way in 0..ways {
            each(flow, &format!("{at}/arms/{way}/nodes"), look);
        }
    }
}

fn kind_of(node: &Json) -> &'static str {
    const KINDS: [&str; 9] = ["approve", "handle", "cc", "branch", "delay", "action", "subflow", "route", "end"];
    let written = node["type"].as_str().unwrap_or_default();
    KINDS.into_iter().find(|kind| *kind == written).unwrap_or("approve")
}

fn icon_of(kind: &str) -> &'static str {
    match kind {
        "cc" => "message",
        "branch" => "group",
        "delay" => "clock",
        "action" | "subflow" => "forward",
        "route" => "return",
        "end" => "x",
        "handle" => "edit",
        _ => "sign",
    }
}

#[cfg(test)]
mod tests;
