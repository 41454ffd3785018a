//! Members of things as controls: each by what its meta-schema says that it holds.

use super::{
    bench::{Opened, Refused},
    faces::{About, Faces, Shown, Sort},
    panel::select,
    start::ICONS,
};
use crate::{
    definition::{
        edit::{
            sheet::{
                meta::{Form, Member, Meta},
                standing::Standing,
                typed,
            },
            table::listed,
        },
        field::Kind,
    },
    i18n::Texts,
    query::SystemField,
    web::{
        pages::cell,
        view::{
            Choice, Tab,
            designer::{Control, Input},
            expression::{PairRow, PairsInput},
        },
    },
};
use serde_json::{Map, Value as Json};

/// People and departments that a definition may name, with their names.
#[derive(Default)]
pub struct Company {
    pub people: Vec<(String, String)>,
    pub departments: Vec<(String, String)>,
}

/// What draws the members of a document's things.
pub struct Drawn<'a> {
    pub opened: &'a Opened,
    pub faces: &'a Faces,
    pub company: &'a Company,
    pub path: &'a str,
    pub refused: Option<&'a Refused>,
    /// This page, for links that show an expression otherwise.
    pub here: &'a str,
    /// The member that is shown otherwise, and how.
    pub face: Option<(&'a str, &'a str)>,
}

/// What a member is called.
pub fn title_of(texts: Texts, meta: &Meta) -> String {
    texts.schema_title(&meta.id).unwrap_or_else(|| meta.title()).to_owned()
}

/// A value of a member that is one of some words.
pub fn word_of(texts: Texts, meta: &Meta, value: &str) -> String {
    let own = texts.schema_word(&meta.id, value).or_else(|| meta.word(value));
    own.map_or_else(|| value.replace('_', " "), str::to_owned)
}

const AGGREGATES: [&str; 4] = ["sum", "avg", "min", "max"];
/// How many of the first columns of a map of names show.
const MOST_PAIRS: usize = 200;

