//! What attachments, images and signatures are made of: ids of files in the order given, each once, stored as `|3|7|`.
//!
//! A spreadsheet's cell holds a file a line, `name (#12)`; what is read back is the id behind the name, or ids alone (`12, 15`).

use super::{Column, Field, FieldKind, Stored, Widget, id_list::IdList, type_error};
use crate::base::{error::FieldError, value::Value};
use serde_json::Value as Json;

/// A kind that holds files.
pub struct FileList {
    pub widget: Widget,
    /// The most files where the field does not say.
    pub most: usize,
    /// The types it takes where the field does not say; none for any.
    pub accept: &'static [&'static str],
}

/// The list of ids behind it.
const IDS: IdList = IdList { widget: Widget::Files, problems: |_| Vec::new() };

impl FieldKind for FileList {
    fn column(&self) -> Option<Column> {
        IDS.column()
    }

    fn widget(&self) -> Widget {
        self.widget
    }

    fn read(&self, field: &Field, json: &Json) -> Result<Value, FieldError> {
        IDS.read(field, json)
    }

    fn read_text(&self, field: &Field, written: &str) -> Result<Value, FieldError> {
        let mut ids = Vec::new();
        for line in written.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match id_behind(line) {
                Some(id) => ids.push(Json::from(id)),
                None => {
                    for part in line.split([',', '，', '|', ' ']).filter(|part| !part.is_empty()) {
                        let id: i64 = part.trim_start_matches('#').parse().map_err(|_| type_error("files"))?;
                        ids.push(Json::from(id));
                    }
                }
            }
        }
        IDS.read(field, &Json::Array(ids))
    }

    fn write(&self, field: &Field, value: &Value) -> Json {
        IDS.write(field, value)
    }

    fn show(&self, field: &Field, value: &Value) -> String {
        IDS.show(field, value)
    }

    fn check(&self, field: &Field, value: &Value) -> Result<(), FieldError> {
        let count = if let Value::List(items) = value { items.len() } else { 0 };
        let most = most_files(field);
        if count > most {
            return Err(FieldError::new("", "too_many_files").with("maximum", most));
        }
        match field.min_items {
            Some(least) if count < least => Err(FieldError::new("", "too_few_files").with("minimum", least)),
            _ => Ok(()),
        }
    }

    fn store(&self, field: &Field, value: &Value) -> Stored {
        IDS.store(field, value)
    }

    fn load(&self, field: &Field, stored: Stored) -> Value {
        IDS.load(field, stored)
    }

    fn problems(&self, field: &Field) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut refuse = |place: &str, why: &str| problems.push((format!("/x-field/{place}"), why.to_owned()));
        if field.formula.is_some() {
            refuse("formula", "files are chosen by people, not computed; take the formula out");
        }
        if field.default.is_some() {
            refuse("default", "a file belongs to one record, so there is no default; take it out");
        }
        if field.unique {
            refuse("unique", "a file belongs to one record in any case; take \"unique\" out");
        }
        for (index, accepted) in field.accept.iter().enumerate() {
            if !is_pattern(accepted) {
                refuse(
                    &format!("accept/{index}"),
                    "a type is written as \"application/pdf\", \"image/*\" or, by its ending, \".pdf\"",
                );
            }
        }
        problems
    }

    fn files(&self) -> Option<&FileList> {
        Some(self)
    }
}

/// The most files that the field holds.
#[must_use]
pub fn most_files(field: &Field) -> usize {
    let most = field.kind.behaviour().files().map_or(0, |files| files.most);
    if most == 1 { 1 } else { field.max_items.unwrap_or(most) }
}

/// The types that the field takes, as patterns; none for any.
#[must_use]
pub fn accepted(field: &Field) -> Vec<String> {
    if !field.accept.is_empty() {
        return field.accept.clone();
    }
    let own = field.kind.behaviour().files().map_or(&[][..], |files| files.accept);
    own.iter().map(|pattern| (*pattern).to_owned()).collect()
}

