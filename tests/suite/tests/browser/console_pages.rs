//! What holds for every page of the console: it fits the screen, axe finds nothing, and hostile names are only text.

use regrant::domain::access_policy::Scope;
use regrant::domain::estate::EstateRow;
use regrant::domain::standing::Standing;
use regrant_tests::chromium::{Chromium, DESKTOP, Failure, PHONE, Person, Screen};
use regrant_tests::console_site::ConsoleSite;
use regrant_tests::estate::Estate;

use crate::{ensure, no_console_errors};

const ESTATE: Estate = Estate { orgs: 60, apps_per_org: 2, customers: 8, events_per_app: 3 };
/// No org and no app.
const EMPTY: Estate = Estate { orgs: 0, apps_per_org: 0, customers: 0, events_per_app: 0 };
/// 400 % zoom of a screen that is 1,280 pixels wide (WCAG 2.2, success criterion 1.4.10).
const ZOOMED: Screen = Screen { width: 320, height: 256, ..DESKTOP };

const PAGES: [&str; 7] = [
    "/console",
    "/console/customers",
    "/console/orgs",
    "/console/scans/latest",
    "/console/emails",
    "/console/settings",
    "/console/no/such/page",
];

/// The pages of single things: an app of each standing, one with a hostile name, an org, a tenant, filters.
async fn pages(site: &ConsoleSite) -> Result<Vec<String>, Failure> {
    let rows = site.ports.ledger.estate_rows(&Scope::All).await?;
    let app = |row: &EstateRow| format!("/console/apps/{}/{}", row.org, row.app);
    let mut pages: Vec<String> = PAGES.map(str::to_owned).to_vec();
    pages.extend(Standing::ALL.iter().filter_map(|one| rows.iter().find(|row| row.standing == *one)).map(app));
    pages.extend(rows.iter().find(|row| row.label.raw().contains("<script>")).map(app));
    if let Some(EstateRow { org, tenant: Some(tenant), .. }) = rows.first() {
        pages.push(format!("/console/orgs/{org}"));
        pages.push(format!("/console/tenant?name={}", tenant.as_str()));
    }
    pages.push("/console?q=nothing+like+this&standing=broken&customer=Litware&sort=since".to_owned());
    Ok(pages)
}

async fn check(person: &Person<'_>, name: &str) -> Result<(), Failure> {
    person.evaluate(0, "document.querySelectorAll('details').forEach(one => { one.open = true; })").await?;
    let found = person.accessibility_violations(0).await?;
    ensure(found.is_empty(), format!("{name}: {}", found.join("\n")))?;
    // A table that is wider than its own scrolling frame is not wider than the page.
    let wide = person.evaluate(0, "document.documentElement.scrollWidth - innerWidth").await?;
    ensure(wide.as_i64().is_some_and(|wide| wide <= 0), format!("{name} is {wide} px too wide"))?;
    let scripts = person.evaluate(0, "document.querySelectorAll('script, img, [onerror], [onclick]').length").await?;
    ensure(scripts.as_i64().is_some_and(|scripts| scripts <= 1), format!("{name} has {scripts} scripts or handlers"))
}

/// Opens every page on a desktop, a phone and at 400 % zoom, in light and dark.
pub(crate) async fn every_page(chromium: &Chromium) -> Result<(), Failure> {
    for screen in [DESKTOP, Screen { dark: true, ..DESKTOP }, Screen { dark: true, ..PHONE }, ZOOMED] {
        let site = ConsoleSite::start(ESTATE).await;
        let person = chromium.person(screen).await?;
        person.goto(0, &site.at("/console/sign-in")).await?;
        check(&person, "sign-in").await?;
        person.goto(0, &site.sign_in).await?;
        person.sees(0, "Estate").await?;
        for page in pages(&site).await? {
            person.goto(0, &site.at(&page)).await?;
            let name = format!("{page} at {} px", screen.width);
            check(&person, &name).await?;
        }
        no_console_errors(&person)?;
    }
    let site = ConsoleSite::start(EMPTY).await;
    let person = chromium.person(PHONE).await?;
    person.goto(0, &site.sign_in).await?;
    person.reads(0, "No apps yet").await?;
    for page in PAGES {
        person.goto(0, &site.at(page)).await?;
        check(&person, &format!("{page} without orgs")).await?;
    }
    no_console_errors(&person)
}

/// On paper, there are no controls, and the facts remain.
pub(crate) async fn print(chromium: &Chromium) -> Result<(), Failure> {
    let site = ConsoleSite::start(ESTATE).await;
    let person = chromium.person(DESKTOP).await?;
    person.goto(0, &site.sign_in).await?;
    person.sees(0, "Estate").await?;
    person.print_layout(0).await?;
    let visible = person
        .evaluate(
            0,
            "[...document.querySelectorAll('button, input, nav, select')].filter(one => one.checkVisibility()).length",
        )
        .await?;
    ensure(visible == 0, format!("{visible} controls are printed"))?;
    let text = person.text(0).await?;
    ensure(text.contains("Needs action") && text.contains("org00000.okta.com"), text)
}
