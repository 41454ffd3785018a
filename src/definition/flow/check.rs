//! What is wrong in a flow's document by itself, whatever tables and roles exist.

use super::{
    Arm, BranchMode, BranchNode, Due, DueAction, Empty, EmptyAction, Flow, Mode, Node, OnReject, Pass, ReturnPolicy,
    ReturnTo, START, Who,
};
use crate::base::key::is_key;

/// A JSON Pointer into the document and a sentence.
pub type Problem = (String, String);

impl Flow {
    /// Every structural error.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |pointer: String, message: String| problems.push((pointer, message));
        if self.nodes.is_empty() {
            add("/nodes".into(), "a flow needs at least one node".into());
        }
        let nodes = self.all_nodes();
        for (index, (pointer, node)) in nodes.iter().enumerate() {
            let id = node.id();
            if id == START {
                add(
                    format!("{pointer}/id"),
                    "the id \"start\" belongs to the start of the flow; choose another".into(),
                );
            } else if !is_key(id) {
                add(format!("{pointer}/id"), not_an_id(id));
            }
            if let Some((other, _)) = nodes[..index].iter().find(|(_, other)| other.id() == id) {
                add(
                    format!("{pointer}/id"),
                    format!("the id \"{id}\" is already used at {other}; each node needs its own"),
                );
            }
            self.check_node(node, pointer, &mut add);
        }
        check_empty(&self.settings.empty, "/settings/empty", &mut add);
        if self.settings.revoke.is_some_and(|revoke| revoke.days == 0) {
            add(
                "/settings/revoke/days".into(),
                "say for how many days an approval may be revoked (1 or more), or leave `revoke` out".into(),
            );
        }
        for (pointer, rules) in self.all_people() {
            for (index, who) in rules.iter().enumerate() {
                self.check_who(who, &format!("{pointer}/{index}"), &mut add);
            }
        }
        for expression in self.expressions() {
            if expression.text.trim().is_empty() {
                add(expression.pointer, "the expression is empty".into());
            }
        }
        problems
    }

    fn check_node(&self, node: &Node, pointer: &str, add: &mut impl FnMut(String, String)) {
        match node {
            Node::Approve(node) => {
                check_people(&node.who, "an approval", pointer, add);
                check_mode(&node.mode, &format!("{pointer}/mode"), add);
                self.check_return(&node.back, pointer, add);
                if let OnReject::Return { to, .. } = &node.on_reject {
                    self.check_target(to, format!("{pointer}/on_reject/to"), add);
                }
                check_due(node.due.as_ref(), &format!("{pointer}/due"), add);
                if let Some(empty) = &node.empty {
                    check_empty(empty, &format!("{pointer}/empty"), add);
                }
            }
            Node::Handle(node) => {
                check_people(&node.who, "a work step", pointer, add);
                check_mode(&node.mode, &format!("{pointer}/mode"), add);
                self.check_return(&node.back, pointer, add);
                check_due(node.due.as_ref(), &format!("{pointer}/due"), add);
                if let Some(empty) = &node.empty {
                    check_empty(empty, &format!("{pointer}/empty"), add);
                }
            }
            Node::Cc(node) => check_people(&node.who, "a copy", pointer, add),
            Node::Branch(branch) => check_branch(branch, pointer, add),
            Node::Delay(node) => match (&node.duration, &node.until) {
                (Some(duration), None) if !is_duration(duration) => {
                    add(format!("{pointer}/for"), not_a_duration(duration));
                }
                (Some(_), None) | (None, Some(_)) => {}
                _ => add(pointer.to_owned(), "a delay says either `for` or `until`".into()),
            },
            Node::Action(node) => {
                if node.steps.is_empty() {
                    add(format!("{pointer}/steps"), "an action needs at least one step".into());
                }
            }
            Node::Route(node) => {
                if self.node(&node.to).is_none() {
                    add(format!("{pointer}/to"), unknown_node(&node.to));
                }
                if node.most == 0 {
                    add(format!("{pointer}/most"), "say how often the jump may be taken, at least once".into());
                }
            }
            Node::Subflow(_) | Node::End(_) => {}
        }
    }

    fn check_return(&self, back: &ReturnPolicy, pointer: &str, add: &mut impl FnMut(String, String)) {
        if let ReturnTo::Nodes(nodes) = &back.to {
            for id in nodes {
                self.check_target(id, format!("{pointer}/return/to"), add);
            }
        }
    }

    fn check_target(&self, id: &str, pointer: String, add: &mut impl FnMut(String, String)) {
        match self.node(id) {
            _ if id == START => {}
            None => add(pointer, unknown_node(id)),
            Some(node) if !node.is_human() => add(
                pointer,
                format!("\"{id}\" is not a step of a person; return to the start, an approval or a work step"),
            ),
            Some(_) => {}
        }
    }

    fn check_who(&self, who: &Who, pointer: &str, add: &mut impl FnMut(String, String)) {
        match who {
            Who::Members { members } if members.is_empty() => {
                add(format!("{pointer}/members"), "name at least one member".into());
            }
            Who::Anyone {} if !pointer.starts_with("/start/") => {
                add(pointer.to_owned(), "\"anyone\" is only for who may start; name the people of this step".into())
            }
            Who::Handler { node } => self.check_target(node, format!("{pointer}/node"), add),
            Who::Department { department: Some(_), field: Some(_), .. } => {
                add(pointer.to_owned(), "name either a department or the field that holds it".into())
            }
            Who::Superior { level: 0 } | Who::Superiors { level: Some(0), .. } => {
                add(format!("{pointer}/level"), "levels count from 1, the direct superior".into());
            }
            Who::StarterChoice { from } | Who::PreviousChoice { from } => {
                for (index, who) in from.iter().enumerate() {
                    self.check_who(who, &format!("{pointer}/from/{index}"), add);
                }
            }
            _ => {}
        }
    }
}

