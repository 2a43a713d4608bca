//! A misbehaving loopback server that records every request.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use regrant::clock::{Clock as _, SimulatedClock};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One reply of the server.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A complete response. `{base}` in it is the server's origin, `{n}` the number of requests so far.
    Whole {
        /// The status.
        status: u16,
        /// Every header line but `content-length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// A head with a shorter body than announced.
    CutOff,
    /// The connection is closed without a response.
    Closed,
    /// No response.
    Silence,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", &body.to_string())
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::text(status, "text/html", "<html><body>canary-page</body></html>")
    }

    pub(crate) fn text(status: u16, kind: &str, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self::Whole { status, headers, body: body.to_owned() }
    }

    pub(crate) fn redirect(status: u16, there: &str) -> Self {
        Self::text(status, "text/plain", "").with_header("location", there)
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// As it goes over the wire; `None` for silence.
    fn bytes(&self, base: &str, number: usize) -> Option<Vec<u8>> {
        let fill = |text: &str| text.replace("{base}", base).replace("{n}", &number.to_string());
        match self {
            Self::Whole { status, headers, body } => {
                let mut text = format!("HTTP/1.1 {status} Hostile\r\n");
                for (name, value) in headers {
                    text.extend([name, ": ", &fill(value), "\r\n"]);
                }
                let body = fill(body);
                let length = body.len();
                Some(format!("{text}content-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes())
            }
            Self::CutOff => {
                let head = "HTTP/1.1 200 Hostile\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n";
                Some(format!("{head}{{\"access_token\": \"canary-h").into_bytes())
            }
            Self::Closed => Some(Vec::new()),
            Self::Silence => None,
        }
    }
}

/// A received request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Its arrival time on the simulated clock.
    pub(crate) at: Timestamp,
    /// Method, path and query.
    pub(crate) line: String,
    /// Its header lines.
    pub(crate) head: String,
    /// Its body.
    pub(crate) body: String,
}

impl Heard {
    /// A field of its form. Each name must be unique.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut found = url::form_urlencoded::parse(self.body.as_bytes()).filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.into_owned());
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

struct State {
    base: String,
    clock: SimulatedClock,
    replies: Vec<(String, VecDeque<Reply>)>,
    heard: Vec<Heard>,
}

/// The server.
pub(crate) struct Hostile {
    /// Its origin.
    pub(crate) base: String,
    state: Arc<Mutex<State>>,
}

impl Hostile {
    /// Starts it. A request gets the replies for the first matching part of its path or query, in turn; the last one repeats.
    pub(crate) async fn start(clock: SimulatedClock, replies: Vec<(&str, Vec<Reply>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let replies = replies.into_iter().map(|(part, list)| (part.to_owned(), list.into())).collect();
        let state = State { base: base.clone(), clock, replies, heard: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, shared.clone()));
            }
        });
        Self { base, state }
    }

    /// Every request so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.state.lock().heard.clone()
    }
}

async fn converse(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let answer = {
        let mut state = state.lock();
        let (line, head) = head.split_once("\r\n").unwrap();
        let line = line.trim_end_matches(" HTTP/1.1").to_owned();
        let at = state.clock.now();
        state.heard.push(Heard { at, line: line.clone(), head: head.to_owned(), body });
        let (base, number) = (state.base.clone(), state.heard.len());
        let replies = state.replies.iter_mut().find(|(part, _)| line.contains(part.as_str()));
        let reply = replies.and_then(|(_, list)| if list.len() > 1 { list.pop_front() } else { list.front().cloned() });
        reply.unwrap_or_else(|| Reply::html(404)).bytes(&base, number)
    };
    let Some(answer) = answer else { return std::future::pending().await };
    // A disconnected client is not an error of the server.
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}

/// Reads a request's head and full body.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 8192];
    loop {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}
