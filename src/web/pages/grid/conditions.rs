//! Conditions as a reader builds them: a tree of groups and comparisons, written into an address and read from it.

use std::collections::BTreeMap;

/// The most parts of one group, and the deepest nesting of groups.
const MOST: usize = 20;
pub const DEEPEST: usize = 3;

/// A comparison as it stands in a form. `between` has two values; a list has any number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posted {
    pub field: String,
    pub operator: String,
    pub values: Vec<String>,
}

impl Posted {
    /// The only value, or the first.
    #[must_use]
    pub fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }
}

/// How the parts of a group are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    #[default]
    All,
    Any,
    NotAll,
    NotAny,
}

impl Join {
    pub const EACH: [Self; 4] = [Self::All, Self::Any, Self::NotAny, Self::NotAll];

    /// The word in an address, and of its message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::NotAll => "not-all",
            Self::NotAny => "not-any",
        }
    }

    fn named(word: &str) -> Self {
        Self::EACH.into_iter().find(|join| join.word() == word).unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    pub join: Join,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Test(Posted),
    Group(Group),
}

/// A place in the form: what was written there, and what is written below it.
#[derive(Default)]
struct Node {
    written: Vec<(String, String)>,
    below: BTreeMap<usize, Node>,
}

/// The form's conditions: `f.join`, `f.0.field`, `f.0.op`, `f.0.value`, and for a group `f.1.join`, `f.1.0.field` …
/// Nothing where the form was not sent.
#[must_use]
pub fn posted(pairs: &[(String, String)]) -> Option<Group> {
    let mut root = Node::default();
    let mut sent = false;
    for (name, value) in pairs {
        let Some(rest) = name.strip_prefix("f.") else { continue };
        let mut node = &mut root;
        let mut words = rest.split('.').peekable();
        let mut last = "";
        let mut depth = 0;
        while let Some(word) = words.next() {
            if words.peek().is_none() {
                last = word;
                break;
            }
            let Some(number) = word.parse::<usize>().ok().filter(|number| *number < MOST) else { break };
            depth += 1;
            if depth > DEEPEST {
                break;
            }
            node = node.below.entry(number).or_default();
        }
        if !last.is_empty() {
            node.written.push((last.to_owned(), value.trim().to_owned()));
            sent = true;
        }
    }
    sent.then(|| group(&root))
}

fn group(node: &Node) -> Group {
    let said = |node: &Node, name: &str| node.written.iter().rev().find(|(key, _)| key == name).map(|(_, v)| v.clone());
    let join = said(node, "join").map_or(Join::All, |word| Join::named(&word));
    let parts = node.below.values().filter_map(|part| {
        if said(part, "join").is_some() {
            return Some(Part::Group(group(part)));
        }
        let field = said(part, "field")?;
        let values =
            part.written.iter().filter(|(key, value)| matches!(key.as_str(), "value" | "upto") && !value.is_empty());
        Some(Part::Test(Posted {
            field,
            operator: said(part, "op").unwrap_or_default(),
            values: values.map(|(_, value)| value.clone()).collect(),
        }))
    });
    Group { join, parts: parts.collect() }
}

impl Group {
    /// The group at a place such as `1.0`; the empty place is this one.
    fn at(&mut self, place: &str) -> Option<&mut Self> {
        if place.is_empty() {
            return Some(self);
        }
        let (first, rest) = place.split_once('.').unwrap_or((place, ""));
        match self.parts.get_mut(first.parse::<usize>().ok()?)? {
            Part::Group(group) => group.at(rest),
            Part::Test(_) => None,
        }
    }

    /// Adds a part to the group at a place.
    pub fn add(&mut self, place: &str, part: Part) {
        if let Some(group) = self.at(place).filter(|group| group.parts.len() < MOST) {
            group.parts.push(part);
        }
    }

    /// Takes out the part at a place.
    pub fn remove(&mut self, place: &str) {
        let (group, last) = place.rsplit_once('.').unwrap_or(("", place));
        if let (Some(group), Ok(index)) = (self.at(group), last.parse::<usize>())
            && index < group.parts.len()
        {
            group.parts.remove(index);
        }
    }

    /// Every comparison, wherever it stands.
    #[must_use]
    pub fn tests(&self) -> Vec<&Posted> {
        let mut tests = Vec::new();
        for part in &self.parts {
            match part {
                Part::Test(test) => tests.push(test),
                Part::Group(group) => tests.extend(group.tests()),
            }
        }
        tests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn test(field: &str, operator: &str, values: &[&str]) -> Part {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Part::Test(Posted { field: field.to_owned(), operator: operator.to_owned(), values })
    }

    #[test]
    fn a_form_is_read_as_a_tree() {
        let read = posted(&pairs(&[
            ("f.join", "any"),
            ("f.1.field", "state"),
            ("f.1.op", "eq"),
            ("f.1.value", "draft"),
            ("f.0.field", "qty"),
            ("f.0.op", "between"),
            ("f.0.value", " 1 "),
            ("f.0.value", "5"),
            ("f.2.join", "not-any"),
            ("f.2.0.field", "no"),
            ("f.3.op", "eq"),
            ("f.99.field", "no"),
            ("q", "x"),
        ]));
        let inner = Group { join: Join::NotAny, parts: vec![test("no", "", &[])] };
        let parts = vec![test("qty", "between", &["1", "5"]), test("state", "eq", &["draft"]), Part::Group(inner)];
        assert_eq!(read, Some(Group { join: Join::Any, parts }));
        assert_eq!(posted(&pairs(&[("q", "x")])), None);
    }

    #[test]
    fn parts_are_added_and_removed_where_they_stand() {
        let mut root = Group::default();
        root.add("", Part::Group(Group::default()));
        root.add("0", test("no", "eq", &["1"]));
        root.add("0.0", test("no", "eq", &["1"]));
        root.add("7", test("no", "eq", &["1"]));
        assert_eq!(root.tests().len(), 1);
        root.remove("0.0");
        root.remove("4");
        assert_eq!(root.tests().len(), 0);
        assert_eq!(root.parts.len(), 1);
    }
}
