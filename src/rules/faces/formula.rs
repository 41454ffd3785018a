//! The face of a spreadsheet: `IF([数量] > 10, [单价] * 0.9, [单价])`, fields by their titles, functions by the names that people
//! know from their sheets.

use super::{
    node::{Binary, Node},
    script::DEEPEST,
    token::{Reader, Style, TokenKind, Unreadable},
};
use crate::base::key::nearest;

/// What fields, settings and options are called by the people who write formulas.
pub trait Naming {
    /// The titles of a path, from link to link: `item.cost` as `["物料", "成本"]`. Nothing for what has no title.
    fn titles(&self, path: &[String]) -> Option<Vec<String>>;
    /// What a chip with these titles means.
    fn resolve(&self, titles: &[String]) -> Option<Resolved>;
    /// Titles that a chip may begin with, for a guess at what was meant.
    fn known(&self) -> Vec<String>;
    /// The titles of a setting.
    fn setting(&self, key: &str) -> Option<Vec<String>>;
    /// The title of an option of the choice at this path.
    fn option(&self, path: &[String], value: &str) -> Option<String>;
    /// The option of the choice at this path with this title.
    fn option_value(&self, path: &[String], title: &str) -> Option<String>;
}

/// What a chip means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    Path(Vec<String>),
    /// A column of lines: their field, and its key.
    Column(String, String),
    Setting(String),
}

/// Why a formula says nothing, and where, in characters from its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaError {
    pub at: usize,
    pub problem: FormulaProblem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormulaProblem {
    /// There is no field of this title; perhaps the other was meant.
    UnknownField(String, Option<String>),
    /// There is no function of this name; perhaps the other was meant.
    UnknownFunction(String, Option<String>),
    /// A function does not take so many arguments: its name as people write it, least and most.
    Arguments(&'static str, usize, usize),
    /// A text, a field or a parenthesis does not end.
    Unfinished,
    /// Something that a formula does not have at this place.
    Unexpected,
    /// There is nothing.
    Empty,
    TooDeep,
}

/// Functions whose arguments are the same in both faces: the name in formulas, and in rhai.
const SAME: [(&str, &str); 27] = [
    ("IF", "iff"),
    ("SUM", "sum"),
    ("COUNT", "count"),
    ("AVERAGE", "avg"),
    ("MIN", "min"),
    ("MAX", "max"),
    ("ROUND", "round"),
    ("ABS", "abs"),
    ("INT", "floor"),
    ("CEILING", "ceil"),
    ("LEN", "len"),
    ("UPPER", "upper"),
    ("LOWER", "lower"),
    ("TRIM", "trim"),
    ("CONTAINS", "contains"),
    ("STARTSWITH", "starts_with"),
    ("TEXT", "text"),
    ("TODAY", "today"),
    ("NOW", "now"),
    ("YEAR", "year"),
    ("MONTH", "month"),
    ("DAY", "day"),
    ("DAYS", "days_between"),
    ("SETTING", "setting"),
    ("RMB_UPPER", "rmb_upper"),
    ("ISBLANK", "is_set"),
    ("MOD", "%"),
];
/// What is an operator in rhai.
const JOINING: [(&str, Binary); 3] = [("AND", Binary::And), ("OR", Binary::Or), ("IFBLANK", Binary::Otherwise)];
const NOT: &str = "NOT";
const BLANK: &str = "BLANK";
/// The functions that gather a column of lines.
const GATHERING: [&str; 4] = ["sum", "avg", "min", "max"];

/// All names of functions in formulas, in the order in which they are offered.
pub const FUNCTION_NAMES: [&str; 32] = {
    let mut names = [""; 32];
    let mut place = 0;
    while place < SAME.len() {
        names[place] = SAME[place].0;
        place += 1;
    }
    names[27] = "AND";
    names[28] = "OR";
    names[29] = NOT;
    names[30] = "IFBLANK";
    names[31] = BLANK;
    names
};

/// A formula as a tree.
///
/// # Errors
/// It says nothing; where, and why.
pub fn read_formula(text: &str, naming: &dyn Naming) -> Result<Node, FormulaError> {
    // Sheets begin formulas so.
    let text = text.trim_start();
    let text = text.strip_prefix(['=', '＝']).unwrap_or(text);
    let reader = Reader::new(text, Style::Formula).map_err(|error| match error {
        Unreadable::Unfinished(at) => FormulaError { at, problem: FormulaProblem::Unfinished },
        Unreadable::Unexpected(at) => FormulaError { at, problem: FormulaProblem::Unexpected },
    })?;
    let mut parser = Parser { reader, naming };
    if parser.reader.is_done() {
        return Err(parser.error(FormulaProblem::Empty));
    }
    let node = parser.expression(0, DEEPEST)?;
    if !parser.reader.is_done() {
        return Err(parser.error(FormulaProblem::Unexpected));
    }
    match node {
        Part::Node(node) => Ok(node),
        Part::Column(..) => Err(FormulaError { at: 0, problem: FormulaProblem::Unexpected }),
    }
}

/// How tightly an operator of formulas binds.
const fn binary(symbol: &str) -> Option<(Binary, u8)> {
    Some(match symbol.as_bytes() {
        b"=" => (Binary::Equal, 10),
        b"<>" => (Binary::NotEqual, 10),
        b"<" => (Binary::Less, 10),
        b"<=" => (Binary::LessOrEqual, 10),
        b">" => (Binary::Greater, 10),
        b">=" => (Binary::GreaterOrEqual, 10),
        b"&" => (Binary::Add, 20),
        b"+" => (Binary::Add, 30),
        b"-" => (Binary::Subtract, 30),
        b"*" => (Binary::Multiply, 40),
        b"/" => (Binary::Divide, 40),
        _ => return None,
    })
}

/// A column of lines stands only as the argument of a function that gathers it.
enum Part {
    Node(Node),
    Column(String, String, usize),
}

struct Parser<'a> {
    reader: Reader,
    naming: &'a dyn Naming,
}

