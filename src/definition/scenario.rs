//! A scenario: a test that travels with an app. Somebody does something, and this is what must come of it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One scenario, `scenarios/last_piece.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub given: Given,
    pub steps: Vec<Step>,
}

/// What is there before the first step, besides the data that the app starts with and the people of its demo.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The moment at which it plays, RFC 3339; each step is a minute after the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub settings: IndexMap<String, String>,
    /// Made by the main administrator, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
}

/// Somebody whom the demo does not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub login: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// Departments whose head they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub head_of: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superior: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub table: String,
    /// As the API takes them: a link `{"key": …}` or `{"record": a name saved before}`, a member `{"login": …}`.
    pub values: Map<String, Json>,
    /// The name by which later steps mean this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
}

/// What somebody does, or only looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A login.
    #[serde(rename = "as")]
    pub person: String,
    #[serde(default, rename = "do", skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// The table of a record that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The saved name of the record that is changed, withdrawn or whose button is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The saved name of the record whose open task is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_of: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub expect: Expect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A record that is not submitted yet.
    Create,
    /// A new record, submitted; or a saved one, changed and submitted.
    Submit,
    Edit,
    Delete,
    Press,
    Approve,
    Reject,
    /// Back to the starter.
    Return,
    Resubmit,
    Withdraw,
    Terminate,
}

/// What must hold after a step. Without an `error` the step must go through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The state of the step's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The code with which the step is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Figures of the refusal.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub params: IndexMap<String, String>,
    /// Who has an open task of the step's record: logins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<String>>,
    /// Records as the person sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<Find>,
    /// How many are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Values of the one that is found; of the step's record where nothing is looked for.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Json>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    pub table: String,
    #[serde(default, rename = "where", skip_serializing_if = "Map::is_empty")]
    pub condition: Map<String, Json>,
}

impl Scenario {
    /// The tables that it names, each with the place of the name.
    pub fn tables(&self) -> impl Iterator<Item = (String, &str)> {
        let given = self.given.records.iter().enumerate();
        let given = given.map(|(index, record)| (format!("/given/records/{index}/table"), record.table.as_str()));
        let steps = self.steps.iter().enumerate().flat_map(|(index, step)| {
            let made = step.table.as_deref().map(|table| (format!("/steps/{index}/table"), table));
            let found = step.expect.find.as_ref();
            let found = found.map(|find| (format!("/steps/{index}/expect/find/table"), find.table.as_str()));
            made.into_iter().chain(found)
        });
        given.chain(steps)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
