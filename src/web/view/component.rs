//! Parts that stand in many pages, each compiled once. Templates call the functions; what they answer writes itself as HTML.

use super::action::{Action, Tab};
use super::build::FindingRow;
use super::calendar::{Calendar, Entry};
use super::cards::{Board, BoardHead, Card, Mover};
use super::cell::{Cell, Fact};
use super::chart::Chart;
use super::designer::{CanvasSection, CanvasThing, Control};
use super::expression::{FormulaInput, RowsInput};
use super::field::Field;
use super::flow_tree::{FlowTree, TreeStep, TrialForm};
use super::form::{Form, Lines, Section, Taking};
use super::grid::{FilterGroup, Grid, Row};
use super::notice::Empty;
use super::print::{PrintBlock, PrintLines, PrintRows};
use super::report::ReportTable;
use super::role_matrix::{RoleList, RoleMatrix, RoleRights};
use super::sheet::ThingGroup;
use super::shell::{Frame, Shell};
use crate::i18n::Texts;
use askama::Template;
use askama::filters::HtmlSafe;

macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $make:ident, $path:literal, { $($field:ident : $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Template)]
        #[template(path = $path)]
        pub struct $name<'a> {
            $($field: &'a $kind,)*
        }

        impl HtmlSafe for $name<'_> {}

        $(#[$doc])*
        pub fn $make<'a>($($field: &'a $kind),*) -> $name<'a> {
            $name { $($field),* }
        }
    };
}

