//! Field kinds: one file each behind one trait. A kind knows how its value is read, checked, stored and shown;
//! nothing else in the program branches on a kind where the trait can answer.

pub mod address;
mod annotation;
mod attachment;
mod barcode;
mod boolean;
pub mod cascade;
mod choice;
mod choices;
mod date;
mod datetime;
mod decimal;
mod department;
mod departments;
mod derived;
pub mod duration;
mod email;
pub mod file_list;
mod id;
mod id_list;
mod image;
mod integer;
pub mod json;
mod kind;
mod lines;
mod link;
mod links;
pub mod location;
mod lookup;
mod member;
mod members;
mod money;
mod multiline;
mod number;
mod number_series;
mod percent;
mod phone;
mod rating;
pub mod rich_text;
mod rollup;
mod secret;
mod series;
mod signature;
mod text;
mod time;
mod url;

pub use annotation::{ChoiceOption, FieldAnnotation, OnDelete};
pub use image::PICTURES;
pub use lookup::Lookup;
pub use rollup::{Rollup, RollupSource};
pub use series::{Reset, SeriesPattern};

use crate::base::{error::FieldError, value::Value};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value as Json, json};

/// How a column is stored. Both databases know only these two types for app data, so they sort and compare alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Integer,
    Text,
}

/// A value as it lies in a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stored {
    Null,
    Integer(i64),
    Text(String),
}

/// The control that fills a field in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    Line,
    Paragraph,
    Whole,
    Number,
    Checkbox,
    Date,
    DateTime,
    Time,
    Choice,
    Choices,
    Link,
    Links,
    Member,
    Members,
    Department,
    Departments,
    Cascade,
    Duration,
    RichText,
    Location,
    Address,
    Json,
    Files,
    Images,
    Signature,
    Secret,
    Lines,
}

/// What a kind of field can do. Paths of errors are relative to the value: the caller puts the field in front.
pub trait FieldKind: Sync {
    /// The column it needs; lines have none of their own.
    fn column(&self) -> Option<Column>;
    fn widget(&self) -> Widget;
    /// Reads the API's JSON form. `null` never arrives here.
    fn read(&self, field: &Field, json: &Json) -> Result<Value, FieldError>;
    /// Reads what a person typed or a spreadsheet holds; the text is trimmed and not empty.
    fn read_text(&self, field: &Field, text: &str) -> Result<Value, FieldError>;
    /// The API's JSON form of a value that is set.
    fn write(&self, field: &Field, value: &Value) -> Json;
    /// Plain text for a cell; ids of links and members are replaced by labels further out.
    fn show(&self, field: &Field, value: &Value) -> String;
    /// What a spreadsheet's cell holds; [`Self::read_text`] reads it back without loss.
    fn text(&self, field: &Field, value: &Value) -> String {
        self.show(field, value)
    }
    /// Bounds, options, patterns.
    fn check(&self, _field: &Field, _value: &Value) -> Result<(), FieldError> {
        Ok(())
    }
    fn store(&self, field: &Field, value: &Value) -> Stored;
    fn load(&self, field: &Field, stored: Stored) -> Value;
    /// Brings a computed number to what the field can hold: rounded to its scale.
    fn settle(&self, _field: &Field, value: Value) -> Value {
        value
    }
    /// What a kind that holds files says of them.
    fn files(&self) -> Option<&file_list::FileList> {
        None
    }
    /// What is wrong with the definition of such a field: JSON Pointer below the property, and a sentence.
    fn problems(&self, _field: &Field) -> Vec<(String, String)> {
        Vec::new()
    }
}

macro_rules! kinds {
    ($($variant:ident = $name:literal => $behaviour:expr),+ $(,)?) => {
        /// The kinds of this version.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($variant),+ }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),+];

            /// The kind of that name in a definition.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            #[must_use]
            pub fn behaviour(self) -> &'static dyn FieldKind {
                match self { $(Self::$variant => &$behaviour),+ }
            }
        }
    };
}

