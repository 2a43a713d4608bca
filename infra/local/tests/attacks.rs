//! Attacks on this machine's server and files: by web pages, by other users of the machine, and by clients that hold
//! connections. One test each.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use regrant_cli::server::{self, Limits};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn regrant(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regrant"));
    command.args(arguments).env_remove("REGRANT_DATA_DIR").env_remove("REGRANT_PUBLIC_URL");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `regrant serve` in a process of its own, and its data folder.
struct Server {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let arguments = [&["serve", "--data-dir", data.to_str().unwrap()], options].concat();
        let (process, port) = listening(regrant(&arguments));
        Self { process, port, folder }
    }

    fn local() -> Self {
        Self::start(&["--listen", "127.0.0.1:0"])
    }

    fn exposed() -> Self {
        Self::start(&["--listen", "0.0.0.0:0", "--expose"])
    }

    fn token_file(&self) -> PathBuf {
        self.folder.path().join("data/api.token")
    }

    fn token(&self) -> String {
        fs::read_to_string(self.token_file()).unwrap().trim().to_owned()
    }

    /// Sends these lines as a request, and returns the status of the answer.
    fn status(&self, lines: &[&str]) -> u16 {
        let head = lines.join("\r\n").replace("PORT", &self.port.to_string());
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("{head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap_or_default().parse().unwrap_or(0)
    }

    /// The status of a call of the API with the right token and these headers.
    fn api(&self, request: &str, headers: &[&str]) -> u16 {
        let authorization = format!("Authorization: Bearer {}", self.token());
        self.status(&[&[request, &authorization], headers].concat())
    }
}

/// Starts a command that listens, and returns its port.
fn listening(mut command: Command) -> (Child, u16) {
    let mut process = command.spawn().unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.starts_with("Serving on http://")).unwrap();
    // Its further messages must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let address = line.split_whitespace().nth(2).unwrap();
    (process, address.rsplit(':').next().unwrap().parse().unwrap())
}

const APPS: &str = "GET /v1/apps HTTP/1.1";
const SCAN: &str = "POST /v1/scans HTTP/1.1";
const HOST: &str = "Host: 127.0.0.1:PORT";

#[test]
fn owner_with_token_is_answered() {
    let server = Server::local();
    assert_eq!(server.api(APPS, &[HOST]), 200);
    assert_eq!(
        server.api(SCAN, &["Host: localhost:PORT", "Origin: http://localhost:PORT", "Sec-Fetch-Site: same-origin"]),
        202
    );
}

#[test]
fn page_on_other_port_cannot_start_a_scan() {
    let server = Server::local();
    let origin = "Origin: http://localhost:3000";
    assert_eq!(server.api(SCAN, &["Host: localhost:PORT", origin, "Sec-Fetch-Site: same-site"]), 403);
}

#[test]
fn page_on_other_port_without_fetch_metadata_is_rejected() {
    assert_eq!(Server::local().api(SCAN, &["Host: localhost:PORT", "Origin: http://localhost:3000"]), 403);
}

#[test]
fn same_site_form_without_origin_is_rejected() {
    assert_eq!(Server::local().api(SCAN, &["Host: localhost:PORT", "Sec-Fetch-Site: same-site"]), 403);
}

#[test]
fn other_website_cannot_embed_the_api() {
    assert_eq!(Server::local().api(APPS, &[HOST, "Sec-Fetch-Site: cross-site"]), 403);
}

#[test]
fn other_loopback_name_is_a_different_origin() {
    let origin = "Origin: http://localhost:PORT";
    assert_eq!(Server::local().api(SCAN, &[HOST, origin, "Sec-Fetch-Site: cross-site"]), 403);
}

#[test]
fn sandboxed_page_cannot_post() {
    assert_eq!(Server::local().api(SCAN, &[HOST, "Origin: null", "Sec-Fetch-Site: cross-site"]), 403);
}

#[test]
fn rebound_name_is_rejected() {
    assert_eq!(Server::local().api(APPS, &["Host: evil.example:PORT"]), 403);
}

#[test]
fn second_host_header_is_rejected() {
    let server = Server::local();
    assert_eq!(server.api(APPS, &[HOST, "Host: evil.example"]), 403);
    assert_eq!(server.api(APPS, &["Host: evil.example", HOST]), 403);
}

#[test]
fn text_after_an_address_is_rejected() {
    let server = Server::local();
    for host in ["Host: [::1]evil.example", "Host: [::1]:PORT.evil.example", "Host: 127.0.0.1:PORT.evil.example"] {
        assert_eq!(server.api(APPS, &[host]), 403, "{host}");
    }
}

