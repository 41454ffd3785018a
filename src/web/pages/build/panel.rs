//! Properties as controls, and what is drawn for a kind of field.

use super::{
    bench::Refused,
    faces::{About, Faces, Shown, Sort},
};
use crate::{
    definition::{
        edit::property::{Property, Shape},
        field::Kind,
    },
    i18n::Texts,
    web::view::{
        Choice,
        designer::{Control, Input, PaletteGroup, PaletteItem, PanelGroup},
    },
};
use serde_json::Value as Json;

/// The kinds of fields as a palette has them: the subject's message, and the kinds.
const PALETTE: [(&str, &[&str]); 5] = [
    (
        "palette-common",
        &["text", "multiline", "decimal", "money", "date", "choice", "choices", "boolean", "attachment", "image"],
    ),
    ("palette-links", &["link", "lines", "lookup", "rollup", "links"]),
    ("palette-people", &["member", "department", "members", "departments"]),
    ("palette-automatic", &["number_series", "barcode", "location", "signature"]),
    (
        "palette-more",
        &[
            "integer",
            "percent",
            "rating",
            "datetime",
            "time",
            "duration",
            "cascade",
            "email",
            "phone",
            "url",
            "address",
            "rich_text",
            "secret",
            "json",
        ],
    ),
];

/// Properties that show at once; the others are folded under these heads.
const MORE: [(&str, &[&str]); 3] = [
    (
        "panel-bounds",
        &["min", "max", "exclusive_min", "min_length", "max_length", "min_items", "max_items", "max_size", "accept"],
    ),
    ("panel-value", &["default", "formula", "read_only"]),
    ("panel-storage", &["searchable", "index", "scan", "sensitive", "encrypted"]),
];
const RULES: [(&str, &[&str]); 2] = [
    ("panel-rules", &["visible", "required", "readonly"]),
    ("panel-behaviour", &["default", "options", "public_options", "scan", "distinct"]),
];

/// The icon of a kind of field.
pub fn icon(kind: Option<Kind>) -> &'static str {
    use Kind::{
        Address, Attachment, Barcode, Boolean, Cascade, Choice, Choices, Date, DateTime, Decimal, Department,
        Departments, Duration, Email, Image, Integer, Lines, Link, Links, Location, Lookup, Member, Members, Money,
        Multiline, NumberSeries, Percent, Phone, RichText, Rollup, Secret, Signature, Time, Url,
    };
    match kind {
        Some(Multiline | RichText | Kind::Json) => "para",
        Some(Email) => "message",
        Some(Phone) => "phone",
        Some(Url) => "globe",
        Some(Barcode) => "barcode",
        Some(Integer | Decimal | Percent | Kind::Rating) => "hash",
        Some(Money) => "money",
        Some(Boolean) => "check",
        Some(Date | DateTime) => "calendar",
        Some(Time | Duration) => "clock",
        Some(Choice) => "circle",
        Some(Choices) => "checks",
        Some(Cascade) => "list",
        Some(Link | Links) => "link",
        Some(Lines) => "table",
        Some(Member) => "user",
        Some(Members) => "users",
        Some(Department | Departments) => "org",
        Some(Location) => "pin",
        Some(Address) => "map",
        Some(Attachment) => "clip",
        Some(Image) => "image",
        Some(Signature) => "sign",
        Some(NumberSeries) => "series",
        Some(Lookup) => "search",
        Some(Rollup) => "sum",
        Some(Secret) => "lock",
        Some(Kind::Text) | None => "text",
    }
}

pub fn kind_name(texts: Texts, kind: Option<Kind>) -> String {
    kind.map_or_else(String::new, |kind| texts.get(&format!("kind-{}", kind.name().replace('_', "-"))))
}

/// The fields that can be put in. `column`: into lines.
pub fn palette(texts: Texts, column: bool) -> Vec<PaletteGroup> {
    let fits = |kind: &Kind| !column || !matches!(kind, Kind::Lines | Kind::Rollup | Kind::NumberSeries);
    let group = |(title, kinds): &(&str, &[&str])| PaletteGroup {
        title: texts.get(title),
        items: kinds
            .iter()
            .filter_map(|name| Kind::named(name))
            .filter(fits)
            .map(|kind| PaletteItem {
                pick: format!("field:{}", kind.name()),
                label: kind_name(texts, Some(kind)),
                icon: icon(Some(kind)),
            })
            .collect(),
    };
    PALETTE.iter().map(group).collect()
}

/// What a property offers to choose from, where it is a choice of something in the app.
pub type Offer<'o> = &'o dyn Fn(&Property, &str) -> Option<Input>;

/// What expressions speak of, and the page that shows them.
#[derive(Clone, Copy)]
pub struct Spoken<'a> {
    pub faces: &'a Faces,
    pub about: About<'a>,
    pub here: &'a str,
    /// The property that is shown in another face, and which.
    pub face: Option<(&'a str, &'a str)>,
}