impl Drawn<'_> {
    pub fn texts(&self) -> Texts {
        self.opened.texts
    }

    /// A member as a control; `prefix` is the way to the thing that it is in.
    pub fn control(&self, standing: &Standing, member: &Member, prefix: &str) -> Option<Control> {
        let name = format!("{prefix}{}", member.name);
        let posted = format!("set.{name}");
        let value = standing.value.get(member.name);
        if member.form == Form::Key || (member.meta.is_later(None) && value.is_none()) {
            return None;
        }
        let shown = typed::shown(member, value);
        let value = self.refused.and_then(|refused| refused.typed(&posted)).unwrap_or(shown);
        let (input, value) = self.input(standing, member, &name, value)?;
        Some(Control {
            id: format!("s-{}", name.replace('/', "-")),
            label: title_of(self.texts(), &member.meta),
            help: self.texts().schema_help(&member.meta.id).unwrap_or_else(|| member.meta.description()).to_owned(),
            error: self.refused.and_then(|refused| refused.at(&name)),
            name: posted,
            value,
            input,
        })
    }

    fn input(&self, standing: &Standing, member: &Member, name: &str, value: String) -> Option<(Input, String)> {
        let texts = self.texts();
        let meta = &member.meta;
        let about = About { table: &standing.table, line: &standing.line };
        let input = match &member.form {
            Form::Key | Form::Group | Form::Things | Form::Named => return None,
            Form::Flag => Input::Flag,
            Form::Whole { .. } => Input::Number,
            Form::Word(words) => {
                let blank = (!member.required).then(|| texts.get("choice-unsaid"));
                select(blank, self.words(meta, words, &value), &value)
            }
            Form::Words(words) => {
                let chosen: Vec<&str> = value.split(", ").collect();
                let boxes = self.words(meta, words, &value).into_iter().map(|(word, label)| {
                    let selected = chosen.contains(&word.as_str());
                    Choice::new(word, label, selected)
                });
                Input::Boxes(boxes.collect())
            }
            Form::Several(holds) => match self.offered(standing, meta, holds) {
                Some(offered) => Input::Selects(several(&texts.get("choice-more"), &offered, &value)),
                None => Input::Line,
            },
            Form::Pairs { keys, value: form } => {
                let pairs = serde_json::from_str::<Map<String, Json>>(&value).unwrap_or_default();
                Input::Pairs(Box::new(self.pairs(standing, member, name, keys, form, &pairs)))
            }
            Form::Rule => return Some(self.face(name, Sort::Rule, about, value)),
            Form::Filter => {
                let table = standing.table_of(&self.opened.state.new, meta);
                let about = About { table: &table, line: "" };
                return Some(self.face(name, Sort::Filter, about, value));
            }
            Form::WordOrFilter(words) => {
                let words = self.words(meta, words, &value);
                return Some(self.face(name, Sort::Scope(words), about, value));
            }
            Form::One("condition") if value.starts_with('{') => {
                return Some(self.face(name, Sort::Filter, about, value));
            }
            Form::One("condition") => return Some(self.face(name, Sort::Condition, about, value)),
            Form::One("expression") => return Some(self.face(name, Sort::Value, about, value)),
            Form::One("paragraph" | "template") => Input::Paragraph,
            Form::One(holds) => match self.offered(standing, meta, holds) {
                Some(offered) => {
                    let blank = (!member.required).then(|| texts.get("choice-none"));
                    select(blank, offered, &value)
                }
                None => Input::Line,
            },
            Form::Json => Input::Code,
        };
        Some((input, value))
    }

    fn face(&self, name: &str, sort: Sort, about: About<'_>, value: String) -> (Input, String) {
        let asked = self.face.filter(|(member, _)| *member == name).map(|(_, face)| face);
        match self.faces.shown(name, &sort, about, &value, asked, self.here) {
            Shown::Rows(rows) => (Input::Rows(rows), value),
            Shown::Formula(formula, text) => {
                // What was refused is shown as it was typed.
                let posted = format!("set.{name}");
                let typed = self.refused.and_then(|refused| refused.typed(&posted));
                (Input::Formula(formula), typed.unwrap_or(text))
            }
            Shown::Literal { face } => (Input::Literal(face), value),
            Shown::Code { face, others } => (Input::Written { face, others }, value),
        }
    }

    fn words(&self, meta: &Meta, words: &[&'static str], value: &str) -> Vec<(String, String)> {
        let offered = words.iter().filter(|word| !meta.is_later(Some(word)) || value.contains(**word));
        offered.map(|word| ((*word).to_owned(), word_of(self.texts(), meta, word))).collect()
    }

    /// What a string may be, where it is the name of something; nothing where it is typed.
    fn offered(&self, standing: &Standing, meta: &Meta, holds: &str) -> Option<Vec<(String, String)>> {
        let texts = self.texts();
        let documents = &self.opened.state.new;
        let document = documents.json(self.path).unwrap_or_default();
        let kinds = meta.kinds();
        Some(match holds {
            "table" | "view" | "form" | "report" | "dashboard" | "role" | "flow" | "ledger" | "print" => {
                self.titled(&format!("{holds}s"))
            }
            "entry" => ["views", "tables", "reports", "dashboards"]
                .into_iter()
                .flat_map(|folder| self.titled(folder))
                .collect(),
            "field" | "path" | "order" | "lines" | "group" => {
                let table = standing.table_of(documents, meta);
                let line = if meta.pointer("x-keys-of").is_some() { "" } else { standing.line.as_str() };
                let mut fields = self.fields(&table, line, holds, &kinds);
                fields.extend(self.system(meta));
                match holds {
                    "order" => both_ways(texts, fields),
                    _ => fields,
                }
            }
            "column" | "column_order" => {
                let columns = document["columns"].as_array().cloned().unwrap_or_default();
                let fits = |column: &Json| kinds.is_empty() || kinds.iter().any(|kind| column.get(*kind).is_some());
                let named = columns.iter().filter(|column| fits(column)).filter_map(|column| {
                    let key = column["key"].as_str()?.to_owned();
                    let title = column["title"].as_str().map_or_else(|| self.say(&Json::Null, column), str::to_owned);
                    Some((key, title))
                });
                let named: Vec<(String, String)> = named.collect();
                if holds == "column" { named } else { both_ways(texts, named) }
            }
            "measure" => {
                let mut offered = vec![("count()".to_owned(), texts.get("gather-count"))];
                let table = standing.table_of(documents, meta);
                for (key, title) in self.fields(&table, "", "field", &NUMBERS) {
                    offered.extend(AGGREGATES.map(|name| {
                        let word = texts.get(&format!("gather-{name}"));
                        (format!("{name}({key})"), format!("{title} · {word}"))
                    }));
                }
                offered
            }
            "node" => {
                let mut nodes = Vec::new();
                collect_nodes(&document["nodes"], &mut nodes);
                nodes
            }
            "setting" => titled_members(&documents.json("app.json").unwrap_or_default()["settings"]),
            "parameter" => titled_members(&document["parameters"]),
            "person" => self.company.people.clone(),
            "department" => self.company.departments.clone(),
            "icon" => ICONS.map(|name| (name.to_owned(), texts.get(&format!("icon-{name}")))).to_vec(),
            "locale" => vec![("zh-CN".to_owned(), "中文".to_owned()), ("en".to_owned(), "English".to_owned())],
            _ => return None,
        })
    }

    fn titled(&self, folder: &str) -> Vec<(String, String)> {
        let stems = self.opened.state.new.folder(folder).map(|(stem, _)| stem.to_owned());
        stems.map(|stem| (stem.clone(), self.opened.title(&format!("{folder}/{stem}.json")))).collect()
    }

    fn system(&self, meta: &Meta) -> Vec<(String, String)> {
        let names = meta.list("x-system").into_iter().filter_map(SystemField::named);
        names.map(|field| (field.as_str().to_owned(), cell::system_title(self.texts(), field))).collect()
    }

    /// The fields of a table in the reader's words, links followed once where a path may.
    fn fields(&self, table: &str, line: &str, holds: &str, kinds: &[&str]) -> Vec<(String, String)> {
        let json = self.opened.read.json(&format!("tables/{table}.json")).unwrap_or_default();
        let fits = |kind: Option<Kind>| match holds {
            "lines" => kind == Some(Kind::Lines),
            _ if !kinds.is_empty() => kind.is_some_and(|kind| kinds.contains(&kind.name())),
            _ => !matches!(kind, None | Some(Kind::Lines | Kind::Secret)),
        };
        let mut fields = Vec::new();
        if !line.is_empty() {
            let columns = listed(&json, Some(line)).filter(|(_, _, kind)| fits(*kind));
            let word = self.texts().get("word-line");
            fields.extend(columns.map(|(key, title, _)| (format!("line.{key}"), format!("{word} · {title}"))));
        }
        for (key, title, kind) in listed(&json, None) {
            if fits(kind) {
                fields.push((key.to_owned(), title.clone()));
            }
            if kind == Some(Kind::Link) && matches!(holds, "path" | "order" | "group") {
                let target = json["properties"][key]["x-field"]["table"].as_str().unwrap_or_default();
                let target = self.opened.read.json(&format!("tables/{target}.json")).unwrap_or_default();
                let behind = listed(&target, None).filter(|(_, _, kind)| fits(*kind));
                fields.extend(behind.map(|(end, of, _)| (format!("{key}.{end}"), format!("{title} · {of}"))));
            }
            if holds == "group" && matches!(kind, Some(Kind::Date | Kind::DateTime)) {
                fields.extend(["day", "week", "month", "quarter", "year"].map(|bucket| {
                    let word = self.texts().get(&format!("bucket-{bucket}"));
                    (format!("{bucket}({key})"), format!("{title} · {word}"))
                }));
            }
        }
        fields
    }

    fn pairs(
        &self,
        standing: &Standing,
        member: &Member,
        name: &str,
        keys: &str,
        form: &Form,
        pairs: &Map<String, Json>,
    ) -> PairsInput {
        let texts = self.texts();
        let offered = self.offered_keys(standing, member, keys);
        let about = About { table: &standing.table, line: &standing.line };
        let blank = std::iter::once((String::new(), Json::Null));
        let all = pairs.iter().map(|(key, value)| (key.clone(), value.clone())).take(MOST_PAIRS).chain(blank);
        let rows = all.enumerate().map(|(number, (key, value))| {
            let place = format!("pair.{name}.{number}");
            let text = value
                .as_str()
                .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned);
            let face_name = format!("{place}.value");
            let (input, text) = match form {
                Form::Word(words) => {
                    let blank = Some(texts.get("choice-none"));
                    (select(blank, self.words(&member.meta, words, &text), &text), text)
                }
                Form::Whole { .. } => (Input::Number, text),
                Form::One("expression") => {
                    match self.faces.shown(&face_name, &Sort::Value, about, &text, None, self.here) {
                        Shown::Formula(formula, text) => (Input::Formula(formula), text),
                        _ => (Input::Line, text),
                    }
                }
                _ => (Input::Line, text),
            };
            let mut choices = vec![Choice::new("", texts.get("condition-choose"), key.is_empty())];
            choices.extend(
                offered.iter().flatten().map(|(value, label)| Choice::new(value.clone(), label.clone(), *value == key)),
            );
            if !key.is_empty() && offered.is_some() && !choices.iter().any(|choice| choice.selected) {
                choices.push(Choice::new(key.clone(), key.clone(), true));
            }
            PairRow {
                name: format!("{place}.key"),
                keys: if offered.is_some() { choices } else { Vec::new() },
                typed: offered.is_none().then(|| key.clone()),
                value: Control {
                    id: format!("s-{}", place.replace(['/', '.'], "-")),
                    label: texts.get("filter-value"),
                    help: String::new(),
                    error: self.refused.and_then(|refused| refused.at(&face_name)),
                    name: face_name,
                    value: text,
                    input,
                },
            }
        });
        PairsInput { rows: rows.collect(), keys_label: texts.get("filter-field") }
    }

    fn offered_keys(&self, standing: &Standing, member: &Member, keys: &str) -> Option<Vec<(String, String)>> {
        if keys != "field" {
            return self.offered(standing, &member.meta, keys);
        }
        let table = standing.table_of(&self.opened.state.new, &member.meta);
        let json = self.opened.read.json(&format!("tables/{table}.json")).unwrap_or_default();
        let mut fields = Vec::new();
        for (key, title, kind) in listed(&json, None) {
            fields.push((key.to_owned(), title.clone()));
            if kind == Some(Kind::Lines) {
                let columns = listed(&json, Some(key));
                fields.extend(columns.map(|(column, of, _)| (format!("{key}.{column}"), format!("{title} · {of}"))));
            }
        }
        Some(fields)
    }

    /// A thing in a few words: what it is called, else what it is and what it is about.
    pub fn say(&self, around: &Json, thing: &Json) -> String {
        let table = around["table"].as_str().unwrap_or_default();
        let named = ["title", "label", "message", "text", "code"].into_iter().find_map(|name| thing[name].as_str());
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            return named.to_owned();
        }
        let field = ["field", "group", "measure", "by"].into_iter().find_map(|name| thing[name].as_str());
        match field.or_else(|| thing.as_str()) {
            Some(field) => self.field_title(table, field),
            None => String::new(),
        }
    }

    /// A measure in the reader's words.
    pub fn measure_title(&self, standing: &Standing, meta: &Meta, measure: &str) -> String {
        let offered = self.offered(standing, meta, "measure").unwrap_or_default();
        offered.into_iter().find(|(key, _)| key == measure).map_or_else(|| measure.to_owned(), |(_, title)| title)
    }

    /// A field by its title, one behind a link with the link's before it; what is no field as it is.
    pub fn field_title(&self, table: &str, path: &str) -> String {
        let bare = path.strip_prefix('-').unwrap_or(path);
        let known = self.fields(table, "", "group", &[]);
        known.into_iter().find(|(key, _)| key == bare).map_or_else(|| bare.to_owned(), |(_, title)| title)
    }
}