#[test]
fn host_with_user_information_is_rejected() {
    let server = Server::local();
    for host in ["Host: 127.0.0.1:PORT@evil.example", "Host: evil.example@127.0.0.1:PORT"] {
        assert_eq!(server.api(APPS, &[host]), 403, "{host}");
    }
}

#[test]
fn host_of_other_port_is_rejected() {
    let server = Server::local();
    for host in ["Host: 127.0.0.1:1", "Host: 127.0.0.1", "Host: localhost:443"] {
        assert_eq!(server.api(APPS, &[host]), 403, "{host}");
    }
}

#[test]
fn host_with_trailing_dot_is_rejected() {
    assert_eq!(Server::local().api(APPS, &["Host: localhost.:PORT"]), 403);
}

#[test]
fn abbreviated_addresses_are_rejected() {
    let server = Server::local();
    for host in ["Host: 127.1:PORT", "Host: 2130706433:PORT", "Host: 0x7f.0.0.1:PORT"] {
        assert_eq!(server.api(APPS, &[host]), 403, "{host}");
    }
}

#[test]
fn request_without_host_is_rejected() {
    let server = Server::local();
    let status = server.api("GET /v1/apps HTTP/1.0", &[]);
    assert_eq!(status, 403);
}

#[test]
fn absolute_target_of_other_host_is_rejected() {
    let server = Server::local();
    assert_eq!(server.api("GET http://evil.example/v1/apps HTTP/1.1", &[HOST]), 403);
    assert_eq!(server.api("GET http://127.0.0.1:PORT/v1/apps HTTP/1.1", &["Host: evil.example"]), 403);
    assert_eq!(server.api("GET http://127.0.0.1:PORT/v1/apps HTTP/1.1", &[HOST]), 200);
}

#[test]
fn other_user_cannot_call_the_api() {
    let server = Server::local();
    for request in [APPS, SCAN, "DELETE /v1/mail/suppressed/a HTTP/1.1", "GET /v1/unknown HTTP/1.1"] {
        assert_eq!(server.status(&[request, HOST]), 401, "{request}");
    }
}

#[test]
fn wrong_token_is_rejected() {
    let server = Server::local();
    let short = server.token()[1..].to_owned();
    for token in ["x", "", short.as_str()] {
        assert_eq!(server.status(&[APPS, HOST, &format!("Authorization: Bearer {token}")]), 401, "{token}");
    }
}

#[test]
fn encoded_path_does_not_avoid_the_token() {
    let server = Server::local();
    for path in ["/%761/apps", "//v1/apps", "/V1/apps", "/x/../v1/apps", "/v1%2fapps", "/./v1/apps"] {
        let status = server.status(&[&format!("GET {path} HTTP/1.1"), HOST]);
        assert!(status == 404 || status == 401, "{path} gives {status}");
    }
}

#[test]
fn other_user_cannot_read_the_token() {
    let server = Server::local();
    assert_eq!(mode(&server.token_file()), 0o600);
}

#[test]
fn token_that_others_can_read_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(folder.path().join("api.token"), "known-to-all\n").unwrap();
    fs::set_permissions(folder.path().join("api.token"), PermissionsExt::from_mode(0o644)).unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path().to_str().unwrap()];
    assert!(failure(&regrant(&arguments).output().unwrap()).contains("chmod 600"));
}

#[test]
fn exposed_server_rejects_rebound_names() {
    let server = Server::exposed();
    let page = "GET /oauth/failed/session-lost HTTP/1.1";
    assert_ne!(server.status(&[page, HOST]), 403);
    assert_eq!(server.status(&[page, "Host: evil.example:PORT"]), 403);
}

#[test]
fn exposed_server_rejects_other_websites() {
    let server = Server::exposed();
    assert_eq!(server.status(&[SCAN, HOST, "Origin: https://evil.example"]), 403);
    assert_eq!(server.status(&[SCAN, HOST, "Sec-Fetch-Site: cross-site"]), 403);
}

#[test]
fn exposed_server_does_not_serve_the_api() {
    let server = Server::exposed();
    for request in [APPS, SCAN] {
        assert_eq!(server.status(&[request, HOST]), 401, "{request}");
        assert_eq!(server.status(&[request, HOST, "X-Forwarded-User: ada"]), 401, "{request}");
    }
}

