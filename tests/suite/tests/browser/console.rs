//! What an operator does in the console.

use regrant::domain::access_policy::Scope;
use regrant::domain::estate::EstateRow;
use regrant::domain::standing::Standing;
use regrant::ledger::PageRequest;
use regrant_tests::chromium::{Chromium, DESKTOP, Failure, Person, Screen};
use regrant_tests::console_site::ConsoleSite;
use regrant_tests::estate::Estate;
use serde_json::json;

use crate::{ensure, no_console_errors};

/// More apps than one page shows, of several customers, some with hostile names.
const ESTATE: Estate = Estate { orgs: 60, apps_per_org: 2, customers: 8, events_per_app: 3 };

/// A person who has opened the console.
async fn operator<'a>(chromium: &'a Chromium, site: &ConsoleSite, screen: Screen) -> Result<Person<'a>, Failure> {
    let person = chromium.person(screen).await?;
    person.goto(0, &site.sign_in).await?;
    person.sees(0, "Estate").await?;
    Ok(person)
}

async fn rows(site: &ConsoleSite) -> Result<Vec<EstateRow>, Failure> {
    Ok(site.ports.ledger.estate_rows(&Scope::All).await?)
}

async fn count(site: &ConsoleSite, counts: impl Fn(&EstateRow) -> bool) -> Result<usize, Failure> {
    Ok(rows(site).await?.iter().filter(|row| counts(row)).count())
}

/// The URL opens the console once; then only the person who opened it has a session.
pub(crate) async fn sign_in(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, DESKTOP).await?;
    let other = chromium.person(DESKTOP).await?;
    other.goto(0, &site.sign_in).await?;
    other.sees(0, "This URL no longer works").await?;
    other.goto(0, &site.at("/console/settings")).await?;
    other.sees(0, "Sign in").await?;
    person.goto(0, &site.at("/console/settings")).await?;
    person.reads(0, "olga").await?;
    person.click(0, "Sign out").await?;
    person.sees(0, "Signed out").await?;
    person.goto(0, &site.at("/console")).await?;
    person.sees(0, "Sign in").await?;
    no_console_errors(&person)
}

/// The result count that the page announces.
async fn announced(person: &Person<'_>) -> Result<String, Failure> {
    let text = person.evaluate(0, "document.querySelector('main [role=status]').innerText").await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Each filter narrows the list to the right number, is in the address, and can be removed.
pub(crate) async fn filters(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, DESKTOP).await?;
    let (all, now) = (rows(&site).await?, site.ports.clock.now());
    let is = |standing: Standing| all.iter().filter(|row| row.standing == standing).count();
    let of_litware =
        all.iter().filter(|row| row.customer.as_ref().is_some_and(|name| name.as_str() == "Litware")).count();
    let waiting = all.iter().filter(|row| row.waiting_for(now).name() == "operator").count();

    person.click(0, "needs consent").await?;
    person.reads(0, &format!("{} apps", is(Standing::NeedsConsent))).await?;
    ensure(person.url(0).await?.contains("standing=needs-consent"), "the standing is in the address")?;
    person.click(0, "standing: needs-consent").await?;
    person.reads(0, "1 to 50 of 120 apps").await?;

    for (field, value, expected) in
        [("customer", "Litware", of_litware), ("waiting", "operator", waiting), ("q", "org00007", 2)]
    {
        person.goto(0, &site.at("/console")).await?;
        person.fill(0, field, value).await?;
        person.click(0, "Apply").await?;
        person.reads(0, "×").await?;
        let announced = announced(&person).await?;
        ensure(announced.starts_with(&format!("{expected} app")), format!("{field}={value}: {announced}"))?;
        ensure(person.url(0).await?.contains(&format!("{field}={value}")), format!("{field} is in the address"))?;
    }
    person.goto(0, &site.at("/console?q=org00007")).await?;
    person.fill(0, "q", "").await?;
    person.fill(0, "sort", "org").await?;
    person.click(0, "Apply").await?;
    person.reads(0, "1 to 50 of 120 apps").await?;
    let first = person.evaluate(0, "document.querySelector('[aria-label=Apps] tbody .sub').innerText").await?;
    ensure(first == "org00000.okta.com", format!("the first org is {first}"))?;
    person.click(0, "Next 50").await?;
    person.reads(0, "51 to 100 of 120 apps").await?;
    person.click(0, "Next 50").await?;
    person.reads(0, "101 to 120 of 120 apps").await?;
    person.goto(0, &site.at("/console?q=no-such-app")).await?;
    person.reads(0, "No app matches").await?;
    no_console_errors(&person)
}

