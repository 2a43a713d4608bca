//! A bounded record of an org's requests, rate limit usage and issued tokens.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use crate::org::Org;
use crate::rate::{Bucket, RateState, Window};

/// How many requests are kept per org.
const KEPT_REQUESTS: usize = 10_000;
/// How many single-use values are kept per org. Dropping the oldest is safe: an assertion lives at most an hour.
const KEPT_IDS: usize = 10_000;

/// A recorded request, without its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path_and_query: String,
    /// When it arrived, by the simulator's clock.
    pub at: Timestamp,
    /// The kind of its credential.
    pub credential: CredentialKind,
    /// The response status; `None` if there was no response.
    pub status: Option<u16>,
}

/// The kind of a request's credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// None.
    None,
    /// An API token.
    Ssws,
    /// A bearer token.
    Bearer,
    /// A `DPoP` token, which is bound to a key.
    Dpop,
    /// Another `Authorization` header.
    Other,
}

impl CredentialKind {
    pub(crate) fn of(authorization: Option<&str>) -> Self {
        match authorization.map(|value| value.split(' ').next().unwrap_or_default()) {
            None => Self::None,
            Some("SSWS") => Self::Ssws,
            Some("Bearer") => Self::Bearer,
            Some("DPoP") => Self::Dpop,
            Some(_) => Self::Other,
        }
    }
}

/// The usage of a rate limit bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Accepted calls.
    pub calls: u64,
    /// Calls rejected because the limit of the window was reached.
    pub refused: u64,
    /// The highest number of accepted calls in one window.
    pub most_in_a_window: u32,
}

/// An issued access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) expires: Timestamp,
    pub(crate) scopes: Vec<String>,
    /// The thumbprint (RFC 7638) of the key it is bound to.
    pub(crate) key_thumbprint: Option<String>,
}

/// A bounded set of used single-use values.
#[derive(Debug, Default)]
pub(crate) struct UsedOnce {
    seen: HashSet<String>,
    order: VecDeque<String>,
}

impl UsedOnce {
    /// Marks `id` as used. Returns whether it was unused.
    pub(crate) fn take(&mut self, id: &str) -> bool {
        if !self.seen.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > KEPT_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

/// The mutable state of an org that its requests change.
#[derive(Default)]
pub(crate) struct OrgLedger {
    /// The number of requests so far. Seeds the random values of the next one.
    pub(crate) counter: u64,
    pub(crate) windows: HashMap<Bucket, Option<Window>>,
    pub(crate) usage: BTreeMap<Bucket, Usage>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    pub(crate) recent: VecDeque<RecordedRequest>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) assertion_ids: UsedOnce,
    pub(crate) proof_ids: UsedOnce,
}

impl OrgLedger {
    pub(crate) fn count_call(&mut self, bucket: Bucket, limit: u32, now: Timestamp) -> RateState {
        let window = self.windows.entry(bucket).or_default();
        let state = crate::rate::count(window, limit, now);
        let usage = self.usage.entry(bucket).or_default();
        if state.exceeded {
            usage.refused += 1;
        } else {
            usage.calls += 1;
        }
        usage.most_in_a_window = usage.most_in_a_window.max(window.map_or(0, |open| open.calls));
        state
    }

    pub(crate) fn record(&mut self, request: RecordedRequest) {
        if let Some(status) = request.status {
            *self.statuses.entry(status).or_default() += 1;
        }
        if self.recent.len() >= KEPT_REQUESTS {
            self.recent.pop_front();
        }
        self.recent.push_back(request);
    }

    /// Stores an access token and drops expired ones.
    pub(crate) fn keep_token(&mut self, value: String, token: AccessToken, now: Timestamp) {
        self.access_tokens.retain(|_, token| token.expires > now);
        self.access_tokens.insert(value, token);
    }
}

/// An org and its request records.
pub(crate) struct Tenancy {
    /// `None` for an unchanged fleet org, which is generated again for each request.
    pub(crate) org: Option<Org>,
    pub(crate) ledger: OrgLedger,
}
