//! What an import is compared with: the file is read, and its rows are put into a table as they are.

use calamine::{Data, Reader, Xlsx};
use sqlx::{
    Executor,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{io::Cursor, path::Path};

/// Rows that share a commit, as many as the import's.
const BATCH: usize = 500;

/// Reads the file and inserts each of its rows, durably.
///
/// # Panics
/// Something failed.
pub async fn import(bytes: Vec<u8>, path: &Path) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens");
    let table = "CREATE TABLE entry (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT, note TEXT, \
                 category TEXT, status TEXT, qty TEXT, price TEXT, count TEXT, active TEXT, day TEXT, opened TEXT, \
                 email TEXT)";
    pool.execute(table).await.expect("the table is made");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("which reads");
    let rows: Vec<&[Data]> = sheet.rows().skip(1).collect();
    for chunk in rows.chunks(BATCH) {
        let mut transaction = pool.begin().await.expect("a transaction");
        for row in chunk {
            let mut insert = sqlx::query(
                "INSERT INTO entry (code, name, note, category, status, qty, price, count, active, day, opened, email) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            );
            for place in 0..12 {
                insert = insert.bind(row.get(place).map(ToString::to_string));
            }
            insert.execute(&mut *transaction).await.expect("a row");
        }
        transaction.commit().await.expect("the rows are stored");
    }
    pool.close().await;
}
