//! Accepting connections: headers have to arrive in time, and a shutdown lets running requests end.

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{future::Future, io, net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

/// Headers that have not arrived by then end the connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long running requests may take after a shutdown was asked for.
const GRACE: Duration = Duration::from_secs(20);
/// A pause after the machine refused a connection (no descriptors left, for example), so that it can recover.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is ready, then lets running requests end.
///
/// # Errors
/// The listener broke.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => connection(stream, address, router.clone(), &graceful),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

fn connection(stream: TcpStream, address: SocketAddr, router: Router, graceful: &GracefulShutdown) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection ended at once");
        return;
    }
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(address);
        router.clone().call(request.map(Body::new))
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let watcher = graceful.watcher();
    tokio::spawn(async move {
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(error = %error, "a connection ended early");
        }
    });
}
