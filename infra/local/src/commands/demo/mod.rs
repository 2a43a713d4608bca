//! `regrant demo`: everything on simulated orgs and tenants, in this process, without any account.

mod fixture;
mod outbox;
mod walk;

use regrant::usecases::scan::start::{Selection, start_scan};
use tokio::net::TcpListener;

use super::apps::{self, View};
use super::{scan, serve};
use crate::args::{Demo, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::output::number;
use crate::terminal::Terminal;
use fixture::DemoFixture;

const WORKERS: usize = 4;

pub(super) async fn run(global: &Global, options: &Demo, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    if !options.listen.ip().is_loopback() {
        return Err(CliError::Exposed(options.listen));
    }
    // Never the data of real orgs: a folder of its own, gone at the end, unless one is named on the command line.
    let temporary = tempfile::tempdir()?;
    let folder = global.data_dir.as_deref().unwrap_or_else(|| temporary.path());
    let (listener, address) = serve::listen(options.listen).await?;
    terminal.hint("Simulated Okta orgs and Microsoft tenants on this machine; nothing leaves it.");
    let fixture = DemoFixture::set(folder, address.port()).await?;
    let installation = &fixture.installation;

    // By name, so that a named folder with other orgs in it is not scanned in passing.
    let started = start_scan(&installation.ports, &Selection::Orgs(fixture.orgs.clone())).await?;
    let done = scan::look(installation, started, WORKERS, terminal.progress).await?;
    apps::show(installation, &View::of_orgs(fixture.orgs.clone(), options.json), Some(done), terminal).await?;
    if !options.json {
        let emails = number(fixture.outbox.count().await as u64, "email", "emails");
        terminal.hint(&format!("{emails} written; `regrant mail preview` shows what emails look like."));
    }
    if options.once {
        if !options.json {
            walk::walk(&fixture, terminal).await?;
        }
    } else {
        tell_the_way(&fixture, terminal).await?;
        serve_it(&fixture, listener, address, terminal).await?;
    }
    if global.data_dir.is_none() {
        terminal.hint("The demo's data is gone. Now a real org: `regrant org add HOST`.");
    } else {
        terminal.hint(&format!("The demo's data is in {}.", folder.display()));
    }
    // The demo shows apps that need somebody to act; that is its job, and the job is done.
    Ok(Outcome::Fine)
}

/// Links for one app of each kind, to be opened in a browser.
async fn tell_the_way(fixture: &DemoFixture, terminal: &mut Terminal) -> Result<(), CliError> {
    terminal.tell("\nWalk a consent in a browser, as an administrator who got the link by mail:");
    for (tenant, kind) in [("acmelabs", "needs consent"), ("contosoemea", "needs only the save")] {
        let link = fixture.invite(tenant).await?;
        terminal.tell(&format!("  an app that {kind}:\n  {link}"));
    }
    terminal.tell("Microsoft's simulated sign-in page offers administrators, and people who are refused.\n");
    Ok(())
}

async fn serve_it(
    fixture: &DemoFixture,
    listener: TcpListener,
    address: std::net::SocketAddr,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let installation = &fixture.installation;
    serve::tell_where(address, terminal);
    terminal.tell(&format!("  GET  http://{address}/outbox                   the emails that would have been mailed"));
    let router = installation.router().merge(outbox::router(fixture.outbox.clone()));
    tokio::select! {
        served = serve::serve(listener, address, serve::for_this_machine(router)) => served?,
        () = serve::scans(installation, None) => {}
        () = serve::saves(installation) => {}
        () = serve::notifications(installation) => {}
        _ = tokio::signal::ctrl_c() => terminal.hint("ConsentError."),
    }
    Ok(())
}
