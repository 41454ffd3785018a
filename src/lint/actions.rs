//! Steps of actions: tables, ledgers, lines and fields exist, a post says everything its ledger needs, and an app writes its own tables only.

use super::{
    flows::person,
    paths::{End, in_sight, no_such, no_table, of_line, of_record},
};
use crate::definition::{
    action::{Find, LedgerStep, SetStep, Step, WebhookStep},
    app::App,
    automation::{Automation, Trigger},
    field::{Field, Kind},
    finding::Finding,
    flow::{Hook, Node, escape},
    form::Form,
    ledger::{Grain, Ledger},
    manifest::SettingKind,
    table::{Table, placeholders},
};
use indexmap::IndexMap;

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for flow in app.flows.values() {
        let Some(table) = app.table(&flow.table) else { continue };
        let file = format!("flows/{}.json", flow.key);
        let mut place = Place { ledgers: true, ..Place::new(app, &file, table, findings) };
        for hook in Hook::ALL {
            place.steps(&format!("/on/{}", hook.key()), flow.on.steps(hook), None);
        }
        for (pointer, node) in flow.all_nodes() {
            if let Node::Action(node) = node {
                place.steps(&format!("{pointer}/steps"), &node.steps, None);
                place.steps(&format!("{pointer}/undo"), &node.undo, None);
            }
        }
    }
    for form in app.forms.values() {
        buttons(app, form, findings);
    }
}

/// The steps of buttons, each of which has a key of its own.
fn buttons<'a>(app: &'a App, form: &'a Form, findings: &mut Vec<Finding>) {
    let Some(table) = app.table(&form.table) else { return };
    let file = format!("forms/{}.json", form.key);
    let mut place = Place::new(app, &file, table, findings);
    for (index, button) in form.buttons.iter().enumerate() {
        if form.buttons[..index].iter().any(|earlier| earlier.key == button.key) {
            place.error(format!("/buttons/{index}/key"), format!("two buttons have the key \"{}\"", button.key));
        }
        place.steps(&format!("/buttons/{index}/steps"), &button.steps, None);
    }
}

/// The steps of an automation.
pub fn automation(app: &App, automation: &Automation, file: &str, findings: &mut Vec<Finding>) {
    let blank = Table::blank();
    let table = automation.bound_table().and_then(|key| app.table(key));
    let mut place = Place {
        ledgers: true,
        outward: true,
        record: table.is_some(),
        person: automation.on.is_of_write(),
        variables: automation.variables(),
        ..Place::new(app, file, table.unwrap_or(&blank), findings)
    };
    if let Trigger::Button(_) = automation.on {
        place.ledgers = false;
    }
    place.steps("/steps", &automation.steps, None);
}

struct Place<'a, 'f> {
    app: &'a App,
    file: &'f str,
    table: &'a Table,
    /// Whether its steps may touch ledgers.
    ledgers: bool,
    /// Whether there is a record that the steps are about.
    record: bool,
    /// Whether a person causes them.
    person: bool,
    /// Whether they may call other programs.
    outward: bool,
    /// Names beside the record's fields.
    variables: &'static [&'static str],
    findings: &'f mut Vec<Finding>,
}

/// Whether records can be found by what the field holds.
fn finds(field: &Field) -> bool {
    field.kind != Kind::Lines && !field.sealed && field.lookup.is_none() && !field.kind.is_several()
}

/// What a step does to a ledger.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Movement {
    Post,
    Reserve,
    Release,
    Reverse,
}

impl<'a, 'f> Place<'a, 'f> {
    fn new(app: &'a App, file: &'f str, table: &'a Table, findings: &'f mut Vec<Finding>) -> Self {
        Self { app, file, table, ledgers: false, record: true, person: true, outward: false, variables: &[], findings }
    }

    fn error(&mut self, here: impl Into<String>, message: String) {
        self.findings.push(Finding::error(self.file, here, message));
    }

