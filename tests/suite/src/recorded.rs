//! Serves recorded answers over HTTP with their recorded headers.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Headers of the recorded transfer encoding, which the server sets itself.
const TRANSPORT: [&str; 3] = ["content-encoding", "content-length", "transfer-encoding"];

/// The folder of recorded answers: `REGRANT_RECORDED_ANSWERS`, or `shared/okta` next to the checkout. `None` if
/// it is missing, as in most checkouts, because the recordings of Okta's projects cannot be published here.
pub fn folder() -> Option<PathBuf> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/okta"));
    let folder = std::env::var_os("REGRANT_RECORDED_ANSWERS").map_or_else(default, PathBuf::from);
    folder.join("01-app-office365-get.json").exists().then_some(folder)
}

/// One recording: a file of [`folder`] and a position in it.
pub fn recording(file: &str, interaction: Option<usize>) -> Value {
    let path = folder().expect("the folder is present").join(file);
    let mut read: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    match interaction {
        Some(at) => read[at].take(),
        None => read,
    }
}

/// A raw HTTP response.
#[derive(Debug, Clone)]
pub struct RawAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl RawAnswer {
    /// A recording's `response`, with every header line in its order.
    pub fn recorded(recording: &Value) -> Self {
        let response = &recording["response"];
        let header = |pair: &Value| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned());
        let headers =
            response["headers"].as_array().map(|lines| lines.iter().map(header).collect()).unwrap_or_default();
        let body = if response["body"].is_null() { String::new() } else { response["body"].to_string() };
        Self { status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(), headers, body }
    }

    /// A 200 with this body.
    pub fn json(body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status: 200, headers, body: body.to_string() }
    }

    /// The same answer with `from` replaced in its headers.
    #[must_use]
    pub fn with_host(mut self, from: &str, to: &str) -> Self {
        for (_, value) in &mut self.headers {
            *value = value.replace(from, to);
        }
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Recorded\r\n", self.status);
        for (name, value) in self.headers.iter().filter(|(name, _)| !TRANSPORT.contains(&name.as_str())) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let length = self.body.len();
        format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{}", self.body).into_bytes()
    }
}

/// A received request: its first line and headers, in lower case.
pub type Request = String;

/// A loopback server that returns the answers of each path in turn and repeats the last one.
pub struct RecordedServer {
    /// `http://127.0.0.1:port`.
    pub base_url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl RecordedServer {
    /// Starts it. Headers of `answers` may refer to the server by `{base_url}`.
    pub async fn start(answers: Vec<(&str, Vec<RawAnswer>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let by_path: HashMap<String, VecDeque<RawAnswer>> = answers
            .into_iter()
            .map(|(path, list)| {
                (path.to_owned(), list.into_iter().map(|a| a.with_host("{base_url}", &base_url)).collect())
            })
            .collect();
        let by_path = Arc::new(Mutex::new(by_path));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, by_path.clone(), seen.clone()));
            }
        });
        Self { base_url, requests }
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    by_path: Arc<Mutex<HashMap<String, VecDeque<RawAnswer>>>>,
    requests: Arc<Mutex<Vec<Request>>>,
) {
    let mut head = Vec::new();
    let mut buffer = [0u8; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    requests.lock().push(head);
    let bytes = {
        let mut by_path = by_path.lock();
        match by_path.get_mut(&path) {
            Some(answers) if answers.len() > 1 => answers.pop_front().map(|answer| answer.bytes()),
            Some(answers) => answers.front().map(RawAnswer::bytes),
            None => None,
        }
    };
    let missing = || b"HTTP/1.1 404 Nothing Recorded\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    // A disconnected client is not an error of the server.
    let _ = stream.write_all(&bytes.unwrap_or_else(missing)).await;
    let _ = stream.shutdown().await;
}