type Outcome<T> = Result<T, FormulaError>;

impl Parser<'_> {
    fn error(&self, problem: FormulaProblem) -> FormulaError {
        FormulaError { at: self.reader.at(), problem }
    }

    fn deeper(&self, depth: usize) -> Outcome<usize> {
        depth.checked_sub(1).ok_or_else(|| self.error(FormulaProblem::TooDeep))
    }

    fn node(part: Part) -> Outcome<Node> {
        match part {
            Part::Node(node) => Ok(node),
            Part::Column(_, _, at) => Err(FormulaError { at, problem: FormulaProblem::Unexpected }),
        }
    }

    fn expression(&mut self, least: u8, depth: usize) -> Outcome<Part> {
        let depth = self.deeper(depth)?;
        let mut left = self.operand(depth)?;
        while let Some((operator, own)) = self.reader.symbol().and_then(binary).filter(|(_, own)| *own >= least) {
            self.reader.take();
            let right = Self::node(self.expression(own + 1, depth)?)?;
            left = Part::Node(self.compared(operator, Self::node(left)?, right));
        }
        Ok(left)
    }

    /// A choice is compared with the title of an option; what is stored is its value.
    fn compared(&self, operator: Binary, left: Node, right: Node) -> Node {
        let value = |path: &Node, text: &Node| match (path, text) {
            (Node::Path(path), Node::Text(title)) => self.naming.option_value(path, title).map(Node::Text),
            _ => None,
        };
        let comparing = matches!(operator, Binary::Equal | Binary::NotEqual);
        let (of_left, of_right) = if comparing { (value(&right, &left), value(&left, &right)) } else { (None, None) };
        Node::binary(operator, of_left.unwrap_or(left), of_right.unwrap_or(right))
    }

    fn operand(&mut self, depth: usize) -> Outcome<Part> {
        let depth = self.deeper(depth)?;
        let at = self.reader.at();
        let unexpected = || FormulaError { at, problem: FormulaProblem::Unexpected };
        let node = match self.reader.take().ok_or(FormulaError { at, problem: FormulaProblem::Unfinished })? {
            TokenKind::Number(number) => Node::Number(number),
            TokenKind::Text(text) => Node::Text(text),
            TokenKind::Chip(titles) => return self.chip(&titles, at),
            TokenKind::Symbol("-") => Node::Negate(Box::new(Self::node(self.operand(depth)?)?)),
            TokenKind::Symbol("+") => return self.operand(depth),
            TokenKind::Symbol("(") => {
                let inner = Self::node(self.expression(0, depth)?)?;
                self.close(")")?;
                inner
            }
            TokenKind::Symbol("{") => {
                let items = self.list("}", depth)?.into_iter().map(Self::node).collect::<Outcome<_>>()?;
                Node::List(items)
            }
            TokenKind::Name(name) => return self.named(&name, at, depth).map(Part::Node),
            TokenKind::Symbol(_) => return Err(unexpected()),
        };
        Ok(Part::Node(node))
    }

    fn close(&mut self, symbol: &str) -> Outcome<()> {
        if self.reader.takes(symbol) {
            return Ok(());
        }
        let problem = if self.reader.is_done() { FormulaProblem::Unfinished } else { FormulaProblem::Unexpected };
        Err(self.error(problem))
    }

    fn list(&mut self, close: &str, depth: usize) -> Outcome<Vec<Part>> {
        let mut items = Vec::new();
        if self.reader.takes(close) {
            return Ok(items);
        }
        loop {
            items.push(self.expression(0, depth)?);
            if self.reader.takes(",") {
                continue;
            }
            self.close(close)?;
            return Ok(items);
        }
    }

    fn chip(&self, titles: &[String], at: usize) -> Outcome<Part> {
        Ok(match self.naming.resolve(titles) {
            Some(Resolved::Path(path)) => Part::Node(Node::Path(path)),
            Some(Resolved::Setting(key)) => Part::Node(Node::call("setting", [Node::Text(key)])),
            Some(Resolved::Column(lines, column)) => Part::Column(lines, column, at),
            None => {
                let known = self.naming.known();
                let written = titles.join(".");
                let near = nearest(&written, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(FormulaError { at, problem: FormulaProblem::UnknownField(written, near) });
            }
        })
    }

    fn named(&mut self, written: &str, at: usize, depth: usize) -> Outcome<Node> {
        let name = written.to_uppercase();
        if !self.reader.takes("(") {
            return match name.as_str() {
                "TRUE" | "FALSE" => Ok(Node::Bool(name == "TRUE")),
                // A field may be written without brackets, where its title is a word.
                _ => Self::node(self.chip(&[written.to_owned()], at)?),
            };
        }
        let arguments = self.list(")", depth)?;
        let wrong = |name, least, most| FormulaError { at, problem: FormulaProblem::Arguments(name, least, most) };
        if let Some((name, operator)) = JOINING.iter().find(|(known, _)| *known == name) {
            let parts = arguments.into_iter().map(Self::node).collect::<Outcome<Vec<_>>>()?;
            return match parts.len() {
                0 | 1 => Err(wrong(name, 2, 20)),
                _ => Node::joined(*operator, parts).ok_or_else(|| wrong(name, 2, 20)),
            };
        }
        if name == NOT || name == BLANK {
            let mut arguments = arguments.into_iter();
            return match (name == NOT, arguments.next(), arguments.next()) {
                (true, Some(only), None) => Ok(Self::node(only)?.negated()),
                (false, None, None) => Ok(Node::Unset),
                (true, ..) => Err(wrong(NOT, 1, 1)),
                (false, ..) => Err(wrong(BLANK, 0, 0)),
            };
        }
        let Some((name, function)) = SAME.iter().find(|(known, _)| *known == name) else {
            let near = nearest(&name, FUNCTION_NAMES).map(str::to_owned);
            return Err(FormulaError { at, problem: FormulaProblem::UnknownFunction(written.to_owned(), near) });
        };
        let mut given = arguments.into_iter();
        let mut values = match (given.next(), GATHERING.contains(function)) {
            (Some(Part::Column(lines, column, _)), true) => vec![Node::Path(vec![lines]), Node::Text(column)],
            (Some(first), _) => vec![Self::node(first)?],
            (None, _) => Vec::new(),
        };
        for more in given {
            values.push(Self::node(more)?);
        }
        let (least, most) = match *function {
            "%" => (2, 2),
            function => super::super::functions::named(function).map_or((0, 0), |known| known.arity),
        };
        if !(least..=most).contains(&values.len()) {
            let lines = usize::from(GATHERING.contains(function) && values.len() < 2);
            return Err(wrong(name, least - lines, most));
        }
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or(Node::Unset);
        Ok(match *function {
            "is_set" => Node::call("is_set", [next()]).negated(),
            "%" => Node::binary(Binary::Remainder, next(), next()),
            // A sheet counts from its second date to its first.
            "days_between" => {
                let (to, from) = (next(), next());
                Node::call(function, [from, to])
            }
            _ => Node::call(function, values.collect::<Vec<_>>()),
        })
    }
}

