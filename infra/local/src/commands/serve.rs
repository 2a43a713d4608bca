//! `regrant serve`: the HTTP API and the consent pages, served from this machine.

use regrant::embedded::worker::{drain_notifications, drain_saves, drain_scans};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::anyhow;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use clap::Args;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::cleanup::delete_expired_daily;
use regrant::usecases::report::trail::sign_digests_daily;
use regrant::usecases::save::resume::resume_saves;
use regrant::usecases::scan::start::{Selection, start_scan};
use tokio::net::TcpListener;

use super::trusted_proxy::TrustedProxy;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{number, when};
use crate::terminal::Terminal;

/// `regrant serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on; port 0 takes a free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Allow an address that other machines can reach. They reach the pages behind links; /v1 answers only operators whom a
    /// trusted proxy has signed in.
    #[arg(long)]
    pub expose: bool,
    /// The proxy that signs operators in.
    #[command(flatten)]
    pub proxy: TrustedProxy,
    /// Start a scan every this many minutes.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=44_640))]
    pub scan_every: Option<u32>,
}

pub(crate) async fn run(global: &Global, options: &Serve, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    if !options.listen.ip().is_loopback() && !options.expose {
        return Err(exposed(options.listen));
    }
    let installation = Installation::open(global).await?;
    installation.refuse_stack("a stack has its own API; run `regrant serve` without --stack")?;
    let (listener, address) = listen(options.listen).await?;
    show_endpoints(address, terminal);
    let router = if options.proxy.is_set() {
        options.proxy.around(installation.router())
    } else if address.ip().is_loopback() {
        for_this_machine(installation.router_for_this_machine())
    } else {
        installation.router()
    };
    if let Some(minutes) = options.scan_every {
        terminal.hint(&format!("A scan starts every {}.", number(minutes.into(), "minute", "minutes")));
    }
    tokio::select! {
        served = serve(listener, address, router) => served?,
        () = scans(&installation, options.scan_every) => {}
        () = saves(&installation) => {}
        () = notifications(&installation) => {}
        () = delete_expired_daily(&installation.ports) => {}
        () = sign_digests_daily(&installation.ports) => {}
        _ = tokio::signal::ctrl_c() => terminal.hint("Stopped."),
    }
    Ok(Outcome::Fine)
}

/// Starts listening and returns the address with the actual port.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await.map_err(|error| not_served(address, &error))?;
    let address = listener.local_addr().map_err(|error| not_served(address, &error))?;
    Ok((listener, address))
}

fn not_served(address: SocketAddr, error: &std::io::Error) -> anyhow::Error {
    anyhow!("could not serve on {address}: {error}; choose another address with --listen")
}

/// The error of an address that other machines can reach.
pub(crate) fn exposed(address: SocketAddr) -> anyhow::Error {
    anyhow!(
        "other machines can reach {address}; use a loopback address, or pass --expose to let them reach the pages behind \
         links"
    )
}

/// Serves until the process ends.
pub(crate) async fn serve(listener: TcpListener, address: SocketAddr, router: Router) -> anyhow::Result<()> {
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .await
        .map_err(|error| not_served(address, &error))
}

/// Prints the URLs of the API.
pub(crate) fn show_endpoints(address: SocketAddr, terminal: &mut Terminal) {
    terminal.message(&format!(
        "Serving on http://{address} (Ctrl-C to stop)\n  \
         GET  /v1/apps                       all apps, most urgent first\n  \
         GET  /v1/apps?standing=broken       only broken ones\n  \
         GET  /v1/apps/ORG/APP               one app with its timeline\n  \
         POST /v1/scans                      start a scan\n  \
         POST /v1/apps/ORG/APP/invitations   create a consent link\n\
         Example:\n  \
         curl http://{address}/v1/apps"
    ));
}

/// Processes the scan queue, which `POST /v1/scans` fills, and starts a scan every `minutes`.
pub(crate) async fn scans(installation: &Installation, minutes: Option<u32>) {
    let mut next = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let mut elapsed = Duration::ZERO;
    let beat = Duration::from_secs(1);
    loop {
        if let Some(every) = &mut next
            && elapsed >= *every
        {
            elapsed = Duration::ZERO;
            match start_scan(&installation.ports, &Selection::All).await {
                Ok(scan) => tracing::info!(scan = %scan.id, at = %when(scan.started_at), "scan started"),
                Err(error) => tracing::error!(%error, "the scan did not start"),
            }
        }
        if let Err(error) = drain_scans(&installation.ports, 4, || ()).await {
            tracing::error!(%error, "could not process the scan queue");
        }
        installation.ports.clock.sleep(beat).await;
        elapsed += beat;
    }
}

/// Processes the save queue: first the saves that an earlier process did not finish, then those that the pages queue.
/// Separate from scans, because a person is waiting.
pub(crate) async fn saves(installation: &Installation) {
    if let Err(error) = resume_saves(&installation.ports).await {
        tracing::error!(%error, "unfinished saves were not queued");
    }
    loop {
        if let Err(error) = drain_saves(&installation.ports).await {
            tracing::error!(%error, "could not process the save queue");
        }
        installation.ports.clock.sleep(Duration::from_secs(1)).await;
    }
}

/// Sends notifications: queued ones every second, and once a minute those that an earlier process did not send or that
/// waited for the end of quiet hours.
pub(crate) async fn notifications(installation: &Installation) {
    let mut beat = 0_u32;
    loop {
        if beat.is_multiple_of(60)
            && let Err(error) = queue_due(&installation.ports).await
        {
            tracing::error!(%error, "pending notifications were not queued");
        }
        if let Err(error) = drain_notifications(&installation.ports).await {
            tracing::error!(%error, "could not process the notification queue");
        }
        beat = beat.wrapping_add(1);
        installation.ports.clock.sleep(Duration::from_secs(1)).await;
    }
}

/// Refuses requests that other web pages send through a browser on this machine.
///
/// Nothing asks for a sign-in, so a malicious web page must reach nothing here: neither through a host name that it resolves to
/// 127.0.0.1 (DNS rebinding; `Host` is then that name) nor with a cross-origin request (`Origin` is then that page's).
pub(crate) fn for_this_machine(router: Router) -> Router {
    router.layer(middleware::from_fn(|request: Request, next: Next| async move {
        if is_local(request.headers()) { next.run(request).await } else { refusal() }
    }))
}

fn refusal() -> Response {
    let body = r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"This server only answers requests to a loopback host that do not come from another website."}"#;
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or_default());
    let host = text(header::HOST).is_some_and(is_loopback_authority);
    // Our pages suppress the referrer, so browsers send `Origin: null` with their forms. `Sec-Fetch-Site`, which no page can
    // set, still tells where the form comes from.
    let own_form = text(HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "same-origin");
    let origin = text(header::ORIGIN).is_none_or(|origin| {
        origin.strip_prefix("http://").is_some_and(is_loopback_authority) || (origin == "null" && own_form)
    });
    host && origin
}

fn is_loopback_authority(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    fn local(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_local(&headers)
    }

    #[test]
    fn only_loopback_hosts_and_origins_are_served() {
        assert!(local("127.0.0.1:8080", None));
        assert!(local("[::1]:8080", Some("http://localhost:8080")));
        assert!(!local("evil.example:8080", None));
        assert!(!local("127.0.0.1.evil.example", None));
        assert!(!local("127.0.0.1:8080", Some("https://evil.example")));
        assert!(!local("127.0.0.1:8080", Some("null")));
        assert!(!is_local(&HeaderMap::new()));
    }
}
