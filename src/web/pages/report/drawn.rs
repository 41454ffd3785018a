//! The picture of a report.

use super::{
    super::cell::{self, Showing},
    show_value,
};
use crate::{
    base::value::Value,
    query::Bucket,
    service::reports::{Charted, Ran},
    web::view::chart::{Chart, Plot, Series},
};

/// The most names along an axis.
const MOST: usize = 60;

/// The chart of a report, if it has one and there is something to draw.
#[must_use]
pub fn chart(show: &Showing<'_>, ran: &Ran) -> Option<Chart> {
    let (wanted, drawn) = ran.report.chart.as_ref().zip(ran.chart.as_ref())?;
    let text = |column: usize, value: &Value| {
        let text = cell::as_text(show.texts, &show_value(show, ran, column, value));
        if text.is_empty() { show.texts.get("report-none") } else { text }
    };
    let mut along: Vec<&Value> = Vec::new();
    for row in &drawn.rows {
        let value = row.get(drawn.by);
        if along.len() < MOST && !along.contains(&value) {
            along.push(value);
        }
    }
    let series = match drawn.series {
        None => drawn.figures.iter().map(|figure| line(show, ran, drawn, &along, *figure, None)).collect(),
        Some(group) => {
            let mut parts: Vec<&Value> = Vec::new();
            for row in &drawn.rows {
                if !parts.contains(&row.get(group)) {
                    parts.push(row.get(group));
                }
            }
            let figure = *drawn.figures.first()?;
            parts
                .into_iter()
                .map(|part| Series {
                    title: text(group, part),
                    ..line(show, ran, drawn, &along, figure, Some((group, part)))
                })
                .collect()
        }
    };
    let plot = Plot {
        kind: wanted.kind,
        label: ran.report.title.clone(),
        names: along.iter().map(|value| day(ran, drawn.by, value).unwrap_or_else(|| text(drawn.by, value))).collect(),
        series,
    };
    (!plot.names.is_empty()).then(|| plot.draw(&show.texts.get("report-others")))
}

/// A day along the axis needs no year.
fn day(ran: &Ran, column: usize, value: &Value) -> Option<String> {
    let bucket = ran.keys.get(column)?.as_ref()?.bucket?;
    match value {
        Value::Date(day) if bucket == Bucket::Day => Some(format!("{:02}-{:02}", day.month(), day.day())),
        _ => None,
    }
}

/// The figures of one column along the axis, of the rows with `part` where there is one.
fn line(
    show: &Showing<'_>,
    ran: &Ran,
    drawn: &Charted,
    along: &[&Value],
    figure: usize,
    part: Option<(usize, &Value)>,
) -> Series {
    let column = &ran.columns[figure];
    let found = |name: &Value| {
        let row = drawn
            .rows
            .iter()
            .find(|row| row.get(drawn.by) == name && part.is_none_or(|(group, value)| row.get(group) == value));
        row.map_or(&Value::Unset, |row| row.get(figure))
    };
    Series {
        title: column.title.clone(),
        values: along.iter().map(|name| found(name).as_decimal()).collect(),
        shown: along.iter().map(|name| cell::plain(show, &column.field, found(name))).collect(),
    }
}
