//! The store under load and under faults, on both databases.

use crate::{
    database::{TestDatabase, on_both},
    stored::{new_app, new_user},
};
use formwork::{
    base::{id::AppId, time::Timestamp},
    store::{
        Connection, Error, Store, Tx, apps, catalogue,
        entity::{app, sign_in_failure},
        integer, people, settings, sign_in, sum_halves,
    },
};
use sea_orm::{
    EntityTrait, PaginatorTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

pub const NOW: Timestamp = Timestamp(1_795_000_000_000);

async fn subject(tx: &Tx, name: &str) -> Result<(), Error> {
    sign_in::record_failure(tx, &[name.to_owned()], NOW).await
}

async fn failures(store: &Store, name: &str) -> u64 {
    sign_in::failures_since(&store.reader(), name, Timestamp(0)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_work_shares_commits_and_fails_alone() {
    on_both(async |store| {
        new_app(&store, "taken").await.unwrap();
        let before = store.counters().commits();
        let started: Vec<_> = (0..200u32)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .transaction(move |tx| {
                            Box::pin(async move {
                                subject(tx, &format!("work:{number}")).await?;
                                if number % 3 == 0 {
                                    apps::insert(tx, "taken", "again", None, NOW).await?;
                                }
                                Ok::<_, Error>(number)
                            })
                        })
                        .await
                })
            })
            .collect();
        for (number, task) in (0..200u32).zip(started) {
            let result = task.await.unwrap();
            let stored = failures(&store, &format!("work:{number}")).await;
            if number % 3 == 0 {
                let error = result.unwrap_err();
                assert!(error.is_unique(&["app_key", "app.key"]), "{error:?}");
                assert_eq!(stored, 0, "what failed left something behind");
            } else {
                assert_eq!(result.unwrap(), number);
                assert_eq!(stored, 1);
            }
        }
        if !store.is_postgres() {
            let commits = store.counters().commits() - before;
            assert!(commits <= 50, "200 pieces of work took {commits} commits");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_its_own_work_only() {
    on_both(async |store| {
        let started: Vec<_> = (0..30u32)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .transaction(move |tx| {
                            Box::pin(async move {
                                subject(tx, &format!("panic:{number}")).await?;
                                assert!(number % 5 != 0, "number {number} gives up");
                                Ok::<_, Error>(())
                            })
                        })
                        .await
                })
            })
            .collect();
        for (number, task) in (0..30u32).zip(started) {
            let result = task.await.unwrap();
            assert_eq!(result.is_err(), number % 5 == 0);
            if let Err(error) = result {
                assert!(error.to_string().contains("gives up"), "{error}");
            }
            let expected = u64::from(number % 5 != 0);
            assert_eq!(failures(&store, &format!("panic:{number}")).await, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_caller_went_away_is_done_wholly() {
    on_both(async |store| {
        for round in 0..40u32 {
            let caller = {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .transaction(move |tx| {
                            Box::pin(async move {
                                subject(tx, &format!("gone:{round}")).await?;
                                tokio::task::yield_now().await;
                                subject(tx, &format!("gone:{round}")).await
                            })
                        })
                        .await
                })
            };
            for _ in 0..round % 8 {
                tokio::task::yield_now().await;
            }
            if round % 4 == 3 {
                tokio::time::sleep(Duration::from_micros(u64::from(round) * 20)).await;
            }
            caller.abort();
            let _aborted = caller.await;
        }
        // All earlier work is before this one on SQLite; on PostgreSQL it is waited for below.
        store.transaction(|tx| Box::pin(subject(tx, "last"))).await.unwrap();
        if store.is_postgres() {
            wait_until_idle(&store).await;
        }
        for round in 0..40u32 {
            let stored = failures(&store, &format!("gone:{round}")).await;
            assert!(stored == 0 || stored == 2, "half of round {round} is there");
        }
        assert_eq!(failures(&store, "last").await, 1);
    })
    .await;
}

/// Waits until the server knows no open transaction of this database but the one that asks.
async fn wait_until_idle(store: &Store) {
    let open = Query::select()
        .expr(Func::count(Expr::cust("*")))
        .from((Alias::new("pg_catalog"), Alias::new("pg_stat_activity")))
        .and_where(Expr::cust("datname = current_database()"))
        .and_where(Expr::cust("pid <> pg_backend_pid()"))
        .and_where(Expr::cust("state <> 'idle'"))
        .take();
    let started = Instant::now();
    loop {
        let row = store.reader().query_one(&open).await.unwrap().unwrap();
        if row.i64(0).unwrap() == 0 {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "a transaction was left open");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_run_again() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let store = database.store().await;
    let apps = [new_app(&store, "left").await.unwrap(), new_app(&store, "right").await.unwrap()];
    let runs = Arc::new(AtomicU32::new(0));
    let both_hold_one = Arc::new(tokio::sync::Barrier::new(2));
    let tasks: Vec<_> = [[apps[0], apps[1]], [apps[1], apps[0]]]
        .into_iter()
        .map(|order| {
            let (store, runs, barrier) = (store.clone(), runs.clone(), both_hold_one.clone());
            tokio::spawn(async move {
                store
                    .transaction(move |tx| {
                        let (runs, barrier) = (runs.clone(), barrier.clone());
                        Box::pin(async move {
                            let run = runs.fetch_add(1, Ordering::SeqCst);
                            lock(tx, order[0]).await?;
                            if run < 2 {
                                barrier.wait().await;
                            }
                            lock(tx, order[1]).await?;
                            subject(tx, "crosswise").await
                        })
                    })
                    .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(runs.load(Ordering::SeqCst) >= 3, "nothing was run again");
    assert_eq!(failures(&store, "crosswise").await, 2);
    store.close().await;
}

async fn lock(tx: &Tx, id: AppId) -> Result<(), Error> {
    let mut select =
        Query::select().column(app::Column::Id).from(app::Entity).and_where(Expr::col(app::Column::Id).eq(id.0)).take();
    tx.query(tx.lock_rows(&mut select)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_group_is_run_again_one_by_one() {
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    let started: Vec<_> = (0..40u32)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .transaction(move |tx| {
                        Box::pin(async move {
                            subject(tx, &format!("group:{number}")).await?;
                            if number == 7 {
                                // Puts the refusal off until the commit, which fails the whole group.
                                tx.execute_text("PRAGMA defer_foreign_keys = ON").await?;
                                settings::put(tx, AppId(404), "no", "app").await?;
                            }
                            Ok::<_, Error>(())
                        })
                    })
                    .await
            })
        })
        .collect();
    for (number, task) in (0..40u32).zip(started) {
        let result = task.await.unwrap();
        let stored = failures(&store, &format!("group:{number}")).await;
        if number == 7 {
            assert!(matches!(result, Err(Error::ForeignKey)), "{result:?}");
            assert_eq!(stored, 0);
        } else {
            result.unwrap();
            assert_eq!(stored, 1, "number {number}");
        }
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_schema_are_told_apart() {
    on_both(async |store| {
        let app = new_app(&store, "one").await.unwrap();
        let error = new_app(&store, "one").await.unwrap_err();
        assert!(error.is_unique(&["app_key", "app.key"]), "{error:?}");

        let unknown = store.transaction(|tx| Box::pin(settings::put(tx, AppId(404), "no", "app"))).await;
        assert!(matches!(unknown, Err(Error::ForeignKey)), "{unknown:?}");

        let user = new_user(&store, "wang").await;
        let refused = store.transaction(move |tx| Box::pin(people::set_status(tx, user, "asleep"))).await;
        assert!(matches!(refused, Err(Error::Check)), "{refused:?}");

        // A partial index, and one over an expression.
        let partial = store
            .transaction(move |tx| {
                Box::pin(async move {
                    let table = catalogue::ensure_table(tx, app, "order", None, NOW).await?.value;
                    let a = catalogue::ensure_column(tx, table, "a", "text", 0).await?.value;
                    catalogue::ensure_column(tx, table, "b", "text", 0).await?;
                    catalogue::rename_column(tx, a.id, "b").await
                })
            })
            .await
            .unwrap_err();
        let names = ["catalogue_column_key", "catalogue_column.table_id, catalogue_column.key"];
        assert!(partial.is_unique(&names), "{partial:?}");
        let expression = store
            .ddl(|tx| {
                Box::pin(async move { tx.execute_text("CREATE UNIQUE INDEX sample_u ON app (lower(key))").await })
            })
            .await;
        expression.unwrap_or_else(|error: Error| panic!("{error}"));
        let error = new_app(&store, "ONE").await.unwrap_err();
        assert!(error.is_unique(&["sample_u"]), "{error:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_statement_ends_the_transaction_on_both_databases() {
    on_both(async |store| {
        new_app(&store, "one").await.unwrap();
        let ignored = store
            .transaction(|tx| {
                Box::pin(async move {
                    subject(tx, "before").await?;
                    let refused = apps::insert(tx, "one", "again", None, NOW).await;
                    assert!(refused.is_err());
                    assert!(subject(tx, "after").await.is_err());
                    Ok::<_, Error>(())
                })
            })
            .await;
        assert!(ignored.is_err(), "work that ignores a failure must not be stored");
        assert_eq!(failures(&store, "before").await, 0);
        assert_eq!(failures(&store, "after").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_texts_are_read_without_loss() {
    on_both(async |store| {
        store
            .ddl(|tx| {
                Box::pin(async move {
                    tx.execute_text(
                        "CREATE TABLE sample (id BIGINT PRIMARY KEY, amount BIGINT, word TEXT, flag BOOLEAN)",
                    )
                    .await
                })
            })
            .await
            .unwrap_or_else(|error: Error| panic!("{error}"));
        let largest = 1_000_000_000_000_000i64;
        store
            .transaction(move |tx| {
                Box::pin(async move {
                    let mut insert = Query::insert();
                    insert.into_table("sample").columns(["id", "amount", "word", "flag"]);
                    for id in 0..10_000i64 {
                        let amount = if id % 2 == 0 { largest - id } else { largest };
                        insert.values_panic([id.into(), amount.into(), "入库 é".into(), (id > 5).into()]);
                        if id % 500 == 499 {
                            tx.execute(&insert.take()).await?;
                            insert.into_table("sample").columns(["id", "amount", "word", "flag"]);
                        }
                    }
                    let mut last = Query::insert();
                    last.into_table("sample").columns(["id"]).values_panic([i64::MAX.into()]);
                    tx.execute(&last).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
            .unwrap();
        let reader = store.reader();
        let exact: i128 = (0..10_000i128).map(|id| i128::from(largest) - if id % 2 == 0 { id } else { 0 }).sum();
        let [high, low] = sum_halves(Expr::col("amount"));
        let select = Query::select()
            .expr(high)
            .expr(low)
            .expr(integer(Func::max(Expr::col("id"))))
            .expr(integer(Func::sum(Expr::col("id").modulo(7i64))))
            .from("sample")
            .take();
        let row = reader.query_one(&select).await.unwrap().unwrap();
        assert_eq!(row.opt_sum(0).unwrap(), Some(exact));
        assert_eq!(row.i64(2).unwrap(), i64::MAX);
        row.i64(3).unwrap();

        let select = Query::select()
            .columns(["id", "amount", "word", "flag"])
            .from("sample")
            .and_where(Expr::col("id").is_in([3i64, 8, i64::MAX]))
            .order_by("id", sea_orm::Order::Asc)
            .take();
        let rows = reader.query(&select).await.unwrap();
        assert_eq!(rows[0].i64(1).unwrap(), largest);
        assert_eq!(rows[0].text(2).unwrap(), "入库 é");
        assert!(!rows[0].bool(3).unwrap());
        assert!(rows[1].bool(3).unwrap());
        assert_eq!(rows[2].i64(0).unwrap(), i64::MAX);
        assert_eq!(rows[2].opt_i64(1).unwrap(), None);
        assert_eq!(rows[2].opt_text(2).unwrap(), None);
        assert_eq!(rows[2].opt_bool(3).unwrap(), None);
        assert!(rows[2].i64(1).is_err(), "null is not a number");
        assert!(rows[0].i64(2).is_err(), "a text is not a number");
        assert!(rows[0].text(1).is_err(), "a number is not a text");
        assert_eq!(reader.statements(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_a_changed_schema() {
    on_both(async |store| {
        let reader = store.reader();
        let select = Query::select().columns([Alias::new("id"), Alias::new("key")]).from(app::Entity).take();
        reader.query(&select).await.unwrap();
        store
            .ddl(|tx| {
                Box::pin(async move {
                    tx.execute_text("ALTER TABLE app ADD COLUMN extra TEXT").await?;
                    tx.execute_text("CREATE TABLE another (id BIGINT PRIMARY KEY)").await
                })
            })
            .await
            .unwrap_or_else(|error: Error| panic!("{error}"));
        new_app(&store, "one").await.unwrap();
        assert_eq!(reader.query(&select).await.unwrap().len(), 1);
        let extra = Query::select().column("extra").from(app::Entity).take();
        let row = reader.query_one(&extra).await.unwrap().unwrap();
        assert_eq!(row.opt_text(0).unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_opened_again_as_it_was_left() {
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    new_app(&store, "kept").await.unwrap();
    store.close().await;
    assert!(new_app(&store, "late").await.is_err());
    let store = database.store().await;
    assert_eq!(apps::list(&store.reader()).await.unwrap().len(), 1);
    store.close().await;
}

/// `FORMWORK_TEST_SMALL_DISK` is a directory on a file system of a few MiB (a tmpfs of 8 MiB), on which a
/// file `ballast` of 2 MiB lies that the test takes away to make room.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a small file system of its own"]
async fn a_full_disk_is_told_and_got_over() {
    let directory = std::path::PathBuf::from(std::env::var("FORMWORK_TEST_SMALL_DISK").unwrap());
    let path = directory.join("formwork.db");
    let store = Store::open(formwork::store::Backend::Sqlite { path }).await.unwrap();
    store.migrate().await.unwrap();
    let app = new_app(&store, "one").await.unwrap();
    let filler = "x".repeat(100_000);
    let mut stored = 0;
    let error = loop {
        let tasks: Vec<_> = (stored..stored + 8)
            .map(|number| {
                let (store, filler) = (store.clone(), filler.clone());
                tokio::spawn(async move {
                    store
                        .transaction_with(filler, move |tx, filler| {
                            Box::pin(async move { settings::put(tx, app, &format!("k{number}"), filler).await })
                        })
                        .await
                })
            })
            .collect();
        let mut failed = None;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => stored += 1,
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            break error;
        }
    };
    assert!(matches!(error, Error::Full), "{error:?}");
    let kept = settings::of_app(&store.reader(), app).await.unwrap();
    assert_eq!(kept.len(), stored, "reading goes on, and what was acknowledged is there");
    std::fs::remove_file(directory.join("ballast")).unwrap();
    store
        .transaction(move |tx| Box::pin(settings::put(tx, app, "after", "1")))
        .await
        .unwrap_or_else(|error: Error| panic!("it does not recover without a restart: {error}"));
    store.close().await;
}

/// `cargo test --release -- --ignored --nocapture writes_per_second` prints durable inserts per second.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn writes_per_second() {
    on_both(async |store| {
        for callers in [1usize, 16, 64] {
            let until = Instant::now() + Duration::from_secs(3);
            let begun = store.counters().commits();
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        let mut waits = Vec::new();
                        while Instant::now() < until {
                            let started = Instant::now();
                            store.transaction(|tx| Box::pin(subject(tx, "measured"))).await.unwrap();
                            waits.push(started.elapsed());
                        }
                        waits
                    })
                })
                .collect();
            let mut waits = Vec::new();
            for task in tasks {
                waits.extend(task.await.unwrap());
            }
            waits.sort_unstable();
            println!(
                "postgres={} callers={callers}: {} inserts/s, p50 {:?}, p99 {:?}, {} commits",
                store.is_postgres(),
                waits.len() / 3,
                waits[waits.len() / 2],
                waits[waits.len() * 99 / 100],
                store.counters().commits() - begun,
            );
        }
        let stored = sign_in_failure::Entity::find().count(store.reader().orm()).await.unwrap();
        assert!(stored > 0);
    })
    .await;
}
