//! The order of a list, and where one of its pages starts.
//!
//! A page far down is found as fast as the first: what comes after the last row of the page before is put together from
//! stretches of rows that each lie side by side in an index, of which each is read no further than the page is long.

use super::{
    super::{
        Connection, Error, Row,
        filter::{self, Compiler},
        integer,
        schema::{bind, column},
        shadow::{Form, is_sorted_by},
    },
    select::{ALIAS, Listing},
};
use crate::{
    access::Permit,
    definition::field::{Column, Kind, Stored},
    query::{Condition, Cursor, CursorError, FieldPath, Sort, SystemField, Test},
};
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, NullOrdering, Order, Query, SelectStatement, UnionType};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

struct SortKey {
    expression: Expr,
    descending: bool,
    text: bool,
    nullable: bool,
    /// A column of the table itself, which an index may hold.
    own: bool,
}

impl SortKey {
    fn new(compiler: Compiler<'_>, sort: &Sort) -> Self {
        let operand = compiler.form(&sort.path, Form::Ordered);
        let text = match (operand.field, &sort.path) {
            (Some(field), _) => field.answered_as() == Some(Column::Text),
            (None, FieldPath::System(system)) => filter::is_text(*system),
            (None, _) => false,
        };
        let always = [SystemField::CreatedAt, SystemField::UpdatedAt, SystemField::Version, SystemField::Id];
        Self {
            expression: operand.expression,
            descending: sort.descending,
            text,
            nullable: !matches!(&sort.path, FieldPath::System(system) if always.contains(system)),
            own: match &sort.path {
                FieldPath::Field(key) => compiler.table.field(key).is_none_or(|field| field.lookup.is_none()),
                FieldPath::System(_) => true,
                FieldPath::Hop(..) => false,
            },
        }
    }

    const fn direction(&self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }

    /// Rows that come after those with this value, unset ones aside.
    fn later(&self, value: Stored) -> Expr {
        let (own, value) = (self.expression.clone(), Expr::val(bind(value)));
        if self.descending { own.lt(value) } else { own.gt(value) }
    }

    fn equal(&self, value: Stored) -> Expr {
        match value {
            Stored::Null => self.expression.clone().is_null(),
            value => self.expression.clone().eq(Expr::val(bind(value))),
        }
    }

    fn read(&self, json: &Json) -> Result<Stored, CursorError> {
        match json {
            Json::Null if self.nullable => Ok(Stored::Null),
            Json::Number(number) if !self.text => Ok(Stored::Integer(number.as_i64().ok_or(CursorError)?)),
            Json::String(text) if self.text => Ok(Stored::Text(text.clone())),
            _ => Err(CursorError),
        }
    }
}

/// More rows than these that meet a condition are many.
const MANY: u64 = 10_000;

