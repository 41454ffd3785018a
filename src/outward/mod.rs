//! Calling other programs: the only way out. An address is looked up once, what it stands for is judged, and the call goes to exactly
//! that; nothing of the inside is reached unless the operator said so, and nothing is followed elsewhere.

mod address;

use address::is_public;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request,
    body::Bytes,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use url::{Host, Url};

/// How long a call may take as a whole.
const LONGEST: Duration = Duration::from_secs(10);
/// How much of an answer is read, in bytes; nothing is kept of it but its status.
const MOST_READ: usize = 64 * 1024;

/// A host, an address or a network that may be called although it lies inside: `erp.local`, `10.0.0.5`, `192.168.0.0/16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    Host(String),
    Network { address: IpAddr, bits: u8 },
}

impl FromStr for Inside {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong =
            || format!("\"{text}\" is no host, address or network such as erp.local, 10.0.0.5 or 192.168.0.0/16");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        if let Ok(address) = address.parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Ok(most), |bits| bits.parse::<u8>().map_err(|_| wrong()))?;
            return if bits <= most { Ok(Self::Network { address, bits }) } else { Err(wrong()) };
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if bits.is_some() || text.is_empty() || !text.chars().all(plain) {
            return Err(wrong());
        }
        Ok(Self::Host(text.to_ascii_lowercase()))
    }
}

impl Inside {
    fn covers(&self, host: &str, found: IpAddr) -> bool {
        match self {
            Self::Host(known) => known == host,
            Self::Network { address, bits } => address::within(found, *address, *bits),
        }
    }
}

/// Why a call did not come through; no more is told of the other side than that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the address is not of the form https://host/path")]
    Address,
    #[error("the host is not known")]
    Unknown,
    #[error("the address lies inside the network and the operator has not allowed it")]
    Inside,
    #[error("no connection came about")]
    Connection,
    #[error("no encrypted connection came about")]
    Encryption,
    #[error("no answer came in time")]
    Late,
    #[error("the answer cannot be read")]
    Answer,
}

impl Failure {
    /// The stable code, which is also the key of its message.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Unknown => "unknown_host",
            Self::Inside => "inside",
            Self::Connection => "no_connection",
            Self::Encryption => "no_encryption",
            Self::Late => "late",
            Self::Answer => "bad_answer",
        }
    }
}

/// The host of an address, as run logs may show it: what stands behind it may be a secret.
#[must_use]
pub fn host_of(address: &str) -> Option<String> {
    read(address).ok()?.host_str().map(str::to_owned)
}

fn read(address: &str) -> Result<Url, Failure> {
    let url = Url::parse(address.trim()).map_err(|_| Failure::Address)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if plain && url.host().is_some() { Ok(url) } else { Err(Failure::Address) }
}

/// Calls other programs.
#[derive(Clone)]
pub struct Client {
    inside: Arc<[Inside]>,
    tls: Option<TlsConnector>,
}

impl Client {
    /// One that reaches what is public, and of what is not only what is named.
    #[must_use]
    pub fn new(inside: Vec<Inside>) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
        Self { inside: inside.into(), tls: config.ok().map(|config| TlsConnector::from(Arc::new(config))) }
    }

    /// Posts JSON and answers the status. `key` is the same for every attempt at the same message.
    ///
    /// # Errors
    /// The call did not come through.
    pub async fn post(&self, address: &str, key: &str, body: String) -> Result<u16, Failure> {
        let url = read(address)?;
        timeout(LONGEST, self.call(&url, key, body)).await.map_err(|_| Failure::Late)?
    }

    async fn call(&self, url: &Url, key: &str, body: String) -> Result<u16, Failure> {
        let places = self.places(url).await?;
        let stream = connect(&places).await?;
        if url.scheme() == "http" {
            return exchange(stream, url, key, body).await;
        }
        let name = match url.host().ok_or(Failure::Address)? {
            Host::Domain(name) => ServerName::try_from(name.to_owned()).map_err(|_| Failure::Address)?,
            Host::Ipv4(address) => ServerName::from(IpAddr::V4(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::V6(address)),
        };
        let tls = self.tls.as_ref().ok_or(Failure::Encryption)?;
        let stream = tls.connect(name, stream).await.map_err(|_| Failure::Encryption)?;
        exchange(stream, url, key, body).await
    }

    /// What the host stands for now. The connection goes to one of these, whatever the name stands for a moment later; if any of them
    /// may not be called, none is.
    async fn places(&self, url: &Url) -> Result<Vec<SocketAddr>, Failure> {
        let port = url.port_or_known_default().ok_or(Failure::Address)?;
        let found: Vec<IpAddr> = match url.host().ok_or(Failure::Address)? {
            Host::Ipv4(address) => vec![IpAddr::V4(address)],
            Host::Ipv6(address) => vec![IpAddr::V6(address)],
            Host::Domain(name) => {
                let found = tokio::net::lookup_host((name, port)).await.map_err(|_| Failure::Unknown)?;
                found.map(|place| place.ip()).collect()
            }
        };
        if found.is_empty() {
            return Err(Failure::Unknown);
        }
        let host = url.host_str().unwrap_or_default();
        let may =
            |address: &IpAddr| is_public(*address) || self.inside.iter().any(|inside| inside.covers(host, *address));
        if !found.iter().all(may) {
            return Err(Failure::Inside);
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

async fn connect(places: &[SocketAddr]) -> Result<TcpStream, Failure> {
    for place in places {
        if let Ok(stream) = TcpStream::connect(place).await {
            return Ok(stream);
        }
    }
    Err(Failure::Connection)
}

async fn exchange<S>(stream: S, url: &Url, key: &str, body: String) -> Result<u16, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Connection)?;
    let running = tokio::spawn(connection);
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("Formwork/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Failure::Address)?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|_| Failure::Answer)?;
        let status = answer.status().as_u16();
        // Read to its end, so that the other side knows it was heard; how it ends does not matter any more.
        let _read = Limited::new(answer.into_body(), MOST_READ).collect().await;
        Ok(status)
    };
    let answer = answer.await;
    running.abort();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str) -> Result<Vec<SocketAddr>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { Client::new(Vec::new()).places(&read(address)?).await })
    }

    #[test]
    fn nothing_inside_is_called_however_it_is_written() {
        for address in [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.100.100.200/",
            "http://0.0.0.0/",
            "http://255.255.255.255/",
            "http://224.0.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[ff02::1]/",
            "https://127.1:8443/",
        ] {
            assert_eq!(check(address), Err(Failure::Inside), "{address}");
        }
        for address in
            ["ftp://example.com/", "file:///etc/passwd", "http://user@example.com/", "example.com", "", "http://"]
        {
            assert_eq!(check(address), Err(Failure::Address), "{address}");
        }
        assert!(check("https://8.8.8.8/").is_ok());
        assert!(check("https://[2606:4700:4700::1111]/").is_ok());
    }

    #[test]
    fn the_operator_may_allow_what_lies_inside() {
        let client = Client::new(vec!["192.168.0.0/16".parse().unwrap(), "localhost".parse().unwrap()]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let places = |address: &str| runtime.block_on(async { client.places(&read(address)?).await });
        assert!(places("http://192.168.7.9/").is_ok());
        assert!(places("http://localhost:9/").is_ok());
        assert_eq!(places("http://127.0.0.1:9/"), Err(Failure::Inside));
        assert_eq!(places("http://10.0.0.1/"), Err(Failure::Inside));
        for wrong in ["", "10.0.0.0/33", "a/8", "http://x", "a b"] {
            assert!(wrong.parse::<Inside>().is_err(), "{wrong}");
        }
    }
}
