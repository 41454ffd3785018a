//! Tables that were made whole elsewhere, brought into an app with all that makes them usable.

use super::{
    Bench, Refusal,
    app::{is_taken, open_up, shown_first},
    form, judge, table,
};
use crate::definition::{app::App, package::Documents};
use serde_json::{Value as Json, json};

/// A table: its key, its title, its document.
pub type Whole<'a> = (&'a str, &'a str, &'a Json);

/// Fields in the view of such a table.
const IN_VIEW: usize = 8;

/// Whether a new table beside these documents cannot have a key.
#[must_use]
pub fn is_table_taken(documents: &Documents, live: &Documents, key: &str) -> bool {
    is_taken(documents, live, key)
}

/// The documents with whole tables, each with a form of all its fields, a view, an entry of the menu, and rights for the app's only
/// role.
///
/// # Errors
/// `edit_broken` where one is no table.
pub fn with_tables(documents: &Documents, live: &Documents, tables: &[Whole<'_>]) -> Result<Documents, Refusal> {
    let mut bench = Bench { documents: documents.clone(), live };
    for (key, _, document) in tables {
        bench.put(&table::path(key), document)?;
    }
    let app = App::parse(&bench.documents).map_err(|findings| {
        let detail = findings.first().map(ToString::to_string).unwrap_or_default();
        Refusal::new("edit_broken").with("detail", detail)
    })?;
    for (key, title, document) in tables {
        let mut form = form::generated(&app, key, key).ok_or_else(Refusal::gone)?;
        form["title"] = (*title).into();
        bench.put(&form::path(key), &form)?;
        let columns = shown_first(document, IN_VIEW);
        let view = json!({"key": key, "table": key, "title": title, "columns": columns});
        bench.put(&format!("views/{key}.json"), &view)?;
        open_up(&mut bench, key)?;
    }
    judge(documents, &bench.documents)?;
    Ok(bench.documents)
}
