//! What a property of a field offers to choose from.

use super::{bench::Opened, panel::select};
use crate::{
    definition::{
        edit::{
            fields::kind_of,
            property::Property,
            sources::sources,
            table::{fields_of, listed},
        },
        field::Kind,
        package::Documents,
    },
    i18n::Arg,
    web::view::designer::Input,
};
use serde_json::Value as Json;

/// What a field's property chooses from: tables, fields behind a link, rows that can be gathered.
pub fn offered(
    opened: &Opened,
    json: &Json,
    table: &str,
    lines: Option<&str>,
    thing: &Json,
    property: &Property,
    value: &str,
) -> Option<Input> {
    let documents: &Documents = &opened.state.new;
    let titled = |table: &Json, lines: Option<&str>, fits: &dyn Fn(Option<Kind>) -> bool| -> Vec<(String, String)> {
        listed(table, lines).filter(|(_, _, kind)| fits(*kind)).map(|(key, title, _)| (key.to_owned(), title)).collect()
    };
    let texts = opened.texts;
    match property.name {
        "table" => {
            let tables = documents.folder("tables").map(|(stem, _)| stem.to_owned());
            let named = tables.map(|stem| (stem.clone(), opened.title(&format!("tables/{stem}.json"))));
            Some(select(None, named, value))
        }
        // A value is chosen from what there is; a formula is typed.
        "default" if !value.starts_with('=') || matches!(value, "=true" | "=false") => {
            let nothing = Some(texts.get("choice-none"));
            match kind_of(thing)? {
                Kind::Choice => {
                    let options = thing["x-field"]["options"].as_array().into_iter().flatten();
                    let named = options.map(|option| {
                        let word = option["value"].as_str().unwrap_or_default();
                        (word.to_owned(), option["title"].as_str().unwrap_or(word).to_owned())
                    });
                    Some(select(nothing, named, value))
                }
                Kind::Boolean => {
                    let named =
                        ["true", "false"].map(|word| (format!("={word}"), texts.get(&format!("choice-{word}"))));
                    Some(select(nothing, named, value))
                }
                _ => None,
            }
        }
        "link" => Some(select(None, titled(json, lines, &|kind| kind == Some(Kind::Link)), value)),
        "field" => {
            let link = thing["x-field"]["link"].as_str().unwrap_or_default();
            let target = fields_of(json, lines)?.get(link)?["x-field"]["table"].as_str()?.to_owned();
            let target = documents.json(&format!("tables/{target}.json")).ok()?;
            let fits = |kind: Option<Kind>| {
                kind.is_some_and(|kind| !kind.is_file() && !matches!(kind, Kind::Lines | Kind::Lookup | Kind::Secret))
            };
            Some(select(None, titled(&target, None, &fits), value))
        }
        "from" => {
            let named = sources(documents, json, table).into_iter().map(|from| {
                let own = from["table"].as_str();
                let of = own.map(|own| documents.json(&format!("tables/{own}.json")).unwrap_or_default());
                let of = of.as_ref().unwrap_or(json);
                let part = |key: &Json| {
                    key.as_str().map(|key| of["properties"][key]["title"].as_str().unwrap_or(key).to_owned())
                };
                let title = own.map(|own| opened.title(&format!("tables/{own}.json")));
                let label: Vec<String> =
                    title.into_iter().chain(part(&from["lines"])).chain(part(&from["field"])).collect();
                (from.to_string(), label.join(" · "))
            });
            Some(select(None, named, value))
        }
        "measure" => {
            let from = &thing["x-field"]["from"];
            let of = match from["table"].as_str() {
                Some(own) => documents.json(&format!("tables/{own}.json")).unwrap_or_default(),
                None => json.clone(),
            };
            let mut figures = vec![("count()".to_owned(), texts.get("measure-rows"))];
            let numbers = titled(&of, from["lines"].as_str(), &|kind| kind.is_some_and(Kind::is_number));
            for (key, title) in numbers {
                for function in ["sum", "avg", "min", "max"] {
                    let words = [("title", Arg::Text(&title))];
                    figures.push((format!("{function}({key})"), texts.with(&format!("measure-{function}"), &words)));
                }
            }
            Some(select(None, figures, value))
        }
        _ => None,
    }
}