/// A tree as a formula; nothing where something has no title or no such function.
#[must_use]
pub fn write_formula(node: &Node, naming: &dyn Naming) -> Option<String> {
    let mut text = String::new();
    Writer { naming }.write(node, 0, &mut text)?;
    Some(text)
}

struct Writer<'a> {
    naming: &'a dyn Naming,
}

const UNARY: u8 = 50;

impl Writer<'_> {
    fn write(&self, node: &Node, least: u8, text: &mut String) -> Option<()> {
        match node {
            Node::Number(number) => text.push_str(number),
            Node::Text(value) => text.push_str(&format!("\"{}\"", value.replace('"', "\"\""))),
            Node::Bool(value) => text.push_str(if *value { "TRUE" } else { "FALSE" }),
            Node::Unset => text.push_str("BLANK()"),
            Node::Path(path) => text.push_str(&chip(&self.naming.titles(path)?)),
            Node::Not(inner) => match &**inner {
                Node::Call(name, arguments) if name == "is_set" => self.call("ISBLANK", arguments, text)?,
                other => self.call(NOT, std::slice::from_ref(other), text)?,
            },
            Node::Negate(inner) => {
                text.push('-');
                self.write(inner, UNARY, text)?;
            }
            Node::Binary(operator, left, right) => self.operation(*operator, node, (left, right), least, text)?,
            Node::List(items) => {
                text.push('{');
                self.all(items, text)?;
                text.push('}');
            }
            Node::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("is_set", [_]) => {
                    text.push_str("NOT(");
                    self.call("ISBLANK", arguments, text)?;
                    text.push(')');
                }
                ("days_between", [from, to]) => self.call("DAYS", &[to.clone(), from.clone()], text)?,
                ("setting", [Node::Text(key)]) => match self.naming.setting(key) {
                    Some(titles) => text.push_str(&chip(&titles)),
                    None => self.call("SETTING", arguments, text)?,
                },
                (name, _) => {
                    let known = SAME.iter().find(|(_, function)| *function == name && name != "%")?.0;
                    match self.gathered(name, arguments) {
                        Some(column) => text.push_str(&format!("{known}({column})")),
                        None => self.call(known, arguments, text)?,
                    }
                }
            },
        }
        Some(())
    }

    /// The chip of the column of lines that a function gathers.
    fn gathered(&self, function: &str, arguments: &[Node]) -> Option<String> {
        let [Node::Path(lines), Node::Text(column)] = arguments else { return None };
        let mut path = lines.clone();
        path.push(column.clone());
        let titles = self.naming.titles(&path).filter(|_| GATHERING.contains(&function))?;
        Some(chip(&titles))
    }

    fn operation(
        &self,
        operator: Binary,
        node: &Node,
        (left, right): (&Node, &Node),
        least: u8,
        text: &mut String,
    ) -> Option<()> {
        if let Some((name, _)) = JOINING.iter().find(|(_, joining)| *joining == operator) {
            let parts: Vec<Node> = node.parts(operator).into_iter().cloned().collect();
            return self.call(name, &parts, text);
        }
        let (symbol, own) = match operator {
            Binary::Remainder => return self.call("MOD", &[left.clone(), right.clone()], text),
            Binary::Equal => ("=", 10),
            Binary::NotEqual => ("<>", 10),
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => (operator.symbol(), 10),
            Binary::Add | Binary::Subtract => (operator.symbol(), 30),
            _ => (operator.symbol(), 40),
        };
        if own < least {
            text.push('(');
        }
        let title = |path: &Node, value: &Node| match (path, value) {
            (Node::Path(path), Node::Text(value)) => self.naming.option(path, value).map(Node::Text),
            _ => None,
        };
        let comparing = matches!(operator, Binary::Equal | Binary::NotEqual);
        let (of_left, of_right) = if comparing { (title(right, left), title(left, right)) } else { (None, None) };
        self.write(of_left.as_ref().unwrap_or(left), own, text)?;
        text.push_str(&format!(" {symbol} "));
        self.write(of_right.as_ref().unwrap_or(right), own + 1, text)?;
        if own < least {
            text.push(')');
        }
        Some(())
    }

    fn call(&self, name: &str, arguments: &[Node], text: &mut String) -> Option<()> {
        text.push_str(name);
        text.push('(');
        self.all(arguments, text)?;
        text.push(')');
        Some(())
    }

    fn all(&self, nodes: &[Node], text: &mut String) -> Option<()> {
        for (place, node) in nodes.iter().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            self.write(node, 0, text)?;
        }
        Some(())
    }
}

/// Titles as a chip.
fn chip(titles: &[String]) -> String {
    let escaped = titles.iter().map(|title| {
        let mut text = String::new();
        for letter in title.chars() {
            if matches!(letter, '.' | ']' | '】' | '\\') {
                text.push('\\');
            }
            text.push(letter);
        }
        text
    });
    format!("[{}]", escaped.collect::<Vec<_>>().join("."))
}
