//! One condition as a row to change: its field, how it is compared, and the control of what it is compared with.

use super::{
    compared::{self, Compared, ME, OWN},
    conditions::Posted,
    filters::{Filters, Known},
};
use crate::{
    definition::field::{Field, Kind},
    store::Connection,
    web::{
        pages::cell,
        view::{self, Choice, FilterRow, Picker, Widget},
    },
};
use std::collections::BTreeMap;

impl<C: Connection> Filters<'_, '_, C> {
    pub(super) fn row(
        &self,
        row: &Posted,
        place: String,
        errors: &BTreeMap<String, String>,
        known: &Known,
    ) -> FilterRow {
        let texts = self.reader.texts;
        let compared = self.place(&row.field).and_then(|asked| self.compared(&asked));
        // Without a field any comparison may be meant; what does not fit the field falls back to its usual one.
        let words =
            compared.as_ref().map_or(&["contains", "eq", "ne", "ge", "le", "empty"] as &[&str], Compared::operators);
        let chosen = compared.as_ref().map_or(row.operator.as_str(), |compared| compared.operator(&row.operator));
        let word = |operator: &str| match &compared {
            Some(compared) => compared.word(operator),
            None => format!("filter-op-{operator}"),
        };
        let operators =
            words.iter().map(|operator| Choice::new(*operator, texts.get(&word(operator)), *operator == chosen));
        let name = format!("f.{place}.value");
        let label = texts.get("filter-value");
        let control = |widget: Widget| view::Field::new(name.clone(), label.clone(), widget);
        let values: Vec<view::Field> = match (&compared, Compared::takes(chosen)) {
            (_, Some(0)) => Vec::new(),
            (Some(compared), Some(2)) => (0..2)
                .map(|nth| {
                    let value: Vec<String> = row.values.get(nth).cloned().into_iter().collect();
                    let widget = self.widget(*compared, chosen, &value, &row.field, known);
                    let part = if nth == 0 { "value" } else { "upto" };
                    view::Field::new(format!("f.{place}.{part}"), label.clone(), widget)
                })
                .collect(),
            (Some(compared), _) => {
                vec![control(self.widget(*compared, chosen, &row.values, &row.field, known))]
            }
            (None, _) => vec![control(Widget::text(row.value()))],
        };
        FilterRow {
            fields: self.fields(&row.field),
            operators: operators.collect(),
            values,
            error: errors.get(&place).cloned(),
            place,
        }
    }

    /// Every field that can be compared: the table's own, those of records, and those one link away.
    fn fields(&self, chosen: &str) -> Vec<Choice> {
        let mut fields = vec![Choice::new("", self.reader.texts.get("filter-none"), chosen.is_empty())];
        let table = self.reader.table;
        let own = table.scalars().map(|field| field.key.clone());
        let stateful = self.rights.live.app().submit_flow(&table.key).is_some();
        let system = ["state", "created_at", "created_by", "updated_at"].map(str::to_owned);
        let system = system.into_iter().filter(|name| name != "state" || stateful);
        let hops = table.scalars().filter(|field| field.kind == Kind::Link).flat_map(|link| {
            let target = link.target.as_deref().and_then(|target| self.reader.app.tables.get(target));
            target.into_iter().flat_map(|target| target.scalars().map(|field| format!("{}.{}", link.key, field.key)))
        });
        let lines = table.lines().flat_map(|lines| lines.columns.keys().map(move |key| format!("{}.{key}", lines.key)));
        let mut known = false;
        for path in own.chain(system).chain(lines).chain(hops) {
            let Some(asked) = self.place(&path) else { continue };
            if self.compared(&asked).is_some() {
                known |= path == chosen;
                fields.push(Choice::new(&path, self.title(&asked), path == chosen));
            }
        }
        if !known && !chosen.is_empty() && self.place(chosen).is_some() {
            fields.push(Choice::new(chosen, chosen, true));
        }
        fields
    }

