//! Taking a field out of a table.

use super::{
    Bench, Refusal, form,
    property::{self},
    table::{field_in, holder, members, path, require, title_of},
};
use crate::definition::table::placeholders;
use serde_json::Value as Json;

/// Takes a field out of a table and out of everything that only shows it. What computes with it is left to whoever removed it.
pub(super) fn remove(bench: &mut Bench<'_>, table: &str, lines: Option<&str>, field: &str) -> Result<String, Refusal> {
    let title = bench.change(&path(table), |json| {
        let title = title_of(field_in(json, lines, field)?, field);
        let fields = members(json, lines)?;
        if fields.len() == 1 {
            return Err(Refusal::new("edit_last_field"));
        }
        fields.shift_remove(field);
        require(holder(json, lines)?, field, false);
        if lines.is_none() {
            for member in ["unique", "index"] {
                if let Some(sets) = json["x-table"].get_mut(member).and_then(Json::as_array_mut) {
                    sets.retain(|set| !set.as_array().is_some_and(|set| set.contains(&Json::from(field))));
                }
            }
            drop_empty_sets(json);
            let display = json["x-table"]["display"].as_str().unwrap_or_default().to_owned();
            let names = |name: &str| name == field || name.split('.').next() == Some(field);
            if placeholders(&display).any(names) {
                let mut left = display.clone();
                for name in placeholders(&display).filter(|name| names(name)) {
                    left = left.replace(&format!("{{{name}}}"), "");
                }
                let left = left.split_whitespace().collect::<Vec<_>>().join(" ");
                property::set(json, "/x-table/display", (!left.is_empty()).then(|| left.into()))?;
            }
        }
        Ok(title)
    })?;
    let whole = lines.map_or_else(|| field.to_owned(), |lines| format!("{lines}.{field}"));
    for path in bench.of_table("forms", table) {
        bench.change(&path, |form| {
            form::forget(form, lines, field);
            Ok(())
        })?;
    }
    for path in bench.of_table("views", table) {
        bench.change(&path, |view| {
            forget_in_view(view, &whole);
            Ok(())
        })?;
    }
    let roles: Vec<String> = bench.documents.folder("roles").map(|(stem, _)| format!("roles/{stem}.json")).collect();
    for path in roles {
        bench.change(&path, |role| {
            for grant in role["grants"].as_array_mut().into_iter().flatten().filter(|grant| grant["table"] == table) {
                if let Some(rights) = grant.get_mut("fields").and_then(Json::as_object_mut) {
                    rights.retain(|name, _| *name != whole && !name.starts_with(&format!("{whole}.")));
                }
            }
            Ok(())
        })?;
    }
    Ok(title)
}

fn forget_in_view(view: &mut Json, field: &str) {
    let names = |name: &str| {
        let name = name.strip_prefix('-').unwrap_or(name);
        name == field || name.starts_with(&format!("{field}."))
    };
    let shows = |column: &Json| column.as_str().or_else(|| column["field"].as_str()).is_some_and(names);
    if let Some(columns) = view["columns"].as_array_mut() {
        columns.retain(|column| !shows(column));
        for column in columns.iter_mut().filter_map(Json::as_object_mut) {
            if column.get("under").and_then(Json::as_str).is_some_and(names) {
                column.shift_remove("under");
            }
        }
    }
    for member in ["sort", "group"] {
        if let Some(keys) = view.get_mut(member).and_then(Json::as_array_mut) {
            keys.retain(|key| !key.as_str().is_some_and(names));
        }
    }
    if let Some(totals) = view.get_mut("totals").and_then(Json::as_object_mut) {
        totals.retain(|key, _| !names(key));
    }
}

pub(super) fn drop_empty_sets(table: &mut Json) {
    if let Some(members) = table["x-table"].as_object_mut() {
        for member in ["unique", "index"] {
            if members.get(member).is_some_and(|sets| sets.as_array().is_some_and(Vec::is_empty)) {
                members.shift_remove(member);
            }
        }
    }
}