/// Properties as controls, those that are seldom said folded away.
pub fn groups(
    texts: Texts,
    properties: &[Property],
    thing: &Json,
    of_form: bool,
    refused: Option<&Refused>,
    spoken: Option<Spoken<'_>>,
    offer: Offer<'_>,
) -> Vec<PanelGroup> {
    let more: &[(&str, &[&str])] = if of_form { &RULES } else { &MORE };
    let mut groups = vec![PanelGroup { title: String::new(), open: true, controls: Vec::new() }];
    groups.extend(more.iter().map(|(title, _)| PanelGroup {
        title: texts.get(title),
        open: false,
        controls: Vec::new(),
    }));
    for property in properties {
        let control = control(texts, property, thing, of_form, refused, spoken, offer);
        let place = more.iter().position(|(_, names)| names.contains(&property.name)).map_or(0, |index| index + 1);
        let said = control.error.is_some() || (!control.value.is_empty() && place > 0);
        groups[place].open |= said;
        groups[place].controls.push(control);
    }
    groups.retain(|group| !group.controls.is_empty());
    groups
}

fn control(
    texts: Texts,
    property: &Property,
    thing: &Json,
    of_form: bool,
    refused: Option<&Refused>,
    spoken: Option<Spoken<'_>>,
    offer: Offer<'_>,
) -> Control {
    let name = format!("set.{}", property.name);
    let shown = property.shown(thing);
    let value = refused.and_then(|refused| refused.typed(&name)).unwrap_or(shown);
    let offered = offer(property, &value);
    let faced = if offered.is_some() { None } else { spoken.and_then(|spoken| face(spoken, property, thing, refused)) };
    let (input, value) = match (offered, faced) {
        (Some(input), _) => (input, value),
        (None, Some(faced)) => faced,
        (None, None) => (input(texts, property, &value), value),
    };
    let word = property.name.replace('_', "-");
    let text = |key: String| {
        let found = texts.get(&key);
        (found != key).then_some(found)
    };
    // A form may say otherwise of a word that a table says as well.
    let own = |suffix: &str| of_form.then(|| text(format!("place-{word}{suffix}"))).flatten();
    let label = own("").or_else(|| text(format!("prop-{word}"))).unwrap_or_else(|| property.name.to_owned());
    let by_shape = match property.shape {
        Shape::Default => Some(texts.get("shape-default-help")),
        Shape::Rule => Some(texts.get("shape-rule-help")),
        Shape::Expression => Some(texts.get("shape-expression-help")),
        _ => None,
    };
    let help = own("-help").or_else(|| text(format!("prop-{word}-help"))).or(by_shape).unwrap_or_default();
    Control {
        id: format!("p-{}{}", if of_form { "f-" } else { "" }, property.name),
        error: refused.and_then(|refused| refused.at(property.name)),
        input,
        label,
        help,
        name,
        value,
    }
}

/// An expression as people say it.
fn face(spoken: Spoken<'_>, property: &Property, thing: &Json, refused: Option<&Refused>) -> Option<(Input, String)> {
    let sort = match property.shape {
        Shape::Expression => Sort::Value,
        Shape::Condition => Sort::Condition,
        Shape::Rule => Sort::Rule,
        Shape::Text | Shape::Default => Sort::Text,
        _ => return None,
    };
    let written = property.shown(thing);
    let asked = spoken.face.filter(|(name, _)| *name == property.name).map(|(_, face)| face);
    Some(match spoken.faces.shown(property.name, &sort, spoken.about, &written, asked, spoken.here) {
        Shown::Rows(rows) => (Input::Rows(rows), written),
        Shown::Formula(formula, text) => {
            let typed = refused.and_then(|refused| refused.typed(&format!("set.{}", property.name)));
            (Input::Formula(formula), typed.unwrap_or(text))
        }
        Shown::Literal { face } => (Input::Literal(face), written),
        Shown::Code { face, others } => (Input::Written { face, others }, written),
    })
}

fn input(texts: Texts, property: &Property, value: &str) -> Input {
    match property.shape {
        Shape::Paragraph => Input::Paragraph,
        Shape::Flag => Input::Flag,
        Shape::Whole { .. } | Shape::Number | Shape::Size => Input::Number,
        Shape::Word(words) => {
            let blank = Choice::new("", texts.get("choice-unsaid"), value.is_empty());
            let named = words.iter().map(|word| {
                let label = texts.get(&format!("choice-{}-{word}", property.name));
                Choice::new(*word, label, *word == value)
            });
            Input::Select(std::iter::once(blank).chain(named).collect())
        }
        Shape::Expression | Shape::Condition | Shape::Rule | Shape::Filter | Shape::Json => Input::Code,
        _ => Input::Line,
    }
}

/// A choice of these, with what is chosen now even where it is none of them.
pub fn select(blank: Option<String>, options: impl IntoIterator<Item = (String, String)>, value: &str) -> Input {
    let mut choices: Vec<Choice> = blank.into_iter().map(|label| Choice::new("", label, value.is_empty())).collect();
    choices.extend(options.into_iter().map(|(key, label)| {
        let selected = key == value;
        Choice::new(key, label, selected)
    }));
    if !value.is_empty() && !choices.iter().any(|choice| choice.selected) {
        choices.push(Choice::new(value, value, true));
    }
    Input::Select(choices)
}
