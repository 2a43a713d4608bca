//! `regrant mail`: the program as people run it, against a mail server that others wrote.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

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

/// A server on loopback, for as long as the test lives.
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
    // As if TLS were there: passwords are taken over nothing else, and this test is about none.
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
    // A program that ends before it reads is no failure of this one.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_server_is_kept_once_it_let_us_in_and_takes_the_emails() {
    let folder = tempfile::tempdir().unwrap();
    let (address, inbox) = mail_server();
    let url = format!("smtp://{address}");

    let before = regrant(folder.path(), &["mail", "test", "ada@contoso.example"], "");
    assert!(before.status.success() && words(&before).contains("outbox"), "{}", words(&before));
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 1);

    let wrong = regrant(folder.path(), &["mail", "server", "set", &url, "--user", "regrant"], "canary\n");
    assert_eq!(wrong.status.code(), Some(2), "{}", words(&wrong));
    assert!(
        words(&wrong).contains("different user or password") && !words(&wrong).contains("canary"),
        "{}",
        words(&wrong)
    );
    let none = regrant(folder.path(), &["mail", "server", "show", "--json"], "");
    assert_eq!(words(&none).trim(), r#"{"server":null}"#);

    let right = regrant(folder.path(), &["mail", "server", "set", &url, "--user", "regrant"], "two words\n");
    assert!(right.status.success(), "{}", words(&right));
    let shown = regrant(folder.path(), &["mail", "server", "show"], "");
    assert_eq!(words(&shown).trim(), format!("{url} as regrant"));

    let after = regrant(folder.path(), &["mail", "test", "ada@contoso.example", "--language", "de"], "");
    assert!(after.status.success(), "{}", words(&after));
    let mails = inbox.mails.lock().unwrap().clone();
    let [mail] = &mails[..] else { unreachable!("{mails:?}") };
    assert!(mail.contains("To: ada@contoso.example\r\n") && mail.contains("Content-Type: text/html"), "{mail}");
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 1, "no further one in the folder");

    let removed = regrant(folder.path(), &["mail", "server", "remove"], "");
    assert!(removed.status.success(), "{}", words(&removed));
    regrant(folder.path(), &["mail", "test", "ada@contoso.example"], "");
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 2);
}

#[test]
fn what_would_send_emails_or_passwords_in_the_clear_is_refused_before_a_password_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (url, told) in [
        ("smtp://mail.example.com", "unencrypted"),
        ("smtps://regrant:canary@mail.example.com", "no user and no password"),
        ("mail.example.com", "smtps://"),
    ] {
        let refused = regrant(folder.path(), &["mail", "server", "set", url, "--user", "regrant"], "");
        let words = words(&refused);
        assert!(refused.status.code() == Some(2) && words.contains(told), "{url}: {words}");
        assert!(!words.contains("canary"), "{words}");
    }
}
