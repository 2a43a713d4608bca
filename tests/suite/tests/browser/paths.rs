//! The ways through a consent that end well, and those on which a person hesitates.

use regrant_tests::chromium::{Clicks, DESKTOP, Failure, PHONE, Person, Screen};
use regrant_tests::consent::app_of;

use crate::{ADA, Scene, ensure, no_console_errors};

const APPROVE: &str = "Next: approve Okta's access";
const ACCEPT: &str = "Accept at Microsoft, then come back";
const DONE: &str = "Done, and verified on both sides";
/// An app that needs consent, and one that needs only Okta's Save.
const NEW: &str = "acmelabs";
const SAVED: &str = "contosoemea";
/// An app that runs on a stored password.
const PASSWORD: &str = "contoso";

/// From the invitation of a tenant's app to the verified session.
pub(crate) async fn sign_in(scene: &Scene<'_>, person: &mut Person<'_>, tenant: &str) -> Result<(), Failure> {
    person.goto(0, &scene.site.invite(tenant).await).await?;
    person.sees(0, "Approve Okta's access to Microsoft 365").await?;
    person.click(0, "Continue to Microsoft sign-in").await?;
    person.sees(0, "Pick an account").await?;
    person.click(0, ADA).await?;
    person.sees(0, "Permissions requested").await?;
    person.click(0, "Accept").await
}

/// From a verified session to Okta's page in a new tab. Returns its text.
pub(crate) async fn accept(person: &mut Person<'_>) -> Result<String, Failure> {
    person.sees(0, APPROVE).await?;
    person.click(0, "Continue").await?;
    person.sees(0, ACCEPT).await?;
    accept_at_microsoft(person).await
}

/// From the page that links to Microsoft to Okta's page in a new tab. Returns its text.
async fn accept_at_microsoft(person: &mut Person<'_>) -> Result<String, Failure> {
    let tab = person.click_to_new_tab(0, "Open Microsoft's page").await?;
    person.sees(tab, "Permissions requested").await?;
    person.click(tab, "Accept").await?;
    person.okta_text(tab).await
}

/// Pastes Okta's text and waits for the result.
async fn finish(person: &mut Person<'_>, text: &str) -> Result<(), Failure> {
    person.paste(0, text).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, DONE).await
}

/// Fails unless the page names the request, and no other id outside the technical details.
pub(crate) async fn names_one_reference(person: &Person<'_>) -> Result<(), Failure> {
    let (text, url) = (person.text(0).await?, person.url(0).await?);
    let session = url.rsplit('/').next().unwrap_or_default();
    ensure(text.contains("RG-") && !text.contains(session), text)
}

/// Fails unless the finished page says that the last step was not needed.
async fn needs_no_text(person: &Person<'_>) -> Result<(), Failure> {
    let third = person.evaluate(0, "document.querySelectorAll('.steps .state')[2].innerText").await?;
    ensure(third == "not needed", format!("the third step is {third}"))
}

/// Fails unless the step of the text is on the page without opening anything: the field, the picture, and where to click.
async fn shows_the_text_step(person: &Person<'_>) -> Result<(), Failure> {
    let visible =
        "['#handover', 'figure svg', '#paste ol'].map(one => !!document.querySelector(one)?.checkVisibility())";
    let seen = person.evaluate(0, visible).await?;
    ensure(seen == serde_json::json!([true, true, true]), format!("{seen}"))?;
    let text = person.text(0).await?;
    ensure(text.contains("Chrome, Edge, Firefox and Safari") && text.contains("Does the page look different?"), text)
}

async fn whole(scene: &Scene<'_>, person: &mut Person<'_>) -> Result<(), Failure> {
    sign_in(scene, person, NEW).await?;
    let text = accept(person).await?;
    person.paste(0, &text).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, DONE).await
}

/// The first tab leads from the link to the result. It needs four clicks on our pages, and the waiting page moves on alone.
pub(crate) async fn new_consent(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    person.sees(0, APPROVE).await?;
    names_one_reference(&person).await?;
    let text = person.text(0).await?;
    ensure(text.contains("\u{201c}Not verified\u{201d} means"), text)?;
    let text = accept(&mut person).await?;
    shows_the_text_step(&person).await?;
    names_one_reference(&person).await?;
    finish(&mut person, &text).await?;
    names_one_reference(&person).await?;
    let Clicks { here, elsewhere, pastes } = person.clicks;
    #[expect(clippy::print_stdout, reason = "the figure is a result")]
    {
        println!("clicks on Regrant's pages: {here}; at Microsoft: {elsewhere}; pastes: {pastes}");
    }
    ensure(here <= 5 && pastes == 1 && elsewhere <= 3, format!("{:?}", person.clicks))?;
    let text = person.text(0).await?;
    for said in ["The old administrator account", "change its password", "Provisioning tasks to retry", "RG-"] {
        ensure(text.contains(said), format!("{said} is missing:\n{text}"))?;
    }
    no_console_errors(&person)
}

