//! Changes of an app as a whole: a new table with all that belongs to it, what goes with a table, the menu.

use super::{
    Bench, Done, Refusal,
    fields::{Words, fresh},
    form, place,
    property::{Property, Shape},
    table::{self, listed, title_of},
};
use crate::{
    base::key::made_of,
    definition::{
        app::App,
        field::Kind,
        package::{Documents, canonical},
        schema::DocumentKind,
        table::SYSTEM_FIELDS,
    },
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum AppEdit {
    /// A table with its first field, a form, a view, an entry of the menu, and rights for the app's only role.
    AddTable {
        title: String,
        /// What its first field is called.
        name: String,
        /// What its first section is called.
        section: String,
    },
    /// A form for a table, with everything that can be filled in.
    AddForm {
        table: String,
        title: String,
    },
    /// A view of a table, with its first fields.
    AddView {
        table: String,
        title: String,
    },
    /// A table with all that only makes sense with it.
    RemoveTable {
        table: String,
    },
    /// A form or a view.
    RemoveDocument {
        folder: String,
        key: String,
    },
    SetApp {
        set: BTreeMap<String, String>,
    },
    /// An entry of the menu: `view:KEY`, `table:KEY`, `report:KEY`, `dashboard:KEY`.
    AddMenu {
        entry: String,
    },
    SetMenu {
        at: String,
        set: BTreeMap<String, String>,
    },
    MoveMenu {
        at: String,
        to: String,
    },
    UpMenu {
        at: String,
    },
    DownMenu {
        at: String,
    },
    RemoveMenu {
        at: String,
    },
}

/// What is said of an app as a whole.
pub const APP: [Property; 3] = [
    Property::new("title", "/title", Shape::Title),
    Property::new("description", "/description", Shape::Paragraph),
    Property::new("icon", "/icon", Shape::Line),
];

/// What is said of an entry of the menu.
pub const MENU: [Property; 2] =
    [Property::new("title", "/title", Shape::Line), Property::new("icon", "/icon", Shape::Line)];

const MANIFEST: &str = "app.json";

/// The documents of a new app: nothing but its name and one role, so that people can be let in.
///
/// # Errors
/// `edit_title` without a title.
pub fn begin(
    title: &str,
    icon: Option<&str>,
    locale: &str,
    role: &str,
    taken: &dyn Fn(&str) -> bool,
) -> Result<Documents, Refusal> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::new("edit_title").at("title"));
    }
    let key = made_of(title, "app", taken);
    let role_key = made_of(role, "role", &|_| false);
    let manifest = json!({"key": key, "title": title, "version": "0.1.0", "locale": locale, "icon": icon});
    let role_document = json!({"key": role_key, "title": role, "grants": []});
    let mut documents = Documents::default();
    let broken = |detail: String| Refusal::new("edit_broken").with("detail", detail);
    let texts = [
        (MANIFEST.to_owned(), canonical(DocumentKind::App, &manifest)),
        (format!("roles/{role_key}.json"), canonical(DocumentKind::Role, &role_document)),
    ];
    for (path, text) in texts {
        let text = text.map_err(|error| broken(error.to_string()))?;
        documents.set(path, text).map_err(|error| broken(error.to_string()))?;
    }
    Ok(documents)
}

