//! `regrant mail`: the real binary against an independent mail server.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use mailin::response::{AUTH_OK, INVALID_CREDENTIALS, OK};
use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder};

#[derive(Debug, Clone, Default)]
struct Inbox {
    mails: Arc<Mutex<Vec<String>>>,
    unfinished: Vec<u8>,
}

impl Handler for Inbox {
    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.unfinished.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = String::from_utf8(std::mem::take(&mut self.unfinished)).unwrap();
        self.mails.lock().unwrap().push(mail);
        OK
    }

    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        if (user, password) == ("regrant", "two words") { AUTH_OK } else { INVALID_CREDENTIALS }
    }
}

/// Starts a mail server on loopback that lives as long as the test.
fn mail_server() -> (SocketAddr, Inbox) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, inbox) = (listener.local_addr().unwrap(), Inbox::default());
    let handler = inbox.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = handler.clone();
            std::thread::spawn(move || converse(stream, handler));
        }
    });
    (address, inbox)
}

fn converse(mut stream: std::net::TcpStream, handler: Inbox) -> io::Result<()> {
    let mut builder = SessionBuilder::new("mail.example.com");
    builder.enable_auth(AuthMechanism::Plain);
    let mut session = builder.build(stream.peer_addr()?.ip(), handler);
    // Pretends that TLS is active, because the server accepts passwords over nothing else and this test is not about TLS.
    session.tls_active();
    stream.write_all(&session.greeting().buffer()?)?;
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let response = session.process(&line);
        line.clear();
        if response.action != Action::NoReply {
            stream.write_all(&response.buffer()?)?;
        }
        if response.action == Action::Close {
            break;
        }
    }
    Ok(())
}

