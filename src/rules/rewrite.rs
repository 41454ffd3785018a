//! From rhai's syntax tree to one that is quick to evaluate: every dotted path becomes one variable at a known place of the
//! scope, `iff` becomes a condition that evaluates one side only, and whatever is no expression is refused.

use super::{
    error::{RuleCode, RuleError},
    expression::References,
    functions::{self, AGGREGATES, IFF},
    operators,
};
use rhai::{Expr, FlowControl, FnCallExpr, Position, Stmt, StmtBlock};
use std::num::{NonZeroU8, NonZeroUsize};

/// A path as it is written, with its first place in the text.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub text: String,
    pub segments: Vec<String>,
    pub position: Position,
    /// Lines are read as a whole, not only through named columns.
    pub whole: bool,
    /// The columns of lines that are read.
    pub columns: Vec<String>,
}

/// What an expression reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub paths: Vec<Path>,
    /// Every place of a path in the text, for failures that rhai reports by place only.
    pub places: Vec<(Position, usize)>,
    pub settings: Vec<(String, Position)>,
    /// `today`, `now`, `setting` or a function of the app is called.
    pub ambient: bool,
    pub calls: Vec<String>,
}

impl Found {
    fn path(&mut self, segments: Vec<String>, position: Position) -> &mut Path {
        let text = segments.join(".");
        let index = match self.paths.iter().position(|path| path.text == text) {
            Some(index) => index,
            None => {
                self.paths.push(Path { text, segments, position, whole: false, columns: Vec::new() });
                self.paths.len() - 1
            }
        };
        self.places.push((position, index));
        &mut self.paths[index]
    }

    pub fn references(&self) -> References {
        let mut references = References::default();
        for path in &self.paths {
            if path.segments[0] != "user" {
                references.fields.insert(path.text.clone());
            }
            references.aggregated.extend(path.columns.iter().map(|column| (path.text.clone(), column.clone())));
            if path.whole {
                references.whole.insert(path.text.clone());
            }
        }
        references.settings = self.settings.iter().map(|(key, _)| key.clone()).collect();
        references
    }
}

/// Collects what the expression reads and refuses what is none. `known` names the functions of the app.
pub(super) fn collect(
    expr: &Expr,
    known: &dyn Fn(&str) -> Option<Vec<usize>>,
    found: &mut Found,
) -> Result<(), RuleError> {
    match expr {
        Expr::BoolConstant(..)
        | Expr::IntegerConstant(..)
        | Expr::StringConstant(..)
        | Expr::CharConstant(..)
        | Expr::Unit(_) => Ok(()),
        Expr::DynamicConstant(value, _) if value.is_decimal() => Ok(()),
        Expr::Variable(..) | Expr::Dot(..) => {
            let segments = segments(expr)?;
            found.path(segments, expr.start_position()).whole = true;
            Ok(())
        }
        Expr::And(sides, _) | Expr::Or(sides, _) | Expr::Coalesce(sides, _) => {
            sides.iter().try_for_each(|side| collect(side, known, found))
        }
        Expr::Array(items, _) => items.iter().try_for_each(|item| collect(item, known, found)),
        Expr::FnCall(call, position) => collect_call(call, *position, known, found),
        other => Err(refused(other)),
    }
}

fn collect_call(
    call: &FnCallExpr,
    position: Position,
    known: &dyn Fn(&str) -> Option<Vec<usize>>,
    found: &mut Found,
) -> Result<(), RuleError> {
    let name = call.name.as_str();
    if call.op_token.is_some() && !operators::has(name) && name != "contains" {
        let message = format!("expressions have no operator {name}");
        return Err(RuleError::new(RuleCode::Syntax, message).at(position));
    }
    if call.op_token.is_none() {
        check_call(name, call.args.len(), known).map_err(|error| error.at(position))?;
        found.calls.push(name.to_owned());
        found.ambient |= matches!(name, "today" | "now" | "setting") || functions::named(name).is_none();
    }
    if name == "setting" {
        let [Expr::StringConstant(key, _)] = call.args.as_slice() else {
            return Err(
                RuleError::new(RuleCode::Syntax, "the key of a setting is written out: setting(\"key\")").at(position)
            );
        };
        found.settings.push((key.to_string(), position));
    }
    let rest = match aggregate(call) {
        None => call.args.as_slice(),
        Some((lines, column)) => {
            let path = found.path(segments(lines)?, lines.start_position());
            match column {
                None if name == "count" => {}
                None => {
                    return Err(RuleError::new(
                        RuleCode::Syntax,
                        format!("the column is written out: {name}(lines, \"column\")"),
                    )
                    .at(position));
                }
                Some(column) if !path.columns.iter().any(|known| known == column) => {
                    path.columns.push(column.to_owned())
                }
                Some(_) => {}
            }
            &[]
        }
    };
    rest.iter().try_for_each(|argument| collect(argument, known, found))
}