/// Kinds of fields that can be added up.
const NUMBERS: [&str; 6] = ["integer", "decimal", "money", "percent", "rating", "rollup"];

fn both_ways(texts: Texts, fields: Vec<(String, String)>) -> Vec<(String, String)> {
    let (up, down) = (texts.get("order-up"), texts.get("order-down"));
    let ways = |(key, title): (String, String)| {
        [(key.clone(), format!("{title} {up}")), (format!("-{key}"), format!("{title} {down}"))]
    };
    fields.into_iter().flat_map(ways).collect()
}

fn titled_members(json: &Json) -> Vec<(String, String)> {
    let members = json.as_object().into_iter().flatten();
    members.map(|(key, member)| (key.clone(), member["title"].as_str().unwrap_or(key).to_owned())).collect()
}

fn collect_nodes(nodes: &Json, found: &mut Vec<(String, String)>) {
    for node in nodes.as_array().into_iter().flatten() {
        if let Some(id) = node["id"].as_str() {
            found.push((id.to_owned(), node["title"].as_str().unwrap_or(id).to_owned()));
        }
        for arm in node["arms"].as_array().into_iter().flatten() {
            collect_nodes(&arm["nodes"], found);
        }
    }
}

/// One select for each of several, and a blank one to go on with.
fn several(more: &str, offered: &[(String, String)], value: &str) -> Vec<Vec<Choice>> {
    let chosen = value.split(", ").filter(|one| !one.is_empty()).chain(std::iter::once(""));
    let one = |chosen: &str| {
        let mut choices = vec![Choice::new("", more, chosen.is_empty())];
        choices.extend(offered.iter().map(|(key, label)| Choice::new(key.clone(), label.clone(), key == chosen)));
        if !choices.iter().any(|choice| choice.selected) {
            choices.push(Choice::new(chosen, chosen, true));
        }
        choices
    };
    chosen.map(one).collect()
}

