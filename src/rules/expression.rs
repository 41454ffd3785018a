//! One compiled rule: what it reads, and its evaluation over a record.

use super::{
    engine,
    error::{Fault, RuleCode, RuleError, from_evaluation},
    inputs::Inputs,
    program::Shared,
    rewrite::Found,
    value::{from_dynamic, kind, to_dynamic},
};
use crate::base::{time::Timestamp, value::Value};
use indexmap::IndexMap;
use jiff::civil::Date;
use rhai::{AST, Caches, Dynamic, Scope};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// What an expression reads, by name as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// Dotted paths: `amount`, `line.qty`, `item.cost`, `record.place.name`. Extra variables are among them, the user is not.
    pub fields: BTreeSet<String>,
    /// Settings of the app, those of the shared functions it calls included.
    pub settings: BTreeSet<String>,
    /// Lines and column of `sum(lines, "amount")`.
    pub aggregated: BTreeSet<(String, String)>,
    /// Paths that are read as values, not only through a column of lines.
    pub whole: BTreeSet<String>,
}

/// A compiled expression. Cheap to clone; evaluations on several threads may share it.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

struct Inner {
    source: String,
    shared: Arc<Shared>,
    ast: AST,
    found: Found,
    references: References,
}

/// What functions without arguments read: today, now and the settings the expression names.
#[derive(Clone)]
pub(super) struct Ambient {
    pub today: Date,
    pub now: Timestamp,
    pub settings: IndexMap<String, Dynamic>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.inner.source).finish()
    }
}

impl Expression {
    pub(super) fn new(source: &str, shared: Arc<Shared>, ast: AST, found: Found) -> Self {
        let mut references = found.references();
        if found.calls.iter().any(|name| shared.arities(name).is_some()) {
            references.settings.extend(shared.settings.iter().cloned());
        }
        Self { inner: Arc::new(Inner { source: source.to_owned(), shared, ast, found, references }) }
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    #[must_use]
    pub fn references(&self) -> &References {
        &self.inner.references
    }

    pub(super) fn found(&self) -> &Found {
        &self.inner.found
    }

    /// The value of the expression; an unset result is `Unset`.
    ///
    /// # Errors
    /// [`RuleError`] where a rule of this module is broken, with the title of the field at fault.
    pub fn evaluate(&self, inputs: &Inputs) -> Result<Value, RuleError> {
        self.run(inputs).and_then(|result| from_dynamic(&result)).map_err(|fault| self.explain(fault, inputs))
    }

    /// Whether the condition holds.
    ///
    /// # Errors
    /// As [`Expression::evaluate`]; `unset_value` or `type_mismatch` where the result is not true or false.
    pub fn condition(&self, inputs: &Inputs) -> Result<bool, RuleError> {
        let truth = self.run(inputs).and_then(|result| match result.as_bool() {
            Ok(truth) => Ok(truth),
            Err(_) if result.is_unit() => Err(Fault::unset(&result)),
            Err(_) => {
                let found = kind(&result);
                Err(Fault::new(RuleCode::TypeMismatch, format!("a condition is true or false, not {found}"))
                    .with("right", found))
            }
        });
        truth.map_err(|fault| self.explain(fault, inputs))
    }

    fn run(&self, inputs: &Inputs) -> Result<Dynamic, Fault> {
        let Inner { shared, ast, found, references, .. } = &*self.inner;
        let mut scope = Scope::new();
        for (index, path) in found.paths.iter().enumerate() {
            // The expression knows its variables by place, so the scope needs no names.
            let bound = inputs.bind(path, tag_of(index)).map_err(|fault| fault.at(path.position))?;
            scope.push_constant_dynamic("", bound);
        }
        let mut global = shared.engine.new_global_runtime_state();
        if !shared.functions_are_empty() {
            global.lib.push(shared.functions.shared_lib().clone());
        }
        if found.ambient {
            let context = inputs.context;
            let settings = references
                .settings
                .iter()
                .filter_map(|key| context.settings.get(key).map(|value| (key.clone(), to_dynamic(value, false, 0))));
            global.tag =
                Dynamic::from(Ambient { today: context.today, now: context.now, settings: settings.collect() });
        }
        engine::begin(inputs.context.limits);
        // The only call that takes a runtime state of our own, and with it the ambient values, without a copy of the tree.
        #[allow(deprecated)]
        let result = shared.engine.eval_statements_raw(&mut global, &mut Caches::new(), &mut scope, ast.statements());
        result.map_err(|error| from_evaluation(*error))
    }

    /// Adds the title of the field whose value was not filled in.
    fn explain(&self, fault: Fault, inputs: &Inputs) -> RuleError {
        let mut error = fault.error;
        if error.code != RuleCode::UnsetValue {
            return error;
        }
        let found = &self.inner.found;
        let by_place = || {
            let place = |position: rhai::Position| (position.line().unwrap_or(0), position.position().unwrap_or(0));
            found
                .places
                .iter()
                .find(|(position, _)| place(*position) == (error.line, error.column))
                .map(|(_, index)| *index)
        };
        let index = usize::try_from(fault.origin).ok().and_then(|tag| tag.checked_sub(1)).or_else(by_place);
        if let Some(path) = index.and_then(|index| found.paths.get(index)) {
            let title = inputs.title(&path.segments);
            error.message = format!("\"{title}\" is not filled in");
            error.field = Some(title);
            if error.line == 0 {
                error = error.at(path.position);
            }
        }
        error
    }
}

/// The tag of unset values of the path at this index; 0 means no path.
fn tag_of(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(0)
}
