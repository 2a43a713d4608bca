//! HTTP responses and their bodies, including truncated and oversized bodies.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Bytes, Frame};
use serde_json::Value;

/// The size of one chunk of a streamed body, in bytes.
const PIECE: usize = 64 * 1024;

/// A response before the common headers are added.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let mut answer = Self::empty(status);
        answer.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.body = Bytes::from(body);
        answer
    }

    /// Appends a header. Ignores a value that is not valid in a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    pub(crate) fn whole(self) -> Response<AnswerBody> {
        let body = AnswerBody::whole(self.body.clone());
        self.with_body(body)
    }

    /// Sends half of the body under the `Content-Length` of the full body.
    pub(crate) fn truncated(mut self) -> Response<AnswerBody> {
        let length = self.body.len().max(2);
        self.headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
        let half = self.body.slice(..self.body.len() / 2);
        let body = AnswerBody { piece: half.clone(), left: half.len() as u64, breaks_off: true, flushed: false };
        self.with_body(body)
    }

    /// Streams `length` bytes of white space instead of the body.
    pub(crate) fn huge(self, length: u64) -> Response<AnswerBody> {
        let body =
            AnswerBody { piece: Bytes::from(vec![b' '; PIECE]), left: length, breaks_off: false, flushed: false };
        self.with_body(body)
    }

    fn with_body(self, body: AnswerBody) -> Response<AnswerBody> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// A body that repeats one chunk until `left` bytes are sent, and can then abort the connection.
pub(crate) struct AnswerBody {
    piece: Bytes,
    left: u64,
    breaks_off: bool,
    flushed: bool,
}

impl AnswerBody {
    fn whole(piece: Bytes) -> Self {
        Self { left: piece.len() as u64, piece, breaks_off: false, flushed: false }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left > 0 && !self.piece.is_empty() {
            let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.piece.len());
            self.left -= length as u64;
            return Poll::Ready(Some(Ok(Frame::data(self.piece.slice(..length)))));
        }
        if self.breaks_off && !self.flushed {
            // Yielding once lets the server flush its buffer before it closes the connection.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.breaks_off {
            return Poll::Ready(Some(Err(io::Error::other("aborted on purpose"))));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && !self.breaks_off
    }
}
