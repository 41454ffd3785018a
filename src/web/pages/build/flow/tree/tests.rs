use super::*;
use crate::{
    definition::package::Documents,
    i18n::{Locale, Texts},
};
use serde_json::json;
use std::collections::HashMap;

fn flow() -> Json {
    json!({"key": "check", "table": "order", "title": "Check", "start": {"fields": {"note": "required"}},
        "nodes": [
            {"type": "approve", "id": "boss", "title": "Boss", "who": [{"rule": "superior"}], "mode": {"pass": "all"},
                "fields": {"amount": "hidden", "lines.qty": "hidden", "note": "edit"}},
            {"type": "branch", "id": "size", "arms": [
                {"id": "big", "when": "amount > 5", "nodes": [
                    {"type": "approve", "id": "money", "who": [{"rule": "role", "role": "clerk"}, {"rule": "members", "members": ["li"]}]}]},
                {"id": "small", "else": true, "nodes": []}]},
            {"type": "cc", "id": "tell", "who": [{"rule": "field", "field": "buyer"}]}],
        "on": {"approved": [{"do": "post", "ledger": "stock"}]}})
}

fn documents() -> Documents {
    let mut documents = Documents::default();
    let role = json!({"key": "clerk", "title": "Clerks", "grants": []});
    let ledger = json!({"key": "stock", "title": "Stock"});
    documents.set("roles/clerk.json", role.to_string()).expect("a role");
    documents.set("ledgers/stock.json", ledger.to_string()).expect("a ledger");
    documents
}

fn drawn<T>(trace: Option<&Trace>, findings: &[Finding], draw: impl FnOnce(&Tree<'_>) -> T) -> T {
    let (flow, documents) = (flow(), documents());
    let table = json!({"title": "Order", "properties": {"buyer": {"title": "Buyer"}, "amount": {"title": "Amount"}}});
    let names = HashMap::from([("li".to_owned(), "Li".to_owned())]);
    let said = |source: &str| format!("<{source}>");
    let words = Words { texts: Texts(Locale::En), documents: &documents, table: &table, names: &names, said: &said };
    draw(&Tree {
        words: &words,
        flow: &flow,
        own: "/f",
        selected: "/nodes/0",
        findings: findings.iter().collect(),
        trace,
        kept: Vec::new(),
    })
}

#[test]
fn cards_say_in_plain_words_who_and_how() {
    let steps = drawn(None, &[], |tree| tree.steps("/nodes"));
    let said: Vec<(String, String, String)> = steps
        .iter()
        .map(|step| (step.card.title.clone(), step.card.mode.clone(), step.card.lines.join("; ")))
        .collect();
    let want = [
        ("Boss", "all", "Direct superior; 2 fields hidden, 1 field editable"),
        ("Branch", "first that fits", ""),
        ("Copy", "", "Whoever is in “Buyer”"),
    ];
    assert_eq!(said, want.map(|(title, mode, lines)| (title.to_owned(), mode.to_owned(), lines.to_owned())));
    assert!(steps[0].card.current && !steps[2].card.current);
    assert_eq!(steps[2].card.href, "/f?at=%2Fnodes%2F2");
    assert_eq!(steps[0].after.at, "/nodes/1");
    let arms = &steps[1].arms;
    assert_eq!(arms[0].card.lines, ["<amount > 5>"]);
    assert_eq!(arms[0].steps[0].card.lines, ["Clerks, Li"]);
    assert_eq!(
        (arms[1].card.title.as_str(), arms[1].first.at.as_str()),
        ("All other cases", "/nodes/1/arms/1/nodes/0")
    );
    // A new way comes before the one for all other cases.
    assert_eq!(steps[1].new_arm.as_ref().map(|arm| arm.at.as_str()), Some("/nodes/1/arms/1"));
    let (start, end) = drawn(None, &[], |tree| (tree.start(), tree.end()));
    assert_eq!(start.lines, ["Whoever may submit Order", "1 field required"]);
    assert_eq!(end.lines, ["Post · Stock"]);
}

#[test]
fn what_is_wrong_is_told_at_the_innermost_card() {
    let at = |path: &str| Finding::error("flows/check.json", path, "wrong");
    let findings =
        [at("/nodes/1/arms/0/nodes/0/who/0"), at("/nodes/1/arms/0/when"), at("/nodes/1/arms"), at("/start/who")];
    let (steps, start) = drawn(None, &findings, |tree| (tree.steps("/nodes"), tree.start()));
    let wrong = |card: &StepCard| card.wrong.as_ref().map_or(0, |(_, full)| full.split("; ").count());
    assert_eq!(wrong(&steps[0].card), 0);
    assert_eq!(wrong(&steps[1].card), 1);
    assert_eq!(wrong(&steps[1].arms[0].card), 1);
    assert_eq!(wrong(&steps[1].arms[0].steps[0].card), 1);
    assert_eq!(wrong(&steps[1].arms[1].card), 0);
    assert_eq!(wrong(&start), 1);
}

#[test]
fn a_trial_marks_where_it_came_and_where_not() {
    let mut trace = Trace::default();
    let tried = Tried { number: "2".into(), words: "Wang".into(), bad: false };
    trace.nodes.insert("boss".into(), tried.clone());
    trace.arms.insert("size".into(), vec!["small".into()]);
    let steps = drawn(Some(&trace), &[], |tree| tree.steps("/nodes"));
    assert_eq!(steps[0].card.tried, Some(tried));
    assert_eq!(steps[1].arms.iter().map(|arm| arm.idle).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_place_belongs_to_the_card_that_it_is_in() {
    for (place, card) in [
        ("/nodes/0", Some("/nodes/0")),
        ("/nodes/0/who/1/role", Some("/nodes/0")),
        ("/nodes/0/arms/1", Some("/nodes/0/arms/1")),
        ("/nodes/0/arms/1/nodes/2/mode", Some("/nodes/0/arms/1/nodes/2")),
        ("/nodes/0/arms", Some("/nodes/0")),
        ("/start/who", Some("/start")),
        ("/on", Some("/on")),
        ("/settings/title", None),
        ("", None),
    ] {
        assert_eq!(card_of(place), card, "{place}");
    }
}
