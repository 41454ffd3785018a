//! What expressions yield on a real record, for somebody who is building: on the newest record that they may see, by what is
//! published. Nothing is written.

use super::{Call, Error, LiveApp, Service, context::Circumstances, records, records::ListRequest};
use crate::{
    base::value::Value,
    definition::field::Kind,
    rules::{Inputs, Names, RuleCode, RuleError},
    store::records::label,
};

/// What came of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    Value(Value),
    /// It reads something that the person may not see.
    Hidden,
    /// It cannot be worked out: what it reads is not filled in, or is not published yet.
    Failed(RuleError),
}

/// Expressions tried on one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What the record is called.
    pub record: String,
    /// What came of each, in order.
    pub tried: Vec<Tried>,
}

impl Service {
    /// Tries expressions on the newest record of a table, those about a line on its first line. Nothing where there is no table
    /// yet, or no record that the person may see.
    ///
    /// # Errors
    /// The database failed.
    pub async fn try_expressions(
        &self,
        call: &Call,
        live: &LiveApp,
        table: &str,
        line: &str,
        sources: &[String],
    ) -> Result<Option<Trial>, Error> {
        let Ok(definition) = live.table(&call.actor.locale, table) else { return Ok(None) };
        let reader = self.store.reader();
        let request = ListRequest { sort: Some("-id".to_owned()), limit: Some(1), ..ListRequest::default() };
        let listed = match records::list(&reader, call, live, table, &request).await {
            Ok((listed, _)) => listed,
            Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let Some(record) = listed.records.first() else { return Ok(None) };
        let rights = listed.permit.rights(&record.matched);
        let lines = definition.field(line).filter(|field| field.kind == Kind::Lines).map(|field| field.key.as_str());
        let mut tried = Vec::with_capacity(sources.len());
        for source in sources {
            let expression = match live.expression(source) {
                Ok(expression) => expression,
                Err(error) => {
                    tried.push(Tried::Failed(error));
                    continue;
                }
            };
            let read = expression.reads(&Names::of(definition).in_line(lines));
            if !read.iter().all(|path| rights.can_read(path)) {
                tried.push(Tried::Hidden);
                continue;
            }
            let mut around = Circumstances::new(call, live);
            around.load_for(&reader, definition, lines, &[], &expression, &record.document).await?;
            let inputs = Inputs::new(around.context(), definition, &record.document);
            let first = lines.and_then(|lines| Some((lines, record.document.lines_of(lines).first()?)));
            let inputs = match first {
                Some((lines, line)) => inputs.with_line(lines, line),
                None => inputs,
            };
            tried.push(match expression.evaluate(&inputs) {
                Ok(value) => Tried::Value(value),
                // Conditions hold nothing of what is not filled in.
                Err(error) if error.code == RuleCode::UnsetValue => Tried::Value(Value::Unset),
                Err(error) => Tried::Failed(error),
            });
        }
        let named = definition.display_fields().all(|field| rights.can_read(&field.key));
        let called = || label(definition, record.id.0, &record.document.values);
        Ok(Some(Trial { record: if named { called() } else { format!("#{}", record.id.0) }, tried }))
    }
}
