//! Conditions, sort keys and masks as SQL expressions. Values are always bound; names come from the catalogue.

use super::{
    entity::department,
    schema::{Physical, Schema, bind, column},
    shadow::Form,
};
use crate::{
    access::{Permit, Visibility},
    base::value::Value,
    definition::{
        field::{Column, Field, Kind, Lookup, Stored},
        role::Action,
        table::Table,
    },
    query::{Condition, FieldPath, Operator, SystemField, Test},
};
use sea_orm::{
    EntityName, IdenStatic, JoinType,
    sea_query::{
        BinOper, CaseStatement, CommonTableExpression, Expr, ExprTrait, Func, Query, SubQueryOper, UnionType,
        WithClause,
    },
};
use std::collections::HashMap;

/// The aliases of lines, of what stands in a tree, and of what was found in it so far.
const LINE: &str = "line";
const NODE: &str = "node";
const TREE: &str = "tree";

/// What a person may read while a list is filtered, sorted and selected: the table's own permit, and those of the tables
/// that its link fields point at (by table key). A link to a table without a permit shows nothing of its target.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub permit: &'a Permit,
    pub targets: &'a HashMap<String, Permit>,
}

/// The aliases of rows behind links, one within the other.
const HOPS: [&str; 4] = ["hop", "hop2", "hop3", "hop4"];

/// Compiles expressions over one table under an alias.
#[derive(Clone, Copy)]
pub(super) struct Compiler<'a> {
    pub schema: &'a Schema,
    pub table: &'a Table,
    pub physical: &'a Physical,
    pub alias: &'a str,
    /// The alias of the record's own row: the same, except where the rows are lines.
    pub record: &'a str,
    pub postgres: bool,
    /// The lines whose columns are compiled, of a record that another compiler compiles.
    pub lines: Option<InLines<'a>>,
    /// Masks fields; absent for a scope's own condition, which may look at fields that the person cannot.
    pub reading: Option<Reading<'a>>,
}

/// Lines of a record, inside of which names are their columns.
#[derive(Clone, Copy)]
pub(super) struct InLines<'a> {
    field: &'a Field,
    record: &'a Compiler<'a>,
}

/// An expression with the field whose stored form it yields; `None` for a system field.
pub(super) struct Operand<'a> {
    pub expression: Expr,
    pub field: Option<&'a Field>,
}

/// A text in which searched words may stand.
pub(super) struct Searched<'a> {
    path: FieldPath,
    /// The link through which it is reached; none for the table's own.
    pub link: Option<&'a str>,
    /// The table and field that hold it.
    pub table: &'a str,
    pub field: &'a Field,
}

impl<'a> Compiler<'a> {
    fn unmasked(self) -> Self {
        Self { reading: None, ..self }
    }

    /// The rows that the permit shows and that are not in the trash. A draft shows to its owner only.
    pub fn visible(self, permit: &Permit, action: Action) -> Expr {
        self.reached(permit, action).and(self.system("trashed_at").is_null())
    }

    /// The rows in the trash on which the permit allows the action.
    pub fn trashed(self, permit: &Permit, action: Action) -> Expr {
        self.reached(permit, action).and(self.system("trashed_at").is_not_null())
    }

    fn reached(self, permit: &Permit, action: Action) -> Expr {
        let rows = permit.rows_for(Action::View);
        let rows = if action == Action::View { rows } else { rows.and(permit.rows_for(action)) };
        let mut expression = self.unmasked().condition(&rows);
        if let Some(viewer) = permit.viewer() {
            let state = self.system("state");
            let not_a_draft = state.clone().is_null().or(state.ne("draft"));
            expression = expression.and(not_a_draft.or(self.system("owner").eq(viewer.0)));
        }
        expression
    }

    pub fn condition(self, condition: &Condition) -> Expr {
        match condition {
            Condition::Always => Expr::val(1).eq(1),
            Condition::Never => Expr::val(1).eq(0),
            Condition::All(parts) => self.join(parts, true),
            Condition::Any(parts) => self.join(parts, false),
            Condition::Not(part) => self.condition(part).not(),
            Condition::AnyLine { lines, condition } => self.any_line(lines, condition),
            Condition::Test(test) => self.test(test),
        }
    }

    fn join(self, parts: &[Condition], all: bool) -> Expr {
        let mut expressions = parts.iter().map(|part| self.condition(part));
        let Some(first) = expressions.next() else { return Expr::val(1).eq(i32::from(all)) };
        expressions.fold(first, |joined, next| if all { joined.and(next) } else { joined.or(next) })
    }