/// Whether a list is best read in its order until a page is full, although an index would find the rows that are wanted: there
/// are so many of them that sorting them takes longer. SQLite cannot know how often a value occurs, so it is counted, no
/// further than needed, in the index alone where that holds all. One statement, where there is a choice.
///
/// # Errors
/// The database failed.
pub(super) async fn is_read_in_order(
    conn: &impl Connection,
    compiler: Compiler<'_>,
    permit: &Permit,
    listing: &Listing<'_>,
) -> Result<bool, Error> {
    let Some(Sort { path: FieldPath::Field(first), .. }) = listing.sort.first() else { return Ok(false) };
    if listing.search.as_ref().is_some_and(|search| search.among.is_some()) {
        return Ok(false);
    }
    let table = compiler.table;
    let Some(field) = table.field(first).filter(|_| !conn.is_postgres()) else { return Ok(false) };
    let leads = |key: &str| table.index.iter().any(|set| set.first().is_some_and(|first| first == key));
    let ordered = match Form::Ordered.is_of(field) {
        true => is_sorted_by(table, field),
        false => field.index || field.kind == Kind::Link || leads(first),
    };
    let scope = permit.rows_for(permit.action());
    let mut wanted = Vec::new();
    tested(&scope, &mut wanted);
    tested(&listing.condition, &mut wanted);
    let found = |key: &&str| {
        table.field(key).is_some_and(|field| field.index || field.kind == Kind::Link || field.unique) || leads(key)
    };
    let together = |set: &Vec<String>| {
        set.iter().any(|key| key == first) && set.first().is_some_and(|key| wanted.iter().any(|tested| tested == key))
    };
    if !ordered || !wanted.iter().any(found) || table.index.iter().any(together) {
        return Ok(false);
    }
    let mut rows = Query::select();
    rows.expr(Expr::val(1)).from_as(compiler.physical.name.clone(), ALIAS);
    rows.and_where(Compiler { reading: None, ..compiler }.condition(&scope));
    rows.and_where(compiler.condition(&listing.condition)).limit(MANY + 1);
    let mut counted = Query::select();
    counted.expr(integer(Expr::cust("COUNT(*)"))).from_subquery(rows, "counted");
    let row = conn.query_one(&counted).await?.ok_or_else(|| Error::other("a count answers a row"))?;
    Ok(u64::try_from(row.i64(0)?).unwrap_or(0) > MANY)
}

/// The fields of the table itself that a condition looks at.
fn tested<'c>(condition: &'c Condition, keys: &mut Vec<&'c str>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| tested(part, keys)),
        Condition::Not(part) => tested(part, keys),
        Condition::Test(Test { path: FieldPath::Field(key), .. }) => keys.push(key),
        Condition::Test(_) | Condition::AnyLine { .. } | Condition::Always | Condition::Never => {}
    }
}

/// Where a page starts.
pub(super) enum Start {
    /// With the first row.
    First,
    /// Among the rows that meet this.
    After(Expr),
    /// Among the rows with these ids: the stretches that follow, each as long as a page.
    Among(Box<SelectStatement>),
}

/// Rows that are next to each other in the order.
struct Stretch {
    condition: Expr,
    /// How many of the keys the condition leaves no unset values beside set ones.
    settled: usize,
}

/// The order of a list, and a mark of the list that cursors carry.
pub(super) struct Sorted {
    keys: Vec<SortKey>,
    id_descending: bool,
    mark: String,
}

