//! The server's own words: a stream that remembers what the server last said.
//!
//! The SMTP library drops a reply that it cannot parse, and reports a parser's error instead.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of a reply to remember, in bytes: more than a line may have (RFC 5321 section 4.5.3.1.5).
const MOST_BYTES: usize = 2_048;

/// What the server has said since the client last spoke.
#[derive(Debug, Clone, Default)]
pub(super) struct Transcript(Arc<Mutex<Vec<u8>>>);

impl Transcript {
    fn heard(&self, bytes: &[u8]) {
        let mut reply = self.0.lock();
        let room = MOST_BYTES.saturating_sub(reply.len());
        reply.extend(bytes.iter().take(room));
    }

    fn spoke(&self) {
        self.0.lock().clear();
    }

    /// The lines of the last reply. `None` without one, and if it is not text, as under TLS.
    pub(super) fn reply(&self) -> Option<Vec<String>> {
        let reply = self.0.lock();
        let text = std::str::from_utf8(&reply).ok()?;
        let is_text = text.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t'));
        let lines: Vec<String> = text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
        (is_text && !lines.is_empty()).then_some(lines)
    }

    /// Whether the server has said anything, text or not.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }
}

/// A connection whose server's last reply is remembered.
pub(super) struct Recorded<S> {
    pub(super) stream: S,
    pub(super) peer: SocketAddr,
    pub(super) transcript: Transcript,
    /// Whether the client has said `QUIT`. It gets a reply at once, because some servers never send theirs, and the library
    /// waits for it before it reports an error.
    pub(super) leaving: Leaving,
}

/// Whether the client is leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Leaving {
    /// It is not.
    #[default]
    No,
    /// It has said `QUIT`, and has no reply yet.
    Said,
    /// It has its reply, and nothing follows.
    Left,
}

impl<S> fmt::Debug for Recorded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Recorded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Recorded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.leaving {
            Leaving::No => {}
            Leaving::Said => {
                self.leaving = Leaving::Left;
                let reply: &[u8] = b"221 2.0.0 bye\r\n";
                buffer.put_slice(&reply[..reply.len().min(buffer.remaining())]);
                return Poll::Ready(Ok(()));
            }
            Leaving::Left => return Poll::Ready(Ok(())),
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.transcript.heard(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Recorded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.starts_with(b"QUIT") {
            // What the server said before is why.
            self.leaving = Leaving::Said;
        } else {
            self.transcript.spoke();
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
