//! The sheet that was read last. An import is looked at step by step, and to read its file takes longer than anything else of it.

use crate::document::Sheet;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a sheet is kept for whoever is still thinking.
const KEPT: Duration = Duration::from_secs(120);
/// Larger files are read anew each time, in bytes: kept, they would take several times that.
const LARGEST: usize = 8 * 1024 * 1024;

/// One sheet of one file, or none.
#[derive(Default)]
pub(in crate::service) struct Sheets(Mutex<Option<Kept>>);

struct Kept {
    /// The job's file.
    file: i64,
    name: Option<String>,
    sheet: Arc<Sheet>,
}

impl Sheets {
    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sheet of this name of a file, if it is the one that was read last.
    pub fn find(&self, file: i64, name: Option<&str>) -> Option<Arc<Sheet>> {
        let kept = self.kept();
        let kept = kept.as_ref().filter(|kept| kept.file == file && kept.name.as_deref() == name)?;
        Some(kept.sheet.clone())
    }

    /// Keeps a sheet of a file of so many bytes for a while.
    pub fn keep(self: &Arc<Self>, file: i64, name: Option<String>, sheet: &Arc<Sheet>, size: usize) {
        if size > LARGEST {
            return;
        }
        *self.kept() = Some(Kept { file, name, sheet: sheet.clone() });
        let (sheets, mine) = (self.clone(), Arc::downgrade(sheet));
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            let mut kept = sheets.kept();
            if kept.as_ref().is_some_and(|kept| std::ptr::eq(Arc::as_ptr(&kept.sheet), mine.as_ptr())) {
                *kept = None;
            }
        });
    }

    /// Lets a file go whose import is through.
    pub fn forget(&self, file: i64) {
        let mut kept = self.kept();
        if kept.as_ref().is_some_and(|kept| kept.file == file) {
            *kept = None;
        }
    }
}
