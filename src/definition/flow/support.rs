//! What the document may say but this version does not run. It is refused by name, never silently left out.

use super::{
    BranchMode, Due, Flow, Node, OnReject, Ops, Problem, ReturnPolicy, ReturnTo, START, Signature, Starts, Who,
};

impl Flow {
    /// Every part of the flow that this version cannot run.
    pub fn unsupported(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |pointer: String, what: &str| {
            found.push((pointer, format!("this version does not run {what}; leave it out")));
        };
        match self.starts {
            Starts::Submit => {}
            Starts::Button => add("/starts".into(), "flows started by a button"),
            Starts::Revoke => add("/starts".into(), "flows that revoke"),
        }
        if self.settings.revoke.is_some() {
            add("/settings/revoke".into(), "revoking an approved case");
        }
        if self.settings.calendar.is_some() {
            add("/settings/calendar".into(), "working calendars");
        }
        if !self.on.revoked.is_empty() {
            add("/on/revoked".into(), "revoking an approved case");
        }
        for (pointer, node) in self.all_nodes() {
            node_parts(node, &pointer, &mut add);
        }
        for (pointer, rules) in self.all_people() {
            for (index, who) in rules.iter().enumerate() {
                match who {
                    Who::StarterChoice { .. } => {
                        add(format!("{pointer}/{index}"), "people chosen by the starter");
                    }
                    Who::PreviousChoice { .. } => {
                        add(format!("{pointer}/{index}"), "people chosen by the previous approver");
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

fn node_parts(node: &Node, pointer: &str, add: &mut impl FnMut(String, &str)) {
    match node {
        Node::Approve(node) => {
            if let OnReject::Return { .. } = node.on_reject {
                add(format!("{pointer}/on_reject"), "returning a case by rejecting it");
            }
            return_parts(&node.back, pointer, add);
            op_parts(&node.ops, pointer, add);
            due_parts(node.due.as_ref(), pointer, add);
        }
        Node::Branch(branch) => match branch.mode {
            BranchMode::Exclusive => {}
            BranchMode::Parallel => add(format!("{pointer}/mode"), "parallel branches"),
            BranchMode::Inclusive => add(format!("{pointer}/mode"), "inclusive branches"),
        },
        Node::Cc(_) => {}
        Node::Handle(_) => add(pointer.to_owned(), "work steps (\"handle\")"),
        Node::Delay(_) => add(pointer.to_owned(), "delays"),
        Node::Action(_) => add(pointer.to_owned(), "action nodes"),
        Node::Subflow(_) => add(pointer.to_owned(), "subflows"),
        Node::Route(_) => add(pointer.to_owned(), "jumps (\"route\")"),
        Node::End(_) => add(pointer.to_owned(), "early ends (\"end\")"),
    }
}

fn return_parts(back: &ReturnPolicy, pointer: &str, add: &mut impl FnMut(String, &str)) {
    let beyond_start = match &back.to {
        ReturnTo::None | ReturnTo::Start => false,
        ReturnTo::Any => true,
        ReturnTo::Nodes(nodes) => nodes.iter().any(|id| id != START),
    };
    if beyond_start {
        add(format!("{pointer}/return/to"), "returns to another place than \"start\"");
    }
}

fn op_parts(ops: &Ops, pointer: &str, add: &mut impl FnMut(String, &str)) {
    let parts = [
        (ops.transfer, "transfer", "transferring a task"),
        (ops.delegate, "delegate", "delegating a task"),
        (!ops.add.is_empty(), "add", "adding approvers"),
        (ops.remove, "remove", "removing approvers"),
        (ops.take_back, "take_back", "taking a decision back"),
        (ops.signature != Signature::None, "signature", "signatures with a decision"),
    ];
    for (said, member, what) in parts {
        if said {
            add(format!("{pointer}/ops/{member}"), what);
        }
    }
}

fn due_parts(due: Option<&Due>, pointer: &str, add: &mut impl FnMut(String, &str)) {
    if due.is_some() {
        add(format!("{pointer}/due"), "due times and reminders");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_format_parses_and_what_is_not_run_is_named() {
        let text = r#"{ "key": "order", "table": "order", "title": "Order", "starts": "submit",
          "start": { "who": [{"rule": "anyone"}], "fields": {"*": "edit"} },
          "settings": { "dedupe": "adjacent", "self": "superior", "empty": {"do": "admins"}, "withdraw": "before_first_decision",
            "revoke": {"days": 30}, "calendar": "cn", "title": "{no} {shelf.name}", "summary": ["customer", "amount"] },
          "nodes": [
            { "id": "check", "type": "approve", "title": "Check", "who": [{"rule": "role", "role": "clerk", "where": {"field": "shelf"}}],
              "mode": {"pass": "any"}, "fields": {"lines.qty": "edit", "lines.lot": "required"}, "on_reject": {"do": "end"},
              "return": {"to": "any", "resume": "ask"}, "ops": {"transfer": true, "add": ["before", "after", "parallel"], "signature": "optional"},
              "due": {"after": "1wd", "remind": ["-4wh"], "do": "transfer", "to": [{"rule": "role", "role": "manager"}]} },
            { "id": "size", "type": "branch", "mode": "exclusive", "arms": [
              { "id": "big", "when": "amount >= setting(\"order_manager\") || over", "nodes": [ { "id": "boss", "type": "approve", "who": [{"rule": "role", "role": "manager"}] } ] },
              { "id": "small", "else": true, "nodes": [] } ] },
            { "id": "work", "type": "handle", "who": [{"rule": "handler", "node": "check"}] },
            { "id": "both", "type": "branch", "mode": "parallel", "arms": [{"id": "l", "nodes": []}, {"id": "r", "nodes": []}] },
            { "id": "wait", "type": "delay", "for": "2d" },
            { "id": "act", "type": "action", "steps": [{"do": "set", "values": {"seen": "true"}}] },
            { "id": "sub", "type": "subflow", "flow": "other", "wait": true },
            { "id": "again", "type": "route", "to": "check", "when": "again", "most": 2 },
            { "id": "tell", "type": "cc", "who": [{"rule": "field", "field": "buyer"}] },
            { "id": "stop", "type": "end", "outcome": "rejected" } ],
          "on": { "approved": [ {"do": "post", "ledger": "points", "for_each": "lines", "phase": "in", "set": {"qty": "line.qty"}} ],
                  "revoked": [ {"do": "reverse", "ledger": "points"} ] } }"#;
        let flow: Flow = serde_json::from_str(text).unwrap();
        assert_eq!(flow.check(), []);
        let unsupported = flow.unsupported();
        let places: Vec<&str> = unsupported.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(
            places,
            [
                "/settings/revoke",
                "/settings/calendar",
                "/on/revoked",
                "/nodes/0/return/to",
                "/nodes/0/ops/transfer",
                "/nodes/0/ops/add",
                "/nodes/0/ops/signature",
                "/nodes/0/due",
                "/nodes/2",
                "/nodes/3/mode",
                "/nodes/4",
                "/nodes/5",
                "/nodes/6",
                "/nodes/7",
                "/nodes/9",
            ]
        );
        let expressions: Vec<String> = flow.expressions().into_iter().map(|e| e.pointer).collect();
        assert_eq!(
            expressions,
            ["/nodes/1/arms/0/when", "/nodes/5/steps/0/values/seen", "/nodes/7/when", "/on/approved/0/set/qty",]
        );
        let written = serde_json::to_string(&flow).unwrap();
        let again: Flow = serde_json::from_str(&written).unwrap();
        assert_eq!(again, flow);
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
        assert!(!written.contains("on_reject"), "defaults are left out: {written}");
        assert_eq!(flow.pointer("boss").as_deref(), Some("/nodes/1/arms/0/nodes/0"));
        assert!(flow.duplicate_ids().is_empty());
    }

    #[test]
    fn unknown_members_are_refused() {
        let check = |nodes: &str, part: &str| {
            let text = format!(r#"{{"key":"f","table":"t","title":"F","nodes":[{nodes}]}}"#);
            let error = serde_json::from_str::<Flow>(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        check(r#"{"type":"approve","id":"a","whom":[]}"#, "unknown field `whom`");
        check(r#"{"type":"cc","id":"a","who":[{"rule":"starter","x":1}]}"#, "unknown field `x`");
        check(r#"{"type":"vote","id":"a"}"#, "unknown variant `vote`");
        check(r#"{"type":"approve","id":"a","return":{"to":7}}"#, "`return.to` must be");
    }
}
