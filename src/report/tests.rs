use super::*;
use crate::{
    base::{
        id::UserId,
        time::Timestamp,
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind},
        table::Table,
    },
    query::{Function, compare},
    rules::{Context, Expression, Inputs, Limits, NoLinks, Program, RuleError, UserView, Variable},
};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::cmp::Ordering;

fn column(key: &str, kind: Kind, from: From) -> Column {
    let field = Field::plain(key, kind);
    Column { key: key.into(), title: key.into(), field, from, hidden: false, total: true }
}

/// shelf, month, quantity, amount, price.
fn columns() -> Vec<Column> {
    let price = Program::compile(&IndexMap::new()).unwrap().expression("amount / qty").unwrap();
    vec![
        column("shelf", Kind::Text, From::Group),
        column("month", Kind::Text, From::Group),
        column("qty", Kind::Decimal, From::Measure(Function::Sum)),
        column("amount", Kind::Money, From::Measure(Function::Sum)),
        column("price", Kind::Money, From::Expression(price)),
    ]
}

fn number(text: &str) -> Value {
    Value::Decimal(text.parse::<Decimal>().unwrap())
}

fn part(keys: &[(usize, &str)], figures: &[(usize, &str)]) -> Part {
    Part {
        keys: keys.iter().map(|(column, text)| (*column, Value::from(*text))).collect(),
        figures: figures.iter().map(|(column, text)| (*column, number(text))).collect(),
    }
}

fn row(cells: [&str; 5]) -> Row {
    let value = |(index, cell): (usize, &str)| match cell {
        "" => Value::Unset,
        cell if index < 2 => Value::from(cell),
        cell => number(cell),
    };
    Row { values: cells.into_iter().enumerate().map(value).collect() }
}

fn in_order(_: &Field, one: &Value, other: &Value) -> Ordering {
    compare(one, other).unwrap_or(Ordering::Equal)
}

fn evaluate(expression: &Expression, values: &[(&str, Variable<'_>)]) -> Result<Value, RuleError> {
    let user = UserView { id: UserId(1), name: String::new(), login: String::new(), department: None };
    let settings = IndexMap::new();
    let today = jiff::civil::date(2026, 3, 1);
    let context = Context {
        user: &user,
        settings: &settings,
        today,
        now: Timestamp(0),
        links: &NoLinks,
        limits: Limits::default(),
    };
    expression.evaluate(&Inputs::new(context, &Table::blank(), &Document::default()).with_variables(values))
}

#[test]
fn answers_of_several_requests_become_one_row_for_each_group() {
    let rows = merge(
        &columns(),
        [
            part(&[(0, "A"), (1, "03")], &[(2, "4")]),
            part(&[(0, "B"), (1, "03")], &[(2, "5")]),
            part(&[(0, "A"), (1, "03")], &[(3, "10")]),
            part(&[(0, "C"), (1, "04")], &[(3, "7")]),
        ],
    );
    assert_eq!(rows, [row(["A", "03", "4", "10", ""]), row(["B", "03", "5", "0", ""]), row(["C", "04", "0", "7", ""])]);
}

#[test]
fn expressions_read_the_columns_before_them_and_lack_of_a_figure_is_no_failure() {
    let columns = columns();
    let mut rows = vec![row(["A", "03", "4", "10", ""]), row(["C", "04", "0", "7", ""])];
    complete(&columns, &mut rows, &evaluate).unwrap();
    assert_eq!(rows[0].get(4), &number("2.50"));
    assert_eq!(rows[1].get(4), &Value::Unset);
}

#[test]
fn rows_are_sorted_by_figures_then_by_groups_and_unset_comes_last() {
    let columns = columns();
    let mut rows = vec![
        row(["B", "03", "5", "1", ""]),
        row(["C", "03", "", "2", ""]),
        row(["A", "04", "9", "3", ""]),
        row(["A", "03", "5", "4", ""]),
    ];
    for descending in [true, false] {
        sort(&columns, &mut rows, &[(2, descending)], &in_order);
        let amounts: Vec<&Value> = rows.iter().map(|row| row.get(3)).collect();
        let expected = if descending { ["3", "4", "1", "2"] } else { ["4", "1", "3", "2"] };
        assert_eq!(amounts, expected.map(number).iter().collect::<Vec<_>>());
    }
}

#[test]
fn subtotals_stand_under_their_rows_and_leave_out_what_has_no_sum() {
    let mut columns = columns();
    columns[2].total = false;
    let rows = [row(["A", "03", "4", "10", "2.5"]), row(["A", "04", "1", "5", "5"]), row(["B", "03", "5", "1", "0.2"])];
    let subtotals = [row(["B", "", "5", "1", "0.2"]), row(["A", "", "5", "15", "3"])];
    let sheet = plain(&columns, &rows, &subtotals, Some(&row(["", "", "10", "16", "1.6"])));
    let shelves: Vec<(&Value, bool)> = sheet.rows.iter().map(|row| (&row.values[0], row.is_subtotal)).collect();
    let (a, b) = (Value::from("A"), Value::from("B"));
    assert_eq!(shelves, [(&b, false), (&b, true), (&a, false), (&a, false), (&a, true)]);
    assert_eq!(sheet.rows[4].values[2..4], [Value::Unset, number("15")]);
    assert_eq!(sheet.rows[4].keys, [(0, a)]);
    assert_eq!(sheet.totals.unwrap()[2..], [Value::Unset, number("16"), number("1.6")]);
}

#[test]
fn a_pivot_turns_values_into_columns_with_totals_beside_and_below() {
    let mut columns = columns();
    columns[3].hidden = true;
    columns[4].hidden = true;
    let rows = [row(["A", "03", "4", "", ""]), row(["A", "04", "1", "", ""]), row(["B", "04", "5", "", ""])];
    let sides = [row(["A", "", "5", "", ""]), row(["B", "", "5", "", ""])];
    let tops = [row(["", "03", "4", "", ""]), row(["", "04", "6", "", ""])];
    let sheet = pivoted(&columns, 1, &rows, &sides, &tops, Some(&row(["", "", "10", "", ""])));
    let across: Vec<Option<Value>> = sheet.heads.iter().map(|head| head.across.clone()).collect();
    assert_eq!(across, [None, Some(Value::from("03")), Some(Value::from("04")), None]);
    assert_eq!(sheet.rows[0].values, [Value::from("A"), number("4"), number("1"), number("5")]);
    assert_eq!(sheet.rows[1].values, [Value::from("B"), Value::Unset, number("5"), number("5")]);
    assert_eq!(sheet.totals.unwrap()[1..], [number("4"), number("6"), number("10")]);
}