/// The lines and the column of `sum(lines, "amount")`; nothing for another call. The column is nothing where none is written out.
fn aggregate(call: &FnCallExpr) -> Option<(&Expr, Option<&str>)> {
    let name = call.name.as_str();
    let lines = call.args.first().filter(|first| matches!(first, Expr::Variable(..) | Expr::Dot(..)))?;
    if call.op_token.is_some() || !AGGREGATES.contains(&name) {
        return None;
    }
    match call.args.get(1) {
        Some(Expr::StringConstant(column, _)) if call.args.len() == 2 => Some((lines, Some(column.as_str()))),
        // The least and greatest of several values, not of a column.
        _ if matches!(name, "min" | "max") => None,
        _ => Some((lines, None)),
    }
}

/// Whether a function of that name takes so many arguments.
pub(super) fn check_call(
    name: &str,
    arguments: usize,
    known: &dyn Fn(&str) -> Option<Vec<usize>>,
) -> Result<(), RuleError> {
    let fits = match (functions::named(name), known(name)) {
        (Some(function), _) => (function.arity.0..=function.arity.1).contains(&arguments),
        (None, Some(arities)) => arities.contains(&arguments),
        (None, None) => {
            let names = functions::FUNCTIONS.iter().map(|function| function.name);
            return Err(RuleError::unknown("function", name, names));
        }
    };
    if fits {
        return Ok(());
    }
    let form = functions::named(name).map_or_else(|| format!("{name}(…)"), |function| function.forms.join(" or "));
    let message = format!("{name} does not take {arguments} arguments; write {form}");
    Err(RuleError::new(RuleCode::Syntax, message).with("function", name))
}

/// The names of a path: `record.place.name`.
fn segments(expr: &Expr) -> Result<Vec<String>, RuleError> {
    match expr {
        Expr::Variable(variable, ..) => Ok(vec![variable.1.to_string()]),
        Expr::Property(property, _) => Ok(vec![property.2.to_string()]),
        Expr::Dot(pair, ..) => {
            let mut names = segments(&pair.lhs)?;
            names.extend(segments(&pair.rhs)?);
            Ok(names)
        }
        other => Err(refused(other)),
    }
}

fn refused(expr: &Expr) -> RuleError {
    let message = match expr {
        Expr::MethodCall(call, _) => format!("write {0}(x) instead of x.{0}()", call.name),
        Expr::Index(..) => "expressions have no […]; name the field after a dot".to_owned(),
        Expr::InterpolatedString(..) => "join texts with + instead of `${…}`".to_owned(),
        Expr::Map(..) => "expressions have no object maps".to_owned(),
        Expr::Stmt(..) => "write iff(condition, a, b) instead of if … { } else { }".to_owned(),
        _ => "this is not part of an expression".to_owned(),
    };
    RuleError::new(RuleCode::Syntax, message).at(expr.start_position())
}

/// Rewrites in place what [`collect`] accepted.
pub(super) fn rewrite(expr: &mut Expr, found: &Found) {
    match expr {
        Expr::Variable(..) | Expr::Dot(..) => {
            let Ok(segments) = segments(expr) else { return };
            let text = segments.join(".");
            if let Some(index) = found.paths.iter().position(|path| path.text == text) {
                *expr = variable(text, found.paths.len() - index, expr.start_position());
            }
        }
        Expr::And(sides, _) | Expr::Or(sides, _) | Expr::Coalesce(sides, _) => {
            sides.iter_mut().for_each(|side| rewrite(side, found));
        }
        Expr::Array(items, _) => items.iter_mut().for_each(|item| rewrite(item, found)),
        Expr::FnCall(call, position) => {
            call.args.iter_mut().for_each(|argument| rewrite(argument, found));
            if call.name.as_str() == IFF && call.op_token.is_none() {
                *expr = condition(call, *position);
            }
        }
        _ => {}
    }
}

/// A variable at a distance from the end of the scope, so that it is not searched by name.
fn variable(name: String, distance: usize, position: Position) -> Expr {
    let short = u8::try_from(distance).ok().and_then(NonZeroU8::new);
    let long = if short.is_some() { None } else { NonZeroUsize::new(distance) };
    Expr::Variable(Box::new((long, name.into())), short, position)
}

/// `if condition { a } else { b }`.
fn condition(call: &mut FnCallExpr, position: Position) -> Expr {
    let mut arguments = std::mem::take(&mut call.args).into_iter();
    let mut next = || arguments.next().unwrap_or_default();
    let (expr, body, branch) = (next(), next(), next());
    let block = |side: Expr| {
        let place = side.start_position();
        StmtBlock::new([Stmt::Expr(Box::new(side))], place, place)
    };
    let flow = FlowControl { expr, body: block(body), branch: block(branch) };
    Expr::Stmt(Box::new(StmtBlock::new([Stmt::If(Box::new(flow), position)], position, position)))
}
