//! Two changes of one document brought together: what was seen, what became of it by one hand, and by another.

use serde_json::{Map, Value as Json};

/// `theirs` with what was changed from `base` to `mine`. List items are known by their field, key or value, else by what they
/// say.
///
/// # Errors
/// The JSON Pointer of the first place that both changed to something different.
pub fn merge(base: &Json, mine: &Json, theirs: &Json) -> Result<Json, String> {
    both(Some(base), Some(mine), Some(theirs), "").map(Option::unwrap_or_default)
}

fn both(base: Option<&Json>, mine: Option<&Json>, theirs: Option<&Json>, here: &str) -> Result<Option<Json>, String> {
    if mine == base || mine == theirs {
        return Ok(theirs.cloned());
    }
    if theirs == base {
        return Ok(mine.cloned());
    }
    match (base, mine, theirs) {
        (base, Some(Json::Object(mine)), Some(Json::Object(theirs))) if base.is_none_or(Json::is_object) => {
            let empty = Map::new();
            let base = base.and_then(Json::as_object).unwrap_or(&empty);
            let names = in_order(
                &base.keys().collect::<Vec<_>>(),
                &mine.keys().collect::<Vec<_>>(),
                &theirs.keys().collect::<Vec<_>>(),
            );
            let mut merged = Map::new();
            for name in names {
                let place = format!("{here}/{name}");
                if let Some(value) = both(base.get(name), mine.get(name), theirs.get(name), &place)? {
                    merged.insert(name.clone(), value);
                }
            }
            Ok(Some(merged.into()))
        }
        (Some(Json::Array(base)), Some(Json::Array(mine)), Some(Json::Array(theirs))) => {
            let (base_names, mine_names, theirs_names) = (names(base), names(mine), names(theirs));
            let order = in_order(
                &base_names.iter().collect::<Vec<_>>(),
                &mine_names.iter().collect::<Vec<_>>(),
                &theirs_names.iter().collect::<Vec<_>>(),
            );
            let find = |names: &[String], items: &'_ [Json], name: &str| {
                names.iter().position(|known| known == name).map(|index| items[index].clone())
            };
            let mut merged = Vec::new();
            for name in &order {
                let (was, my, their) =
                    (find(&base_names, base, name), find(&mine_names, mine, name), find(&theirs_names, theirs, name));
                let place =
                    format!("{here}/{}", mine_names.iter().position(|known| known == *name).unwrap_or_default());
                merged.extend(both(was.as_ref(), my.as_ref(), their.as_ref(), &place)?);
            }
            Ok(Some(merged.into()))
        }
        _ => Err(here.to_owned()),
    }
}

/// What the items of a list are known by, each once.
fn names(items: &[Json]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let known = ["field", "lines", "key", "id", "value", "view", "table", "report", "dashboard"];
        let own = known.iter().find_map(|name| item.get(name)?.as_str().map(|value| format!("{name}:{value}")));
        let name = own.unwrap_or_else(|| item.to_string());
        let seen = names.iter().filter(|other| other.split('\u{1}').next() == Some(&name)).count();
        names.push(if seen == 0 { name } else { format!("{name}\u{1}{seen}") });
    }
    names
}

/// Everything that either side has and neither took away, in the order of whoever changed it; in mine, where both did.
fn in_order<'n>(base: &[&'n String], mine: &[&'n String], theirs: &[&'n String]) -> Vec<&'n String> {
    let kept = |names: &[&'n String], others: &[&'n String]| -> Vec<&'n String> {
        names.iter().filter(|name| others.contains(name)).copied().collect()
    };
    // Who moved nothing that both still have leaves the order to the other.
    let moved = |names: &[&'n String]| kept(names, base) != kept(base, names);
    let (lead, other) = if moved(mine) || !moved(theirs) { (mine, theirs) } else { (theirs, mine) };
    let mut order = lead.to_vec();
    for (index, name) in other.iter().enumerate() {
        if order.contains(name) {
            continue;
        }
        let before = other[..index].iter().rev().find_map(|known| order.iter().position(|placed| placed == known));
        order.insert(before.map_or(0, |place| place + 1), name);
    }
    order.retain(|name| {
        let gone = |side: &[&'n String]| base.contains(name) && !side.contains(name);
        // What one side took away and the other changed is decided where its contents are looked at.
        !(gone(mine) && gone(theirs))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_of_different_things_both_stand() {
        let base = json!({"title": "A", "items": [{"field": "a"}, {"field": "b"}, {"field": "c"}], "x": 1});
        let mine =
            json!({"title": "A", "items": [{"field": "c"}, {"field": "a", "wide": true}, {"field": "b"}], "x": 1});
        let theirs = json!({"title": "B", "items": [{"field": "a"}, {"field": "n"}, {"field": "c"}], "x": 1});
        let merged = merge(&base, &mine, &theirs).expect("no conflict");
        assert_eq!(
            merged,
            json!({"title": "B", "items": [{"field": "c"}, {"field": "a", "wide": true}, {"field": "n"}], "x": 1})
        );
    }

    #[test]
    fn the_same_thing_changed_twice_is_named() {
        let base = json!({"a": {"title": "A"}, "b": 1});
        let mine = json!({"a": {"title": "B"}, "b": 1});
        assert_eq!(merge(&base, &mine, &json!({"a": {"title": "C"}, "b": 1})), Err("/a/title".into()));
        assert_eq!(merge(&base, &mine, &json!({"b": 1})), Err("/a".into()));
        assert_eq!(merge(&base, &mine, &mine), Ok(mine.clone()));
        assert_eq!(merge(&base, &base, &mine), Ok(mine.clone()));
    }

    #[test]
    fn equal_items_are_told_apart_by_their_turn() {
        let base = json!([{"divider": true}, {"field": "a"}, {"divider": true}]);
        let mine = json!([{"divider": true}, {"field": "a"}]);
        let theirs = json!([{"divider": true}, {"field": "a"}, {"divider": true}, {"field": "b"}]);
        assert_eq!(merge(&base, &mine, &theirs), Ok(json!([{"divider": true}, {"field": "a"}, {"field": "b"}])));
    }
}
