//! Delivering what automations send: after commit, at least once, with a key that stays the same, later and later where it fails.

use crate::{
    base::time::Timestamp,
    service::{Error, Service, kept},
    store::outbox::{self, Attempted, Message},
};
use serde_json::{Value as Json, json};

/// How long after each attempt that failed the next one comes, in seconds. After the last one nothing is tried any more.
const PAUSES: [i64; 7] = [10, 60, 300, 1_800, 7_200, 21_600, 43_200];

/// Where what a message says is kept.
pub(super) fn place(key: &str) -> kept::Place {
    kept::Place::new(format!("outbox/{key}"), 0)
}

impl Service {
    /// Delivers the message that is due longest; answers whether there was one.
    ///
    /// # Errors
    /// The database failed; the message is taken up again when its lease ends.
    pub async fn deliver(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        if !outbox::is_due(&self.store.reader(), now).await? {
            return Ok(false);
        }
        let claimed = self
            .store
            .transaction(move |tx| Box::pin(async move { Ok::<_, Error>(outbox::claim(tx, now).await?) }))
            .await?;
        let Some(message) = claimed else { return Ok(false) };
        let text = |kept: &str| {
            let text = kept::read(self.live.vault(), &place(&message.key), kept.to_owned())?;
            serde_json::from_str::<Json>(&text).ok()
        };
        let outcome = match (text(&message.address), text(&message.body)) {
            (Some(Json::String(address)), Some(body)) => {
                self.outward.post(&address, &message.key, body.to_string()).await.map_err(|failure| failure.code())
            }
            _ => Err("sealed"),
        };
        let attempted = judge(&message, outcome, now, self.clock.now());
        let input = (message, attempted);
        self.store
            .transaction_with(input, |tx, (message, attempted)| {
                Box::pin(async move { Ok::<_, Error>(outbox::attempted(tx, message, attempted.clone()).await?) })
            })
            .await?;
        Ok(true)
    }
}

/// What follows from an attempt.
fn judge(message: &Message, outcome: Result<u16, &'static str>, began: Timestamp, now: Timestamp) -> Attempted {
    let mut log: Vec<Json> = serde_json::from_str(&message.log).unwrap_or_default();
    let mut attempt = json!({"at": began.to_rfc3339(), "took": now.0.saturating_sub(began.0)});
    match outcome {
        Ok(status) => attempt["status"] = status.into(),
        Err(code) => attempt["error"] = code.into(),
    }
    log.push(attempt);
    let log = json!(log).to_string();
    if outcome.is_ok_and(|status| (200..300).contains(&status)) {
        return Attempted { state: "delivered", due_at: now, log, ended_at: Some(now) };
    }
    let tried = usize::try_from(message.attempts).unwrap_or(usize::MAX);
    // An address that is none, or that may not be called, does not become one by waiting.
    let hopeless = matches!(outcome, Err("address" | "inside" | "sealed")) || outcome == Ok(410);
    match PAUSES.get(tried.saturating_sub(1)).filter(|_| !hopeless) {
        Some(pause) => Attempted { state: "waiting", due_at: now.plus(pause * 1_000), log, ended_at: None },
        None => Attempted { state: "failed", due_at: now, log, ended_at: Some(now) },
    }
}
