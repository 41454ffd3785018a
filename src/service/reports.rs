//! A report as one person sees it: parameters read, figures asked for, rows put together and laid out.

use super::{
    Call, Error, LiveApp,
    aggregate::{self, AggregateRequest, Aggregated, MOST_GROUPS, compare_key},
    context::Circumstances,
    permits::Rights,
    represent::Labels,
    selection::Selection,
};
use crate::{
    base::{
        error::FieldError,
        value::{Document, Value},
    },
    definition::{
        app::App,
        field::{Field, Kind},
        report::{Chart, Report, USUAL_ROWS},
        role::Action,
        table::Table,
        view::FilterDocument,
    },
    query::{GroupKey, Measure, TableNames, group_filter},
    report::{self, Column, From, Part, Row, Sheet},
    rules::Inputs,
    store::Connection,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub use super::report_parameters::{Given, Parameters, parameters};

/// The most values of a pivot that become columns.
const MOST_ACROSS: usize = 60;

/// A report that was run.
#[derive(Debug)]
pub struct Ran {
    /// In the reader's language.
    pub report: Report,
    pub columns: Vec<Column>,
    pub sheet: Sheet,
    pub labels: Labels,
    pub parameters: Parameters,
    /// The rows that were counted.
    pub filter: Option<FilterDocument>,
    pub chart: Option<Charted>,
    /// What each group column gathers by.
    pub keys: Vec<Option<GroupKey>>,
    /// There are more groups than are shown.
    pub truncated: bool,
    /// Some rows withhold a field from this reader, so that it is missing in the figures.
    pub masked: bool,
    /// Columns that this reader may not see.
    pub withheld: usize,
}

/// What the chart draws: rows for its own groups, in the report's order.
#[derive(Debug)]
pub struct Charted {
    pub rows: Vec<Row>,
    /// The column along the axis.
    pub by: usize,
    /// The column whose values are series.
    pub series: Option<usize>,
    pub figures: Vec<usize>,
}

impl Ran {
    /// The filter that finds the records behind a row of the sheet: the report's, and the row's groups.
    #[must_use]
    pub fn behind(&self, keys: &[(usize, Value)]) -> Option<Json> {
        let groups = keys.iter().filter_map(|(column, value)| {
            let key = self.keys.get(*column)?.as_ref()?;
            Some(group_filter(key, &self.columns[*column].field, value))
        });
        let parts: Vec<Json> = self.filter.iter().cloned().chain(groups).collect();
        match parts.len() {
            0 => None,
            1 => parts.into_iter().next(),
            _ => Some(json!({"all": parts})),
        }
    }

    /// The place of a column by its key.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }
}

/// Runs a report. Statements for each different `where` of its measures, and again for totals, subtotals and the sides of a pivot:
/// their number does not depend on the rows.
///
/// # Errors
/// `NotFound` for a report of which the person may see no row or no figure; parameters that do not fit.
pub async fn run(conn: &impl Connection, call: &Call, live: &LiveApp, key: &str, given: &Given) -> Result<Ran, Error> {
    run_for(conn, call, live, key, given, Action::View).await
}

/// As [`run`], over the rows on which the person may do this. What is to be taken away has every group, as far as the report
/// itself sets no limit.
///
/// # Errors
/// As [`run`]; `forbidden` where they may see the report, but not do this.
pub async fn run_for(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    key: &str,
    given: &Given,
    action: Action,
) -> Result<Ran, Error> {
    let face = &live.face(&call.actor.locale).app;
    let report = face.reports.get(key).ok_or(Error::NotFound)?.clone();
    let rights = Rights::load(conn, call, live).await?;
    let chosen = Selection::new(conn, &rights, &report.source.table, None, None).await?;
    let parameters = parameters(call, live, &report.parameters, given)?;
    let filter = parameters.fill(report.source.filter.as_ref());
    // A condition on what the reader may not see would tell it.
    if filter.as_ref().is_some_and(|filter| !chosen.can_filter(filter)) {
        return Err(Error::NotFound);
    }
    let layout = Layout::new(live, face, &report, &chosen, &parameters)?;
    if action != Action::View {
        rights.permit(&report.source.table, action)?;
    }
    let asking = Asking { conn, call, live, report: &report, layout: &layout, filter: filter.as_ref(), action };
    let mut gathered = Gathered::default();

    let sort: Vec<(usize, bool)> =
        report.sort_keys().filter_map(|(key, descending)| Some((layout.place(key)?, descending))).collect();
    let groups = layout.groups();
    let pivot =
        report.pivot.as_deref().and_then(|key| groups.iter().copied().find(|at| layout.columns[*at].key == key));
    let mut rows = asking.rows(&groups, &mut gathered).await?;
    let total = match report.totals && !groups.is_empty() {
        true => asking.rows(&[], &mut gathered).await?.into_iter().next(),
        false => None,
    };
    let order = |rows: &mut [Row], keys: &[(usize, bool)], labels: &Labels| layout.order(rows, keys, labels);
    let usual = if action == Action::View { USUAL_ROWS } else { MOST_GROUPS };
    let most = usize::try_from(report.limit.unwrap_or(usual)).unwrap_or(usize::MAX);
    let sheet = if let Some(pivot) = pivot {
        let without: Vec<usize> = groups.iter().copied().filter(|group| *group != pivot).collect();
        let mut sides = asking.rows(&without, &mut gathered).await?;
        let mut tops = asking.rows(&[pivot], &mut gathered).await?;
        order(&mut sides, &sort, &gathered.labels);
        order(&mut tops, &[], &gathered.labels);
        gathered.truncated |= sides.len() > most || tops.len() > MOST_ACROSS;
        sides.truncate(most);
        tops.truncate(MOST_ACROSS);
        report::pivoted(&layout.columns, pivot, &rows, &sides, &tops, total.as_ref())
    } else {
        order(&mut rows, &sort, &gathered.labels);
        gathered.truncated |= rows.len() > most;
        rows.truncate(most);
        let mut subtotals = match (report.subtotals, groups.as_slice()) {
            (true, [first, _, ..]) => asking.rows(&[*first], &mut gathered).await?,
            _ => Vec::new(),
        };
        order(&mut subtotals, &sort, &gathered.labels);
        report::plain(&layout.columns, &rows, &subtotals, total.as_ref())
    };
    let chart = match &report.chart {
        Some(chart) => asking.chart(chart, &sort, &mut gathered).await?,
        None => None,
    };
    Ok(Ran {
        sheet,
        chart,
        labels: gathered.labels,
        parameters,
        truncated: gathered.truncated,
        masked: gathered.masked,
        withheld: report.columns.len() - layout.columns.len(),
        keys: layout.keys,
        columns: layout.columns,
        filter,
        report,
    })
}

/// The columns that this reader may see.
struct Layout {
    columns: Vec<Column>,
    /// By column, of groups.
    keys: Vec<Option<GroupKey>>,
    /// By column, of measures: its normal name and the rows it counts.
    measures: Vec<Option<(String, Option<FilterDocument>)>>,
}

impl Layout {
    fn new(
        live: &LiveApp,
        face: &Arc<App>,
        report: &Report,
        chosen: &Selection<'_>,
        parameters: &Parameters,
    ) -> Result<Self, Error> {
        let table = face.tables.get(&report.source.table).ok_or(Error::NotFound)?;
        let names = TableNames { table, source: face.as_ref() };
        let mut layout = Self { columns: Vec::new(), keys: Vec::new(), measures: Vec::new() };
        for written in &report.columns {
            let (mut key, mut measure) = (None, None);
            let (from, field) = if let Some(text) = &written.group {
                let Some((group, field)) = single(GroupKey::parse_all(text, &names)) else { continue };
                if !chosen.has(&group.path.to_string()) {
                    continue;
                }
                key = Some(group);
                (From::Group, field)
            } else if let Some(text) = &written.measure {
                let Some((figure, field)) = single(Measure::parse_all(text, &names)) else { continue };
                let seen = figure.path.as_ref().is_none_or(|path| chosen.has(&path.to_string()));
                let only = parameters.fill(written.only.as_ref());
                if !seen || only.as_ref().is_some_and(|only| !chosen.can_filter(only)) {
                    continue;
                }
                measure = Some((figure.to_string(), only));
                (From::Measure(figure.function), field)
            } else if let Some(text) = &written.expression {
                let expression = live.expression(text).map_err(|error| Error::internal(error.to_string()))?;
                let known = |name: &String| layout.columns.iter().any(|column| column.key == *name);
                let is_column = |name: &&String| report.column(name).is_some();
                if !expression.references().fields.iter().filter(is_column).all(known) {
                    continue;
                }
                let kind = written.kind.as_deref().and_then(Kind::named).unwrap_or(Kind::Decimal);
                let mut field = Field::plain(&written.key, kind);
                field.scale = written.scale.unwrap_or(2);
                (From::Expression(expression), field)
            } else {
                continue;
            };
            let mut field = field;
            let title = written.title.clone().unwrap_or_else(|| field.title.clone());
            field.title.clone_from(&title);
            if written.unit.is_some() {
                field.unit.clone_from(&written.unit);
            }
            layout.columns.push(Column {
                key: written.key.clone(),
                title,
                field,
                from,
                hidden: written.hidden,
                total: !written.no_total,
            });
            layout.keys.push(key);
            layout.measures.push(measure);
        }
        // A report without its figures says nothing; one whose groups are withheld would say something else.
        let groups_kept =
            report.columns.iter().filter(|column| column.group.is_some()).count() == layout.groups().len();
        let figures = layout.columns.iter().any(|column| !matches!(column.from, From::Group));
        if groups_kept && figures { Ok(layout) } else { Err(Error::NotFound) }
    }

    /// The place of a column by its key.
    fn place(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    fn order(&self, rows: &mut [Row], keys: &[(usize, bool)], labels: &Labels) {
        report::sort(&self.columns, rows, keys, &|field, one, other| compare_key(field, labels, one, other));
    }

    /// The places of the group columns.
    fn groups(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| matches!(self.columns[*at].from, From::Group)).collect()
    }
}

/// The one thing that lint saw to be there.
fn single<T, E>(read: Result<Vec<(T, crate::query::Figure)>, E>) -> Option<(T, Field)> {
    read.ok()?.into_iter().next().map(|(what, figure)| (what, figure.field))
}

/// What is the same for every request of a run.
struct Asking<'a, C> {
    conn: &'a C,
    call: &'a Call,
    live: &'a LiveApp,
    report: &'a Report,
    layout: &'a Layout,
    filter: Option<&'a FilterDocument>,
    action: Action,
}