pub(crate) async fn only_save(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(PHONE).await?;
    sign_in(scene, &mut person, SAVED).await?;
    person.sees(0, "One more step: save the connection").await?;
    person.click(0, "Save the connection").await?;
    person.sees(0, DONE).await?;
    ensure(person.clicks.pastes == 0 && person.clicks.here == 2, format!("{:?}", person.clicks))?;
    needs_no_text(&person).await?;
    no_console_errors(&person)
}

pub(crate) async fn without_scripts(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(Screen { scripts: false, ..PHONE }).await?;
    whole(scene, &mut person).await?;
    no_console_errors(&person)
}

pub(crate) async fn german(scene: &Scene<'_>) -> Result<(), Failure> {
    let screen = Screen { language: "de-AT,de;q=0.9,en;q=0.5", dark: true, ..DESKTOP };
    let mut person = scene.chromium.person(screen).await?;
    person.goto(0, &scene.site.invite(NEW).await).await?;
    person.sees(0, "Oktas Zugriff auf Microsoft 365 genehmigen").await?;
    person.click(0, "Weiter zur Anmeldung bei Microsoft").await?;
    person.sees(0, "Pick an account").await?;
    person.click(0, ADA).await?;
    person.sees(0, "Permissions requested").await?;
    person.click(0, "Accept").await?;
    person.sees(0, "Als Nächstes: Oktas Zugriff genehmigen").await?;
    person.click(0, "Weiter").await?;
    person.sees(0, "Bei Microsoft zustimmen, dann hierher zurück").await?;
    let tab = person.click_to_new_tab(0, "Microsofts Seite öffnen").await?;
    person.sees(tab, "Permissions requested").await?;
    person.click(tab, "Accept").await?;
    let text = person.okta_text(tab).await?;
    ensure(person.evaluate(0, "document.documentElement.lang").await? == "de", "the page is German")?;
    person.paste(0, &text).await?;
    person.click(0, "Speichern und prüfen").await?;
    person.sees(0, "Erledigt und auf beiden Seiten geprüft").await?;
    no_console_errors(&person)
}

pub(crate) async fn wrong_paste(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    let right = accept(&mut person).await?;
    let link = person.url(0).await?;
    for (wrong, said) in [
        ("hello", "does not contain Okta's address"),
        (link.as_str(), "The text contains an address at localhost"),
        (&right.replace("state=", "state=x"), "comes from an earlier attempt"),
        (&right.replace("office365/", "slack/"), "belongs to a different app"),
        (&right.replace("code=", "error=access_denied&x="), "Microsoft gave no consent"),
    ] {
        person.paste(0, wrong).await?;
        person.click(0, "Save and verify").await?;
        let shown = person.reads(0, said).await?;
        ensure(shown.contains("That isn't the text from Okta's page for this app"), shown)?;
        let kept = person.evaluate(0, "document.querySelector('#handover').value").await?;
        ensure(kept == *wrong, format!("the field holds {kept}"))?;
    }
    // The address of the form, opened again: from the address bar, a bookmark or another tab.
    let posted = person.url(0).await?;
    ensure(posted.ends_with("/handover"), posted.clone())?;
    person.goto(0, &posted).await?;
    person.sees(0, "Microsoft did not give the consent").await?;
    ensure(person.evaluate(0, "document.querySelector('#handover').value").await? == "", "an empty field")?;
    person.paste(0, &right).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, DONE).await?;
    no_console_errors(&person)
}

/// The rows of a JSON viewer instead of the text.
pub(crate) async fn copied_forms(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    let text = accept(&mut person).await?;
    let href = text.split("\"href\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let rows = format!("continue_oauth_flow_url\t\nhref\t\"{href}\"\nmethod\t\"POST\"");
    person.paste(0, &rows).await?;
    person.click(0, "Save and verify").await?;
    person.sees(0, DONE).await?;
    no_console_errors(&person)
}

