//! Changes of what a role may do: the boxes of the matrix of tables and actions, and the rights on single fields. What else a role
//! says is changed after its meta-schema.

use super::{Bench, Done, Refusal, property, table::title_of};
use crate::definition::role::Action;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A change of one role.
#[derive(Debug, Clone, Deserialize)]
pub struct RoleEdit {
    pub role: String,
    #[serde(flatten)]
    pub act: RoleAct,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum RoleAct {
    /// Which of the actions shown are granted. With none of them, and none besides, the grant is taken out.
    SetActions {
        table: String,
        /// The grant: `/grants/2`; empty for a new one.
        #[serde(default)]
        at: String,
        #[serde(default)]
        actions: Vec<String>,
        /// The actions that could be chosen; others stay as they are.
        #[serde(default)]
        shown: Vec<String>,
    },
    /// Rights on fields by name: `amount`, `lines.qty`, `*`; blank for what holds anyway.
    SetRights {
        at: String,
        #[serde(default)]
        set: BTreeMap<String, String>,
    },
    /// Another grant on the table, for other records.
    AddGrant { table: String },
}

#[must_use]
pub fn path(role: &str) -> String {
    format!("roles/{role}.json")
}

const RIGHTS: [&str; 3] = ["hidden", "read", "edit"];

impl RoleEdit {
    pub(super) fn apply(&self, bench: &mut Bench<'_>) -> Result<Done, Refusal> {
        let path = path(&self.role);
        let titled = |bench: &Bench<'_>, table: &str| {
            let json = bench.json(&format!("tables/{table}.json")).unwrap_or_default();
            title_of(&json, table)
        };
        match &self.act {
            RoleAct::SetActions { table, at, actions, shown } => {
                let done = Done::said("did-set").with("title", titled(bench, table));
                let select = bench.change(&path, |role| set_actions(role, table, at, actions, shown))?;
                Ok(done.select(select))
            }
            RoleAct::SetRights { at, set } => {
                let table = bench.json(&path)?.pointer(at).map(|grant| grant["table"].clone()).unwrap_or_default();
                let done = Done::said("did-set").with("title", titled(bench, table.as_str().unwrap_or_default()));
                bench.change(&path, |role| set_rights(role, at, set))?;
                Ok(done.select(at))
            }
            RoleAct::AddGrant { table } => {
                let done = Done::said("did-add").with("title", titled(bench, table));
                let select = bench.change(&path, |role| push(role, table, vec![Action::View.as_str().to_owned()]))?;
                Ok(done.select(select))
            }
        }
    }
}

/// The grant at a place, if it is one on this table: others may have moved it since.
fn grant<'j>(role: &'j mut Json, at: &str, table: &str) -> Result<&'j mut Map<String, Json>, Refusal> {
    let own = role.pointer_mut(at).filter(|grant| grant["table"] == table);
    own.and_then(Json::as_object_mut).ok_or_else(Refusal::gone)
}