/// What the answers said besides figures.
#[derive(Default)]
struct Gathered {
    labels: Labels,
    truncated: bool,
    masked: bool,
}

impl<C: Connection> Asking<'_, C> {
    /// One row for each combination of values of these groups, computed columns included.
    async fn rows(&self, groups: &[usize], gathered: &mut Gathered) -> Result<Vec<Row>, Error> {
        let mut sets: Vec<(Option<&FilterDocument>, Vec<usize>)> = Vec::new();
        for (at, measure) in self.layout.measures.iter().enumerate() {
            let Some((_, only)) = measure else { continue };
            match sets.iter_mut().find(|(known, _)| *known == only.as_ref()) {
                Some((_, set)) => set.push(at),
                None => sets.push((only.as_ref(), vec![at])),
            }
        }
        let mut parts = Vec::new();
        for (only, set) in sets {
            let answer = self.ask(groups, &set, only).await?;
            gathered.truncated |= answer.truncated;
            gathered.masked |= answer.masked;
            parts.extend(self.parts(groups, &set, &answer));
            gathered.labels.extend(answer.labels);
        }
        if groups.is_empty() {
            // The row over everything is there even when nothing was counted.
            parts.push(Part { keys: Vec::new(), figures: Vec::new() });
        }
        let mut rows = report::merge(&self.layout.columns, parts);
        let around = Circumstances::new(self.call, self.live);
        let (blank, empty) = (Table::blank(), Document::default());
        let computed = report::complete(&self.layout.columns, &mut rows, &|expression, known| {
            expression.evaluate(&Inputs::new(around.context(), &blank, &empty).with_variables(known))
        });
        computed.map_err(|(at, error)| {
            let column = &self.layout.columns[at];
            let error =
                FieldError::new(format!("/columns/{}", column.key), "rule_failed").with("detail", error.to_string());
            Error::Invalid(vec![error.with("field", &column.title)])
        })?;
        Ok(rows)
    }

    /// The rows of the chart, as far as its columns may be seen.
    async fn chart(
        &self,
        chart: &Chart,
        sort: &[(usize, bool)],
        gathered: &mut Gathered,
    ) -> Result<Option<Charted>, Error> {
        let figures: Vec<usize> = chart.figures.iter().filter_map(|key| self.layout.place(key)).collect();
        let Some(by) = self.layout.place(&chart.by).filter(|_| !figures.is_empty()) else { return Ok(None) };
        let series = chart.series.as_deref().and_then(|key| self.layout.place(key));
        let groups: Vec<usize> = std::iter::once(by).chain(series).collect();
        let mut rows = self.rows(&groups, gathered).await?;
        self.layout.order(&mut rows, sort, &gathered.labels);
        Ok(Some(Charted { rows, by, series, figures }))
    }

    async fn ask(&self, groups: &[usize], set: &[usize], only: Option<&FilterDocument>) -> Result<Aggregated, Error> {
        let names = |places: &[usize], name: &dyn Fn(usize) -> Option<String>| {
            places.iter().filter_map(|at| name(*at)).collect::<Vec<_>>().join(",")
        };
        let filter = match (self.filter, only) {
            (Some(filter), Some(only)) => Some(json!({"all": [filter, only]})),
            (one, other) => one.or(other).cloned(),
        };
        let request = AggregateRequest {
            action: Some(self.action),
            filter,
            group: names(groups, &|at| self.layout.keys[at].as_ref().map(ToString::to_string)),
            measure: names(set, &|at| self.layout.measures[at].as_ref().map(|(name, _)| name.clone())),
            limit: Some(MOST_GROUPS),
            ..AggregateRequest::default()
        };
        aggregate::aggregate(self.conn, self.call, self.live, &self.report.source.table, &request).await
    }

    fn parts(&self, groups: &[usize], set: &[usize], answer: &Aggregated) -> Vec<Part> {
        let place =
            |figures: &[crate::query::Figure], name: &str| figures.iter().position(|figure| figure.name == name);
        let keys: Vec<(usize, usize)> = groups
            .iter()
            .filter_map(|at| Some((*at, place(&answer.keys, &self.layout.keys[*at].as_ref()?.to_string())?)))
            .collect();
        let measures: Vec<(usize, usize)> = set
            .iter()
            .filter_map(|at| Some((*at, place(&answer.measures, &self.layout.measures[*at].as_ref()?.0)?)))
            .collect();
        let pick = |places: &[(usize, usize)], values: &[Value]| {
            places.iter().map(|(at, from)| (*at, values.get(*from).cloned().unwrap_or_default())).collect()
        };
        let groups = answer.groups.iter();
        groups.map(|group| Part { keys: pick(&keys, &group.keys), figures: pick(&measures, &group.figures) }).collect()
    }
}

