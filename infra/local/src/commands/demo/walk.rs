//! A sample consent without a browser: does what an administrator would do by hand. Everything else runs as in the functions.

use regrant::domain::cloud::Cloud;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::save::{ConfirmedBy, SaveOutcome};
use regrant::queue::SaveApp;
use regrant::usecases::consent::begin::begin_consent;
use regrant::usecases::consent::complete_sign_in::{AuthorizationResponse, AuthorizationResult, complete_sign_in};
use regrant::usecases::consent::session::browser_session;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over::hand_over;
use regrant::usecases::save::open_consent::{NextPage, PauseAgreement, open_okta_consent};
use regrant::usecases::save::save;
use regrant_simulators::microsoft::Decision;
use secrecy::SecretString;
use url::Url;

use super::super::save::show;
use super::fixture::DemoFixture;
use crate::terminal::Terminal;

/// The tenant of the sample consent.
const TENANT: &str = "acmelabs";
const ADMINISTRATOR: &str = "ada.administrator@acmelabs.onmicrosoft.com";

pub(super) async fn walk(fixture: &DemoFixture, terminal: &mut Terminal) -> anyhow::Result<()> {
    let ports = &fixture.installation.ports;
    let link = fixture.invite(TENANT).await?;
    let app = fixture.app(TENANT).await?;
    terminal.line(&format!("\nA sample consent for {}, from the link to the verification:", app.identity.label))?;
    let token = link.path().trim_start_matches("/consent/");
    terminal.line("  1. The administrator opens the link and signs in at Microsoft.")?;
    let begun = begin_consent(ports, token).await?;

    let back = at_microsoft(fixture, &begun.location)?;
    let callback = AuthorizationResponse {
        cloud: Cloud::Global,
        state: &value(&back, "state")?,
        issuer: None,
        result: code(&back)?,
    };
    let session = complete_sign_in(ports, callback, |_| Some(begun.cookie.clone())).await?;
    terminal.line(&format!("  2. Regrant verifies the Global Administrator role of\n     {ADMINISTRATOR}."))?;

    let own = browser_session(ports, &session, Some(&begun.cookie)).await?;
    let NextPage::Consent(consent) = open_okta_consent(ports, &own, PauseAgreement::None).await? else {
        return Err(failed("Okta offered no consent link").into());
    };
    let shown = at_microsoft(fixture, &consent)?;
    terminal.line("  3. The administrator accepts Okta's request for permissions at Microsoft.")?;
    let own = browser_session(ports, &session, Some(&begun.cookie)).await?;
    let text = serde_json::json!({ "continue_oauth_flow_url": { "href": shown, "method": "POST" } });
    hand_over(ports, &own, &text.to_string()).await?;
    terminal.line("  4. Regrant saves the connection in Okta and verifies it in Okta and Microsoft.")?;
    let (org, app_id) = (app.identity.org.clone(), app.identity.app.clone());
    let request = SaveApp {
        org,
        app: app_id,
        session: Some(session),
        confirmed_by: ConfirmedBy::Person,
        by: None,
        queued_at: None,
    };
    let outcome = save(ports, &request).await?;
    show(&fixture.installation, &app.identity.label.to_string(), &outcome, terminal)?;
    match outcome {
        SaveOutcome::Saved { .. } => Ok(()),
        _ => Err(failed("the consent did not enable the connection").into()),
    }
}

fn at_microsoft(fixture: &DemoFixture, url: &Url) -> anyhow::Result<Url> {
    let there = fixture.microsoft.answer(url, ADMINISTRATOR, Decision::Accept);
    Ok(there.ok_or_else(|| failed("the simulated Microsoft rejected the request"))?)
}

fn value(url: &Url, name: &str) -> anyhow::Result<String> {
    let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok(found.ok_or_else(|| failed("the simulated Microsoft returned an unexpected response"))?)
}

fn code(url: &Url) -> anyhow::Result<AuthorizationResult> {
    Ok(AuthorizationResult::Code(SecretString::from(value(url, "code")?)))
}

fn failed(why: &str) -> ConsentError {
    ConsentError::new(ConsentFailure::Untrusted, why)
}
