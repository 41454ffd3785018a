//! `/build/{app}/forms/{form}`: what can be put in, the form as it will be, and what is said of what is selected.

use super::{
    bench::{Acted, Opened, Refused, act, known, to},
    canvas::Canvas,
    faces::{About, Faces},
    offers::offered,
    panel::{Spoken, groups, kind_name, palette, select},
    sample,
    table::hidden as field_hidden,
};
use crate::{
    definition::{
        edit::{
            fields::{can_be_required, kind_of, properties},
            form::{items, lines_at},
            property::{Property, Shape},
            standing::Standing,
            table::{fields_of, listed},
        },
        field::Kind,
    },
    i18n::Texts,
    service::LiveApp,
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        error::html,
        extract::Wants,
        pages::find,
        view::{
            Choice, Tab,
            designer::{Fill, FormPage, Input, PaletteGroup, PaletteItem, Panel},
        },
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde_json::Value as Json;
use std::sync::Arc;

/// What a form can hold besides fields.
const THINGS: [(&str, &str); 4] = [("section", "section"), ("tabs", "tabs"), ("divider", "minus"), ("text", "info")];

/// Properties of a field that a form's designer shows too: what a builder thinks of while putting it there.
const OF_FIELD: [&str; 13] = [
    "title", "help", "required", "table", "link", "field", "from", "measure", "pattern", "reset", "scale", "unit",
    "formula",
];

pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, form)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    page(&web, &caller, &wants, &live, &form, &find::pairs(query.as_deref()), None).await
}

