//! What the meta-schemas say of a thing in a document: its members, what each holds, and which of them belong together.

use crate::definition::schema::{self, DocumentKind};
use serde_json::{Map, Value as Json};

/// A place in a meta-schema, references followed.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The schema's name: `flow`.
    file: &'static str,
    /// What its words are called by: `flow/node_approve/who`.
    pub id: String,
    /// What the words of its members begin with: those of a thing that several members refer to are said once.
    within: String,
    schema: &'static Json,
    /// What stands beside the reference that led here: it goes first.
    beside: Option<&'static Json>,
    /// The member that a string in the thing's place says.
    spelled: Option<&'static str>,
}

/// What a string is the name of, or how it is written; the word of `x-holds`.
pub type Holds = &'static str;

/// How a member is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Made by the designer and not shown.
    Key,
    /// One string.
    One(Holds),
    Flag,
    Whole {
        least: i64,
        most: i64,
    },
    /// One of these words.
    Word(Vec<&'static str>),
    /// Some of these words.
    Words(Vec<&'static str>),
    /// Several strings.
    Several(Holds),
    /// A string or a word for each of some names.
    Pairs {
        keys: Holds,
        value: Box<Self>,
    },
    /// A thing of its own, told together with the thing that it is in.
    Group,
    /// Things in an order.
    Things,
    /// Things by keys that the designer makes.
    Named,
    /// A condition in the filter language.
    Filter,
    /// One of these words, or such a condition.
    WordOrFilter(Vec<&'static str>),
    /// True, false or a condition.
    Rule,
    Json,
}

/// One member of a thing.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: &'static str,
    pub meta: Meta,
    pub form: Form,
    pub required: bool,
    /// Another value of it makes the thing have other members.
    pub turns: bool,
}

impl Meta {
    /// The whole document.
    #[must_use]
    pub fn of(kind: DocumentKind) -> Option<Self> {
        let schema = schema::parsed(kind.name())?;
        let id = kind.name().to_owned();
        Some(Self { file: kind.name(), within: id.clone(), id, schema, beside: None, spelled: None })
    }

    fn at(&self, schema: &'static Json, id: String) -> Self {
        Self { file: self.file, within: id.clone(), id, schema, beside: None, spelled: None }.followed()
    }

    /// Where a reference leads.
    fn followed(mut self) -> Self {
        while let Some(reference) = self.schema.get("$ref").and_then(Json::as_str) {
            let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            let file = file.strip_suffix(".json").unwrap_or(file);
            let name = if file.is_empty() { self.file } else { file };
            let Some((root, file)) = schema::parsed(name).zip(schema::name_of(name)) else { break };
            let Some(target) = root.pointer(pointer) else { break };
            let def = pointer.strip_prefix("/$defs/").map(|def| format!("{file}/{def}"));
            // What is said beside the reference is said of this member, and called by its own name.
            let own = self.schema.get("title").is_some();
            let within = def.unwrap_or_else(|| file.to_owned());
            self = Self {
                file,
                id: if own { self.id } else { within.clone() },
                within,
                schema: target,
                beside: if own { Some(self.schema) } else { self.beside },
                spelled: None,
            };
        }
        self
    }

    fn said(&self, name: &str) -> Option<&'static Json> {
        self.beside.and_then(|beside| beside.get(name)).or_else(|| self.schema.get(name))
    }

    /// The English title; empty where none is said.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.said("title").and_then(Json::as_str).unwrap_or_default()
    }

    #[must_use]
    pub fn description(&self) -> &'static str {
        self.said("description").and_then(Json::as_str).unwrap_or_default()
    }

    /// The English word for a value of an enum.
    #[must_use]
    pub fn word(&self, value: &str) -> Option<&'static str> {
        let words = self.said("x-words").or_else(|| self.schema.pointer("/items/x-words"));
        let words = words.or_else(|| self.schema.pointer("/additionalProperties/x-words"));
        let words = words.or_else(|| self.schema.pointer("/then/x-words"));
        words.and_then(|words| words.get(value)).and_then(Json::as_str)
    }

    /// Kinds of fields that fit; none for all.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.list("x-kinds")
    }

    /// An annotation that is a list of words, of the member or of what it lists.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&'static str> {
        let said = self.said(name).or_else(|| self.schema.get("items").and_then(|items| items.get(name)));
        said.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// An annotation that is a pointer: `x-scope`, `x-line`, `x-keys-of`.
    #[must_use]
    pub fn pointer(&self, name: &str) -> Option<&'static str> {
        self.said(name).and_then(Json::as_str)
    }

    /// The value that a new member has.
    #[must_use]
    pub fn starter(&self) -> Option<&'static Json> {
        self.said("x-starter")
    }

    /// What a flag is where nothing is said.
    #[must_use]
    pub fn usual(&self) -> bool {
        self.said("default") == Some(&Json::Bool(true))
    }

    /// How many at least, of things or strings.
    #[must_use]
    pub fn least(&self) -> u64 {
        self.schema.get("minItems").and_then(Json::as_u64).unwrap_or_default()
    }

    /// The things of a list or a map.
    #[must_use]
    pub fn item(&self) -> Option<Self> {
        let named = |schema: &'static Json| self.at(schema, self.id.clone());
        let items = self.schema.get("items").or_else(|| self.schema.get("additionalProperties"));
        items.filter(|items| items.is_object()).map(named).map(Self::object)
    }

    /// Where a string may stand for an object, the object.
    fn object(self) -> Self {
        let any = self.schema.get("anyOf").and_then(Json::as_array);
        let object = any.and_then(|any| any.iter().find(|one| one.get("$ref").is_some()));
        match object {
            Some(object) => {
                let meta = self.at(object, self.id.clone());
                let spelled = meta.alternatives(&Json::Null).first().copied();
                Self { spelled, ..meta }
            }
            None => self,
        }
    }

    /// Where a string stands for a thing: the only member that it says.
    #[must_use]
    pub fn short(&self) -> Option<&'static str> {
        if self.spelled.is_some() {
            return self.spelled;
        }
        let texts = self.schema.get("type").and_then(Json::as_array)?;
        let may = texts.iter().any(|text| text == "string") && texts.iter().any(|text| text == "object");
        let required = self.schema.get("required").and_then(Json::as_array)?;
        may.then(|| required.first().and_then(Json::as_str)).flatten()
    }

    /// The schemas that hold for a value: its own, and those of the branches that it meets.
    fn holding(&self, value: &Json) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let branches = self.schema.get("allOf").and_then(Json::as_array).into_iter().flatten();
        for branch in branches.chain(std::iter::once(self.schema)) {
            let Some(condition) = branch.get("if") else { continue };
            let name = if meets(condition, value) { "then" } else { "else" };
            if let Some(then) = branch.get(name) {
                all.extend(self.at(then, self.within.clone()).holding(value));
            }
        }
        all
    }

    /// The names by whose values a thing has these or those members.
    fn turning(&self) -> Vec<&'static str> {
        let branches = self.schema.get("allOf").and_then(Json::as_array).into_iter().flatten();
        let conditions = branches.filter_map(|branch| branch.pointer("/if/properties")).filter_map(Json::as_object);
        let mut names: Vec<&'static str> = conditions.flat_map(Map::keys).map(String::as_str).collect();
        names.dedup();
        names
    }

    /// The members of which a thing has exactly one.
    #[must_use]
    pub fn alternatives(&self, value: &Json) -> Vec<&'static str> {
        let holding = self.holding(value);
        let lists = holding.iter().filter_map(|meta| meta.schema.get("oneOf").and_then(Json::as_array));
        let required = |one: &'static Json| one.get("required").and_then(Json::as_array)?.first()?.as_str();
        lists.flatten().filter_map(required).collect()
    }

    /// The members of a thing as it stands, in the order of the schema.
    #[must_use]
    pub fn members(&self, value: &Json) -> Vec<Member> {
        let holding = self.holding(value);
        let turning: Vec<&str> = holding.iter().flat_map(Self::turning).collect();
        let required: Vec<&str> = holding
            .iter()
            .filter_map(|meta| meta.schema.get("required").and_then(Json::as_array))
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut members: Vec<Member> = Vec::new();
        for meta in &holding {
            for (name, schema) in meta.schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                if schema.get("const").is_some() || members.iter().any(|known| known.name == name) {
                    continue;
                }
                let own = meta.at(schema, format!("{}/{name}", meta.within));
                let form = own.form();
                members.push(Member {
                    name,
                    form,
                    meta: own,
                    required: required.contains(&name.as_str()),
                    turns: turning.contains(&name.as_str()),
                });
            }
        }
        members
    }

    fn words_of(schema: &'static Json) -> Vec<&'static str> {
        schema.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// The format may say it, and nothing acts on it yet: it is not offered. A word of the member, or the whole of it.
    #[must_use]
    pub fn is_later(&self, word: Option<&str>) -> bool {
        match (self.said("x-later").or_else(|| self.schema.pointer("/items/x-later")), word) {
            (Some(Json::Bool(later)), _) => *later,
            (Some(Json::Array(words)), Some(word)) => words.iter().any(|later| later == word),
            _ => false,
        }
    }

    fn holds_of(&self, schema: &'static Json) -> Holds {
        let own = schema.get("x-holds").or_else(|| self.beside.and_then(|beside| beside.get("x-holds")));
        own.and_then(Json::as_str).unwrap_or("text")
    }

    fn form(&self) -> Form {
        let schema = self.schema;
        let holds = self.holds_of(schema);
        if holds == "key" {
            return Form::Key;
        }
        if self.file == "filter" {
            return Form::Filter;
        }
        if holds == "rule" {
            return Form::Rule;
        }
        if schema.get("enum").is_some() {
            return Form::Word(Self::words_of(schema));
        }
        if let (Some(then), Some(_)) =
            (schema.get("then").filter(|then| then.get("enum").is_some()), schema.get("else"))
        {
            let other = schema.pointer("/else/$ref").and_then(Json::as_str);
            return if other == Some("filter.json") { Form::WordOrFilter(Self::words_of(then)) } else { Form::Json };
        }
        if schema.get("if").is_some() && holds != "text" {
            return Form::One(holds);
        }
        match schema.get("type") {
            Some(Json::String(name)) => match name.as_str() {
                "string" => Form::One(holds),
                "boolean" => Form::Flag,
                "integer" => Form::Whole {
                    least: schema.get("minimum").and_then(Json::as_i64).unwrap_or_default(),
                    most: schema.get("maximum").and_then(Json::as_i64).unwrap_or(1_000_000),
                },
                "array" => self.listing(),
                "object" => self.map(),
                _ => Form::Json,
            },
            Some(Json::Array(_)) if holds != "text" => Form::One(holds),
            _ => Form::Json,
        }
    }

    fn listing(&self) -> Form {
        let Some(item) = self.item() else { return Form::Json };
        let words = Self::words_of(item.schema);
        let object = item.schema.get("type").is_none_or(|kind| kind == "object" || kind.is_array());
        match self.schema.pointer("/items/type").and_then(Json::as_str) {
            _ if !words.is_empty() => Form::Words(words),
            Some("string") => Form::Several(self.holds_of(&self.schema["items"])),
            _ if item.file == "filter" => Form::Json,
            _ if object && (item.schema.get("properties").is_some() || item.schema.get("allOf").is_some()) => {
                Form::Things
            }
            _ => Form::Json,
        }
    }

    fn map(&self) -> Form {
        let Some(own) = self.schema.get("additionalProperties").filter(|own| own.is_object()) else {
            return if self.schema.get("properties").is_some() { Form::Group } else { Form::Json };
        };
        let keys = self.pointer("x-keys").unwrap_or("key");
        let value = self.at(own, self.id.clone());
        match value.form() {
            Form::Group | Form::Json if keys == "key" => Form::Named,
            form @ (Form::One(_) | Form::Word(_) | Form::Whole { .. }) => Form::Pairs { keys, value: Box::new(form) },
            _ => Form::Json,
        }
    }
}

/// Whether a value meets the condition of a branch: words at members, and that they are there.
fn meets(condition: &Json, value: &Json) -> bool {
    if condition.get("type").is_some_and(|kind| kind == "string") {
        return value.is_string();
    }
    let there = |name: &Json| name.as_str().is_some_and(|name| value.get(name).is_some());
    let required = condition.get("required").and_then(Json::as_array).into_iter().flatten().all(there);
    let is = |name: &String, wanted: &Json| {
        let own = value.get(name);
        match (wanted.get("const"), wanted.get("enum").and_then(Json::as_array)) {
            (Some(word), _) => own.is_none_or(|own| own == word),
            (_, Some(words)) => own.is_none_or(|own| words.contains(own)),
            _ => true,
        }
    };
    let properties = condition.get("properties").and_then(Json::as_object).into_iter().flatten();
    required && properties.into_iter().all(|(name, wanted)| is(name, wanted))
}