kinds! {
    Text = "text" => text::TEXT,
    Multiline = "multiline" => multiline::MULTILINE,
    Email = "email" => email::EMAIL,
    Phone = "phone" => phone::PHONE,
    RichText = "rich_text" => rich_text::RichText,
    Url = "url" => url::URL,
    Barcode = "barcode" => barcode::BARCODE,
    Integer = "integer" => integer::Integer,
    Decimal = "decimal" => decimal::DECIMAL,
    Money = "money" => money::MONEY,
    Percent = "percent" => percent::PERCENT,
    Rating = "rating" => rating::Rating,
    Boolean = "boolean" => boolean::Boolean,
    Date = "date" => date::DateKind,
    DateTime = "datetime" => datetime::DateTime,
    Time = "time" => time::TimeKind,
    Duration = "duration" => duration::Duration,
    Choice = "choice" => choice::Choice,
    Choices = "choices" => choices::Choices,
    Cascade = "cascade" => cascade::Cascade,
    Link = "link" => link::LINK,
    Links = "links" => links::LINKS,
    Member = "member" => member::MEMBER,
    Members = "members" => members::MEMBERS,
    Department = "department" => department::DEPARTMENT,
    Departments = "departments" => departments::DEPARTMENTS,
    Location = "location" => location::Location,
    Address = "address" => address::Address,
    Json = "json" => json::Json,
    Attachment = "attachment" => attachment::ATTACHMENT,
    Image = "image" => image::IMAGE,
    Signature = "signature" => signature::SIGNATURE,
    Secret = "secret" => secret::SECRET,
    NumberSeries = "number_series" => number_series::NUMBER_SERIES,
    Lookup = "lookup" => lookup::LOOKUP,
    Rollup = "rollup" => rollup::ROLLUP,
    Lines = "lines" => lines::Lines,
}

/// A field of a table, or a column of its lines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub key: String,
    pub title: String,
    pub kind: Kind,
    pub required: bool,
    pub read_only: bool,
    pub unique: bool,
    pub index: bool,
    pub searchable: bool,
    pub sensitive: bool,
    /// Lies in the database under a key that is kept elsewhere.
    pub sealed: bool,
    pub scan: bool,
    pub help: Option<String>,
    pub unit: Option<String>,
    /// Decimal places that are stored.
    pub scale: u32,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub exclusive_min: Option<Decimal>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub pattern: Option<String>,
    pub reset: Option<Reset>,
    pub options: Vec<ChoiceOption>,
    /// The table a link points at.
    pub target: Option<String>,
    pub default: Option<String>,
    pub formula: Option<String>,
    /// A figure of other rows that the server keeps.
    pub rollup: Option<Rollup>,
    /// What it reads behind a link; such a field is not stored.
    pub lookup: Option<Lookup>,
    /// Least and most lines or files.
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    /// The largest file in bytes.
    pub max_size: Option<u64>,
    /// The types of files that are taken; none for those of the kind.
    pub accept: Vec<String>,
    /// The columns of a lines field.
    pub columns: IndexMap<String, Field>,
}

impl Field {
    pub(super) fn new(
        key: &str,
        property: &Json,
        kind: Kind,
        annotation: FieldAnnotation,
        required: bool,
        columns: IndexMap<String, Field>,
    ) -> Self {
        let number = |json: &Option<Json>| json.as_ref().and_then(json_number);
        let count = |name: &str| property[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let rollup = (kind == Kind::Rollup).then(|| Rollup::new(&annotation));
        let lookup = (kind == Kind::Lookup).then(|| Lookup::new(&annotation));
        let mut options = annotation.options;
        options.iter_mut().for_each(ChoiceOption::name);
        Self {
            key: key.to_owned(),
            title: property["title"].as_str().unwrap_or(key).to_owned(),
            kind,
            required,
            read_only: property["readOnly"].as_bool().unwrap_or(false)
                || annotation.formula.is_some()
                || matches!(kind, Kind::NumberSeries | Kind::Rollup | Kind::Lookup),
            unique: annotation.unique,
            index: annotation.index,
            searchable: annotation.searchable,
            sensitive: annotation.sensitive || annotation.encrypted || kind == Kind::Secret,
            sealed: annotation.encrypted || kind == Kind::Secret,
            scan: annotation.scan,
            help: annotation.help,
            unit: annotation.unit,
            scale: annotation.scale.unwrap_or(if kind == Kind::Decimal { 6 } else { 2 }),
            min: number(&annotation.min),
            max: number(&annotation.max),
            exclusive_min: number(&annotation.exclusive_min),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            pattern: annotation.pattern,
            reset: annotation.reset,
            options,
            target: annotation.table,
            default: annotation.default,
            formula: annotation.formula,
            rollup,
            lookup,
            min_items: count("minItems"),
            max_items: count("maxItems"),
            max_size: annotation.max_size,
            accept: annotation.accept,
            columns,
        }
    }

    /// A field that nothing is said of but its kind: for figures that belong to no definition.
    #[must_use]
    pub fn plain(key: &str, kind: Kind) -> Self {
        Self::new(key, &Json::Null, kind, FieldAnnotation::default(), false, IndexMap::new())
    }

    /// The form in which a database answers its values: what is sealed is text whatever it holds.
    #[must_use]
    pub fn answered_as(&self) -> Option<Column> {
        let column = self.kind.behaviour().column();
        if self.sealed { column.map(|_| Column::Text) } else { column }
    }

    /// The column it needs, if it needs one: what a lookup shows is stored elsewhere.
    #[must_use]
    pub fn stored_as(&self) -> Option<Column> {
        self.answered_as().filter(|_| self.lookup.is_none())
    }

    /// Text that may be searched for a part.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.kind.is_text() && !self.sealed
    }

