//! Expressions and filters as people say them: rows of conditions, or a formula with the titles of fields. What was typed in a
//! face is made what lies in the document before the change is read.
//!
//! A control posts `_face.NAME` (which face, what is said, of which table and line), and for rows `row.NAME.join` and
//! `row.NAME.NUMBER.field|op|value`; a formula is posted as `set.NAME` itself.

mod posted;
mod said;

use super::bench::Opened;
use crate::{
    definition::{
        app::App,
        field::{ChoiceOption, Field, Kind},
        table::Table,
    },
    i18n::{Arg, Texts},
    query::SystemField,
    rules::faces::{
        FUNCTION_NAMES, Join, NamingWords, RowOperator, Titles,
        conditions::{self, TypedRow, TypedRows},
        read_script, write_formula,
    },
    web::{
        pages::cell,
        view::{
            Choice, Tab,
            expression::{FormulaInput, RowInput, RowValue, RowsInput},
        },
    },
};
use serde_json::Value as Json;

/// What is said with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// True or false.
    Condition,
    /// Always, never, or a condition.
    Rule,
    /// A condition in the filter language.
    Filter,
    /// One of these words, or a condition in the filter language.
    Scope(Vec<(String, String)>),
    /// Any value.
    Value,
    /// A text as it stands, or `=` and a formula.
    Text,
}

impl Sort {
    const fn name(&self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Rule => "rule",
            Self::Filter => "filter",
            Self::Scope(_) => "scope",
            Self::Value => "value",
            Self::Text => "text",
        }
    }

    fn named(name: &str) -> Option<Self> {
        let all = [Self::Condition, Self::Rule, Self::Filter, Self::Scope(Vec::new()), Self::Value, Self::Text];
        all.into_iter().find(|sort| sort.name() == name)
    }

    const fn is_filter(&self) -> bool {
        matches!(self, Self::Filter | Self::Scope(_))
    }

    /// Whether a word may stand in the place of conditions.
    const fn takes_words(&self) -> bool {
        matches!(self, Self::Rule | Self::Scope(_))
    }
}

/// What an expression may speak of.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub table: &'a str,
    /// The lines field, where it is about one of its lines.
    pub line: &'a str,
}

/// A way of showing an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Rows(Box<RowsInput>),
    Formula(Box<FormulaInput>, String),
    /// A text as it stands; what begins with `=` becomes a formula.
    Literal {
        face: String,
    },
    /// As it is written: no face can show it, or its writer wants it so.
    Code {
        face: String,
        others: Vec<Tab>,
    },
}

/// The words of a draft in the reader's language.
pub struct Faces {
    app: Option<App>,
    words: NamingWords,
    texts: Texts,
}

/// A field that a condition can be about.
struct Compared<'a> {
    path: String,
    title: String,
    kind: Kind,
    options: &'a [ChoiceOption],
    system: Option<SystemField>,
}

/// System fields that conditions can be about.
const SYSTEM: [(SystemField, Kind); 6] = [
    (SystemField::State, Kind::Choice),
    (SystemField::Owner, Kind::Member),
    (SystemField::CreatedBy, Kind::Member),
    (SystemField::CreatedAt, Kind::DateTime),
    (SystemField::UpdatedAt, Kind::DateTime),
    (SystemField::Department, Kind::Department),
];
const STATES: [&str; 5] = ["draft", "in_approval", "approved", "rejected", "revoked"];
/// Days that are offered; others are typed.
const DAYS: [&str; 9] =
    ["today", "today-7d", "today-30d", "today+7d", "today+30d", "this_week", "this_month", "last_month", "this_year"];

impl Faces {
    pub fn of(opened: &Opened) -> Self {
        let texts = opened.texts;
        let system = SYSTEM.map(|(field, _)| (field.as_str(), cell::system_title(texts, field)));
        let own = [("id", "word-number-of"), ("name", "word-name"), ("login", "word-login")];
        let words = NamingWords {
            record: texts.get("word-record"),
            line: texts.get("word-line"),
            user: texts.get("word-user"),
            settings: texts.get("word-settings"),
            before: texts.get("word-before"),
            system: own.map(|(key, word)| (key, texts.get(word))).into_iter().chain(system).collect(),
        };
        Self { app: opened.app(), words, texts }
    }

