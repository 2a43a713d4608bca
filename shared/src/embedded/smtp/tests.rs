//! SMTP against an independent server (`mailin`), with and without TLS, and against scripted servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mailin::response::{BAD_HELLO, INVALID_CREDENTIALS, NO_MAILBOX, OK};
use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder};
use parking_lot::Mutex;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;
use crate::domain::contact::Language;
use crate::emails::{samples, write};
use crate::embedded::folder::Folder;
use crate::embedded::local_mail::{LocalMail, MailServer};
use crate::embedded::sealed_file::SealedFileVault;
use crate::testing::mail;
use crate::testing::mail::{Bench, email};
use crate::vault::{SecretName, Vault};

/// What a server received, and how it responds to `RCPT`.
#[derive(Debug, Clone, Default)]
struct Inbox {
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
    logins: Arc<Mutex<Vec<String>>>,
    unfinished: Vec<u8>,
    refuses: Option<Response>,
}

impl Handler for Inbox {
    fn rcpt(&mut self, _to: &str) -> Response {
        self.refuses.clone().unwrap_or(OK)
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.unfinished.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.mails.lock().push(std::mem::take(&mut self.unfinished));
        OK
    }

    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        self.logins.lock().push(format!("{user} {password}"));
        if password == "right" { mailin::response::AUTH_OK } else { INVALID_CREDENTIALS }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offers {
    Nothing,
    Upgrade,
    Tls,
}

struct Server {
    inbox: Inbox,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
}

impl Server {
    fn url(&self, form: &str) -> String {
        form.replace("PORT", &self.address.port().to_string())
    }

    /// A transport that trusts this server's certificate too.
    fn transport(&self, form: &str, login: Option<Login>) -> Smtp {
        let config = SmtpConfig::parse(&self.url(form), login).unwrap();
        Smtp { config, trusted: Some(self.certificate.clone()) }
    }
}

async fn server(offers: Offers, refuses: Option<Response>) -> Server {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let certificate = cert.der().clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let inbox = Inbox { refuses, ..Inbox::default() };
    let handler = inbox.clone();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let (acceptor, session) = (acceptor.clone(), session(offers, peer.ip(), handler.clone()));
            tokio::spawn(accept(offers, acceptor, stream, session));
        }
    });
    Server { inbox, address, certificate }
}

fn session(offers: Offers, peer: IpAddr, inbox: Inbox) -> Session<Inbox> {
    let mut builder = SessionBuilder::new("mail.example.com");
    if offers == Offers::Upgrade {
        builder.enable_start_tls();
    }
    if offers != Offers::Nothing {
        builder.enable_auth(AuthMechanism::Plain);
    }
    let mut session = builder.build(peer, inbox);
    if offers == Offers::Tls {
        session.tls_active();
    }
    session
}

async fn accept(
    offers: Offers,
    acceptor: TlsAcceptor,
    stream: tokio::net::TcpStream,
    mut session: Session<Inbox>,
) -> io::Result<()> {
    let greeting = session.greeting().buffer()?;
    if offers == Offers::Tls {
        let mut stream = BufReader::new(acceptor.accept(stream).await?);
        stream.write_all(&greeting).await?;
        return serve(&mut session, &mut stream).await.map(|_| ());
    }
    let mut stream = BufReader::new(stream);
    stream.write_all(&greeting).await?;
    if serve(&mut session, &mut stream).await? {
        let mut stream = BufReader::new(acceptor.accept(stream.into_inner()).await?);
        session.tls_active();
        serve(&mut session, &mut stream).await?;
    }
    Ok(())
}

/// Serves a session until it ends, or until the client requests TLS: then returns true.
async fn serve<S>(session: &mut Session<Inbox>, stream: &mut BufReader<S>) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await? > 0 {
        let response = session.process(&line);
        line.clear();
        if response.action != Action::NoReply {
            stream.write_all(&response.buffer()?).await?;
            stream.flush().await?;
        }
        match response.action {
            Action::UpgradeTls => return Ok(true),
            Action::Close => return Ok(false),
            Action::Reply | Action::NoReply => {}
        }
    }
    Ok(false)
}

fn login(password: &str) -> Login {
    Login { user: "regrant".into(), password: password.into() }
}

