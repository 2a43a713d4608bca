//! What a failed TLS handshake means, in words for people, with the certificate that was rejected.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, Error, InvalidMessage, OtherError, SignatureScheme,
};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::domain::text::UntrustedText;

/// The most characters of a name in a certificate that an error quotes.
const MAX_NAME: usize = 100;

/// A certificate that was rejected, and why.
#[derive(Debug)]
struct RejectedCertificate {
    error: CertificateError,
    /// Its subject and its issuer; `None` if it is not readable.
    names: Option<(String, String)>,
}

impl RejectedCertificate {
    fn new(error: CertificateError, certificate: &CertificateDer<'_>) -> Self {
        let names = Certificate::from_der(certificate).ok().map(|certificate| {
            let certificate = certificate.tbs_certificate();
            (shown(&certificate.subject().to_string()), shown(&certificate.issuer().to_string()))
        });
        Self { error, names }
    }
}

impl fmt::Display for RejectedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&certificate_words(&self.error))?;
        match &self.names {
            Some((subject, issuer)) => write!(f, " (certificate of {subject}, issued by {issuer})"),
            None => Ok(()),
        }
    }
}

impl StdError for RejectedCertificate {}

/// A name from a certificate, which anyone may have written.
fn shown(name: &str) -> String {
    let name = if name.is_empty() { "no name" } else { name };
    UntrustedText::new(name.chars().take(MAX_NAME).collect::<String>()).to_string()
}

/// A verifier whose errors name the rejected certificate.
#[derive(Debug)]
pub(super) struct NamingVerifier<V>(pub(super) V);

impl<V: ServerCertVerifier> ServerCertVerifier for NamingVerifier<V> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(error) => {
                let rejected = RejectedCertificate::new(error, end_entity);
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(rejected))))
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The reason of a TLS error, if `error` was caused by one.
pub(crate) fn words_in(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<Error>() {
            return Some(words(tls));
        }
        // An I/O error that wraps another skips it in its own `source`.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = wrapped.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    None
}

fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate_words(error),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "this port does not speak TLS; it seems that this port speaks plain HTTP".to_owned()
        }
        Error::InvalidMessage(_) => "the answer is not valid TLS; another protocol may use this port".to_owned(),
        Error::NoCertificatesPresented => "the server sent no certificate".to_owned(),
        Error::PeerIncompatible(_) => "the server offers neither TLS 1.3 nor TLS 1.2 with a safe cipher".to_owned(),
        Error::AlertReceived(alert) => match alert {
            AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => {
                "the server accepts neither TLS 1.3 nor TLS 1.2 with a safe cipher".to_owned()
            }
            AlertDescription::UnrecognisedName => "the server does not serve this host name".to_owned(),
            AlertDescription::CertificateRequired => "the server requires a client certificate".to_owned(),
            alert => format!("the server ended the TLS handshake ({alert:?})"),
        },
        other => format!("TLS failed: {other}"),
    }
}

fn certificate_words(error: &CertificateError) -> String {
    let day = |time: &UnixTime| {
        let at = i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        at.map_or_else(|| "an unknown date".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
    };
    match error {
        CertificateError::Expired => "its certificate has expired, or this machine's clock is ahead".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate expired on {}, or this machine's clock is ahead", day(not_after))
        }
        CertificateError::NotValidYet => {
            "its certificate is not valid yet, or this machine's clock is behind".to_owned()
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is valid from {} only, or this machine's clock is behind", day(not_before))
        }
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        CertificateError::UnknownIssuer => "this machine trusts no authority that issued its certificate".to_owned(),
        CertificateError::BadSignature => "its certificate was not signed by the issuer that it names".to_owned(),
        CertificateError::BadEncoding => "its certificate is not readable".to_owned(),
        CertificateError::NotValidForName => "its certificate is for a different host".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names = presented.iter().take(5).map(|name| shown(name)).collect::<Vec<_>>();
            let names = if names.is_empty() { "no host at all".to_owned() } else { names.join(", ") };
            format!("its certificate is not for this host; it is for {names}")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "its certificate is not for servers".to_owned()
        }
        CertificateError::Other(OtherError(inner)) => match inner.downcast_ref::<RejectedCertificate>() {
            Some(rejected) => rejected.to_string(),
            None if format!("{inner:?}").contains("CaUsedAsEndEntity") => {
                "its certificate belongs to an authority, not to a server".to_owned()
            }
            None => "its certificate was rejected".to_owned(),
        },
        other => format!("its certificate was rejected: {other}"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
    use reqwest::{Method, Request};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::*;
    use crate::http::loopback::LoopbackPolicy;
    use crate::http::transport::{Transport, TransportConfig, TransportError};

    async fn failure_of(address: SocketAddr, timeout: Duration) -> TransportError {
        let config = TransportConfig {
            connect_timeout: Duration::from_secs(5),
            timeout,
            max_body: 1 << 10,
            loopback: LoopbackPolicy::Allow,
        };
        let url = format!("https://localhost:{}/", address.port()).parse().unwrap();
        Transport::new(&config).unwrap().send(Request::new(Method::GET, url)).await.unwrap_err()
    }

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    async fn rejected(params: CertificateParams) -> String {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let (listener, address) = listener().await;
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            drop(TlsAcceptor::from(Arc::new(config)).accept(stream).await);
        });
        let error = failure_of(address, Duration::from_secs(10)).await;
        server.await.unwrap();
        assert!(matches!(error, TransportError::Tls { .. }), "{error:?}");
        error.to_string()
    }

    fn named(host: &str, name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    #[tokio::test]
    async fn rejected_certificates_are_named() {
        let mut authority = named("localhost", "Acme Proxy CA");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        for params in [named("localhost", "acme"), authority] {
            let error = rejected(params).await;
            assert!(error.contains("issued by") && error.to_lowercase().contains("cn=acme"), "{error}");
            for jargon in ["OtherError", "EndEntity", "UnknownIssuer", "InvalidCertificate"] {
                assert!(!error.contains(jargon), "{error}");
            }
        }
    }

    #[tokio::test]
    async fn hostile_names_in_certificates_are_escaped() {
        let error = rejected(named("localhost", "\u{1b}[31m\u{202e}acme")).await;
        assert!(!error.chars().any(crate::domain::text::is_hidden), "{error:?}");
    }

    #[tokio::test]
    async fn plain_http_is_recognised() {
        let (listener, address) = listener().await;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 64];
            let _ = stream.read(&mut hello).await;
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        });
        let error = failure_of(address, Duration::from_secs(10)).await;
        server.await.unwrap();
        assert!(error.to_string().contains("this port speaks plain HTTP"), "{error}");
    }

    #[tokio::test]
    async fn a_silent_host_is_described() {
        let (listener, address) = listener().await;
        let error = failure_of(address, Duration::from_millis(100)).await;
        drop(listener);
        assert!(error.to_string().contains("connected, but no answer within"), "{error}");
    }
}
