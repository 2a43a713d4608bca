//! The callback's own time, without waiting for Microsoft and the stores, compared with that waiting time in the same run.
//! The stores are the embedded ones, whose writes wait for the disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::ConsentBench;
use serde_json::json;
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "callback-own-time";

const TENANT: &str = "acmelabs";
/// The target, at the median.
const TARGET: Duration = Duration::from_millis(2);

pub(crate) async fn prove(size: Size) -> Outcome {
    let rounds = if size == Size::Full { 300 } else { 20 };
    let waits = Waits::default();
    let subscriber = tracing_subscriber::registry().with(waits.clone());
    let _entered = tracing::subscriber::set_default(subscriber);
    let bench = ConsentBench::new().await;

    let (mut own, mut stores, mut upstream) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut browser = bench.browser();
        let sent = browser.post(&bench.invite(TENANT).await, &[]).await;
        let back = bench.at_microsoft(&sent.location_url(), "ada.administrator", Decision::Accept);
        waits.forget();
        let began = Instant::now();
        let led = browser.get_url(&back).await;
        let whole = began.elapsed();
        if !led.location().starts_with("/consent/session/") {
            return Err("a callback was not taken".into());
        }
        let waited = (waits.of("upstream"), waits.of("ledger") + waits.of("vault"));
        own.push(whole.saturating_sub(waited.0 + waited.1));
        upstream.push(waited.0);
        stores.push(waited.1);
    }
    let (own, stores, upstream) = (Quantiles::of(own), Quantiles::of(stores), Quantiles::of(upstream));
    let measured = !upstream.median.is_zero() && !stores.median.is_zero();
    // A short run next to other work only shows that measuring works.
    let holds = measured && (size == Size::Small || own.median < TARGET);
    Ok(Report::new(
        NAME,
        holds,
        [
            ("callbacks", json!(rounds)),
            ("optimized", json!(!cfg!(debug_assertions))),
            ("own_median_micros", json!(micros(own.median))),
            ("own_p95_micros", json!(micros(own.p95))),
            ("embedded_stores_median_micros", json!(micros(stores.median))),
            ("embedded_stores_p95_micros", json!(micros(stores.p95))),
            ("upstream_median_micros", json!(micros(upstream.median))),
            ("upstream_p95_micros", json!(micros(upstream.p95))),
            ("own_to_upstream", json!(ratio(own.median, upstream.median))),
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

/// Sums the duration of call spans by name: the time from a request to its complete response.
#[derive(Debug, Clone, Default)]
struct Waits(Arc<Mutex<BTreeMap<&'static str, Duration>>>);

impl Waits {
    fn of(&self, name: &str) -> Duration {
        self.0.lock().get(name).copied().unwrap_or_default()
    }

    fn forget(&self) {
        self.0.lock().clear();
    }
}

struct OpenedAt(Instant);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Waits {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(OpenedAt(Instant::now()));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(OpenedAt(at)) = span.extensions().get::<OpenedAt>() {
            *self.0.lock().entry(span.metadata().name()).or_default() += at.elapsed();
        }
    }
}
