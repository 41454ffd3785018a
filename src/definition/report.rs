//! A report: figures over the rows of a table, gathered and laid out; with parameters that its reader fills in.

use super::{
    field::{ChoiceOption, Field, FieldAnnotation, Kind},
    view::FilterDocument,
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The most groups of a report where it does not say.
pub const USUAL_ROWS: u64 = 1_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What the reader fills in, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, Parameter>,
    pub source: Source,
    pub columns: Vec<ReportColumn>,
    /// Keys of columns, `-` in front for descending; by the groups where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// The most groups; what is beyond is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// A row of figures over everything.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub totals: bool,
    /// Figures for every value of the first group column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subtotals: bool,
    /// The group column whose values become columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pivot: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The view that shows the records behind a row; the table's whole list where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<String>,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
const fn is_yes(truth: &bool) -> bool {
    *truth
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub table: String,
    /// A filter in which `{"parameter": "from"}` stands for what the reader filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterDocument>,
}

/// Something that the reader fills in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub title: String,
    /// A kind of field: date, choice, link, text …
    pub kind: String,
    /// The table of a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChoiceOption>,
    /// An expression: `today() - 30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Without it there is no report. Conditions with an empty parameter that is not required do not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// A column: exactly one of `group`, `measure` and `expression` is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportColumn {
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What rows are gathered by: `shelf`, `item.category`, `month(day)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// A figure: `sum(qty)`, `count()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// The rows that the measure counts, among those of the source.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub only: Option<FilterDocument>,
    /// Computed from the columns of the same row: `amount / qty`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// How an expression is kept and shown: decimal, money, percent, integer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Not in the totals: quantities of different units have no sum.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_total: bool,
    /// Read by expressions, but not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A picture of the report, above its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    pub kind: ChartKind,
    /// The group column along the axis, or whose values are the parts.
    pub by: String,
    /// The columns of figures; each is a series.
    pub figures: Vec<String>,
    /// The group column whose values are series of their own; then there is one figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Upright bars, side by side.
    Column,
    /// Upright bars, one series on the other.
    Stacked,
    /// Lying bars: for long names.
    Bar,
    Line,
    /// Parts of a whole.
    Share,
}

impl Parameter {
    /// The field that reads and shows its value.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<Field> {
        let kind = Kind::named(&self.kind)?;
        let annotation = FieldAnnotation {
            kind: self.kind.clone(),
            table: self.table.clone(),
            options: self.options.clone(),
            ..FieldAnnotation::default()
        };
        Some(Field::new(key, &json!({"title": self.title}), kind, annotation, self.required, IndexMap::new()))
    }
}

impl Report {
    /// Every filter with its JSON Pointer: the source's and those of measures.
    pub fn filters(&self) -> impl Iterator<Item = (String, &FilterDocument)> {
        let source = self.source.filter.iter().map(|filter| ("/source/filter".to_owned(), filter));
        source.chain(self.columns.iter().enumerate().filter_map(|(index, column)| {
            column.only.as_ref().map(|filter| (format!("/columns/{index}/where"), filter))
        }))
    }

    #[must_use]
    pub fn column(&self, key: &str) -> Option<&ReportColumn> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// `(column, descending)` in order.
    pub fn sort_keys(&self) -> impl Iterator<Item = (&str, bool)> {
        self.sort.iter().map(|key| match key.strip_prefix('-') {
            Some(column) => (column, true),
            None => (key.as_str(), false),
        })
    }
}

/// A filter with the values of parameters in place of `{"parameter": key}`. A condition on an empty parameter is left out, and
/// with it a group that has nothing else; `None` where nothing is left.
#[must_use]
pub fn filled(filter: &FilterDocument, value: &dyn Fn(&str) -> Option<Json>) -> Option<FilterDocument> {
    for word in ["all", "any"] {
        if let Some(parts) = filter[word].as_array() {
            let kept: Vec<Json> = parts.iter().filter_map(|part| filled(part, value)).collect();
            return (!kept.is_empty() || parts.is_empty()).then(|| json!({word: kept}));
        }
    }
    if let Some(inner) = filter.get("not") {
        return filled(inner, value).map(|inner| json!({"not": inner}));
    }
    if filter.get("any_line").is_some() {
        let inner = filled(&filter["where"], value)?;
        return Some(json!({"any_line": filter["any_line"], "where": inner}));
    }
    let mut condition = filter.clone();
    let Some(given) = condition.get_mut("value") else { return Some(condition) };
    if let Some(items) = given.as_array_mut() {
        for item in items {
            *item = replaced(item, value)?;
        }
    } else {
        *given = replaced(given, value)?;
    }
    Some(condition)
}

/// The value itself, or that of the parameter it names.
fn replaced(json: &Json, value: &dyn Fn(&str) -> Option<Json>) -> Option<Json> {
    match parameter_of(json) {
        Some(key) => value(key),
        None => Some(json.clone()),
    }
}

/// The key of a parameter: `{"parameter": "from"}`.
#[must_use]
pub fn parameter_of(json: &Json) -> Option<&str> {
    json.as_object().filter(|object| object.len() == 1)?.get("parameter")?.as_str()
}

/// Every parameter that a filter names.
#[must_use]
pub fn parameters_in(filter: &FilterDocument) -> Vec<&str> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found
}

fn collect<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    if let Some(key) = parameter_of(json) {
        found.push(key);
        return;
    }
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(key: &str) -> Option<Json> {
        (key == "from").then(|| json!("2026-11-01"))
    }

    #[test]
    fn parameters_are_put_into_filters() {
        let filter = json!({"all": [
            {"field": "day", "op": "between", "value": [{"parameter": "from"}, "2026-11-30"]},
            {"not": {"field": "shelf", "op": "eq", "value": {"parameter": "shelf"}}},
            {"any": [{"field": "shelf", "op": "eq", "value": {"parameter": "shelf"}}]},
            {"field": "qty", "op": "gt", "value": "0"},
        ]});
        let expected = json!({"all": [
            {"field": "day", "op": "between", "value": ["2026-11-01", "2026-11-30"]},
            {"field": "qty", "op": "gt", "value": "0"},
        ]});
        assert_eq!(filled(&filter, &given), Some(expected));
        assert_eq!(parameters_in(&filter), ["from", "shelf", "shelf"]);
    }

    #[test]
    fn a_filter_of_empty_parameters_is_none() {
        let filter = json!({"field": "shelf", "op": "eq", "value": {"parameter": "shelf"}});
        assert_eq!(filled(&filter, &given), None);
        assert_eq!(filled(&json!({"all": []}), &given), Some(json!({"all": []})));
    }
}
