//! Compiling a form: every rule of its document becomes an expression, with its place where it is broken.

use super::{ItemRules, Member, SectionRules};
use crate::{
    base::error::FieldError,
    definition::form::{Item, Rule, Section, Text, default_source},
    rules::{
        error::{RuleCode, RuleError},
        expression::Expression,
        inputs::Inputs,
        names::Names,
        program::Program,
    },
};

/// A constant, or an expression with its place in the form's document.
#[derive(Debug, Clone)]
pub(super) enum Switch {
    Constant(bool),
    Expression(Expression, String),
}

impl Switch {
    pub(super) fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Constant(_) => None,
            Self::Expression(expression, _) => Some(expression),
        }
    }

    /// An unset input makes it false: nothing shows, is required or is closed because of what is not filled in yet.
    pub(super) fn holds(&self, inputs: &Inputs, errors: &mut Vec<FieldError>) -> bool {
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

pub(super) struct Compiler<'a> {
    pub(super) program: &'a Program,
    pub(super) names: Names<'a>,
    pub(super) problems: Vec<(String, RuleError)>,
}

impl<'a> Compiler<'a> {
    pub(super) fn expression(&mut self, source: &str, lines: Option<&'a str>, pointer: &str) -> Option<Expression> {
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

    pub(super) fn section(&mut self, section: &'a Section, pointer: &str) -> SectionRules {
        let items = section.items.iter().enumerate();
        SectionRules {
            visible: self.switch(section.visible.as_ref(), true, None, &format!("{pointer}/visible")),
            readonly: self.switch(section.readonly.as_ref(), false, None, &format!("{pointer}/readonly")),
            items: items.map(|(index, item)| self.item(item, None, &format!("{pointer}/items/{index}"))).collect(),
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
        let tabs = item.tabs.iter().enumerate();
        let tabs = tabs.map(|(index, tab)| self.section(tab, &format!("{pointer}/tabs/{index}"))).collect();
        let mut words = Vec::new();
        let texts = [
            (Member::Label, "label", &item.label),
            (Member::Help, "help", &item.help),
            (Member::Placeholder, "placeholder", &item.placeholder),
        ];
        for (member, name, text) in texts {
            // The head of a column stands for all lines, so it reads the record only.
            if let Some(Text::Expression { expression }) = text {
                words.extend(
                    self.expression(expression, None, &format!("{pointer}/{name}/expression"))
                        .map(|expression| (member, expression)),
                );
            }
        }
        let default = item.default.as_ref().map(default_source);
        ItemRules {
            key: key.map(str::to_owned),
            visible: self.switch(item.visible.as_ref(), true, lines, &format!("{pointer}/visible")),
            required: self.switch(item.required.as_ref(), false, lines, &format!("{pointer}/required")),
            readonly: self.switch(item.readonly.as_ref(), false, lines, &format!("{pointer}/readonly")),
            default: default.and_then(|source| self.expression(&source, lines, &format!("{pointer}/default"))),
            words,
            distinct: item.distinct.clone(),
            columns,
            tabs,
        }
    }
}
