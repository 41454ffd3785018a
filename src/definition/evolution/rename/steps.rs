//! The steps of actions: which names are those of the record that they are about, and which those of the records that they write.

use super::{Context, Rewriter};
use serde_json::{Map, Value as Json};

impl Rewriter<'_> {
    /// One step. Its expressions are read where it stands, or in the line that it runs for; the fields that it writes are those of the
    /// record itself, of the lines, of the table that it names or of its ledger's moves.
    pub(super) fn step(&self, outer: Context<'_>, members: &Map<String, Json>) -> Json {
        let word = |name: &str| members.get(name).and_then(Json::as_str);
        let lines = word("for_each").or_else(|| word("lines")).filter(|key| self.is_lines(outer.table, key));
        let inner = Context { lines: lines.or(outer.lines), ..outer };
        let written = match (word("table"), word("ledger")) {
            (Some(table), _) => Context { table, lines: None },
            (None, Some(ledger)) => {
                let moves = self.app.ledgers.get(ledger).map_or("", |ledger| ledger.moves.as_str());
                Context { table: moves, lines: None }
            }
            (None, None) => inner,
        };
        let mut changed = Map::new();
        for (name, value) in members {
            let value = match (name.as_str(), value) {
                ("set" | "values" | "where", Json::Object(assigned)) => {
                    let each = |(field, value): (&String, &Json)| {
                        let value = match value {
                            Json::String(text) => self.in_step(inner, written, text).into(),
                            other => other.clone(),
                        };
                        (self.path(written, field), value)
                    };
                    assigned.iter().map(each).collect::<Map<_, _>>().into()
                }
                ("record", Json::String(text)) => self.expression(inner, text).into(),
                ("body", body) => self.body(inner, body),
                ("steps" | "then" | "else", steps) => self.walk(inner, name, steps),
                (_, value) => self.walk(outer, name, value),
            };
            changed.insert(name.clone(), value);
        }
        changed.into()
    }

    /// An expression of a step; what follows `target.` is a field of the record that it writes.
    fn in_step(&self, inner: Context<'_>, written: Context<'_>, text: &str) -> String {
        let mut out = String::new();
        for (index, part) in text.split("target.").enumerate() {
            if index == 0 {
                out.push_str(&self.expression(inner, part));
                continue;
            }
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(part.len());
            out.push_str("target.");
            out.push_str(&self.path(written, &part[..end]));
            out.push_str(&self.expression(inner, &part[end..]));
        }
        out
    }

    /// The texts of a body are templates, whatever their members are called.
    fn body(&self, context: Context<'_>, json: &Json) -> Json {
        match json {
            Json::String(text) => self.template(context, text).into(),
            Json::Array(items) => items.iter().map(|item| self.body(context, item)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.body(context, value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
}