#[tokio::test]
async fn conforms_to_the_mail_transport_contract() {
    let server = server(Offers::Nothing, None).await;
    let transport = Arc::new(server.transport("smtp://127.0.0.1:PORT", None));
    let mails = Arc::clone(&server.inbox.mails);
    mail::conforms(Bench { transport, sent: move || std::future::ready(mails.lock().clone()) }).await;
}

#[tokio::test]
async fn emails_arrive_with_their_thread_headers() {
    let server = server(Offers::Upgrade, None).await;
    let transport = server.transport("smtp://localhost:PORT?tls=required", Some(login("right")));
    let mut sent = Vec::new();
    for sample in [Language::En, Language::De].into_iter().flat_map(|language| samples::all(language).unwrap()) {
        let email = sample.with(write).unwrap();
        transport.send(&email).await.unwrap();
        sent.push(email);
    }
    let mails = server.inbox.mails.lock().clone();
    assert_eq!(mails.len(), sent.len());
    for (mail, email) in mails.iter().zip(&sent) {
        let mail = String::from_utf8(mail.clone()).unwrap();
        for part in [
            format!("Message-ID: {}\r\n", email.message_id),
            format!("To: {}\r\n", email.to),
            "References: <RG-7K2QM-X4T9P@regrant.example.com>\r\n".to_owned(),
            "Content-Type: multipart/alternative;".to_owned(),
            "Content-Type: text/plain; charset=utf-8\r\n".to_owned(),
            "Content-Type: text/html; charset=utf-8\r\n".to_owned(),
        ] {
            assert!(mail.contains(&part), "{part} in {mail}");
        }
        assert!(mail.lines().all(|line| line.len() <= 998), "RFC 5322 section 2.1.1");
    }
    assert!(server.inbox.logins.lock().iter().all(|login| login == "regrant right"));
}

#[tokio::test]
async fn implicit_tls_protects_the_login() {
    let server = server(Offers::Tls, None).await;
    let transport = server.transport("smtps://localhost:PORT", Some(login("right")));
    transport.send(&email("ada@contoso.example")).await.unwrap();
    assert_eq!(*server.inbox.logins.lock(), ["regrant right"]);
    assert_eq!(server.inbox.mails.lock().len(), 1);
}

#[tokio::test]
async fn missing_tls_is_a_temporary_failure() {
    let stripped = server(Offers::Nothing, None).await;
    let transport = stripped.transport("smtp://localhost:PORT?tls=required", Some(login("right")));
    let result = transport.send(&email("ada@contoso.example")).await;
    assert!(matches!(&result, Err(MailError::NotNow { reason }) if reason.contains("STARTTLS")), "{result:?}");

    let stranger = server(Offers::Tls, None).await;
    let config = SmtpConfig::parse(&stranger.url("smtps://localhost:PORT"), Some(login("right"))).unwrap();
    let result = Smtp::new(&config).send(&email("ada@contoso.example")).await;
    assert!(matches!(&result, Err(MailError::NotNow { reason }) if reason.contains("certificate")), "{result:?}");
    for server in [stripped, stranger] {
        assert!(server.inbox.logins.lock().is_empty() && server.inbox.mails.lock().is_empty());
    }
}

#[tokio::test]
async fn a_wrong_password_is_a_temporary_failure_with_advice() {
    let server = server(Offers::Upgrade, None).await;
    let transport = server.transport("smtp://localhost:PORT?tls=required", Some(login("canary-wrong")));
    let result = transport.send(&email("ada@contoso.example")).await.unwrap_err();
    let words = format!("{result} {result:?} {transport:?}");
    assert!(matches!(result, MailError::NotNow { .. }) && words.contains("mail server set"), "{words}");
    assert!(!words.contains("canary-wrong"), "{words}");
}

#[tokio::test]
async fn a_check_signs_in_without_sending() {
    let server = server(Offers::Upgrade, None).await;
    let transport = |password| server.transport("smtp://localhost:PORT?tls=required", Some(login(password)));
    transport("right").check().await.unwrap();
    let result = transport("canary-wrong").check().await.unwrap_err().to_string();
    assert!(result.contains("535") || result.contains("password"), "{result}");
    assert!(server.inbox.mails.lock().is_empty());
}