    /// A test is never null, so that `NOT` means the same in SQL as in memory.
    fn test(self, test: &Test) -> Expr {
        let Operand { expression, field } = self.operand(&test.path);
        let stored = |value: &Value| store(field, value);
        let first = || test.values.first().map_or(Stored::Null, stored);
        let value = |stored: Stored| Expr::val(bind(stored));
        let set = expression.clone().is_not_null();
        let compared = match test.operator {
            Operator::Empty => return expression.is_null(),
            Operator::Eq => expression.eq(value(first())),
            Operator::Lt => expression.lt(value(first())),
            Operator::Le => expression.lte(value(first())),
            Operator::Gt => expression.gt(value(first())),
            Operator::Ge => expression.gte(value(first())),
            Operator::In => expression.is_in(test.values.iter().map(|item| value(stored(item)))),
            Operator::Between => match test.values.as_slice() {
                [low, high] => expression.between(value(stored(low)), value(stored(high))),
                _ => Expr::val(1).eq(0),
            },
            Operator::Contains if field.is_some_and(|field| field.kind.is_several()) => {
                let part = test.values.first().map(show_item).unwrap_or_default();
                self.position(expression, &format!("|{part}|")).gt(0)
            }
            Operator::Contains => self.position(self.fold(expression), &folded(test.values.first())).gt(0),
            Operator::Starts => self.position(self.fold(expression), &folded(test.values.first())).eq(1),
            Operator::Under => match test.values.first() {
                Some(Value::List(path)) => {
                    let start: String = path.iter().map(|step| format!("{}|", show_item(step))).collect();
                    self.position(expression, &format!("|{start}")).eq(1)
                }
                _ => self.below(expression, field, &test.values),
            },
            Operator::Ne | Operator::NotIn => Expr::val(1).eq(0),
        };
        set.and(compared)
    }

    /// Records of which a line meets the condition.
    fn any_line(self, key: &str, condition: &Condition) -> Expr {
        let never = Expr::val(1).eq(0);
        let (Some(field), Some(physical)) = (self.table.field(key), self.physical.lines(key)) else { return never };
        let shown = match self.reading.map(|reading| reading.permit.visibility(key)) {
            None | Some(Visibility::Always) => None,
            Some(Visibility::Never) => return never,
            Some(Visibility::When(rows)) => Some(self.unmasked().condition(&rows)),
        };
        let lines = Some(InLines { field, record: &self });
        let inner = Compiler { physical, alias: LINE, lines, ..self };
        let select = Query::select()
            .expr(Expr::val(1_i64))
            .from_as(physical.name.clone(), LINE)
            .and_where(column(LINE, "record_id").eq(self.system("id")))
            .and_where(inner.condition(condition))
            .take();
        let found = Expr::exists(select);
        shown.map_or(found.clone(), |shown| shown.and(found))
    }

    /// Whether a value is one of the ids, or lies below one of them in the tree that its field points at.
    fn below(self, expression: Expr, field: Option<&Field>, ids: &[Value]) -> Expr {
        let target = field.and_then(|field| field.target.as_deref());
        let found = target.and_then(|target| self.schema.table(target).ok());
        let place = found.and_then(|(table, physical)| Some((physical.name.clone(), physical, table.parent_field()?)));
        let (name, parent) = match place {
            Some((name, physical, parent)) => (name, physical.column(&parent.key)),
            None if target.is_none() => {
                let parent = department::Column::ParentId.as_str().to_owned();
                (department::Entity.table_name().to_owned(), parent)
            }
            None => return Expr::val(1).eq(0),
        };
        let ids = ids.iter().filter_map(Value::as_integer);
        let first = Query::select()
            .expr(column(NODE, "id"))
            .from_as(name.clone(), NODE)
            .and_where(column(NODE, "id").is_in(ids))
            .take();
        let next = Query::select()
            .expr(column(NODE, "id"))
            .from_as(name, NODE)
            .join(JoinType::InnerJoin, TREE, column(NODE, &parent).eq(column(TREE, "id")))
            .take();
        // A ring in the tree adds nothing new, and so comes to an end.
        let tree = CommonTableExpression::new()
            .table_name(TREE)
            .column("id")
            .query(first.clone().union(UnionType::Distinct, next).take())
            .to_owned();
        let with = WithClause::new().recursive(true).cte(tree).to_owned();
        let mut all = Query::select().from(TREE).take();
        if field.is_some_and(|field| field.kind.is_several()) {
            let id = column(TREE, "id").cast_as("text");
            let item = Expr::val("|").binary(BinOper::Custom("||"), id).binary(BinOper::Custom("||"), Expr::val("|"));
            let name = if self.postgres { "strpos" } else { "instr" };
            let held: Expr = Func::cust(name).arg(expression).arg(item).into();
            all.expr(Expr::val(1_i64)).and_where(held.gt(0));
            return Expr::SubQuery(Some(SubQueryOper::Exists), Box::new(all.with(with).into()));
        }
        all.expr(column(TREE, "id"));
        expression.binary(BinOper::In, Expr::SubQuery(None, Box::new(all.with(with).into())))
    }

