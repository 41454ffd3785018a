//! What can go wrong with a rule: a stable code, an English sentence, the place, and the figures a translation needs.

use crate::base::error::{FieldError, Params};
use rhai::{Dynamic, EvalAltResult, ParseError, Position};
use serde::Serialize;
use std::fmt;

/// The kinds of failure. The word is stable and also the key of the message (`rule_` in front).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleCode {
    /// The text is not an expression, or uses what expressions do not have.
    Syntax,
    /// A value that is not filled in was compared or computed with.
    UnsetValue,
    /// Kinds of values that do not go together: a text and a number.
    TypeMismatch,
    DivisionByZero,
    /// Too many operations, too much time, too much data.
    Limit,
    /// No such field, variable or function.
    UnknownName,
    UnknownSetting,
    /// Computed fields that need each other.
    Cycle,
    /// Anything else, including what a shared function throws.
    Failed,
}

impl RuleCode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnsetValue => "unset_value",
            Self::TypeMismatch => "type_mismatch",
            Self::DivisionByZero => "division_by_zero",
            Self::Limit => "limit",
            Self::UnknownName => "unknown_name",
            Self::UnknownSetting => "unknown_setting",
            Self::Cycle => "cycle",
            Self::Failed => "failed",
        }
    }
}

/// A rule that could not be compiled or evaluated.
///
/// `line` and `column` count from 1 and are 0 where the place is not known. `field` is the title of the field at fault.
/// `params` carries the figures of the message: `name`, `near`, `left`, `right`, `operator`, `function`, `file`, `chain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct RuleError {
    pub code: RuleCode,
    pub message: String,
    pub line: usize,
    pub column: usize,
    pub field: Option<String>,
    pub params: Box<Params>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl RuleError {
    pub(super) fn new(code: RuleCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), line: 0, column: 0, field: None, params: Box::default() }
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    pub(super) fn at(mut self, position: Position) -> Self {
        self.line = position.line().unwrap_or(0);
        self.column = position.position().unwrap_or(0);
        self
    }

    /// An unknown name, with the nearest of the names that exist.
    pub(super) fn unknown<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let error = Self::new(RuleCode::UnknownName, format!("there is no {kind} \"{name}\"")).with("name", name);
        match crate::base::key::nearest(name, known) {
            Some(near) => {
                let message = format!("{}; did you mean \"{near}\"?", error.message);
                Self { message, ..error.with("near", near) }
            }
            None => error,
        }
    }

    /// The error as one of a field: the code, with the title and the English detail as figures.
    #[must_use]
    pub fn at_field(&self, path: impl Into<String>) -> FieldError {
        let mut error = FieldError::new(path, self.code.as_str()).with("detail", self);
        if let Some(title) = &self.field {
            error = error.with("field", title);
        }
        for (name, value) in self.params.iter() {
            error = error.with(name, value);
        }
        error
    }
}

/// What a function or operator of ours raises inside rhai; `origin` is the tag of the unset value at fault, 0 for none.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub error: RuleError,
    pub origin: i32,
}

impl Fault {
    pub fn new(code: RuleCode, message: impl Into<String>) -> Self {
        Self { error: RuleError::new(code, message), origin: 0 }
    }

    pub fn with(self, name: &str, value: impl ToString) -> Self {
        Self { error: self.error.with(name, value), origin: self.origin }
    }

    pub fn at(self, position: Position) -> Self {
        Self { error: self.error.at(position), origin: self.origin }
    }

    pub fn unset(value: &Dynamic) -> Self {
        Self { origin: value.tag(), ..Self::new(RuleCode::UnsetValue, "a value is not filled in") }
    }
}

impl From<Fault> for Box<EvalAltResult> {
    fn from(fault: Fault) -> Self {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(fault), Position::NONE))
    }
}

/// The error of a text that rhai cannot parse.
pub(super) fn from_parse(error: &ParseError) -> RuleError {
    RuleError::new(RuleCode::Syntax, error.err_type().to_string()).at(error.position())
}

/// The error of an evaluation, and the tag of the unset value at fault.
pub(super) fn from_evaluation(error: EvalAltResult) -> Fault {
    use EvalAltResult as Rhai;
    let position = error.position();
    let mut fault = match error {
        // The innermost failure says what happened; a function of the app around it says only where it was called.
        Rhai::ErrorInFunctionCall(name, _, inner, _) => from_evaluation(*inner).with("function", name),
        Rhai::ErrorRuntime(token, _) => match token.try_cast_result::<Fault>() {
            Ok(fault) => fault,
            Err(thrown) => Fault::new(RuleCode::Failed, thrown.to_string()),
        },
        Rhai::ErrorMismatchDataType(wanted, found, _) | Rhai::ErrorMismatchOutputType(wanted, found, _) => {
            if found == "()" {
                Fault::new(RuleCode::UnsetValue, "a value is not filled in")
            } else {
                Fault::new(RuleCode::TypeMismatch, format!("{wanted} was expected, not {found}"))
                    .with("left", wanted)
                    .with("right", found)
            }
        }
        Rhai::ErrorTooManyOperations(_) | Rhai::ErrorTerminated(..) | Rhai::ErrorStackOverflow(_) => {
            Fault::new(RuleCode::Limit, "the rule takes too long")
        }
        Rhai::ErrorDataTooLarge(..) | Rhai::ErrorTooManyVariables(_) => {
            Fault::new(RuleCode::Limit, "the rule makes too much data")
        }
        Rhai::ErrorVariableNotFound(name, _)
        | Rhai::ErrorFunctionNotFound(name, _)
        | Rhai::ErrorPropertyNotFound(name, _)
        | Rhai::ErrorDotExpr(name, _) => {
            Fault::new(RuleCode::UnknownName, format!("unknown: {name}")).with("name", name)
        }
        other => Fault::new(RuleCode::Failed, other.to_string()),
    };
    if fault.error.line == 0 {
        fault.error = fault.error.at(position);
    }
    fault
}
