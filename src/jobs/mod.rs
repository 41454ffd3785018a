//! The workers: one takes job after job, two deliver what waits to be sent, one keeps the calendar, one the search indexes. All rest when the server stops.

use crate::service::{Error, Service, jobs::Stop};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{sync::Notify, task::JoinHandle};

/// How long a worker waits for the next job when nobody wakes it: another process may have queued one, or its worker may have ended.
const PAUSE: Duration = Duration::from_secs(2);
/// How long after each look the calendar is looked at again.
const LOOK: Duration = Duration::from_secs(10);
/// How many messages are under way at once: one that waits for an answer holds no other up.
const DELIVERING: usize = 2;

/// The running workers of a process.
pub struct Worker {
    stop: Stop,
    service: Service,
    running: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts them, each in a task of its own.
    #[must_use]
    pub fn start(service: Service) -> Self {
        let stop = Stop::default();
        let mut running = vec![tokio::spawn(work(service.clone(), stop.clone()))];
        running.extend((0..DELIVERING).map(|_| tokio::spawn(deliver(service.clone(), stop.clone()))));
        running.push(tokio::spawn(keep_calendar(service.clone(), stop.clone())));
        running.push(tokio::spawn(index(service.clone(), stop.clone())));
        Self { stop, service, running }
    }

    /// Lets what is at hand come to rest; it goes on where it was when a worker takes it up again.
    pub async fn stop(self) {
        self.stop.ask();
        self.service.wake.notify_waiters();
        self.service.wake_delivery.notify_waiters();
        self.service.wake_calendar.notify_waiters();
        self.service.wake_index.notify_waiters();
        for running in self.running {
            if let Err(error) = running.await {
                tracing::warn!(%error, "a worker did not end well");
            }
        }
    }

    /// Ends them in the middle of whatever they do, as a crash would.
    pub fn kill(self) {
        for running in self.running {
            running.abort();
        }
    }
}

async fn work(service: Service, stop: Stop) {
    let wake = service.wake.clone();
    let again = stop.clone();
    repeat(&wake, &stop, PAUSE, "a job could not be worked on", async || service.work(None, &again).await).await;
}

async fn index(service: Service, stop: Stop) {
    let again = stop.clone();
    let take_in = async || service.index_for_search(&again).await.map(|()| false);
    let wake = service.wake_index.clone();
    repeat(&wake, &stop, PAUSE, "changed rows could not be taken into the search index", take_in).await;
}

async fn deliver(service: Service, stop: Stop) {
    let wake = service.wake_delivery.clone();
    repeat(&wake, &stop, PAUSE, "a message could not be delivered", async || service.deliver().await).await;
}

async fn keep_calendar(service: Service, stop: Stop) {
    let wake = service.wake_calendar.clone();
    let look = async || service.keep_calendar().await.map(|_| false);
    repeat(&wake, &stop, LOOK, "what is due by the calendar could not be run", look).await;
}

/// Does something as long as there is something to do, then waits until it is woken or for a while.
async fn repeat<F>(wake: &Arc<Notify>, stop: &Stop, pause: Duration, trouble: &str, step: impl Fn() -> F)
where
    F: Future<Output = Result<bool, Error>>,
{
    while !stop.is_asked() {
        // Whoever calls from now on is heard, even while the queue is looked through.
        let woken = wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        match step().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "{trouble}; it is tried again"),
        }
        if stop.is_asked() {
            break;
        }
        tokio::select! { () = woken => {}, () = tokio::time::sleep(pause) => {} }
    }
}
