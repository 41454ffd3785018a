//! Cases of approval flows. The log is the truth: a case is loaded by replaying it. The rows of activations, tasks and
//! copies are what lists read; they are written with the log, in the same transaction.

mod boxes;
mod cases;

pub use boxes::{Box as TaskBox, BoxRow, Narrowed, counts, page};
pub use cases::{
    CaseRow, NewCase, TaskRow, by_id, create, has_copy, latest_of_record, load, load_for_update, log, mark_read,
    of_records, save, task, tasks_of, tasks_of_user,
};