    fn steps(&mut self, pointer: &str, steps: &'a [Step], lines: Option<&'a Field>) {
        for (index, step) in steps.iter().enumerate() {
            let here = format!("{pointer}/{index}");
            let about_record = matches!(
                step,
                Step::Post(_)
                    | Step::Reserve(_)
                    | Step::Release(_)
                    | Step::Reverse(_)
                    | Step::Set(_)
                    | Step::ForEach(_)
            );
            if about_record && !self.record {
                let message =
                    "this runs without a record, so there is nothing to do it to; create or update one instead";
                self.error(here, message.into());
                continue;
            }
            match step {
                Step::Post(step) => self.movement(&here, step, Movement::Post, lines),
                Step::Reserve(step) => self.movement(&here, step, Movement::Reserve, lines),
                Step::Release(step) => self.movement(&here, step, Movement::Release, lines),
                Step::Reverse(step) => self.movement(&here, step, Movement::Reverse, lines),
                Step::Set(step) => self.set(&here, step, lines),
                Step::Notify(step) => {
                    for (index, who) in step.who.iter().enumerate() {
                        person(self.app, self.file, &format!("{here}/who/{index}"), who, self.table, self.findings);
                    }
                    self.message(&here, &step.message, lines);
                }
                Step::Fail(step) => {
                    self.message(&here, &step.message, lines);
                }
                Step::Create(step) => {
                    self.for_each(&here, step.for_each.as_deref());
                    self.values(&here, &step.table, &step.values);
                    if step.submit && self.app.submit_flow(&step.table).is_none() {
                        let message = format!("\"{}\" has no flow that submitting starts", step.table);
                        self.error(format!("{here}/submit"), message);
                    } else if step.submit && !self.person {
                        let message = "nobody causes this, so nobody can submit; leave the record a draft";
                        self.error(format!("{here}/submit"), message.into());
                    }
                }
                Step::Update(step) => {
                    self.for_each(&here, step.for_each.as_deref());
                    self.values(&here, &step.table, &step.values);
                    self.find(&here, &step.table, step.find());
                }
                Step::Delete(step) => {
                    self.for_each(&here, step.for_each.as_deref());
                    if self.writable(&here, &step.table).is_some() {
                        self.find(&here, &step.table, step.find());
                    }
                }
                Step::Webhook(step) => self.webhook(&here, step),
                Step::If(step) => {
                    self.steps(&format!("{here}/then"), &step.then, lines);
                    self.steps(&format!("{here}/else"), &step.otherwise, lines);
                }
                Step::ForEach(step) => {
                    let inner = self.lines(format!("{here}/lines"), &step.lines);
                    self.steps(&format!("{here}/steps"), &step.steps, inner.or(lines));
                }
            }
        }
    }

    fn message(&mut self, here: &str, text: &str, lines: Option<&Field>) {
        self.template(&format!("{here}/message"), text, lines);
    }

    fn template(&mut self, here: &str, text: &str, lines: Option<&Field>) {
        let names = placeholders(text).map(str::trim);
        let own = names.filter(|name| !self.variables.contains(&name.split('.').next().unwrap_or_default()));
        let missing: Vec<_> = own.filter_map(|name| in_sight(self.app, self.table, lines, name).err()).collect();
        self.findings.extend(missing.into_iter().map(|missing| missing.finding(self.file, here)));
    }

