//! Clients that cost little, so that the servers are what is measured: plain HTTP/1.1 over kept connections.

use crate::connection::Connection;
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

#[derive(Debug, Clone, Copy)]
pub enum Load {
    /// A new record, durable when it is answered, with an idempotency key.
    Create,
    /// One record by its id.
    Get,
}

impl Load {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
        }
    }
}

/// A server under load, and what was created there.
pub struct Side {
    address: SocketAddr,
    path: String,
    token: String,
    /// The number of the next record, and ids up to it minus one are there.
    next: Arc<AtomicU64>,
    created: Arc<AtomicU64>,
}

impl Side {
    pub fn new(address: SocketAddr, path: &str, token: &str) -> Self {
        let zero = || Arc::new(AtomicU64::new(0));
        Self { address, path: path.to_owned(), token: token.to_owned(), next: zero(), created: zero() }
    }

    fn request(&self, job: Load, number: u64) -> Vec<u8> {
        let (path, token) = (&self.path, &self.token);
        match job {
            Load::Create => {
                let body = serde_json::json!({"values": super::values(number)}).to_string();
                let length = body.len();
                format!(
                    "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\nidempotency-key: key-{number}\r\n\
                     content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                )
            }
            Load::Get => {
                // Any of the records, each about as often.
                let id = 1 + number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % self.created.load(Ordering::Relaxed).max(1);
                format!("GET {path}/{id} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n")
            }
        }
        .into_bytes()
    }
}

/// Creates `count` records.
pub async fn fill(side: &Side, count: u64) {
    let mut connection = Connection::open(side.address).await;
    for _ in 0..count {
        let number = side.next.fetch_add(1, Ordering::Relaxed);
        let (status, body) = connection.exchange(&side.request(Load::Create, number)).await;
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
        side.created.fetch_add(1, Ordering::Relaxed);
    }
    let (status, body) = connection.exchange(&side.request(Load::Get, 1)).await;
    let json: Value = serde_json::from_slice(&body).expect("JSON");
    assert!(status == 200 && json["values"].as_object().is_some_and(|values| values.len() == 12), "{json}");
}

/// Requests answered in a second.
pub async fn measure(side: &Side, job: Load, clients: usize, length: Duration) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Connection::open(side.address).await);
    }
    let numbers = side.next.clone();
    let started = Instant::now();
    let running: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (numbers, created) = (numbers.clone(), side.created.clone());
            let side = Side {
                address: side.address,
                path: side.path.clone(),
                token: side.token.clone(),
                next: numbers.clone(),
                created,
            };
            tokio::spawn(async move {
                let mut answered = 0_u64;
                while started.elapsed() < length {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let (status, body) = connection.exchange(&side.request(job, number)).await;
                    assert!([200, 201].contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
                    if status == 201 {
                        side.created.fetch_add(1, Ordering::Relaxed);
                    }
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut answered = 0;
    for client in running {
        answered += client.await.expect("a client ends well");
    }
    // Every client's last answer is counted, so the time until the last of them is too.
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    let answered = answered as f64;
    answered / started.elapsed().as_secs_f64()
}
