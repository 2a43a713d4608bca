//! Why a mail server did not take an email: from the library's error and the server's own words to a [`MailError`].

use std::error::Error as StdError;
use std::io;

use lettre::transport::smtp::Error;

use super::reply::Reply;
use super::transcript::Transcript;
use crate::http::tls_failure::words_in;
use crate::mail::MailError;

/// When it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, up to the reply to `EHLO`.
    Connect,
    /// Starting TLS.
    Tls,
    /// Signing in.
    SignIn,
    /// Handing over the email.
    Email,
}

/// A failure at a server.
pub(super) struct Failure {
    pub(super) server: String,
    pub(super) stage: Stage,
    pub(super) transcript: Transcript,
}

impl Failure {
    /// An error of the operating system or of TLS.
    pub(super) fn of_io(&self, error: &io::Error) -> MailError {
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return self.of_tls(tls);
        }
        let what = match error.kind() {
            io::ErrorKind::ConnectionRefused => "nothing accepts connections there; check the host and the port",
            io::ErrorKind::TimedOut => "it did not answer in time",
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
                "it closed the connection"
            }
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => "the network cannot reach it",
            // The resolver's errors have no kind of their own.
            _ if self.stage == Stage::Connect => "its name could not be resolved, or it cannot be reached",
            _ => "the connection failed",
        };
        self.because(what)
    }

    /// An error of TLS.
    pub(super) fn of_tls(&self, error: &rustls::Error) -> MailError {
        let what = match error {
            rustls::Error::InvalidMessage(_) => {
                "this port does not speak TLS from the first byte; for STARTTLS use smtp://HOST:587?tls=required"
                    .to_owned()
            }
            other => words_in(other).unwrap_or_else(|| "the TLS handshake failed".to_owned()),
        };
        // Nothing was sent. A network attacker can cause this too, so the email is retried.
        self.because(&what)
    }

    /// An error in words of ours. It is temporary, because nothing was refused.
    pub(super) fn because(&self, what: &str) -> MailError {
        MailError::NotNow { reason: format!("could not send through {}: {what}", self.server) }
    }

    /// An error of the SMTP library.
    pub(super) fn of_smtp(&self, error: &Error) -> MailError {
        if let Some(tls) = cause::<rustls::Error>(error) {
            return self.of_tls(tls);
        }
        if let Some(reply) = self.reply(error) {
            return self.of_reply(&reply);
        }
        if error.is_client() {
            return self.because(match self.stage {
                Stage::SignIn => "it offers no sign-in method that takes a password (PLAIN or LOGIN)",
                Stage::Tls => "it does not offer STARTTLS; check that the server supports TLS on this port",
                Stage::Connect | Stage::Email => "it does not support a required part of SMTP",
            });
        }
        if let Some(io) = cause::<io::Error>(error) {
            return self.of_io(io);
        }
        if self.stage == Stage::Connect && !self.transcript.is_empty() && self.transcript.reply().is_none() {
            return self.because("it does not speak SMTP there; if the port expects TLS, use smtps://");
        }
        self.because("it closed the connection")
    }

    /// What the server said, if it said anything: as it was sent if that was recorded, or as the library read it.
    fn reply(&self, error: &Error) -> Option<Reply> {
        let code = error.status().map(u16::from);
        match (self.transcript.reply(), code) {
            (Some(lines), code) if code.is_some() || error.is_response() => Some(Reply::of_lines(&lines, code)),
            (None, Some(code)) => {
                let text = error.source().map(ToString::to_string).unwrap_or_default();
                let lines: Vec<String> = text.lines().map(|line| format!("{code} {line}")).collect();
                Some(Reply::of_lines(&lines, Some(code)))
            }
            _ => None,
        }
    }

    fn of_reply(&self, reply: &Reply) -> MailError {
        let verdict = reply.verdict(self.stage == Stage::SignIn);
        let reason = format!("{} said: {}; {}", self.server, reply.text, verdict.advice);
        // Before the email was offered, the server refused us and not the email, which can be sent once that is repaired.
        if verdict.is_final && self.stage == Stage::Email {
            MailError::Refused { reason }
        } else {
            MailError::NotNow { reason }
        }
    }
}

/// The first error of a kind in the chain of causes.
fn cause<T: StdError + 'static>(error: &Error) -> Option<&T> {
    let mut next: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An I/O error wraps its cause without naming it as its source.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref::<T>()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}
