//! The worker: takes job after job, and rests at once when the server stops.

use crate::service::{Service, jobs::Stop};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long a worker waits for the next job when nobody wakes it: another process may have queued one, or its worker may have ended.
const PAUSE: Duration = Duration::from_secs(2);

/// A running worker.
pub struct Worker {
    stop: Stop,
    service: Service,
    running: JoinHandle<()>,
}

impl Worker {
    /// Starts one in a task of its own.
    #[must_use]
    pub fn start(service: Service) -> Self {
        let stop = Stop::default();
        let running = tokio::spawn(run(service.clone(), stop.clone()));
        Self { stop, service, running }
    }

    /// Lets the job at hand come to rest; it goes on where it was when a worker takes it up again.
    pub async fn stop(self) {
        self.stop.ask();
        self.service.wake.notify_waiters();
        if let Err(error) = self.running.await {
            tracing::warn!(%error, "the worker did not end well");
        }
    }

    /// Ends it in the middle of whatever it does, as a crash would.
    pub fn kill(self) {
        self.running.abort();
    }
}

async fn run(service: Service, stop: Stop) {
    while !stop.is_asked() {
        // Whoever calls from now on is heard, even while the queue is looked through.
        let woken = service.wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        match service.work(None, &stop).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a job could not be worked on; it is tried again"),
        }
        if stop.is_asked() {
            break;
        }
        tokio::select! { () = woken => {}, () = tokio::time::sleep(PAUSE) => {} }
    }
}