impl Sorted {
    pub fn new(compiler: Compiler<'_>, listing: &Listing<'_>) -> Self {
        let words = listing.search.as_ref().map(|search| &search.words);
        let described = format!("{} {:?} {words:?}", Sort::to_text(listing.sort), listing.condition);
        let digest = Sha256::digest(described.as_bytes());
        // The id decides alone, so that nothing after it matters.
        let id = listing.sort.iter().position(|sort| sort.path == FieldPath::System(SystemField::Id));
        let keys = &listing.sort[..id.unwrap_or(listing.sort.len())];
        Self {
            keys: keys.iter().map(|sort| SortKey::new(compiler, sort)).collect(),
            id_descending: id.map_or_else(|| Sort::id_descending(listing.sort), |id| listing.sort[id].descending),
            mark: digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// What the rows are sorted by, apart from their id.
    pub fn expressions(&self) -> impl Iterator<Item = Expr> {
        self.keys.iter().map(|key| key.expression.clone())
    }

    pub fn order(&self, select: &mut SelectStatement) {
        self.order_after(select, 0);
    }

    /// As [`Self::order`], where the first `settled` keys hold no unset values beside set ones. Saying where unset values
    /// come would keep PostgreSQL from reading an index backwards.
    fn order_after(&self, select: &mut SelectStatement, settled: usize) {
        for (place, key) in self.keys.iter().enumerate() {
            if key.nullable && place >= settled {
                select.order_by_expr_with_nulls(key.expression.clone(), key.direction(), NullOrdering::Last);
            } else {
                select.order_by_expr(key.expression.clone(), key.direction());
            }
        }
        select.order_by((ALIAS, "id"), if self.id_descending { Order::Desc } else { Order::Asc });
    }

    pub fn cursor(&self, row: &Row, start: usize) -> Result<Cursor, Error> {
        let mut values = Vec::new();
        for (index, key) in self.keys.iter().enumerate() {
            values.push(if key.text {
                row.opt_text(start + index)?.map_or(Json::Null, Json::from)
            } else {
                row.opt_i64(start + index)?.map_or(Json::Null, Json::from)
            });
        }
        Ok(Cursor { values, id: row.i64(0)?, query: self.mark.clone() })
    }

    /// Where the page after this cursor starts. `found` selects the id, as `id`, of every row of the list.
    pub fn start(
        &self,
        after: Option<&Cursor>,
        limit: u64,
        postgres: bool,
        found: impl Fn() -> SelectStatement,
    ) -> Result<Start, CursorError> {
        let own = self.keys.iter().all(|key| key.own);
        let stretches = match after {
            Some(cursor) => {
                let values = self.values(cursor)?;
                if !own {
                    // What lies behind links is in no index: all rows are looked at, and once is enough.
                    return Ok(Start::After(self.after(&values, cursor.id)));
                }
                self.stretches(&values, cursor.id)
            }
            // PostgreSQL's indexes have unset values first when they are read backwards.
            None => match self.keys.first() {
                Some(key) if postgres && own && key.descending && key.nullable => {
                    let set = key.expression.clone().is_not_null();
                    vec![
                        Stretch { condition: set, settled: 1 },
                        Stretch { condition: key.expression.clone().is_null(), settled: 1 },
                    ]
                }
                _ => return Ok(Start::First),
            },
        };
        let stretch = |stretch: Stretch| {
            let mut rows = found();
            rows.and_where(stretch.condition);
            self.order_after(&mut rows, stretch.settled);
            rows.limit(limit);
            let mut ids = Query::select();
            ids.column(Asterisk).from_subquery(rows, "s");
            ids
        };
        let mut stretches = stretches.into_iter().map(stretch);
        let Some(mut ids) = stretches.next() else { return Ok(Start::First) };
        for more in stretches {
            ids.union(UnionType::All, more);
        }
        Ok(Start::Among(Box::new(ids)))
    }

    fn values(&self, cursor: &Cursor) -> Result<Vec<Stored>, CursorError> {
        if cursor.query != self.mark || cursor.values.len() != self.keys.len() {
            return Err(CursorError);
        }
        self.keys.iter().zip(&cursor.values).map(|(key, json)| key.read(json)).collect()
    }

    fn later_id(&self, id: i64) -> Expr {
        let own = column(ALIAS, "id");
        if self.id_descending { own.lt(id) } else { own.gt(id) }
    }

    /// Rows after a row with these values: for some key, all earlier keys are equal and this one comes later; unset values
    /// come last.
    fn stretches(&self, values: &[Stored], id: i64) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut equal: Option<Expr> = None;
        let within = |equal: &Option<Expr>, own: Expr| match equal {
            Some(equal) => equal.clone().and(own),
            None => own,
        };
        for (place, (key, value)) in self.keys.iter().zip(values).enumerate() {
            if *value != Stored::Null {
                let settled = place + 1;
                stretches.push(Stretch { condition: within(&equal, key.later(value.clone())), settled });
                if key.nullable {
                    stretches.push(Stretch { condition: within(&equal, key.expression.clone().is_null()), settled });
                }
            }
            equal = Some(within(&equal, key.equal(value.clone())));
        }
        stretches.push(Stretch { condition: within(&equal, self.later_id(id)), settled: self.keys.len() });
        stretches
    }

    /// The same as one condition.
    fn after(&self, values: &[Stored], id: i64) -> Expr {
        let never = Expr::val(1).eq(0);
        self.stretches(values, id).into_iter().fold(never, |any, stretch| any.or(stretch.condition))
    }
}
