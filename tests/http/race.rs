//! Twenty clients approve twenty issues of one for a stock of ten, all at once.

use crate::{
    server::{Server, on_both},
    stock::{MOVE, OUTBOUND, SHANGHAI, assert_decimal, balances, issue, receive, submit, task_of, verified},
};
use rust_decimal::Decimal;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Barrier;

const CLIENTS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_issues_for_ten_pieces_ten_are_approved() {
    on_both(async |server: &Server| {
        let (keeper, manager) = (server.keeper(), server.manager());
        receive(&keeper, &manager, SHANGHAI, &[("HW-0021", "10")]).await;
        let mut issues = Vec::new();
        for _ in 0..CLIENTS {
            issues.push(submit(&keeper, OUTBOUND, issue(SHANGHAI, &[("HW-0021", "1")])).await);
        }
        let together = Arc::new(Barrier::new(CLIENTS));
        let started: Vec<_> = issues
            .iter()
            .map(|record| {
                let (client, together, task) = (server.manager(), together.clone(), task_of(record));
                tokio::spawn(async move {
                    together.wait().await;
                    client.post(&format!("/api/v1/tasks/{task}/approve"), json!({})).await
                })
            })
            .collect();
        let (mut approved, mut short) = (0, 0);
        for answer in started {
            let answer = answer.await.expect("no panic");
            match answer.status {
                200 => approved += 1,
                _ => {
                    answer.refused(409, "STOCK_SHORT");
                    short += 1;
                }
            }
        }
        assert_eq!((approved, short), (10, 10));
        for grain in ["hold", "dimensions"] {
            let rows = balances(&manager, grain, "HW-0021").await;
            assert_eq!(rows.len(), 1);
            assert_decimal(&rows[0]["qty"], "0");
        }
        assert_decimal(&balances(&manager, "hold", "HW-0021").await[0]["amount"], "0");
        let moves = manager.list(MOVE, &[("limit", "200")]).await.expect(200);
        assert_eq!(moves.items().len(), 11);
        let sum: Decimal =
            moves.items().iter().map(|row| row["values"]["qty"].as_str().unwrap().parse::<Decimal>().unwrap()).sum();
        assert_eq!(sum, Decimal::ZERO, "the moves add up to the balance");
        let mut states: Vec<String> = Vec::new();
        for record in &issues {
            let read = keeper.get(&format!("{OUTBOUND}/{}", record.id())).await.expect(200);
            states.push(read["state"].as_str().unwrap().to_owned());
        }
        assert_eq!(states.iter().filter(|state| *state == "approved").count(), 10);
        assert_eq!(states.iter().filter(|state| *state == "in_approval").count(), 10);
        verified(&server.administrator()).await;
    })
    .await;
}
