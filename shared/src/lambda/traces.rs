//! Traces in AWS X-Ray, behind a switch: what an invocation spent its time on, below the segment that Lambda writes.
//!
//! Spans go to the daemon that Lambda runs beside a function, over UDP, as each ends: a function is frozen between
//! invocations, so nothing may be left for later. Lambda says for each invocation whether it is sampled.

use std::net::SocketAddr;

use lambda_runtime::Context;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_aws::trace::XrayIdGenerator;
use opentelemetry_aws::trace::xray_propagator::span_context_from_str;
use opentelemetry_aws::xray_exporter::XrayExporter;
use opentelemetry_aws::xray_exporter::daemon_client::XrayDaemonClient;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::environment::variable;

/// What takes spans to X-Ray, where `REGRANT_TRACING` is `on` and `AWS_XRAY_DAEMON_ADDRESS` names a daemon. Only spans
/// of our own, whose fields are ours, and no events.
pub(crate) fn layer<S>() -> Option<impl Layer<S>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let daemon = daemon(variable("REGRANT_TRACING").as_deref(), variable("AWS_XRAY_DAEMON_ADDRESS").as_deref())?;
    let client = XrayDaemonClient::new(daemon).ok()?;
    let name = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "regrant".to_owned());
    let provider = SdkTracerProvider::builder()
        .with_id_generator(XrayIdGenerator::default())
        .with_resource(Resource::builder_empty().with_service_name(name).build())
        .with_simple_exporter(XrayExporter::new(client))
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("regrant"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    Some(layer.with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("regrant"))))
}

fn daemon(switch: Option<&str>, address: Option<&str>) -> Option<SocketAddr> {
    address.filter(|_| switch == Some("on")).and_then(|address| address.parse().ok())
}

/// The span of an invocation, below Lambda's own segment.
pub(super) fn invocation(context: &Context) -> Span {
    let span = tracing::info_span!("invocation");
    if let Some(parent) = context.xray_trace_id.as_deref().and_then(span_context_from_str) {
        let parent = opentelemetry::Context::new().with_remote_span_context(parent);
        if span.set_parent(parent).is_err() {
            tracing::debug!("the invocation's trace is not continued");
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_traced_unless_it_is_asked_for_and_there_is_a_daemon() {
        let address = Some("169.254.100.1:2000");
        assert!(daemon(Some("on"), address).is_some());
        for (switch, address) in
            [(Some("off"), address), (None, address), (Some("on"), None), (Some("on"), Some("somewhere"))]
        {
            assert_eq!(daemon(switch, address), None);
        }
    }
}
