//! What the members of definitions are called: English in the meta-schemas themselves, other languages by their ids.

use super::{Locale, Texts};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

#[derive(Deserialize, Default)]
struct Words {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    words: BTreeMap<String, String>,
}

static CHINESE: LazyLock<HashMap<String, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../templates/locales/schemas.zh-CN.json")).unwrap_or_default()
});

impl Texts {
    fn schema_words(self, id: &str) -> Option<&'static Words> {
        (self.0 == Locale::ZhCn).then(|| CHINESE.get(id)).flatten()
    }

    /// What a member is called, where this language says so.
    #[must_use]
    pub fn schema_title(self, id: &str) -> Option<&'static str> {
        self.schema_words(id).map(|words| words.title.as_str()).filter(|title| !title.is_empty())
    }

    /// What a member is for.
    #[must_use]
    pub fn schema_help(self, id: &str) -> Option<&'static str> {
        self.schema_words(id).map(|words| words.description.as_str()).filter(|help| !help.is_empty())
    }

    /// A value of a member that is one of some words.
    #[must_use]
    pub fn schema_word(self, id: &str, value: &str) -> Option<&'static str> {
        self.schema_words(id)?.words.get(value).map(String::as_str)
    }
}
