//! The behaviour of a form, compiled: what shows, what must be filled in, what may be changed, what it starts with, and the
//! checks on submitting.

use super::{
    compute::result_of,
    error::{RuleCode, RuleError},
    expression::Expression,
    form_state::{FormState, GridState, ItemState, SectionState},
    inputs::{Context, Inputs},
    names::{Hops, Names},
    program::Program,
    template::fill,
};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Line, Value},
    },
    definition::{
        field::{Field, Kind},
        form::Form,
        table::Table,
    },
};
use indexmap::IndexMap;

mod compile;

use compile::{Compiler, Switch};

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
    readonly: Switch,
    items: Vec<ItemRules>,
}

#[derive(Debug, Clone)]
struct ItemRules {
    /// The field or lines field, nothing for text and dividers.
    key: Option<String>,
    visible: Switch,
    required: Switch,
    readonly: Switch,
    default: Option<Expression>,
    words: Vec<(Member, Expression)>,
    /// Columns that together are different in every line.
    distinct: Vec<String>,
    /// The columns of a grid.
    columns: Vec<ItemRules>,
    tabs: Vec<SectionRules>,
}

/// Which of an item's words.
#[derive(Debug, Clone, Copy)]
enum Member {
    Label,
    Help,
    Placeholder,
}

#[derive(Debug, Clone)]
struct CheckRule {
    rule: Expression,
    message: String,
    field: Option<String>,
    for_each: Option<String>,
}

impl SectionRules {
    /// Every item in reading order, those in tabs included.
    fn all(&self) -> Vec<&ItemRules> {
        self.items
            .iter()
            .flat_map(|item| std::iter::once(item).chain(item.tabs.iter().flat_map(SectionRules::all)))
            .collect()
    }

    /// Every section within, itself first.
    fn sections(&self) -> Vec<&SectionRules> {
        let tabs = self.items.iter().flat_map(|item| &item.tabs);
        std::iter::once(self).chain(tabs.flat_map(SectionRules::sections)).collect()
    }

    fn state(&self, outer: Outer, table: &Table, inputs: &Inputs, state: &mut FormState) -> SectionState {
        let visible = outer.visible && self.visible.holds(inputs, &mut state.errors);
        let readonly = outer.readonly || self.readonly.holds(inputs, &mut state.errors);
        let outer = Outer { visible, readonly };
        let mut here = SectionState { visible, ..SectionState::default() };
        for (index, item) in self.items.iter().enumerate() {
            let field = item.key.as_deref().and_then(|key| table.field(key));
            let stands = item.state(outer, field, inputs, &mut state.errors);
            here.items.push(stands);
            if !item.tabs.is_empty() {
                let within = Outer { visible: stands.visible, readonly: stands.readonly };
                let tabs = item.tabs.iter().map(|tab| tab.state(within, table, inputs, state)).collect();
                here.tabs.insert(index, tabs);
            }
            let Some(key) = &item.key else { continue };
            item.say(key, inputs, state);
            if let Some(field) = field.filter(|field| field.kind == Kind::Lines) {
                let grid = grid(item, stands, field, inputs, &mut state.errors);
                state.grids.insert(key.clone(), grid);
                for column in &item.columns {
                    if let Some(name) = &column.key {
                        column.say(&format!("{key}.{name}"), inputs, state);
                    }
                }
            }
            state.fields.insert(key.clone(), stands);
        }
        here
    }
}

/// What surrounds an item: a hidden section hides it, a closed one closes it.
#[derive(Debug, Clone, Copy)]
struct Outer {
    visible: bool,
    readonly: bool,
}