    fn table(&self, key: &str) -> Option<(&App, &Table)> {
        let app = self.app.as_ref()?;
        app.tables.get(key).map(|table| (app, table))
    }

    fn titles<'a>(&'a self, about: About<'a>) -> Option<Titles<'a>> {
        let (app, table) = self.table(about.table)?;
        let line = Some(about.line).filter(|line| !line.is_empty());
        Some(Titles { app, table, line, words: &self.words })
    }

    /// What conditions can be about, links followed once.
    fn compared<'a>(&'a self, about: About<'a>) -> Vec<Compared<'a>> {
        let Some((app, table)) = self.table(about.table) else { return Vec::new() };
        let mut all = Vec::new();
        let lines = table.field(about.line).map(|lines| lines.columns.values()).into_iter().flatten();
        for (prefix, field) in
            lines.map(|column| ("line.", column)).chain(table.fields.values().map(|field| ("", field)))
        {
            if matches!(field.kind, Kind::Lines | Kind::Secret | Kind::Json | Kind::RichText) {
                continue;
            }
            let path = format!("{prefix}{}", field.key);
            let word = if prefix.is_empty() { String::new() } else { format!("{} · ", self.words.line) };
            all.push(compared(path.clone(), format!("{word}{}", field.title), field));
            let behind = field.target.as_deref().filter(|_| field.kind == Kind::Link && field.lookup.is_none());
            for end in behind.and_then(|key| app.tables.get(key)).into_iter().flat_map(Table::scalars) {
                if !matches!(end.kind, Kind::Link | Kind::Secret | Kind::Json | Kind::RichText | Kind::Lookup) {
                    all.push(compared(
                        format!("{path}.{}", end.key),
                        format!("{word}{} · {}", field.title, end.title),
                        end,
                    ));
                }
            }
        }
        all.extend(SYSTEM.map(|(system, kind)| Compared {
            path: system.as_str().to_owned(),
            title: cell::system_title(self.texts, system),
            kind,
            options: &[],
            system: Some(system),
        }));
        all
    }

    /// What is written, in the face that shows it best; in another one where it is asked for and can.
    pub fn shown(
        &self,
        name: &str,
        sort: &Sort,
        about: About<'_>,
        written: &str,
        asked: Option<&str>,
        here: &str,
    ) -> Shown {
        let rows = self.rows_of(sort, about, written);
        let formula = self.formula_of(sort, about, written);
        let rows_first = !matches!(sort, Sort::Value | Sort::Text);
        let face = match asked {
            Some("rows") if rows.is_some() => "rows",
            Some("formula") if formula.is_some() => "formula",
            Some("code") => "code",
            _ if rows_first && rows.is_some() => "rows",
            _ if formula.is_some() => "formula",
            _ if rows.is_some() => "rows",
            _ => "code",
        };
        let kept = if asked == Some(face) { "1" } else { "" };
        let posted = format!("{face}|{}|{}|{}|{kept}", sort.name(), about.table, about.line);
        let can = [("rows", rows.is_some()), ("formula", formula.is_some()), ("code", true)];
        let other = |(word, can): (&str, bool)| {
            let href = format!("{here}{}face={name}:{word}", if here.contains('?') { '&' } else { '?' });
            can.then(|| Tab::new(self.texts.get(&format!("face-{word}")), href, word == face))
        };
        let others: Vec<Tab> = can.into_iter().filter_map(other).collect();
        match (face, rows, formula) {
            ("formula", _, Some(text)) if *sort == Sort::Text && !text.starts_with('=') => {
                Shown::Literal { face: posted }
            }
            ("rows", Some(typed), _) => {
                Shown::Rows(Box::new(self.draw_rows(sort, about, &typed, written, posted, others)))
            }
            ("formula", _, Some(text)) => {
                let titles = self.titles(about);
                let chips = titles.map(|titles| titles.offered()).unwrap_or_default();
                let chip = |(titles, _): (Vec<String>, Kind)| {
                    let name = titles.join(".");
                    (name.replace('.', " · "), format!("[{name}]"))
                };
                let functions = FUNCTION_NAMES.map(|name| (name.to_owned(), self.help_of(name)));
                let input = FormulaInput {
                    face: posted,
                    source: written.strip_prefix('=').unwrap_or(written).to_owned(),
                    sample: String::new(),
                    pick: self.texts.get("formula-pick"),
                    chips: chips.into_iter().map(chip).collect(),
                    functions: functions.to_vec(),
                    others,
                };
                Shown::Formula(Box::new(input), text)
            }
            _ => Shown::Code { face: posted, others },
        }
    }

