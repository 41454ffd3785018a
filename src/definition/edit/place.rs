//! Places in a document by JSON Pointer: putting something in, taking it out, moving it.

use super::Refusal;
use serde_json::Value as Json;

/// `/layout/0/items/2` → (`/layout/0/items`, `2`).
///
/// # Errors
/// `edit_gone` for a pointer that ends in no number.
pub fn split(at: &str) -> Result<(&str, usize), Refusal> {
    let (list, index) = at.rsplit_once('/').ok_or_else(Refusal::gone)?;
    Ok((list, index.parse().map_err(|_| Refusal::gone())?))
}

/// The list that a place is in, and the place's number.
fn list<'j>(json: &'j mut Json, at: &str) -> Result<(&'j mut Vec<Json>, usize), Refusal> {
    let (parent, index) = split(at)?;
    if json.pointer(parent).is_none() {
        // An empty list is not written; its holder must be there.
        let (holder, name) = parent.rsplit_once('/').ok_or_else(Refusal::gone)?;
        let members = json.pointer_mut(holder).and_then(Json::as_object_mut).ok_or_else(Refusal::gone)?;
        members.insert(name.to_owned(), Json::Array(Vec::new()));
    }
    let list = json.pointer_mut(parent).and_then(Json::as_array_mut).ok_or_else(Refusal::gone)?;
    Ok((list, index))
}

/// What stands at a place.
///
/// # Errors
/// `edit_gone`.
pub fn get<'j>(json: &'j Json, at: &str) -> Result<&'j Json, Refusal> {
    json.pointer(at).ok_or_else(Refusal::gone)
}

/// Puts something before what stands at a place, at the end where the place is beyond it. Answers where it stands.
///
/// # Errors
/// `edit_gone` where there is no such list.
pub fn insert(json: &mut Json, at: &str, item: Json) -> Result<String, Refusal> {
    let (list, index) = list(json, at)?;
    let index = index.min(list.len());
    list.insert(index, item);
    Ok(format!("{}/{index}", split(at)?.0))
}

/// Takes out what stands at a place.
///
/// # Errors
/// `edit_gone`.
pub fn take(json: &mut Json, at: &str) -> Result<Json, Refusal> {
    let (list, index) = list(json, at)?;
    if index < list.len() { Ok(list.remove(index)) } else { Err(Refusal::gone()) }
}

/// Moves what stands at one place before what stands at another. Answers where it stands then.
///
/// # Errors
/// `edit_gone`; `edit_inside` for a place within what is moved.
pub fn shift(json: &mut Json, from: &str, to: &str) -> Result<String, Refusal> {
    if to.starts_with(&format!("{from}/")) {
        return Err(Refusal::new("edit_inside"));
    }
    get(json, split(to)?.0)?;
    let item = take(json, from)?;
    insert(json, &after_taking(from, to)?, item)
}

/// What a place is called once what stood at another has been taken out.
fn after_taking(taken: &str, place: &str) -> Result<String, Refusal> {
    let (list, index) = split(taken)?;
    let Some(rest) = place.strip_prefix(list).and_then(|rest| rest.strip_prefix('/')) else {
        return Ok(place.to_owned());
    };
    let (number, below) = rest.split_once('/').map_or((rest, ""), |(number, below)| (number, below));
    let number: usize = number.parse().map_err(|_| Refusal::gone())?;
    let number = if number > index { number - 1 } else { number };
    Ok(if below.is_empty() { format!("{list}/{number}") } else { format!("{list}/{number}/{below}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn things_are_moved_whatever_stands_between() {
        let of = |json: &Json| json["a"].as_array().map(|list| list.iter().map(Json::to_string).collect::<String>());
        for (from, to, after, place) in [
            ("/a/0", "/a/2", "213", "/a/1"),
            ("/a/0", "/a/9", "231", "/a/2"),
            ("/a/2", "/a/0", "312", "/a/0"),
            ("/a/1", "/a/1", "123", "/a/1"),
        ] {
            let mut json = json!({"a": [1, 2, 3]});
            assert_eq!(shift(&mut json, from, to).as_deref(), Ok(place));
            assert_eq!(of(&json).as_deref(), Some(after));
        }
        let mut json = json!({"a": [{"b": [1]}, {"b": [2]}]});
        assert_eq!(shift(&mut json, "/a/0", "/a/1/b/0").as_deref(), Ok("/a/0/b/0"));
        assert_eq!(json, json!({"a": [{"b": [{"b": [1]}, 2]}]}));
        assert_eq!(shift(&mut json, "/a/0", "/a/0/b/0").map_err(|refusal| refusal.code), Err("edit_inside"));
        assert_eq!(shift(&mut json, "/a/7", "/a/0").map_err(|refusal| refusal.code), Err("edit_gone"));
    }
}
