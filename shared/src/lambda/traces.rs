//! Optional traces in AWS X-Ray: how an invocation spends its time, as children of the segment that Lambda writes.
//!
//! Each span is sent over UDP to the daemon that Lambda runs next to the function, as soon as the span ends: a function is
//! frozen between invocations, so nothing may be deferred. Lambda decides for each invocation whether it is sampled.

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

/// A layer that sends spans to X-Ray, if `REGRANT_TRACING` is `on` and `AWS_XRAY_DAEMON_ADDRESS` names a daemon. It sends only
/// our own spans, whose fields we control, and no events.
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

/// The span of an invocation, as a child of Lambda's segment.
pub(super) fn invocation(context: &Context) -> Span {
    let span = tracing::info_span!("invocation");
    if let Some(parent) = context.xray_trace_id.as_deref().and_then(span_context_from_str) {
        let parent = opentelemetry::Context::new().with_remote_span_context(parent);
        if span.set_parent(parent).is_err() {
            tracing::debug!("could not continue the invocation's trace");
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracing_needs_the_switch_and_a_daemon() {
        let address = Some("169.254.100.1:2000");
        assert!(daemon(Some("on"), address).is_some());
        for (switch, address) in
            [(Some("off"), address), (None, address), (Some("on"), None), (Some("on"), Some("somewhere"))]
        {
            assert_eq!(daemon(switch, address), None);
        }
    }
}
