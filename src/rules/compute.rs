//! Defaults and formulas of a table, compiled once per version of the app and put in the order in which they need each other.

use super::{
    error::{RuleCode, RuleError},
    expression::Expression,
    inputs::{Context, Inputs, is_identity},
    lines_rollup::LinesRollup,
    names::{Hops, Names, Place},
    program::Program,
    validate::fits,
};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Value},
    },
    definition::{
        field::{Field, Kind},
        table::Table,
    },
};
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeSet;

/// The defaults and formulas of one table.
#[derive(Debug, Clone)]
pub struct TableRules {
    table: Table,
    /// Both in an order in which every rule comes after those it reads.
    defaults: Vec<FieldRule>,
    formulas: Vec<FieldRule>,
}

/// The rule of a field, or of a column of lines.
#[derive(Debug, Clone)]
struct FieldRule {
    lines: Option<String>,
    key: String,
    way: Way,
}

/// How a value is computed.
#[derive(Debug, Clone)]
enum Way {
    Expression(Expression),
    Rollup(Box<LinesRollup>),
}

impl FieldRule {
    fn place(&self) -> Place<'_> {
        (self.lines.as_deref(), &self.key)
    }

    const fn expression(&self) -> Option<&Expression> {
        match &self.way {
            Way::Expression(expression) => Some(expression),
            Way::Rollup(_) => None,
        }
    }

    /// The fields and columns that it reads.
    fn reads<'r>(&'r self, table: &'r Table) -> Vec<Place<'r>> {
        match &self.way {
            Way::Expression(expression) => expression.places(&Names::of(table).in_line(self.lines.as_deref())),
            Way::Rollup(rollup) => rollup.columns().map(|column| (Some(rollup.lines.as_str()), column)).collect(),
        }
    }

    fn field<'t>(&self, table: &'t Table) -> Option<&'t Field> {
        match &self.lines {
            None => table.field(&self.key),
            Some(lines) => table.field(lines)?.column(&self.key),
        }
    }

    fn pointer(&self, member: &str) -> String {
        pointer(self.lines.as_deref(), &self.key, member)
    }
}

/// The JSON Pointer of a rule in the table's document.
fn pointer(lines: Option<&str>, key: &str, member: &str) -> String {
    match lines {
        None => format!("/properties/{key}/x-field/{member}"),
        Some(lines) => format!("/properties/{lines}/items/properties/{key}/x-field/{member}"),
    }
}

impl TableRules {
    /// Compiles every default and formula of the table.
    ///
    /// # Errors
    /// Every problem with its JSON Pointer in the table's document: expressions that do not compile, names that do not exist,
    /// formulas that need each other (`cycle`, with the chain of field titles).
    pub fn compile(program: &Program, table: &Table) -> Result<Self, Vec<(String, RuleError)>> {
        let mut problems = Vec::new();
        let mut collect = |member: &str, source: fn(&Field) -> Option<&String>| {
            let mut rules = Vec::new();
            for (lines, field) in every_field(table) {
                let Some(source) = source(field) else { continue };
                let expression = match program.expression(source) {
                    Ok(expression) => expression,
                    Err(error) => {
                        problems.push((pointer(lines, &field.key, member), error));
                        continue;
                    }
                };
                let names = Names::of(table).in_line(lines);
                let unknown = expression.unknown_names(&names);
                problems.extend(unknown.into_iter().map(|error| (pointer(lines, &field.key, member), error)));
                let way = Way::Expression(expression);
                rules.push(FieldRule { lines: lines.map(str::to_owned), key: field.key.clone(), way });
            }
            let gathered = table.scalars().filter(|_| member == "formula");
            for (field, rollup) in gathered.filter_map(|field| Some((field, field.rollup.as_ref()?))) {
                let Some(lines) = rollup.own_lines() else { continue };
                match LinesRollup::compile(table, lines, rollup) {
                    Ok(rollup) => rules.push(FieldRule {
                        lines: None,
                        key: field.key.clone(),
                        way: Way::Rollup(Box::new(rollup)),
                    }),
                    Err(error) => problems.push((pointer(None, &field.key, "filter"), error)),
                }
            }
            match ordered(table, &rules) {
                Ok(rules) => rules,
                Err(broken) => {
                    let (rule, error) = *broken;
                    problems.push((rule.pointer(member), error));
                    Vec::new()
                }
            }
        };
        let formulas = collect("formula", |field| field.formula.as_ref());
        let defaults = collect("default", |field| field.default.as_ref());
        if problems.is_empty() { Ok(Self { table: table.clone(), defaults, formulas }) } else { Err(problems) }
    }