#[tokio::test]
async fn permanent_and_temporary_rejections_differ() {
    let for_good = server(Offers::Nothing, Some(NO_MAILBOX)).await;
    let result = for_good.transport("smtp://127.0.0.1:PORT", None).send(&email("gone@contoso.example")).await;
    assert!(
        matches!(&result, Err(MailError::Refused { reason }) if reason.contains("recipient's address")),
        "{result:?}"
    );

    let busy = Response::custom(451, "try again later".to_owned());
    let for_now = server(Offers::Nothing, Some(busy)).await;
    let result = for_now.transport("smtp://127.0.0.1:PORT", None).send(&email("ada@contoso.example")).await;
    assert!(matches!(&result, Err(MailError::NotNow { reason }) if reason.contains("try again later")), "{result:?}");

    let strict = server(Offers::Nothing, Some(BAD_HELLO)).await;
    let result = strict.transport("smtp://127.0.0.1:PORT", None).send(&email("ada@contoso.example")).await;
    assert!(matches!(result, Err(MailError::Refused { .. })), "{result:?}");
}

#[tokio::test]
async fn an_unreachable_server_is_a_temporary_failure() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let config = SmtpConfig::parse(&format!("smtp://{free}"), None).unwrap();
    let result = Smtp::new(&config).send(&email("ada@contoso.example")).await;
    assert!(matches!(&result, Err(MailError::NotNow { reason }) if reason.contains(&free.to_string())), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = SmtpConfig::parse(&format!("smtp://{}", silent.local_addr().unwrap()), None).unwrap();
    let began = tokio::time::Instant::now();
    let result = Smtp::new(&config).send(&email("ada@contoso.example")).await;
    assert!(matches!(result, Err(MailError::NotNow { .. })), "{result:?}");
    assert!(began.elapsed() <= TIMEOUT * 2, "the clock of this test only moves while all tasks wait");
}

#[test]
fn only_local_servers_may_be_unencrypted() {
    let read = |url: &str| SmtpConfig::parse(url, None).map(|config| (config.to_string(), config.security));
    assert_eq!(read("smtps://mail.example.com"), Ok(("mail.example.com:465".to_owned(), Security::Implicit)));
    assert_eq!(
        read("smtp://mail.example.com:587?tls=required"),
        Ok(("mail.example.com:587".to_owned(), Security::StartTls))
    );
    assert_eq!(read("smtp://mail.localhost:2525"), Ok(("127.0.0.1:2525".to_owned(), Security::Plain)));
    assert_eq!(read("smtp://[::1]"), Ok(("::1:25".to_owned(), Security::Plain)));
    for clear in
        ["smtp://mail.example.com", "smtp://10.0.0.1:25", "smtp://localhost.example.com", "smtp://127.0.0.1.evil"]
    {
        assert!(matches!(read(clear), Err(NotAMailServer::InTheClear(_))), "{clear}");
    }
    for bad in [
        "",
        "mail.example.com:25",
        "https://mail.example.com",
        "smtp://mail.example.com?tls=opportunistic",
        "smtps://mail.example.com?tls=none",
        "smtps://mail.example.com/x",
        "smtp://",
    ] {
        assert_eq!(read(bad), Err(NotAMailServer::Form), "{bad}");
    }
    for secret in ["smtps://user:pass@mail.example.com", "smtps://user@mail.example.com"] {
        assert_eq!(read(secret), Err(NotAMailServer::Secret));
    }
}

#[tokio::test]
async fn local_mail_uses_the_server_in_the_vault() {
    let folder = tempfile::tempdir().unwrap();
    let vault: Arc<dyn Vault> = Arc::new(SealedFileVault::open(&folder.path().join("vault")).await.unwrap());
    let transport = LocalMail::new(Arc::clone(&vault), Folder::new(folder.path().join("outbox")));
    for _ in 0..2 {
        let server = server(Offers::Nothing, None).await;
        let named = MailServer::new(&server.url("smtp://127.0.0.1:PORT"), None).unwrap();
        vault.put_pending(&SecretName::MailServer, &named.seal()).await.unwrap();
        vault.promote(&SecretName::MailServer).await.unwrap();
        for address in ["ada@contoso.example", "bo@contoso.example"] {
            transport.send(&email(address)).await.unwrap();
        }
        assert_eq!(server.inbox.mails.lock().len(), 2, "a new server receives the following emails");
    }
    assert!(!folder.path().join("outbox").exists());
}