    /// Latin letters without case: what `lower` does on SQLite, and on PostgreSQL under the C collation.
    fn fold(self, expression: Expr) -> Expr {
        Func::lower(expression).into()
    }

    /// Where `part` starts in the text, from 1; 0 where it does not occur.
    fn position(self, text: Expr, part: &str) -> Expr {
        let name = if self.postgres { "strpos" } else { "instr" };
        Func::cust(name).arg(text).arg(part.to_owned()).into()
    }

    /// What a search looks in. A searchable link is searched by the searchable fields of what it points at.
    pub fn searched(self) -> Vec<Searched<'a>> {
        let mut all = Vec::new();
        for field in self.table.scalars().filter(|field| field.searchable && !field.sealed) {
            let target = field.target.as_deref().filter(|_| field.kind == Kind::Link);
            let path = FieldPath::Field(field.key.clone());
            match (target.and_then(|key| self.schema.app.tables.get(key)), &field.lookup) {
                (Some(target), _) => {
                    let ends = target.scalars().filter(|end| end.searchable && !end.kind.is_link());
                    all.extend(ends.map(|end| Searched {
                        path: FieldPath::Hop(field.key.clone(), Box::new(FieldPath::Field(end.key.clone()))),
                        link: Some(&field.key),
                        table: &target.key,
                        field: end,
                    }));
                }
                (None, Some(lookup)) => {
                    let end = self.schema.app.tables.get(&lookup.table).and_then(|table| table.field(&lookup.field));
                    let (link, field) = (Some(lookup.link.as_str()), end.unwrap_or(field));
                    all.push(Searched { path, link, table: &lookup.table, field });
                }
                (None, None) => all.push(Searched { path, link: None, table: &self.table.key, field }),
            }
        }
        all
    }

    /// Rows whose searchable text holds every word, each word in a field that may be read.
    pub fn search(self, words: &str) -> Expr {
        let searched = self.searched();
        let mut all = Expr::val(1).eq(1);
        for word in crate::query::words(words) {
            let mut any = Expr::val(1).eq(0);
            for Searched { path, .. } in &searched {
                let text = self.form(path, Form::Searched).expression;
                any = any.or(text.clone().is_not_null().and(self.position(text, &word).gt(0)));
            }
            all = all.and(any);
        }
        all
    }

    /// The compiler of the record: its own, outside of lines.
    fn record(self) -> Compiler<'a> {
        self.lines.map_or(self, |lines| *lines.record)
    }

    /// A field of the record, or inside of lines one of their columns.
    fn field(self, key: &str) -> Option<&'a Field> {
        match self.lines {
            Some(lines) => lines.field.column(key),
            None => self.table.field(key),
        }
    }

    fn visibility(self, key: &str) -> Option<Visibility> {
        let permit = self.reading?.permit;
        Some(match self.lines {
            Some(lines) => permit.visibility(&format!("{}.{key}", lines.field.key)),
            None => permit.visibility(key),
        })
    }

    /// The value at a path, masked by what may be read.
    pub fn operand(self, path: &FieldPath) -> Operand<'a> {
        self.form(path, Form::Own)
    }

    /// The same in another form of the value.
    pub fn form(self, path: &FieldPath, form: Form) -> Operand<'a> {
        match path {
            FieldPath::System(field) => Operand { expression: self.system(field.as_str()), field: None },
            FieldPath::Field(key) => {
                let field = self.field(key);
                let found = match field.and_then(|field| field.lookup.as_ref()) {
                    Some(lookup) => {
                        let link = self.operand(&FieldPath::Field(lookup.link.clone())).expression;
                        self.looked_up(lookup, link, form)
                    }
                    None => {
                        let name =
                            field.map_or_else(|| self.physical.column(key), |field| form.column(self.physical, field));
                        Operand { expression: column(self.alias, &name), field }
                    }
                };
                let expression = match self.visibility(key) {
                    None | Some(Visibility::Always) => found.expression,
                    Some(Visibility::Never) => form.null_of(found.field),
                    Some(Visibility::When(condition)) => CaseStatement::new()
                        .case(self.record().unmasked().condition(&condition), found.expression)
                        .into(),
                };
                Operand { expression, field: found.field }
            }
            FieldPath::Hop(link, end) => self.hop(link, end, form),
        }
    }

    fn hop(self, link: &str, end: &FieldPath, form: Form) -> Operand<'a> {
        let nothing = Operand { expression: Expr::null(), field: None };
        let Some(target) = self.field(link).and_then(|field| field.target.as_deref()) else { return nothing };
        let permits = self.reading.map(|reading| reading.targets.get(target));
        let link = self.operand(&FieldPath::Field(link.to_owned())).expression;
        self.through(target, link, end, form, permits).unwrap_or(nothing)
    }

    /// What a lookup shows of the row that `link` names: as much of it as the row's own table lets the reader see.
    pub fn looked_up(self, lookup: &Lookup, link: Expr, form: Form) -> Operand<'a> {
        let permits = self.reading.map(|reading| reading.permit.behind(&lookup.table));
        let end = FieldPath::Field(lookup.field.clone());
        let found = self.through(&lookup.table, link, &end, form, permits);
        found.unwrap_or_else(|| Operand { expression: Expr::null(), field: None })
    }

    /// The value at `end` in the row of `target` that `link` names. `permits` is absent where nothing is masked.
    fn through(
        self,
        target: &str,
        link: Expr,
        end: &FieldPath,
        form: Form,
        permits: Option<Option<&'a Permit>>,
    ) -> Option<Operand<'a>> {
        let (table, physical) = self.schema.table(target).ok()?;
        let alias = HOPS.iter().skip_while(|alias| **alias != self.alias).nth(1).unwrap_or(&HOPS[0]);
        let inner = Compiler {
            table,
            physical,
            alias,
            record: alias,
            lines: None,
            reading: match (permits, self.reading) {
                (Some(Some(permit)), Some(reading)) => Some(Reading { permit, ..reading }),
                _ => None,
            },
            ..self
        };
        if matches!(permits, Some(None)) {
            let field = inner.form(end, form).field;
            return Some(Operand { expression: form.null_of(field), field });
        }
        let Operand { expression, field } = inner.form(end, form);
        let mut select = Query::select();
        select.expr(expression).from_as(physical.name.clone(), *alias).and_where(column(alias, "id").eq(link));
        if let Some(Reading { permit, .. }) = inner.reading {
            select.and_where(inner.visible(permit, Action::View));
        }
        Some(Operand { expression: sub_select(select), field })
    }

    pub fn system(self, name: &str) -> Expr {
        column(self.record, name)
    }
}

