//! The words of the interface, in Chinese first and in English, kept in `templates/locales/*.ftl`.
//!
//! A leaf: it knows no other part of the program.

mod findings;
pub mod format;
mod schema_words;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

const ZH_CN: &str = include_str!("../../templates/locales/zh-CN.ftl");
const EN: &str = include_str!("../../templates/locales/en.ftl");

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    #[default]
    ZhCn,
    En,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The tag: `zh-CN` or `en`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language's own name.
    pub fn native_name(self) -> &'static str {
        match self {
            Self::ZhCn => "中文",
            Self::En => "English",
        }
    }

    /// The locale with exactly this tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.as_str() == tag)
    }

    /// The best of ours for an `Accept-Language` header; Chinese if it names none of them.
    pub fn from_accept_language(header: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let language = pieces.next()?.split('-').next()?.to_ascii_lowercase();
                let locale = match language.as_str() {
                    "zh" => Self::ZhCn,
                    "en" => Self::En,
                    _ => return None,
                };
                let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
                (weight > 0.0).then_some((weight, locale))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map_or_else(Self::default, |(_, locale)| *locale)
    }
}

/// A value put into a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arg<'a> {
    Text(&'a str),
    /// A count: it also chooses between singular and plural.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Texts(pub Locale);

impl Texts {
    pub fn locale(self) -> Locale {
        self.0
    }

    /// The tag for the `lang` attribute.
    pub fn lang(self) -> &'static str {
        self.0.as_str()
    }

    /// The text under `key`; the key itself if there is none.
    pub fn get(self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The text under `key` with values in its places.
    pub fn with(self, key: &str, values: &[(&str, Arg<'_>)]) -> String {
        self.find(key, Some(values)).unwrap_or_else(|| key.to_owned())
    }

    /// The text under `key` with `$count`.
    pub fn count(self, key: &str, count: usize) -> String {
        self.with(key, &[("count", Arg::Number(i64::try_from(count).unwrap_or(i64::MAX)))])
    }

    /// The message of an error code (`required`, `too_long` …); `None` for a code that has none, such as one that an app's ledger defines.
    pub fn error(self, code: &str, values: &[(&str, Arg<'_>)]) -> Option<String> {
        self.find(&format!("error-{}", code.replace('_', "-")), Some(values))
    }

    fn find(self, key: &str, values: Option<&[(&str, Arg<'_>)]>) -> Option<String> {
        let bundle = bundle(self.0);
        let pattern = bundle.get_message(key)?.value()?;
        let arguments = values.map(|values| {
            let mut arguments = FluentArgs::with_capacity(values.len());
            for (name, value) in values {
                arguments.set(
                    (*name).to_owned(),
                    match value {
                        Arg::Text(text) => FluentValue::from((*text).to_owned()),
                        Arg::Number(number) => FluentValue::from(*number),
                    },
                );
            }
            arguments
        });
        let mut problems = Vec::new();
        Some(bundle.format_pattern(pattern, arguments.as_ref(), &mut problems).into_owned())
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [build(Locale::ZhCn, ZH_CN), build(Locale::En, EN)]);

fn bundle(locale: Locale) -> &'static Bundle {
    match locale {
        Locale::ZhCn => &BUNDLES[0],
        Locale::En => &BUNDLES[1],
    }
}

fn build(locale: Locale, source: &str) -> Bundle {
    // Entries the parser refuses are left out, as is a key given twice; the tests see to it that there are none.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let language: LanguageIdentifier = locale.as_str().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    let _ = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests;
