//! Merging one value of a document.

use super::{Conflict, Decisions, Side, list};
use serde_json::{Map, Value as Json};

/// Members that mean something only as a whole: half of one condition and half of another is a condition that nobody wrote.
const WHOLE: [&str; 9] = ["filter", "scope", "when", "where", "who", "default", "options", "condition", "cascade"];

/// A value on the three sides.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    pub base: Option<&'a Json>,
    pub theirs: Option<&'a Json>,
    pub mine: Option<&'a Json>,
}

pub struct Merger<'a> {
    path: &'a str,
    decisions: &'a Decisions,
    pub conflicts: Vec<Conflict>,
}

/// Whether two values are the same, the order of their members included: the order of fields is what forms show.
pub fn same(one: Option<&Json>, other: Option<&Json>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other && one.to_string() == other.to_string(),
        (None, None) => true,
        _ => false,
    }
}

fn is_whole(name: &str, sides: Sides<'_>) -> bool {
    // The options of a choice are a list, each with a value of its own; those of a form's field are a filter.
    let is_list = |side: Option<&Json>| side.is_none_or(Json::is_array);
    WHOLE.contains(&name) && !(name == "options" && [sides.base, sides.theirs, sides.mine].into_iter().all(is_list))
}

impl<'a> Merger<'a> {
    pub fn new(path: &'a str, decisions: &'a Decisions) -> Self {
        Self { path, decisions, conflicts: Vec::new() }
    }

    /// Merges a document; nothing where it goes.
    pub fn document(&mut self, sides: Sides<'_>) -> Option<Json> {
        self.value(&mut Vec::new(), sides)
    }

    fn value(&mut self, here: &mut Vec<String>, sides: Sides<'_>) -> Option<Json> {
        let Sides { base, theirs, mine } = sides;
        if same(theirs, mine) || same(theirs, base) {
            return mine.cloned();
        }
        if same(mine, base) || self.follows_the_template(here) {
            return theirs.cloned();
        }
        let name = here.last().map(String::as_str).unwrap_or_default();
        let is_whole = is_whole(name, sides);
        match (theirs, mine) {
            (Some(Json::Object(theirs)), Some(Json::Object(mine))) if !is_whole => {
                let empty = Map::new();
                let base = base.and_then(Json::as_object).unwrap_or(&empty);
                Some(Json::Object(self.members(here, base, theirs, mine)))
            }
            (Some(Json::Array(theirs)), Some(Json::Array(mine))) if !is_whole => {
                let base = base.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
                Some(Json::Array(self.items(here, base, theirs, mine)))
            }
            _ => self.conflict(here, sides),
        }
    }

    /// The version is always the template's: it says what the app follows from now on.
    fn follows_the_template(&self, here: &[String]) -> bool {
        self.path == "app.json" && here == ["version"]
    }

    fn conflict(&mut self, here: &[String], sides: Sides<'_>) -> Option<Json> {
        let place: String = here.iter().map(|name| format!("/{}", crate::definition::flow::escape(name))).collect();
        let id = if place.is_empty() { self.path.to_owned() } else { format!("{}#{place}", self.path) };
        let chosen = self.decisions.get(&id).copied();
        self.conflicts.push(Conflict {
            id,
            path: self.path.to_owned(),
            place: here.to_vec(),
            base: sides.base.cloned(),
            theirs: sides.theirs.cloned(),
            mine: sides.mine.cloned(),
            chosen,
        });
        match chosen {
            Some(Side::Theirs) => sides.theirs.cloned(),
            _ => sides.mine.cloned(),
        }
    }

    fn members(
        &mut self,
        here: &mut Vec<String>,
        base: &Map<String, Json>,
        theirs: &Map<String, Json>,
        mine: &Map<String, Json>,
    ) -> Map<String, Json> {
        let keys = |members: &Map<String, Json>| members.keys().cloned().collect::<Vec<_>>();
        let order = list::order(&keys(base), &keys(theirs), &keys(mine));
        let mut merged = Map::new();
        for key in order {
            here.push(key.clone());
            let sides = Sides { base: base.get(&key), theirs: theirs.get(&key), mine: mine.get(&key) };
            if let Some(value) = self.value(here, sides) {
                merged.insert(key, value);
            }
            here.pop();
        }
        merged
    }

    fn items(&mut self, here: &mut Vec<String>, base: &[Json], theirs: &[Json], mine: &[Json]) -> Vec<Json> {
        let base_names = list::names(base);
        let their_names = list::aligned(base, &base_names, theirs);
        let my_names = list::aligned(base, &base_names, mine);
        let find = |names: &[String], items: &'_ [Json], name: &str| {
            names.iter().position(|known| known == name).and_then(|index| items.get(index)).cloned()
        };
        let mut merged = Vec::new();
        for name in list::order(&base_names, &their_names, &my_names) {
            let (base, theirs, mine) =
                (find(&base_names, base, &name), find(&their_names, theirs, &name), find(&my_names, mine, &name));
            here.push(name);
            let sides = Sides { base: base.as_ref(), theirs: theirs.as_ref(), mine: mine.as_ref() };
            merged.extend(self.value(here, sides));
            here.pop();
        }
        merged
    }
}
