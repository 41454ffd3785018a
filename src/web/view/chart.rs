//! A chart as the shapes of an SVG: the geometry is worked out here, `templates/parts/chart.html` writes it down. Lengths are
//! attributes, colours are classes (`s0` … `s5`), so that the page needs no inline style.

use crate::definition::report::ChartKind;
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// What a chart shows, before it is drawn.
#[derive(Debug, Clone)]
pub struct Plot {
    pub kind: ChartKind,
    /// What the picture says, for those who do not see it.
    pub label: String,
    /// Names along the axis, or of the parts.
    pub names: Vec<String>,
    pub series: Vec<Series>,
}

/// The figures of one colour, one for each name.
#[derive(Debug, Clone)]
pub struct Series {
    pub title: String,
    pub values: Vec<Option<Decimal>>,
    /// The values as people read them.
    pub shown: Vec<String>,
}

/// A drawn chart.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    pub label: String,
    pub width: i64,
    pub height: i64,
    /// One for each series; empty where there is one only.
    pub legend: Vec<(usize, String)>,
    /// `(x1, y1, x2, y2)`.
    pub rules: Vec<[i64; 4]>,
    pub words: Vec<Word>,
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub struct Word {
    pub x: i64,
    pub y: i64,
    /// `r` right-aligned, `m` centred, `v` a value.
    pub class: &'static str,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub series: usize,
    pub title: String,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub series: usize,
    pub points: String,
    pub dots: Vec<(i64, i64, String)>,
}

/// An arc of a ring whose circumference is 100.
#[derive(Debug, Clone)]
pub struct Part {
    pub series: usize,
    pub length: String,
    pub rest: String,
    pub offset: String,
    pub title: String,
}

const WIDTH: i64 = 560;
const HEIGHT: i64 = 220;
/// The room of the axis at the left and of the names below.
const LEFT: i64 = 56;
const BELOW: i64 = 24;
const ABOVE: i64 = 16;
/// Colours there are; more series share the last.
pub const COLOURS: usize = 6;
/// The parts of a ring; what is beyond is one part of its own.
const MOST_PARTS: usize = COLOURS;
/// The room of a name along an axis of ten, and before a lying bar, in halves of a Chinese character.
const SHORT: usize = 9;
const LONG: usize = 20;
const ROW: i64 = 30;

impl Plot {
    /// Draws the chart; `others` is the word for what a ring puts together.
    pub fn draw(&self, others: &str) -> Chart {
        let mut chart = Chart { label: self.label.clone(), width: WIDTH, height: HEIGHT, ..Chart::default() };
        match self.kind {
            ChartKind::Column => self.upright(&mut chart, false),
            ChartKind::Stacked => self.upright(&mut chart, true),
            ChartKind::Line => self.curves(&mut chart),
            ChartKind::Bar => self.lying(&mut chart),
            ChartKind::Share => self.ring(&mut chart, others),
        }
        if self.kind != ChartKind::Share && self.series.len() > 1 {
            chart.legend =
                self.series.iter().enumerate().map(|(at, series)| (colour(at), series.title.clone())).collect();
        }
        chart
    }

    fn value(&self, series: usize, at: usize) -> Option<Decimal> {
        *self.series.get(series)?.values.get(at)?
    }

    fn title(&self, series: usize, at: usize) -> String {
        let shown = self.series[series].shown.get(at).map_or("", String::as_str);
        let name = &self.names[at];
        if self.series.len() > 1 {
            format!("{name} · {}: {shown}", self.series[series].title)
        } else {
            format!("{name}: {shown}")
        }
    }

    /// The least and greatest value, zero among them.
    fn extent(&self, stacked: bool) -> (Decimal, Decimal) {
        let zero = Decimal::ZERO;
        let (mut least, mut most) = (zero, zero);
        for at in 0..self.names.len() {
            let values = (0..self.series.len()).filter_map(|series| self.value(series, at));
            if stacked {
                most = most.max(values.filter(|value| *value > zero).sum());
            } else {
                for value in values {
                    least = least.min(value);
                    most = most.max(value);
                }
            }
        }
        (least, most)
    }

    /// The axis with its rules and names: how a value becomes a height.
    fn axis(&self, chart: &mut Chart, stacked: bool) -> Scale {
        let (least, most) = self.extent(stacked);
        let scale = Scale::new(least, most, HEIGHT - BELOW, ABOVE);
        for tick in scale.ticks() {
            let y = scale.at(tick);
            chart.rules.push([LEFT, y, WIDTH, y]);
            chart.words.push(Word { x: LEFT - 8, y: y + 4, class: "r", text: tick_text(tick) });
        }
        let every = self.names.len().div_ceil(10).max(1);
        for (at, name) in self.names.iter().enumerate().filter(|(at, _)| at % every == 0) {
            let text = cut(name, SHORT.max(SHORT * 10 / self.names.len().max(1)));
            chart.words.push(Word { x: self.middle(at), y: HEIGHT - 6, class: "m", text });
        }
        scale
    }