    /// Gives a new document its defaults: every field that is unset, in the record and in its lines.
    ///
    /// A default that reads something unset leaves its field unset; other failures are errors of the field.
    pub fn apply_defaults(&self, document: &mut Document, context: Context) -> Vec<FieldError> {
        self.apply(&self.defaults, document, context, &|_, _| true, true)
    }

    /// Gives one new line its defaults.
    pub fn apply_line_defaults(
        &self,
        document: &mut Document,
        lines: &str,
        index: usize,
        context: Context,
    ) -> Vec<FieldError> {
        let here = |key: Option<&str>, row: usize| key == Some(lines) && row == index;
        self.apply(&self.defaults, document, context, &here, true)
    }

    /// Computes every formula. A formula that reads something unset yields unset; one that fails otherwise does too, and is an
    /// error at its field.
    pub fn recompute(&self, document: &mut Document, context: Context) -> Vec<FieldError> {
        self.apply(&self.formulas, document, context, &|_, _| true, false)
    }

    /// The keys of the fields of the record whose formulas read one of these fields, themselves or through others, and why that
    /// cannot be: such a formula is computed whenever the figure changes, with nothing but the record at hand.
    #[must_use]
    pub fn dependents(&self, of: &BTreeSet<&str>) -> (Vec<&str>, Vec<(String, RuleError)>) {
        let mut known: BTreeSet<&str> = of.clone();
        let (mut keys, mut problems) = (Vec::new(), Vec::new());
        // In the order of the formulas, what is read comes before what reads it.
        for rule in &self.formulas {
            let Some(expression) = rule.expression() else { continue };
            let reads = rule.reads(&self.table);
            let Some((_, read)) = reads.iter().find(|(lines, key)| lines.is_none() && known.contains(key)) else {
                continue;
            };
            let names = Names::of(&self.table).in_line(rule.lines.as_deref());
            if rule.lines.is_some() || !expression.is_of_record(&names) {
                let title = self.table.field(read).map_or(*read, |field| field.title.as_str());
                let message = format!(
                    "this reads \"{title}\", which changes when other records do, and is computed again at that moment: so it \
                     stands in the record itself and reads fields of the record only, no lines, links, lookups, day, person or setting"
                );
                problems.push((rule.pointer("formula"), RuleError::new(RuleCode::Failed, message)));
            }
            if rule.lines.is_none() {
                known.insert(&rule.key);
                keys.push(rule.key.as_str());
            }
        }
        (keys, problems)
    }

    /// Computes the formulas of these fields of the record, and nothing else. What fails is unset.
    pub fn recompute_only(&self, keys: &[String], document: &mut Document, context: Context) {
        let rules: Vec<FieldRule> =
            self.formulas.iter().filter(|rule| rule.lines.is_none() && keys.contains(&rule.key)).cloned().collect();
        let _unset = self.apply(&rules, document, context, &|_, _| true, false);
    }

    /// What must be read behind links before defaults and formulas run.
    #[must_use]
    pub fn link_hops(&self) -> Hops {
        let mut hops = Hops::new();
        for rule in self.formulas.iter().chain(&self.defaults) {
            let names = Names::of(&self.table).in_line(rule.lines.as_deref());
            if let Some(expression) = rule.expression() {
                expression.link_hops(&names, &mut hops);
            }
        }
        hops
    }

    /// The settings that defaults and formulas read; one may come several times.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        let rules = self.formulas.iter().chain(&self.defaults);
        let expressions = rules.filter_map(FieldRule::expression);
        expressions.flat_map(|expression| expression.references().settings.iter().map(String::as_str))
    }

    fn apply(
        &self,
        rules: &[FieldRule],
        document: &mut Document,
        context: Context,
        wanted: &dyn Fn(Option<&str>, usize) -> bool,
        only_unset: bool,
    ) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for rule in rules {
            let Some(field) = rule.field(&self.table) else { continue };
            let Some(lines) = rule.lines.as_deref() else {
                if wanted(None, 0) && (!only_unset || document.get(&rule.key).is_unset()) {
                    let result = match &rule.way {
                        Way::Rollup(rollup) => rollup.value(field, document.lines_of(&rollup.lines)),
                        Way::Expression(expression) => {
                            let inputs = Inputs::new(context, &self.table, document);
                            result_of(expression, field, &inputs, &mut errors, || format!("/{}", rule.key))
                        }
                    };
                    document.values.insert(rule.key.clone(), result);
                }
                continue;
            };
            for row in 0..document.lines_of(lines).len() {
                let line = &document.lines_of(lines)[row];
                if !wanted(Some(lines), row) || (only_unset && !line.get(&rule.key).is_unset()) {
                    continue;
                }
                let Some(expression) = rule.expression() else { continue };
                let inputs = Inputs::new(context, &self.table, document).with_line(lines, line);
                let path = || format!("/{lines}/{row}/{}", rule.key);
                let result = result_of(expression, field, &inputs, &mut errors, path);
                if let Some(line) = document.lines.get_mut(lines).and_then(|rows| rows.get_mut(row)) {
                    line.values.insert(rule.key.clone(), result);
                }
            }
        }
        errors
    }
}