part!(/** A button or link. */ ActionPart, action, "parts/action.html", { it: Action, small: bool });
part!(/** What stands for an empty list. */ EmptyPart, empty, "parts/empty.html", { it: Empty });
part!(/** One value. */ CellPart, cell, "parts/cell.html", { t: Texts, it: Cell });
part!(/** Values with their labels. */ FactsPart, facts, "parts/facts.html", { t: Texts, list: [Fact] });
part!(/** The control of a field alone. */ ControlPart, control, "parts/control.html", { t: Texts, it: Field, inside: bool });
part!(/** A field with label, help and error. */ FieldPart, field, "parts/field.html", { t: Texts, it: Field });
part!(/** A grid of lines. */ LinesPart, lines, "parts/lines.html", { t: Texts, it: Lines, live_url: str });
part!(/** What a card or a tab of a form holds. */ SectionBodyPart, section_body, "parts/section_body.html", { t: Texts, live_url: str, id: str, it: Section });
part!(/** A card of a form. */ SectionPart, section, "parts/section.html", { t: Texts, live_url: str, index: usize, it: Section });
part!(/** Choosing lines of another document. */ TakingPart, taking, "parts/taking.html", { t: Texts, live_url: str, it: Taking });
part!(/** What stands above a form's cards. */ FormAbovePart, form_above, "parts/form_above.html", { t: Texts, it: Form });
part!(/** A record's form with outline and action bar. */ RecordFormPart, record_form, "parts/record_form.html", { t: Texts, it: Form });
part!(/** A record's form within a task. */ TaskFormPart, task_form, "parts/task_form.html", { t: Texts, it: Form });
part!(/** Search and filters of a list. */ GridBarPart, grid_bar, "parts/grid_bar.html", { t: Texts, it: Grid });
part!(/** Table and pager of a list. */ GridBodyPart, grid_body, "parts/grid_body.html", { t: Texts, it: Grid });
part!(/** Cards in columns. */ BoardPart, board, "parts/board.html", { t: Texts, it: Board });
part!(/** A card of a board. */ BoardCardPart, board_card, "parts/board_card.html", { t: Texts, it: Card });
part!(/** The head of a board's column. */ BoardHeadPart, board_head, "parts/board_head.html", { t: Texts, it: BoardHead });
part!(/** Records on their days. */ CalendarPart, calendar, "parts/calendar.html", { t: Texts, it: Calendar });
part!(/** A record on a day. */ EntryPart, entry, "parts/entry.html", { it: Entry });
part!(/** The form that moves a card. */ MoverPart, mover, "parts/mover.html", { t: Texts, it: Mover });
part!(/** Conditions of one group. */ FilterGroupPart, filter_group, "parts/filter_group.html", { t: Texts, action: str, it: FilterGroup });
part!(/** One row of a list. */ GridRowPart, grid_row, "parts/grid_row.html", { t: Texts, grid: Grid, row: Row });
part!(/** The views of a list. */ GridViewsPart, grid_views, "parts/grid_views.html", { t: Texts, it: Grid });
part!(/** The head of a document. */ HeadPart, head, "parts/head.html", { frame: Frame, title: str });
part!(/** Top bar and side menu. */ ShellTopPart, shell_top, "parts/shell_top.html", { shell: Shell });
part!(/** Message, dock, dialog and icons. */ ShellEndPart, shell_end, "parts/shell_end.html", { shell: Shell });
part!(/** A block of a printed sheet. */ PrintBlockPart, print_block, "parts/print_block.html", { t: Texts, it: PrintBlock });
part!(/** Rows of a printed table. */ PrintRowsPart, print_rows, "parts/print_rows.html", { lines: PrintLines, rows: PrintRows });
part!(/** The shapes of a chart with its legend. */ ChartPart, chart, "parts/chart.html", { it: Chart });
part!(/** A table of figures. */ ReportTablePart, report_table, "parts/report_table.html", { t: Texts, it: ReportTable });
part!(/** A property of something that is designed. */ PropertyPart, property, "parts/property.html", { it: Control });
part!(/** An expression as a designer asks for it. */ ExpressionFieldPart, expression_field, "parts/expression_field.html", { it: Control });
part!(/** Rows of conditions. */ ConditionRowsPart, condition_rows, "parts/condition_rows.html", { it: Control, rows: RowsInput });
part!(/** A formula with what it may name. */ FormulaFieldPart, formula_field, "parts/formula_field.html", { it: Control, formula: FormulaInput });
part!(/** The faces of an expression as links. */ FacesPart, faces, "parts/faces.html", { it: Vec<Tab> });
part!(/** The things of a list with ways to add another. */ ThingGroupPart, thing_group, "parts/thing_group.html", { t: Texts, at: str, seen: str, path: str, it: ThingGroup });
part!(/** What is wrong or doubtful. */ FindingsPart, findings, "parts/build_findings.html", { t: Texts, findings: Vec<FindingRow> });
part!(/** A section of a form that is designed. */ CanvasSectionPart, canvas_section, "parts/canvas_section.html", { t: Texts, at: str, seen: str, form: str, it: CanvasSection });
part!(/** What can be done with what is selected. */ CanvasToolsPart, canvas_tools, "parts/canvas_tools.html", { t: Texts, at: str, seen: str, form: str, it: CanvasThing });
part!(/** A flow as a tree of cards. */ FlowTreePart, flow_tree, "parts/flow_tree.html", { t: Texts, at: str, seen: str, path: str, it: FlowTree });
part!(/** Steps of a flow, one below the other. */ FlowStepsPart, flow_steps, "parts/flow_steps.html", { t: Texts, at: str, seen: str, path: str, it: Vec<TreeStep> });
part!(/** With what a flow is tried, and what came of it. */ FlowTrialPart, flow_trial, "parts/flow_trial.html", { t: Texts, it: TrialForm });
part!(/** The roles of an app. */ RoleListPart, role_list, "parts/role_list.html", { t: Texts, it: RoleList });
part!(/** What a role may do with every table. */ RoleMatrixPart, role_matrix, "parts/role_matrix.html", { t: Texts, at: str, seen: str, it: RoleMatrix });
part!(/** Rights on the fields of a table. */ RoleRightsPart, role_rights, "parts/role_rights.html", { t: Texts, at: str, seen: str, it: RoleRights });