impl AppEdit {
    pub(super) fn apply(&self, bench: &mut Bench<'_>) -> Result<Done, Refusal> {
        match self {
            Self::AddTable { title, name, section } => add_table(bench, title, name, section),
            Self::AddForm { table, title } => {
                let key = new_document(bench, "forms", table, title)?;
                let app = App::parse(&bench.documents).map_err(|_| Refusal::new("edit_draft_broken"))?;
                let mut json = form::generated(&app, table, &key).ok_or_else(Refusal::gone)?;
                json["title"] = title.trim().into();
                bench.put(&form::path(&key), &json)?;
                Ok(Done::said("did-add-form").with("title", title).select(format!("forms/{key}")))
            }
            Self::AddView { table, title } => {
                let key = new_document(bench, "views", table, title)?;
                let json = bench.json(&table::path(table))?;
                let columns = shown_first(&json, 6);
                let view = json!({"key": key, "table": table, "title": title.trim(), "columns": columns});
                bench.put(&format!("views/{key}.json"), &view)?;
                Ok(Done::said("did-add-view").with("title", title).select(format!("views/{key}")))
            }
            Self::RemoveTable { table } => remove_table(bench, table),
            Self::RemoveDocument { folder, key } => {
                if matches!(folder.as_str(), "tables" | "") {
                    return Err(Refusal::gone());
                }
                let path = format!("{folder}/{key}.json");
                let title = title_of(&bench.json(&path)?, key);
                bench.documents.remove(&path);
                if let Some(kind) =
                    ["view", "report", "dashboard"].into_iter().find(|kind| *folder == format!("{kind}s"))
                {
                    forget_in_menus(bench, &[(kind, key)])?;
                }
                Ok(Done::said("did-remove").with("title", title))
            }
            Self::SetApp { set } => {
                let title = bench.change(MANIFEST, |app| {
                    for (name, typed) in set {
                        let known = APP.iter().find(|property| property.name == name).ok_or_else(Refusal::gone)?;
                        known.put(app, typed)?;
                    }
                    Ok(title_of(app, ""))
                })?;
                Ok(Done::said("did-set").with("title", title))
            }
            Self::AddMenu { entry } => {
                let (kind, key) = entry.split_once(':').ok_or_else(Refusal::gone)?;
                if !matches!(kind, "view" | "table" | "report" | "dashboard") || !has(bench, kind, key) {
                    return Err(Refusal::gone());
                }
                let at = bench.change(MANIFEST, |app| place::insert(app, "/menu/9999", json!({kind: key})))?;
                Ok(Done::said("did-set-menu").select(at))
            }
            Self::SetMenu { at, set } => {
                bench.change(MANIFEST, |app| {
                    let entry = menu_entry(app, at)?;
                    for (name, typed) in set {
                        let known = MENU.iter().find(|property| property.name == name).ok_or_else(Refusal::gone)?;
                        known.put(entry, typed)?;
                    }
                    Ok(())
                })?;
                Ok(Done::said("did-set-menu").select(at))
            }
            Self::MoveMenu { at, to } => {
                let at = bench.change(MANIFEST, |app| {
                    menu_entry(app, at)?;
                    place::shift(app, at, to)
                })?;
                Ok(Done::said("did-set-menu").select(at))
            }
            Self::UpMenu { at } | Self::DownMenu { at } => {
                let up = matches!(self, Self::UpMenu { .. });
                let at = bench.change(MANIFEST, |app| {
                    menu_entry(app, at)?;
                    let (list, index) = place::split(at)?;
                    let to = if up { index.saturating_sub(1) } else { index + 2 };
                    place::shift(app, at, &format!("{list}/{to}"))
                })?;
                Ok(Done::said("did-set-menu").select(at))
            }
            Self::RemoveMenu { at } => {
                bench.change(MANIFEST, |app| {
                    menu_entry(app, at)?;
                    place::take(app, at)
                })?;
                Ok(Done::said("did-set-menu"))
            }
        }
    }
}

fn menu_entry<'j>(app: &'j mut Json, at: &str) -> Result<&'j mut Json, Refusal> {
    let in_menu = at.strip_prefix("/menu/").is_some_and(|index| !index.contains('/'));
    app.pointer_mut(at).filter(|_| in_menu).ok_or_else(Refusal::gone)
}

fn has(bench: &Bench<'_>, kind: &str, key: &str) -> bool {
    bench.documents.get(&format!("{kind}s/{key}.json")).is_some()
}

/// The key of a new form or view of a table.
fn new_document(bench: &Bench<'_>, folder: &str, table: &str, title: &str) -> Result<String, Refusal> {
    bench.json(&table::path(table))?;
    if title.trim().is_empty() {
        return Err(Refusal::new("edit_title").at("title"));
    }
    let fallback = folder.strip_suffix('s').unwrap_or(folder);
    Ok(made_of(title, fallback, &|key| bench.has(folder, key)))
}

fn add_table(bench: &mut Bench<'_>, title: &str, name: &str, section: &str) -> Result<Done, Refusal> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::new("edit_title").at("title"));
    }
    let key = made_of(title, "table", &|key| is_taken(&bench.documents, bench.live, key));
    let field = made_of(name, "name", &|key| SYSTEM_FIELDS.contains(&key));
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "type": "object",
        "x-table": {"key": key, "display": format!("{{{field}}}")},
        "properties": {field.as_str(): fresh(Kind::Text, name, Words::default())},
        "required": [field],
    });
    bench.put(&table::path(&key), &document)?;
    let layout = json!([{"title": section, "items": [{"field": field}]}]);
    bench.put(&form::path(&key), &json!({"key": key, "table": key, "title": title, "layout": layout}))?;
    let view = json!({"key": key, "table": key, "title": title, "columns": [field]});
    bench.put(&format!("views/{key}.json"), &view)?;
    open_up(bench, &key)?;
    Ok(Done::said("did-add-table").with("title", title).select(format!("tables/{key}")))
}

