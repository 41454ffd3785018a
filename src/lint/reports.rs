//! Reports and dashboards: tables, parameters, columns and views exist, figures fit their fields, expressions compile.

use super::{filters, paths::no_table};
use crate::{
    definition::{
        app::App,
        dashboard::{Card, Dashboard},
        field::Kind,
        finding::Finding,
        report::{Parameter, Report, filled, parameters_in},
        table::Table,
        view::FilterDocument,
    },
    query::{FilterError, GroupKey, Measure, TableNames},
    rules::{Names, Program},
};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

/// Named in the address of an exported report besides its parameters.
const EXPORT_FORMAT: &str = "format";

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    // What is wrong with the shared functions is said once, where all rules are judged.
    let program = Program::compile(&app.functions).ok();
    for report in app.reports.values() {
        let file = format!("reports/{}.json", report.key);
        let here = Here { app, file: &file, program: program.as_ref() };
        here.parameters(&report.parameters, findings);
        if report.parameters.contains_key(EXPORT_FORMAT) {
            let message = "the key \"format\" says which form an exported report has; give the parameter another";
            findings.push(here.error(format!("/parameters/{EXPORT_FORMAT}"), message));
        }
        match app.table(&report.source.table) {
            Some(table) => here.report(report, table, findings),
            None => findings.push(no_table(app, &report.source.table).finding(&file, "/source/table")),
        }
    }
    for dashboard in app.dashboards.values() {
        let file = format!("dashboards/{}.json", dashboard.key);
        let here = Here { app, file: &file, program: program.as_ref() };
        here.parameters(&dashboard.parameters, findings);
        here.dashboard(dashboard, findings);
    }
}

/// The document that is judged.
struct Here<'a> {
    app: &'a App,
    file: &'a str,
    program: Option<&'a Program>,
}

