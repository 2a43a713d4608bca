//! The ways through a consent that end in a refusal, and the buttons that lead on from there.

use regrant::domain::cloud::Cloud;
use regrant::domain::event::EventKind;
use regrant::domain::org::SignInPolicy;
use regrant::domain::save::NotDone;
use regrant::ledger::PageRequest;
use regrant::usecases::access::orgs::set_sign_in;
use regrant::usecases::access::tenants::remove_registration;
use regrant_tests::chromium::{DESKTOP, Failure, PHONE};
use regrant_tests::consent::app_of;
use url::Url;

use super::paths::{accept, sign_in};
use crate::{ADA, Scene, ensure, no_console_errors};

const TENANT: &str = "acmelabs";

/// Everyone whom the sign-in page announces as refused. Each gets a page of their own, and can use a different account.
pub(crate) async fn persons(scene: &Scene<'_>) -> Result<(), Failure> {
    let link = scene.site.invite(TENANT).await;
    let before = scene.site.okta.snapshot("acme");
    for (name, heading) in [
        ("Hugo Helpdesk", "This account is not a Global Administrator right now"),
        ("Paula Partner", "This account is not a Global Administrator right now"),
        ("Mia Mustfactor", "Multi-factor authentication is required"),
        ("Carl Conditional", "Your company's access policy blocked the sign-in"),
        ("Sven Stranger", "This account is not in the tenant"),
    ] {
        let mut person = scene.chromium.person(PHONE).await?;
        person.goto(0, &link).await?;
        person.click(0, "Continue to Microsoft sign-in").await?;
        person.sees(0, "Pick an account").await?;
        ensure(person.text(0).await?.contains("Will be refused"), "the simulator says who will be refused")?;
        person.click(0, name).await?;
        if heading.starts_with("This account is not a Global") {
            // Microsoft shows them the request. Regrant refuses them afterwards.
            person.sees(0, "Permissions requested").await?;
            person.click(0, "Accept").await?;
        }
        person.sees(0, heading).await?;
        let text = person.text(0).await?;
        ensure(text.contains("Nothing was changed in Okta."), text.clone())?;
        ensure(text.contains("Start again") && text.contains("Use a different account"), text.clone())?;
        ensure(text.contains("Forward") && !text.contains("Microsoft is not responding"), text)?;
        let colour = person.evaluate(0, "document.querySelector('.verdict').className").await?;
        ensure(colour == "verdict bad", format!("a refusal looks like {colour}"))?;
        person.click(0, "Use a different account").await?;
        person.sees(0, "Pick an account").await?;
        let url = Url::parse(&person.url(0).await?)?;
        ensure(url.query_pairs().any(|pair| pair == ("prompt".into(), "select_account".into())), url.as_str())?;
        no_console_errors(&person)?;
    }
    ensure(scene.site.okta.snapshot("acme") == before, "a refused person changed something in Okta")
}

pub(crate) async fn cancelled(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    person.goto(0, &scene.site.invite(TENANT).await).await?;
    person.click(0, "Continue to Microsoft sign-in").await?;
    person.sees(0, "Pick an account").await?;
    person.click(0, ADA).await?;
    person.sees(0, "Permissions requested").await?;
    person.click(0, "Cancel").await?;
    person.sees(0, "The consent was declined").await?;
    person.click(0, "Forward this to a Global Administrator").await?;
    let text = person.evaluate(0, "document.querySelector('#forward-text').value").await?;
    let text = text.as_str().unwrap_or_default();
    ensure(text.contains(&scene.site.address) && text.contains("RG-"), text)?;
    person.click(0, "Start again").await?;
    person.sees(0, "Approve Okta's access to Microsoft 365").await?;
    no_console_errors(&person)
}

/// A declined consent of Okta's, which only the person can report, looks like a refusal and leaves the way open.
pub(crate) async fn declined(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, TENANT).await?;
    person.sees(0, "Next: approve Okta's access").await?;
    person.click(0, "Continue").await?;
    person.sees(0, "Accept at Microsoft, then come back").await?;
    let tab = person.click_to_new_tab(0, "Open Microsoft's page").await?;
    person.sees(tab, "Permissions requested").await?;
    person.click(tab, "Cancel").await?;
    person.sees(tab, "Microsoft did not give its consent").await?;
    person.click(0, "Did you decline, or did Microsoft refuse?").await?;
    person.click(0, "Microsoft gave no consent").await?;
    person.sees(0, "Microsoft did not give the consent").await?;
    let (class, text) =
        (person.evaluate(0, "document.querySelector('.verdict').className").await?, person.text(0).await?);
    ensure(
        class == "verdict bad" && text.contains("stopped") && !text.contains("done\n2"),
        format!("{class}\n{text}"),
    )?;
    let (org, app) = app_of(&scene.site.ports, TENANT).await;
    let events = scene.site.ports.ledger.events(&org, &app, PageRequest::first(100)).await?;
    let refused = |kind: &EventKind| matches!(kind, EventKind::ConsentNotDone { why: NotDone::RefusedAtMicrosoft, .. });
    ensure(events.items.iter().any(|event| refused(&event.kind)), "the operator sees no refusal")?;
    person.click(0, "Get a new link to Microsoft's page").await?;
    // The button has the words of the summary that reveals it.
    person.evaluate(0, "document.querySelector(\"form[action$='/okta'] button\").click()").await?;
    person.sees(0, "Accept at Microsoft, then come back").await?;
    no_console_errors(&person)
}

