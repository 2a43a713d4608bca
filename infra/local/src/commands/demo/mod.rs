//! `regrant demo`: everything on simulated orgs and tenants, in this process, without any account.

mod outbox;
mod scene;
mod walk;

use regrant::usecases::scan::start::{Selection, start_scan};
use tokio::net::TcpListener;

use super::apps::{self, View};
use super::{scan, serve};
use crate::args::{Demo, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::output::number;
use crate::screen::Screen;
use scene::Scene;

const WORKERS: usize = 4;

pub(super) async fn run(global: &Global, options: &Demo, screen: &mut Screen) -> Result<Outcome, CliError> {
    if !options.listen.ip().is_loopback() {
        return Err(CliError::Exposed(options.listen));
    }
    // Never the data of real orgs: a folder of its own, gone at the end, unless one is named on the command line.
    let temporary = tempfile::tempdir()?;
    let folder = global.data_dir.as_deref().unwrap_or_else(|| temporary.path());
    let (listener, address) = serve::listen(options.listen).await?;
    screen.hint("Simulated Okta orgs and Microsoft tenants on this machine; nothing leaves it.");
    let scene = Scene::set(folder, address.port()).await?;
    let house = &scene.house;

    // By name, so that a named folder with other orgs in it is not scanned in passing.
    let started = start_scan(&house.ports, &Selection::Orgs(scene.orgs.clone())).await?;
    let done = scan::look(house, started, WORKERS, screen.progress).await?;
    apps::show(house, &View::of_orgs(scene.orgs.clone(), options.json), Some(done), screen).await?;
    if !options.json {
        let letters = number(scene.outbox.count().await as u64, "letter", "letters");
        screen.hint(&format!("{letters} written; `regrant mail preview` shows what letters look like."));
    }
    if options.once {
        if !options.json {
            walk::walk(&scene, screen).await?;
        }
    } else {
        tell_the_way(&scene, screen).await?;
        serve_it(&scene, listener, address, screen).await?;
    }
    if global.data_dir.is_none() {
        screen.hint("The demo's data is gone. Now a real org: `regrant org add HOST`.");
    } else {
        screen.hint(&format!("The demo's data is in {}.", folder.display()));
    }
    // The demo shows apps that need somebody to act; that is its job, and the job is done.
    Ok(Outcome::Fine)
}

/// Links for one app of each kind, to be opened in a browser.
async fn tell_the_way(scene: &Scene, screen: &mut Screen) -> Result<(), CliError> {
    screen.tell("\nWalk a consent in a browser, as an administrator who got the link by mail:");
    for (tenant, kind) in [("acmelabs", "needs consent"), ("contosoemea", "needs only the save")] {
        let link = scene.invite(tenant).await?;
        screen.tell(&format!("  an app that {kind}:\n  {link}"));
    }
    screen.tell("Microsoft's simulated sign-in page offers administrators, and people who are refused.\n");
    Ok(())
}

async fn serve_it(
    scene: &Scene,
    listener: TcpListener,
    address: std::net::SocketAddr,
    screen: &mut Screen,
) -> Result<(), CliError> {
    let house = &scene.house;
    serve::tell_where(address, screen);
    screen.tell(&format!("  GET  http://{address}/outbox                   the letters that would have been mailed"));
    let router = house.router().merge(outbox::router(scene.outbox.clone()));
    tokio::select! {
        served = serve::serve(listener, address, serve::for_this_machine(router)) => served?,
        () = serve::scans(house, None) => {}
        () = serve::saves(house) => {}
        () = serve::notices(house) => {}
        _ = tokio::signal::ctrl_c() => screen.hint("Stopped."),
    }
    Ok(())
}
