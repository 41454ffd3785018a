//! A posted form as an operation on the draft.

use crate::{definition::edit::Edit, i18n::Texts, service::Error, web::body::FormBody};
use serde_json::{Map, Value as Json};

/// Reads the operation that a form asks for. What a person need not say is said in their language: a new field is called by its
/// kind until it gets a name.
///
/// # Errors
/// `malformed` for what is no operation.
pub fn edit(texts: Texts, form: &FormBody) -> Result<Edit, Error> {
    let mut json = Map::new();
    for (name, value) in form.0.iter().filter(|(name, _)| !name.starts_with('_')) {
        let value = value.replace("\r\n", "\n");
        if let Some(property) = name.strip_prefix("set.") {
            let set = json.entry("set").or_insert_with(|| Json::Object(Map::new()));
            // Several boxes of one name are one list.
            match property.strip_suffix("[]") {
                Some(property) => {
                    let known = set[property].as_str().unwrap_or_default().to_owned();
                    let joined = [known.as_str(), &value].into_iter().filter(|part| !part.is_empty());
                    set[property] = joined.collect::<Vec<_>>().join(", ").into();
                }
                None => set[property] = value.into(),
            }
        } else if let Some(list) = name.strip_suffix("[]") {
            let items = json.entry(list).or_insert_with(|| Json::Array(Vec::new()));
            if let Some(items) = items.as_array_mut() {
                items.push(value.into());
            }
        } else if name == "pick" {
            picked(texts, &mut json, &value);
        } else if !(value.is_empty() && matches!(name.as_str(), "lines" | "before")) {
            json.insert(name.clone(), value.into());
        }
    }
    let blank = |json: &Map<String, Json>, name: &str| json.get(name).and_then(Json::as_str).is_none_or(str::is_empty);
    let doing = json.get("do").and_then(Json::as_str).unwrap_or_default().to_owned();
    if matches!(doing.as_str(), "add_field" | "convert_field") {
        let kind = json.get("kind").and_then(Json::as_str).unwrap_or_default().replace('_', "-");
        if blank(&json, "title") {
            let name = texts.get(&format!("kind-{kind}"));
            let mut letters = name.chars();
            let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            json.insert("title".into(), title.into());
        }
        json.insert("option".into(), texts.get("word-option").into());
        json.insert("column".into(), texts.get("word-name").into());
    }
    if doing == "add_table" {
        json.insert("name".into(), texts.get("word-name").into());
        json.insert("section".into(), texts.get("word-main-section").into());
    }
    serde_json::from_value(Json::Object(json)).map_err(|error| Error::malformed(error.to_string()))
}

/// What was chosen from a palette.
fn picked(texts: Texts, json: &mut Map<String, Json>, pick: &str) {
    let (what, which) = pick.split_once(':').unwrap_or((pick, ""));
    let mut put = |name: &str, value: &str| json.insert(name.to_owned(), value.into());
    match what {
        "field" => {
            put("do", "add_field");
            put("kind", which);
        }
        "place" => {
            put("do", "place");
            put("field", which);
        }
        _ => {
            put("do", "add");
            put("what", which);
            let title = texts.get(&format!("thing-{which}"));
            put("title", &title);
        }
    }
}
