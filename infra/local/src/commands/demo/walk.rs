//! One consent walked without a browser: what an administrator does by hand is done here in that person's place, and
//! everything between is what the functions do.

use regrant::domain::cloud::Cloud;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::save::{ConfirmedBy, SaveOutcome};
use regrant::queue::SaveApp;
use regrant::usecases::consent::begin::begin_consent;
use regrant::usecases::consent::complete_sign_in::{AuthorizationResponse, AuthorizationResult, complete_sign_in};
use regrant::usecases::consent::session::browser_session;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over::hand_over;
use regrant::usecases::save::open_consent::{NextPage, open_okta_consent};
use regrant::usecases::save::save;
use regrant_simulators::microsoft::Decision;
use secrecy::SecretString;
use url::Url;

use super::super::save::tell;
use super::fixture::DemoFixture;
use crate::error::CliError;
use crate::terminal::Terminal;

/// Whose consent is walked.
const TENANT: &str = "acmelabs";
const ADMINISTRATOR: &str = "ada.administrator@acmelabs.onmicrosoft.com";

pub(super) async fn walk(fixture: &DemoFixture, terminal: &mut Terminal) -> Result<(), CliError> {
    let ports = &fixture.installation.ports;
    let link = fixture.invite(TENANT).await?;
    let app = fixture.app(TENANT).await?;
    terminal.line(&format!("\nA consent for {}, walked from the link to the verification:", app.identity.label))?;
    let token = link.path().trim_start_matches("/consent/");
    terminal.line("  1. The administrator opens the link and goes on to Microsoft.")?;
    let begun = begin_consent(ports, token).await?;

    let back = at_microsoft(fixture, &begun.location)?;
    let callback = AuthorizationResponse {
        cloud: Cloud::Global,
        state: &value(&back, "state")?,
        issuer: None,
        result: code(&back)?,
    };
    let session = complete_sign_in(ports, callback, |_| Some(begun.cookie.clone())).await?;
    terminal.line(&format!("  2. Microsoft says who it is: {ADMINISTRATOR}, Global Administrator."))?;

    let own = browser_session(ports, &session, Some(&begun.cookie)).await?;
    let NextPage::Consent(consent) = open_okta_consent(ports, &own).await? else {
        return Err(not_walked("Okta offered no consent link").into());
    };
    let shown = at_microsoft(fixture, &consent)?;
    terminal.line("  3. The administrator accepts Okta's own request at Microsoft.")?;
    let own = browser_session(ports, &session, Some(&begun.cookie)).await?;
    let text = serde_json::json!({ "continue_oauth_flow_url": { "href": shown, "method": "POST" } });
    hand_over(ports, &own, &text.to_string()).await?;
    terminal.line("  4. Regrant saves the connection in Okta and reads both sides back.")?;
    let (org, app_id) = (app.identity.org.clone(), app.identity.app.clone());
    let request = SaveApp { org, app: app_id, session: Some(session), confirmed_by: ConfirmedBy::Person };
    let outcome = save(ports, &request).await?;
    tell(&fixture.installation, &app.identity.label.to_string(), &outcome, terminal)?;
    match outcome {
        SaveOutcome::Saved { .. } => Ok(()),
        _ => Err(not_walked("the consent did not end with the connection on").into()),
    }
}

fn at_microsoft(fixture: &DemoFixture, url: &Url) -> Result<Url, CliError> {
    let there = fixture.microsoft.answer(url, ADMINISTRATOR, Decision::Accept);
    Ok(there.ok_or_else(|| not_walked("the simulated Microsoft did not take the request"))?)
}

fn value(url: &Url, name: &str) -> Result<String, CliError> {
    let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok(found.ok_or_else(|| not_walked("the simulated Microsoft answered with something else"))?)
}

fn code(url: &Url) -> Result<AuthorizationResult, CliError> {
    Ok(AuthorizationResult::Code(SecretString::from(value(url, "code")?)))
}

fn not_walked(why: &str) -> ConsentError {
    ConsentError::new(ConsentFailure::Untrusted, why)
}
