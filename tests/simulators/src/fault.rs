//! Fault injection: scripted faults, and random faults at a rate.

use std::collections::VecDeque;

use crate::seeded_rng::SeededRng;

/// An injected fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 `E0000047` with the rate headers, nothing remaining, no `Retry-After`.
    RateLimited,
    /// 429 of the concurrency limit: limit and remaining are both 0.
    ConcurrencyLimited,
    /// 500 `E0000009`.
    ServerError,
    /// 503 `E0000010`.
    ReadOnly,
    /// 503 with HTML, as Okta's edge proxy answers.
    EdgeProxyError,
    /// No response until the client gives up.
    Timeout,
    /// The connection is closed without a response.
    Reset,
    /// Less body than `Content-Length` says, then the connection is closed.
    Truncated,
    /// 200 with a body that is not JSON.
    NotJson,
    /// 200 with JSON of another shape.
    OtherShape,
    /// 302 to this URL.
    Redirect(String),
    /// 200 with a streamed body of this many bytes.
    HugeBody(u64),
    /// The correct response, with `Date` and `X-Rate-Limit-Reset` off by this many seconds.
    ClockSkew(i64),
    /// 401 `E0000011`.
    DeadCredential,
    /// 423 `E0000239`.
    Locked,
    /// This status without a body, and this `WWW-Authenticate`: an error that is only in a header.
    Challenge(u16, String),
}

/// Random faults at a rate. The same seed, org and request count draw the same fault.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan(Vec<(f64, Fault)>);

impl FaultPlan {
    /// Adds `fault` for this share (0 to 1) of all responses.
    #[must_use]
    pub fn with(mut self, share: f64, fault: Fault) -> Self {
        self.0.push((share, fault));
        self
    }

    /// The fault for the org's request number `counter`.
    pub(crate) fn draw(&self, seed: u64, org: &str, counter: u64) -> Option<Fault> {
        if self.0.is_empty() {
            return None;
        }
        let mut left = SeededRng::new(seed, &format!("fault {org}"), counter).chance();
        self.0.iter().find_map(|(share, fault)| {
            left -= share;
            (left < 0.0).then(|| fault.clone())
        })
    }
}

/// How often a scripted fault occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// This many times.
    Exactly(u32),
    /// Every time.
    Always,
}

#[derive(Debug, Clone)]
struct Scripted {
    path_part: String,
    fault: Fault,
    times: Times,
}

/// The faults of one org: scripted faults first, then a fault plan.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    script: VecDeque<Scripted>,
    plan: Option<FaultPlan>,
}

impl Faults {
    /// Appends `fault` to the faults of the next responses, one per response.
    pub fn next(&mut self, fault: Fault) {
        self.on("", fault, Times::Exactly(1));
    }

    /// Responses to paths that contain `path_part` fail with `fault`.
    pub fn on(&mut self, path_part: &str, fault: Fault, times: Times) {
        self.script.push_back(Scripted { path_part: path_part.to_owned(), fault, times });
    }

    /// Sets a fault plan for this org that replaces the simulator's.
    pub fn plan(&mut self, plan: FaultPlan) {
        self.plan = Some(plan);
    }

    /// Removes all faults of this org. The simulator's fault plan still applies.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the scripted fault for `path` and counts it.
    pub(crate) fn take(&mut self, path: &str) -> Option<Fault> {
        let at = self.script.iter().position(|scripted| path.contains(&scripted.path_part))?;
        let scripted = self.script.get_mut(at)?;
        let fault = scripted.fault.clone();
        match &mut scripted.times {
            Times::Always => {}
            Times::Exactly(left) if *left > 1 => *left -= 1,
            Times::Exactly(_) => {
                self.script.remove(at);
            }
        }
        Some(fault)
    }

    pub(crate) fn own_plan(&self) -> Option<&FaultPlan> {
        self.plan.as_ref()
    }
}
