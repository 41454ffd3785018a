//! The behaviour of a form: what shows, what must be filled in, what may be changed, and the checks on submitting.

use super::{
    error::{RuleCode, RuleError},
    expression::Expression,
    inputs::{Context, Inputs},
    names::{Hops, Names},
    program::Program,
    template::fill,
};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Line},
    },
    definition::{
        field::{Field, Kind},
        form::{Form, Item, Rule},
        table::Table,
    },
};
use indexmap::IndexMap;

/// How one control stands: shown, to be filled in, closed. A hidden control is never required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemState {
    pub visible: bool,
    pub required: bool,
    pub readonly: bool,
}

/// A section and its items, in the order of the form's layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SectionState {
    pub visible: bool,
    pub items: Vec<ItemState>,
}

/// The cells of a lines grid by column key; columns that the grid does not show are not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridState {
    pub rows: Vec<IndexMap<String, ItemState>>,
    /// The cells of a line in which nothing is filled in yet.
    pub blank: IndexMap<String, ItemState>,
}

/// A form over one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormState {
    pub sections: Vec<SectionState>,
    /// By key of the field or lines field; fields that the form does not have are not there.
    pub fields: IndexMap<String, ItemState>,
    pub grids: IndexMap<String, GridState>,
    /// Rules that failed, as errors of the whole form.
    pub errors: Vec<FieldError>,
}

impl FormState {
    /// The state of a field of the record, where the form has it.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<ItemState> {
        self.fields.get(key).copied()
    }

    /// The state of a cell, where the form has its column.
    #[must_use]
    pub fn cell(&self, lines: &str, row: usize, column: &str) -> Option<ItemState> {
        let grid = self.grids.get(lines)?;
        grid.rows.get(row).unwrap_or(&grid.blank).get(column).copied()
    }

    /// Whether a column of a grid has anything to show: in one of the lines, or in the next one to come.
    #[must_use]
    pub fn column_visible(&self, lines: &str, column: &str) -> bool {
        let shows = |cells: &IndexMap<String, ItemState>| cells.get(column).is_some_and(|cell| cell.visible);
        self.grids.get(lines).is_some_and(|grid| shows(&grid.blank) || grid.rows.iter().any(shows))
    }
}

/// The compiled rules of one form.
#[derive(Debug, Clone)]
pub struct FormRules {
    table: Table,
    sections: Vec<SectionRules>,
    checks: Vec<CheckRule>,
}

#[derive(Debug, Clone)]
struct SectionRules {
    visible: Switch,
    items: Vec<ItemRules>,
}

#[derive(Debug, Clone)]
struct ItemRules {
    /// The field or lines field, nothing for text and dividers.
    key: Option<String>,
    visible: Switch,
    required: Switch,
    readonly: Switch,
    /// The columns of a grid.
    columns: Vec<ItemRules>,
}

#[derive(Debug, Clone)]
struct CheckRule {
    rule: Expression,
    message: String,
    field: Option<String>,
    for_each: Option<String>,
}

/// A constant, or an expression with its place in the form's document.
#[derive(Debug, Clone)]
enum Switch {
    Constant(bool),
    Expression(Expression, String),
}

impl Switch {
    fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Constant(_) => None,
            Self::Expression(expression, _) => Some(expression),
        }
    }

    /// An unset input makes it false: nothing shows, is required or is closed because of what is not filled in yet.
    fn holds(&self, inputs: &Inputs, errors: &mut Vec<FieldError>) -> bool {
        let (expression, pointer) = match self {
            Self::Constant(truth) => return *truth,
            Self::Expression(expression, pointer) => (expression, pointer),
        };
        expression.condition(inputs).unwrap_or_else(|error| {
            if error.code != RuleCode::UnsetValue {
                let error = error.at_field("").with("rule", pointer);
                // Every line may meet the same failure; it is said once.
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
            false
        })
    }
}

struct Compiler<'a> {
    program: &'a Program,
    names: Names<'a>,
    problems: Vec<(String, RuleError)>,
}

