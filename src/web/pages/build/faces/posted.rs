//! What was typed in faces as what lies in the document.

use super::{About, Faces, STATES, Sort};
use crate::{
    definition::{edit::Refusal, field::Kind},
    query::SystemField,
    rules::faces::{
        FormulaError, FormulaProblem, Join, RowOperator,
        conditions::{self, TypedRow, TypedRows, WrongValue},
        read_formula, write_script,
    },
    web::body::FormBody,
};

impl Faces {
    /// What was typed in faces as what lies in the document.
    ///
    /// # Errors
    /// A formula that says nothing, a value of the wrong kind: at the property.
    pub fn read(&self, form: &FormBody) -> Result<FormBody, Refusal> {
        let mut read = FormBody(Vec::new());
        for (name, value) in &form.0 {
            if !name.starts_with("row.") && !name.starts_with("_face.") {
                read.0.push((name.clone(), value.clone()));
            }
        }
        for (name, face) in form.0.iter().filter_map(|(name, face)| Some((name.strip_prefix("_face.")?, face))) {
            let mut parts = face.split('|');
            let (shown, sort) = (parts.next().unwrap_or_default(), parts.next().and_then(Sort::named));
            let about = About { table: parts.next().unwrap_or_default(), line: parts.next().unwrap_or_default() };
            let Some(sort) = &sort else { continue };
            let posted = if name.starts_with("pair.") { name.to_owned() } else { format!("set.{name}") };
            let written = match shown {
                "rows" => self.read_rows(form, name, sort, about).map_err(|refusal| refusal.at(name))?,
                "formula" => {
                    let text = form.raw(&posted).unwrap_or_default();
                    self.read_typed(sort, about, text).map_err(|refusal| refusal.at(name))?
                }
                _ => continue,
            };
            read.0.retain(|(known, _)| *known != posted);
            read.0.push((posted, written));
        }
        Ok(read)
    }

    fn read_typed(&self, sort: &Sort, about: About<'_>, text: &str) -> Result<String, Refusal> {
        let text = text.trim();
        let formula = match (sort, text.strip_prefix(['=', '＝'])) {
            _ if text.is_empty() => return Ok(String::new()),
            (Sort::Text, None) => return Ok(text.to_owned()),
            (_, Some(formula)) => formula,
            (_, None) => text,
        };
        let titles = self.titles(about).ok_or_else(Refusal::gone)?;
        let script = write_script(&read_formula(formula, &titles).map_err(|error| refusal_of(&error))?);
        Ok(if *sort == Sort::Text { format!("={script}") } else { script })
    }

    fn read_rows(&self, form: &FormBody, name: &str, sort: &Sort, about: About<'_>) -> Result<String, Refusal> {
        let known = self.compared(about);
        let filter = sort.is_filter();
        let prefix = format!("row.{name}.");
        let mut numbers: Vec<&str> = Vec::new();
        for (key, _) in &form.0 {
            if let Some((number, _)) = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('.'))
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
        }
        let dropped = form.get("_drop").and_then(|drop| drop.strip_prefix(&format!("{name}.")));
        let mut rows = Vec::new();
        let mut begun = false;
        for number in numbers.into_iter().filter(|number| Some(*number) != dropped) {
            let said = |part: &str| form.get(&format!("{prefix}{number}.{part}")).unwrap_or_default().to_owned();
            let field = said("field");
            let Some(one) = known.iter().find(|one| one.path == field) else { continue };
            begun |= number == "new";
            let offered = conditions::operators(one.kind, filter);
            let operator = RowOperator::named(&said("op")).filter(|operator| offered.contains(operator));
            let operator = operator.unwrap_or_else(|| first_operator(one.kind, offered));
            let posted = format!("{prefix}{number}.value");
            let values: Vec<&str> = form.all(&posted).map(str::trim).collect();
            let mut value = values.iter().copied().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", ");
            // Another field, or another comparison: what stood there need not fit.
            let was = said("was");
            if value.is_empty() || (!was.is_empty() && was != field) {
                let state = one.system == Some(SystemField::State);
                let option =
                    if state { Some(STATES[2]) } else { one.options.first().map(|option| option.value.as_str()) };
                value = match one.kind {
                    Kind::Link => self.user_values().into_iter().next().map(|(key, _)| key).unwrap_or_default(),
                    kind => conditions::first_value(kind, filter, option),
                };
            }
            let operator = if operator.takes_value() && value.is_empty() && one.kind == Kind::Link {
                RowOperator::Set
            } else {
                operator
            };
            rows.push(TypedRow { field, operator, value: if operator.takes_value() { value } else { String::new() } });
        }
        let join = form.get(&format!("{prefix}join")).unwrap_or_default();
        if sort.takes_words() && !begun && !matches!(join, "all" | "any") {
            return Ok(join.to_owned());
        }
        let typed = TypedRows { join: if join == "any" { Join::Any } else { Join::All }, rows };
        let kind_of = |path: &str| known.iter().find(|one| one.path == path).map(|one| one.kind);
        let wrong = |WrongValue(number): WrongValue| {
            let row = &typed.rows[number];
            let title = known.iter().find(|one| one.path == row.field).map_or("", |one| one.title.as_str());
            Refusal::new("edit_condition_value").with("field", title).with("value", row.value.clone())
        };
        if filter {
            let filter = conditions::to_filter(&typed, &kind_of).map_err(wrong)?;
            return Ok(filter.map(|filter| filter.to_string()).unwrap_or_default());
        }
        conditions::to_script(&typed, &kind_of).map_err(wrong)
    }
}

/// What a new row begins with.
fn first_operator(kind: Kind, offered: &'static [RowOperator]) -> RowOperator {
    let free = matches!(kind, Kind::Text | Kind::Multiline | Kind::Barcode | Kind::NumberSeries);
    let set = offered.contains(&RowOperator::Set) && (free || offered.first() == Some(&RowOperator::Set));
    if set { RowOperator::Set } else { offered.first().copied().unwrap_or(RowOperator::Set) }
}

fn refusal_of(error: &FormulaError) -> Refusal {
    let near = |near: &Option<String>| near.clone().unwrap_or_default();
    let refusal = match &error.problem {
        FormulaProblem::UnknownField(name, Some(meant)) => {
            Refusal::new("formula_field_near").with("name", name).with("near", meant)
        }
        FormulaProblem::UnknownField(name, None) => Refusal::new("formula_field").with("name", name),
        FormulaProblem::UnknownFunction(name, meant) => {
            Refusal::new("formula_function").with("name", name).with("near", near(meant))
        }
        FormulaProblem::Arguments(name, least, most) => Refusal::new("formula_arguments")
            .with("name", *name)
            .with("least", least.to_string())
            .with("most", most.to_string()),
        FormulaProblem::Unfinished => Refusal::new("formula_unfinished"),
        FormulaProblem::Unexpected => Refusal::new("formula_unexpected"),
        FormulaProblem::Empty => Refusal::new("formula_empty"),
        FormulaProblem::TooDeep => Refusal::new("formula_deep"),
    };
    refusal.with("at", (error.at + 1).to_string())
}
