//! `regrant serve`: the HTTP API and the consent pages, served from this machine.

use regrant::embedded::worker::{drain_notifications, drain_saves, drain_scans};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use regrant::usecases::access::keys::create_keys;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::cleanup::delete_expired_daily;
use regrant::usecases::report::trail::sign_digests_daily;
use regrant::usecases::save::resume::resume_saves;
use regrant::usecases::scan::start::{Selection, start_scan};

use super::trusted_proxy::TrustedProxy;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, data_dir};
use crate::output::{number, when};
use crate::server::guard::Guard;
use crate::server::token::ApiToken;
use crate::server::{self, Limits};
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
    // The console seals its cookies before any org is added.
    create_keys(&installation.ports).await?;
    let (listener, address) = server::listen(options.listen).await?;
    let folder = data_dir(global)?;
    // The API's caller is the person who runs this process, if nothing else signs operators in.
    let own = address.ip().is_loopback() && !options.proxy.is_set();
    let token = own.then(|| ApiToken::open(&folder, &*installation.ports.randomness)).transpose()?;
    let token_file = own.then(|| ApiToken::file(&folder));
    show_endpoints(address, token_file.as_deref(), terminal);
    let router = if own {
        let local = installation.router_for_this_machine();
        show_console(address, &local.console, terminal);
        local.router
    } else {
        options.proxy.around(installation.router())
    };
    let router = Guard::new(address, installation.ports.settings.public_url.as_ref(), token).protect(router);
    if let Some(minutes) = options.scan_every {
        terminal.hint(&format!("A scan starts every {}.", number(minutes.into(), "minute", "minutes")));
    }
    tokio::select! {
        () = server::serve(listener, router, Limits::default()) => {}
        () = scans(&installation, options.scan_every) => {}
        () = saves(&installation) => {}
        () = notifications(&installation) => {}
        () = delete_expired_daily(&installation.ports) => {}
        () = sign_digests_daily(&installation.ports) => {}
        () = server::stop_requested() => terminal.hint("Stopped."),
    }
    Ok(Outcome::Fine)
}

/// The error of an address that other machines can reach.
pub(crate) fn exposed(address: SocketAddr) -> anyhow::Error {
    anyhow!(
        "other machines can reach {address}; use a loopback address, or pass --expose to let them reach the pages behind \
         links"
    )
}

/// Prints the URLs of the API, and where its token is.
pub(crate) fn show_endpoints(address: SocketAddr, token_file: Option<&Path>, terminal: &mut Terminal) {
    let header = token_file.map(|file| format!(" -H \"Authorization: Bearer $(cat '{}')\"", file.display()));
    terminal.message(&format!(
        "Serving on http://{address} (Ctrl-C to stop)\n  \
         GET  /v1/apps                       all apps, most urgent first\n  \
         GET  /v1/apps?standing=broken       only broken ones\n  \
         GET  /v1/apps/ORG/APP               one app with its timeline\n  \
         POST /v1/scans                      start a scan\n  \
         POST /v1/apps/ORG/APP/invitations   create a consent link\n\
         Example:\n  \
         curl{} http://{address}/v1/apps",
        header.unwrap_or_default()
    ));
}

/// Prints the URL that opens the console. `localhost`, because browsers accept its cookies without TLS.
pub(crate) fn show_console(address: SocketAddr, path: &str, terminal: &mut Terminal) {
    terminal.message(&format!("The console, with a URL that works once:\n  http://localhost:{}{path}", address.port()));
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
