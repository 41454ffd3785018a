//! What somebody would write by hand for this one table and nothing else.

use crate::{load::Side, side};
use axum::{
    Json, Router,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

const TOKEN: &str = "hand_written_token_of_forty_characters_00";

const TABLES: &str = "
    CREATE TABLE token (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, user_id INTEGER NOT NULL, scopes TEXT NOT NULL);
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY, version INTEGER NOT NULL, created_at INTEGER NOT NULL, created_by INTEGER NOT NULL,
        code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, note TEXT, status TEXT NOT NULL, qty INTEGER NOT NULL, price INTEGER,
        count INTEGER, active INTEGER, day TEXT, opened TEXT, email TEXT, phone TEXT);
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, user_id INTEGER NOT NULL, action TEXT NOT NULL, record INTEGER NOT NULL,
        changes TEXT NOT NULL);
    CREATE TABLE idempotency (
        user_id INTEGER NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, status INTEGER NOT NULL,
        answer TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (user_id, path, key)) WITHOUT ROWID;";

#[derive(Clone)]
struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Starts it over a new file.
pub async fn start(path: &Path) -> Side {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "2000")
        .statement_cache_capacity(256);
    let pool = |size: u32| {
        SqlitePoolOptions::new().max_connections(size).test_before_acquire(false).connect_with(options.clone())
    };
    let writer = pool(1).await.expect("the file opens");
    sqlx::raw_sql(TABLES).execute(&writer).await.expect("the tables are made");
    sqlx::query("INSERT INTO token (hash, user_id, scopes) VALUES (?, 1, 'read write')")
        .bind(hash(TOKEN.as_bytes()))
        .execute(&writer)
        .await
        .expect("the token is stored");
    let readers = pool(4).await.expect("the file opens");
    let router = Router::new()
        .route("/entries", post(create))
        .route("/entries/{id}", get(read))
        .with_state(Database { writer, readers });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("an option of the socket"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    side(address, "/entries", TOKEN)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Anything that goes wrong, with its status.
struct Problem(StatusCode, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"detail": self.1}))).into_response()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

fn invalid(field: &str) -> Problem {
    Problem(StatusCode::UNPROCESSABLE_ENTITY, format!("{field} does not fit"))
}

/// Who holds the token.
async fn user(database: &Database, headers: &HeaderMap, scope: &str) -> Result<i64, Problem> {
    let refused = || Problem(StatusCode::UNAUTHORIZED, "who are you?".into());
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
    let token = token.strip_prefix("Bearer ").ok_or_else(refused)?;
    let row = sqlx::query("SELECT user_id, scopes FROM token WHERE hash = ?")
        .bind(hash(token.as_bytes()))
        .fetch_optional(&database.readers)
        .await?
        .ok_or_else(refused)?;
    let scopes: String = row.get(1);
    if scopes.split(' ').any(|one| one == scope) { Ok(row.get(0)) } else { Err(refused()) }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    note: Option<String>,
    status: String,
    qty: String,
    price: Option<String>,
    count: Option<i64>,
    active: Option<bool>,
    day: Option<String>,
    opened: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    values: Entry,
}

/// A decimal text as a whole number of its smallest units.
fn scaled(text: &str, scale: u32, field: &str) -> Result<i64, Problem> {
    let number: Decimal = text.parse().map_err(|_| invalid(field))?;
    if number.normalize().scale() > scale || number.is_sign_negative() {
        return Err(invalid(field));
    }
    let factor = Decimal::from(10_i64.pow(scale));
    number.checked_mul(factor).and_then(|units| i64::try_from(units).ok()).ok_or_else(|| invalid(field))
}

fn text_of(units: i64, scale: u32) -> String {
    Decimal::new(units, scale).normalize().to_string()
}

fn check(entry: &Entry) -> Result<(i64, Option<i64>), Problem> {
    let bounded = |text: &str, most: usize, field| match text.chars().count() {
        0 => Err(invalid(field)),
        length if length > most => Err(invalid(field)),
        _ => Ok(()),
    };
    bounded(&entry.code, 40, "code")?;
    bounded(&entry.name, 80, "name")?;
    entry.note.as_deref().map_or(Ok(()), |note| bounded(note, 500, "note"))?;
    if !["open", "closed", "held"].contains(&entry.status.as_str()) {
        return Err(invalid("status"));
    }
    if entry.count.is_some_and(|count| !(0..=1000).contains(&count)) {
        return Err(invalid("count"));
    }
    if entry.day.as_deref().is_some_and(|day| day.parse::<jiff::civil::Date>().is_err()) {
        return Err(invalid("day"));
    }
    if entry.opened.as_deref().is_some_and(|opened| opened.parse::<jiff::Timestamp>().is_err()) {
        return Err(invalid("opened"));
    }
    if entry.email.as_deref().is_some_and(|email| !email.contains('@') || email.contains(' ')) {
        return Err(invalid("email"));
    }
    if entry.phone.as_deref().is_some_and(|phone| !phone.chars().all(|c| c.is_ascii_digit() || "+-".contains(c))) {
        return Err(invalid("phone"));
    }
    let price = entry.price.as_deref().map(|price| scaled(price, 2, "price")).transpose()?;
    Ok((scaled(&entry.qty, 6, "qty")?, price))
}

