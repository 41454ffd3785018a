//! The operators of rules, one meaning each for every pair of kinds. rhai's own are switched off: they divide whole numbers
//! into whole numbers and call values of different types silently unequal.

use super::{
    error::{Fault, RuleCode},
    value::{Day, Linked, Moment, TimeOfDay, get, kind, number, show, text},
};
use jiff::{Span, civil::Date};
use rhai::{Dynamic, Engine, ImmutableString};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::{any::TypeId, cmp::Ordering};

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

use Operator::{
    Add, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Multiply, NotEqual, Remainder, Subtract,
};

const ALL: [Operator; 11] =
    [Add, Subtract, Multiply, Divide, Remainder, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual];

impl Operator {
    pub const fn symbol(self) -> &'static str {
        match self {
            Add => "+",
            Subtract => "-",
            Multiply => "*",
            Divide => "/",
            Remainder => "%",
            Equal => "==",
            NotEqual => "!=",
            Less => "<",
            LessOrEqual => "<=",
            Greater => ">",
            GreaterOrEqual => ">=",
        }
    }

    const fn assignment(self) -> Option<&'static str> {
        match self {
            Add => Some("+="),
            Subtract => Some("-="),
            Multiply => Some("*="),
            Divide => Some("/="),
            Remainder => Some("%="),
            _ => None,
        }
    }

    const fn is_arithmetic(self) -> bool {
        self.assignment().is_some()
    }
}

/// Symbols of rhai that have no meaning of ours and would bring back its own.
const WITHOUT: [&str; 17] =
    ["**", "**=", "<<", "<<=", ">>", ">>=", "&", "&=", "|", "|=", "^", "^=", "?.", "?[", "switch", "call", "curry"];

pub(super) fn register(engine: &mut Engine) {
    let anything = TypeId::of::<Dynamic>();
    // The exact pairs are only a shortcut: rhai finds them at once, while a wildcard costs it three failed look-ups.
    let [whole, decimal, words, day] =
        [TypeId::of::<rhai::INT>(), TypeId::of::<Decimal>(), TypeId::of::<ImmutableString>(), TypeId::of::<Day>()];
    let pairs = [
        [anything, anything],
        [decimal, decimal],
        [decimal, whole],
        [whole, decimal],
        [whole, whole],
        [words, words],
        [day, day],
    ];
    for operator in ALL {
        for pair in pairs {
            engine
                .register_raw_fn(operator.symbol(), pair, move |_, values| Ok(apply(operator, values[0], values[1])?));
        }
        if let Some(symbol) = operator.assignment() {
            engine.register_raw_fn(symbol, [anything, anything], move |_, values| {
                let result = apply(operator, values[0], values[1])?;
                *values[0] = result;
                Ok(Dynamic::UNIT)
            });
        }
    }
    engine.register_raw_fn("-", [anything], |_, values| Ok(negate(values[0])?));
    engine.register_raw_fn("!", [anything], |_, values| Ok(not(values[0])?));
    for symbol in WITHOUT {
        engine.disable_symbol(symbol);
    }
}

/// Whether expressions have this operator.
pub(super) fn has(symbol: &str) -> bool {
    symbol == "!" || ALL.iter().any(|operator| operator.symbol() == symbol)
}

/// The result of `left operator right`.
pub(super) fn apply(operator: Operator, left: &Dynamic, right: &Dynamic) -> Result<Dynamic, Fault> {
    if left.is_unit() {
        return Err(Fault::unset(left));
    }
    if right.is_unit() {
        return Err(Fault::unset(right));
    }
    let result = if operator.is_arithmetic() {
        compute(operator, left, right)?
    } else {
        compare(operator, left, right).map(Dynamic::from)
    };
    result.ok_or_else(|| mismatch(operator, left, right))
}

fn mismatch(operator: Operator, left: &Dynamic, right: &Dynamic) -> Fault {
    let symbol = operator.symbol();
    let (left, right) = (kind(left), kind(right));
    Fault::new(RuleCode::TypeMismatch, format!("{left} {symbol} {right} has no meaning"))
        .with("operator", symbol)
        .with("left", left)
        .with("right", right)
}

/// Nothing where the kinds do not compare.
fn compare(operator: Operator, left: &Dynamic, right: &Dynamic) -> Option<bool> {
    // A link compares with a link, and with the id itself; never by size.
    if left.is::<Linked>() || right.is::<Linked>() {
        let (left, right) = (identity(left)?, identity(right)?);
        return match operator {
            Equal => Some(left == right),
            NotEqual => Some(left != right),
            _ => None,
        };
    }
    if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        return match operator {
            Equal => Some(left == right),
            NotEqual => Some(left != right),
            _ => None,
        };
    }
    let order = order(left, right)?;
    Some(match operator {
        Equal => order == Ordering::Equal,
        NotEqual => order != Ordering::Equal,
        Less => order == Ordering::Less,
        LessOrEqual => order != Ordering::Greater,
        Greater => order == Ordering::Greater,
        GreaterOrEqual => order != Ordering::Less,
        _ => return None,
    })
}

