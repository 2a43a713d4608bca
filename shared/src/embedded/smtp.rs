//! The transport SMTP (RFC 5321): any mail server, over TLS from the first byte or by `STARTTLS`.

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

/// How long the handing over of one email may take. RFC 5321 section 4.5.3.2 gives each command minutes; an email that
/// is not taken by then is tried again later.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How much of a server's words is kept, in characters.
const LONGEST_REPLY: usize = 300;

/// Who the server knows us as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// The user's name.
    #[serde(serialize_with = "exposed")]
    pub user: SecretString,
    /// The password.
    #[serde(serialize_with = "exposed")]
    pub password: SecretString,
}

/// Which server to hand emails to, and how.
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
    /// `STARTTLS`, without which nothing is said (RFC 3207).
    StartTls,
    /// None: for a server on this machine.
    Plain,
}

/// Why a URL does not name a mail server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAMailServer {
    /// Not of the form.
    #[error(
        "a mail server is smtps://mail.example.com:465, or smtp://mail.example.com:587?tls=required; only one on this machine may be smtp://localhost:25"
    )]
    Form,
    /// It would be spoken to in the clear.
    #[error(
        "mail to {0} would be sent in the clear; write smtps://… or add ?tls=required, which the server must then offer"
    )]
    InTheClear(String),
    /// User and password belong into the vault.
    #[error("the URL of a mail server holds no user and no password; they belong into the vault")]
    Secret,
}

impl SmtpConfig {
    /// Reads `smtps://host[:465]` or `smtp://host[:587]?tls=required`. `login` comes from the vault.
    pub fn parse(url: &str, login: Option<Login>) -> Result<Self, NotAMailServer> {
        let url = Url::parse(url).map_err(|_| NotAMailServer::Form)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAMailServer::Secret);
        }
        let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let host = url.host_str().filter(|host| bare && !host.is_empty()).ok_or(NotAMailServer::Form)?;
        // Other schemes than the web's keep their host as it was written, addresses unread.
        let local = url::Host::parse(host).is_ok_and(|host| is_loopback(&host));
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None | Some("tls=required")) => (Security::Implicit, 465),
            ("smtp", Some("tls=required")) => (Security::StartTls, 587),
            ("smtp", None) if local => (Security::Plain, 25),
            ("smtp", None) => return Err(NotAMailServer::InTheClear(UntrustedText::new(host).to_string())),
            _ => return Err(NotAMailServer::Form),
        };
        let port = url.port().unwrap_or(port);
        // A name of this machine is this machine, whatever a name server says (RFC 6761 section 6.3).
        let named = security == Security::Plain && host.ends_with("localhost");
        let host = if named { "127.0.0.1" } else { host.trim_start_matches('[').trim_end_matches(']') };
        let host = host.to_owned();
        Ok(Self { host, port, security, login, hello: None })
    }

    /// Introduces itself to the server by this name (`EHLO`), which strict servers look up.
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

/// A mail server that takes emails.
#[derive(Debug, Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Host and port, for errors.
    server: String,
}

impl Smtp {
    /// The server that `config` names. Connects with the first email.
    pub fn new(config: &SmtpConfig) -> Result<Self, MailError> {
        Self::trusting(config, |tls| tls)
    }

    /// The same, with `trust` having a say in whom it trusts besides those whom the system does.
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

    /// Connects, and signs in where there is a login; hands over nothing.
    pub async fn check(&self) -> Result<(), MailError> {
        match tokio::time::timeout(TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) => Err(self.told(&error)),
            Ok(Ok(false)) | Err(_) => Err(self.silent()),
        }
    }

    fn silent(&self) -> MailError {
        MailError::NotNow { reason: format!("{} did not answer in time", self.server) }
    }
}

#[async_trait]
impl MailTransport for Smtp {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        let mime = email.to_mime()?;
        let envelope = Envelope::new(Some(email.from.email()), vec![email.to.email()]);
        let envelope = envelope.map_err(|error| MailError::Refused { reason: error.to_string() })?;
        // The library's own timeout ends with the connecting. One that strikes later leaves open whether the server has the
        // email; sent again it has the same `Message-ID`.
        let Ok(sent) = tokio::time::timeout(TIMEOUT, self.transport.send_raw(&envelope, &mime)).await else {
            return Err(self.silent());
        };
        match sent {
            // Servers name what they queued, each in its own way; those that do not are told apart by the email.
            Ok(response) => {
                let reply: Vec<&str> = response.message().collect();
                Ok(MessageId(format!("{} ({})", kept(&reply.join(" ")), email.digest())))
            }
            Err(error) => Err(self.told(&error)),
        }
    }
}

impl Smtp {
    fn told(&self, error: &Error) -> MailError {
        let said = format!("{} said: {}", self.server, kept(&error.to_string()));
        match error.status().map(u16::from) {
            // Of us, not of the email: it is sent once somebody put that right.
            Some(code @ (530 | 534 | 535 | 538)) => MailError::NotNow { reason: format!("{said}; {}", advice(code)) },
            Some(code) if error.is_permanent() => MailError::Refused { reason: format!("{said}; {}", advice(code)) },
            // Nothing was sent. Somebody between us and the server can cause this too, so the email is kept.
            None if error.is_client() || error.is_tls() => MailError::NotNow {
                reason: format!(
                    "{said}; see whether the server offers TLS with a certificate for its name, and this way to sign in"
                ),
            },
            _ => MailError::NotNow { reason: said },
        }
    }
}

/// What a server said, harmless and short.
fn kept(said: &str) -> String {
    UntrustedText::new(said.chars().take(LONGEST_REPLY).collect::<String>()).to_string()
}

/// What to do about a refusal for good (RFC 5321 section 4.2.3, RFC 4954 section 6).
const fn advice(code: u16) -> &'static str {
    match code {
        530 | 534 | 535 | 538 => "the server wants another user or password; set them with `regrant mail server set`",
        550 | 551 | 553 => "look at the recipient's address, and whether this server may send for the sender's domain",
        552 | 554 => "look at the server's log: it holds the email or its sender to be unwanted",
        500..=504 | 555 => "the server does not do what SMTP asks of it; look at its address and its settings",
        _ => "look at the server's log",
    }
}

#[cfg(test)]
mod tests;
