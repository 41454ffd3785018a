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
    form::{Appearance, Item},
    table::Table,
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for form in app.forms.values() {
        let file = format!("forms/{}.json", form.key);
        let Some(table) = app.table(&form.table) else {
            findings.push(no_table(app, &form.table).finding(&file, "/table"));
            continue;
        };
        let mut place = Place { app, file: &file, table, findings };
        for (s, section) in form.layout.iter().enumerate() {
            for (i, item) in section.items.iter().enumerate() {
                place.item(&format!("/layout/{s}/items/{i}"), item, None);
            }
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
        if item.widget == Some(Appearance::Segments) && field.kind != Kind::Choice {
            self.error(format!("{here}/widget"), format!("only a choice shows as segments; \"{}\" is none", field.key));
        }
        if let Some(options) = &item.options {
            match field.kind.is_link().then(|| target(self.app, field)) {
                None => self.error(
                    format!("{here}/options"),
                    format!("\"{}\" is no link and offers nothing to narrow", field.key),
                ),
                Some(Ok(Some(table))) => {
                    filters::check(self.app, self.file, &format!("{here}/options"), options, table, self.findings);
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