impl Here<'_> {
    fn error(&self, path: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding::error(self.file, path.into(), message.into())
    }

    fn parameters(&self, parameters: &IndexMap<String, Parameter>, findings: &mut Vec<Finding>) {
        for (key, parameter) in parameters {
            let here = format!("/parameters/{key}");
            let kind = Kind::named(&parameter.kind);
            if kind.is_some_and(Kind::is_link) {
                match &parameter.table {
                    None => findings.push(self.error(&here, "a link says which table it is to: \"table\"")),
                    Some(table) if self.app.table(table).is_none() => {
                        findings.push(no_table(self.app, table).finding(self.file, format!("{here}/table")));
                    }
                    Some(_) => {}
                }
            }
            if kind.is_some_and(|kind| matches!(kind, Kind::Choice | Kind::Choices)) && parameter.options.is_empty() {
                findings.push(self.error(&here, "a choice has options"));
            }
            if let Some(default) = &parameter.default {
                self.expression(&format!("{here}/default"), default, &[], findings);
            }
        }
    }

    fn report(&self, report: &Report, table: &Table, findings: &mut Vec<Finding>) {
        for (path, filter) in report.filters() {
            self.filter(&path, filter, &report.parameters, table, findings);
        }
        let names = TableNames { table, source: self.app };
        for (index, column) in report.columns.iter().enumerate() {
            let here = format!("/columns/{index}");
            if report.columns[..index].iter().any(|earlier| earlier.key == column.key) {
                let message = format!("two columns have the key \"{}\"", column.key);
                findings.push(self.error(format!("{here}/key"), message));
            }
            if let Some(group) = &column.group {
                let read = GroupKey::parse_all(group, &names).map(|keys| keys.len());
                self.single(&format!("{here}/group"), read, findings);
            }
            if let Some(measure) = &column.measure {
                let read = Measure::parse_all(measure, &names).map(|measures| measures.len());
                self.single(&format!("{here}/measure"), read, findings);
            } else if column.only.is_some() {
                findings.push(self.error(format!("{here}/where"), "only a measure counts some of the rows"));
            }
            if let Some(expression) = &column.expression {
                let known: Vec<&str> = report.columns[..index].iter().map(|column| column.key.as_str()).collect();
                self.expression(&format!("{here}/expression"), expression, &known, findings);
            }
        }
        let is_group = |column: &str| report.column(column).is_some_and(|column| column.group.is_some());
        let is_figure = |column: &str| report.column(column).is_some_and(|column| column.group.is_none());
        for (index, (column, _)) in report.sort_keys().enumerate() {
            if report.column(column).is_none() {
                findings.push(self.no_column(report, &format!("/sort/{index}"), column));
            }
        }
        let mut groups = vec![("/pivot", report.pivot.as_deref())];
        if let Some(chart) = &report.chart {
            groups.push(("/chart/by", Some(&chart.by)));
            groups.push(("/chart/series", chart.series.as_deref()));
            for (index, figure) in chart.figures.iter().enumerate().filter(|(_, figure)| !is_figure(figure)) {
                findings.push(self.no_column(report, &format!("/chart/figures/{index}"), figure));
            }
            if chart.series.is_some() && chart.figures.len() > 1 {
                findings.push(self.error("/chart/figures", "a chart with series of a group has one figure"));
            }
        }
        for (path, column) in groups {
            if let Some(column) = column.filter(|column| !is_group(column)) {
                findings.push(self.no_column(report, path, column));
            }
        }
        if report.columns.iter().all(|column| column.group.is_some()) {
            findings.push(self.error("/columns", "a report has at least one figure: a measure"));
        }
        if report.pivot.is_some() && report.subtotals {
            findings.push(self.error("/subtotals", "a report with a pivot has no subtotals; leave one of the two out"));
        }
        self.drill("/drill", report.drill.as_deref(), &report.source.table, findings);
    }

    fn dashboard(&self, dashboard: &Dashboard, findings: &mut Vec<Finding>) {
        for (index, report) in dashboard.reports() {
            let member = if dashboard.cards[index].chart.is_some() { "chart" } else { "report" };
            let here = format!("/cards/{index}/{member}");
            match self.app.reports.get(report) {
                None => {
                    let message = format!("the app has no report \"{report}\"");
                    let finding = self.error(here, message);
                    findings.push(finding.nearest(report, self.app.reports.keys().map(String::as_str)));
                }
                Some(known) if member == "chart" && known.chart.is_none() => {
                    findings.push(self.error(here, format!("the report \"{report}\" has no chart")));
                }
                Some(_) => {}
            }
        }
        for (index, card) in dashboard.cards.iter().enumerate() {
            if let Some(view) = card.view.as_deref().filter(|view| !self.app.views.contains_key(*view)) {
                let finding = self.error(format!("/cards/{index}/view"), format!("there is no view \"{view}\""));
                findings.push(finding.nearest(view, self.app.views.keys().map(String::as_str)));
            }
            self.card(&format!("/cards/{index}"), card, dashboard, findings);
        }
    }

    fn card(&self, here: &str, card: &Card, dashboard: &Dashboard, findings: &mut Vec<Finding>) {
        let Some(number) = &card.number else { return };
        if card.title.is_none() {
            findings.push(self.error(here, "a card with a number has a title"));
        }
        let here = format!("{here}/number");
        let Some(table) = self.app.table(&number.table) else {
            findings.push(no_table(self.app, &number.table).finding(self.file, format!("{here}/table")));
            return;
        };
        let read = Measure::parse_all(&number.measure, &TableNames { table, source: self.app });
        self.single(&format!("{here}/measure"), read.map(|measures| measures.len()), findings);
        let compared = number.compare.as_ref().map(|compare| ("/compare/filter", &compare.filter));
        for (member, filter) in number.filter.as_ref().map(|filter| ("/filter", filter)).into_iter().chain(compared) {
            self.filter(&format!("{here}{member}"), filter, &dashboard.parameters, table, findings);
        }
        self.drill(&format!("{here}/drill"), number.drill.as_deref(), &number.table, findings);
    }

    /// A filter whose parameters are filled in with something that fits.
    fn filter(
        &self,
        path: &str,
        filter: &FilterDocument,
        parameters: &IndexMap<String, Parameter>,
        table: &Table,
        findings: &mut Vec<Finding>,
    ) {
        for name in parameters_in(filter).into_iter().filter(|name| !parameters.contains_key(*name)) {
            let finding = self.error(path, format!("there is no parameter \"{name}\""));
            findings.push(finding.nearest(name, parameters.keys().map(String::as_str)));
        }
        let example = |key: &str| parameters.get(key).map(example);
        if let Some(filter) = filled(filter, &example) {
            filters::check(self.app, self.file, path, &filter, table, findings);
        }
    }

    fn single(&self, path: &str, read: Result<usize, FilterError>, findings: &mut Vec<Finding>) {
        match read {
            Ok(1) => {}
            Ok(_) => findings.push(self.error(path, "exactly one is named here")),
            Err(error) => {
                let finding = self.error(path, error.message);
                findings.push(match error.suggestion {
                    Some(near) => finding.suggest(format!("did you mean \"{near}\"?")),
                    None => finding,
                });
            }
        }
    }

    fn expression(&self, path: &str, text: &str, variables: &[&str], findings: &mut Vec<Finding>) {
        let Some(program) = self.program else { return };
        let settings = self.app.manifest.settings.keys().cloned().collect();
        let blank = Table::blank();
        let names = Names { table: &blank, line: None, variables, settings: Some(&settings), tables: None };
        match program.expression(text) {
            Err(error) => findings.push(self.error(path, error.to_string())),
            Ok(expression) => {
                findings
                    .extend(expression.unknown_names(&names).iter().map(|error| self.error(path, error.to_string())));
            }
        }
    }

    fn drill(&self, path: &str, view: Option<&str>, table: &str, findings: &mut Vec<Finding>) {
        let Some(key) = view else { return };
        match self.app.views.get(key) {
            Some(view) if view.table == table => {}
            Some(view) => {
                let message = format!("the view \"{key}\" lists \"{}\", not \"{table}\"", view.table);
                findings.push(self.error(path, message));
            }
            None => {
                let finding = self.error(path, format!("the app has no view \"{key}\""));
                findings.push(finding.nearest(key, self.app.views.keys().map(String::as_str)));
            }
        }
    }

    fn no_column(&self, report: &Report, path: &str, column: &str) -> Finding {
        let finding = self.error(path, format!("there is no such column \"{column}\" here"));
        finding.nearest(column, report.columns.iter().map(|column| column.key.as_str()))
    }
}

/// A value of the parameter's kind.
fn example(parameter: &Parameter) -> Json {
    match Kind::named(&parameter.kind) {
        Some(Kind::Date) => json!("2026-01-31"),
        Some(Kind::Boolean) => json!(true),
        Some(Kind::Choice) => parameter.options.first().map_or(Json::Null, |option| json!(option.value)),
        Some(Kind::Choices) => parameter.options.iter().map(|option| json!(option.value)).collect(),
        Some(Kind::Decimal | Kind::Money | Kind::Percent) => json!("1"),
        Some(Kind::Links | Kind::Members) => json!([1]),
        Some(Kind::Text) | None => json!("a"),
        Some(_) => json!(1),
    }
}
