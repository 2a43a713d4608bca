//! `regrant demo`: Regrant with simulated Okta orgs and Microsoft tenants, in this process, without any account.

mod fixture;
mod outbox;
mod walk;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::bail;
use clap::Args;
use regrant::usecases::scan::start::{Selection, start_scan};
use tokio::net::TcpListener;

use crate::exit::Outcome;
use crate::global::Global;
use crate::output::number;
use crate::server::guard::Guard;
use crate::server::{self, Limits};
use crate::terminal::Terminal;

use super::apps::{self, View};
use super::{scan, serve};
use fixture::DemoFixture;

const WORKERS: usize = 4;

/// `regrant demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Stop after the scan and a sample consent instead of serving. The exit code is 0 if the demo worked.
    #[arg(long)]
    pub once: bool,
    /// Print the scan as one JSON object.
    #[arg(long, requires = "once")]
    pub json: bool,
    /// The address to serve the demo on; port 0 takes a free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", conflicts_with = "once")]
    pub listen: SocketAddr,
}

pub(crate) async fn run(global: &Global, options: &Demo, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    if !options.listen.ip().is_loopback() {
        bail!("the demo has no sign-in, so it only serves on a loopback address, such as 127.0.0.1:8080");
    }
    // Ignores REGRANT_DATA_DIR, where real orgs are: uses a temporary folder unless --data-dir is given.
    let temporary = tempfile::tempdir()?;
    let folder = global.data_dir.clone().unwrap_or_else(|| temporary.path().join("data"));
    // A signal ends the demo here and not the process, so that the temporary folder is deleted.
    tokio::select! {
        shown = show(&folder, options, terminal) => shown?,
        () = server::stop_requested() => {}
    }
    if global.data_dir.is_none() {
        terminal.hint("The demo's data was deleted. To add a real org:\n  regrant org add HOST");
    } else {
        terminal.hint(&format!("The demo's data is in {}.", folder.display()));
    }
    // Apps that need attention are part of the demo, not its result.
    Ok(Outcome::Fine)
}

/// Runs the demo in `folder`; serves it until the process is asked to stop, unless it is to run once.
async fn show(folder: &Path, options: &Demo, terminal: &mut Terminal) -> anyhow::Result<()> {
    let (listener, address) = server::listen(options.listen).await?;
    terminal.hint("Using simulated Okta orgs and Microsoft tenants. Nothing leaves this machine.");
    let fixture = DemoFixture::start(folder, address.port()).await?;
    let installation = &fixture.installation;

    // Only the demo's orgs: a folder given with --data-dir may contain others.
    let started = start_scan(&installation.ports, &Selection::Orgs(fixture.orgs.clone())).await?;
    let done = scan::run_to_end(installation, started, WORKERS, terminal.progress).await?;
    apps::show(installation, &View::of_orgs(fixture.orgs.clone(), options.json), Some(done), terminal).await?;
    if !options.json {
        let emails = number(fixture.outbox.count().await as u64, "email", "emails");
        terminal.hint(&format!("{emails} would have been sent. To see what emails look like:\n  regrant mail preview"));
    }
    if options.once {
        if !options.json {
            walk::walk(&fixture, terminal).await?;
        }
    } else {
        show_links(&fixture, terminal).await?;
        Box::pin(serve_demo(&fixture, listener, address, terminal)).await?;
    }
    Ok(())
}

/// Prints consent links to open in a browser.
async fn show_links(fixture: &DemoFixture, terminal: &mut Terminal) -> anyhow::Result<()> {
    terminal.message("\nTo try the consent as an administrator who received the link, open it in a browser:");
    for (tenant, kind) in [("acmelabs", "needs consent"), ("contosoemea", "only needs the connection to be saved")] {
        let link = fixture.invite(tenant).await?;
        terminal.message(&format!("  An app that {kind}:\n  {link}"));
    }
    terminal.message("Microsoft's simulated sign-in page lists administrators and people who will be refused.\n");
    Ok(())
}

async fn serve_demo(
    fixture: &DemoFixture,
    listener: TcpListener,
    address: SocketAddr,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let installation = &fixture.installation;
    serve::show_endpoints(address, None, terminal);
    terminal.message(&format!("The emails that would have been sent:\n  http://{address}/outbox"));
    let local = installation.router_for_this_machine();
    serve::show_console(address, &local.console, terminal);
    let router = local.router.merge(outbox::router(fixture.outbox.clone()));
    // The demo's data is invented, so its API requires no token.
    let guard = Guard::new(address, installation.ports.settings.public_url.as_ref(), None);
    tokio::select! {
        () = server::serve(listener, guard.protect(router), Limits::default()) => {}
        () = serve::scans(installation, None) => {}
        () = serve::saves(installation) => {}
        () = serve::notifications(installation) => {}
    }
    Ok(())
}
