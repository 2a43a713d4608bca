//! TLS before the emulator, as AWS has it, and how long was waited for what is behind it.

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

/// Where systems keep the certificates that they trust.
const SYSTEM_ROOTS: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The front: an endpoint, and what to trust to reach it.
pub(super) struct Front {
    /// Its URL.
    pub(super) endpoint: String,
    /// A file with its own root.
    pub(super) root: PathBuf,
    /// A file with the system's roots and its own.
    pub(super) roots: PathBuf,
    waits: Arc<Waits>,
}

#[derive(Default)]
struct Waits(Mutex<Duration>);

impl Front {
    /// Stands before `upstream` until the program ends. Its certificates are in `folder`.
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

    /// How long was waited since this was asked last.
    pub(super) fn waited(&self) -> Duration {
        std::mem::take(&mut self.waits.0.lock())
    }
}

/// A root of our own, and a certificate below it, both RSA of 2,048 bits as AWS's are.
fn certificates() -> Result<(ServerConfig, String), Failure> {
    let key = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Another name than the certificate below it has, or OpenSSL takes that for signed by itself.
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

/// Passes bytes on in both directions, and adds up how long each answer took to begin.
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