/// The value for a field: settled to its scale, unset where an input is unset or the rule fails.
pub(super) fn result_of(
    expression: &Expression,
    field: &Field,
    inputs: &Inputs,
    errors: &mut Vec<FieldError>,
    path: impl Fn() -> String,
) -> Value {
    let error = match expression.evaluate(inputs) {
        Ok(value) => {
            let value = settled(field, value);
            if fits(field, &value) {
                return value;
            }
            let message = format!("the rule of \"{}\" yields another kind of value than the field holds", field.title);
            RuleError::new(RuleCode::TypeMismatch, message)
        }
        Err(error) if error.code == RuleCode::UnsetValue => return Value::Unset,
        Err(error) => error,
    };
    errors.push(error.at_field(path()));
    Value::Unset
}

/// Rounded to what the field holds; a number behind a link that stands in a link or member field is the id it was.
fn settled(field: &Field, value: Value) -> Value {
    match value {
        Value::Decimal(id) if is_identity(field) && id.fract().is_zero() => id.to_i64().map_or(value, Value::Integer),
        value => field.settle(value),
    }
}

/// Every field with the lines field it is a column of.
fn every_field(table: &Table) -> impl Iterator<Item = (Option<&str>, &Field)> {
    table.fields.values().flat_map(|field| {
        let columns = field.columns.values().map(|column| (Some(field.key.as_str()), column));
        let own = (field.kind != Kind::Lines).then_some((None, field));
        own.into_iter().chain(columns)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// The rules so that each comes after those whose results it reads; otherwise in the order of the table.
fn ordered(table: &Table, rules: &[FieldRule]) -> Result<Vec<FieldRule>, Box<(FieldRule, RuleError)>> {
    let needs: Vec<Vec<usize>> = rules
        .iter()
        .map(|rule| {
            let places = rule.reads(table);
            (0..rules.len()).filter(|index| places.contains(&rules[*index].place())).collect()
        })
        .collect();
    let mut marks = vec![Mark::New; rules.len()];
    let mut order = Vec::with_capacity(rules.len());
    for start in 0..rules.len() {
        if let Err(chain) = visit(start, &needs, &mut marks, &mut order, &mut Vec::new()) {
            let titles: Vec<&str> =
                chain.iter().map(|index| rules[*index].field(table).map_or("", |field| field.title.as_str())).collect();
            let chain_text = titles.join(" → ");
            let error = RuleError::new(RuleCode::Cycle, format!("these fields need each other: {chain_text}"));
            return Err(Box::new((rules[chain[0]].clone(), error.with("chain", chain_text))));
        }
    }
    Ok(order.into_iter().map(|index| rules[index].clone()).collect())
}

/// Visits what a rule needs before the rule itself; the chain of a cycle begins and ends with the same rule.
fn visit(
    rule: usize,
    needs: &[Vec<usize>],
    marks: &mut [Mark],
    order: &mut Vec<usize>,
    open: &mut Vec<usize>,
) -> Result<(), Vec<usize>> {
    match marks[rule] {
        Mark::Done => return Ok(()),
        Mark::Open => {
            let first = open.iter().position(|index| *index == rule).unwrap_or(0);
            return Err(open[first..].iter().copied().chain([rule]).collect());
        }
        Mark::New => {}
    }
    marks[rule] = Mark::Open;
    open.push(rule);
    for need in &needs[rule] {
        visit(*need, needs, marks, order, open)?;
    }
    open.pop();
    marks[rule] = Mark::Done;
    order.push(rule);
    Ok(())
}