/// The API's answer.
///
/// # Errors
/// As [`run`].
pub async fn run_json(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    key: &str,
    given: &Given,
) -> Result<Json, Error> {
    Ok(json(&run(conn, call, live, key, given).await?))
}

/// A report as the API answers it: columns, rows, totals, and what its links are called.
#[must_use]
pub fn json(ran: &Ran) -> Json {
    let written = |at: usize, value: &Value| ran.columns[at].field.write(value);
    let heads = &ran.sheet.heads;
    let columns: Vec<Json> = heads
        .iter()
        .map(|head| {
            let column = &ran.columns[head.column];
            let pivot = ran.report.pivot.as_deref().and_then(|key| ran.place(key));
            let across = head.across.as_ref().zip(pivot).map(|(value, at)| written(at, value));
            json!({"key": column.key, "title": column.title, "kind": column.field.kind.name(), "across": across})
        })
        .collect();
    let values = |values: &[Value]| -> Vec<Json> {
        heads.iter().zip(values).map(|(head, value)| written(head.column, value)).collect()
    };
    let rows: Vec<Json> =
        ran.sheet.rows.iter().map(|row| json!({"values": values(&row.values), "subtotal": row.is_subtotal})).collect();
    let mut refs = serde_json::Map::new();
    for (at, head) in heads.iter().enumerate() {
        let field = &ran.columns[head.column].field;
        for row in &ran.sheet.rows {
            let Some(id) = row.values.get(at).and_then(Value::as_integer) else { continue };
            if let Some(label) = ran.labels.of(field, id) {
                let key = &ran.columns[head.column].key;
                refs.entry(key.clone()).or_insert_with(|| json!({}))[id.to_string()] = json!({"label": label});
            }
        }
    }
    let totals = ran.sheet.totals.as_deref().map(values);
    let partial = ran.truncated || ran.masked || ran.withheld > 0;
    json!({"columns": columns, "rows": rows, "totals": totals, "refs": refs, "partial": partial})
}