impl<'a> Compiler<'a> {
    fn expression(&mut self, source: &str, lines: Option<&'a str>, pointer: &str) -> Option<Expression> {
        let expression = match self.program.expression(source) {
            Ok(expression) => expression,
            Err(error) => {
                self.problems.push((pointer.to_owned(), error));
                return None;
            }
        };
        let names = Names { line: lines, ..self.names };
        let unknown = expression.unknown_names(&names);
        self.problems.extend(unknown.into_iter().map(|error| (pointer.to_owned(), error)));
        Some(expression)
    }

    fn switch(&mut self, rule: Option<&Rule>, default: bool, lines: Option<&'a str>, pointer: &str) -> Switch {
        match rule {
            None => Switch::Constant(default),
            Some(Rule::Constant(truth)) => Switch::Constant(*truth),
            Some(Rule::Expression(source)) => match self.expression(source, lines, pointer) {
                Some(expression) => Switch::Expression(expression, pointer.to_owned()),
                None => Switch::Constant(default),
            },
        }
    }

    fn item(&mut self, item: &'a Item, lines: Option<&'a str>, pointer: &str) -> ItemRules {
        let key = item.field.as_deref().or(item.lines.as_deref());
        let grid = item.lines.as_deref();
        let mut columns: Vec<ItemRules> = item
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| self.item(column, grid, &format!("{pointer}/columns/{index}")))
            .collect();
        if let (Some(field), true) = (grid.and_then(|key| self.names.table.field(key)), columns.is_empty()) {
            // A grid that names no columns shows all of the table's.
            columns = field.columns.keys().map(|key| ItemRules::plain(key)).collect();
        }
        ItemRules {
            key: key.map(str::to_owned),
            visible: self.switch(item.visible.as_ref(), true, lines, &format!("{pointer}/visible")),
            required: self.switch(item.required.as_ref(), false, lines, &format!("{pointer}/required")),
            readonly: self.switch(item.readonly.as_ref(), false, lines, &format!("{pointer}/readonly")),
            columns,
        }
    }
}

impl ItemRules {
    fn plain(key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            visible: Switch::Constant(true),
            required: Switch::Constant(false),
            readonly: Switch::Constant(false),
            columns: Vec::new(),
        }
    }

    fn state(&self, shown: bool, field: Option<&Field>, inputs: &Inputs, errors: &mut Vec<FieldError>) -> ItemState {
        let visible = shown && self.visible.holds(inputs, errors);
        let required = field.is_some_and(|field| field.required) || self.required.holds(inputs, errors);
        let readonly = field.is_some_and(|field| field.read_only) || self.readonly.holds(inputs, errors);
        ItemState { visible, required: visible && required, readonly }
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        [&self.visible, &self.required, &self.readonly].into_iter().filter_map(Switch::expression)
    }
}

impl FormRules {
    /// Compiles every rule and check of the form.
    ///
    /// # Errors
    /// Every problem with its JSON Pointer in the form's document.
    pub fn compile(program: &Program, table: &Table, form: &Form) -> Result<Self, Vec<(String, RuleError)>> {
        let mut compiler = Compiler { program, names: Names::of(table), problems: Vec::new() };
        let mut sections = Vec::new();
        for (index, section) in form.layout.iter().enumerate() {
            let pointer = format!("/layout/{index}");
            let items = section.items.iter().enumerate();
            sections.push(SectionRules {
                visible: compiler.switch(section.visible.as_ref(), true, None, &format!("{pointer}/visible")),
                items: items
                    .map(|(item, rules)| compiler.item(rules, None, &format!("{pointer}/items/{item}")))
                    .collect(),
            });
        }
        let mut checks = Vec::new();
        for (index, check) in form.checks.iter().enumerate() {
            let pointer = format!("/checks/{index}/rule");
            if let Some(rule) = compiler.expression(&check.rule, check.for_each.as_deref(), &pointer) {
                checks.push(CheckRule {
                    rule,
                    message: check.message.clone(),
                    field: check.field.clone(),
                    for_each: check.for_each.clone(),
                });
            }
        }
        if compiler.problems.is_empty() {
            Ok(Self { table: table.clone(), sections, checks })
        } else {
            Err(compiler.problems)
        }
    }