fn check_people(who: &[Who], what: &str, pointer: &str, add: &mut impl FnMut(String, String)) {
    if who.is_empty() {
        add(format!("{pointer}/who"), format!("{what} needs people: say who"));
    }
}

fn check_branch(branch: &BranchNode, pointer: &str, add: &mut impl FnMut(String, String)) {
    if branch.arms.len() < 2 {
        add(format!("{pointer}/arms"), "a branch needs at least two arms".into());
    }
    for (index, arm) in branch.arms.iter().enumerate() {
        let here = format!("{pointer}/arms/{index}");
        if !is_key(&arm.id) {
            add(format!("{here}/id"), not_an_id(&arm.id));
        }
        if branch.arms[..index].iter().any(|other| other.id == arm.id) {
            add(format!("{here}/id"), format!("another arm of this branch has the id \"{}\"", arm.id));
        }
        check_arm(arm, branch.mode, &here, add);
    }
    let others = branch.arms.iter().filter(|arm| arm.otherwise).count();
    if branch.mode != BranchMode::Parallel && others != 1 {
        add(
            format!("{pointer}/arms"),
            format!("exactly one arm must say \"else\": true, for when no condition holds; {others} do"),
        );
    }
}

fn check_arm(arm: &Arm, mode: BranchMode, pointer: &str, add: &mut impl FnMut(String, String)) {
    let conditional = arm.when.is_some() || arm.otherwise;
    match mode {
        BranchMode::Parallel if conditional => {
            add(pointer.to_owned(), "all arms of a parallel branch are taken; leave `when` and `else` out".into())
        }
        BranchMode::Parallel => {}
        _ if arm.when.is_some() && arm.otherwise => {
            add(format!("{pointer}/when"), "the else arm has no condition of its own".into())
        }
        _ if !conditional => add(pointer.to_owned(), "an arm needs `when`, or \"else\": true".into()),
        _ => {}
    }
}

fn check_mode(mode: &Mode, pointer: &str, add: &mut impl FnMut(String, String)) {
    let here = format!("{pointer}/need");
    match (mode.pass, mode.need) {
        (Pass::All | Pass::Any | Pass::Sequence, Some(_)) => {
            add(here, "`need` belongs to the modes percent, count and weight".into())
        }
        (Pass::Percent, need) if !need.is_some_and(|need| (1..=100).contains(&need)) => {
            add(here, "say the percent of people needed, 1 to 100".into());
        }
        (Pass::Count, need) if need.is_none_or(|need| need == 0) => {
            add(here, "say how many approvals are needed, 1 or more".into());
        }
        (Pass::Weight, need) if need.is_none_or(|need| need == 0) => {
            add(here, "say the weight needed, 1 or more".into());
        }
        _ => {}
    }
    if mode.pass != Pass::Weight && !mode.weights.is_empty() {
        add(format!("{pointer}/weights"), "`weights` belongs to the mode weight".into());
    }
    for (login, _) in mode.weights.iter().filter(|(_, weight)| **weight == 0) {
        add(format!("{pointer}/weights/{}", super::escape(login)), "a weight is 1 or more".into());
    }
}

