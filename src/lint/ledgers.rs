//! Ledgers: their two tables have the fields that moves and balances need, each of a fitting kind.

use super::paths::{End, Missing, no_table, of_record};
use crate::definition::{
    action::Step,
    app::App,
    field::{Field, Kind},
    finding::Finding,
    flow::{Hook, Node},
    ledger::Ledger,
    table::{Table, placeholders},
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for ledger in app.ledgers.values() {
        let file = format!("ledgers/{}.json", ledger.key);
        let moves = table(app, &file, "/moves", &ledger.moves, findings);
        let balance = table(app, &file, "/balance", &ledger.balance, findings);
        if let Some(other) = app.ledgers.values().find(|other| {
            other.key < ledger.key
                && [&other.moves, &other.balance].iter().any(|name| **name == ledger.moves || **name == ledger.balance)
        }) {
            let message =
                format!("the ledger \"{}\" has one of these tables already; each ledger has its own two", other.key);
            findings.push(Finding::error(&file, "/moves", message));
        }
        if ledger.moves == ledger.balance {
            findings.push(Finding::error(&file, "/balance", "moves and balances are two tables"));
        }
        let (Some(moves), Some(balance)) = (moves, balance) else { continue };
        if !moves.append_only {
            let message =
                format!("the table \"{}\" must say \"append_only\": true; moves are never changed", moves.key);
            findings.push(Finding::error(&file, "/moves", message));
        }
        let mut place = Place { app, file: &file, ledger, moves, balance, findings };
        place.dimensions();
        place.measures();
        place.grain();
        place.stamps();
        place.messages();
        place.period();
    }
}

fn table<'a>(app: &'a App, file: &str, here: &str, name: &str, findings: &mut Vec<Finding>) -> Option<&'a Table> {
    let found = app.table(name);
    if found.is_none() {
        findings.push(no_table(app, name).finding(file, here));
    }
    found
}

struct Place<'a, 'f> {
    app: &'a App,
    file: &'f str,
    ledger: &'a Ledger,
    moves: &'a Table,
    balance: &'a Table,
    findings: &'f mut Vec<Finding>,
}

