//! Properties of things in documents as a designer shows them: what each is called, where it lies, and how what was typed is
//! read into it.

use super::Refusal;
use serde_json::{Map, Value as Json};

/// How a property is typed, and what lies in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text on one line; none when blank.
    Line,
    Paragraph,
    /// A text that cannot be blank.
    Title,
    /// Yes, or not said.
    Flag,
    Whole {
        least: u64,
        most: u64,
    },
    /// A number as a text, so that no digit is lost.
    Number,
    /// One of these words; blank is not said.
    Word(&'static [&'static str]),
    /// An expression.
    Expression,
    /// An expression that is true or false; true where nothing is typed.
    Condition,
    /// Always, never, or when an expression holds.
    Rule,
    /// A text as it stands, `=` and an expression that yields one.
    Text,
    /// What a new value is: a text as it stands, `=` and an expression.
    Default,
    /// Words with commas or line breaks between them.
    Words,
    /// A condition in the filter language.
    Filter,
    /// A table of the app.
    Table,
    /// A field, of whichever table the property speaks of.
    Field,
    /// Bytes, typed in mebibytes.
    Size,
    /// JSON as it is.
    Json,
}

/// A property of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// What it is posted as and its message is called by.
    pub name: &'static str,
    /// Where it lies below the thing: `/x-field/help`.
    pub at: &'static str,
    pub shape: Shape,
}

impl Property {
    #[must_use]
    pub const fn new(name: &'static str, at: &'static str, shape: Shape) -> Self {
        Self { name, at, shape }
    }

