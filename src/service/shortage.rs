//! Telling why a post was refused: every short balance, in the words of whoever reads it.

use super::{
    Error, Shortage,
    context::Circumstances,
    live::LOCALES,
    posting::{Bound, Poster, line_id},
};
use crate::{
    base::{
        decimal,
        error::Params,
        value::{Document, Value},
    },
    definition::{
        ledger::Ledger,
        table::{Table, placeholders},
    },
    ledger::check::Violation,
    rules::{Hops, Inputs, Variable, fill},
};
use std::collections::BTreeSet;

/// The check's sentence by language.
type Sentences = Vec<(&'static str, String)>;

impl Poster<'_> {
    /// Every short balance. A line that an earlier check has named is not named again.
    pub(super) async fn refusal(
        &self,
        ledger: &Ledger,
        violations: Vec<Violation>,
        bounds: &[Bound<'_>],
    ) -> Result<Error, Error> {
        let reader = self.call.actor.locale.as_str();
        let mut shortages: Vec<Shortage> = Vec::new();
        let mut named: BTreeSet<i64> = BTreeSet::new();
        let lines_field = bounds.first().and_then(|bound| bound.map(|(lines, _)| lines.to_owned())).unwrap_or_default();
        for violation in violations {
            if !violation.lines.is_empty() && violation.lines.iter().all(|line| named.contains(line)) {
                continue;
            }
            named.extend(violation.lines.iter().copied());
            let (sentences, mut params) = self.say(ledger, &violation).await?;
            params.insert("need".into(), decimal::to_plain(violation.need));
            params.insert("available".into(), decimal::to_plain(violation.available));
            let place = |id: &i64| bounds.iter().position(|bound| line_id(*bound) == *id);
            let lines = violation.lines.iter().filter_map(place).collect();
            let message = sentences.iter().find(|(locale, _)| *locale == reader).or_else(|| sentences.first());
            shortages.push(Shortage {
                code: violation.code,
                message: message.map(|(_, sentence)| sentence.clone()).unwrap_or_default(),
                in_languages: sentences,
                params,
                lines,
                lines_field: lines_field.clone(),
            });
        }
        let (code, message, params) = match shortages.first() {
            Some(first) => (first.code.clone(), Some(first.message.clone()), first.params.clone()),
            None => ("conflict".to_owned(), None, Params::new()),
        };
        Ok(Error::Conflict { code, message: message.filter(|text| !text.is_empty()), params, shortages })
    }

    /// The check's sentence in every language, and the labels of the dimensions, in the reader's, as figures.
    async fn say(&self, ledger: &Ledger, violation: &Violation) -> Result<(Sentences, Params), Error> {
        let document = Document { values: violation.dimensions.clone(), ..Document::default() };
        let table = self.balance_table(ledger)?;
        let template = |locale: &str| {
            let checks = self.live.face(locale).app.ledgers.get(&ledger.key).map(|ledger| &ledger.checks);
            let check = checks.and_then(|checks| checks.get(violation.check?));
            check.map(|check| check.message.clone()).unwrap_or_default()
        };
        let mut hops = Hops::new();
        for name in
            LOCALES.iter().flat_map(|locale| placeholders(&template(locale)).map(str::to_owned).collect::<Vec<_>>())
        {
            if let Some((link, rest)) = name.split_once('.') {
                hops.entry(link.to_owned()).or_default().insert(rest.to_owned());
            }
        }
        for name in violation.dimensions.keys() {
            if let Some(target) = self.target(table, name) {
                hops.entry(name.clone()).or_default().extend(target.display_fields().map(|field| field.key.clone()));
            }
        }
        let mut around = Circumstances::new(self.call, self.live);
        around.load(self.tx, table, &document, &hops).await?;
        let (need, available) = (Value::Decimal(violation.need), Value::Decimal(violation.available));
        let variables = [("need", Variable::Value(&need)), ("available", Variable::Value(&available))];
        let mut sentences = Sentences::new();
        for locale in LOCALES {
            // Titles of choices are those of the language, so each is filled in over its own table.
            let table = self.live.face(locale).app.tables.get(&ledger.balance).unwrap_or(table);
            let inputs = Inputs::new(around.context(), table, &document).with_variables(&variables);
            sentences.push((locale, fill(&template(locale), &inputs)));
        }
        let inputs = Inputs::new(around.context(), table, &document);
        let mut params = Params::new();
        for (name, value) in &violation.dimensions {
            let Some(field) = table.field(name) else { continue };
            let label = match (self.target(table, name), value.as_integer()) {
                (Some(target), Some(id)) => {
                    let of_row = target.display.replace('{', &format!("{{{name}."));
                    let shown = fill(&of_row, &inputs);
                    if shown.trim().is_empty() { format!("#{id}") } else { shown }
                }
                _ => field.show(value),
            };
            params.insert(name.clone(), label);
        }
        Ok((sentences, params))
    }

    /// The table that a dimension points at, in the reader's language.
    fn target(&self, table: &Table, name: &str) -> Option<&Table> {
        let key = table.field(name)?.target.as_deref()?;
        self.live.face(&self.call.actor.locale).app.tables.get(key)
    }
}