/// Each tab is an attempt of its own. The one that finishes first wins, and the other says so.
pub(crate) async fn two_tabs(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    person.sees(0, APPROVE).await?;
    let second = person.open_tab().await?;
    let first = person.url(0).await?;
    person.goto(second, &first).await?;
    person.sees(second, APPROVE).await?;
    let text = accept(&mut person).await?;
    // The second tab shows the same attempt, one page behind.
    person.click(second, "Continue").await?;
    person.sees(second, ACCEPT).await?;
    finish(&mut person, &text).await?;
    person.paste(second, &text).await?;
    person.click(second, "Save and verify").await?;
    person.sees(second, DONE).await?;
    no_console_errors(&person)
}

pub(crate) async fn back_button(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    person.sees(0, APPROVE).await?;
    let session = person.url(0).await?;
    person.click(0, "Continue").await?;
    person.sees(0, ACCEPT).await?;
    // Back in history is Microsoft's answer or the page before it. Neither starts anything again.
    person.back(0).await?;
    person.goto(0, &session).await?;
    person.sees(0, ACCEPT).await?;
    let text = accept_at_microsoft(&mut person).await?;
    finish(&mut person, &text).await?;
    no_console_errors(&person)
}

/// A reload in each state shows the same state, or a later one.
pub(crate) async fn reloads(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    person.goto(0, &scene.site.invite(NEW).await).await?;
    person.reload(0).await?;
    person.sees(0, "Approve Okta's access to Microsoft 365").await?;
    sign_in(scene, &mut person, NEW).await?;
    person.sees(0, APPROVE).await?;
    person.reload(0).await?;
    let text = accept(&mut person).await?;
    person.reload(0).await?;
    person.sees(0, ACCEPT).await?;
    // A closed tab: the same page again in a new one, with the link and the field.
    let (session, reopened) = (person.url(0).await?, person.open_tab().await?);
    person.goto(reopened, &session).await?;
    person.sees(reopened, ACCEPT).await?;
    ensure(person.text(reopened).await?.contains("Open Microsoft's page"), "the link is still there")?;
    finish(&mut person, &text).await?;
    person.reload(0).await?;
    person.sees(0, DONE).await?;
    no_console_errors(&person)
}

/// An app whose provisioning runs on a stored password: nothing changes before the person agrees that it pauses.
pub(crate) async fn pause(scene: &Scene<'_>) -> Result<(), Failure> {
    let pauses = "Provisioning pauses until you finish";
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, PASSWORD).await?;
    let before = scene.site.okta.snapshot("contoso");
    person.sees(0, APPROVE).await?;
    person.click(0, "Continue").await?;
    person.sees(0, pauses).await?;
    let posted = person.url(0).await?;
    person.goto(0, &posted).await?;
    person.sees(0, APPROVE).await?;
    person.click(0, "Continue").await?;
    person.sees(0, pauses).await?;
    person.click(0, "Not now").await?;
    person.sees(0, APPROVE).await?;
    ensure(scene.site.okta.snapshot("contoso") == before, "something changed before the person agreed")?;
    person.click(0, "Continue").await?;
    person.sees(0, pauses).await?;
    person.click(0, "Pause provisioning and continue").await?;
    person.sees(0, ACCEPT).await?;
    let text = accept_at_microsoft(&mut person).await?;
    finish(&mut person, &text).await?;
    no_console_errors(&person)
}

/// A person who says that they accepted, and did not.
pub(crate) async fn mere_claim(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    person.sees(0, APPROVE).await?;
    person.click(0, "Continue").await?;
    person.sees(0, ACCEPT).await?;
    person.click(0, "Did you finish without a text?").await?;
    person.click(0, "I've accepted - check now").await?;
    person.sees(0, "Saving and verifying").await?;
    let text = person.text(0).await?;
    ensure(text.contains("You told us that you accepted"), text.clone())?;
    ensure(!text.contains("Accept at Microsoft\ndone") && text.contains("refreshes automatically"), text)?;
    no_console_errors(&person)
}

/// Someone finishes in the Okta Admin Console while the page waits for a text. No paste is needed.
pub(crate) async fn in_console(scene: &Scene<'_>) -> Result<(), Failure> {
    let mut person = scene.chromium.person(DESKTOP).await?;
    sign_in(scene, &mut person, NEW).await?;
    accept(&mut person).await?;
    let (_, app) = app_of(&scene.site.ports, NEW).await;
    scene.site.okta.with_org("acme", |org| {
        let app = org.app_mut(app.as_str()).unwrap();
        app.consented = true;
        app.connection = app.connection.switched(true);
    });
    person.click(0, "Did you finish without a text?").await?;
    person.click(0, "I've accepted - check now").await?;
    person.sees(0, DONE).await?;
    ensure(person.clicks.pastes == 0, "nothing was pasted")?;
    needs_no_text(&person).await?;
    no_console_errors(&person)
}
