//! Records as cards: on boards, in galleries, on days.

use super::calendar::Calendar;
use super::cell::Cell;
use super::file::FileItem;
use super::grid::Figure;
use crate::i18n::Texts;
use askama::Template;

/// How the records of a list are laid out.
#[derive(Debug, Clone, PartialEq)]
pub enum Laid {
    /// By the list's own columns and rows.
    Table,
    Board(Board),
    Calendar(Calendar),
    Gallery(Vec<Card>),
}

/// A record on a card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub id: i64,
    pub version: i64,
    /// How the record is called.
    pub label: String,
    pub href: String,
    pub title: Cell,
    pub cover: Option<FileItem>,
    /// Labels and values; nothing for what is unset.
    pub fields: Vec<(String, Cell)>,
    /// Where the reader chooses another place for it; nothing where they may not move it.
    pub mover: Option<String>,
}

/// Cards in columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// What the columns are the values of.
    pub by: String,
    /// Value and name of each column.
    pub places: Vec<(String, String)>,
    pub columns: Vec<BoardColumn>,
    /// Takes what is moved; nothing where nobody moves anything.
    pub move_url: Option<String>,
    pub mover: Option<Mover>,
    /// Back to all columns, where one is shown alone.
    pub whole: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BoardColumn {
    /// Its value as the API writes it: what a moved card posts.
    pub value: String,
    pub head: BoardHead,
    pub cards: Vec<Card>,
    /// The cards that follow.
    pub more: Option<(String, String)>,
    /// Makes a record in this column.
    pub new: Option<String>,
}

/// What stands above a column.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardHead {
    pub name: Cell,
    /// The same in words.
    pub label: String,
    pub count: String,
    pub figures: Vec<Figure>,
}

/// The form that moves one card.
#[derive(Debug, Clone, PartialEq)]
pub struct Mover {
    pub action: String,
    pub id: i64,
    pub version: i64,
    pub label: String,
    /// Value and name of each place, and whether the card is there now.
    pub places: Vec<(String, String, bool)>,
    /// The day it is on, where places are days.
    pub day: Option<String>,
    /// Closes it again.
    pub cancel: String,
}

/// What a moved card and the heads of the columns look like now.
#[derive(Template)]
#[template(path = "fragments/board_card.html")]
pub struct CardFragment<'a> {
    pub t: Texts,
    pub card: &'a Card,
}

#[derive(Template)]
#[template(path = "fragments/board_head.html")]
pub struct HeadFragment<'a> {
    pub t: Texts,
    pub head: &'a BoardHead,
}
