//! What holds for every page: it fits the screen, breaks no word, and axe finds nothing.

use regrant_tests::chromium::{DESKTOP, Failure, PHONE, Person, Screen};

use super::paths::{accept, sign_in};
use crate::{Scene, ensure, no_console_errors};

const TENANT: &str = "acmelabs";

/// Opens every collapsed element, so that its content is checked too.
const OPEN_ALL: &str = "document.querySelectorAll('details').forEach(one => { one.open = true; })";

async fn check(person: &Person<'_>, name: &str) -> Result<(), Failure> {
    person.evaluate(0, OPEN_ALL).await?;
    let found = person.accessibility_violations(0).await?;
    ensure(found.is_empty(), format!("{name}: {}", found.join("\n")))?;
    let wide = person.overflows(0).await?;
    ensure(wide.is_empty(), format!("{name}: {}", wide.join("\n")))
}

/// Walks through every kind of page on a desktop and a phone, in light and dark, in English and German.
pub(crate) async fn every_page(scene: &Scene<'_>) -> Result<(), Failure> {
    let screens = [
        DESKTOP,
        Screen { dark: true, ..PHONE },
        Screen { language: "de", ..PHONE },
        Screen { language: "de", dark: true, ..DESKTOP },
    ];
    for screen in screens {
        let person = scene.chromium.person(screen).await?;
        let (site, link) = (&scene.site.address, scene.site.invite(TENANT).await);
        for url in [
            link,
            site.clone(),
            format!("{site}/no/such/page"),
            format!("{site}/consent/cut-off"),
            format!("{site}/oauth/failed/not-administrator"),
            format!("{site}/oauth/failed/session-lost"),
        ] {
            person.goto(0, &url).await?;
            check(&person, &url).await?;
        }
        no_console_errors(&person)?;
    }
    for (screen, tenant) in [(DESKTOP, TENANT), (Screen { dark: true, ..PHONE }, "globex")] {
        let mut person = scene.chromium.person(screen).await?;
        sign_in(scene, &mut person, tenant).await?;
        person.sees(0, "Next: approve Okta's access").await?;
        check(&person, "approve").await?;
        let text = accept(&mut person).await?;
        check(&person, "accept and paste").await?;
        person.paste(0, "hello").await?;
        person.click(0, "Save and verify").await?;
        person.reads(0, "does not contain Okta's address").await?;
        check(&person, "wrong paste").await?;
        person.paste(0, &text).await?;
        person.click(0, "Save and verify").await?;
        person.sees(0, "Done, and verified on both sides").await?;
        check(&person, "done").await?;
        no_console_errors(&person)?;
    }
    Ok(())
}

/// The verdict and the button of a page are visible without scrolling, on a desktop and on a phone.
pub(crate) async fn first_screen(scene: &Scene<'_>) -> Result<(), Failure> {
    let visible = "(() => { const button = document.querySelector('main .actions button, main .actions .button'); \
        const box = button?.getBoundingClientRect(); \
        return [!!button, document.querySelector('h1').getBoundingClientRect().bottom <= innerHeight, \
          !!box && box.bottom <= innerHeight]; })()";
    // In each tenant, Microsoft asks once.
    for (screen, tenant) in [(DESKTOP, TENANT), (PHONE, "globex")] {
        let mut person = scene.chromium.person(screen).await?;
        person.goto(0, &scene.site.invite(tenant).await).await?;
        let seen = person.evaluate(0, visible).await?;
        ensure(seen == serde_json::json!([true, true, true]), format!("invitation at {}: {seen}", screen.width))?;
        sign_in(scene, &mut person, tenant).await?;
        person.sees(0, "Next: approve Okta's access").await?;
        let seen = person.evaluate(0, visible).await?;
        ensure(seen == serde_json::json!([true, true, true]), format!("approve at {}: {seen}", screen.width))?;
        person.click(0, "Continue").await?;
        person.sees(0, "Accept at Microsoft, then come back").await?;
        let seen = person.evaluate(0, visible).await?;
        ensure(seen == serde_json::json!([true, true, true]), format!("accept at {}: {seen}", screen.width))?;
    }
    Ok(())
}