/// Whether something has this key that a new table would share with it: its form, its view, or what the addresses of an app mean
/// otherwise.
pub(super) fn is_taken(documents: &Documents, live: &Documents, key: &str) -> bool {
    let has = |folder: &str| {
        let path = format!("{folder}/{key}.json");
        documents.get(&path).is_some() || live.get(&path).is_some()
    };
    ["tables", "forms", "views"].into_iter().any(has) || matches!(key, "reports" | "dashboards" | "links")
}

/// Leads to a new table's view from the menu. Where there is one role only, whoever has it works with everything; other apps say so
/// role by role.
pub(super) fn open_up(bench: &mut Bench<'_>, key: &str) -> Result<(), Refusal> {
    bench.change(MANIFEST, |app| place::insert(app, "/menu/9999", json!({"view": key})))?;
    let roles: Vec<String> = bench.documents.folder("roles").map(|(stem, _)| format!("roles/{stem}.json")).collect();
    if let [only] = roles.as_slice() {
        let actions = ["view", "create", "edit", "delete", "submit", "import", "export", "print", "comment", "history"];
        let grant = json!({"table": key, "actions": actions, "scope": "all"});
        bench.change(only, |role| place::insert(role, "/grants/9999", grant))?;
    }
    Ok(())
}

/// The first fields of a table that a list has room for.
pub(super) fn shown_first(table: &Json, most: usize) -> Vec<&str> {
    let shown =
        |kind: Option<Kind>| kind.is_some_and(|kind| !kind.is_wide() && !matches!(kind, Kind::Lines | Kind::Secret));
    listed(table, None).filter(|(_, _, kind)| shown(*kind)).take(most).map(|(key, ..)| key).collect()
}

fn remove_table(bench: &mut Bench<'_>, table: &str) -> Result<Done, Refusal> {
    let title = title_of(&bench.json(&table::path(table))?, table);
    let own: Vec<String> =
        ["forms", "views", "prints", "flows"].iter().flat_map(|folder| bench.of_table(folder, table)).collect();
    let views: Vec<String> =
        own.iter().filter_map(|path| path.strip_prefix("views/")?.strip_suffix(".json")).map(str::to_owned).collect();
    for path in own {
        bench.documents.remove(&path);
    }
    for path in [format!("data/{table}.csv"), format!("demo/{table}.csv")] {
        bench.documents.remove(&path);
    }
    bench.documents.remove(&table::path(table));
    let gone: Vec<(&str, &str)> =
        std::iter::once(("table", table)).chain(views.iter().map(|view| ("view", view.as_str()))).collect();
    forget_in_menus(bench, &gone)?;
    let roles: Vec<String> = bench.documents.folder("roles").map(|(stem, _)| format!("roles/{stem}.json")).collect();
    for path in roles {
        bench.change(&path, |role| {
            if let Some(grants) = role["grants"].as_array_mut() {
                grants.retain(|grant| grant["table"] != table);
            }
            Ok(())
        })?;
    }
    Ok(Done::said("did-remove").with("title", title))
}

/// Takes what is gone out of the app's menu and of the roles' own menus and homes.
fn forget_in_menus(bench: &mut Bench<'_>, gone: &[(&str, &str)]) -> Result<(), Refusal> {
    bench.change(MANIFEST, |app| {
        if let Some(menu) = app.get_mut("menu").and_then(Json::as_array_mut) {
            menu.retain(|entry| !gone.iter().any(|(kind, key)| entry[*kind] == *key));
        }
        Ok(())
    })?;
    let roles: Vec<String> = bench.documents.folder("roles").map(|(stem, _)| format!("roles/{stem}.json")).collect();
    for path in roles {
        bench.change(&path, |role| {
            let names = |key: &Json| gone.iter().any(|(_, name)| *key == *name);
            if let Some(menu) = role.get_mut("menu").and_then(Json::as_array_mut) {
                menu.retain(|key| !names(key));
            }
            if let Some(home) = role.get_mut("home").and_then(Json::as_array_mut) {
                home.retain(|entry| !names(&entry["view"]));
            }
            Ok(())
        })?;
    }
    Ok(())
}
