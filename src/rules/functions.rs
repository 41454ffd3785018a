//! The functions of rules: one table from which the engine, the checks at compile time and the reference are made.

use super::{
    error::{Fault, RuleCode},
    expression::Ambient,
    operators::{Operator, apply, days_between, order, too_large},
    rmb::rmb_upper,
    value::{Day, Lines, Moment, get, kind, number, show, text, unset},
};
use crate::base::decimal::round_half_up;
use rhai::{Dynamic, Engine, NativeCallContext};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::{any::TypeId, cmp::Ordering};

/// One function as the reference tells it.
#[derive(Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    /// How it is written, one line for each way.
    pub forms: &'static [&'static str],
    /// What it does, in Chinese and in English.
    pub zh: &'static str,
    pub en: &'static str,
    /// Least and most arguments.
    pub arity: (usize, usize),
    run: Run,
}

type Run = fn(&NativeCallContext, &mut [&mut Dynamic]) -> Result<Dynamic, Fault>;

/// `iff` is not here: it must not evaluate the side that is not taken, so the compiler turns it into a condition.
pub(super) const IFF: &str = "iff";
/// The functions whose first argument may be lines and whose second is then the name of a column.
pub(super) const AGGREGATES: [&str; 5] = ["sum", "count", "min", "max", "avg"];

const fn function(
    name: &'static str,
    forms: &'static [&'static str],
    arity: (usize, usize),
    zh: &'static str,
    en: &'static str,
    run: Run,
) -> Function {
    Function { name, forms, zh, en, arity, run }
}

/// Every function, in the order of the reference.
pub static FUNCTIONS: &[Function] = &[
    function(
        "iff",
        &["iff(condition, a, b)"],
        (3, 3),
        "条件成立时取 a，否则取 b；只计算取用的一边",
        "a where the condition holds, else b; only that side is evaluated",
        eager_iff,
    ),
    function("is_set", &["is_set(a)"], (1, 1), "是否已填写", "whether the value is filled in", is_set),
    function(
        "sum",
        &["sum(lines, \"field\")"],
        (2, 2),
        "明细某列之和，跳过未填写的",
        "sum of a column of lines; unset cells are skipped",
        sum,
    ),
    function(
        "count",
        &["count(lines)"],
        (1, 1),
        "明细行数或列表个数",
        "number of lines, or of entries of a list",
        count,
    ),
    function(
        "avg",
        &["avg(lines, \"field\")"],
        (2, 2),
        "明细某列的平均值；都未填写时为空",
        "average of a column of lines; unset where no cell is set",
        avg,
    ),
    function(
        "min",
        &["min(a, b, …)", "min(lines, \"field\")"],
        (2, 8),
        "最小的值，或明细某列的最小值",
        "the least of the values, or of a column of lines",
        min,
    ),
    function(
        "max",
        &["max(a, b, …)", "max(lines, \"field\")"],
        (2, 8),
        "最大的值，或明细某列的最大值",
        "the greatest of the values, or of a column of lines",
        max,
    ),
    function(
        "round",
        &["round(x)", "round(x, places)"],
        (1, 2),
        "四舍五入到指定小数位",
        "rounded to so many places, halves away from zero",
        round,
    ),
    function("abs", &["abs(x)"], (1, 1), "绝对值", "the magnitude", abs),
    function("floor", &["floor(x)"], (1, 1), "不大于 x 的最大整数", "the whole number at or below x", floor),
    function("ceil", &["ceil(x)"], (1, 1), "不小于 x 的最小整数", "the whole number at or above x", ceil),
    function("len", &["len(text)"], (1, 1), "文字的字数", "number of characters of a text", len),
    function("upper", &["upper(text)"], (1, 1), "转为大写字母", "the text in capitals", upper),
    function("lower", &["lower(text)"], (1, 1), "转为小写字母", "the text in small letters", lower),
    function("trim", &["trim(text)"], (1, 1), "去掉首尾空白", "the text without blanks around it", trim),
    function(
        "contains",
        &["contains(text, part)", "contains(list, value)", "value in list"],
        (2, 2),
        "文字是否包含一段，列表是否包含一个值",
        "whether a text holds a part, or a list a value",
        contains,
    ),
    function(
        "starts_with",
        &["starts_with(text, part)"],
        (2, 2),
        "文字是否以一段开头",
        "whether a text begins with a part",
        starts_with,
    ),
    function("text", &["text(x)"], (1, 1), "数字或日期的文字", "a number or date as text", to_text),
    function("today", &["today()"], (0, 0), "今天（组织时区）", "today, in the organisation's time zone", today),
    function("now", &["now()"], (0, 0), "现在的时刻", "this point in time", now),
    function("year", &["year(date)"], (1, 1), "年", "the year of a date", year),
    function("month", &["month(date)"], (1, 1), "月，1 至 12", "the month of a date, 1 to 12", month),
    function("day", &["day(date)"], (1, 1), "日，1 至 31", "the day of a date, 1 to 31", day),
    function(
        "days_between",
        &["days_between(from, to)"],
        (2, 2),
        "从第一个日期到第二个日期的天数",
        "days from one date to another",
        between,
    ),
    function("setting", &["setting(\"key\")"], (1, 1), "应用设置的值", "the value of a setting of the app", setting),
    function(
        "rmb_upper",
        &["rmb_upper(amount)"],
        (1, 1),
        "人民币大写",
        "an amount of yuan in formal Chinese capitals",
        rmb,
    ),
];

