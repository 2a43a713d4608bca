//! What was asked of an org and how it was answered, bounded.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use crate::org::Org;
use crate::rate::{Bucket, RateState, Window};

/// How many requests are kept per org.
const KEPT_REQUESTS: usize = 10_000;
/// How many single-use values are kept per org. The oldest ones go by then: an assertion lives an hour at most.
const KEPT_IDS: usize = 10_000;

/// A request that came in. Holds no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path_and_query: String,
    /// When, by the simulator's clock.
    pub at: Timestamp,
    /// What kind of credential it showed.
    pub credential: CredentialKind,
    /// The status it was answered with; none where the answer never came.
    pub status: Option<u16>,
}

/// What kind of credential a request showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// None.
    None,
    /// An API token.
    Ssws,
    /// A bearer token.
    Bearer,
    /// A token bound to a key.
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

/// How far a bucket was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Calls let through.
    pub calls: u64,
    /// Calls refused because the window was used up.
    pub refused: u64,
    /// The most calls let through in one window.
    pub most_in_a_window: u32,
}

/// An access token that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) expires: Timestamp,
    pub(crate) scopes: Vec<String>,
    /// The thumbprint (RFC 7638) of the key it is bound to.
    pub(crate) key_thumbprint: Option<String>,
}

/// Values that may be used once, bounded.
#[derive(Debug, Default)]
pub(crate) struct UsedOnce {
    seen: HashSet<String>,
    order: VecDeque<String>,
}

impl UsedOnce {
    /// Whether `id` had not been used before; it has been now.
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

/// Everything that changes while an org is served.
#[derive(Default)]
pub(crate) struct OrgLedger {
    /// Requests so far: what draws rest on.
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

    /// Keeps an access token, and lets go of those that have expired.
    pub(crate) fn keep_token(&mut self, value: String, token: AccessToken, now: Timestamp) {
        self.access_tokens.retain(|_, token| token.expires > now);
        self.access_tokens.insert(value, token);
    }
}

/// An org and what happened to it.
pub(crate) struct Tenancy {
    /// Absent for an org of the fleet that nobody changed: it is worked out again when asked for.
    pub(crate) org: Option<Org>,
    pub(crate) ledger: OrgLedger,
}
