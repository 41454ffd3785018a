//! One piece of work on its way through the store: run (perhaps again), then answered exactly once.

use super::{BoxFuture, Error, Tx};
use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

/// A piece of work awaits nothing but the database; one that takes longer than this is ended, because all writers wait for it.
const LONGEST: Duration = Duration::from_secs(60);

/// What is to become of the changes of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Discard,
}

/// Work whose types are hidden from the queue.
pub(super) trait Job: Send {
    /// Runs the work and remembers its answer. Never panics, whatever the work does.
    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Verdict>;
    /// Tells the caller the remembered answer.
    fn answer(self: Box<Self>);
    /// Tells the caller that the store failed, whatever the work answered.
    fn fail(self: Box<Self>, error: Error);
    /// Whether the work changes the schema: a transaction of its own, and readers are opened anew.
    fn is_ddl(&self) -> bool;
}

pub(super) struct Work<I, F, T, E> {
    pub input: I,
    pub work: F,
    pub ddl: bool,
    pub span: Span,
    pub result: Option<Result<T, E>>,
    pub reply: oneshot::Sender<Result<T, E>>,
}

impl<I, F, T, E> Job for Work<I, F, T, E>
where
    I: Send + Sync + 'static,
    F: for<'a> Fn(&'a Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run<'a>(&'a mut self, tx: &'a Tx) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            let work = caught(|| (self.work)(tx, &self.input)).instrument(self.span.clone());
            let finished = if self.ddl { Some(work.await) } else { tokio::time::timeout(LONGEST, work).await.ok() };
            let result = match finished {
                Some(Ok(Ok(value))) if !tx.has_failed() => Ok(value),
                Some(Ok(Ok(_))) => {
                    Err(E::from(Error::other("a statement failed, but the work went on as if it had not")))
                }
                Some(Ok(Err(error))) => Err(error),
                Some(Err(panic)) => Err(E::from(Error::other(format!("the work panicked: {}", message(&*panic))))),
                None => Err(E::from(Error::other(format!("the work took longer than {} s", LONGEST.as_secs())))),
            };
            let verdict = match result {
                Ok(_) => Verdict::Keep,
                Err(_) => Verdict::Discard,
            };
            self.result = Some(result);
            verdict
        })
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(E::from(Error::other("the work never ran"))));
        // A caller who has gone away does not need to know.
        let _gone = self.reply.send(result);
    }

    fn fail(self: Box<Self>, error: Error) {
        let _gone = self.reply.send(Err(E::from(error)));
    }

    fn is_ddl(&self) -> bool {
        self.ddl
    }
}

/// Runs a future so that its panic becomes a value; the future is dropped before the value is returned.
async fn caught<'a, T>(start: impl FnOnce() -> BoxFuture<'a, T>) -> Result<T, Box<dyn Any + Send>> {
    let future = catch_unwind(AssertUnwindSafe(start))?;
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
