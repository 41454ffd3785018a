//! The trash of fields: what versions removed or converted, and putting it back into the draft.

use super::{draft::State, edit::note_difference, may_build};
use crate::{
    base::id::ColumnId,
    definition::{
        edit::Done,
        evolution::Place,
        package::{canonical, parse_json},
        schema::DocumentKind,
    },
    service::{Call, Error, LiveApp, Service, audit},
    store::{app_drafts, apps as versions, evolve},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A field that was removed, with how many rows have a value in it.
#[derive(Debug, Clone)]
pub struct RemovedField {
    pub field: evolve::TrashedField,
    pub title: String,
    pub rows: u64,
    /// Whether the draft has no field of its key, so that it can come back.
    pub restorable: bool,
}

impl Service {
    /// The fields in the trash of an app, newest first.
    ///
    /// # Errors
    /// Who may not build.
    pub async fn removed_fields(&self, call: &Call, live: &LiveApp) -> Result<Vec<RemovedField>, Error> {
        may_build(call, live.key())?;
        let reader = self.store.reader();
        let draft = State::load(&reader, live).await?.check().app;
        let (_, fields) = evolve::trash(&reader, live.id).await?;
        let mut removed = Vec::new();
        for field in fields {
            let column = format!("f{}", field.column);
            let (_, rows) =
                evolve::filled(&reader, &field.physical, Some(&column), field.place.lines.is_some()).await?;
            let json = field.definition.as_deref().and_then(|text| parse_json(text).ok()).unwrap_or_default();
            let title = json["title"].as_str().unwrap_or(&field.key).to_owned();
            let there = |app: &crate::definition::app::App| field.place.field(app, &field.key).is_some();
            let restorable = json.is_object() && !draft.as_ref().is_some_and(there);
            removed.push(RemovedField { title, rows, restorable, field });
        }
        Ok(removed)
    }

    /// Puts a removed field back into the draft; publishing brings its values back.
    ///
    /// # Errors
    /// `NotFound`; `key_taken` when the draft has a field of the same key.
    pub async fn restore_field(&self, call: &Call, live: &Arc<LiveApp>, column: ColumnId) -> Result<String, Error> {
        may_build(call, live.key())?;
        let input = (call.clone(), live.clone());
        self.store
            .transaction_with(input, move |tx, (call, live)| {
                Box::pin(async move {
                    let number = versions::lock(tx, live.id).await?.ok_or(Error::NotFound)?;
                    let (_, fields) = evolve::trash(tx, live.id).await?;
                    let field = fields.into_iter().find(|field| field.column == column).ok_or(Error::NotFound)?;
                    let definition = field.definition.as_deref().and_then(|text| parse_json(text).ok());
                    let definition = definition.filter(Json::is_object).ok_or(Error::NotFound)?;
                    let state = State::over(tx, live, number).await?;
                    let path = format!("tables/{}.json", field.place.table);
                    let mut table = state.new.json(&path).map_err(|_| Error::NotFound)?;
                    put_back(&mut table, &field.place, &field.key, definition)?;
                    let text =
                        canonical(DocumentKind::Table, &table).map_err(|error| Error::internal(error.to_string()))?;
                    app_drafts::put(tx, live.id, &path, Some(&text), call.actor.user, call.now).await?;
                    let what = json!({"restored": [null, field.key]});
                    audit::act(tx, call, "app.draft", audit::on_app(live.id), what).await?;
                    note_difference(tx, call, live, &state, &Done::said("did-restore")).await?;
                    Ok::<_, Error>(path)
                })
            })
            .await
    }
}

fn put_back(table: &mut Json, place: &Place, key: &str, definition: Json) -> Result<(), Error> {
    let inside = match &place.lines {
        None => table,
        Some(lines) => &mut table["properties"][lines.as_str()]["items"],
    };
    let fields = inside["properties"].as_object_mut().ok_or(Error::NotFound)?;
    if fields.contains_key(key) {
        return Err(Error::conflict("key_taken").with("key", key));
    }
    fields.insert(key.to_owned(), definition);
    Ok(())
}
