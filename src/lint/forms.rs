//! Forms: what they show, fill in and check exists in their table.

use super::{
    filters,
    flows::template,
    paths::{End, no_such, no_table, of_line, of_record, target},
};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    finding::Finding,
    form::{Appearance, Audience, Form, Item, Scan, Source},
    table::Table,
    view::FilterDocument,
};
use crate::{
    base::value::Document,
    rules::option_filter::{self, Around},
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for form in app.forms.values() {
        let file = format!("forms/{}.json", form.key);
        let Some(table) = app.table(&form.table) else {
            findings.push(no_table(app, &form.table).finding(&file, "/table"));
            continue;
        };
        let mut place = Place { app, file: &file, table, findings };
        for (here, item) in form.places() {
            place.item(&here, item, None);
        }
        if form.audience == Audience::Public {
            place.public(form);
        }
        for (index, check) in form.checks.iter().enumerate() {
            let lines =
                check.for_each.as_ref().and_then(|lines| place.lines(&format!("/checks/{index}/for_each"), lines));
            for missing in template(app, &check.message, table, lines) {
                place.findings.push(missing.finding(&file, format!("/checks/{index}/message")));
            }
            if let Some(field) = &check.field
                && let Err(missing) = of_record(app, table, field)
            {
                place.findings.push(missing.finding(&file, format!("/checks/{index}/field")));
            }
        }
    }
}

struct Place<'a, 'f> {
    app: &'a App,
    file: &'f str,
    table: &'a Table,
    findings: &'f mut Vec<Finding>,
}

