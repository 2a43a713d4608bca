//! One connection to a mail server: connect, TLS, sign in, send, leave.

use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use rustls::pki_types::{CertificateDer, ServerName};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::failure::{Failure, Stage};
use super::transcript::{Leaving, Recorded, Transcript};
use super::{Security, SmtpConfig};
use crate::http::trust;
use crate::mail::MailError;

/// How long to wait for the reply to `QUIT`, which some servers never send. Nothing depends on it.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that is ready for an email.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    transcript: Transcript,
    server: String,
}

impl Connection {
    /// Connects and signs in. `trusted` is trusted in addition to the system's certificates.
    pub(super) async fn open(config: &SmtpConfig, trusted: Option<CertificateDer<'static>>) -> Result<Self, MailError> {
        let transcript = Transcript::default();
        let failure = |stage| Failure { server: config.to_string(), stage, transcript: transcript.clone() };
        let tcp = TcpStream::connect((config.host.as_str(), config.port)).await;
        let tcp = tcp.map_err(|error| failure(Stage::Connect).of_io(&error))?;
        let peer = tcp.peer_addr().map_err(|error| failure(Stage::Connect).of_io(&error))?;
        let stream: Box<dyn AsyncTokioStream> = if config.security == Security::Implicit {
            let tls = client_config(trusted.clone()).map_err(|error| failure(Stage::Tls).of_tls(&error))?;
            let name = ServerName::try_from(config.host.clone());
            let name = name.map_err(|_| failure(Stage::Tls).because("its name cannot be in a certificate"))?;
            let stream = TlsConnector::from(Arc::new(tls)).connect(name, tcp).await;
            let stream = stream.map_err(|error| failure(Stage::Tls).of_io(&error))?;
            Box::new(Recorded { stream, peer, transcript: transcript.clone(), leaving: Leaving::No })
        } else {
            Box::new(Recorded { stream: tcp, peer, transcript: transcript.clone(), leaving: Leaving::No })
        };
        let hello = ClientId::default();
        let greeted = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
        let mut smtp = greeted.map_err(|error| failure(Stage::Connect).of_smtp(&error))?;
        if config.security == Security::StartTls {
            let tls = parameters(config, trusted).map_err(|error| failure(Stage::Tls).of_smtp(&error))?;
            smtp.starttls(tls, &hello).await.map_err(|error| failure(Stage::Tls).of_smtp(&error))?;
        }
        if let Some(login) = &config.login {
            let (user, password) = (login.user.expose_secret(), login.password.expose_secret());
            let credentials = Credentials::new(user.to_owned(), password.to_owned());
            let signed_in = smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            signed_in.map_err(|error| failure(Stage::SignIn).of_smtp(&error))?;
        }
        Ok(Self { smtp, transcript, server: config.to_string() })
    }

    /// Sends an email. Returns the server's reply.
    pub(super) async fn send(&mut self, envelope: &Envelope, mime: &[u8]) -> Result<String, MailError> {
        let sent = self.exchange(envelope, mime).await;
        let reply = sent.map_err(|error| {
            let (server, transcript) = (self.server.clone(), self.transcript.clone());
            Failure { server, stage: Stage::Email, transcript }.of_smtp(&error)
        })?;
        Ok(reply.message().collect::<Vec<_>>().join(" "))
    }

    /// The commands of RFC 5321 section 3.3. The library's own method would say `QUIT` after a rejection and wait for the
    /// reply before it returns the error.
    async fn exchange(&mut self, envelope: &Envelope, mime: &[u8]) -> Result<Response, Error> {
        // The message is ASCII. Addresses need not be (RFC 6531 section 3.4).
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let all_ascii = envelope.to().iter().chain(envelope.from()).all(is_ascii);
        let is_utf8 = !all_ascii && self.smtp.server_info().supports_feature(Extension::SmtpUtfEight);
        let options = if is_utf8 { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        self.smtp.command(Mail::new(envelope.from().cloned(), options)).await?;
        for to in envelope.to() {
            self.smtp.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        self.smtp.command(Data).await?;
        self.smtp.message(mime).await
    }

    /// Ends the session in the background: the email has been accepted, even if the server rejects `QUIT`.
    pub(super) fn close(mut self) {
        tokio::spawn(async move {
            let _ = tokio::time::timeout(QUIT_TIMEOUT, self.smtp.quit()).await;
        });
    }
}

/// The TLS parameters for `STARTTLS`.
fn parameters(
    config: &SmtpConfig,
    trusted: Option<CertificateDer<'static>>,
) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(certificate) = trusted {
        builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec())?);
    }
    builder.build_rustls()
}

/// The configuration for TLS from the first byte.
fn client_config(trusted: Option<CertificateDer<'static>>) -> Result<rustls::ClientConfig, rustls::Error> {
    match trusted {
        Some(certificate) => trust::tls_trusting(certificate),
        None => trust::tls(),
    }
}
