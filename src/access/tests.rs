use super::*;
use crate::{
    base::{id::UserId, value::Value},
    definition::{
        role::{Action, Role},
        table::Table,
    },
    query::{Binding, Condition, FieldPath, FieldSource, RowValues},
};
use indexmap::IndexMap;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

struct One(Table);

impl FieldSource for One {
    fn table(&self, key: &str) -> Option<&Table> {
        (key == self.0.key).then_some(&self.0)
    }
}

fn orders() -> One {
    let schema = json!({"title": "Order", "type": "object", "x-table": {"key": "orders"}, "properties": {
        "shelf": {"type": "integer", "x-field": {"kind": "link", "table": "orders"}},
        "price": {"type": "string", "x-field": {"kind": "money"}}}});
    One(Table::parse(&schema).unwrap())
}

fn roles() -> Vec<Role> {
    serde_json::from_value(json!([
        {"key": "clerk", "title": "Clerk", "grants": [
            {"table": "orders", "actions": ["view", "create", "edit"], "fields": {"price": "hidden"},
             "scope": {"field": "shelf", "op": "in", "value": {"user": "shelves"}}}]},
        {"key": "owner", "title": "Owner", "grants": [{"table": "orders", "actions": ["view"], "scope": "own"}]},
        {"key": "nobody", "title": "Nobody", "grants": [{"table": "orders", "actions": ["view"], "scope": "none"}]}
    ]))
    .unwrap()
}

fn person(held: &[&str]) -> Actor {
    Actor {
        user: UserId(7),
        login: "a".into(),
        name: "A".into(),
        locale: "en".into(),
        is_main_administrator: false,
        departments: vec![],
        department_tree: vec![],
        managed_departments: vec![],
        roles: BTreeMap::from([(
            "shop".to_owned(),
            held.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>(),
        )]),
        token: None,
    }
}

fn decide(actor: &Actor, action: Action) -> Result<Permit, Denied> {
    let source = orders();
    let user_values = IndexMap::from([("shelves".to_owned(), vec![3])]);
    let today = jiff::civil::date(2026, 1, 1);
    let binding = Binding {
        user: actor.user,
        departments: &[],
        user_values: &user_values,
        today,
        zone: &jiff::tz::TimeZone::UTC,
    };
    authorize(actor, "shop", roles().iter(), &source.0, action, &binding, &source)
}

struct Row(i64, i64);

impl RowValues for Row {
    fn value(&self, path: &FieldPath) -> Value {
        match path.to_string().as_str() {
            "shelf" => Value::Integer(self.0),
            "owner" => Value::Integer(self.1),
            _ => Value::Unset,
        }
    }
}

#[test]
fn the_scope_decides_the_rows() {
    let permit = decide(&person(&["clerk"]), Action::View).unwrap();
    let rows = permit.visible_rows();
    assert!(rows.matches(&Row(3, 0)) && !rows.matches(&Row(4, 7)));
    let both = decide(&person(&["clerk", "owner"]), Action::View).unwrap().visible_rows();
    assert!(both.matches(&Row(4, 7)) && !both.matches(&Row(4, 8)));
}

#[test]
fn a_field_shows_only_where_a_grant_shows_it() {
    assert_eq!(decide(&person(&["clerk"]), Action::View).unwrap().visibility("price"), Visibility::Never);
    assert_eq!(decide(&person(&["owner"]), Action::View).unwrap().visibility("price"), Visibility::Always);
    let both = decide(&person(&["clerk", "owner"]), Action::View).unwrap();
    let Visibility::When(condition) = both.visibility("price") else { panic!("price shows in own rows only") };
    assert!(condition.matches(&Row(3, 7)) && !condition.matches(&Row(3, 8)));
    assert!(!both.rights(&[true, false]).can_read("price"));
    assert!(both.rights(&[true, true]).can_read("price"));
    assert!(!both.rights(&[true, true]).can_write(Action::Edit, "price"));
}

#[test]
fn no_grant_means_no_table_and_a_missing_action_means_no() {
    assert_eq!(decide(&person(&[]), Action::View), Err(Denied::Invisible));
    assert_eq!(decide(&person(&["nobody"]), Action::View), Err(Denied::Invisible));
    assert_eq!(decide(&person(&["owner"]), Action::Edit), Err(Denied::Forbidden));
    let administrator = Actor { is_main_administrator: true, ..person(&[]) };
    assert_eq!(decide(&administrator, Action::Edit).unwrap().rows_for(Action::Edit), Condition::Always);
}

#[test]
fn a_token_narrows_but_never_widens() {
    let token = |text: &str| Actor { token: Some(TokenScope::parse_all(text).unwrap()), ..person(&["clerk"]) };
    assert!(decide(&token("read"), Action::View).is_ok());
    assert_eq!(decide(&token("read"), Action::Edit), Err(Denied::Forbidden));
    assert_eq!(decide(&token("read:other"), Action::View), Err(Denied::Forbidden));
    assert!(decide(&token("write:shop"), Action::Edit).is_ok());
    assert!(TokenScope::parse_all("read everything").is_err());
}