    /// The column of a lines field.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<&Self> {
        self.columns.get(key)
    }

    /// The columns of a lines field that are stored.
    pub fn stored_columns(&self) -> impl Iterator<Item = &Self> {
        self.columns.values().filter(|column| column.lookup.is_none())
    }

    /// Reads the API's form; `null` is unset.
    ///
    /// # Errors
    /// A [`FieldError`] whose path is relative to this field.
    pub fn read(&self, json: &Json) -> Result<Value, FieldError> {
        match json {
            Json::Null => Ok(Value::Unset),
            // What a sealed value is answered as may be sent back: it stays what it is.
            Json::Object(members)
                if self.sealed && members.len() == 1 && members.get("set") == Some(&Json::Bool(true)) =>
            {
                Ok(Value::Sealed(String::new()))
            }
            json => self.kind.behaviour().read(self, json),
        }
    }

    /// Reads what a person typed; blank is unset.
    ///
    /// # Errors
    /// A [`FieldError`] whose path is relative to this field.
    pub fn read_text(&self, text: &str) -> Result<Value, FieldError> {
        let text = text.trim();
        if text.is_empty() { Ok(Value::Unset) } else { self.kind.behaviour().read_text(self, text) }
    }

    #[must_use]
    pub fn write(&self, value: &Value) -> Json {
        match value {
            Value::Unset => Json::Null,
            Value::Sealed(_) => json!({"set": true}),
            value => self.kind.behaviour().write(self, value),
        }
    }

    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        if value.is_unset() || value.is_sealed() { String::new() } else { self.kind.behaviour().show(self, value) }
    }

    /// What a spreadsheet's cell holds: [`Self::read_text`] reads it back without loss. Ids of links and members are replaced by
    /// labels further out.
    #[must_use]
    pub fn text(&self, value: &Value) -> String {
        if value.is_unset() || value.is_sealed() { String::new() } else { self.kind.behaviour().text(self, value) }
    }

    /// Bounds, options and patterns of a value that is set.
    ///
    /// # Errors
    /// A [`FieldError`] whose path is relative to this field.
    pub fn check(&self, value: &Value) -> Result<(), FieldError> {
        if value.is_unset() || value.is_sealed() { Ok(()) } else { self.kind.behaviour().check(self, value) }
    }

    #[must_use]
    pub fn store(&self, value: &Value) -> Stored {
        if value.is_unset() { Stored::Null } else { self.kind.behaviour().store(self, value) }
    }

    #[must_use]
    pub fn load(&self, stored: Stored) -> Value {
        if stored == Stored::Null { Value::Unset } else { self.kind.behaviour().load(self, stored) }
    }

    /// Brings a computed value to what the field can hold.
    #[must_use]
    pub fn settle(&self, value: Value) -> Value {
        if value.is_unset() { value } else { self.kind.behaviour().settle(self, value) }
    }

    #[must_use]
    pub fn option(&self, value: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.value == value)
    }

    fn sealed_problems(&self) -> impl Iterator<Item = (String, String)> {
        let kind =
            self.kind.is_identity() || matches!(self.kind, Kind::Lines | Kind::NumberSeries) || self.kind.is_file();
        let reasons = [
            (kind, "encrypted", "links, people, departments, lines and number series cannot be encrypted"),
            (self.unique, "unique", "what is encrypted cannot be compared, so it cannot be unique"),
            (self.index, "index", "what is encrypted cannot be compared, so an index is of no use"),
            (self.searchable, "searchable", "what is encrypted cannot be searched"),
        ];
        let broken = reasons.into_iter().filter(|(wrong, ..)| *wrong);
        broken.map(|(_, member, message)| (format!("/x-field/{member}"), message.to_owned()))
    }

    pub(super) fn problems(&self) -> Vec<(String, String)> {
        let mut problems = self.kind.behaviour().problems(self);
        if self.formula.is_some() && self.default.is_some() {
            problems.push(("/x-field/default".into(), "a computed field has no default; remove one of the two".into()));
        }
        if self.formula.is_some() && self.required {
            problems.push(("/x-field/formula".into(), "a computed field cannot be required".into()));
        }
        if self.sealed {
            problems.extend(self.sealed_problems());
        }
        if self.scale > 9 {
            problems.push(("/x-field/scale".into(), "at most 9 decimal places are kept".into()));
        }
        problems
    }
}

/// A bound may be written as a number or, exactly, as a string.
fn json_number(json: &Json) -> Option<Decimal> {
    match json {
        Json::String(text) => crate::base::decimal::parse(text),
        Json::Number(number) => crate::base::decimal::parse(&number.to_string()),
        _ => None,
    }
}

fn type_error(expected: &str) -> FieldError {
    FieldError::new("", "type").with("expected", expected)
}

#[cfg(test)]
mod tests;
