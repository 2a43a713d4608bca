//! A mail transport over SMTP (RFC 5321), to any mail server with implicit TLS or `STARTTLS`.

mod connection;
mod failure;
mod reply;
mod transcript;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Envelope;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use connection::Connection;
use reply::excerpt;

use crate::domain::text::UntrustedText;
use crate::http::loopback::is_loopback;
use crate::mail::{Email, MailError, MailTransport, MessageId};
use crate::vault::exposed;

/// How long sending one email may take. RFC 5321 section 4.5.3.2 allows minutes for each command; an email that is not
/// accepted by then is retried later.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A login at a mail server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// The user's name.
    #[serde(serialize_with = "exposed")]
    pub user: SecretString,
    /// The password.
    #[serde(serialize_with = "exposed")]
    pub password: SecretString,
}

/// Which server to send emails to, and how.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    host: String,
    port: u16,
    security: Security,
    login: Option<Login>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte (RFC 8314 section 3.3).
    Implicit,
    /// Mandatory `STARTTLS` (RFC 3207).
    StartTls,
    /// No TLS, for a server on this machine.
    Plain,
}

/// Why a URL does not name a mail server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAMailServer {
    /// The URL has the wrong form.
    #[error(
        "a mail server is smtps://mail.example.com:465 or smtp://mail.example.com:587?tls=required; only a server on this machine may be smtp://localhost:25"
    )]
    Form,
    /// The connection would not be encrypted.
    #[error(
        "email to {0} would be sent unencrypted; use smtps://… or add ?tls=required, which the server must then support"
    )]
    InTheClear(String),
    /// The URL contains a user or a password, which belong in the vault.
    #[error("the URL of a mail server must not contain a user or a password; they belong in the vault")]
    Secret,
}

impl SmtpConfig {
    /// Parses `smtps://host[:465]` or `smtp://host[:587]?tls=required`. `login` comes from the vault.
    pub fn parse(url: &str, login: Option<Login>) -> Result<Self, NotAMailServer> {
        let url = Url::parse(url).map_err(|_| NotAMailServer::Form)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAMailServer::Secret);
        }
        let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let host = url.host_str().filter(|host| bare && !host.is_empty()).ok_or(NotAMailServer::Form)?;
        // `Url` does not parse the host of schemes other than those of the web.
        let local = url::Host::parse(host).is_ok_and(|host| is_loopback(&host));
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None | Some("tls=required")) => (Security::Implicit, 465),
            ("smtp", Some("tls=required")) => (Security::StartTls, 587),
            ("smtp", None) if local => (Security::Plain, 25),
            ("smtp", None) => return Err(NotAMailServer::InTheClear(UntrustedText::new(host).to_string())),
            _ => return Err(NotAMailServer::Form),
        };
        let port = url.port().unwrap_or(port);
        // `localhost` always means this machine, regardless of DNS (RFC 6761 section 6.3).
        let named = security == Security::Plain && host.ends_with("localhost");
        let host = if named { "127.0.0.1" } else { host.trim_start_matches('[').trim_end_matches(']') };
        let host = host.to_owned();
        Ok(Self { host, port, security, login })
    }
}

impl fmt::Display for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A mail server. Each email has its own connection.
#[derive(Debug, Clone)]
pub struct Smtp {
    config: SmtpConfig,
    /// A certificate that is trusted in addition to the system's.
    #[cfg(test)]
    trusted: Option<rustls::pki_types::CertificateDer<'static>>,
}

impl Smtp {
    /// A transport to the server in `config`. Connects with the first email.
    pub fn new(config: &SmtpConfig) -> Self {
        Self {
            config: config.clone(),
            #[cfg(test)]
            trusted: None,
        }
    }

    /// Connects, and signs in if there is a login. Sends no email.
    pub async fn check(&self) -> Result<(), MailError> {
        self.within_timeout(async {
            self.connect().await?.close();
            Ok(())
        })
        .await
    }

    async fn within_timeout<T>(&self, work: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        tokio::time::timeout(TIMEOUT, work)
            .await
            .unwrap_or_else(|_| Err(MailError::NotNow { reason: format!("{} did not answer in time", self.config) }))
    }
}

#[async_trait]
impl MailTransport for Smtp {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        let mime = email.to_mime()?;
        let envelope = Envelope::new(Some(email.from.email()), vec![email.to.email()]);
        let envelope = envelope.map_err(|error| MailError::Refused { reason: error.to_string() })?;
        // After a timeout the server may or may not have the email; a resent email has the same headers.
        let reply = self
            .within_timeout(async {
                let mut connection = self.connect().await?;
                let reply = connection.send(&envelope, &mime).await?;
                connection.close();
                Ok(reply)
            })
            .await?;
        // Servers report their queue id in different formats, or not at all, so the email's digest is added.
        Ok(MessageId(format!("{} ({})", excerpt(&reply), email.digest())))
    }
}

impl Smtp {
    async fn connect(&self) -> Result<Connection, MailError> {
        #[cfg(test)]
        let trusted = self.trusted.clone();
        #[cfg(not(test))]
        let trusted = None;
        Connection::open(&self.config, trusted).await
    }
}

#[cfg(test)]
mod tests;
