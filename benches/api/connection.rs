//! Plain HTTP/1.1 over a kept connection: a client that costs little.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("an option of the socket");
        Self { stream, buffer: Vec::with_capacity(8 * 1024) }
    }

    /// Sends a request and reads its answer: status and body.
    pub async fn exchange(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.stream.write_all(request).await.expect("the request is sent");
        self.buffer.clear();
        let (status, head, length) = loop {
            self.more().await;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
                let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
                let length =
                    text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
                break (status, end + 4, length.expect("a length"));
            }
        };
        while self.buffer.len() < head + length {
            self.more().await;
        }
        (status, self.buffer[head..head + length].to_vec())
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("the answer comes");
        assert!(read > 0, "the server closed the connection");
    }
}

#[allow(dead_code)] // each bench uses the part it needs
impl Connection {
    /// The answer to a GET with a token.
    ///
    /// # Panics
    /// It is not 200.
    pub async fn get(&mut self, token: &str, path: &str) -> Vec<u8> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
        let (status, body) = self.exchange(request.as_bytes()).await;
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        body
    }

    /// The answer to a POST of JSON with a token.
    ///
    /// # Panics
    /// It is not a success.
    pub async fn post(&mut self, token: &str, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let body = body.to_string();
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        let (status, body) = self.exchange(request.as_bytes()).await;
        assert!((200..300).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or_default()
    }
}
