use super::*;
use crate::definition::{form::Form, table::Table};
use serde_json::json;

#[test]
fn a_template_is_words_fields_and_expressions() {
    let expression = "if qty > 1 { \"many\" } else { \"one\" }";
    let template = format!("No {{no}}: {{= {expression} }} of {{ item.name }}, {{open");
    let wanted = [
        Piece::Words("No "),
        Piece::Field("no"),
        Piece::Words(": "),
        Piece::Expression(expression),
        Piece::Words(" of "),
        Piece::Field("item.name"),
        Piece::Words(", {open"),
    ];
    assert_eq!(pieces(&template), wanted);
}

#[test]
fn every_size_has_its_measures() {
    let geometry = |paper: serde_json::Value| {
        let paper: Paper = serde_json::from_value(paper).unwrap();
        let sheet = paper.geometry();
        (sheet.width, sheet.height, sheet.margin.left, paper.is_label())
    };
    assert_eq!(geometry(json!({})), (210, 297, 15, false));
    assert_eq!(geometry(json!({"size": "a5", "orientation": "landscape"})), (210, 148, 10, false));
    assert_eq!(geometry(json!({"size": "241x140"})), (241, 140, 16, false));
    assert_eq!(geometry(json!({"size": "60x40"})), (60, 40, 2, true));
    let margin = json!({"top": 1, "right": 2, "bottom": 3, "left": 4});
    assert_eq!(geometry(json!({"size": "custom", "width": 80, "height": 50, "margin": margin})), (80, 50, 4, true));
    for size in PaperSize::NAMED {
        assert_eq!(PaperSize::named(size.name()), Some(size));
    }
}

#[test]
fn what_a_print_reads_is_found_with_its_place() {
    let print: Print = serde_json::from_value(json!({
        "key": "p", "table": "order", "title": "P", "for_each": "lines", "times": "qty",
        "header": {"right": {"text": "{no}"}},
        "blocks": [
            {"block": "row", "cells": [{"blocks": [{"block": "text", "text": "{item.name} {= qty * 2 }", "visible": "qty > 0"}]}]},
            {"block": "lines", "lines": "parts", "columns": ["code", {"value": "a * b"}]}]
    }))
    .unwrap();
    let reads: Vec<(String, Option<&str>, What<'_>)> =
        print.reads().into_iter().map(|read| (read.pointer, read.line, read.what)).collect();
    let lines = Some("lines");
    let here = "/blocks/0/cells/0/blocks/0";
    let wanted = [
        ("/times".to_owned(), lines, What::Expression("qty")),
        ("/header/right/text".to_owned(), lines, What::Field("no")),
        (format!("{here}/visible"), lines, What::Expression("qty > 0")),
        (format!("{here}/text"), lines, What::Field("item.name")),
        (format!("{here}/text"), lines, What::Expression("qty * 2")),
        ("/blocks/1/columns/0".to_owned(), Some("parts"), What::Field("code")),
        ("/blocks/1/columns/1/value".to_owned(), Some("parts"), What::Expression("a * b")),
    ];
    assert_eq!(reads, wanted);
}

#[test]
fn a_table_without_prints_has_two_made_for_it() {
    let table = Table::parse(&json!({
        "title": "Order", "type": "object", "x-table": {"key": "order"},
        "properties": {
            "no": {"title": "No", "type": "string", "x-field": {"kind": "text"}},
            "lines": {"title": "Lines", "type": "array", "x-field": {"kind": "lines"}, "items": {"type": "object", "properties": {
                "qty": {"title": "Quantity", "type": "string", "x-field": {"kind": "decimal"}}}}}
        }
    }))
    .unwrap();
    let made = record(&table, &Form::generated(&table));
    let kinds: Vec<bool> =
        made.blocks.iter().map(|block| matches!(block, Block::Lines(lines) if lines.lines == "lines")).collect();
    assert_eq!(kinds, [false, false, true, false]);
    assert!(label(&table).paper.is_label());
}