/// Without a registration no one can be verified. Who merely has the link changes nothing in Okta.
pub(crate) async fn without_registration(scene: &Scene<'_>) -> Result<(), Failure> {
    let (link, before) = (scene.site.invite(TENANT).await, scene.site.okta.snapshot("acme"));
    remove_registration(&scene.site.ports, Cloud::Global).await?;
    let mut person = scene.chromium.person(DESKTOP).await?;
    person.goto(0, &link).await?;
    person.click(0, "Continue to Microsoft sign-in").await?;
    person.sees(0, "No one can sign in here yet").await?;
    let text = person.text(0).await?;
    ensure(!text.contains("has been notified") && text.contains("Tell your Okta team"), text)?;
    ensure(scene.site.okta.snapshot("acme") == before, "someone with the link changed something in Okta")?;
    no_console_errors(&person)
}

/// The org waives the sign-in: the person gives the consent, and every change in Okta waits for an operator.
pub(crate) async fn waived(scene: &Scene<'_>) -> Result<(), Failure> {
    let (org, _) = app_of(&scene.site.ports, TENANT).await;
    set_sign_in(&scene.site.ports, &org, SignInPolicy::Waived).await?;
    let (link, before) = (scene.site.invite(TENANT).await, scene.site.okta.snapshot("acme"));
    let mut person = scene.chromium.person(DESKTOP).await?;
    person.goto(0, &link).await?;
    ensure(person.text(0).await?.contains("do without our sign-in check"), "the page says so")?;
    person.click(0, "Continue").await?;
    person.sees(0, "Next: approve Okta's access").await?;
    person.click(0, "Continue").await?;
    person.sees(0, "Accept at Microsoft, then come back").await?;
    let tab = person.click_to_new_tab(0, "Open Microsoft's page").await?;
    person.sees(tab, "Pick an account").await?;
    person.click(tab, ADA).await?;
    person.sees(tab, "Permissions requested").await?;
    person.click(tab, "Accept").await?;
    let text = person.okta_text(tab).await?;
    person.paste(0, &text).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, "Your Okta team does the last step").await?;
    ensure(scene.site.okta.snapshot("acme") == before, "Okta changed without its operator")?;
    no_console_errors(&person)
}

/// The installation requires MFA, and Microsoft's answer does not show it.
pub(crate) async fn mfa(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, TENANT).await?;
    person.sees(0, "Multi-factor authentication is required").await?;
    ensure(person.text(0).await?.contains("could not confirm"), "the page claims no more than that")?;
    no_console_errors(&person)
}

/// Links that lead nowhere, and paths that do not exist.
pub(crate) async fn links(scene: &Scene<'_>) -> Result<(), Failure> {
    let person = scene.chromium.person(PHONE).await?;
    let link = scene.site.invite(TENANT).await;
    scene.site.invite(TENANT).await;
    for (url, heading) in [
        (link, "This link was replaced or revoked"),
        (format!("{}/consent/cut-off", scene.site.address), "This link does not work"),
        (format!("{}/consent/session/unknown", scene.site.address), "This attempt can't continue"),
        (format!("{}/oauth/failed/session-lost", scene.site.address), "This attempt can't continue"),
        (format!("{}/no/such/page", scene.site.address), "This page does not exist"),
        (scene.site.address.clone(), "Consent for Okta's Microsoft 365 apps"),
    ] {
        person.goto(0, &url).await?;
        person.sees(0, heading).await?;
        let text = person.text(0).await?;
        ensure(!text.contains("Nothing was changed"), format!("{url} claims to know about Okta:\n{text}"))?;
        ensure(
            !person.evaluate(0, "document.querySelector('link[rel=icon]')?.href ?? ''").await?.is_null(),
            "an icon",
        )?;
    }
    no_console_errors(&person)?;
    // The page behind a consent that is done.
    let mut person = scene.chromium.person(DESKTOP).await?;
    let link = scene.site.invite("globex").await;
    sign_in(scene, &mut person, "globex").await?;
    let text = accept(&mut person).await?;
    person.paste(0, &text).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, "Done, and verified on both sides").await?;
    person.goto(0, &link).await?;
    person.sees(0, "This link was replaced or revoked").await?;
    no_console_errors(&person)
}