pub async fn change(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    form: FormBody,
) -> Result<Response> {
    let live = find::app(&web, &caller, &app).await?;
    let own = format!("/build/{app}/forms/{name}");
    let at = form.get("_at").unwrap_or_default().to_owned();
    let (of_table, doing) = (form.get("on") == Some("table"), form.get("do").unwrap_or_default().to_owned());
    match act(&web, &caller, &live, form).await? {
        // A field's own properties are said beside its place, which stays selected.
        Acted::Done(_, met) if of_table => Ok(to(&own, &[("at", &at)], met)),
        Acted::Done(_, met) if doing == "remove" => Ok(to(&own, &[], met)),
        Acted::Done(done, met) => Ok(to(&own, &[("at", &done.select.unwrap_or_default())], met)),
        Acted::Refused(refused) => {
            let status = refused.status;
            let asked = find::pairs(query.as_deref());
            let mut response = page(&web, &caller, &wants, &live, &name, &asked, Some(refused)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

async fn page(
    web: &Web,
    caller: &Caller,
    wants: &Wants,
    live: &Arc<LiveApp>,
    name: &str,
    asked: &[(String, String)],
    refused: Option<Refused>,
) -> Result<Response> {
    let opened = Opened::load(web, caller, live).await?;
    let path = known(&opened.state, "form", name)?;
    let bench = opened.bench(web, caller, live, &path, &wants.path, refused.as_ref()).await?;
    let texts = opened.texts;
    let form = opened.state.new.json(&path).unwrap_or_default();
    let table_key = form["table"].as_str().unwrap_or_default().to_owned();
    let table = opened.state.new.json(&format!("tables/{table_key}.json")).unwrap_or_default();
    let own = format!("/build/{}/forms/{name}", live.key());
    let selected = find::parameter(asked, "at").filter(|at| Standing::at(&form, at).is_some()).unwrap_or_default();
    let insert = find::parameter(asked, "insert").map(str::to_owned);
    let at = insert.clone().unwrap_or_else(|| behind(&form, selected));
    let canvas = Canvas { texts, form: &form, table: &table, own: &own, selected, insert: insert.as_deref() };
    let faces = Faces::of(&opened);
    let here = find::address(&own, &[("at".to_owned(), selected.to_owned())]);
    let drawn = Drawn {
        opened: &opened,
        form: &form,
        table: &table,
        table_key: &table_key,
        name,
        refused: refused.as_ref(),
        faces: &faces,
        here: &here,
        face: find::parameter(asked, "face").and_then(|face| face.rsplit_once(':')),
    };
    let mode = match find::parameter(asked, "mode") {
        Some("desktop") => Some("desktop"),
        Some("phone") => Some("phone"),
        _ => None,
    };
    let modes = ["design", "desktop", "phone"].map(|word| {
        let href = if word == "design" { own.clone() } else { format!("{own}?mode={word}") };
        Tab::new(texts.get(&format!("form-mode-{word}")), href, word == mode.unwrap_or("design"))
    });
    let mut panels = drawn.panels(selected);
    let line = drawn.line_at(selected);
    for panel in &mut panels {
        let about = About { table: &table_key, line: &line };
        sample::try_out(web, caller, live, texts, about, panel).await?;
    }
    let column = at.contains("/columns/");
    let standing = Standing::at(&form, selected);
    let field = drawn.field_at(selected);
    html(&FormPage {
        form: name.to_owned(),
        title: form["title"].as_str().unwrap_or(name).to_owned(),
        palette: drawn.palette(column, lines_at(&form, &at).as_deref()),
        at_label: if insert.is_some() { texts.get("insert-chosen") } else { String::new() },
        at,
        sections: canvas.sections("/layout"),
        checks: canvas.list("/checks", "message"),
        buttons: canvas.list("/buttons", "title"),
        fields: listed(&table, None)
            .filter(|(_, _, kind)| {
                !matches!(kind, Some(Kind::Lines | Kind::Lookup | Kind::Rollup | Kind::NumberSeries))
            })
            .map(|(key, title, _)| Choice::new(key, title, false))
            .collect(),
        selected: selected.to_owned(),
        panels,
        fill: field
            .as_ref()
            .filter(|_| matches!(standing, Some(Standing::Field | Standing::Column)))
            .and_then(|(key, lines)| drawn.fill(selected, key, lines.as_deref())),
        mode,
        modes: modes.to_vec(),
        preview: format!("{own}/preview"),
        field_page: field.map(|(key, lines)| {
            let mut pairs = vec![("field".to_owned(), key)];
            pairs.extend(lines.map(|lines| ("lines".to_owned(), lines)));
            let page = find::address(&format!("/build/{}/tables/{table_key}", live.key()), &pairs);
            (texts.get("field-page"), page)
        }),
        bench,
    })
}

/// Where something goes that is put in while this is selected: behind it, or at the end of the last section.
fn behind(form: &Json, selected: &str) -> String {
    let number =
        |at: &str| at.rsplit_once('/').and_then(|(list, index)| Some((list.to_owned(), index.parse::<usize>().ok()?)));
    match Standing::at(form, selected) {
        Some(Standing::Section) => format!("{selected}/items/9999"),
        Some(Standing::Form | Standing::Check | Standing::Button) | None => {
            let sections = form["layout"].as_array().map_or(0, Vec::len);
            let last = (0..sections).rev().find(|index| {
                let items = form["layout"][*index]["items"].as_array();
                items.is_some_and(|items| items.iter().all(|item| item.get("lines").is_none()))
            });
            last.map_or_else(|| "/layout/9999".to_owned(), |index| format!("/layout/{index}/items/9999"))
        }
        Some(_) => number(selected).map_or_else(String::new, |(list, index)| format!("{list}/{}", index + 1)),
    }
}

struct Drawn<'a> {
    opened: &'a Opened,
    form: &'a Json,
    table: &'a Json,
    table_key: &'a str,
    name: &'a str,
    refused: Option<&'a Refused>,
    faces: &'a Faces,
    /// This page with what is selected.
    here: &'a str,
    /// The property that is shown in another face, and which.
    face: Option<(&'a str, &'a str)>,
}

impl Drawn<'_> {
    fn texts(&self) -> Texts {
        self.opened.texts
    }

    /// The key of the field that stands at a place, and its lines.
    fn field_at(&self, at: &str) -> Option<(String, Option<String>)> {
        let thing = self.form.pointer(at)?;
        let key = thing["field"].as_str().or_else(|| thing["lines"].as_str())?.to_owned();
        let lines = lines_at(self.form, at);
        let standing = Standing::at(self.form, at)?;
        let is_field = matches!(standing, Standing::Field | Standing::Lines | Standing::Column);
        (is_field && fields_of(self.table, lines.as_deref())?.contains_key(&key)).then_some((key, lines))
    }

    fn palette(&self, column: bool, lines: Option<&str>) -> Vec<PaletteGroup> {
        let texts = self.texts();
        let shown: Vec<String> = match lines {
            None => items(self.form, "/layout")
                .into_iter()
                .filter_map(|(_, item)| item["field"].as_str().or_else(|| item["lines"].as_str()).map(str::to_owned))
                .collect(),
            Some(lines) => items(self.form, "/layout")
                .into_iter()
                .filter(|(_, item)| item["lines"] == lines)
                .flat_map(|(_, item)| item["columns"].as_array().cloned().unwrap_or_default())
                .filter_map(|column| column["field"].as_str().map(str::to_owned))
                .collect(),
        };
        let left: Vec<PaletteItem> = listed(self.table, lines)
            .filter(|(key, ..)| !shown.iter().any(|known| known == key) && (lines.is_none() || !shown.is_empty()))
            .map(|(key, title, kind)| PaletteItem {
                pick: format!("place:{key}"),
                label: title,
                icon: super::panel::icon(kind),
            })
            .collect();
        let mut groups = palette(texts, column);
        if !column {
            let things = THINGS.map(|(what, icon)| PaletteItem {
                pick: format!("what:{what}"),
                label: texts.get(&format!("thing-{what}")),
                icon,
            });
            groups.insert(1, PaletteGroup { title: texts.get("palette-layout"), items: things.into() });
        }
        if !left.is_empty() {
            groups.insert(0, PaletteGroup { title: texts.get("palette-left"), items: left });
        }
        groups
    }

    fn panels(&self, at: &str) -> Vec<Panel> {
        let texts = self.texts();
        let Some(standing) = Standing::at(self.form, at) else { return Vec::new() };
        let thing = self.form.pointer(at).cloned().unwrap_or_default();
        let mut panels = Vec::new();
        let field = self.field_at(at);
        if let Some((key, lines)) = &field {
            panels.push(self.field_panel(key, lines.as_deref()));
        }
        let grid = field.as_ref().filter(|_| standing == Standing::Lines).map(|(key, _)| key.clone());
        let offer = |property: &Property, value: &str| self.offer(standing, grid.as_deref(), property, value);
        let line = self.line_at(at);
        let hidden = [("on", "form"), ("do", "set"), ("form", self.name), ("at", at)];
        let mut shown = standing.properties();
        if standing == Standing::Form && self.form["audience"] != "public" {
            shown.retain(|property| property.shape != Shape::Paragraph);
        }
        panels.push(Panel {
            title: if field.is_some() {
                texts.get("panel-place")
            } else {
                texts.get(&format!("panel-{}", word(standing)))
            },
            small: String::new(),
            hidden: hidden.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            groups: groups(texts, &shown, &thing, true, self.refused_of("form"), Some(self.spoken(&line)), &offer),
        });
        panels
    }

    /// The lines field in whose lines expressions at a place are.
    fn line_at(&self, at: &str) -> String {
        let each = || self.form.pointer(at).and_then(|thing| thing["for_each"].as_str()).map(str::to_owned);
        lines_at(self.form, at).or_else(each).unwrap_or_default()
    }

    /// What expressions speak of, within a line of these lines.
    fn spoken<'s>(&'s self, line: &'s str) -> Spoken<'s> {
        let about = About { table: self.table_key, line };
        Spoken { faces: self.faces, about, here: self.here, face: self.face }
    }

    /// What was refused, where it was posted by the panel of this kind.
    fn refused_of(&self, on: &str) -> Option<&Refused> {
        self.refused.filter(|refused| refused.typed("on").as_deref() == Some(on))
    }

    fn field_panel(&self, key: &str, lines: Option<&str>) -> Panel {
        let texts = self.texts();
        let holder = lines.map_or(self.table, |lines| &self.table["properties"][lines]["items"]);
        let mut thing = holder["properties"][key].clone();
        let kind = kind_of(&thing);
        thing["required"] = holder["required"].as_array().is_some_and(|list| list.contains(&key.into())).into();
        let mut shown: Vec<Property> = kind.map(|kind| properties(kind, lines.is_some())).unwrap_or_default();
        shown.retain(|property| OF_FIELD.contains(&property.name));
        if kind.is_some_and(can_be_required) {
            shown.insert(shown.len().min(2), Property::new("required", "/required", Shape::Flag));
        }
        let offer = |property: &Property, value: &str| {
            offered(self.opened, self.table, self.table_key, lines, &thing, property, value)
        };
        // What is changed here is the table's document, not the form's.
        let mut hidden = field_hidden("set_field", self.table_key, lines.unwrap_or_default(), key);
        let path = format!("tables/{}.json", self.table_key);
        let revision = self.opened.state.document(&path).map_or(0, |known| known.revision);
        hidden.push(("_seen".into(), revision.to_string()));
        Panel {
            title: thing["title"].as_str().unwrap_or(key).to_owned(),
            small: kind_name(texts, kind),
            hidden,
            groups: groups(
                texts,
                &shown,
                &thing,
                false,
                self.refused_of("table"),
                Some(self.spoken(lines.unwrap_or_default())),
                &offer,
            ),
        }
    }

    fn offer(&self, standing: Standing, grid: Option<&str>, property: &Property, value: &str) -> Option<Input> {
        let texts = self.texts();
        let named = |lines: Option<&str>, fits: &dyn Fn(Option<Kind>) -> bool| -> Vec<(String, String)> {
            listed(self.table, lines)
                .filter(|(_, _, kind)| fits(*kind))
                .map(|(key, title, _)| (key.to_owned(), title))
                .collect()
        };
        match (standing, property.name) {
            (Standing::Lines, "sums" | "distinct") => {
                let numbers = property.name == "sums";
                let chosen: Vec<&str> = value.split(", ").collect();
                let columns = named(grid, &|kind| !numbers || kind.is_some_and(Kind::is_number));
                let boxes = columns.into_iter().map(|(key, title)| {
                    let selected = chosen.contains(&key.as_str());
                    Choice::new(key, title, selected)
                });
                Some(Input::Boxes(boxes.collect()))
            }
            (Standing::Section, "columns") => {
                let value = if value.is_empty() { "2" } else { value };
                let numbers = ["1", "2", "3", "4"].map(|number| (number.to_owned(), number.to_owned()));
                Some(select(None, numbers, value))
            }
            (Standing::Check, "field") => {
                Some(select(Some(texts.get("choice-whole-form")), named(None, &|_| true), value))
            }
            (Standing::Check, "for_each") => {
                let lines = named(None, &|kind| kind == Some(Kind::Lines));
                Some(select(Some(texts.get("choice-record")), lines, value))
            }
            _ => None,
        }
    }

    /// The rows by which a link copies what stands behind it.
    fn fill(&self, at: &str, key: &str, lines: Option<&str>) -> Option<Fill> {
        let property = fields_of(self.table, lines)?.get(key)?;
        if kind_of(property) != Some(Kind::Link) {
            return None;
        }
        let target = property["x-field"]["table"].as_str()?;
        let target = self.opened.state.new.json(&format!("tables/{target}.json")).ok()?;
        let map = self.form.pointer(&format!("{at}/fill/map")).and_then(Json::as_object).cloned().unwrap_or_default();
        let choices = |list: Vec<(String, String)>, chosen: &str| {
            let blank = Choice::new("", "–", chosen.is_empty());
            let named = list.into_iter().map(|(key, title)| {
                let selected = key == chosen;
                Choice::new(key, title, selected)
            });
            std::iter::once(blank).chain(named).collect::<Vec<_>>()
        };
        let own: Vec<(String, String)> = listed(self.table, lines)
            .filter(|(other, _, kind)| *other != key && *kind != Some(Kind::Lines))
            .map(|(key, title, _)| (key.to_owned(), title))
            .collect();
        let theirs: Vec<(String, String)> = listed(&target, None)
            .filter(|(_, _, kind)| *kind != Some(Kind::Lines))
            .map(|(key, title, _)| (key.to_owned(), title))
            .collect();
        let known = map.iter().map(|(to, from)| (to.as_str(), from.as_str().unwrap_or_default()));
        let rows = known.chain([("", "")]).map(|(to, from)| (choices(own.clone(), to), choices(theirs.clone(), from)));
        Some(Fill { rows: rows.collect() })
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Form => "form",
        Standing::Section => "section",
        Standing::Text => "text",
        Standing::Divider => "divider",
        Standing::Tabs => "tabs",
        Standing::Check => "check",
        Standing::Button => "button",
        Standing::Field | Standing::Lines | Standing::Column => "place",
    }
}
