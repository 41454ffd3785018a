//! `/build/{app}/tables/{table}`: the fields of a table and what is said of each.

use super::{
    bench::{Acted, Opened, Refused, act, known, to},
    faces::{About, Faces},
    offers::offered,
    panel::{Spoken, groups, icon, kind_name, palette},
    sample,
};
use crate::{
    definition::{
        app::App,
        edit::{
            fields::{can_be_required, converted, kind_of, properties},
            options::tree_of,
            property::Property,
            table::{TABLE, fields_of, listed, other_kinds},
            uses,
        },
        evolution::{is_convertible, stays_in_place},
        field::Kind,
    },
    i18n::{Arg, Texts},
    service::LiveApp,
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::find,
        view::{
            Choice,
            designer::{FieldRow, OptionRow, Panel, Question, SetGroup, TablePage},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value as Json;
use std::sync::Arc;

/// The colours that an option can have.
const COLORS: [&str; 8] = ["", "blue", "green", "amber", "red", "purple", "teal", "grey"];

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    page(&web, &caller, &wants, &live, &table, &find::pairs(query.as_deref()), None).await
}

pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    mut form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let asked = find::pairs(query.as_deref());
    let own = format!("/build/{app}/tables/{table}");
    arrange_options(&mut form);
    let (doing, lines) =
        (form.get("do").unwrap_or_default().to_owned(), form.get("lines").unwrap_or_default().to_owned());
    match act(&web, &caller, &live, form).await? {
        Acted::Done(_, met) if doing == "remove_field" => Ok(to(&own, &[], met)),
        Acted::Done(_, _) if doing == "remove_table" => {
            Ok(Redirect::to(&format!("/build/{app}?notice=removed")).into_response())
        }
        Acted::Done(done, met) => Ok(to(&own, &[("field", &done.select.unwrap_or_default()), ("lines", &lines)], met)),
        Acted::Refused(refused) => {
            let status = refused.status;
            let mut response = page(&web, &caller, &wants, &live, &table, &asked, Some(refused)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// A button beside an option moves it: the rows are posted in their order, and `_move` says which goes where.
fn arrange_options(form: &mut FormBody) {
    let Some((row, up)) = form.get("_move").and_then(|what| {
        let (row, way) = what.split_once(':')?;
        Some((row.parse::<usize>().ok()?, way == "up"))
    }) else {
        return;
    };
    for name in ["values[]", "titles[]", "colors[]"] {
        let places: Vec<usize> =
            form.0.iter().enumerate().filter(|(_, (known, _))| known == name).map(|(place, _)| place).collect();
        let other = if up { row.checked_sub(1) } else { Some(row + 1) };
        if let (Some(one), Some(other)) = (places.get(row), other.and_then(|other| places.get(other))) {
            form.0.swap(*one, *other);
        }
    }
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    table: &str,
    asked: &[(String, String)],
    refused: Option<Refused>,
) -> Result<Response> {
    let opened = Opened::load(web, caller, live).await?;
    let path = known(&opened.state, "table", table)?;
    let bench = opened.bench(web, caller, live, &path, &wants.path, refused.as_ref()).await?;
    let json = opened.state.new.json(&path).unwrap_or_default();
    let own = format!("/build/{}/tables/{table}", live.key());
    let faces = Faces::of(&opened);
    let face = find::parameter(asked, "face").and_then(|face| face.rsplit_once(':'));
    let drawn =
        Drawn { opened: &opened, json: &json, table, own: &own, refused: refused.as_ref(), faces: &faces, face };
    let lines = find::parameter(asked, "lines").filter(|lines| fields_of(&json, Some(lines)).is_some());
    let field = find::parameter(asked, "field")
        .filter(|field| fields_of(&json, lines).is_some_and(|fields| fields.contains_key(*field)));
    let selected = field.and_then(|field| fields_of(&json, lines)?.get(field).map(|property| (field, property)));
    let kind = selected.and_then(|(_, property)| kind_of(property));
    let into = match (lines, kind) {
        (Some(lines), _) => Some(lines),
        (None, Some(Kind::Lines)) => field,
        _ => None,
    };
    let texts = opened.texts;
    let title_of_field = |key: &str| json["properties"][key]["title"].as_str().unwrap_or(key).to_owned();
    let question = selected.and_then(|(field, property)| drawn.question(asked, field, lines, property));
    let is_choice = matches!(kind, Some(Kind::Choice | Kind::Choices));
    let options = selected.filter(|_| is_choice).map(|(_, property)| drawn.options(property));
    let tree = selected.filter(|_| kind == Some(Kind::Cascade)).map(|(_, property)| {
        let typed = refused.as_ref().and_then(|refused| refused.typed("tree"));
        typed.unwrap_or_else(|| tree_of(&property["x-field"]["options"], 0))
    });
    let mut panel = match selected {
        Some((field, property)) => drawn.field_panel(field, lines, property),
        None => drawn.table_panel(),
    };
    let about = About { table, line: lines.unwrap_or_default() };
    sample::try_out(web, caller, live, texts, about, &mut panel).await?;
    html(&TablePage {
        table: table.to_owned(),
        palette: palette(texts, into.is_some()),
        into: into.map(|into| (into.to_owned(), title_of_field(into))),
        rows: drawn.rows(field, lines),
        panel,
        selected: selected.map(|(field, _)| (field.to_owned(), lines.unwrap_or_default().to_owned())),
        options,
        colors: COLORS
            .iter()
            .map(|color| {
                let word = if color.is_empty() { "none" } else { color };
                Choice::new(*color, texts.get(&format!("color-{word}")), false)
            })
            .collect(),
        tree,
        kinds: kind
            .map(|kind| other_kinds(kind, lines.is_some()))
            .unwrap_or_default()
            .into_iter()
            .map(|kind| Choice::new(kind.name(), kind_name(texts, Some(kind)), false))
            .collect(),
        question,
        sets: if selected.is_none() { drawn.sets() } else { Vec::new() },
        fields: listed(&json, None)
            .filter(|(_, _, kind)| !matches!(kind, Some(Kind::Lines | Kind::Lookup)))
            .map(|(key, title, _)| Choice::new(key, title, false))
            .collect(),
        bench,
    })
}

struct Drawn<'a> {
    opened: &'a Opened,
    json: &'a Json,
    table: &'a str,
    own: &'a str,
    refused: Option<&'a Refused>,
    faces: &'a Faces,
    /// The property that is shown in another face, and which.
    face: Option<(&'a str, &'a str)>,
}

impl Drawn<'_> {
    fn texts(&self) -> Texts {
        self.opened.texts
    }

    fn href(&self, field: &str, lines: &str) -> String {
        let mut pairs = vec![("field".to_owned(), field.to_owned())];
        if !lines.is_empty() {
            pairs.push(("lines".to_owned(), lines.to_owned()));
        }
        find::address(self.own, &pairs)
    }

    fn rows(&self, field: Option<&str>, lines: Option<&str>) -> Vec<FieldRow> {
        let mut rows = Vec::new();
        self.rows_of(None, field.filter(|_| lines.is_none()), &mut rows, &mut |key, rows| {
            self.rows_of(Some(key), field.filter(|_| lines == Some(key)), rows, &mut |_, _| {});
        });
        rows
    }

    fn rows_of(
        &self,
        lines: Option<&str>,
        current: Option<&str>,
        rows: &mut Vec<FieldRow>,
        below: &mut dyn FnMut(&str, &mut Vec<FieldRow>),
    ) {
        let all: Vec<_> = listed(self.json, lines).collect();
        let holder = lines.map_or(self.json, |lines| &self.json["properties"][lines]["items"]);
        for (index, (key, title, kind)) in all.iter().enumerate() {
            let property = &holder["properties"][*key];
            rows.push(FieldRow {
                key: (*key).to_owned(),
                lines: lines.unwrap_or_default().to_owned(),
                title: title.clone(),
                kind: self.kind_words(property, *kind),
                icon: icon(*kind),
                href: self.href(key, lines.unwrap_or_default()),
                current: current == Some(*key),
                marks: self.marks(holder, key, property),
                first: index == 0,
                last: index + 1 == all.len(),
            });
            if *kind == Some(Kind::Lines) {
                below(key, rows);
            }
        }
    }

    /// The kind in words, with the table that a link points at.
    fn kind_words(&self, property: &Json, kind: Option<Kind>) -> String {
        let name = kind_name(self.texts(), kind);
        match property["x-field"]["table"].as_str() {
            Some(target) => format!("{name} · {}", self.opened.title(&format!("tables/{target}.json"))),
            None => name,
        }
    }

    fn marks(&self, holder: &Json, key: &str, property: &Json) -> Vec<String> {
        let texts = self.texts();
        let annotation = &property["x-field"];
        let required = holder["required"].as_array().is_some_and(|required| required.contains(&key.into()));
        let marks = [
            (required, "prop-required"),
            (annotation["unique"] == true, "prop-unique"),
            (annotation["formula"].is_string(), "prop-formula"),
            (annotation["default"].is_string(), "prop-default"),
            (annotation["encrypted"] == true, "prop-encrypted"),
        ];
        marks.into_iter().filter(|(said, _)| *said).map(|(_, key)| texts.get(key)).collect()
    }

    fn table_panel(&self) -> Panel {
        let texts = self.texts();
        Panel {
            title: texts.get("panel-table"),
            small: texts.get("panel-table-small"),
            hidden: hidden("set_table", self.table, "", ""),
            groups: groups(texts, &TABLE, self.json, false, self.refused, None, &|_, _| None),
        }
    }

    fn field_panel(&self, field: &str, lines: Option<&str>, property: &Json) -> Panel {
        let texts = self.texts();
        let kind = kind_of(property);
        let holder = lines.map_or(self.json, |lines| &self.json["properties"][lines]["items"]);
        let required = holder["required"].as_array().is_some_and(|required| required.contains(&field.into()));
        let shown = kind.map(|kind| properties(kind, lines.is_some())).unwrap_or_default();
        let mut thing = property.clone();
        thing["required"] = required.into();
        let mut with_required = shown;
        if kind.is_some_and(can_be_required) {
            let place = with_required.len().min(2);
            let flag = Property::new("required", "/required", crate::definition::edit::property::Shape::Flag);
            with_required.insert(place, flag);
        }
        let offer = |property: &Property, value: &str| {
            offered(self.opened, self.json, self.table, lines, &thing, property, value)
        };
        let here = self.href(field, lines.unwrap_or_default());
        let about = About { table: self.table, line: lines.unwrap_or_default() };
        let spoken = Spoken { faces: self.faces, about, here: &here, face: self.face };
        Panel {
            title: property["title"].as_str().unwrap_or(field).to_owned(),
            small: kind_name(texts, kind),
            hidden: hidden("set_field", self.table, lines.unwrap_or_default(), field),
            groups: groups(texts, &with_required, &thing, false, self.refused, Some(spoken), &offer),
        }
    }

    fn options(&self, property: &Json) -> Vec<OptionRow> {
        let options = property["x-field"]["options"].as_array().into_iter().flatten();
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let mut rows: Vec<OptionRow> = options
            .map(|option| OptionRow {
                value: text(&option["value"]),
                title: option["title"]
                    .as_str()
                    .unwrap_or_else(|| option["value"].as_str().unwrap_or_default())
                    .to_owned(),
                color: text(&option["color"]),
            })
            .collect();
        rows.push(OptionRow { value: String::new(), title: String::new(), color: String::new() });
        rows
    }

    fn sets(&self) -> Vec<SetGroup> {
        let texts = self.texts();
        let group = |member: &'static str| {
            let sets = self.json["x-table"][member].as_array().into_iter().flatten();
            let named = sets.map(|set| {
                let keys = set.as_array().into_iter().flatten().filter_map(Json::as_str);
                let titles = keys.map(|key| self.json["properties"][key]["title"].as_str().unwrap_or(key).to_owned());
                titles.collect::<Vec<_>>().join(" + ")
            });
            SetGroup {
                member,
                title: texts.get(&format!("set-{member}")),
                help: texts.get(&format!("set-{member}-help")),
                sets: named.collect(),
            }
        };
        vec![group("unique"), group("index")]
    }

    /// What is asked before a field goes or becomes another kind.
    fn question(
        &self,
        asked: &[(String, String)],
        field: &str,
        lines: Option<&str>,
        property: &Json,
    ) -> Option<Question> {
        let texts = self.texts();
        let title = property["title"].as_str().unwrap_or(field);
        let cancel = self.href(field, lines.unwrap_or_default());
        let app = App::parse(&self.opened.state.new).ok();
        let named = [("title", Arg::Text(title))];
        let published = self.opened.state.old_app().ok();
        let old = published.as_ref().and_then(|app| {
            let table = app.tables.get(self.table)?;
            lines.map_or_else(|| table.field(field), |lines| table.field(lines)?.column(field))
        });
        if find::parameter(asked, "ask") == Some("remove") {
            let found = app.map(|app| uses::of_field(&self.opened.state.new, &app, self.table, lines, field));
            let uses = found.unwrap_or_default().into_iter().map(|used| self.place(&used.path, &used.places));
            let uses: Vec<(String, String)> = uses.collect();
            let mut sentences = Vec::new();
            if !uses.is_empty() {
                sentences.push(texts.get("remove-field-uses"));
            }
            sentences.push(texts.get(if old.is_some() { "remove-field-kept" } else { "remove-field-new" }));
            return Some(Question {
                title: texts.with("remove-field-title", &named),
                sentences,
                uses,
                button: texts.get("remove-field"),
                danger: true,
                hidden: hidden("remove_field", self.table, lines.unwrap_or_default(), field),
                cancel,
            });
        }
        let kind = find::parameter(asked, "kind").and_then(Kind::named)?;
        let words = [("title", Arg::Text(title)), ("kind", Arg::Text(&kind_name(texts, Some(kind))))];
        let mut sentences = Vec::new();
        match old {
            None => sentences.push(texts.get("convert-new")),
            Some(old) => {
                let becomes = converted(property, kind, crate::definition::edit::fields::Words::default()).ok();
                let becomes = becomes.and_then(|json| {
                    let table = serde_json::json!({"x-table": {"key": "a"}, "properties": {field: json}});
                    crate::definition::table::Table::parse(&table).ok()?.fields.shift_remove(field)
                });
                sentences.push(texts.get(match becomes {
                    Some(new) if stays_in_place(old, &new) => "convert-stays",
                    Some(new) if is_convertible(old, &new) => "convert-carries",
                    _ => "convert-begins-empty",
                }));
                sentences.push(texts.get("convert-plan"));
            }
        }
        let mut posted = hidden("convert_field", self.table, lines.unwrap_or_default(), field);
        posted.push(("kind".into(), kind.name().into()));
        Some(Question {
            title: texts.with("convert-title", &words),
            sentences,
            uses: Vec::new(),
            button: texts.get("convert-do"),
            danger: false,
            hidden: posted,
            cancel,
        })
    }

    fn place(&self, path: &str, places: &[String]) -> (String, String) {
        let texts = self.texts();
        let words = crate::web::evolution::Words { texts, old: None, new: None };
        let label = words.document(path, &super::title_of(&self.opened.read, path));
        let count = texts.count("uses-places", places.len());
        let key = self.own.split('/').nth(2).unwrap_or_default();
        let text = crate::service::evolve::draft::address_of(path)
            .map_or_else(String::new, |(kind, name)| format!("/build/{key}/{kind}/{name}"));
        (format!("{label} · {count}"), super::bench::designer(key, path).unwrap_or(text))
    }
}

pub fn hidden(doing: &str, table: &str, lines: &str, field: &str) -> Vec<(String, String)> {
    let all = [("on", "table"), ("do", doing), ("table", table), ("lines", lines), ("field", field)];
    let said = all.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
