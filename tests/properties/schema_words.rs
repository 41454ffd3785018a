//! What designers call the members of documents: every one has a title, a sentence and words in both languages.

use serde_json::{Map, Value as Json};

/// The documents that are designed from their meta-schemas.
const DESIGNED: [&str; 9] = ["view", "flow", "role", "report", "dashboard", "automation", "ledger", "print", "app"];

struct Walk<'a> {
    chinese: &'a Map<String, Json>,
    missing: Vec<String>,
}

impl Walk<'_> {
    fn say(&mut self, id: &str, what: &str) {
        self.missing.push(format!("{id}: {what}"));
    }

    fn schema(&mut self, schema: &Json, id: &str, member: bool) {
        if schema.get("const").is_some() || !schema.is_object() {
            return;
        }
        let own = member && schema.get("$ref").is_none_or(|_| schema.get("title").is_some());
        if own {
            for name in ["title", "description"] {
                if schema[name].as_str().is_none_or(str::is_empty) {
                    self.say(id, &format!("no English {name}"));
                }
                if self.chinese.get(id).is_none_or(|words| words[name].as_str().is_none_or(str::is_empty)) {
                    self.say(id, &format!("no Chinese {name}"));
                }
            }
        }
        let words = schema.get("enum").or_else(|| schema.pointer("/then/enum")).and_then(Json::as_array);
        for word in words.into_iter().flatten().filter_map(Json::as_str) {
            let said = schema.get("x-words").or_else(|| schema.pointer("/then/x-words"));
            if said.and_then(|said| said[word].as_str()).is_none() {
                self.say(id, &format!("no English word for {word}"));
            }
            if self.chinese.get(id).is_none_or(|own| own["words"][word].as_str().is_none()) {
                self.say(id, &format!("no Chinese word for {word}"));
            }
        }
        let text = schema["type"] == "string"
            || schema["type"].as_array().is_some_and(|types| types.contains(&"string".into()));
        let told = schema.get("x-holds").is_some() || words.is_some() || schema.get("properties").is_some();
        if text && !told {
            self.say(id, "nothing says what the text is");
        }
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            self.schema(inner, &format!("{id}/{name}"), true);
        }
        for name in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get(name) {
                self.schema(inner, id, false);
            }
        }
        for branch in schema["allOf"].as_array().into_iter().flatten() {
            for (name, inner) in branch["then"]["properties"].as_object().into_iter().flatten() {
                self.schema(inner, &format!("{id}/{name}"), true);
            }
        }
        for (name, inner) in schema["$defs"].as_object().into_iter().flatten() {
            self.schema(inner, &format!("{id}/{name}"), true);
        }
    }
}

#[test]
fn every_member_that_is_designed_has_words_in_both_languages() {
    let chinese: Json =
        serde_json::from_str(include_str!("../../templates/locales/schemas.zh-CN.json")).expect("the Chinese words");
    let mut walk = Walk { chinese: chinese.as_object().expect("words by id"), missing: Vec::new() };
    for name in DESIGNED {
        let text = formwork::definition::schema::source_named(name).expect("a schema");
        walk.schema(&serde_json::from_str(text).expect("a schema"), name, false);
    }
    assert_eq!(walk.missing, Vec::<String>::new());
}