/// The function of that name.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

pub(super) fn register(engine: &mut Engine) {
    for function in FUNCTIONS.iter().filter(|function| function.name != IFF) {
        for arguments in function.arity.0..=function.arity.1 {
            let types = vec![TypeId::of::<Dynamic>(); arguments];
            engine.register_raw_fn(function.name, types, move |context, values| {
                // What is not filled in has no sum, length or year; only the question whether it is filled in has an answer.
                if let (false, Some(nothing)) = (function.name == "is_set", values.iter().find(|value| value.is_unit()))
                {
                    return Err(Fault::unset(nothing).into());
                }
                Ok((function.run)(&context, values)?)
            });
        }
    }
}

type Arguments<'a, 'b> = &'a mut [&'b mut Dynamic];
type Outcome = Result<Dynamic, Fault>;

fn wrong(value: &Dynamic, wanted: &str) -> Fault {
    let found = kind(value);
    Fault::new(RuleCode::TypeMismatch, format!("{wanted} was expected, not {found}"))
        .with("left", wanted)
        .with("right", found)
}

fn a_number(value: &Dynamic) -> Result<Decimal, Fault> {
    number(value).ok_or_else(|| wrong(value, "a number"))
}

fn a_text(value: &Dynamic) -> Result<rhai::ImmutableString, Fault> {
    text(value).ok_or_else(|| wrong(value, "a text"))
}

fn a_day(value: &Dynamic) -> Result<Day, Fault> {
    get::<Day>(value).ok_or_else(|| wrong(value, "a date"))
}

/// Never registered: see [`IFF`]. It stands in the table for the reference and the number of arguments.
fn eager_iff(_: &NativeCallContext, _: Arguments) -> Outcome {
    Err(Fault::new(RuleCode::Syntax, "write if … { … } else { … } inside a function"))
}

fn is_set(_: &NativeCallContext, values: Arguments) -> Outcome {
    let value = &*values[0];
    let empty_lines = value.read_lock::<Lines>().is_some_and(|lines| lines.count == 0);
    let empty_text = text(value).is_some_and(|text| text.is_empty());
    Ok((!value.is_unit() && !empty_lines && !empty_text).into())
}

/// The cells of a column that are set, and the tag of the lines for an answer that is unset.
fn cells(values: &[&mut Dynamic]) -> Result<(Vec<Dynamic>, i32), Fault> {
    let lines = get::<Lines>(values[0]).ok_or_else(|| wrong(values[0], "lines"))?;
    let column = a_text(values[1])?;
    let cells = lines.columns.get(column.as_str()).ok_or_else(|| {
        Fault::new(RuleCode::UnknownName, format!("the lines have no column \"{column}\"")).with("name", &column)
    })?;
    Ok((cells.iter().filter(|cell| !cell.is_unit()).cloned().collect(), values[0].tag()))
}

fn total(cells: &[Dynamic]) -> Result<Decimal, Fault> {
    cells.iter().try_fold(Decimal::ZERO, |total, cell| total.checked_add(a_number(cell)?).ok_or_else(too_large))
}

fn sum(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(total(&cells(values)?.0)?.into())
}

fn count(_: &NativeCallContext, values: Arguments) -> Outcome {
    let count = match get::<Lines>(values[0]) {
        Some(lines) => lines.count,
        None => values[0].as_array_ref().map_err(|_| wrong(values[0], "lines"))?.len(),
    };
    Ok(Decimal::from(count).into())
}

fn avg(_: &NativeCallContext, values: Arguments) -> Outcome {
    let (cells, tag) = cells(values)?;
    if cells.is_empty() {
        return Ok(unset(tag));
    }
    total(&cells)?.checked_div(Decimal::from(cells.len())).map(Dynamic::from).ok_or_else(too_large)
}

