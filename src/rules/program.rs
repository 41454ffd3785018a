//! The shared functions of an app, and the compiler of its expressions.

use super::{
    engine,
    error::{RuleCode, RuleError, from_parse},
    expression::Expression,
    functions,
    rewrite::{self, Found, check_call},
};
use indexmap::IndexMap;
use rhai::{AST, ASTNode, Engine, Expr, Stmt};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The longest expression in characters.
const LONGEST: usize = 4_000;

/// The functions that an app's rules share. Cheap to clone; usable from any thread.
#[derive(Clone)]
pub struct Program {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub engine: Engine,
    pub functions: AST,
    /// How many arguments each function of the app takes, once for each of its forms.
    arities: BTreeMap<String, Vec<usize>>,
    /// The settings that the functions read.
    pub settings: BTreeSet<String>,
}

impl Shared {
    pub fn arities(&self, name: &str) -> Option<Vec<usize>> {
        self.arities.get(name).cloned()
    }

    pub fn functions_are_empty(&self) -> bool {
        self.arities.is_empty()
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("functions", &self.shared.arities).finish()
    }
}

impl Program {
    /// Compiles the shared functions, given as source by file name.
    ///
    /// # Errors
    /// The first [`RuleError`], with `file` among its figures.
    pub fn compile(functions: &IndexMap<String, String>) -> Result<Self, RuleError> {
        let engine = engine::engine();
        let mut merged = AST::empty();
        let mut arities: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut sources = Vec::new();
        for (file, source) in functions {
            let in_file = |error: RuleError| error.with("file", file);
            let ast = engine.compile(source).map_err(|error| in_file(from_parse(&error)))?;
            if let Some(statement) = ast.statements().iter().find(|statement| !matches!(statement, Stmt::Noop(_))) {
                let error =
                    RuleError::new(RuleCode::Syntax, "a file of rules holds functions only: fn name(a, b) { … }");
                return Err(in_file(error.at(statement.position())));
            }
            for function in ast.iter_functions() {
                let known = arities.entry(function.name.to_owned()).or_default();
                if functions::named(function.name).is_some() || known.contains(&function.params.len()) {
                    let message = format!("there is already a function \"{}\"", function.name);
                    return Err(in_file(RuleError::new(RuleCode::Syntax, message).with("function", function.name)));
                }
                known.push(function.params.len());
            }
            merged = merged.merge(&ast);
            sources.push((file, ast));
        }
        let mut shared = Shared { engine, functions: merged, arities, settings: BTreeSet::new() };
        for (file, ast) in &sources {
            let settings = check_bodies(ast, &shared).map_err(|error| error.with("file", file))?;
            shared.settings.extend(settings);
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Compiles an expression: no statements, no loops, no assignments, no closures.
    ///
    /// # Errors
    /// `syntax` with the place, or `unknown_name` for a function that does not exist. Names of fields are judged by
    /// [`Expression::unknown_names`], which knows the table.
    pub fn expression(&self, source: &str) -> Result<Expression, RuleError> {
        if source.trim().is_empty() {
            return Err(RuleError::new(RuleCode::Syntax, "the expression is empty"));
        }
        if source.chars().count() > LONGEST {
            let message = format!("an expression has at most {LONGEST} characters; move parts into a shared function");
            return Err(RuleError::new(RuleCode::Limit, message));
        }
        let ast = self.shared.engine.compile_expression(source).map_err(|error| from_parse(&error))?;
        let [Stmt::Expr(parsed)] = ast.statements() else {
            return Err(RuleError::new(RuleCode::Syntax, "this is not an expression"));
        };
        if ast.has_functions() {
            return Err(RuleError::new(RuleCode::Syntax, "an expression cannot define functions"));
        }
        let mut parsed: Expr = (**parsed).clone();
        let mut found = Found::default();
        let shared = Arc::clone(&self.shared);
        rewrite::collect(&parsed, &|name| shared.arities(name), &mut found)?;
        rewrite::rewrite(&mut parsed, &found);
        let ast = AST::new([Stmt::Expr(Box::new(parsed))], rhai::Module::new());
        Ok(Expression::new(source, shared, ast, found))
    }
}

/// The settings that the functions of a file read, once every call in them is known to exist.
fn check_bodies(ast: &AST, shared: &Shared) -> Result<BTreeSet<String>, RuleError> {
    let mut settings = BTreeSet::new();
    let mut failure = None;
    ast.walk(&mut |nodes: &[ASTNode]| {
        let call = match nodes.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position))) => Some((call, *position, 0)),
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => Some((call, *position, 1)),
            Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => Some((call, *position, 0)),
            _ => None,
        };
        let Some((call, position, receiver)) = call.filter(|(call, ..)| call.op_token.is_none()) else {
            return true;
        };
        let name = call.name.as_str();
        let checked = if name == functions::IFF {
            Err(RuleError::new(RuleCode::Syntax, "write if … { … } else { … } inside a function"))
        } else {
            check_call(name, call.args.len() + receiver, &|name| shared.arities(name))
        };
        match (checked, call.args.first()) {
            (Err(error), _) => failure = Some(error.at(position)),
            (Ok(()), Some(Expr::StringConstant(key, _))) if name == "setting" => {
                settings.insert(key.to_string());
            }
            (Ok(()), _) if name == "setting" => {
                let error = RuleError::new(RuleCode::Syntax, "the key of a setting is written out: setting(\"key\")");
                failure = Some(error.at(position));
            }
            _ => {}
        }
        failure.is_none()
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(settings),
    }
}
