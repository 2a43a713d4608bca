//! Transcripts: what an org answered, with everything replaced that could identify a customer or open a door.
//!
//! A transcript is for bug reports, so nothing may get into it by accident: every text is replaced unless it is known to be a
//! word of Okta's or Microsoft's interface. Ids, names, domains and addresses become inventions, the same value always the same
//! one, so that a transcript can still be replayed.

mod scrub;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use scrub::Scrubber;

/// The name of this format, with its version.
pub const FORMAT: &str = "regrant-transcript/1";
/// The host that stands for the org in every transcript.
pub const INVENTED_HOST: &str = "acme.okta.com";

/// The answers of one visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// [`FORMAT`].
    pub format: String,
    /// The version of Regrant that recorded it, or where else it comes from.
    pub recorded_by: String,
    /// The requests and their answers, in their order.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The HTTP method. Regrant records only GET.
    pub method: String,
    /// The endpoint, such as `/api/v1/apps/{appId}/features`.
    pub template: String,
    /// The path and query with invented values.
    pub path: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers that matter, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body; null if it is empty, and a text if it is not JSON.
    #[serde(default)]
    pub body: Value,
}

/// An answer as it was received. Never stored.
#[derive(Debug, Clone, Copy)]
pub struct RawAnswer<'a> {
    /// The requested URL.
    pub url: &'a url::Url,
    /// The HTTP status.
    pub status: u16,
    /// The headers with text values.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

impl Transcript {
    /// A transcript without answers.
    pub fn new(recorded_by: String) -> Self {
        Self { format: FORMAT.to_owned(), recorded_by, exchanges: Vec::new() }
    }

    /// The answers of an endpoint.
    pub fn of<'a>(&'a self, template: &'a str) -> impl Iterator<Item = &'a Exchange> {
        self.exchanges.iter().filter(move |exchange| exchange.template == template)
    }
}
