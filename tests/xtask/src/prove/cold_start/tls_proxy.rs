//! A TLS proxy in front of the emulator, as AWS uses TLS, that measures the waiting time for the emulator.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Failure;

/// The paths of system certificate bundles.
const SYSTEM_ROOTS: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The proxy's endpoint and the certificates to trust for it.
pub(super) struct TlsProxy {
    /// Its URL.
    pub(super) endpoint: String,
    /// A file with its root certificate.
    pub(super) root: PathBuf,
    /// A file with the system's root certificates and its own.
    pub(super) roots: PathBuf,
    waits: Arc<Waits>,
}

#[derive(Default)]
struct Waits(Mutex<Duration>);

impl TlsProxy {
    /// Proxies `upstream` until the program ends. Writes the certificates to `folder`.
    pub(super) async fn start(upstream: SocketAddr, folder: &Path) -> Result<Self, Failure> {
        let (config, root_pem) = certificates()?;
        let [root, roots] = ["root.pem", "roots.pem"].map(|file| folder.join(file));
        let system = SYSTEM_ROOTS.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        std::fs::write(&root, &root_pem)?;
        std::fs::write(&roots, system + &root_pem)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("https://localhost:{}", listener.local_addr()?.port());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let waits = Arc::new(Waits::default());
        let waited = waits.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, waits) = (acceptor.clone(), waited.clone());
                tokio::spawn(async move { pass_on(client, &acceptor, upstream, &waits).await });
            }
        });
        Ok(Self { endpoint, root, roots, waits })
    }

    /// The waiting time since the last call.
    pub(super) fn waited(&self) -> Duration {
        std::mem::take(&mut self.waits.0.lock())
    }
}

/// Generates a root and a certificate signed by it, both RSA with 2,048 bits as at AWS.
fn certificates() -> Result<(ServerConfig, String), Failure> {
    let key = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // A name that differs from the leaf certificate's; otherwise OpenSSL treats the leaf as self-signed.
    root.distinguished_name.push(DnType::CommonName, "Regrant's cold start");
    let root_key = key()?;
    let root_pem = root.self_signed(&root_key)?.pem();
    let own_key = key()?;
    let own = CertificateParams::new(vec!["localhost".to_owned()])?;
    let own = own.signed_by(&own_key, &Issuer::new(root, root_key))?;
    let own_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.der().clone()], own_key)?;
    Ok((config, root_pem))
}

/// Forwards bytes in both directions and sums the time to the first byte of each response.
async fn pass_on(client: TcpStream, acceptor: &TlsAcceptor, upstream: SocketAddr, waits: &Waits) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = split(acceptor.accept(client).await?);
    let service = TcpStream::connect(upstream).await?;
    service.set_nodelay(true)?;
    let (mut from_service, mut to_service) = service.into_split();
    let asked: Mutex<Option<Instant>> = Mutex::new(None);
    let there = async {
        let mut bytes = vec![0; 16 << 10];
        loop {
            let read = from_client.read(&mut bytes).await?;
            if read == 0 {
                return to_service.shutdown().await;
            }
            asked.lock().get_or_insert_with(Instant::now);
            to_service.write_all(&bytes[..read]).await?;
        }
    };
    let back = async {
        let mut bytes = vec![0; 16 << 10];
        loop {
            let read = from_service.read(&mut bytes).await?;
            if read == 0 {
                return to_client.shutdown().await;
            }
            if let Some(at) = asked.lock().take() {
                *waits.0.lock() += at.elapsed();
            }
            to_client.write_all(&bytes[..read]).await?;
            to_client.flush().await?;
        }
    };
    tokio::try_join!(there, back).map(|_| ())
}