/// The path of the first app with a standing.
async fn app_with(site: &ConsoleSite, standing: Standing) -> Result<EstateRow, Failure> {
    rows(site).await?.into_iter().find(|row| row.standing == standing).ok_or_else(|| "no such app".into())
}

/// Every button of an app that needs consent.
pub(crate) async fn buttons(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, DESKTOP).await?;
    let app = app_with(&site, Standing::NeedsConsent).await?;
    person.goto(0, &site.at(&format!("/console/apps/{}/{}", app.org, app.app))).await?;
    person.click(0, "Create a link").await?;
    person.reads(0, "The link was created").await?;
    let link = person.evaluate(0, "document.getElementById('link').value").await?;
    ensure(link.as_str().unwrap_or_default().starts_with(&site.at("/consent/")), format!("the link is {link}"))?;
    person.click(0, "Email again").await?;
    person.reads(0, "The email is planned").await?;
    person.click(0, "Email again").await?;
    person.reads(0, "less than an hour old").await?;
    person.back(0).await?;
    person.reads(0, "Revoke the link").await?;
    person.click(0, "Revoke the link").await?;
    person.reads(0, "The link no longer works").await?;
    person.click(0, "Check again").await?;
    person.reads(0, "The org is being checked").await?;
    person.fill(0, "reason", "The tenant is being merged").await?;
    person.fill(0, "until", "2026-12-15").await?;
    person.click(0, "Postpone").await?;
    person.reads(0, "Postponed until").await?;
    person.click(0, "End the postponement").await?;
    person.reads(0, "The postponement has ended").await?;
    let trail = person.evaluate(0, "document.querySelector('ol.trail').innerText").await?;
    let trail = trail.as_str().unwrap_or_default();
    for happened in ["Link created", "Link revoked", "Postponed until", "Postponement ended", "olga"] {
        ensure(trail.contains(happened), format!("the timeline lacks {happened:?}:\n{trail}"))?;
    }
    person.click(0, &format!("tenant{}", &app.org_domain[3..8])).await?;
    person.reads(0, "Verified administrator").await?;
    no_console_errors(&person)
}

/// Postpones every app that needs action, in several steps, and undoes it; then assigns a contact to all.
pub(crate) async fn bulk(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, DESKTOP).await?;
    let due = count(&site, |row| row.standing == Standing::Consented).await?;
    person.goto(0, &site.at("/console?standing=consented")).await?;
    person.evaluate(0, "document.querySelector('[name=extent][value=all]').click()").await?;
    person.fill(0, "bulk-reason", "Frozen over the holidays").await?;
    person.fill(0, "bulk-until", "2027-01-07").await?;
    person.click(0, "Postpone").await?;
    person.sees(0, &format!("{due} of {due} done")).await?;
    let now = site.ports.clock.now();
    let waived = || async { count(&site, |row| row.is_waived(now)).await };
    ensure(waived().await? == due, "every app is postponed")?;
    person.click(0, "End these postponements").await?;
    person.reads(0, "Postponement ended").await?;
    ensure(waived().await? == 0, "no app is postponed")?;

    person.goto(0, &site.at("/console")).await?;
    person.evaluate(0, "document.querySelector('[name=extent][value=all]').click()").await?;
    person.fill(0, "bulk-contact", "bea@contoso.example").await?;
    person.click(0, "Assign the contact").await?;
    // More than one step: the page continues by itself.
    person.sees(0, "120 of 120 done").await?;
    let people = || async {
        let orgs = site.ports.ledger.orgs(PageRequest::first(100)).await?;
        Ok::<_, Failure>(orgs.items.iter().filter(|org| org.contacts.administrators.len() == 2).count())
    };
    ensure(people().await? == 60, "each org has the contact")?;
    person.click(0, "Remove this contact again").await?;
    person.reads(0, "Contact removed").await?;
    person.sees(0, "120 of 120 done").await?;
    ensure(people().await? == 0, "no org has the contact")?;
    no_console_errors(&person)
}

