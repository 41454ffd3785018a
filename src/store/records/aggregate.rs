//! Groups and their figures, computed by the database over the rows and fields that the permit shows.

use super::{
    super::{
        Connection, Error, Row,
        filter::{Compiler, Reading},
        integer,
        schema::{Schema, column},
        sum_halves,
    },
    read::restrict,
    select::{ALIAS, Listing, compiler, read, read_operand},
};
use crate::{
    base::value::Value,
    definition::field::{Field, Kind},
    query::{Bucket, FieldPath, Function, GroupKey, Measure, Offsets, average, sum},
};
use sea_orm::sea_query::{BinOper, CaseStatement, Expr, ExprTrait, Func, NullOrdering, Order, Query};

/// The alias of the rows that are gathered.
const ROWS: &str = "g";
const DAY: i64 = 86_400_000;

/// What is gathered, and which figures are wanted of each group.
#[derive(Debug, Clone, Copy)]
pub struct Aggregation<'a> {
    /// Its condition and search say which rows; sort and page do not matter.
    pub rows: &'a Listing<'a>,
    pub keys: &'a [GroupKey],
    pub measures: &'a [Measure],
    /// The organisation's zone, in which moments have their day.
    pub offsets: &'a Offsets,
    /// The most groups.
    pub limit: u64,
}

/// One group: the values of its keys and its figures, in the order asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub keys: Vec<Value>,
    pub figures: Vec<Value>,
}

/// The groups in the order of their keys, unset last, and whether there are more than the limit. Without keys there is one
/// group of all rows. One statement.
///
/// # Errors
/// The database failed.
pub async fn aggregate(
    conn: &impl Connection,
    schema: &Schema,
    reading: Reading<'_>,
    wanted: &Aggregation<'_>,
) -> Result<(Vec<Group>, bool), Error> {
    let compiler = compiler(schema, reading, conn.is_postgres())?;
    let mut rows = Query::select();
    rows.from_as(compiler.physical.name.clone(), ALIAS);
    restrict(&mut rows, compiler, reading.permit, wanted.rows);
    let mut select = Query::select();
    for (index, key) in wanted.keys.iter().enumerate() {
        let operand = compiler.operand(&key.path);
        let name = format!("k{index}");
        rows.expr_as(operand.expression, name.clone());
        let raw = column(ROWS, &name);
        let gathered = match key.bucket {
            None => raw,
            Some(bucket) => {
                let day = if is_moment(&key.path, operand.field) { compiler.day_of(&raw, wanted.offsets) } else { raw };
                compiler.first_day(bucket, day)
            }
        };
        select.expr(gathered);
        let position = Expr::cust((index + 1).to_string());
        select.add_group_by([position.clone()]);
        select.order_by_expr_with_nulls(position, Order::Asc, NullOrdering::Last);
    }
    for (index, measure) in wanted.measures.iter().enumerate() {
        let name = format!("m{index}");
        if let Some(path) = &measure.path {
            rows.expr_as(compiler.operand(path).expression, name.clone());
        }
        for figure in figures(measure.function, measure.path.is_some().then(|| column(ROWS, &name))) {
            select.expr(figure);
        }
    }
    if wanted.keys.is_empty() && wanted.measures.is_empty() {
        select.expr(integer(Expr::cust("COUNT(*)")));
    }
    // A subquery selects something even where nothing but rows is counted.
    rows.expr_as(Expr::val(1_i64), "one");
    select.from_subquery(rows, ROWS);
    select.limit(wanted.limit + 1);
    let mut answer = conn.query(&select).await?;
    let more = answer.len() as u64 > wanted.limit;
    answer.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    let groups = answer.iter().map(|row| group(row, compiler, wanted)).collect::<Result<_, _>>()?;
    Ok((groups, more))
}

fn is_moment(path: &FieldPath, field: Option<&Field>) -> bool {
    field.map_or_else(|| matches!(path.end(), FieldPath::System(_)), |field| field.kind == Kind::DateTime)
}

/// The figure whose columns begin at `place`, which is moved behind them. `field` is what is measured.
pub(super) fn figure(row: &Row, place: &mut usize, measure: &Measure, field: Option<&Field>) -> Result<Value, Error> {
    let scale = measure.scale(field);
    let at = *place;
    *place += match measure.function {
        Function::Sum => 2,
        Function::Average => 3,
        _ => 1,
    };
    Ok(match measure.function {
        Function::Count | Function::CountDistinct => Value::Integer(row.i64(at)?),
        Function::Minimum | Function::Maximum => match (field, &measure.path) {
            (Some(field), _) => read(row, at, field)?,
            (None, Some(path)) => read_operand(row, at, None, path)?,
            (None, None) => Value::Unset,
        },
        Function::Sum => row.opt_sum(at)?.map_or(Value::Unset, |scaled| sum(scaled, scale)),
        Function::Average => {
            let count = row.i64(at + 2)?;
            row.opt_sum(at)?.map_or(Value::Unset, |scaled| average(scaled, count, scale))
        }
    })
}

