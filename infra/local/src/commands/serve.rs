//! `regrant serve`: the HTTP API on this machine.

use regrant::embedded::worker::{drain_notifications, drain_saves, drain_scans};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::cleanup::delete_expired_daily;
use regrant::usecases::save::resume::resume_saves;
use regrant::usecases::scan::start::{Selection, start_scan};
use tokio::net::TcpListener;

use crate::args::{Global, Serve};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, Workers};
use crate::output::when;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Serve, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    if !options.listen.ip().is_loopback() && !options.expose_without_sign_in {
        return Err(CliError::Exposed(options.listen));
    }
    let installation = Installation::open(global).await?;
    if installation.workers == Workers::Functions {
        return Err(CliError::NotOnAStack(
            "a stack has its own API; `serve` is for this machine's data, so leave out --stack",
        ));
    }
    let (listener, address) = listen(options.listen).await?;
    tell_where(address, terminal);
    let router =
        if address.ip().is_loopback() { for_this_machine(installation.router()) } else { installation.router() };
    if let Some(minutes) = options.scan_every {
        terminal.hint(&format!("A scan starts every {minutes} min."));
    }
    tokio::select! {
        served = serve(listener, address, router) => served?,
        () = scans(&installation, options.scan_every) => {}
        () = saves(&installation) => {}
        () = notifications(&installation) => {}
        () = delete_expired_daily(&installation.ports) => {}
        _ = tokio::signal::ctrl_c() => terminal.hint("ConsentError."),
    }
    Ok(Outcome::Fine)
}

/// Listens, and gives the address with its real port.
pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), CliError> {
    let listener = TcpListener::bind(address).await.map_err(|source| CliError::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| CliError::Listen { address, source })?;
    Ok((listener, address))
}

/// Serves until somebody ends it.
pub(super) async fn serve(listener: TcpListener, address: SocketAddr, router: Router) -> Result<(), CliError> {
    axum::serve(listener, router).await.map_err(|source| CliError::Listen { address, source })
}

/// Says where to look.
pub(super) fn tell_where(address: SocketAddr, terminal: &mut Terminal) {
    terminal.tell(&format!(
        "Serving on http://{address} until Ctrl-C:\n  \
         GET  http://{address}/v1/apps                  every app, worst first\n  \
         GET  http://{address}/v1/apps?standing=broken  only these\n  \
         GET  http://{address}/v1/apps/ORG/APP          one app with its timeline\n  \
         POST http://{address}/v1/scans                 look again\n  \
         POST http://{address}/v1/apps/ORG/APP/invitations  a link for an administrator"
    ));
}

/// Works off what `POST /v1/scans` queues, and starts scans by the clock where asked to.
pub(super) async fn scans(installation: &Installation, minutes: Option<u32>) {
    let mut next = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let mut waited = Duration::ZERO;
    let beat = Duration::from_secs(1);
    loop {
        if let Some(every) = &mut next
            && waited >= *every
        {
            waited = Duration::ZERO;
            match start_scan(&installation.ports, &Selection::All).await {
                Ok(scan) => tracing::info!(scan = %scan.id, at = %when(scan.started_at), "scan started"),
                Err(error) => tracing::error!(%error, "the scan did not start"),
            }
        }
        if let Err(error) = drain_scans(&installation.ports, 4, || ()).await {
            tracing::error!(%error, "the queue was not worked off");
        }
        installation.ports.clock.sleep(beat).await;
        waited += beat;
    }
}

/// Works off saves: first those that an earlier process left unfinished, then what the pages queue. A person waits for
/// these, so no scan goes before them.
pub(super) async fn saves(installation: &Installation) {
    if let Err(error) = resume_saves(&installation.ports).await {
        tracing::error!(%error, "saves that were left unfinished were not queued");
    }
    loop {
        if let Err(error) = drain_saves(&installation.ports).await {
            tracing::error!(%error, "the queue of saves was not worked off");
        }
        installation.ports.clock.sleep(Duration::from_secs(1)).await;
    }
}

/// Tells people and programs what they have to know: what is queued at once, what was left lying or waits for the end of
/// quiet hours every minute.
pub(super) async fn notifications(installation: &Installation) {
    let mut beat = 0_u32;
    loop {
        if beat.is_multiple_of(60)
            && let Err(error) = queue_due(&installation.ports).await
        {
            tracing::error!(%error, "notifications that were left lying were not queued");
        }
        if let Err(error) = drain_notifications(&installation.ports).await {
            tracing::error!(%error, "the queue of notifications was not worked off");
        }
        beat = beat.wrapping_add(1);
        installation.ports.clock.sleep(Duration::from_secs(1)).await;
    }
}

/// Lets in only requests that were meant for this machine.
///
/// Nobody signs in here, so a web page that somebody happens to have open must not reach in: neither by a name that
/// was made to point at 127.0.0.1 (DNS rebinding: `Host` is then that name) nor by a request from its own origin
/// (`Origin` is then that page's).
pub(super) fn for_this_machine(router: Router) -> Router {
    router.layer(middleware::from_fn(|request: Request, next: Next| async move {
        if is_from_here(request.headers()) { next.run(request).await } else { refusal() }
    }))
}

fn refusal() -> Response {
    let body = r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"This server answers only requests that were made for a loopback host and by no other web page."}"#;
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or_default());
    let host = text(header::HOST).is_some_and(is_loopback_authority);
    // Our own pages send no referrer, so browsers send `null` with their forms; where those come from, the browser says
    // in a header that no page can set.
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
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    fn from_here(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_from_here(&headers)
    }

    #[test]
    fn only_loopback_hosts_and_origins_are_served() {
        assert!(from_here("127.0.0.1:8080", None));
        assert!(from_here("[::1]:8080", Some("http://localhost:8080")));
        assert!(!from_here("evil.example:8080", None));
        assert!(!from_here("127.0.0.1.evil.example", None));
        assert!(!from_here("127.0.0.1:8080", Some("https://evil.example")));
        assert!(!from_here("127.0.0.1:8080", Some("null")));
        assert!(!is_from_here(&HeaderMap::new()));
    }
}
