//! A dashboard: cards with figures, charts and lists on one page.

use super::{report::Parameter, view::FilterDocument};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    pub key: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Shared by the cards: a report takes those of its own parameters that have the same key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, Parameter>,
    pub cards: Vec<Card>,
}

/// A card: exactly one of `number`, `chart`, `report` and `view` is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Card {
    /// The title of the report or view where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Columns of the page's grid of four.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberCard>,
    /// The chart of a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    /// The first rows of a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The first rows of a view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// The most rows of a report or view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// One figure, beside another that it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCard {
    pub table: String,
    /// `sum(amount)`, `count()`.
    pub measure: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterDocument>,
    /// The rows of the figure that it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// The view that shows the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<String>,
}

/// What a figure is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// As people read it: 上月.
    pub title: String,
    pub filter: FilterDocument,
    /// Whether less is better: shown green when falling.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub less_is_better: bool,
}

impl Dashboard {
    /// The reports that cards show.
    pub fn reports(&self) -> impl Iterator<Item = (usize, &str)> {
        self.cards
            .iter()
            .enumerate()
            .filter_map(|(index, card)| card.chart.as_deref().or(card.report.as_deref()).map(|report| (index, report)))
    }
}