/// Whether a field takes a file of this type (as its content says) and name. Images and signatures take nothing that their
/// content does not show to be one.
#[must_use]
pub fn takes(field: &Field, media_type: &str, name: &str) -> bool {
    let own = field.kind.behaviour().files().map_or(&[][..], |files| files.accept);
    let fits = |pattern: &str| match (pattern.strip_prefix('.'), pattern.strip_suffix("/*")) {
        (Some(ending), _) => crate::base::file_name::ending(name) == ending.to_lowercase(),
        (None, Some(family)) => media_type.split('/').next() == Some(family),
        (None, None) => media_type == pattern,
    };
    (own.is_empty() || own.iter().any(|pattern| fits(pattern)))
        && (field.accept.is_empty() || field.accept.iter().any(|pattern| fits(pattern)))
}

/// What a spreadsheet's cell holds for these files, each an id with its name.
#[must_use]
pub fn cell_text<'a>(files: impl Iterator<Item = (i64, Option<&'a str>)>) -> String {
    let lines: Vec<String> = files
        .map(|(id, name)| match name {
            Some(name) => format!("{name} (#{id})"),
            None => format!("#{id}"),
        })
        .collect();
    lines.join("\n")
}

/// `contract.pdf (#12)`.
fn id_behind(line: &str) -> Option<i64> {
    line.strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok()
}

fn is_pattern(text: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_'))
    };
    match (text.strip_prefix('.'), text.split_once('/')) {
        (Some(ending), _) => word(ending),
        (None, Some((family, kind))) => word(family) && (kind == "*" || word(kind)),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FieldAnnotation, Kind};
    use super::*;
    use serde_json::json;

    fn field(property: Json) -> Field {
        let annotation: FieldAnnotation = serde_json::from_value(property["x-field"].clone()).expect("an annotation");
        let kind = Kind::named(&annotation.kind).expect("a kind");
        Field::new("f", &property, kind, annotation, false, indexmap::IndexMap::new())
    }

    #[test]
    fn cells_name_files_and_are_read_back_by_their_ids() {
        let field = field(json!({"x-field": {"kind": "attachment"}}));
        let cell = cell_text([(12, Some("a (1), b.pdf")), (7, None)].into_iter());
        assert_eq!(cell, "a (1), b.pdf (#12)\n#7");
        let read = field.read_text(&cell).expect("it reads");
        assert_eq!(read, Value::List(vec![12.into(), 7.into()]));
        assert_eq!(field.read_text("12, #7").expect("it reads"), read);
        assert_eq!(field.read_text(&field.text(&read)).expect("it reads"), read);
        assert_eq!(field.read_text("contract.pdf").unwrap_err().code, "type");
    }

    #[test]
    fn bounds_and_types_are_the_fields() {
        let photos = field(json!({"maxItems": 2, "x-field": {"kind": "image"}}));
        assert_eq!(photos.check(&Value::List(vec![1.into(), 2.into(), 3.into()])).unwrap_err().code, "too_many_files");
        assert!(takes(&photos, "image/png", "x.png") && !takes(&photos, "image/svg+xml", "x.svg"));
        assert!(!takes(&photos, "text/html", "x.png"));
        let papers = field(json!({"x-field": {"kind": "attachment", "accept": [".dwg", "application/pdf"]}}));
        assert!(takes(&papers, "application/octet-stream", "plan.DWG") && takes(&papers, "application/pdf", "x"));
        assert!(!takes(&papers, "image/png", "x.png"));
        let signature = field(json!({"maxItems": 9, "x-field": {"kind": "signature"}}));
        assert_eq!(most_files(&signature), 1);
    }

    #[test]
    fn a_definition_says_types_and_no_formula() {
        let wrong =
            field(json!({"x-field": {"kind": "attachment", "accept": ["pdf"], "formula": "1", "default": "1"}}));
        let places: Vec<String> = wrong.problems().into_iter().map(|(place, _)| place).collect();
        for place in ["/x-field/formula", "/x-field/default", "/x-field/accept/0"] {
            assert!(places.iter().any(|known| known == place), "{places:?}");
        }
    }
}
