//! Canaries in a consent: the codes, tokens, secrets and cookies of several successful and failed walks, through Regrant in
//! a separate process that logs everything.

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::consent::invite::invite;
use regrant_simulators::microsoft::{Decision, OPERATOR_SECRET};
use regrant_simulators::{Fault, Times, hostile_demo_set};
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::consent::{PUBLIC_URL, Simulation, add_and_scan_demo_orgs, app_of, register, registration};
use regrant_tests::program::built;
use url::Url;

use super::{Canaries, JWT, Run};
use crate::walk::process::Life;
use crate::walk::{Failure, Fixture, Person};

const TENANT: &str = "acmelabs";
/// Text that an attacker can put into a Microsoft error response.
const FOREIGN_TEXT: [&str; 3] = ["canary-description", "canary-message", "canary-handover"];

/// Runs the walks and adds all output to `run`. Returns the canaries that must not appear in it.
pub(super) async fn walk(folder: &Path, run: &mut Run) -> Result<Canaries, Failure> {
    let simulation = Simulation::new(Arc::new(AcceleratedClock::ahead_by(SignedDuration::ZERO))).await;
    let data = folder.join("consent");
    let (link, record) = {
        let ports = simulation.ports(&data).await;
        register(&ports, &registration(MfaEvidence::default())).await;
        add_and_scan_demo_orgs(&simulation, &ports).await;
        let (org, app) = app_of(&ports, TENANT).await;
        let link = invite(&ports, &org, &app).await?.link;
        (link.path().to_owned(), format!("/v1/apps/{org}/{app}"))
    };
    let log = folder.join("trace.log");
    let program = built("xtask", "xtask")?;
    let fixture = Fixture {
        simulation: &simulation,
        program: &program,
        data: &data,
        tenant: TENANT,
        link: &link,
        stays_on: None,
    };
    let mut person = Person::new(fixture, Life::Logged(std::fs::File::create(&log)?)).await?;

    refusals(&mut person, &simulation, &link).await?;
    person.walk().await?;
    for path in [record.as_str(), &format!("{record}/invitations"), "/v1/apps", "/v1/apps/none/none"] {
        person.browse(path).await?;
    }
    person.regrant.kill().await?;

    let handed_out = person.browser.history.iter().filter(|shown| !shown.path.starts_with("/oauth/microsoft/"));
    for shown in handed_out {
        let page = without_own_link(&without_own_text(&shown.body), &link);
        run.outputs.push((format!("page {}", route(&shown.path)), page.into_bytes()));
    }
    for shown in &person.browser.history {
        let place = shown.location.clone().unwrap_or_default();
        run.outputs.push((format!("location of {}", route(&shown.path)), place.into_bytes()));
    }
    run.outputs.push(("log of the process".to_owned(), std::fs::read(&log)?));
    run.files(&data)?;

    let mut everywhere = simulation.microsoft.secrets();
    everywhere.extend(hostile_demo_set().iter().map(|demo| demo.token.to_owned()));
    everywhere.extend(FOREIGN_TEXT.map(str::to_owned));
    everywhere.extend([OPERATOR_SECRET.to_owned(), JWT.to_owned()]);
    // These may appear in the browser only.
    let mut in_logs: Vec<String> = person.browser.cookies.values().cloned().collect();
    in_logs.extend(person.browser.history.iter().map(crate::walk::browser::Shown::form_token));
    in_logs.push(link.rsplit('/').next().unwrap_or_default().to_owned());
    in_logs.retain(|canary| !canary.is_empty());
    Ok(Canaries { everywhere, in_logs })
}

/// Every rejection that involves untrusted text or a code.
async fn refusals(person: &mut Person<'_>, simulation: &Simulation, link: &str) -> Result<(), Failure> {
    for (who, decision) in [
        ("ada.administrator", Decision::Cancel),
        ("hugo.helpdesk", Decision::Accept),
        ("mia.mustfactor", Decision::Accept),
        ("carl.conditional", Decision::Accept),
    ] {
        person.come_back(link, who, decision).await?;
    }
    for (path, fault) in [
        ("/oauth2/v2.0/token", Fault::NotJson),
        ("/oauth2/v2.0/token", Fault::OtherShape),
        ("/v1.0/organization", Fault::DeadCredential),
        ("/v1.0/", Fault::Redirect("https://evil.example/".to_owned())),
    ] {
        simulation.microsoft.fail(path, fault, Times::Always);
        person.come_back(link, "ada.administrator", Decision::Accept).await?;
        simulation.microsoft.heal();
    }
    // A replayed code, and one from a different session's page.
    if let Some(callback) = person.come_back(link, "ada.administrator", Decision::Accept).await? {
        person.browse(&callback).await?;
    }
    let session =
        person.browser.history.iter().rev().find(|shown| shown.path.starts_with("/consent/session/")).cloned();
    if let Some(shown) = session {
        let text = r#"{"continue_oauth_flow_url":{"href":"https://evil.example/?code=canary-handover&state=canary-handover"}}"#;
        let token = shown.form_token();
        person.send(&format!("{}/okta", shown.path), &[("token", &token)]).await?;
        person.send(&format!("{}/handover", shown.path), &[("token", &token), ("handover", text)]).await?;
    }
    Ok(())
}

/// A page without the text that the person pasted, which a form shows again to the same browser.
fn without_own_text(body: &str) -> String {
    match (body.split_once("<textarea id=\"handover\""), body.split_once("</textarea>")) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => body.to_owned(),
    }
}

/// A page without the link that its browser came from, where it leads back to the invitation or is shown for forwarding.
/// Anywhere else, and outside of pages, the link is a canary.
fn without_own_link(page: &str, path: &str) -> String {
    let token = path.rsplit('/').next().unwrap_or_default();
    let forwards = page.split("href=\"mailto:").enumerate().map(|(part, text)| match text.split_once('"') {
        Some((mailto, rest)) if part > 0 => mailto.replace(token, "") + rest,
        _ => text.to_owned(),
    });
    let places = [format!("href=\"{path}\""), format!("action=\"{path}\""), format!("{PUBLIC_URL}{path}")];
    places.iter().fold(forwards.collect(), |page: String, place| page.replace(place, ""))
}

/// A path without its potentially secret parts.
fn route(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    match path.strip_prefix("/consent/") {
        Some(rest) if !rest.starts_with("session/") => "/consent/{invitation}",
        _ => path,
    }
}

impl Person<'_> {
    /// Follows the link to Microsoft and returns the callback's path and query.
    async fn come_back(&mut self, link: &str, who: &str, decision: Decision) -> Result<Option<String>, Failure> {
        let sent = self.send(link, &[]).await?;
        let Some(Ok(url)) = sent.location.as_deref().map(Url::parse) else { return Ok(None) };
        let upn = format!("{who}@{TENANT}.onmicrosoft.com");
        let Some(back) = self.simulation().microsoft.answer(&url, &upn, decision) else { return Ok(None) };
        let callback = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        if let Some(page) = self.browse(&callback).await?.location {
            self.browse(&page).await?;
        }
        Ok(Some(callback))
    }
}