fn check_empty(empty: &Empty, pointer: &str, add: &mut impl FnMut(String, String)) {
    let named = !empty.members.is_empty();
    if (empty.action == EmptyAction::Members) != named {
        let message = if named {
            "`members` belongs to \"do\": \"members\""
        } else {
            "name the members who take over when nobody is found"
        };
        add(format!("{pointer}/members"), message.into());
    }
}

fn check_due(due: Option<&Due>, pointer: &str, add: &mut impl FnMut(String, String)) {
    let Some(due) = due else { return };
    if !is_duration(&due.after) {
        add(format!("{pointer}/after"), not_a_duration(&due.after));
    }
    for (index, remind) in due.remind.iter().enumerate() {
        if !is_duration(remind.strip_prefix('-').unwrap_or(remind)) {
            add(format!("{pointer}/remind/{index}"), not_a_duration(remind));
        }
    }
    if matches!(due.action, DueAction::Transfer | DueAction::Escalate) && due.to.is_empty() {
        add(format!("{pointer}/to"), "say to whom an overdue task goes".into());
    }
}

fn is_duration(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=6).contains(&digits) && matches!(&text[digits..], "m" | "h" | "d" | "wh" | "wd")
}

fn not_a_duration(text: &str) -> String {
    format!("\"{text}\" is not a length of time; write 30m, 4h, 2d, or 4wh, 1wd for working time")
}

fn not_an_id(id: &str) -> String {
    format!("\"{id}\" is not an id: small letters, digits and _, a letter first, at most 40")
}

fn unknown_node(id: &str) -> String {
    format!("there is no node \"{id}\" in this flow")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(nodes: &str) -> Flow {
        serde_json::from_str(&format!(r#"{{"key":"f","table":"t","title":"F","nodes":[{nodes}]}}"#)).unwrap()
    }

    #[test]
    fn structural_errors_name_their_place() {
        let check = |nodes: &str, expected: &[&str]| {
            let problems = flow(nodes).check();
            let places: Vec<&str> = problems.iter().map(|(pointer, _)| pointer.as_str()).collect();
            assert_eq!(places, expected, "{problems:?}");
        };
        let who = r#""who":[{"rule":"starter"}]"#;
        check("", &["/nodes"]);
        check(&format!(r#"{{"type":"approve","id":"a",{who}}}"#), &[]);
        check(r#"{"type":"approve","id":"a"}"#, &["/nodes/0/who"]);
        check(&format!(r#"{{"type":"cc","id":"start",{who}}}"#), &["/nodes/0/id"]);
        check(&format!(r#"{{"type":"cc","id":"a",{who}}},{{"type":"cc","id":"a",{who}}}"#), &["/nodes/1/id"]);
        check(r#"{"type":"cc","id":"a","who":[{"rule":"anyone"}]}"#, &["/nodes/0/who/0"]);
        check(
            &format!(r#"{{"type":"approve","id":"a",{who},"return":{{"to":["b","start"]}}}}"#),
            &["/nodes/0/return/to"],
        );
        check(
            &format!(r#"{{"type":"approve","id":"a",{who},"mode":{{"pass":"percent","need":101}}}}"#),
            &["/nodes/0/mode/need"],
        );
        check(
            &format!(r#"{{"type":"approve","id":"a",{who},"empty":{{"do":"members"}},"due":{{"after":"1x"}}}}"#),
            &["/nodes/0/due/after", "/nodes/0/empty/members"],
        );
        check(
            r#"{"type":"branch","id":"b","arms":[{"id":"x","when":"a","nodes":[]},{"id":"y","when":" ","nodes":[]}]}"#,
            &["/nodes/0/arms", "/nodes/0/arms/1/when"],
        );
        check(
            r#"{"type":"branch","id":"b","mode":"parallel","arms":[{"id":"x","else":true,"nodes":[]},{"id":"x","nodes":[]}]}"#,
            &["/nodes/0/arms/0", "/nodes/0/arms/1/id"],
        );
    }
}