    /// The room of one name along the axis.
    fn room(&self) -> i64 {
        (WIDTH - LEFT) / count(self.names.len().max(1))
    }

    fn middle(&self, at: usize) -> i64 {
        let n = count(self.names.len().max(1));
        LEFT + (WIDTH - LEFT) * (2 * count(at) + 1) / (2 * n)
    }

    fn upright(&self, chart: &mut Chart, stacked: bool) {
        let scale = self.axis(chart, stacked);
        let columns = if stacked { 1 } else { count(self.series.len().max(1)) };
        let width = (self.room() * 7 / 10 / columns).clamp(2, 40);
        let base = scale.at(Decimal::ZERO);
        for at in 0..self.names.len() {
            let left = self.middle(at) - width * columns / 2;
            let mut below = Decimal::ZERO;
            for series in 0..self.series.len() {
                let Some(value) = self.value(series, at) else { continue };
                let (x, from, to) = if stacked {
                    let from = scale.at(below);
                    below += value.max(Decimal::ZERO);
                    (left, from, scale.at(below))
                } else {
                    (left + width * count(series), base, scale.at(value))
                };
                let (y, height) = (from.min(to), (from - to).abs());
                let gap = if columns > 1 { 1 } else { 0 };
                let title = self.title(series, at);
                chart.bars.push(Bar { x, y, width: width - gap, height, series: colour(series), title });
            }
        }
    }

    fn curves(&self, chart: &mut Chart) {
        let scale = self.axis(chart, false);
        for series in 0..self.series.len() {
            let mut dots = Vec::new();
            for at in 0..self.names.len() {
                if let Some(value) = self.value(series, at) {
                    dots.push((self.middle(at), scale.at(value), self.title(series, at)));
                }
            }
            let points: Vec<String> = dots.iter().map(|(x, y, _)| format!("{x},{y}")).collect();
            chart.lines.push(Line { series: colour(series), points: points.join(" "), dots });
        }
    }

    fn lying(&self, chart: &mut Chart) {
        let left = LEFT + 80;
        let bars = count(self.series.len().max(1));
        let (_, most) = self.extent(false);
        let room = WIDTH - left - 80;
        chart.height = count(self.names.len()) * ROW + 8;
        let height = (ROW - 10) / bars;
        for (at, name) in self.names.iter().enumerate() {
            let top = count(at) * ROW + 8;
            chart.words.push(Word { x: left - 8, y: top + 14, class: "r", text: cut(name, LONG) });
            for series in 0..self.series.len() {
                let value = self.value(series, at).unwrap_or_default().max(Decimal::ZERO);
                let width = share(value, most, room);
                let y = top + height * count(series);
                let title = self.title(series, at);
                chart.bars.push(Bar { x: left, y, width, height: height - 1, series: colour(series), title });
                let shown = self.series[series].shown.get(at).cloned().unwrap_or_default();
                if bars == 1 {
                    chart.words.push(Word { x: left + width + 6, y: top + 14, class: "v", text: shown });
                }
            }
        }
        chart.rules.push([left, 4, left, chart.height - 4]);
    }

    fn ring(&self, chart: &mut Chart, others: &str) {
        let Some(series) = self.series.first() else { return };
        let mut parts: Vec<(String, Decimal)> = self
            .names
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((name.clone(), self.value(0, at)?)))
            .filter(|(_, value)| *value > Decimal::ZERO)
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.1));
        if parts.len() > MOST_PARTS {
            let rest = parts.split_off(MOST_PARTS - 1).into_iter().map(|(_, value)| value).sum();
            parts.push((others.to_owned(), rest));
        }
        let whole: Decimal = parts.iter().map(|(_, value)| *value).sum();
        let hundred = Decimal::ONE_HUNDRED;
        let mut before = Decimal::ZERO;
        for (at, (name, value)) in parts.into_iter().enumerate() {
            let length = value.checked_div(whole).unwrap_or_default() * hundred;
            let percent = length.round_dp(1);
            let title = format!("{}: {name} {percent}%", series.title);
            chart.parts.push(Part {
                series: at,
                length: length.round_dp(2).to_string(),
                rest: (hundred - length).round_dp(2).to_string(),
                offset: (-before).round_dp(2).to_string(),
                title,
            });
            chart.legend.push((at, format!("{name} {percent}%")));
            before += length;
        }
    }
}

/// How values become heights.
struct Scale {
    least: Decimal,
    most: Decimal,
    step: Decimal,
    bottom: i64,
    top: i64,
}