    /// The property as it is typed.
    #[must_use]
    pub fn shown(&self, thing: &Json) -> String {
        let Some(value) = thing.pointer(self.at) else { return String::new() };
        match (self.shape, value) {
            (Shape::Default, Json::String(source)) => typed_default(source),
            (Shape::Default, other) => format!("={other}"),
            (Shape::Size, value) => {
                let bytes = value.as_f64().unwrap_or_default() / (1024.0 * 1024.0);
                let text = format!("{bytes:.3}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            (Shape::Words, Json::Array(words)) => words.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
            (_, Json::String(text)) => text.clone(),
            (_, Json::Bool(false)) if self.shape == Shape::Flag => String::new(),
            (_, Json::Object(members)) if members.len() == 1 && members.contains_key("expression") => {
                format!("={}", members["expression"].as_str().unwrap_or_default())
            }
            (_, other) => other.to_string(),
        }
    }

    /// Reads what was typed into the thing.
    ///
    /// # Errors
    /// What is wrong with it, at the property.
    pub fn put(&self, thing: &mut Json, typed: &str) -> Result<(), Refusal> {
        // What is sent back as it was shown stays as it is written.
        if typed == self.shown(thing) {
            return Ok(());
        }
        let value = self.read(typed.trim()).map_err(|refusal| refusal.at(self.name))?;
        set(thing, self.at, value)
    }

    fn read(&self, typed: &str) -> Result<Option<Json>, Refusal> {
        if typed.is_empty() && self.shape == Shape::Condition {
            return Ok(Some("true".into()));
        }
        if typed.is_empty() {
            return if self.shape == Shape::Title { Err(Refusal::new("edit_title")) } else { Ok(None) };
        }
        let text = || Some(Json::from(typed));
        Ok(match self.shape {
            Shape::Line | Shape::Paragraph | Shape::Title | Shape::Table | Shape::Field => text(),
            Shape::Expression | Shape::Condition => Some(Json::from(typed.strip_prefix('=').unwrap_or(typed).trim())),
            Shape::Flag => (typed == "true").then_some(Json::Bool(true)),
            Shape::Rule => match typed.strip_prefix('=').unwrap_or(typed).trim() {
                "true" => Some(Json::Bool(true)),
                "false" => Some(Json::Bool(false)),
                rule => Some(rule.into()),
            },
            Shape::Whole { least, most } => {
                let number = typed.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
                let wrong =
                    || Refusal::new("edit_whole").with("least", least.to_string()).with("most", most.to_string());
                Some(number.ok_or_else(wrong)?.into())
            }
            Shape::Number => {
                let number = crate::base::decimal::parse(typed).ok_or_else(|| Refusal::new("edit_number"))?;
                Some(number.to_string().into())
            }
            Shape::Size => {
                let number = crate::base::decimal::parse(typed).ok_or_else(|| Refusal::new("edit_number"))?;
                let bytes = number * rust_decimal::Decimal::from(1024 * 1024);
                let bytes = rust_decimal::prelude::ToPrimitive::to_u64(&bytes.round()).filter(|bytes| *bytes > 0);
                Some(bytes.ok_or_else(|| Refusal::new("edit_number"))?.into())
            }
            Shape::Word(words) => {
                let known = words.contains(&typed);
                known.then(text).ok_or_else(|| Refusal::new("edit_gone"))?
            }
            Shape::Text => Some(match typed.strip_prefix('=') {
                Some(expression) => serde_json::json!({"expression": expression.trim()}),
                None => typed.into(),
            }),
            Shape::Default => Some(default_source(typed).into()),
            Shape::Words => {
                let words = typed.split([',', '，', '、', '\n']).map(str::trim).filter(|word| !word.is_empty());
                Some(words.map(Json::from).collect())
            }
            Shape::Filter | Shape::Json => {
                let read = serde_json::from_str::<Json>(typed);
                Some(read.map_err(|error| Refusal::new("edit_json").with("detail", error.to_string()))?)
            }
        })
    }
}

/// Puts a value at a place below a thing, or takes it away. What is empty then goes too, `x-field` aside.
///
/// # Errors
/// `edit_gone` where the thing holds nothing.
pub fn set(thing: &mut Json, at: &str, value: Option<Json>) -> Result<(), Refusal> {
    let (parent, name) = at.rsplit_once('/').ok_or_else(Refusal::gone)?;
    if thing.pointer(parent).is_none() {
        if value.is_none() {
            return Ok(());
        }
        set(thing, parent, Some(Json::Object(Map::new())))?;
    }
    let members = thing.pointer_mut(parent).and_then(Json::as_object_mut).ok_or_else(Refusal::gone)?;
    match value {
        Some(value) => {
            members.insert(name.to_owned(), value);
        }
        None => {
            members.shift_remove(name);
        }
    }
    if members.is_empty() && !parent.is_empty() && parent != "/x-field" {
        set(thing, parent, None)?;
    }
    Ok(())
}

/// The expression for what was typed as a default: a text as it stands, a formula after `=`.
#[must_use]
pub fn default_source(typed: &str) -> String {
    match typed.strip_prefix('=') {
        Some(expression) => expression.trim().to_owned(),
        None => Json::from(typed).to_string(),
    }
}

/// What is typed for an expression as a default.
#[must_use]
pub fn typed_default(source: &str) -> String {
    match serde_json::from_str::<Json>(source) {
        Ok(Json::String(text)) if !text.starts_with('=') => text,
        _ => format!("={source}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_lies_where_it_belongs_and_is_shown_again() {
        let help = Property::new("help", "/x-field/help", Shape::Line);
        let rule = Property::new("visible", "/visible", Shape::Rule);
        let scale = Property::new("scale", "/x-field/scale", Shape::Whole { least: 0, most: 9 });
        let start = Property::new("default", "/x-field/default", Shape::Default);
        let mut thing = json!({"x-field": {"kind": "text"}});
        help.put(&mut thing, " Say it ").expect("a text");
        rule.put(&mut thing, "record.a > 1").expect("a rule");
        scale.put(&mut thing, "3").expect("a number");
        start.put(&mut thing, "say \"yes\"").expect("a default");
        assert_eq!(
            thing,
            json!({"x-field": {"kind": "text", "help": "Say it", "scale": 3, "default": "\"say \\\"yes\\\"\""},
                "visible": "record.a > 1"})
        );
        assert_eq!((start.shown(&thing), rule.shown(&thing)), ("say \"yes\"".into(), "record.a > 1".into()));
        start.put(&mut thing, "=today()").expect("a default");
        assert_eq!((thing["x-field"]["default"].clone(), start.shown(&thing)), (json!("today()"), "=today()".into()));
        rule.put(&mut thing, "false").expect("a rule");
        assert_eq!(thing["visible"], json!(false));
        for property in [help, rule, scale, start] {
            property.put(&mut thing, "").expect("nothing");
        }
        assert_eq!(thing, json!({"x-field": {"kind": "text"}}));
        assert_eq!(scale.put(&mut thing, "12").map_err(|refusal| refusal.code), Err("edit_whole"));
        assert_eq!(help.put(&mut thing, " "), Ok(()));
        let title = Property::new("title", "/title", Shape::Title);
        assert_eq!(title.put(&mut json!({"title": "A"}), " ").map_err(|refusal| refusal.at), Err("title".into()));
        let size = Property::new("size", "/max_size", Shape::Size);
        let mut thing = json!({"max_size": 10_485_760});
        assert_eq!(size.shown(&thing), "10");
        size.put(&mut thing, "0.5").expect("a size");
        assert_eq!(thing, json!({"max_size": 524_288}));
    }
}