    fn help_of(&self, name: &str) -> String {
        let known = self.texts.get(&format!("formula-{}", name.to_lowercase().replace('_', "-")));
        if known.starts_with("formula-") { String::new() } else { known }
    }

    fn rows_of(&self, sort: &Sort, about: About<'_>, written: &str) -> Option<TypedRows> {
        self.table(about.table)?;
        let rows = match sort {
            Sort::Value | Sort::Text => return None,
            Sort::Filter | Sort::Scope(_) if !written.starts_with('{') => TypedRows::default(),
            Sort::Filter | Sort::Scope(_) => conditions::of_filter(&serde_json::from_str::<Json>(written).ok()?)?,
            // An automation's condition may be a filter as well; it is shown as what it is.
            Sort::Condition if written.starts_with('{') => return None,
            Sort::Rule if matches!(written, "true" | "false") => TypedRows::default(),
            Sort::Condition | Sort::Rule => conditions::of_script(written)?,
        };
        let known = self.compared(about);
        let offered = |row: &TypedRow| {
            known.iter().any(|one| {
                one.path == row.field && conditions::operators(one.kind, sort.is_filter()).contains(&row.operator)
            })
        };
        rows.rows.iter().all(offered).then_some(rows)
    }

    fn formula_of(&self, sort: &Sort, about: About<'_>, written: &str) -> Option<String> {
        if sort.is_filter() {
            return None;
        }
        let titles = self.titles(about)?;
        let source = match (sort, written.strip_prefix('=')) {
            (_, Some(source)) => source,
            (Sort::Text, None) => return Some(written.to_owned()),
            (_, None) => written,
        };
        if source.trim().is_empty() {
            return Some(String::new());
        }
        let text = write_formula(&read_script(source)?, &titles)?;
        Some(if *sort == Sort::Text { format!("={text}") } else { text })
    }

    fn draw_rows(
        &self,
        sort: &Sort,
        about: About<'_>,
        typed: &TypedRows,
        written: &str,
        face: String,
        others: Vec<Tab>,
    ) -> RowsInput {
        let texts = self.texts;
        let known = self.compared(about);
        let fields = |chosen: &str| -> Vec<Choice> {
            let blank = Choice::new("", texts.get("condition-choose"), chosen.is_empty());
            let named = known.iter().map(|one| Choice::new(one.path.clone(), one.title.clone(), one.path == chosen));
            std::iter::once(blank).chain(named).collect()
        };
        let rows = typed.rows.iter().enumerate().filter_map(|(number, row)| {
            let one = known.iter().find(|one| one.path == row.field)?;
            let operators = conditions::operators(one.kind, sort.is_filter()).iter().map(|operator| {
                Choice::new(operator.name(), operator_word(texts, *operator), *operator == row.operator)
            });
            Some(RowInput {
                number: number.to_string(),
                fields: fields(&row.field),
                operators: operators.collect(),
                value: if row.operator.takes_value() { self.value_of(sort, one, row) } else { RowValue::None },
            })
        });
        let mut joins: Vec<(String, String)> = match sort {
            Sort::Rule => [("", "choice-unsaid"), ("true", "rule-true"), ("false", "rule-false")]
                .map(|(word, label)| (word.to_owned(), texts.get(label)))
                .to_vec(),
            Sort::Scope(words) => {
                let unsaid = std::iter::once((String::new(), texts.get("choice-unsaid")));
                unsaid.chain(words.iter().cloned()).collect()
            }
            _ => Vec::new(),
        };
        let join = match typed.join {
            _ if typed.rows.is_empty() && joins.iter().any(|(word, _)| word == written) => written,
            Join::Any => "any",
            Join::All => "all",
        };
        joins.extend(["all", "any"].map(|word| (word.to_owned(), texts.get(&format!("filter-join-{word}")))));
        RowsInput {
            face,
            joins: joins
                .into_iter()
                .map(|(word, label)| {
                    let selected = word == join;
                    Choice::new(word, label, selected)
                })
                .collect(),
            rows: rows.collect(),
            fields: fields(""),
            others,
        }
    }