/// A server that sends its greeting, and to each line that begins with a word of the script the reply next to it. It never
/// replies to anything else.
async fn scripted(greeting: &'static str, script: &'static [(&'static str, &'static str)]) -> Smtp {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(greeting.as_bytes()).await.unwrap();
                let mut line = String::new();
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                    if let Some((_, reply)) = script.iter().find(|(word, _)| line.starts_with(word)) {
                        stream.write_all(reply.as_bytes()).await.unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    Smtp::new(&SmtpConfig::parse(&url, Some(login("right"))).unwrap())
}

const EHLO: (&str, &str) = ("EHLO", "250-mail.example.com\r\n250 AUTH PLAIN LOGIN\r\n");
const AUTH: (&str, &str) = ("AUTH", "235 2.7.0 ok\r\n");
const MAIL: (&str, &str) = ("MAIL", "250 2.1.0 ok\r\n");
const RCPT: (&str, &str) = ("RCPT", "250 2.1.5 ok\r\n");
const DATA: (&str, &str) = ("DATA", "354 go ahead\r\n");
const END: (&str, &str) = (".\r\n", "250 2.0.0 queued as 4f3A\r\n");

#[tokio::test]
async fn a_server_that_never_answers_quit_is_accepted() {
    let server = scripted("220 mail.example.com\r\n", &[EHLO, AUTH, MAIL, RCPT, DATA, END]).await;
    server.check().await.unwrap();
    let id = server.send(&email("ada@contoso.example")).await.unwrap();
    assert!(id.0.contains("queued as 4f3A"), "{id:?}");
}

async fn said(greeting: &'static str, script: &'static [(&'static str, &'static str)]) -> MailError {
    scripted(greeting, script).await.send(&email("ada@contoso.example")).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_in_the_greeting_is_shown_as_sent() {
    let error = said("220-host ESMTP\r\n521 5.7.1 blocked\r\n", &[]).await;
    assert!(
        matches!(&error, MailError::NotNow { reason }
        if reason.contains("said: 220-host ESMTP / 521 5.7.1 blocked; ")),
        "{error}"
    );
    let error = said("554-mx.example.com\r\n554 Your access to this mail system has been rejected\r\n", &[]).await;
    let shown = error.to_string();
    assert!(shown.contains("554 Your access to this mail system has been rejected"), "{shown}");
    for parser in ["response error", "error Not at", "transient error", "permanent error", "client error"] {
        assert!(!shown.contains(parser), "{parser} in {shown}");
    }
}

#[tokio::test]
async fn a_server_of_another_protocol_is_named_as_such() {
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", "+OK POP3 ready\r\n", "SSH-2.0-OpenSSH_9.6\r\n"] {
        let error = said(greeting, &[]).await;
        let first = greeting.lines().next().unwrap();
        assert!(
            matches!(&error, MailError::NotNow { reason }
            if reason.contains(first) && reason.contains("not SMTP")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_switched_off_login_is_not_called_a_wrong_password() {
    const OFF: (&str, &str) = (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. [x.example]\r\n",
    );
    let error = said("220 mail.example.com\r\n", &[EHLO, OFF]).await;
    let MailError::NotNow { reason } = &error else { unreachable!("{error}") };
    assert!(reason.contains("SMTP AUTH is switched off") && !reason.contains("different user"), "{reason}");
    assert!(
        reason.contains("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"),
        "{reason}"
    );
}

#[tokio::test]
async fn every_line_of_a_rejection_reaches_the_operator() {
    const FULL: (&str, &str) = (".\r\n", "452 4.2.2 over quota\r\n");
    const GONE: (&str, &str) = ("RCPT", "550-5.1.1 The account does not exist.\r\n550 5.1.1 Try another address.\r\n");
    let error = said("220 mail.example.com\r\n", &[EHLO, AUTH, MAIL, GONE]).await;
    assert!(
        matches!(&error, MailError::Refused { reason }
        if reason.contains("does not exist") && reason.contains("Try another address")),
        "{error}"
    );
    let error = said("220 mail.example.com\r\n", &[EHLO, AUTH, MAIL, RCPT, DATA, FULL]).await;
    assert!(matches!(&error, MailError::NotNow { reason } if reason.contains("mailbox is full")), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_a_temporary_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let error = Smtp::new(&SmtpConfig::parse(&url, None).unwrap()).check().await.unwrap_err();
    assert!(matches!(&error, MailError::NotNow { reason } if reason.contains("closed the connection")), "{error}");
}