impl Scale {
    /// Between round numbers that hold both, some four steps apart.
    fn new(least: Decimal, most: Decimal, bottom: i64, top: i64) -> Self {
        let span = most - least;
        let span = if span.is_zero() { Decimal::ONE } else { span };
        let raw = span / Decimal::from(4);
        let mut unit = Decimal::ONE;
        while unit > raw && unit.scale() < 9 {
            unit /= Decimal::TEN;
        }
        while let Some(next) = unit.checked_mul(Decimal::TEN).filter(|next| *next <= raw) {
            unit = next;
        }
        let steps = [1, 2, 5, 10].map(|times| unit * Decimal::from(times));
        let step = steps.into_iter().find(|step| *step >= raw).unwrap_or(unit);
        Self {
            least: (least / step).floor() * step,
            most: (most / step).ceil().max(Decimal::ONE) * step,
            step,
            bottom,
            top,
        }
    }

    fn ticks(&self) -> Vec<Decimal> {
        std::iter::successors(Some(self.least), |tick| Some(tick + self.step))
            .take_while(|tick| *tick <= self.most)
            .take(12)
            .collect()
    }

    fn at(&self, value: Decimal) -> i64 {
        self.bottom - share(value - self.least, self.most - self.least, self.bottom - self.top)
    }
}

/// `value / whole` of a length, in whole pixels.
fn share(value: Decimal, whole: Decimal, length: i64) -> i64 {
    let part = value.checked_div(whole).unwrap_or_default();
    part.checked_mul(Decimal::from(length)).and_then(|pixels| pixels.round().to_i64()).unwrap_or(0)
}

fn colour(series: usize) -> usize {
    series.min(COLOURS - 1)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The beginning of a name that fits; a Chinese character takes the room of two Latin ones.
fn cut(name: &str, room: usize) -> String {
    let width = |c: char| if c > '\u{2e7f}' { 2 } else { 1 };
    if name.chars().map(width).sum::<usize>() <= room {
        return name.to_owned();
    }
    let mut left = room.saturating_sub(1);
    let kept: String = name
        .chars()
        .take_while(|c| {
            let fits = width(*c) <= left;
            left = left.saturating_sub(width(*c));
            fits
        })
        .collect();
    kept + "…"
}

fn tick_text(tick: Decimal) -> String {
    crate::i18n::format::quantity(&tick.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(kind: ChartKind, values: &[&str]) -> Plot {
        let values: Vec<Option<Decimal>> = values.iter().map(|value| value.parse().ok()).collect();
        let shown = values.iter().map(|value| value.map(|value| value.to_string()).unwrap_or_default()).collect();
        Plot {
            kind,
            label: "Orders".into(),
            names: (0..values.len()).map(|at| format!("name {at}")).collect(),
            series: vec![Series { title: "Amount".into(), values, shown }],
        }
    }

    #[test]
    fn bars_stand_on_zero_and_reach_their_value() {
        let chart = plot(ChartKind::Column, &["0", "50", "100", "-20"]).draw("other");
        let zero = chart.bars[0].y;
        assert_eq!(chart.bars[0].height, 0);
        assert_eq!(chart.bars[1].y + chart.bars[1].height, zero);
        assert_eq!(chart.bars[3].y, zero);
        assert!((chart.bars[2].height - 2 * chart.bars[1].height).abs() <= 1);
        assert!(chart.bars.iter().all(|bar| bar.y >= 0 && bar.y + bar.height <= HEIGHT));
    }

    #[test]
    fn a_scale_has_few_round_steps_and_holds_every_value() {
        for values in [["3", "7"], ["0.002", "0.01"], ["123456789", "5"], ["0", "0"], ["999999999999999", "1"]] {
            let chart = plot(ChartKind::Line, &values).draw("other");
            assert!((2..=12).contains(&chart.rules.len()), "{values:?}: {} rules", chart.rules.len());
            assert!(chart.lines[0].dots.iter().all(|(_, y, _)| (0..=HEIGHT).contains(y)), "{values:?}");
        }
    }

    #[test]
    fn a_ring_is_whole_and_puts_small_parts_together() {
        let chart = plot(ChartKind::Share, &["5", "1", "1", "1", "1", "1", "1", "0"]).draw("other");
        assert_eq!(chart.parts.len(), COLOURS);
        let whole: Decimal = chart.parts.iter().map(|part| part.length.parse::<Decimal>().unwrap()).sum();
        assert!((whole - Decimal::ONE_HUNDRED).abs() < Decimal::ONE, "{whole}");
        assert!(chart.legend.last().is_some_and(|(_, name)| name.starts_with("other")));
    }

    #[test]
    fn nothing_draws_nothing() {
        for kind in [ChartKind::Column, ChartKind::Bar, ChartKind::Line, ChartKind::Share, ChartKind::Stacked] {
            let chart = plot(kind, &[]).draw("other");
            assert!(chart.bars.is_empty() && chart.parts.is_empty());
        }
    }
}
