//! What the callback takes for itself: everything but waiting for Microsoft, beside that waiting, in one run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::ConsentBench;
use serde_json::json;
use tracing::span::{Attributes, Id};
use tracing::{Instrument, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use super::{Outcome, Proof, Size};

pub(crate) const NAME: &str = "callback-own-time";

const TENANT: &str = "acmelabs";
/// The target, at the median.
const TARGET: Duration = Duration::from_millis(2);

pub(crate) async fn prove(size: Size) -> Outcome {
    let rounds = if size == Size::Full { 300 } else { 20 };
    let upstream = Upstream::default();
    let subscriber = tracing_subscriber::registry().with(upstream.clone());
    let _entered = tracing::subscriber::set_default(subscriber);
    let bench = ConsentBench::new().await;

    let (mut own, mut waiting) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut browser = bench.browser();
        let sent = browser.post(&bench.invite(TENANT).await, &[]).await;
        let back = bench.at_microsoft(&sent.location_url(), "ada.administrator", Decision::Accept);
        let before = upstream.waited();
        let began = Instant::now();
        let led = browser.get_url(&back).instrument(tracing::info_span!("callback")).await;
        let whole = began.elapsed();
        if !led.location().starts_with("/consent/session/") {
            return Err("a callback was not taken".into());
        }
        let waited = upstream.waited().saturating_sub(before);
        own.push(whole.saturating_sub(waited));
        waiting.push(waited);
    }
    let calls = upstream.0.calls.load(Ordering::SeqCst);
    let (own, waiting) = (Quantiles::of(own), Quantiles::of(waiting));
    let measured = calls > 0 && !waiting.median.is_zero();
    // A short run beside other work is no measurement: it shows only that measuring works.
    let holds = measured && (size == Size::Small || own.median < TARGET);
    Ok(Proof::new(
        NAME,
        holds,
        [
            ("callbacks", json!(rounds)),
            ("optimized", json!(!cfg!(debug_assertions))),
            ("own_median_micros", json!(micros(own.median))),
            ("own_p95_micros", json!(micros(own.p95))),
            ("upstream_median_micros", json!(micros(waiting.median))),
            ("upstream_p95_micros", json!(micros(waiting.p95))),
            ("own_to_upstream", json!(ratio(own.median, waiting.median))),
            ("target_own_median_micros", json!(micros(TARGET))),
        ],
    ))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn ratio(own: Duration, upstream: Duration) -> f64 {
    (own.as_secs_f64() / upstream.as_secs_f64() * 100.0).round() / 100.0
}

struct Quantiles {
    median: Duration,
    p95: Duration,
}

impl Quantiles {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        Self { median: at(50), p95: at(95) }
    }
}

/// Adds up how long the spans `upstream` are open: the time between a request and its whole answer.
#[derive(Debug, Clone, Default)]
struct Upstream(Arc<Waited>);

#[derive(Debug, Default)]
struct Waited {
    nanos: AtomicU64,
    calls: AtomicU64,
}

impl Upstream {
    fn waited(&self) -> Duration {
        Duration::from_nanos(self.0.nanos.load(Ordering::SeqCst))
    }
}

struct OpenedAt(Instant);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Upstream {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() == "upstream"
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().insert(OpenedAt(Instant::now()));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(OpenedAt(at)) = span.extensions().get::<OpenedAt>() {
            let nanos = u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.0.nanos.fetch_add(nanos, Ordering::SeqCst);
            self.0.calls.fetch_add(1, Ordering::SeqCst);
        }
    }
}