    /// A table of the app that steps may write.
    fn writable(&mut self, here: &str, key: &str) -> Option<&'a Table> {
        if key.contains(':') {
            let message = format!("\"{key}\" is a table of another app; an app writes its own tables only");
            self.error(format!("{here}/table"), message);
            return None;
        }
        let Some(table) = self.app.table(key) else {
            self.findings.push(no_table(self.app, key).finding(self.file, format!("{here}/table")));
            return None;
        };
        if table.append_only || self.app.ledger_of(key).is_some() {
            self.error(format!("{here}/table"), format!("\"{key}\" is written by its ledger alone"));
            return None;
        }
        Some(table)
    }

    fn for_each(&mut self, here: &str, lines: Option<&str>) {
        if let Some(lines) = lines {
            self.lines(format!("{here}/for_each"), lines);
        }
    }

    /// Fields of another table that a step writes.
    fn values(&mut self, here: &str, key: &str, values: &IndexMap<String, String>) {
        let Some(table) = self.writable(here, key) else { return };
        for name in values.keys() {
            let place = format!("{here}/values/{}", escape(name));
            match of_record(self.app, table, name) {
                Ok(End::Field(field)) if field.kind == Kind::Lines || name.contains('.') => {
                    self.error(place, format!("\"{name}\" is not a field of the record itself"));
                }
                Ok(End::Field(field)) if field.is_computed() || field.kind == Kind::NumberSeries => {
                    self.error(place, format!("\"{name}\" is written by the engine and cannot be set"));
                }
                Ok(End::System(_)) => self.error(place, format!("\"{name}\" is a system field, written by the engine")),
                Ok(_) => {}
                Err(missing) => self.findings.push(missing.finding(self.file, place)),
            }
        }
    }

    fn find(&mut self, here: &str, key: &str, find: Find<'_>) {
        let Some(table) = self.app.table(key) else { return };
        for name in find.matching.keys() {
            let place = format!("{here}/where/{}", escape(name));
            match of_record(self.app, table, name) {
                Ok(End::Field(field)) if !finds(field) || name.contains('.') => {
                    self.error(place, format!("records cannot be found by \"{name}\""));
                }
                Ok(End::System(name)) => {
                    self.error(place, format!("records cannot be found by \"{name}\"; name the record by a link"));
                }
                Ok(_) => {}
                Err(missing) => self.findings.push(missing.finding(self.file, place)),
            }
        }
    }

    fn webhook(&mut self, here: &str, step: &'a WebhookStep) {
        if !self.outward {
            self.error(here, "another program is called by an automation, which can be watched and tried again".into());
            return;
        }
        if let Some(key) = &step.setting {
            match self.app.manifest.settings.get(key) {
                None => {
                    let missing = no_such("setting", key, self.app.manifest.settings.keys().map(String::as_str));
                    self.findings.push(missing.finding(self.file, format!("{here}/setting")));
                }
                Some(setting) if setting.kind != SettingKind::Text => {
                    self.error(format!("{here}/setting"), format!("\"{key}\" is no text, so it holds no address"));
                }
                Some(_) => {}
            }
        }
        for (pointer, text) in step.templates() {
            self.template(&format!("{here}{pointer}"), text, None);
        }
    }

    fn lines(&mut self, here: String, name: &str) -> Option<&'a Field> {
        let found = self.table.field(name).filter(|field| field.kind == Kind::Lines);
        if found.is_none() {
            let missing = no_such("lines field", name, self.table.lines().map(|field| field.key.as_str()));
            self.findings.push(missing.finding(self.file, here));
        }
        found
    }

    fn movement(&mut self, here: &str, step: &'a LedgerStep, movement: Movement, lines: Option<&'a Field>) {
        if !self.ledgers {
            self.error(here, "a button moves nothing in a ledger; let a flow do it, which can take it back".into());
            return;
        }
        if let Some(for_each) = &step.for_each {
            if lines.is_some() {
                self.error(
                    format!("{here}/for_each"),
                    "the step already runs for each line; leave one of the two out".into(),
                );
            }
            self.lines(format!("{here}/for_each"), for_each);
        }
        if step.ledger.contains(':') {
            let message =
                format!("\"{}\" is a ledger of another app; an app posts to its own ledgers only", step.ledger);
            self.error(format!("{here}/ledger"), message);
            return;
        }
        let Some(ledger) = self.app.ledgers.get(&step.ledger) else {
            let missing = no_such("ledger", &step.ledger, self.app.ledgers.keys().map(String::as_str));
            self.findings.push(missing.finding(self.file, format!("{here}/ledger")));
            return;
        };
        if ledger.hold.is_none() && matches!(movement, Movement::Reserve | Movement::Release) {
            self.error(format!("{here}/ledger"), format!("the ledger \"{}\" keeps no hold", ledger.key));
            return;
        }
        let Some(moves) = self.app.table(&ledger.moves) else { return };
        for name in step.set.keys() {
            self.assigned(&format!("{here}/set/{}", escape(name)), name, ledger, moves);
        }
        let needed: &[String] = match movement {
            Movement::Post => &ledger.dimensions,
            Movement::Reserve => ledger.dimensions_of(Grain::Hold).unwrap_or_default(),
            // What was held or posted says by itself what is given back.
            Movement::Release | Movement::Reverse => return,
        };
        for name in needed.iter().chain([&ledger.measure]) {
            if !step.set.contains_key(name) {
                let what = if *name == ledger.measure { "measure" } else { "dimension" };
                let message = format!("the step does not say the {what} \"{name}\" of the ledger \"{}\"", ledger.key);
                self.findings.push(
                    Finding::error(self.file, format!("{here}/set"), message)
                        .suggest("an expression for every dimension and the measure is needed"),
                );
            }
        }
    }

    fn assigned(&mut self, here: &str, name: &str, ledger: &Ledger, moves: &Table) {
        if let Some((stamp, _)) = ledger.stamps.named().find(|(_, field)| *field == name) {
            self.error(here, format!("\"{name}\" is written by the ledger itself ({stamp})"));
            return;
        }
        match moves.field(name) {
            Some(field) if field.kind == Kind::Lines || field.is_computed() || field.kind == Kind::NumberSeries => {
                self.error(here, format!("\"{name}\" is not a value that a post can set"));
            }
            Some(_) => {}
            None => {
                let message =
                    format!("the moves of \"{}\" (table \"{}\") have no field \"{name}\"", ledger.key, moves.key);
                let finding = Finding::error(self.file, here, message);
                self.findings.push(finding.nearest(name, moves.scalars().map(|field| field.key.as_str())));
            }
        }
    }

    fn set(&mut self, here: &str, step: &'a SetStep, lines: Option<&'a Field>) {
        let lines = match &step.for_each {
            Some(name) => self.lines(format!("{here}/for_each"), name),
            None => lines,
        };
        for name in step.values.keys() {
            let place = format!("{here}/values/{}", escape(name));
            let found = match lines {
                Some(lines) => of_line(self.app, lines, name),
                None => of_record(self.app, self.table, name),
            };
            match found {
                Ok(_) if name.contains('.') => {
                    let message = format!("\"{name}\" is not a field of the record itself; for lines say \"for_each\"");
                    self.error(place, message);
                }
                Ok(End::Field(field)) if field.kind == Kind::Lines => {
                    self.error(place, format!("\"{name}\" are lines; set their columns with \"for_each\""));
                }
                Ok(End::Field(field)) if field.is_computed() || field.kind == Kind::NumberSeries => {
                    self.error(place, format!("\"{name}\" is written by the engine and cannot be set"));
                }
                Ok(End::System(_)) => self.error(place, format!("\"{name}\" is a system field, written by the engine")),
                Ok(_) => {}
                Err(missing) => self.findings.push(missing.finding(self.file, place)),
            }
        }
    }
}