/// The value that stands furthest in the direction of `wanted`.
fn extreme(values: Arguments, wanted: Ordering) -> Outcome {
    let (candidates, tag) = if values[0].is::<Lines>() {
        cells(values)?
    } else {
        (values.iter().map(|value| (**value).clone()).collect(), 0)
    };
    let mut best: Option<Dynamic> = None;
    for candidate in candidates {
        if candidate.is_string() {
            return Err(wrong(&candidate, "a number or a date"));
        }
        let better = match &best {
            None => true,
            Some(best) => order(&candidate, best).ok_or_else(|| wrong(&candidate, kind(best)))? == wanted,
        };
        if better {
            best = Some(candidate);
        }
    }
    Ok(best.unwrap_or_else(|| unset(tag)))
}

fn min(_: &NativeCallContext, values: Arguments) -> Outcome {
    extreme(values, Ordering::Less)
}

fn max(_: &NativeCallContext, values: Arguments) -> Outcome {
    extreme(values, Ordering::Greater)
}

fn round(_: &NativeCallContext, values: Arguments) -> Outcome {
    let places = match values.get(1) {
        None => 0,
        Some(places) => a_number(places)?
            .to_u32()
            .filter(|places| *places <= 15)
            .ok_or_else(|| Fault::new(RuleCode::TypeMismatch, "places are a whole number from 0 to 15"))?,
    };
    Ok(round_half_up(a_number(values[0])?, places).into())
}

fn abs(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_number(values[0])?.abs().into())
}

fn floor(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_number(values[0])?.floor().into())
}

fn ceil(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_number(values[0])?.ceil().into())
}

fn len(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(Decimal::from(a_text(values[0])?.chars().count()).into())
}

fn upper(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_text(values[0])?.to_uppercase().into())
}

fn lower(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_text(values[0])?.to_lowercase().into())
}

fn trim(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_text(values[0])?.trim().into())
}

fn contains(_: &NativeCallContext, values: Arguments) -> Outcome {
    if let Some(whole) = text(values[0]) {
        return Ok(whole.contains(a_text(values[1])?.as_str()).into());
    }
    let items = values[0].as_array_ref().map_err(|_| wrong(values[0], "a text or a list"))?;
    for item in items.iter() {
        if apply(Operator::Equal, item, values[1])?.as_bool() == Ok(true) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn starts_with(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(a_text(values[0])?.starts_with(a_text(values[1])?.as_str()).into())
}

fn to_text(_: &NativeCallContext, values: Arguments) -> Outcome {
    show(values[0]).map(Dynamic::from).ok_or_else(|| wrong(values[0], "a number or a date"))
}

/// What the evaluation lends to functions that have no arguments for it.
fn ambient<T>(context: &NativeCallContext, read: impl FnOnce(&Ambient) -> T) -> Result<T, Fault> {
    context
        .tag()
        .and_then(|tag| tag.read_lock::<Ambient>().map(|ambient| read(&ambient)))
        .ok_or_else(|| Fault::new(RuleCode::Failed, format!("{} has no meaning here", context.fn_name())))
}

fn today(context: &NativeCallContext, _: Arguments) -> Outcome {
    ambient(context, |ambient| Dynamic::from(Day(ambient.today)))
}

fn now(context: &NativeCallContext, _: Arguments) -> Outcome {
    ambient(context, |ambient| Dynamic::from(Moment(ambient.now)))
}

fn setting(context: &NativeCallContext, values: Arguments) -> Outcome {
    let key = a_text(values[0])?;
    ambient(context, |ambient| ambient.settings.get(key.as_str()).cloned())?.ok_or_else(|| {
        Fault::new(RuleCode::UnknownSetting, format!("the app has no setting \"{key}\"")).with("name", &key)
    })
}

fn year(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(Decimal::from(a_day(values[0])?.0.year()).into())
}

fn month(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(Decimal::from(a_day(values[0])?.0.month()).into())
}

fn day(_: &NativeCallContext, values: Arguments) -> Outcome {
    Ok(Decimal::from(a_day(values[0])?.0.day()).into())
}

fn between(_: &NativeCallContext, values: Arguments) -> Outcome {
    let (from, to) = (a_day(values[0])?, a_day(values[1])?);
    Ok(Decimal::from(days_between(from.0, to.0)?).into())
}

fn rmb(_: &NativeCallContext, values: Arguments) -> Outcome {
    rmb_upper(a_number(values[0])?).map(Dynamic::from).ok_or_else(too_large)
}
