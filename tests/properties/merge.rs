//! Random versions of a template and random changes of an app that came from it: nothing that only one side did gets lost.

use formwork::definition::{
    merge::{Decisions, Side, merge},
    package::{Documents, Limits},
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

const TABLE: &str = "tables/order.json";
const FORM: &str = "forms/order.json";
const KEYS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// A field as far as these tests go, and whether the form shows it.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    title: u8,
    longest: Option<u8>,
    required: bool,
    shown: bool,
}

type Version = BTreeMap<&'static str, Field>;

fn field() -> impl Strategy<Value = Field> {
    (0..4_u8, prop::option::of(1..4_u8), any::<bool>(), any::<bool>())
        .prop_map(|(title, longest, required, shown)| Field { title, longest, required, shown })
}

fn version() -> impl Strategy<Value = Version> {
    prop::collection::btree_map(prop::sample::select(KEYS.to_vec()), field(), 1..KEYS.len())
}

/// What is done to some keys: another field there, or none.
fn changes() -> impl Strategy<Value = BTreeMap<&'static str, Option<Field>>> {
    prop::collection::btree_map(prop::sample::select(KEYS.to_vec()), prop::option::of(field()), 0..5)
}

fn changed(version: &Version, changes: &BTreeMap<&'static str, Option<Field>>) -> Version {
    let mut version = version.clone();
    for (key, field) in changes {
        match field {
            Some(field) => version.insert(key, field.clone()),
            None => version.remove(key),
        };
    }
    version
}

fn documents(version: &Version) -> Documents {
    let properties: Map<String, Json> = version
        .iter()
        .map(|(key, field)| {
            let mut json = json!({"type": "string", "title": format!("T{}", field.title)});
            if let Some(longest) = field.longest {
                json["maxLength"] = longest.into();
            }
            json["x-field"] = json!({"kind": "text"});
            ((*key).to_owned(), json)
        })
        .collect();
    let required: Vec<&str> = version.iter().filter(|(_, field)| field.required).map(|(key, _)| *key).collect();
    let items: Vec<Json> =
        version.iter().filter(|(_, field)| field.shown).map(|(key, _)| json!({"field": key})).collect();
    let table = json!({
        "title": "Order", "type": "object", "x-table": {"key": "order", "display": "{id}"}, "properties": properties,
        "required": required,
    });
    let form =
        json!({"key": "order", "table": "order", "title": "Order", "layout": [{"title": "All", "items": items}]});
    let files = [(TABLE, table), (FORM, form)].map(|(path, json)| (path, json.to_string().into_bytes()));
    Documents::from_files(files, &Limits::default()).expect("documents")
}

/// The fields again, whatever their order.
fn read(documents: &Documents) -> Version {
    let table = documents.json(TABLE).expect("the table");
    let form = documents.json(FORM).expect("the form");
    let names = |list: &Json, member: Option<&str>| -> Vec<String> {
        let one = |item: &Json| member.map_or(item, |member| &item[member]).as_str().expect("a name").to_owned();
        list.as_array().into_iter().flatten().map(one).collect()
    };
    let (required, shown) = (names(&table["required"], None), names(&form["layout"][0]["items"], Some("field")));
    let properties = table["properties"].as_object().expect("properties");
    properties
        .iter()
        .map(|(key, json)| {
            let known = KEYS.iter().find(|known| *known == key).expect("a key");
            let field = Field {
                title: json["title"].as_str().expect("a title")[1..].parse().expect("a number"),
                longest: json["maxLength"].as_u64().map(|length| length as u8),
                required: required.contains(key),
                shown: shown.contains(key),
            };
            (*known, field)
        })
        .collect()
}

proptest! {
    #[test]
    fn where_only_one_side_changed_it_is_taken_to_the_letter(base in version(), other in version()) {
        let (base, other) = (documents(&base), documents(&other));
        let none = Decisions::new();
        for (theirs, mine, expected) in [(&base, &other, &other), (&other, &base, &other), (&other, &other, &other)] {
            let merged = merge(&base, theirs, mine, &none);
            prop_assert_eq!(&merged.documents, expected);
            prop_assert!(merged.conflicts.is_empty());
        }
    }

    #[test]
    fn changes_of_different_fields_are_both_there_in_any_order(base in version(), all in changes(), split in 0..256_u32) {
        let side = |wanted: bool| {
            let is_on = |key: &str| KEYS.iter().position(|known| *known == key).is_some_and(|bit| (split >> bit & 1 == 1) == wanted);
            all.iter().filter(|(key, _)| is_on(key)).map(|(key, field)| (*key, field.clone())).collect::<BTreeMap<_, _>>()
        };
        let (theirs, mine) = (documents(&changed(&base, &side(true))), documents(&changed(&base, &side(false))));
        let expected = changed(&base, &all);
        let base = documents(&base);
        for (one, other) in [(&theirs, &mine), (&mine, &theirs)] {
            let merged = merge(&base, one, other, &Decisions::new());
            prop_assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
            prop_assert_eq!(read(&merged.documents), expected.clone());
        }
    }

    #[test]
    fn a_local_field_outlives_every_upgrade(first in version(), second in version(), third in version(), own in field()) {
        let without = |version: &Version| {
            let mut version = version.clone();
            version.remove("h");
            version
        };
        let (first, second, third) = (without(&first), without(&second), without(&third));
        let mut mine = first.clone();
        mine.insert("h", own.clone());
        let after = merge(&documents(&first), &documents(&second), &documents(&mine), &Decisions::new());
        let last = merge(&documents(&second), &documents(&third), &after.documents, &Decisions::new());
        prop_assert!(after.conflicts.is_empty() && last.conflicts.is_empty());
        let mut expected = third.clone();
        expected.insert("h", own);
        prop_assert_eq!(read(&last.documents), expected);
    }

    #[test]
    fn deciding_every_conflict_leaves_none_and_takes_what_was_decided(base in version(), theirs in changes(), mine in changes()) {
        let (theirs, mine) = (documents(&changed(&base, &theirs)), documents(&changed(&base, &mine)));
        let base = documents(&base);
        let open = merge(&base, &theirs, &mine, &Decisions::new());
        for side in [Side::Mine, Side::Theirs] {
            let decisions: Decisions = open.conflicts.iter().map(|conflict| (conflict.id.clone(), side)).collect();
            let decided = merge(&base, &theirs, &mine, &decisions);
            prop_assert_eq!(decided.open(), 0);
            prop_assert_eq!(decided.conflicts.len(), open.conflicts.len());
            let table = decided.documents.json(TABLE).expect("the table");
            for conflict in decided.conflicts.iter().filter(|conflict| conflict.path == TABLE) {
                let pointer = format!("/{}", conflict.place.join("/"));
                let wanted = if side == Side::Mine { &conflict.mine } else { &conflict.theirs };
                prop_assert_eq!(table.pointer(&pointer), wanted.as_ref());
            }
        }
    }
}