impl<'a> Place<'a, '_> {
    fn error(&mut self, here: impl Into<String>, message: String) {
        self.findings.push(Finding::error(self.file, here, message));
    }

    /// The field of a table, or a finding.
    fn field(&mut self, here: &str, table: &'a Table, name: &str) -> Option<&'a Field> {
        let found = table.field(name);
        if found.is_none() {
            let message = format!("the table \"{}\" has no field \"{name}\"", table.key);
            let finding = Finding::error(self.file, here, message);
            self.findings.push(finding.nearest(name, table.scalars().map(|field| field.key.as_str())));
        }
        found
    }

    fn kind(
        &mut self,
        here: &str,
        table: &'a Table,
        name: &str,
        fits: fn(Kind) -> bool,
        wanted: &str,
    ) -> Option<&'a Field> {
        let field = self.field(here, table, name)?;
        if fits(field.kind) && field.formula.is_none() {
            return Some(field);
        }
        let message = format!("\"{name}\" of table \"{}\" must be {wanted} that is not computed", table.key);
        self.error(here, message);
        None
    }

    fn dimensions(&mut self) {
        for (index, name) in self.ledger.dimensions.iter().enumerate() {
            let here = format!("/dimensions/{index}");
            let one = self.kind(&here, self.moves, name, can_be_a_dimension, "a field with one value");
            let other = self.kind(&here, self.balance, name, can_be_a_dimension, "a field with one value");
            if let (Some(one), Some(other)) = (one, other)
                && (one.kind != other.kind || one.target != other.target)
            {
                let message = format!(
                    "\"{name}\" is not the same kind of field in \"{}\" and \"{}\"",
                    self.moves.key, self.balance.key
                );
                self.error(here, message);
            }
        }
    }

    fn measures(&mut self) {
        let ledger = self.ledger;
        self.figure("/measure", &ledger.measure);
        if let Some(hold) = &ledger.hold {
            self.kind("/hold/field", self.balance, &hold.field, is_figure, "a number");
            if let (Some(measure), Some(held)) = (self.balance.field(&ledger.measure), self.balance.field(&hold.field))
                && measure.scale != held.scale
            {
                let message = format!(
                    "\"{}\" keeps other decimal places than \"{}\"; they hold the same quantities",
                    held.key, measure.key
                );
                self.error("/hold/field", message);
            }
        }
        let Some(value) = &ledger.value else { return };
        self.figure("/value/field", &value.field);
        let Some(fallback) = &value.fallback else { return };
        match of_record(self.app, self.balance, fallback) {
            Ok(end) if !end.is_number() => self.error("/value/fallback", format!("\"{fallback}\" is no number")),
            Ok(_) => {
                let first = fallback.split('.').next().unwrap_or_default();
                if !value.dimensions.iter().any(|name| name == first) {
                    let message = format!(
                        "\"{fallback}\" must start at one of the value's dimensions, so that every balance has one"
                    );
                    self.error("/value/fallback", message);
                }
            }
            Err(missing) => self.missing("/value/fallback", missing),
        }
    }

    /// A number that moves and balances have at the same scale.
    fn figure(&mut self, here: &str, name: &str) {
        let one = self.kind(here, self.moves, name, is_figure, "a number");
        let other = self.kind(here, self.balance, name, is_figure, "a number");
        if let (Some(one), Some(other)) = (one, other)
            && (one.scale != other.scale || one.kind != other.kind)
        {
            let message = format!(
                "\"{name}\" keeps other decimal places in \"{}\" than in \"{}\"",
                self.moves.key, self.balance.key
            );
            self.error(here, message);
        }
    }

    fn grain(&mut self) {
        let name = &self.ledger.grain;
        let Some(field) = self.kind("/grain", self.balance, name, |kind| kind == Kind::Choice, "a choice") else {
            return;
        };
        for grain in self.ledger.grains() {
            if field.option(grain.as_str()).is_none() {
                let message =
                    format!("\"{name}\" of table \"{}\" needs the option \"{}\"", self.balance.key, grain.as_str());
                self.error("/grain", message);
            }
        }
    }

    fn stamps(&mut self) {
        let ledger = self.ledger;
        for (stamp, name) in ledger.stamps.named() {
            let here = format!("/stamps/{stamp}");
            match stamp {
                "measure_after" | "value_after" => {
                    let field = self.kind(&here, self.moves, name, is_figure, "a number");
                    let source = match stamp {
                        "measure_after" => Some(&ledger.measure),
                        _ => ledger.value.as_ref().map(|value| &value.field),
                    };
                    let scale = source.and_then(|source| self.moves.field(source)).map(|field| field.scale);
                    if source.is_none() {
                        self.error(here, "the ledger has no value".into());
                    } else if field.is_some_and(|field| Some(field.scale) != scale) {
                        self.error(here, format!("\"{name}\" keeps other decimal places than what it repeats"));
                    }
                }
                "document_id" | "line" => {
                    self.kind(&here, self.moves, name, |kind| kind == Kind::Integer, "a whole number");
                }
                "document_title" => {
                    self.kind(&here, self.moves, name, |kind| kind == Kind::Text, "a text");
                }
                _ => {
                    let fits = |kind| matches!(kind, Kind::Text | Kind::Choice);
                    if let Some(field) = self.kind(&here, self.moves, name, fits, "a text or a choice") {
                        self.stamped_options(&here, stamp, field);
                    }
                }
            }
        }
    }

    /// A choice that is stamped has an option for whatever the flows of the app stamp it with.
    fn stamped_options(&mut self, here: &str, stamp: &str, field: &Field) {
        if field.kind != Kind::Choice {
            return;
        }
        let mut written: Vec<String> = Vec::new();
        for flow in self.app.flows.values() {
            let mut phases = Vec::new();
            let steps = Hook::ALL.iter().map(|hook| flow.on.steps(*hook));
            let nodes = flow.all_nodes();
            let nodes = nodes.iter().filter_map(|(_, node)| match node {
                Node::Action(node) => Some(node.steps.as_slice()),
                _ => None,
            });
            for steps in steps.chain(nodes) {
                posts(steps, &self.ledger.key, &mut phases);
            }
            match stamp {
                "phase" => written.extend(phases.into_iter().flatten()),
                _ if !phases.is_empty() => written.push(flow.table.clone()),
                _ => {}
            }
        }
        written.sort();
        written.dedup();
        for value in written.iter().filter(|value| field.option(value).is_none()) {
            let message = format!("\"{}\" needs the option \"{value}\", which a flow posts", field.key);
            self.error(here, message);
        }
    }

    /// `{need}`, `{available}` and the dimensions of the check's grain may be named.
    fn messages(&mut self) {
        for (index, check) in self.ledger.checks.iter().enumerate() {
            for name in placeholders(&check.message) {
                if ["need", "available"].contains(&name) {
                    continue;
                }
                let here = format!("/checks/{index}/message");
                match of_record(self.app, self.balance, name) {
                    Ok(End::System(_)) => {
                        self.error(here, format!("{{{name}}} is not known when a balance is checked"))
                    }
                    Ok(_) => {
                        let first = name.split('.').next().unwrap_or_default();
                        let dimensions = self.ledger.dimensions_of(check.at).unwrap_or_default();
                        if !dimensions.iter().any(|dimension| dimension == first) {
                            let message = format!(
                                "{{{name}}} is not known at this grain; its dimensions are {}, besides {{need}} and {{available}}",
                                dimensions.join(", ")
                            );
                            self.error(here, message);
                        }
                    }
                    Err(missing) => self.missing(&here, missing),
                }
            }
        }
    }

    fn period(&mut self) {
        let Some(period) = &self.ledger.period else { return };
        if self.app.table(&period.table).is_none() {
            self.missing("/period/table", no_table(self.app, &period.table));
        }
        self.kind("/period/date", self.moves, &period.date, |kind| kind == Kind::Date, "a date");
    }

    fn missing(&mut self, here: &str, missing: Missing) {
        self.findings.push(missing.finding(self.file, here));
    }
}

/// The phases under which steps post to a ledger, once for each post.
fn posts(steps: &[Step], ledger: &str, found: &mut Vec<Option<String>>) {
    for step in steps {
        match step {
            Step::Post(step) if step.ledger == ledger => found.push(step.phase.clone()),
            Step::If(step) => {
                posts(&step.then, ledger, found);
                posts(&step.otherwise, ledger, found);
            }
            Step::ForEach(step) => posts(&step.steps, ledger, found),
            _ => {}
        }
    }
}

fn is_figure(kind: Kind) -> bool {
    matches!(kind, Kind::Decimal | Kind::Money | Kind::Integer)
}

fn can_be_a_dimension(kind: Kind) -> bool {
    matches!(kind, Kind::Link | Kind::Member | Kind::Choice | Kind::Text | Kind::Barcode | Kind::Integer | Kind::Date)
}