fn identity(value: &Dynamic) -> Option<Decimal> {
    get::<Linked>(value).map(|link| Decimal::from(link.0)).or_else(|| number(value))
}

/// The order of two values of the same kind; numbers, texts by code point, dates, times, moments.
pub(super) fn order(left: &Dynamic, right: &Dynamic) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (text(left), text(right)) {
        return Some(left.as_str().cmp(right.as_str()));
    }
    same::<Day>(left, right).or_else(|| same::<TimeOfDay>(left, right)).or_else(|| same::<Moment>(left, right))
}

fn same<T: Ord + Clone + 'static>(left: &Dynamic, right: &Dynamic) -> Option<Ordering> {
    Some(get::<T>(left)?.cmp(&get::<T>(right)?))
}

/// Nothing where the kinds do not compute.
fn compute(operator: Operator, left: &Dynamic, right: &Dynamic) -> Result<Option<Dynamic>, Fault> {
    // Whole numbers stay whole where that is exact, so that a shared function can count and index with them.
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        let whole = match operator {
            Add => left.checked_add(right),
            Subtract => left.checked_sub(right),
            Multiply => left.checked_mul(right),
            _ => None,
        };
        if let Some(whole) = whole {
            return Ok(Some(whole.into()));
        }
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return calculate(operator, left, right).map(|result| Some(result.into()));
    }
    if let Some(day) = get::<Day>(left) {
        return Ok(match (operator, get::<Day>(right), number(right)) {
            (Subtract, Some(other), _) => Some(days_between(other.0, day.0)?.into()),
            (Subtract, _, Some(days)) => Some(Dynamic::from(Day(plus_days(day.0, -days)?))),
            (Add, _, Some(days)) => Some(Dynamic::from(Day(plus_days(day.0, days)?))),
            _ => None,
        });
    }
    if let (Add, Some(day), Some(days)) = (operator, get::<Day>(right), number(left)) {
        return Ok(Some(Dynamic::from(Day(plus_days(day.0, days)?))));
    }
    let joins = operator == Add && (text(left).is_some() || text(right).is_some());
    Ok(match (joins, show(left), show(right)) {
        (true, Some(left), Some(right)) => Some(format!("{left}{right}").into()),
        _ => None,
    })
}

fn calculate(operator: Operator, left: Decimal, right: Decimal) -> Result<Decimal, Fault> {
    if matches!(operator, Divide | Remainder) && right.is_zero() {
        return Err(Fault::new(RuleCode::DivisionByZero, "a number is divided by zero"));
    }
    let result = match operator {
        Add => left.checked_add(right),
        Subtract => left.checked_sub(right),
        Multiply => left.checked_mul(right),
        Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.ok_or_else(too_large)
}

pub(super) fn too_large() -> Fault {
    Fault::new(RuleCode::Limit, "the number is too large")
}

/// The date so many whole days later.
fn plus_days(date: Date, days: Decimal) -> Result<Date, Fault> {
    let whole = Some(days)
        .filter(|days| days.fract().is_zero())
        .and_then(|days| days.to_i64())
        .ok_or_else(|| Fault::new(RuleCode::TypeMismatch, format!("{days} is not a number of whole days")))?;
    Span::new()
        .try_days(whole)
        .and_then(|span| date.checked_add(span))
        .map_err(|_| Fault::new(RuleCode::Limit, "the date is out of range"))
}

/// Days from one date to another; negative when the second is earlier.
pub(super) fn days_between(from: Date, to: Date) -> Result<i64, Fault> {
    let span = to.since(from).map_err(|_| Fault::new(RuleCode::Limit, "the date is out of range"))?;
    Ok(i64::from(span.get_days()))
}

fn negate(value: &Dynamic) -> Result<Dynamic, Fault> {
    if value.is_unit() {
        return Err(Fault::unset(value));
    }
    if let Some(whole) = value.as_int().ok().and_then(i64::checked_neg) {
        return Ok(whole.into());
    }
    match number(value) {
        Some(number) => Ok((-number).into()),
        None => Err(Fault::new(RuleCode::TypeMismatch, format!("- {} has no meaning", kind(value)))),
    }
}

fn not(value: &Dynamic) -> Result<Dynamic, Fault> {
    if value.is_unit() {
        return Err(Fault::unset(value));
    }
    match value.as_bool() {
        Ok(truth) => Ok((!truth).into()),
        Err(_) => Err(Fault::new(RuleCode::TypeMismatch, format!("! {} has no meaning", kind(value)))),
    }
}