/// The columns that a figure is computed from.
pub(super) fn figures(function: Function, value: Option<Expr>) -> Vec<Expr> {
    let Some(value) = value else { return vec![integer(Expr::cust("COUNT(*)"))] };
    match function {
        Function::Count => vec![integer(value.count())],
        Function::CountDistinct => vec![integer(value.count_distinct())],
        Function::Minimum => vec![value.min()],
        Function::Maximum => vec![value.max()],
        Function::Sum => sum_halves(value).into(),
        Function::Average => {
            let count = integer(value.clone().count());
            let [high, low] = sum_halves(value);
            vec![high, low, count]
        }
    }
}

fn group(row: &Row, compiler: Compiler<'_>, wanted: &Aggregation<'_>) -> Result<Group, Error> {
    let mut place = 0;
    let mut keys = Vec::with_capacity(wanted.keys.len());
    for key in wanted.keys {
        keys.push(match key.bucket {
            None => read_operand(row, place, compiler.operand(&key.path).field, &key.path)?,
            Some(_) => {
                let day = row.opt_text(place)?.and_then(|text| text.parse().ok());
                day.map_or(Value::Unset, Value::Date)
            }
        });
        place += 1;
    }
    let mut figures = Vec::with_capacity(wanted.measures.len());
    for measure in wanted.measures {
        let field = measure.path.as_ref().and_then(|path| compiler.operand(path).field);
        figures.push(figure(row, &mut place, measure, field)?);
    }
    Ok(Group { keys, figures })
}

impl Compiler<'_> {
    /// The day of a moment, as text, in the zone of the offsets.
    fn day_of(self, moment: &Expr, offsets: &Offsets) -> Expr {
        let local = moment.clone().add(offset(moment, offsets.first(), offsets.changes()));
        // Both databases cut towards zero, so the rest is made positive before it is taken away.
        let rest = local.clone().modulo(Expr::val(DAY)).add(Expr::val(DAY)).modulo(Expr::val(DAY));
        let seconds = local.sub(rest).div(Expr::val(1_000_i64));
        if self.postgres {
            let moment = Func::cust("timezone").arg("UTC").arg(Func::cust("to_timestamp").arg(seconds));
            return Func::cust("to_char").arg(moment).arg("YYYY-MM-DD").into();
        }
        Func::cust("date").arg(seconds).arg("unixepoch").into()
    }

    /// The first day of the bucket in which a day lies; both are text.
    fn first_day(self, bucket: Bucket, day: Expr) -> Expr {
        let part = |from: i32, length: i32| -> Expr {
            Func::cust("substr").arg(day.clone()).arg(Expr::val(from)).arg(Expr::val(length)).into()
        };
        let then = |start: Expr, end: Expr| start.binary(BinOper::Custom("||"), end);
        match bucket {
            Bucket::Day => day,
            Bucket::Week if self.postgres => {
                let week = Func::cust("date_trunc").arg("week").arg(day.cast_as("timestamp"));
                Func::cust("to_char").arg(week).arg("YYYY-MM-DD").into()
            }
            Bucket::Week => Func::cust("date").arg(day).arg("-6 days").arg("weekday 1").into(),
            Bucket::Month => then(part(1, 8), Expr::val("01")),
            Bucket::Quarter => {
                let month = part(6, 2);
                let start = CaseStatement::new()
                    .case(month.clone().lt("04"), Expr::val("01-01"))
                    .case(month.clone().lt("07"), Expr::val("04-01"))
                    .case(month.lt("10"), Expr::val("07-01"))
                    .finally(Expr::val("10-01"));
                then(part(1, 5), start.into())
            }
            Bucket::Year => then(part(1, 5), Expr::val("01-01")),
        }
    }
}

/// The offset that holds at a moment: halved at each step, so that a zone with many changes costs few comparisons.
fn offset(moment: &Expr, before: i64, changes: &[(i64, i64)]) -> Expr {
    let Some((from, after)) = changes.get(changes.len() / 2) else { return integer(Expr::val(before)) };
    let (earlier, later) = changes.split_at(changes.len() / 2);
    let earlier = offset(moment, before, earlier);
    let later = offset(moment, *after, later.get(1..).unwrap_or_default());
    CaseStatement::new().case(moment.clone().lt(*from), earlier).finally(later).into()
}