fn regrant(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(["--data-dir", data.to_str().unwrap()])
        .args(arguments)
        .env("REGRANT_MAIL_FROM", "regrant@contoso.example")
        .env_remove("REGRANT_DATA_DIR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read standard input may have exited already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_saved_server_receives_the_emails() {
    let folder = tempfile::tempdir().unwrap();
    let (address, inbox) = mail_server();
    let url = format!("smtp://{address}");

    let before = regrant(&folder.path().join("data"), &["mail", "test", "ada@contoso.example"], "");
    assert!(before.status.success() && words(&before).contains("outbox"), "{}", words(&before));
    assert_eq!(std::fs::read_dir(folder.path().join("data/outbox")).unwrap().count(), 1);

    let wrong = regrant(&folder.path().join("data"), &["mail", "server", "set", &url, "--user", "regrant"], "canary\n");
    assert_eq!(wrong.status.code(), Some(2), "{}", words(&wrong));
    assert!(
        words(&wrong).contains("different user or password") && !words(&wrong).contains("canary"),
        "{}",
        words(&wrong)
    );
    let none = regrant(&folder.path().join("data"), &["mail", "server", "show", "--json"], "");
    assert_eq!(words(&none).trim(), r#"{"server":null}"#);

    let right =
        regrant(&folder.path().join("data"), &["mail", "server", "set", &url, "--user", "regrant"], "two words\n");
    assert!(right.status.success(), "{}", words(&right));
    let shown = regrant(&folder.path().join("data"), &["mail", "server", "show"], "");
    assert_eq!(words(&shown).trim(), format!("{url} as regrant"));

    let after = regrant(&folder.path().join("data"), &["mail", "test", "ada@contoso.example", "--language", "de"], "");
    assert!(after.status.success(), "{}", words(&after));
    let mails = inbox.mails.lock().unwrap().clone();
    let [mail] = &mails[..] else { unreachable!("{mails:?}") };
    assert!(mail.contains("To: ada@contoso.example\r\n") && mail.contains("Content-Type: text/html"), "{mail}");
    assert_eq!(
        std::fs::read_dir(folder.path().join("data/outbox")).unwrap().count(),
        1,
        "no further one in the folder"
    );

    let removed = regrant(&folder.path().join("data"), &["mail", "server", "remove"], "");
    assert!(removed.status.success(), "{}", words(&removed));
    regrant(&folder.path().join("data"), &["mail", "test", "ada@contoso.example"], "");
    assert_eq!(std::fs::read_dir(folder.path().join("data/outbox")).unwrap().count(), 2);
}

#[test]
fn insecure_servers_are_refused_before_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    for (url, told) in [
        ("smtp://mail.example.com", "unencrypted"),
        ("smtps://regrant:canary@mail.example.com", "must not contain a user or a password"),
        ("mail.example.com", "smtps://"),
    ] {
        let refused = regrant(&folder.path().join("data"), &["mail", "server", "set", url, "--user", "regrant"], "");
        let words = words(&refused);
        assert!(refused.status.code() == Some(2) && words.contains(told), "{url}: {words}");
        assert!(!words.contains("canary"), "{words}");
    }
}

#[tokio::test]
async fn suppressed_addresses_are_listed_and_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let ports =
        regrant::embedded::open(&folder.path().join("data"), regrant::embedded::Config::default()).await.unwrap();
    let empty = regrant(&folder.path().join("data"), &["mail", "suppressed", "--json"], "");
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&empty.stdout).unwrap(),
        serde_json::json!({"suppressed": []}),
        "{}",
        words(&empty)
    );
    let address = "ada@contoso.example".parse().unwrap();
    let at = "2026-03-01T09:30:00Z".parse().unwrap();
    let suppression = regrant::ledger::Suppression { at, reason: "bounced: \u{1b}[31mno such user".to_owned() };
    ports.ledger.suppress(&address, &suppression).await.unwrap();

    let listed = regrant(&folder.path().join("data"), &["mail", "suppressed"], "");
    let shown = words(&listed);
    assert!(shown.contains("ada@contoso.example\n  since 2026-03-01 09:30 UTC: bounced"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");

    let dry = regrant(&folder.path().join("data"), &["mail", "unsuppress", "ada@contoso.example", "--dry-run"], "");
    assert!(dry.status.success() && ports.ledger.suppression(&address).await.unwrap().is_some(), "{}", words(&dry));
    let unsuppressed = regrant(&folder.path().join("data"), &["mail", "unsuppress", "ada@contoso.example"], "");
    assert!(unsuppressed.status.success(), "{}", words(&unsuppressed));
    assert_eq!(ports.ledger.suppression(&address).await.unwrap(), None);
    let again = regrant(&folder.path().join("data"), &["mail", "unsuppress", "ada@contoso.example"], "");
    assert!(again.status.code() == Some(2) && words(&again).contains("not suppressed"), "{}", words(&again));
}

#[tokio::test]
async fn the_api_lists_and_lifts_suppressed_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let ports =
        regrant::embedded::open(&folder.path().join("data"), regrant::embedded::Config::default()).await.unwrap();
    let address = "ada@contoso.example".parse().unwrap();
    let at = "2026-03-01T09:30:00Z".parse().unwrap();
    ports.ledger.suppress(&address, &regrant::ledger::Suppression { at, reason: "bounced".to_owned() }).await.unwrap();

    let mut browser = regrant_tests::browser::Browser::new(
        regrant_notify::router(ports.clone()).layer(regrant_tests::consent::as_tester()),
    );
    let listed = browser.get("/v1/mail/suppressed").await;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&listed.body).unwrap(),
        serde_json::json!({"suppressed": [
            {"address": "ada@contoso.example", "at": "2026-03-01T09:30:00Z", "reason": "bounced"}
        ]})
    );
    assert_eq!(browser.get("/v1/mail/suppressed?after=nonsense").await.status, 400);
    let unsuppressed =
        browser.send("DELETE", "/v1/mail/suppressed/ada@contoso.example", axum::body::Body::empty()).await;
    assert_eq!(unsuppressed.status, 204);
    assert_eq!(ports.ledger.suppression(&address).await.unwrap(), None);
    let refused = browser.send("DELETE", "/v1/mail/suppressed/ada", axum::body::Body::empty()).await;
    assert_eq!(refused.status, 400);
}