fn set_actions(
    role: &mut Json,
    table: &str,
    at: &str,
    actions: &[String],
    shown: &[String],
) -> Result<String, Refusal> {
    let chosen = |action: &str| actions.iter().any(|one| one == action);
    if at.is_empty() {
        let mut new: Vec<&str> = Action::ALL.map(Action::as_str).into_iter().filter(|action| chosen(action)).collect();
        if new.is_empty() {
            return Ok(String::new());
        }
        // Whoever may do something with records has to see them.
        if !new.contains(&Action::View.as_str()) {
            new.insert(0, Action::View.as_str());
        }
        return push(role, table, new.into_iter().map(str::to_owned).collect());
    }
    let own = grant(role, at, table)?;
    let had: Vec<String> =
        own["actions"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
    let left: Vec<&str> = Action::ALL
        .map(Action::as_str)
        .into_iter()
        .filter(|action| {
            if shown.iter().any(|one| one == action) { chosen(action) } else { had.iter().any(|one| one == action) }
        })
        .collect();
    if left.is_empty() {
        let index = super::place::split(at)?.1;
        let grants = role["grants"].as_array_mut().filter(|grants| index < grants.len()).ok_or_else(Refusal::gone)?;
        grants.remove(index);
        return Ok(String::new());
    }
    own.insert("actions".into(), json!(left));
    Ok(at.to_owned())
}

fn push(role: &mut Json, table: &str, actions: Vec<String>) -> Result<String, Refusal> {
    let grants = role["grants"].as_array_mut().ok_or_else(Refusal::gone)?;
    grants.push(json!({"table": table, "actions": actions}));
    Ok(format!("/grants/{}", grants.len() - 1))
}

fn set_rights(role: &mut Json, at: &str, set: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let own = role.pointer(at).ok_or_else(Refusal::gone)?;
    let mut fields = own["fields"].as_object().cloned().unwrap_or_default();
    for (field, right) in set {
        if !right.is_empty() && !RIGHTS.contains(&right.as_str()) {
            return Err(Refusal::gone().at(field));
        }
        // What is edited anyway is not said; `*` may make it otherwise.
        if right.is_empty() || (right == "edit" && field == "*") {
            fields.shift_remove(field);
        } else {
            fields.insert(field.clone(), right.as_str().into());
        }
    }
    if !fields.contains_key("*") {
        fields.retain(|_, right| right != "edit");
    }
    let said = (!fields.is_empty()).then_some(Json::Object(fields));
    property::set(role, &format!("{at}/fields"), said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> Json {
        json!({"key": "clerk", "title": "Clerk", "grants": [
            {"table": "order", "actions": ["view", "share"], "fields": {"amount": "hidden"}}]})
    }

    fn chosen(role: &mut Json, table: &str, at: &str, actions: &[&str]) -> Result<String, &'static str> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let shown = owned(&["view", "create", "edit"]);
        set_actions(role, table, at, &owned(actions), &shown).map_err(|refusal| refusal.code)
    }

    #[test]
    fn boxes_change_what_they_show_and_nothing_else() {
        let mut role = role();
        assert_eq!(chosen(&mut role, "order", "/grants/0", &["create", "view"]).as_deref(), Ok("/grants/0"));
        assert_eq!(role["grants"][0]["actions"], json!(["view", "create", "share"]));
        assert_eq!(chosen(&mut role, "shelf", "/grants/0", &["view"]), Err("edit_gone"));
        assert_eq!(chosen(&mut role, "shelf", "", &["edit"]).as_deref(), Ok("/grants/1"));
        assert_eq!(role["grants"][1], json!({"table": "shelf", "actions": ["view", "edit"]}));
        assert_eq!(chosen(&mut role, "shelf", "/grants/1", &[]).as_deref(), Ok(""));
        assert_eq!(role["grants"].as_array().map(Vec::len), Some(1));
        assert_eq!(chosen(&mut role, "shelf", "", &[]).as_deref(), Ok(""));
        assert_eq!(role["grants"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_right_is_said_where_it_is_not_what_holds_anyway() {
        let mut role = role();
        let mut set = |field: &str, right: &str| {
            let set = BTreeMap::from([(field.to_owned(), right.to_owned())]);
            set_rights(&mut role, "/grants/0", &set).map_err(|refusal| refusal.code)?;
            Ok::<_, &str>(role["grants"][0].get("fields").cloned().unwrap_or_default())
        };
        assert_eq!(set("lines.price", "read"), Ok(json!({"amount": "hidden", "lines.price": "read"})));
        assert_eq!(set("amount", "edit"), Ok(json!({"lines.price": "read"})));
        assert_eq!(set("*", "read"), Ok(json!({"lines.price": "read", "*": "read"})));
        assert_eq!(set("amount", "edit"), Ok(json!({"lines.price": "read", "*": "read", "amount": "edit"})));
        assert_eq!(set("*", "edit"), Ok(json!({"lines.price": "read"})));
        assert_eq!(set("lines.price", "edit"), Ok(Json::Null));
        assert_eq!(set("amount", "own"), Err("edit_gone"));
    }
}
