//! `regrant demo`: everything on simulated orgs, in this process, without any account.

use std::sync::Arc;

use regrant::clock::SystemClock;
use regrant::domain::cloud::Cloud;
use regrant::domain::id::OrgId;
use regrant::okta::OktaCredential;
use regrant::okta::org_url::LoopbackPolicy;
use regrant::usecases::orgs::add;
use regrant::usecases::start_scan::{Selection, start_scan};
use regrant_simulators::{DemoOrg, OktaSimulator, SimulatorConfig, TokenPower, demo_set};
use secrecy::SecretString;

use super::apps::{self, View};
use super::{scan, serve};
use crate::args::{Demo, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;

const WORKERS: usize = 4;

pub(super) async fn run(global: &Global, options: &Demo, screen: &mut Screen) -> Result<Outcome, CliError> {
    if !options.listen.ip().is_loopback() {
        return Err(CliError::Exposed(options.listen));
    }
    // Never the data of real orgs: a folder of its own, gone at the end, unless one is named on the command line.
    let temporary = tempfile::tempdir()?;
    let folder = global.data_dir.as_deref().unwrap_or_else(|| temporary.path());
    let house = House::open_at(folder, LoopbackPolicy::Allow).await?;
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock)))
        .await
        .map_err(|error| CliError::Simulators(error.to_string()))?;
    screen.hint("Simulated Okta orgs on this machine; nothing leaves it.");
    let orgs = set_the_scene(&house, &simulator).await?;

    // By name, so that a named folder with other orgs in it is not scanned in passing.
    let started = start_scan(&house.ports, &Selection::Orgs(orgs.clone())).await?;
    let done = scan::look(&house, started, WORKERS, screen.progress).await?;
    apps::show(&house, &View::of_orgs(orgs, options.json), Some(done), screen).await?;
    if !options.once {
        let (listener, address) = serve::listen(options.listen).await?;
        screen.tell("");
        serve::tell_where(address, screen);
        tokio::select! {
            served = serve::serve(listener, address, serve::for_this_machine(house.router())) => served?,
            () = serve::scans(&house, None) => {}
            _ = tokio::signal::ctrl_c() => screen.hint("Stopped."),
        }
    }
    if global.data_dir.is_none() {
        screen.hint("The demo's data is gone. Now a real org: `regrant org add HOST`.");
    } else {
        screen.hint(&format!("The demo's data is in {}.", folder.display()));
    }
    // The demo shows apps that need somebody to act; that is its job, and the job is done.
    Ok(Outcome::Fine)
}

/// Adds the orgs. One whose token is revoked had a good one before, and was scanned with it: so its apps are known
/// and can no longer be looked at.
async fn set_the_scene(house: &House, simulator: &OktaSimulator) -> Result<Vec<OrgId>, CliError> {
    let mut orgs = Vec::new();
    let mut lost = Vec::new();
    for demo in demo_set() {
        let revoked = demo.org.tokens.iter().any(|token| token.power == TokenPower::Revoked);
        simulator.add_org(demo.org.clone());
        set_power(simulator, &demo, revoked.then_some(TokenPower::Full));
        let credential = OktaCredential::ApiToken { token: SecretString::from(demo.token) };
        let added = add(&house.ports, &simulator.org_url(demo.name), Cloud::Global, &credential).await?;
        orgs.push(added.profile.id.clone());
        if revoked {
            lost.push((added.profile.id, demo));
        }
    }
    if lost.is_empty() {
        return Ok(orgs);
    }
    let first = Selection::Orgs(lost.iter().map(|(org, _)| org.clone()).collect());
    scan::look(house, start_scan(&house.ports, &first).await?, WORKERS, false).await?;
    for (_, demo) in &lost {
        set_power(simulator, demo, Some(TokenPower::Revoked));
    }
    Ok(orgs)
}

fn set_power(simulator: &OktaSimulator, demo: &DemoOrg, power: Option<TokenPower>) {
    if let Some(power) = power {
        simulator.with_org(demo.name, |org| {
            for token in &mut org.tokens {
                token.power = power;
            }
        });
    }
}