    fn value_of(&self, sort: &Sort, one: &Compared<'_>, row: &TypedRow) -> RowValue {
        let texts = self.texts;
        let several = matches!(row.operator, RowOperator::OneOf | RowOperator::NotOneOf);
        let chosen: Vec<&str> = if several { row.value.split(',').map(str::trim).collect() } else { vec![&row.value] };
        let choices = |options: Vec<(String, String)>| {
            let drawn = options.into_iter().map(|(value, title)| {
                let selected = chosen.contains(&value.as_str());
                Choice::new(value, title, selected)
            });
            let mut drawn: Vec<Choice> = drawn.collect();
            // What is not offered is kept where it stands.
            let unknown = |value: &&&str| !value.is_empty() && !drawn.iter().any(|choice| choice.value == **value);
            let others: Vec<Choice> =
                chosen.iter().filter(unknown).map(|value| Choice::new(*value, *value, true)).collect();
            drawn.extend(others);
            drawn
        };
        let options = match (one.kind, one.system) {
            (_, Some(SystemField::State)) => {
                STATES.map(|state| (state.to_owned(), cell::state(texts, state).label)).to_vec()
            }
            (Kind::Choice | Kind::Choices, _) => {
                one.options.iter().map(|option| (option.value.clone(), option.title.clone())).collect()
            }
            (Kind::Member, _) => vec![("@id".to_owned(), texts.get("filter-me"))],
            (Kind::Department, _) if sort.is_filter() => {
                vec![("@departments".to_owned(), texts.get("filter-my-departments"))]
            }
            (Kind::Department, _) => vec![("@department".to_owned(), texts.get("filter-my-departments"))],
            (Kind::Link, _) => self.user_values(),
            (Kind::Date | Kind::DateTime, _) => {
                let fits = |day: &&&str| sort.is_filter() || day.starts_with("today");
                let named = |day: &str| {
                    let word = day.replace("today+", "in-").replace('_', "-");
                    Choice::new(day, texts.get(&format!("day-{word}")), false)
                };
                return RowValue::Day(row.value.clone(), DAYS.iter().filter(fits).map(|day| named(day)).collect());
            }
            _ => return RowValue::Text(row.value.clone()),
        };
        if several { RowValue::Boxes(choices(options)) } else { RowValue::Select(choices(options)) }
    }

    /// What the app says of a person, as a value: the shelves that I keep.
    fn user_values(&self) -> Vec<(String, String)> {
        let Some(app) = &self.app else { return Vec::new() };
        let title = |table: &str| app.tables.get(table).map_or_else(|| table.to_owned(), |table| table.title.clone());
        let named = app.manifest.user_values.iter().map(|(key, value)| {
            let title = title(&value.table);
            (format!("@{key}"), self.texts.with("filter-mine", &[("title", Arg::Text(&title))]))
        });
        named.collect()
    }
}

fn compared(path: String, title: String, field: &Field) -> Compared<'_> {
    Compared { path, title, kind: field.kind, options: &field.options, system: None }
}

fn operator_word(texts: Texts, operator: RowOperator) -> String {
    match operator {
        RowOperator::True => texts.get("row-op-true"),
        RowOperator::False => texts.get("row-op-false"),
        other => texts.get(&format!("filter-op-{}", other.name())),
    }
}
