//! Completes a consent in a browser against Regrant in a separate process, and restarts the process if it is killed.

pub(crate) mod browser;
pub(crate) mod process;

use std::path::Path;
use std::time::Duration;

use regrant_simulators::microsoft::Decision;
use regrant_tests::browser::consent_link;
use regrant_tests::consent::Simulation;
use serde_json::json;
use url::Url;

use browser::{Browser, Shown};
use process::{Life, Running};

/// Why a consent was not completed.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The maximum number of steps before the walk fails.
const PATIENCE: u32 = 40;

/// The environment of a walk.
#[derive(Clone, Copy)]
pub(crate) struct Fixture<'a> {
    /// The simulators.
    pub(crate) simulation: &'a Simulation,
    /// The program that runs Regrant.
    pub(crate) program: &'a Path,
    /// Its data folder.
    pub(crate) data: &'a Path,
    /// The person's tenant.
    pub(crate) tenant: &'a str,
    /// The path of the invitation link.
    pub(crate) link: &'a str,
    /// The org and app of a connection that must stay enabled.
    pub(crate) stays_on: Option<(&'a str, &'a str)>,
}

impl Fixture<'_> {
    /// Starts Regrant in this environment.
    pub(crate) async fn start(&self, life: Life) -> Result<Running, Failure> {
        process::start(self.program, self.data, self.simulation, life).await
    }

    fn at_microsoft(&self, url: &Url) -> Result<Url, Failure> {
        let upn = format!("ada.administrator@{}.onmicrosoft.com", self.tenant);
        let answered = self.simulation.microsoft.answer(url, &upn, Decision::Accept);
        answered.ok_or_else(|| "Microsoft did not take the request".into())
    }
}

/// The person.
pub(crate) struct Person<'a> {
    fixture: Fixture<'a>,
    /// The running Regrant process.
    pub(crate) regrant: Running,
    /// The browser.
    pub(crate) browser: Browser,
    place: Place,
    /// Whether the connection that must stay enabled was ever disabled.
    pub(crate) was_off: bool,
}

/// The progress of the consent.
#[derive(Default)]
struct Place {
    /// The session's path.
    session: Option<String>,
    /// The text of Okta's final page.
    shown: Option<String>,
}

impl<'a> Person<'a> {
    /// A person before the first click, with a process in this mode.
    pub(crate) async fn new(fixture: Fixture<'a>, life: Life) -> Result<Self, Failure> {
        let regrant = fixture.start(life).await?;
        Ok(Self { fixture, regrant, browser: Browser::default(), place: Place::default(), was_off: false })
    }

    /// The simulators.
    pub(crate) fn simulation(&self) -> &'a Simulation {
        self.fixture.simulation
    }

    /// Opens a path.
    pub(crate) async fn browse(&mut self, path: &str) -> Result<Shown, Failure> {
        self.browser.get(&self.regrant.address, path).await
    }

    /// Sends a form.
    pub(crate) async fn send(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Shown, Failure> {
        self.browser.post(&self.regrant.address, path, form).await
    }

    /// Goes from the link to the "done" page.
    pub(crate) async fn walk(&mut self) -> Result<(), Failure> {
        let fixture = self.fixture;
        for _ in 0..PATIENCE {
            if let Some((org, app)) = fixture.stays_on {
                self.was_off |= !is_on(fixture.simulation, org, app);
            }
            let next = step(fixture, &self.regrant.address, &mut self.browser, &mut self.place);
            let step = tokio::select! {
                step = next => Some(step),
                () = fixture.simulation.kill_point.lost() => None,
            };
            match step {
                Some(Ok(true)) => return Ok(()),
                Some(Ok(false)) => {}
                // The process is gone or about to be killed. Restarts it without a kill point.
                Some(Err(_)) | None => {
                    self.regrant.kill().await?;
                    fixture.simulation.kill_point.restart(None);
                    self.regrant = fixture.start(Life::Second).await?;
                }
            }
        }
        Err("the person gave up".into())
    }
}

/// Whether a connection is enabled in Okta.
pub(crate) fn is_on(simulation: &Simulation, org: &str, app: &str) -> bool {
    let seen = simulation.okta.with_org(org, |org| org.app(app).map(|app| format!("{:?}", app.connection)));
    seen.flatten().is_some_and(|connection| connection.contains("enabled: true"))
}

/// Takes the next step that the current page asks for. Returns true at the end.
async fn step(fixture: Fixture<'_>, address: &str, browser: &mut Browser, place: &mut Place) -> Result<bool, Failure> {
    let Some(path) = place.session.clone() else {
        let begun = browser.post(address, fixture.link, &[]).await?;
        let Some(location) = begun.location else {
            // Our own save has already used the link.
            return Ok(begun.heading() == "This consent has already been completed");
        };
        let back = fixture.at_microsoft(&location.parse()?)?;
        let query = back.query().unwrap_or_default();
        let returned = browser.get(address, &format!("{}?{query}", back.path())).await?;
        place.session = returned.location.filter(|location| location.starts_with("/consent/session/"));
        return Ok(false);
    };
    let page = browser.get(address, &path).await?;
    let token = page.form_token();
    let takes_text = page.body.contains("name=\"handover\"");
    match page.heading() {
        _ if takes_text && place.shown.is_some() => {
            let text = place.shown.take().unwrap_or_default();
            let filled = [("token", token.as_str()), ("handover", text.as_str())];
            browser.post(address, &format!("{path}/handover"), &filled).await?;
        }
        heading if takes_text || heading.starts_with("Next: approve") => {
            // The person agrees to a pause where the page would ask for it.
            let agreed = [("token", token.as_str()), ("pause", "agreed")];
            browser.post(address, &format!("{path}/okta"), &agreed).await?;
            if let Some(url) = consent_link(&browser.get(address, &path).await?.body) {
                let href = fixture.at_microsoft(&url)?;
                place.shown = Some(json!({"continue_oauth_flow_url": {"href": href, "method": "POST"}}).to_string());
            }
        }
        "Saving and verifying" => {
            browser.post(address, &format!("{path}/finish"), &[("token", &token)]).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        heading if heading.starts_with("Done") => {
            // A second save may be running: the hand-over arrives while the first one finds the consent at Microsoft.
            browser.get(address, "/settled").await?;
            return Ok(true);
        }
        // The page asks the person to start again.
        _ => *place = Place::default(),
    }
    Ok(false)
}