/// Serves one page with these limits, and returns its address.
async fn limited(limits: Limits) -> std::net::SocketAddr {
    let router = Router::new().route("/", get(|| async { "here" })).route("/", post(|_: Bytes| async { "got" }));
    let (listener, address) = server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    tokio::spawn(server::serve(listener, router, limits));
    address
}

async fn answer(address: std::net::SocketAddr, request: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    // The peer may reset the connection instead of closing it.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn half_open_requests_are_closed() {
    let address = limited(Limits { header_timeout: SOON, ..Limits::default() }).await;
    for head in [&b""[..], b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let answer = answer(address, head).await;
        assert!(!answer.contains("here"), "{answer}");
    }
}

#[tokio::test]
async fn half_sent_body_is_cut_off() {
    let address = limited(Limits { request_timeout: SOON, ..Limits::default() }).await;
    let half = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf";
    let answer = answer(address, half).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn idle_connections_do_not_lock_others_out() {
    let address = limited(Limits { connections: 2, header_timeout: SOON, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let answer = answer(address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.ends_with("here"), "{answer}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn other_users_cannot_read_emails() {
    let folder = tempfile::tempdir().unwrap();
    let emails = folder.path().join("emails");
    let written = regrant(&["mail", "preview", "invitation", "--eml", emails.to_str().unwrap()]).output().unwrap();
    assert!(written.status.success());
    assert_eq!(mode(&emails), 0o700);
    let modes: Vec<u32> = fs::read_dir(&emails).unwrap().map(|file| mode(&file.unwrap().path())).collect();
    assert!(!modes.is_empty() && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
}

#[test]
fn planted_link_does_not_redirect_an_email() {
    let folder = tempfile::tempdir().unwrap();
    let emails = folder.path().join("emails");
    let preview = || regrant(&["mail", "preview", "invitation", "--eml", emails.to_str().unwrap()]).output().unwrap();
    preview();
    let files: Vec<PathBuf> = fs::read_dir(&emails).unwrap().map(|file| file.unwrap().path()).collect();
    let target = folder.path().join("theirs");
    fs::write(&target, "unchanged").unwrap();
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        for planted in [format!(".{name}"), format!("{name}.eml.unfinished")] {
            symlink(&target, emails.join(planted)).unwrap();
        }
    }
    preview();
    assert_eq!(fs::read_to_string(&target).unwrap(), "unchanged");
}

#[test]
fn data_folder_open_to_others_is_refused() {
    for loose in [0o755, 0o770, 0o701] {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(loose)).unwrap();
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path().to_str().unwrap()];
        let error = failure(&regrant(&arguments).output().unwrap());
        assert!(error.contains("chmod 700"), "{loose:o}: {error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{loose:o}");
    }
}

/// A data folder in which `name` is a link to `target`.
fn with_link(name: &str, target: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let link = folder.path().join(name);
    let parent = link.parent().unwrap();
    fs::create_dir_all(parent).unwrap();
    fs::set_permissions(parent, PermissionsExt::from_mode(0o700)).unwrap();
    symlink(target, &link).unwrap();
    folder
}

fn refuses_link(name: &str, content: Option<&str>) {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("target");
    if let Some(content) = content {
        fs::write(&target, content).unwrap();
        fs::set_permissions(&target, PermissionsExt::from_mode(0o600)).unwrap();
    }
    let folder = with_link(name, &target);
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path().to_str().unwrap()];
    let error = failure(&regrant(&arguments).output().unwrap());
    assert!(error.contains("symbolic link"), "{name}: {error}");
    assert_eq!(fs::read_to_string(&target).ok().as_deref(), content, "{name}");
}

#[test]
fn dangling_ledger_link_creates_nothing() {
    refuses_link("ledger.sqlite", None);
}

#[test]
fn ledger_link_is_not_followed() {
    refuses_link("ledger.sqlite", Some(""));
}

#[test]
fn vault_key_link_is_not_followed() {
    refuses_link("vault/vault.key", Some("AGE-SECRET-KEY-1INVENTED"));
}

#[test]
fn vault_lock_link_creates_nothing() {
    refuses_link("vault/vault.lock", None);
}

#[test]
fn api_token_link_is_not_followed() {
    refuses_link("api.token", Some("known-to-all\n"));
}

#[test]
fn killed_demo_leaves_no_data() {
    for signal in ["-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = regrant(&["demo"]);
        command.env("TMPDIR", folder.path());
        let (mut demo, _) = listening(command);
        assert!(fs::read_dir(folder.path()).unwrap().count() > 0);
        assert!(Command::new("kill").args([signal, &demo.id().to_string()]).status().unwrap().success());
        demo.wait().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{signal}");
    }
}