impl<'a> Place<'a, '_> {
    fn error(&mut self, here: String, message: String) {
        self.findings.push(Finding::error(self.file, here, message));
    }

    /// What strangers may not be shown, and what they cannot start.
    fn public(&mut self, form: &'a Form) {
        if self.app.submit_flow(&form.table).is_some() {
            let message =
                format!("\"{}\" has an approval flow, which somebody has to start; a public form cannot", form.table);
            self.error("/audience".into(), message);
        }
        for (here, item) in form.places() {
            let lines = item.lines.as_deref().and_then(|key| self.table.field(key));
            let own = item.field.as_deref().and_then(|key| self.table.field(key));
            let columns = item.columns.iter().filter_map(|column| lines?.column(column.field.as_deref()?));
            if own.into_iter().chain(columns).any(|field| field.kind.is_member()) {
                self.error(here, "a public form shows no people".into());
            }
        }
    }

    /// An item of the record, or of a grid over `lines`.
    fn item(&mut self, here: &str, item: &'a Item, lines: Option<&'a Field>) {
        if let Some(name) = &item.field
            && let Some(field) = self.field(&format!("{here}/field"), name, lines)
        {
            self.field_item(here, item, field, lines);
        }
        if let Some(name) = &item.lines
            && let Some(grid) = self.lines(&format!("{here}/lines"), name)
        {
            for (c, column) in item.columns.iter().enumerate() {
                self.item(&format!("{here}/columns/{c}"), column, Some(grid));
            }
            for (c, name) in item.distinct.iter().enumerate() {
                self.field(&format!("{here}/distinct/{c}"), name, Some(grid));
            }
            if let Some(Scan::Lines(scan)) = &item.scan {
                self.field(&format!("{here}/scan/column"), &scan.column, Some(grid));
                let number = scan.increment.as_ref();
                let place = format!("{here}/scan/increment");
                let field = number.and_then(|name| self.field(&place, name, Some(grid)));
                if let Some(field) = field.filter(|field| !field.kind.is_number()) {
                    self.error(place, format!("\"{}\" is no number and cannot count up", field.key));
                }
            }
            for (index, source) in item.sources.iter().enumerate() {
                self.source(&format!("{here}/sources/{index}"), source, grid);
            }
            for (c, name) in item.sums.iter().enumerate() {
                let place = format!("{here}/sums/{c}");
                if self.field(&place, name, Some(grid)).is_some_and(|field| !field.kind.is_number()) {
                    self.error(place, format!("\"{name}\" is no number and has no sum"));
                }
            }
        }
    }

    fn field_item(&mut self, here: &str, item: &'a Item, field: &'a Field, lines: Option<&'a Field>) {
        if field.kind == Kind::Lines {
            self.error(
                format!("{here}/field"),
                format!("\"{}\" are lines; write \"lines\" instead of \"field\"", field.key),
            );
        }
        let wrong = match item.widget {
            Some(Appearance::Segments | Appearance::Radio) if field.kind != Kind::Choice => {
                "only a choice shows side by side or under each other"
            }
            Some(Appearance::Stepper) if !field.kind.is_number() => "only a number has a stepper",
            Some(Appearance::Switch) if field.kind != Kind::Boolean => "only yes or no is a switch",
            _ => "",
        };
        if !wrong.is_empty() {
            self.error(format!("{here}/widget"), format!("{wrong}; \"{}\" is none", field.key));
        }
        if let (Some(default), true) = (&item.default, field.formula.is_some()) {
            self.error(
                format!("{here}/default"),
                format!("\"{}\" is computed and has no default ({default})", field.key),
            );
        }
        if let Some(options) = &item.options {
            match field.kind.is_link().then(|| target(self.app, field)) {
                None => self.error(
                    format!("{here}/options"),
                    format!("\"{}\" is no link and offers nothing to narrow", field.key),
                ),
                Some(Ok(Some(table))) => {
                    self.filter(&format!("{here}/options"), options, table, lines);
                }
                Some(_) => {}
            }
        }
        if let Some(fill) = &item.fill {
            let link = match &fill.from {
                Some(from) => self.field(&format!("{here}/fill/from"), from, lines),
                None => Some(field),
            };
            let Some(link) = link else { return };
            if link.kind != Kind::Link {
                self.error(
                    format!("{here}/fill"),
                    format!("\"{}\" is no link; only a link has something to copy", link.key),
                );
                return;
            }
            let source = target(self.app, link).ok().flatten();
            for (into, from) in &fill.map {
                let place = format!("{here}/fill/map/{into}");
                // A line may fill in the record as well.
                let (into, lines) = match into.strip_prefix("record.") {
                    Some(key) => (key, None),
                    None => (into.as_str(), lines),
                };
                if let Some(into_field) = self.field(&place, into, lines)
                    && into_field.formula.is_some()
                {
                    self.error(place.clone(), format!("\"{into}\" is computed and cannot be filled in"));
                }
                if let Some(source) = source
                    && let Err(missing) = of_record(self.app, source, from)
                {
                    self.findings.push(missing.finding(self.file, place));
                }
            }
        }
    }

    /// A filter on `table` whose values may read the record, or the line that is filled in.
    fn filter(&mut self, here: &str, filter: &'a FilterDocument, table: &Table, lines: Option<&'a Field>) {
        for (place, key) in option_filter::reads(filter) {
            let known = match (place.as_str(), lines) {
                ("record", _) => self.table.field(&key).is_some(),
                (_, Some(lines)) => lines.column(&key).is_some(),
                (_, None) => false,
            };
            if !known {
                self.error(here.to_owned(), format!("the value reads {place}.{key}, which is not there"));
            }
        }
        if let Some(rest) =
            option_filter::with_values(filter, Around { table: self.table, document: &Document::default(), line: None })
        {
            filters::check(self.app, self.file, here, &rest, table, self.findings);
        }
    }

    fn source(&mut self, here: &str, source: &'a Source, grid: &'a Field) {
        let Some(table) = self.app.table(&source.table) else {
            self.findings.push(no_table(self.app, &source.table).finding(self.file, format!("{here}/table")));
            return;
        };
        let Some(lines) = table.field(&source.lines).filter(|field| field.kind == Kind::Lines) else {
            let missing = no_such("lines field", &source.lines, table.lines().map(|field| field.key.as_str()));
            self.findings.push(missing.finding(self.file, format!("{here}/lines")));
            return;
        };
        if let Some(filter) = &source.filter {
            self.filter(&format!("{here}/filter"), filter, table, None);
        }
        for (into, from) in &source.map {
            let place = format!("{here}/map/{into}");
            self.field(&place, into, Some(grid));
            let known = match from.strip_prefix("record.") {
                Some(key) => table.field(key).is_some(),
                None => matches!(from.as_str(), "@record" | "@line") || lines.column(from).is_some(),
            };
            if !known {
                self.error(place, format!("the source has no \"{from}\""));
            }
        }
        for (into, from) in &source.record {
            let place = format!("{here}/record/{into}");
            self.field(&place, into, None);
            if from != "@record" && table.field(from).is_none() {
                self.error(place, format!("the source has no \"{from}\""));
            }
        }
        if let Some(quantity) = &source.quantity {
            let place = format!("{here}/quantity");
            if !source.map.contains_key(quantity) {
                self.error(place, format!("\"{quantity}\" is not taken over; name it in \"map\" as well"));
            }
        }
    }

    fn field(&mut self, here: &str, name: &'a str, lines: Option<&'a Field>) -> Option<&'a Field> {
        let found = match lines {
            Some(lines) => of_line(self.app, lines, name),
            None => of_record(self.app, self.table, name),
        };
        match found {
            Ok(End::Field(field)) if !name.contains('.') => Some(field),
            Ok(_) => {
                self.error(
                    here.to_owned(),
                    format!("\"{name}\" is not filled in here; name a field of the form's own table"),
                );
                None
            }
            Err(missing) => {
                self.findings.push(missing.finding(self.file, here));
                None
            }
        }
    }

    fn lines(&mut self, here: &str, name: &str) -> Option<&'a Field> {
        let found = self.table.field(name).filter(|field| field.kind == Kind::Lines);
        if found.is_none() {
            let missing = no_such("lines field", name, self.table.lines().map(|field| field.key.as_str()));
            self.findings.push(missing.finding(self.file, here));
        }
        found
    }
}