    fn widget(&self, compared: Compared<'_>, operator: &str, values: &[String], path: &str, known: &Known) -> Widget {
        let texts = self.reader.texts;
        let value = values.first().cloned().unwrap_or_default();
        let several = Compared::takes(operator).is_none();
        let chosen = |option: &str| values.iter().any(|value| value == option);
        let pick = |options: Vec<(String, String)>| {
            let choices =
                options.into_iter().map(|(value, label)| Choice::new(&value, label, chosen(&value))).collect();
            if several {
                Widget::Choices(choices)
            } else {
                Widget::Select { options: choices, blank: Some(texts.get("none-chosen")) }
            }
        };
        if matches!(operator, "last" | "next" | "older" | "later") {
            return Widget::Number { value, integer: true, unit: texts.get("filter-days-unit") };
        }
        match compared {
            Compared::Text | Compared::Presence => Widget::text(value),
            // A length of time is typed with its units.
            Compared::Number(field) if field.kind == Kind::Duration => Widget::text(value),
            Compared::Department | Compared::Departments => {
                pick(known.departments.iter().map(|(id, name)| (id.to_string(), name.clone())).collect())
            }
            Compared::Whole => Widget::Number { value, integer: true, unit: String::new() },
            Compared::Number(field) => Widget::Number {
                value,
                integer: field.kind == Kind::Integer,
                unit: field.unit.clone().unwrap_or_default(),
            },
            Compared::Day if value.contains(char::is_alphabetic) => Widget::text(value),
            Compared::Day => Widget::Date(value),
            Compared::Time(_) => Widget::Time(value),
            Compared::Choice(field) | Compared::Choices(field) | Compared::Cascade(field) => {
                pick(compared::options_of(field, operator))
            }
            Compared::State => {
                let states = ["draft", "in_approval", "approved", "rejected", "revoked"];
                pick(states.map(|word| (word.to_owned(), cell::state(texts, word).label)).to_vec())
            }
            Compared::Boolean => pick(vec![("true".into(), texts.get("yes")), ("false".into(), texts.get("no"))]),
            Compared::Member | Compared::Members => {
                let mut people = vec![(ME.to_owned(), texts.get("filter-me"))];
                people.extend(known.people.iter().map(|(id, name)| (id.to_string(), name.clone())));
                pick(people)
            }
            Compared::Link(field) | Compared::Tree(field) | Compared::Links(field) => {
                let choices = self.records(field, values, known);
                match self.reader.table.field_at(path).is_none() {
                    // Only links of the table itself and of its lines can be searched by typing.
                    true => pick(choices.into_iter().map(|choice| (choice.value, choice.label)).collect()),
                    false => Widget::Picker(Picker {
                        search_url: format!("{}/options/{path}", self.path),
                        multiple: several,
                        options: choices,
                    }),
                }
            }
        }
    }

    /// What a link offers: the reader's own records as one, those that are chosen, and some more.
    fn records(&self, field: &Field, values: &[String], known: &Known) -> Vec<Choice> {
        let Some(target) = field.target.as_deref() else { return Vec::new() };
        let manifest = &self.rights.live.app().manifest;
        let mut choices: Vec<Choice> = manifest
            .user_values
            .iter()
            .filter(|(_, value)| value.table == target)
            .map(|(name, _)| {
                let value = format!("{OWN}{name}");
                let selected = values.contains(&value);
                Choice::new(value, self.mine(field), selected)
            })
            .collect();
        for id in values.iter().filter_map(|value| value.parse::<i64>().ok()) {
            let label = known.labels.get(target, id).map_or_else(|| format!("#{id}"), str::to_owned);
            choices.push(Choice::new(id.to_string(), label, true));
        }
        for (id, label) in known.offered.get(target).into_iter().flatten() {
            let value = id.to_string();
            if !values.contains(&value) {
                choices.push(Choice::new(value, label.clone(), false));
            }
        }
        choices
    }
}
