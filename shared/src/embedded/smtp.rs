//! A mail transport over SMTP (RFC 5321), to any mail server with implicit TLS or `STARTTLS`.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::text::UntrustedText;
use crate::http::loopback::is_loopback;
use crate::mail::{Email, MailError, MailTransport, MessageId};
use crate::vault::exposed;

/// How long sending one email may take. RFC 5321 section 4.5.3.2 allows minutes for each command; an email that is not
/// accepted by then is retried later.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How much of a server's reply to keep, in characters.
const MAX_REPLY_CHARS: usize = 300;

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
    hello: Option<String>,
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
        Ok(Self { host, port, security, login, hello: None })
    }

    /// Sets the name for `EHLO`, which strict servers look up in DNS.
    #[must_use]
    pub fn introduced_as(self, name: impl Into<String>) -> Self {
        Self { hello: Some(name.into()), ..self }
    }
}

impl fmt::Display for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A connection pool to a mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Host and port, for errors.
    server: String,
}

impl Smtp {
    /// A transport to the server in `config`. Connects with the first email.
    pub fn new(config: &SmtpConfig) -> Result<Self, MailError> {
        Self::trusting(config, |tls| tls)
    }

    /// The same; `trust` may add certificates to those that the system trusts.
    fn trusting(
        config: &SmtpConfig,
        trust: impl FnOnce(TlsParametersBuilder) -> TlsParametersBuilder,
    ) -> Result<Self, MailError> {
        let tls = || {
            let built = trust(TlsParameters::builder(config.host.clone())).build_rustls();
            built.map_err(|error| MailError::NotNow { reason: format!("TLS did not start: {error}") })
        };
        let tls = match config.security {
            Security::Implicit => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::Plain => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.host.clone())
            .port(config.port)
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some(login) = &config.login {
            let (user, password) = (login.user.expose_secret(), login.password.expose_secret());
            builder = builder.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        if let Some(hello) = &config.hello {
            builder = builder.hello_name(ClientId::Domain(hello.clone()));
        }
        Ok(Self { transport: builder.build(), server: config.to_string() })
    }

    /// Connects, and signs in if there is a login. Sends no email.
    pub async fn check(&self) -> Result<(), MailError> {
        match tokio::time::timeout(TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) => Err(self.mail_error(&error)),
            Ok(Ok(false)) | Err(_) => Err(self.timed_out()),
        }
    }

    fn timed_out(&self) -> MailError {
        MailError::NotNow { reason: format!("{} did not answer in time", self.server) }
    }
}

#[async_trait]
impl MailTransport for Smtp {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        let mime = email.to_mime()?;
        let envelope = Envelope::new(Some(email.from.email()), vec![email.to.email()]);
        let envelope = envelope.map_err(|error| MailError::Refused { reason: error.to_string() })?;
        // The library's own timeout only covers connecting. After a later timeout the server may or may not have the email;
        // a resent email has the same `Message-ID`.
        let Ok(sent) = tokio::time::timeout(TIMEOUT, self.transport.send_raw(&envelope, &mime)).await else {
            return Err(self.timed_out());
        };
        match sent {
            // Servers report their queue id in different formats, or not at all, so the email's digest is added.
            Ok(response) => {
                let reply: Vec<&str> = response.message().collect();
                Ok(MessageId(format!("{} ({})", excerpt(&reply.join(" ")), email.digest())))
            }
            Err(error) => Err(self.mail_error(&error)),
        }
    }
}

impl Smtp {
    fn mail_error(&self, error: &Error) -> MailError {
        let said = format!("{} said: {}", self.server, excerpt(&error.to_string()));
        match error.status().map(u16::from) {
            // The server rejects our login, not the email, which can be sent once the login is fixed.
            Some(code @ (530 | 534 | 535 | 538)) => MailError::NotNow { reason: format!("{said}; {}", advice(code)) },
            Some(code) if error.is_permanent() => MailError::Refused { reason: format!("{said}; {}", advice(code)) },
            // Nothing was sent. A network attacker can cause this too, so the email is retried.
            None if error.is_client() || error.is_tls() => MailError::NotNow {
                reason: format!(
                    "{said}; check that the server supports TLS with a certificate for its name, and this sign-in method"
                ),
            },
            _ => MailError::NotNow { reason: said },
        }
    }
}

/// A server's reply, escaped and shortened.
fn excerpt(said: &str) -> String {
    UntrustedText::new(said.chars().take(MAX_REPLY_CHARS).collect::<String>()).to_string()
}

/// What to do about a permanent rejection (RFC 5321 section 4.2.3, RFC 4954 section 6).
const fn advice(code: u16) -> &'static str {
    match code {
        530 | 534 | 535 | 538 => {
            "the server requires a different user or password; set them with `regrant mail server set`"
        }
        550 | 551 | 553 => "check the recipient's address, and whether this server may send for the sender's domain",
        552 | 554 => "check the server's log: it rejects the email or its sender as unwanted",
        500..=504 | 555 => "the server does not support a required part of SMTP; check its address and its settings",
        _ => "check the server's log",
    }
}

#[cfg(test)]
mod tests;