/// A page of another origin posts the console's form in the operator's browser, and the console's own page one without its token.
pub(crate) async fn forgery(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, DESKTOP).await?;
    let app = app_with(&site, Standing::NeedsConsent).await?;
    let target = site.at(&format!("/console/apps/{}/{}", app.org, app.app));
    let open = || async { Ok::<_, Failure>(site.ports.ledger.open_invitations(&app.org, &app.app).await?.len()) };
    // An origin without a policy of its own, so that only the console can refuse the form.
    person.goto(0, "about:blank").await?;
    let script = format!(
        "(() => {{ const form = document.createElement('form'); form.method = 'post'; form.action = {}; \
         form.innerHTML = '<input name=action value=invite><input name=token value=x>'; document.body.append(form); \
         form.submit(); return true }})()",
        json!(target)
    );
    person.evaluate(0, &script).await?;
    person.sees(0, "Sign in").await?;
    ensure(open().await? == 0, "a form of another origin created a link")?;
    person.goto(0, &target).await?;
    person.evaluate(0, "document.querySelectorAll('[name=token]').forEach(one => { one.value = 'x' })").await?;
    person.click(0, "Create a link").await?;
    person.sees(0, "Nothing was changed").await?;
    ensure(open().await? == 0, "a form without the token created a link")
}

/// Reaches an app's page and creates a link with Tab and Enter.
pub(crate) async fn keyboard(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let person = operator(chromium, &site, DESKTOP).await?;
    let app = app_with(&site, Standing::NeedsConsent).await?;
    person.goto(0, &site.at(&format!("/console?q={}", app.app))).await?;
    tab_to(&person, "Skip to the content").await?;
    person.press(0, "Enter").await?;
    tab_to(&person, &app.label.to_string()).await?;
    person.press(0, "Enter").await?;
    person.sees(0, &app.label.to_string()).await?;
    tab_to(&person, "Create a link").await?;
    person.press(0, "Enter").await?;
    person.reads(0, "The link was created").await?;
    no_console_errors(&person)
}

/// Presses Tab until an element with this text has the focus, and checks that each focus can be seen.
async fn tab_to(person: &Person<'_>, text: &str) -> Result<(), Failure> {
    let focus = "(() => { const one = document.activeElement; const style = getComputedStyle(one); \
        const box = one.getBoundingClientRect(); \
        return [one.innerText?.trim() ?? '', one === document.body || style.outlineStyle !== 'none', box.width > 0]; })()";
    let mut passed = Vec::new();
    for _ in 0..200 {
        person.press(0, "Tab").await?;
        let focused = person.evaluate(0, focus).await?;
        let name = focused[0].as_str().unwrap_or_default().to_owned();
        ensure(focused[1] == true && focused[2] == true, format!("the focus on {name:?} cannot be seen"))?;
        if name == text {
            return Ok(());
        }
        passed.push(name);
    }
    Err(format!("Tab does not reach {text:?}: {passed:?}").into())
}

/// Without scripts, everything works; an action of several steps has a button.
pub(crate) async fn without_scripts(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let mut person = operator(chromium, &site, Screen { scripts: false, ..DESKTOP }).await?;
    person.reads(0, "UTC").await?;
    person.evaluate(0, "document.querySelector('[name=extent][value=all]').click()").await?;
    person.click(0, "Check again").await?;
    person.reads(0, "of 120 handled").await?;
    person.click(0, "Continue").await?;
    person.sees(0, "120 of 120 done").await?;
    no_console_errors(&person)
}