fn sub_select(select: sea_orm::sea_query::SelectStatement) -> sea_orm::sea_query::SimpleExpr {
    sea_orm::sea_query::SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// A value as the column of `field` holds it; system fields by the value's own kind.
pub(super) fn store(field: Option<&Field>, value: &Value) -> Stored {
    match (field, value) {
        (Some(field), value) if !field.kind.is_several() => field.store(value),
        (_, Value::Integer(number)) => Stored::Integer(*number),
        (_, Value::Instant(moment)) => Stored::Integer(moment.0),
        (_, Value::Text(text)) => Stored::Text(text.clone()),
        _ => Stored::Null,
    }
}

impl Form {
    /// Nothing, in the type of this form of a field.
    fn null_of(self, field: Option<&Field>) -> Expr {
        match field.and_then(Field::answered_as) {
            Some(Column::Text) => Expr::val(Option::<String>::None),
            _ if self.has_own_column(field) => Expr::val(Option::<String>::None),
            _ => Expr::val(Option::<i64>::None),
        }
    }
}

fn show_item(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(id) => id.to_string(),
        _ => String::new(),
    }
}

fn folded(value: Option<&Value>) -> String {
    crate::query::fold(value.and_then(Value::as_text).unwrap_or_default())
}

/// Whether a system field holds text.
pub(super) const fn is_text(field: SystemField) -> bool {
    matches!(field, SystemField::State)
}
