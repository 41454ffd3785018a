//! A dashboard: figures above, cards with charts and tables below.

use super::{cell::Tone, chart::Chart, field::Field, report::ReportTable, shell::Shell};
use crate::i18n::Texts;
use askama::Template;

/// `/apps/{app}/dashboards/{dashboard}`.
#[derive(Template)]
#[template(path = "dashboard.html")]
pub struct DashboardPage {
    pub shell: Shell,
    pub title: String,
    /// One line under the title.
    pub subtitle: String,
    /// The page's own address, where the parameters are sent.
    pub action: String,
    pub parameters: Vec<Field>,
    pub numbers: Vec<NumberCard>,
    pub cards: Vec<Card>,
    /// Why nothing shows: a parameter does not fit.
    pub waiting: bool,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct NumberCard {
    pub title: String,
    pub value: String,
    pub unit: String,
    /// The difference, its tone, and what it is compared with.
    pub compared: Option<(String, Tone, String)>,
    pub href: String,
}

/// A report's chart or rows.
#[derive(Debug, Clone)]
pub struct Card {
    pub title: String,
    /// Columns of a grid of four.
    pub width: u8,
    pub href: String,
    pub chart: Option<Chart>,
    pub table: Option<ReportTable>,
    /// More rows than are shown.
    pub more: bool,
}

impl DashboardPage {
    fn t(&self) -> Texts {
        self.shell.frame.t
    }
}