/// What was posted as pairs, as the text of a map.
pub fn read_pairs(form: &mut Vec<(String, String)>) {
    let mut maps: Vec<(String, Map<String, Json>)> = Vec::new();
    let said = |place: &str| {
        let value = form.iter().rev().find(|(name, _)| *name == format!("{place}.value"));
        value.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    for (name, key) in form.iter() {
        let Some(place) = name.strip_suffix(".key").filter(|place| place.starts_with("pair.")) else { continue };
        let Some((member, _)) = place.trim_start_matches("pair.").rsplit_once('.') else { continue };
        let position = maps.iter().position(|(known, _)| known == member).unwrap_or_else(|| {
            maps.push((member.to_owned(), Map::new()));
            maps.len() - 1
        });
        let value = said(place);
        if !key.trim().is_empty() {
            maps[position].1.insert(key.trim().to_owned(), value.into());
        }
    }
    form.retain(|(name, _)| !name.starts_with("pair."));
    for (member, map) in maps {
        let text = if map.is_empty() { String::new() } else { Json::Object(map).to_string() };
        form.push((format!("set.{member}"), text));
    }
}

impl Drawn<'_> {
    /// Faces in which an expression can be shown, as links.
    pub fn tabs_of(input: &Input) -> &[Tab] {
        match input {
            Input::Rows(rows) => &rows.others,
            Input::Formula(formula) => &formula.others,
            Input::Written { others, .. } => others,
            _ => &[],
        }
    }
}
