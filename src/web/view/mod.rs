//! What the pages show, as plain data: handlers fill these structures, the templates in `templates/` lay them out.
//!
//! Every text in here is ready to read in the reader's language, every number and time already formatted, every value
//! the reader may not see already replaced by [`Cell::Masked`] or left out. Nothing in here decides anything.
//!
//! A page is a structure named `…Page`; a `…Fragment` is what an htmx request receives instead of the page.

pub mod action;
pub mod apps;
pub mod automations;
pub mod build;
pub mod calendar;
pub mod cards;
pub mod cell;
pub mod chart;
pub mod component;
pub mod dashboard;
pub mod designer;
pub mod entry;
pub mod expression;
pub mod field;
pub mod file;
pub mod flow;
pub mod flow_tree;
pub mod form;
pub mod from_excel;
pub mod grid;
pub mod home;
pub mod icon;
pub mod links;
pub mod me;
pub mod messages;
pub mod notice;
pub mod picker;
pub mod print;
pub mod problem;
pub mod public;
pub mod record;
pub mod report;
pub mod role_matrix;
pub mod scenario;
pub mod sheet;
pub mod shell;
pub mod task;
pub mod templates;
pub mod todo;
pub mod transfer;
pub mod trash;

pub use action::{Action, ActionTone, Confirm, Does, Tab};
pub use cards::{Board, BoardColumn, BoardHead, Card, Laid, Mover};
pub use cell::{Cell, Fact, Level, Person, Status, Tag, Tone};
pub use field::{Choice, Field, Look, Picker, TextKind, Widget};
pub use flow::{HistoryEntry, Step, StepState, TimelineEntry};
pub use form::{
    Form, FormButton, FormError, FormFragment, FormPage, Item, Line, LineColumn, Lines, Section, Taking, TakingLine,
};
pub use grid::{
    BodyRow, Column, ColumnTool, DrawnTool, Edit, Editing, Figure, Filter, FilterBuilder, FilterGroup, FilterPart,
    FilterRow, Grid, GridFragment, GridPage, GroupRow, OnPhone, Pager, Row, Search, Sort, SortDirection, SortTool,
    Tools, ViewMenu,
};
pub use notice::{DraftNote, Empty, Flash, Note, NoteTone, Stale, StaleField};
pub use problem::Problem;
pub use shell::{Crumb, Frame, MenuEntry, MenuGroup, Place, Shell, Theme};