    /// How the form stands over the document.
    #[must_use]
    pub fn evaluate(&self, document: &Document, context: Context) -> FormState {
        let mut state = FormState::default();
        let inputs = Inputs::new(context, &self.table, document);
        for section in &self.sections {
            let visible = section.visible.holds(&inputs, &mut state.errors);
            let mut items = Vec::new();
            for item in &section.items {
                let field = item.key.as_deref().and_then(|key| self.table.field(key));
                let here = item.state(visible, field, &inputs, &mut state.errors);
                items.push(here);
                let Some(key) = &item.key else { continue };
                if let Some(field) = field.filter(|field| field.kind == Kind::Lines) {
                    let grid = grid(item, here, field, &inputs, &mut state.errors);
                    state.grids.insert(key.clone(), grid);
                }
                state.fields.insert(key.clone(), here);
            }
            state.sections.push(SectionState { visible, items });
        }
        state
    }

    /// The checks that do not hold. One that reads something unset does not apply; other failures are errors at its place.
    #[must_use]
    pub fn checks(&self, document: &Document, context: Context) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let inputs = Inputs::new(context, &self.table, document);
        for check in &self.checks {
            match &check.for_each {
                None => errors.extend(check.broken(&inputs, None)),
                Some(lines) => {
                    for (row, line) in document.lines_of(lines).iter().enumerate() {
                        errors.extend(check.broken(&inputs.with_line(lines, line), Some((lines, row))));
                    }
                }
            }
        }
        errors
    }

    /// What must be read behind links before the form is evaluated and checked, the places in messages included.
    #[must_use]
    pub fn link_hops(&self) -> Hops {
        let mut hops = Hops::new();
        let names = Names::of(&self.table);
        for section in &self.sections {
            if let Some(expression) = section.visible.expression() {
                expression.link_hops(&names, &mut hops);
            }
            for item in &section.items {
                item.expressions().for_each(|expression| expression.link_hops(&names, &mut hops));
                let in_line = names.in_line(item.key.as_deref());
                for column in &item.columns {
                    column.expressions().for_each(|expression| expression.link_hops(&in_line, &mut hops));
                }
            }
        }
        for check in &self.checks {
            let names = names.in_line(check.for_each.as_deref());
            check.rule.link_hops(&names, &mut hops);
            names.template_hops(&check.message, &mut hops);
        }
        hops
    }
}

impl CheckRule {
    fn broken(&self, inputs: &Inputs, line: Option<(&str, usize)>) -> Option<FieldError> {
        match self.rule.condition(inputs) {
            Ok(true) => None,
            Ok(false) => Some(FieldError::new(self.path(line), "check").saying(fill(&self.message, inputs))),
            Err(error) if error.code == RuleCode::UnsetValue => None,
            Err(error) => Some(error.at_field(self.path(line))),
        }
    }

    /// `/amount`, `/lines/0/qty`, `/lines/0` or nothing for the whole form.
    fn path(&self, line: Option<(&str, usize)>) -> String {
        let field = self.field.as_deref().unwrap_or_default();
        match line {
            Some((lines, row)) => match field.strip_prefix(lines).and_then(|rest| rest.strip_prefix('.')) {
                Some(column) => format!("/{lines}/{row}/{column}"),
                None if field.is_empty() => format!("/{lines}/{row}"),
                None => format!("/{field}"),
            },
            // Without a line of its own a check over a column stands at the grid.
            None => {
                field.split('.').next().filter(|key| !key.is_empty()).map(|key| format!("/{key}")).unwrap_or_default()
            }
        }
    }
}

/// The cells of a grid. A closed grid closes its cells, a hidden one hides them.
fn grid(item: &ItemRules, outer: ItemState, lines: &Field, inputs: &Inputs, errors: &mut Vec<FieldError>) -> GridState {
    let mut cells = |line: &Line| -> IndexMap<String, ItemState> {
        let inputs = inputs.with_line(&lines.key, line);
        let cell = |column: &ItemRules| {
            let key = column.key.clone()?;
            let mut state = column.state(outer.visible, lines.column(&key), &inputs, errors);
            state.readonly |= outer.readonly;
            Some((key, state))
        };
        item.columns.iter().filter_map(cell).collect()
    };
    let blank = cells(&Line::default());
    GridState { rows: inputs.document.lines_of(&lines.key).iter().map(cells).collect(), blank }
}