impl ItemRules {
    fn plain(key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            visible: Switch::Constant(true),
            required: Switch::Constant(false),
            readonly: Switch::Constant(false),
            default: None,
            words: Vec::new(),
            distinct: Vec::new(),
            columns: Vec::new(),
            tabs: Vec::new(),
        }
    }

    fn state(&self, outer: Outer, field: Option<&Field>, inputs: &Inputs, errors: &mut Vec<FieldError>) -> ItemState {
        let visible = outer.visible && self.visible.holds(inputs, errors);
        let required = field.is_some_and(|field| field.required) || self.required.holds(inputs, errors);
        let readonly =
            outer.readonly || field.is_some_and(|field| field.read_only) || self.readonly.holds(inputs, errors);
        ItemState { visible, required: visible && required, readonly }
    }

    /// The words that are computed. One that cannot be, for now, is left to the definition's or the field's own.
    fn say(&self, path: &str, inputs: &Inputs, state: &mut FormState) {
        for (member, expression) in &self.words {
            let Ok(value) = expression.evaluate(inputs) else { continue };
            let words = state.words.entry(path.to_owned()).or_default();
            let text = match value {
                Value::Unset => continue,
                Value::Text(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Decimal(number) => crate::base::decimal::to_plain(number),
                Value::Date(date) => date.to_string(),
                _ => continue,
            };
            match member {
                Member::Label => words.label = Some(text),
                Member::Help => words.help = Some(text),
                Member::Placeholder => words.placeholder = Some(text),
            }
        }
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let switches = [&self.visible, &self.required, &self.readonly].into_iter().filter_map(Switch::expression);
        switches.chain(&self.default).chain(self.words.iter().map(|(_, expression)| expression))
    }

    /// Lines that say the same as an earlier one where they must differ. Lines in which nothing of it is filled in are passed over.
    fn doubled(&self, lines: &Field, document: &Document, errors: &mut Vec<FieldError>) {
        if self.distinct.is_empty() {
            return;
        }
        let mut seen: Vec<Vec<&Value>> = Vec::new();
        for (row, line) in document.lines_of(&lines.key).iter().enumerate() {
            let values: Vec<&Value> = self.distinct.iter().map(|column| line.get(column)).collect();
            if values.iter().any(|value| value.is_unset()) {
                seen.push(Vec::new());
                continue;
            }
            if let Some(first) = seen.iter().position(|known| *known == values) {
                let titles = self.distinct.iter().filter_map(|key| lines.column(key)).map(|field| field.title.as_str());
                let titles: Vec<&str> = titles.collect();
                let path = format!("/{}/{row}/{}", lines.key, self.distinct[0]);
                errors
                    .push(FieldError::new(path, "distinct").with("fields", titles.join("、")).with("line", first + 1));
            }
            seen.push(values);
        }
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
            sections.push(compiler.section(section, &format!("/layout/{index}")));
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
        let outer = Outer { visible: true, readonly: false };
        for section in &self.sections {
            let section = section.state(outer, &self.table, &inputs, &mut state);
            state.sections.push(section);
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
        for item in self.sections.iter().flat_map(SectionRules::all) {
            if let Some(lines) = item.key.as_deref().and_then(|key| self.table.field(key)) {
                item.doubled(lines, document, &mut errors);
            }
        }
        errors
    }

    /// Gives a new document what the form starts with: fields that are unset, in the record and in its lines.
    pub fn apply_defaults(&self, document: &mut Document, context: Context) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for item in self.sections.iter().flat_map(SectionRules::all) {
            let Some(field) = item.key.as_deref().and_then(|key| self.table.field(key)) else { continue };
            if field.kind == Kind::Lines {
                for row in 0..document.lines_of(&field.key).len() {
                    errors.extend(self.apply_line_defaults(document, &field.key, row, context));
                }
            } else if let Some(default) = item.default.as_ref().filter(|_| document.get(&field.key).is_unset()) {
                let inputs = Inputs::new(context, &self.table, document);
                let value = result_of(default, field, &inputs, &mut errors, || format!("/{}", field.key));
                document.values.insert(field.key.clone(), value);
            }
        }
        errors
    }

    /// Gives one new line what the form starts it with.
    pub fn apply_line_defaults(
        &self,
        document: &mut Document,
        lines: &str,
        index: usize,
        context: Context,
    ) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let items = self.sections.iter().flat_map(SectionRules::all);
        let Some(item) = items.into_iter().find(|item| item.key.as_deref() == Some(lines)) else { return errors };
        for column in &item.columns {
            let field = self.table.field(lines).zip(column.key.as_deref()).and_then(|(field, key)| field.column(key));
            let (Some(field), Some(default)) = (field, &column.default) else { continue };
            let Some(line) = document.lines_of(lines).get(index).filter(|line| line.get(&field.key).is_unset()) else {
                continue;
            };
            let inputs = Inputs::new(context, &self.table, document).with_line(lines, line);
            let value = result_of(default, field, &inputs, &mut errors, || format!("/{lines}/{index}/{}", field.key));
            if let Some(line) = document.lines.get_mut(lines).and_then(|rows| rows.get_mut(index)) {
                line.values.insert(field.key.clone(), value);
            }
        }
        errors
    }

    /// What must be read behind links before the form is evaluated and checked, the places in messages included.
    #[must_use]
    pub fn link_hops(&self) -> Hops {
        let mut hops = Hops::new();
        let names = Names::of(&self.table);
        for section in self.sections.iter().flat_map(SectionRules::sections) {
            for switch in [&section.visible, &section.readonly] {
                if let Some(expression) = switch.expression() {
                    expression.link_hops(&names, &mut hops);
                }
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
fn grid(
    item: &ItemRules,
    stands: ItemState,
    lines: &Field,
    inputs: &Inputs,
    errors: &mut Vec<FieldError>,
) -> GridState {
    let outer = Outer { visible: stands.visible, readonly: stands.readonly };
    let mut cells = |line: &Line| -> IndexMap<String, ItemState> {
        let inputs = inputs.with_line(&lines.key, line);
        let cell = |column: &ItemRules| {
            let key = column.key.clone()?;
            let state = column.state(outer, lines.column(&key), &inputs, errors);
            Some((key, state))
        };
        item.columns.iter().filter_map(cell).collect()
    };
    let blank = cells(&Line::default());
    GridState { rows: inputs.document.lines_of(&lines.key).iter().map(cells).collect(), blank }
}
