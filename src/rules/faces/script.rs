//! The face underneath: rhai.

use super::{
    node::{Binary, Node},
    token::{Reader, Style, TokenKind},
};

/// Deeper expressions are not shown in another face.
pub(super) const DEEPEST: usize = 40;

/// An expression in rhai as a tree; nothing where it says something that other faces cannot: statements, methods, comments.
#[must_use]
pub fn read_script(text: &str) -> Option<Node> {
    let mut reader = Reader::new(text, Style::Script).ok()?;
    let node = expression(&mut reader, 0, DEEPEST)?;
    reader.is_done().then_some(node)
}

fn expression(reader: &mut Reader, least: u8, depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    let mut left = operand(reader, depth)?;
    loop {
        if reader.word() == Some("in") {
            // Binds between equality and order.
            if least > IN {
                return Some(left);
            }
            reader.take();
            let list = expression(reader, IN + 1, depth)?;
            left = Node::call("contains", [list, left]);
            continue;
        }
        let symbol = reader.symbol();
        let operator = Binary::ALL.into_iter().find(|operator| Some(operator.symbol()) == symbol);
        let Some(operator) = operator.filter(|operator| operator.precedence() >= least) else { return Some(left) };
        reader.take();
        let right = expression(reader, operator.precedence() + 1, depth)?;
        left = Node::binary(operator, left, right);
    }
}

const IN: u8 = 110;

fn operand(reader: &mut Reader, depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    match reader.take()? {
        TokenKind::Number(number) => Some(Node::Number(number)),
        TokenKind::Text(text) => Some(Node::Text(text)),
        TokenKind::Symbol("!") => Some(operand(reader, depth)?.negated()),
        TokenKind::Symbol("-") => Some(Node::Negate(Box::new(operand(reader, depth)?))),
        TokenKind::Symbol("(") => {
            if reader.takes(")") {
                return Some(Node::Unset);
            }
            let inner = expression(reader, 0, depth)?;
            // What has a dot behind it is a method.
            (reader.takes(")") && reader.symbol() != Some(".")).then_some(inner)
        }
        TokenKind::Symbol("[") => list(reader, "]", depth).map(Node::List),
        TokenKind::Name(name) if name == "true" || name == "false" => Some(Node::Bool(name == "true")),
        TokenKind::Name(name) if reader.takes("(") => list(reader, ")", depth).map(|items| Node::Call(name, items)),
        TokenKind::Name(name) => {
            let mut path = vec![name];
            while reader.takes(".") {
                let TokenKind::Name(name) = reader.take()? else { return None };
                path.push(name);
            }
            (!matches!(reader.symbol(), Some("(" | "["))).then_some(Node::Path(path))
        }
        TokenKind::Symbol(_) | TokenKind::Chip(_) => None,
    }
}

/// What stands up to the closing symbol.
fn list(reader: &mut Reader, close: &str, depth: usize) -> Option<Vec<Node>> {
    let mut items = Vec::new();
    if reader.takes(close) {
        return Some(items);
    }
    loop {
        items.push(expression(reader, 0, depth)?);
        if reader.takes(close) {
            return Some(items);
        }
        if !reader.takes(",") {
            return None;
        }
    }
}

/// A tree as rhai, with no more parentheses than it needs.
#[must_use]
pub fn write_script(node: &Node) -> String {
    let mut text = String::new();
    write(node, 0, &mut text);
    text
}

/// Binds tighter than every operator between two expressions.
const UNARY: u8 = 200;

fn write(node: &Node, least: u8, text: &mut String) {
    match node {
        Node::Number(number) => text.push_str(number),
        Node::Text(value) => text.push_str(&script_text(value)),
        Node::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Node::Unset => text.push_str("()"),
        Node::Path(path) => text.push_str(&path.join(".")),
        Node::Not(inner) => {
            text.push('!');
            write(inner, UNARY, text);
        }
        Node::Negate(inner) => {
            text.push('-');
            write(inner, UNARY, text);
        }
        Node::Binary(operator, left, right) => {
            let own = operator.precedence();
            if own < least {
                text.push('(');
            }
            write(left, own, text);
            text.push(' ');
            text.push_str(operator.symbol());
            text.push(' ');
            write(right, own + 1, text);
            if own < least {
                text.push(')');
            }
        }
        Node::Call(name, arguments) => {
            text.push_str(name);
            text.push('(');
            write_all(arguments, text);
            text.push(')');
        }
        Node::List(items) => {
            text.push('[');
            write_all(items, text);
            text.push(']');
        }
    }
}

fn write_all(nodes: &[Node], text: &mut String) {
    for (place, node) in nodes.iter().enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        write(node, 0, text);
    }
}

fn script_text(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}
