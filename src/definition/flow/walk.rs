//! Walking through a flow: nodes, blocks and expressions with their places in the document.

use super::{Flow, Hook, Node, Start, Who};
use crate::definition::action;

/// An expression of a flow and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression<'a> {
    /// JSON Pointer into the flow's document.
    pub pointer: String,
    pub text: &'a str,
    pub kind: ExpressionKind,
    /// The lines field whose line is bound to `line`, where one is.
    pub lines: Option<&'a str>,
}

/// What an expression must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    /// true or false.
    Condition,
    /// A value for a field.
    Value,
    /// A user id, or a list of them.
    People,
    /// A moment or a date.
    Moment,
}

/// A member name as a part of a JSON Pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Flow {
    /// Every node with its JSON Pointer, outer before inner, in the order written.
    pub fn all_nodes(&self) -> Vec<(String, &Node)> {
        let mut found = Vec::new();
        collect(&self.nodes, "/nodes", &mut found);
        found
    }

    /// The node of this id, wherever it is nested.
    pub fn node(&self, id: &str) -> Option<&Node> {
        find(&self.nodes, id)
    }

    /// The JSON Pointer of a node.
    pub fn pointer(&self, id: &str) -> Option<String> {
        place(&self.nodes, id).map(|place| format!("/nodes{place}"))
    }

    /// The nodes of one arm of a branch.
    pub fn arm(&self, branch: &str, arm: &str) -> Option<&[Node]> {
        match self.node(branch)? {
            Node::Branch(branch) => {
                branch.arms.iter().find(|candidate| candidate.id == arm).map(|arm| arm.nodes.as_slice())
            }
            _ => None,
        }
    }

    /// Ids that more than one node carries.
    pub fn duplicate_ids(&self) -> Vec<String> {
        let nodes = self.all_nodes();
        let mut twice: Vec<String> = Vec::new();
        for (index, (_, node)) in nodes.iter().enumerate() {
            let seen = nodes[..index].iter().any(|(_, other)| other.id() == node.id());
            if seen && !twice.iter().any(|id| id == node.id()) {
                twice.push(node.id().to_owned());
            }
        }
        twice
    }

    /// Every list of rules about people, with its JSON Pointer.
    pub fn all_people(&self) -> Vec<(String, &[Who])> {
        let Start { who, .. } = &self.start;
        let mut found: Vec<(String, &[Who])> = vec![("/start/who".into(), who)];
        for (pointer, node) in self.all_nodes() {
            if !node.who().is_empty() {
                found.push((format!("{pointer}/who"), node.who()));
            }
            let due = match node {
                Node::Approve(node) => node.due.as_ref(),
                Node::Handle(node) => node.due.as_ref(),
                _ => None,
            };
            if let Some(due) = due {
                found.push((format!("{pointer}/due/to"), &due.to));
            }
        }
        found
    }

    /// Every expression of the flow, each with its JSON Pointer.
    pub fn expressions(&self) -> Vec<Expression<'_>> {
        let mut found = Vec::new();
        for (pointer, rules) in self.all_people() {
            for (index, who) in rules.iter().enumerate() {
                who.expression(&format!("{pointer}/{index}"), &mut found);
            }
        }
        for (pointer, node) in self.all_nodes() {
            node_expressions(node, &pointer, &mut found);
        }
        for hook in Hook::ALL {
            let pointer = format!("/on/{}", hook.key());
            action::expressions(self.on.steps(hook), &pointer, None, &mut found);
        }
        found
    }
}

fn collect<'a>(block: &'a [Node], pointer: &str, found: &mut Vec<(String, &'a Node)>) {
    for (index, node) in block.iter().enumerate() {
        let here = format!("{pointer}/{index}");
        found.push((here.clone(), node));
        if let Node::Branch(branch) = node {
            for (place, arm) in branch.arms.iter().enumerate() {
                collect(&arm.nodes, &format!("{here}/arms/{place}/nodes"), found);
            }
        }
    }
}

fn find<'a>(block: &'a [Node], id: &str) -> Option<&'a Node> {
    block.iter().find_map(|node| match node {
        node if node.id() == id => Some(node),
        Node::Branch(branch) => branch.arms.iter().find_map(|arm| find(&arm.nodes, id)),
        _ => None,
    })
}

/// The place of a node below a block; text is made only on the way back from where it was found.
fn place(block: &[Node], id: &str) -> Option<String> {
    block.iter().enumerate().find_map(|(index, node)| match node {
        node if node.id() == id => Some(format!("/{index}")),
        Node::Branch(branch) => branch.arms.iter().enumerate().find_map(|(arm, inner)| {
            let below = place(&inner.nodes, id)?;
            Some(format!("/{index}/arms/{arm}/nodes{below}"))
        }),
        _ => None,
    })
}

fn node_expressions<'a>(node: &'a Node, pointer: &str, found: &mut Vec<Expression<'a>>) {
    let mut add = |place: String, text: &'a str, kind, lines| {
        found.push(Expression { pointer: format!("{pointer}/{place}"), text, kind, lines });
    };
    match node {
        Node::Branch(branch) => {
            for (index, arm) in branch.arms.iter().enumerate() {
                if let Some(when) = &arm.when {
                    let place = format!("arms/{index}/when");
                    add(place, when, ExpressionKind::Condition, None);
                }
            }
        }
        Node::Route(route) => {
            if let Some(when) = &route.when {
                add("when".into(), when, ExpressionKind::Condition, None);
            }
        }
        Node::Delay(delay) => {
            if let Some(until) = &delay.until {
                add("until".into(), until, ExpressionKind::Moment, None);
            }
        }
        Node::Subflow(subflow) => {
            for (field, text) in &subflow.set {
                let place = format!("set/{}", escape(field));
                add(place, text, ExpressionKind::Value, subflow.for_each.as_deref());
            }
        }
        Node::Action(node) => {
            action::expressions(&node.steps, &format!("{pointer}/steps"), None, found);
            action::expressions(&node.undo, &format!("{pointer}/undo"), None, found);
        }
        Node::Approve(_) | Node::Handle(_) | Node::Cc(_) | Node::End(_) => {}
    }
}