async fn create(
    State(database): State<Database>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let user = user(&database, &headers, "write").await?;
    let Create { values } =
        serde_json::from_slice(&body).map_err(|error| Problem(StatusCode::BAD_REQUEST, error.to_string()))?;
    let (qty, price) = check(&values)?;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let body_hash = hash(&body);
    let at = now();
    let mut transaction = database.writer.begin_with("BEGIN IMMEDIATE").await?;
    if let Some(key) = key {
        let known = sqlx::query(
            "SELECT body_hash, answer FROM idempotency WHERE user_id = ? AND path = '/entries' AND key = ?",
        )
        .bind(user)
        .bind(key)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(row) = known {
            let (stored, answer): (String, String) = (row.get(0), row.get(1));
            if stored != body_hash {
                return Err(Problem(StatusCode::UNPROCESSABLE_ENTITY, "another body".into()));
            }
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            return Ok((StatusCode::CREATED, Json(answer)).into_response());
        }
    }
    let id: i64 = sqlx::query(
        "INSERT INTO entry (version, created_at, created_by, code, name, note, status, qty, price, count, active, day, opened, \
         email, phone) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(at)
    .bind(user)
    .bind(&values.code)
    .bind(&values.name)
    .bind(&values.note)
    .bind(&values.status)
    .bind(qty)
    .bind(price)
    .bind(values.count)
    .bind(values.active)
    .bind(&values.day)
    .bind(&values.opened)
    .bind(&values.email)
    .bind(&values.phone)
    .fetch_one(&mut *transaction)
    .await?
    .get(0);
    let changes = serde_json::to_value(&values).unwrap_or_default();
    sqlx::query("INSERT INTO audit (at, user_id, action, record, changes) VALUES (?, ?, 'create', ?, ?)")
        .bind(at)
        .bind(user)
        .bind(id)
        .bind(changes.to_string())
        .execute(&mut *transaction)
        .await?;
    let answer = record(id, 1, at, user, changes);
    if let Some(key) = key {
        sqlx::query(
            "INSERT INTO idempotency (user_id, path, key, body_hash, status, answer, created_at) \
             VALUES (?, '/entries', ?, ?, 201, ?, ?)",
        )
        .bind(user)
        .bind(key)
        .bind(body_hash)
        .bind(answer.to_string())
        .bind(at)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

fn record(id: i64, version: i64, at: i64, user: i64, values: Value) -> Value {
    json!({
        "id": id, "version": version, "state": null, "values": values, "refs": {}, "created_at": at, "created_by": user,
        "updated_at": at, "updated_by": user, "case": null,
    })
}

async fn read(
    State(database): State<Database>,
    UrlPath(id): UrlPath<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let user = user(&database, &headers, "read").await?;
    let row = sqlx::query(
        "SELECT version, created_at, created_by, code, name, note, status, qty, price, count, active, day, opened, email, phone \
         FROM entry WHERE id = ? AND created_by = ?",
    )
    .bind(id)
    .bind(user)
    .fetch_optional(&database.readers)
    .await?
    .ok_or_else(|| Problem(StatusCode::NOT_FOUND, "there is no such record".into()))?;
    let entry = Entry {
        code: row.get("code"),
        name: row.get("name"),
        note: row.get("note"),
        status: row.get("status"),
        qty: text_of(row.get("qty"), 6),
        price: row.get::<Option<i64>, _>("price").map(|units| text_of(units, 2)),
        count: row.get("count"),
        active: row.get("active"),
        day: row.get("day"),
        opened: row.get("opened"),
        email: row.get("email"),
        phone: row.get("phone"),
    };
    let values = serde_json::to_value(&entry).unwrap_or_default();
    Ok(Json(record(id, row.get("version"), row.get("created_at"), row.get("created_by"), values)).into_response())
}
