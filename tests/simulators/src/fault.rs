//! How answers fail: by script, or at a rate.

use std::collections::VecDeque;

use crate::dice::Dice;

/// One way to fail.
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
    /// 503 with HTML, as a front door answers.
    FrontDoor,
    /// No answer until the client gives up.
    Timeout,
    /// The connection is closed without an answer.
    Reset,
    /// Less body than `Content-Length` says, then the connection is closed.
    Truncated,
    /// 200 with a body that is not JSON.
    NotJson,
    /// 200 with JSON of another shape.
    OtherShape,
    /// 302 to there.
    Redirect(String),
    /// 200 with a body of that many bytes, streamed.
    HugeBody(u64),
    /// The right answer, with `Date` and `X-Rate-Limit-Reset` that many seconds off.
    ClockSkew(i64),
    /// 401 `E0000011`.
    DeadCredential,
}

/// Faults at a rate. The same seed, org and count of requests draw the same fault.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan(Vec<(f64, Fault)>);

impl FaultPlan {
    /// The plan, with `fault` in that share (0 to 1) of all answers.
    #[must_use]
    pub fn with(mut self, share: f64, fault: Fault) -> Self {
        self.0.push((share, fault));
        self
    }

    /// The fault of the org's request number `counter`.
    pub(crate) fn draw(&self, seed: u64, org: &str, counter: u64) -> Option<Fault> {
        if self.0.is_empty() {
            return None;
        }
        let mut left = Dice::new(seed, &format!("fault {org}"), counter).chance();
        self.0.iter().find_map(|(share, fault)| {
            left -= share;
            (left < 0.0).then(|| fault.clone())
        })
    }
}

/// How often a scripted fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// That often.
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

/// How one org misbehaves: a script first, then a plan.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    script: VecDeque<Scripted>,
    plan: Option<FaultPlan>,
}

impl Faults {
    /// The next answer not yet spoken for fails with `fault`.
    pub fn next(&mut self, fault: Fault) {
        self.on("", fault, Times::Exactly(1));
    }

    /// Answers to paths that hold `path_part` fail with `fault`.
    pub fn on(&mut self, path_part: &str, fault: Fault, times: Times) {
        self.script.push_back(Scripted { path_part: path_part.to_owned(), fault, times });
    }

    /// Faults at a rate for this org, in place of the simulator's plan.
    pub fn plan(&mut self, plan: FaultPlan) {
        self.plan = Some(plan);
    }

    /// No more faults, but for the simulator's plan.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The scripted fault for `path`, counted as struck.
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
