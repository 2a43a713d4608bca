//! `cargo xtask screenshots`: a picture of every page and every email, in headless Chromium, at two widths, in both colour
//! schemes and both languages.

use std::path::{Path, PathBuf};

use regrant::domain::access_policy::Scope;
use regrant::domain::contact::Language;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::microsoft::MfaEvidence;
use regrant_tests::chromium::{Chromium, DESKTOP, Failure, PHONE, Person, Screen, chromium};
use regrant_tests::console_site::ConsoleSite;
use regrant_tests::demo_site::DemoSite;
use regrant_tests::estate::Estate;

/// Where the pictures go.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder for all pictures.
    #[arg(long, default_value = "target/screenshots")]
    to: PathBuf,
    /// Also replace the pictures in the documentation.
    #[arg(long)]
    docs: bool,
}

/// The pictures in the documentation, by page. Each is taken in light and dark.
const IN_DOCS: [&str; 3] = ["invitation", "paste", "console"];
/// The estate in the pictures of the console.
const ESTATE: Estate = Estate { orgs: 240, apps_per_org: 3, customers: 8, events_per_app: 4 };

/// The labels that a walk through the pages clicks, in one language.
struct Labels {
    sign_in: &'static str,
    approve: &'static str,
    next: &'static str,
    accept: &'static str,
    open: &'static str,
    save: &'static str,
    refused_summary: &'static str,
    refused: &'static str,
    switch: &'static str,
}

const fn labels(language: Language) -> Labels {
    match language {
        Language::En => Labels {
            sign_in: "Continue to Microsoft sign-in",
            approve: "One more step: approve Okta's access",
            next: "Continue",
            accept: "Accept at Microsoft, then come back",
            open: "Open Microsoft's page",
            save: "Save and verify",
            refused_summary: "Did you decline",
            refused: "Microsoft gave no consent",
            switch: "Use a different account",
        },
        Language::De => Labels {
            sign_in: "Weiter zur Anmeldung bei Microsoft",
            approve: "Noch ein Schritt: Oktas Zugriff genehmigen",
            next: "Weiter",
            accept: "Bei Microsoft zustimmen, dann hierher zurück",
            open: "Microsofts Seite öffnen",
            save: "Speichern und prüfen",
            refused_summary: "Haben Sie abgelehnt",
            refused: "Microsoft hat keine Zustimmung erteilt",
            switch: "Anderes Konto verwenden",
        },
    }
}

/// Takes every picture.
pub(crate) async fn screenshots(options: &Options) -> Result<(), Failure> {
    std::fs::create_dir_all(&options.to)?;
    let program = chromium().ok_or("Chromium is not installed")?;
    let chromium = Chromium::start(&program).await?;
    for (language, header) in [(Language::En, "en"), (Language::De, "de")] {
        for (name, screen) in [("1280", DESKTOP), ("390", PHONE)] {
            for (scheme, dark) in [("light", false), ("dark", true)] {
                let screen = Screen { dark, language: header, ..screen };
                let end = format!("{header}-{name}-{scheme}");
                Camera { options, end: &end }.walk(&chromium, screen, &labels(language)).await?;
            }
        }
    }
    for (name, screen) in [("1280", DESKTOP), ("390", PHONE)] {
        for (scheme, dark) in [("light", false), ("dark", true)] {
            let end = format!("en-{name}-{scheme}");
            Camera { options, end: &end }.console(&chromium, Screen { dark, ..screen }).await?;
        }
    }
    chromium.quit().await
}

struct Camera<'a> {
    options: &'a Options,
    /// The end of each file's name.
    end: &'a str,
}

impl Camera<'_> {
    async fn take(&self, person: &Person<'_>, tab: usize, page: &str) -> Result<(), Failure> {
        let file = self.options.to.join(format!("{page}-{}.png", self.end));
        std::fs::write(&file, person.picture(tab).await?)?;
        println!("{}", file.display());
        let is_for_docs = self.options.docs && IN_DOCS.contains(&page) && self.end.starts_with("en-1280-");
        if is_for_docs {
            let scheme = self.end.trim_start_matches("en-1280-");
            std::fs::write(
                Path::new("docs/images").join(format!("{page}-{scheme}.png")),
                person.first_screen(tab).await?,
            )?;
        }
        Ok(())
    }

    /// Opens every page of the console.
    async fn console(&self, chromium: &Chromium, screen: Screen) -> Result<(), Failure> {
        let site = ConsoleSite::start(ESTATE).await;
        let person = chromium.person(screen).await?;
        person.goto(0, &site.at("/console/sign-in")).await?;
        self.take(&person, 0, "console-sign-in").await?;
        person.goto(0, &site.sign_in).await?;
        self.take(&person, 0, "console").await?;
        let rows = site.ports.ledger.estate_rows(&Scope::All).await?;
        let app = rows.iter().find(|row| row.standing == Standing::NeedsConsent).ok_or("no app needs consent")?;
        for (page, path) in [
            ("console-app", format!("/console/apps/{}/{}", app.org, app.app)),
            ("console-org", format!("/console/orgs/{}", app.org)),
            ("console-tenant", format!("/console/tenant?name={}", app.tenant.as_ref().map_or("", TenantName::as_str))),
            ("console-customers", "/console/customers".to_owned()),
            ("console-orgs", "/console/orgs".to_owned()),
            ("console-scan", "/console/scans/latest".to_owned()),
            ("console-emails", "/console/emails".to_owned()),
            ("console-settings", "/console/settings".to_owned()),
            ("console-no-match", "/console?q=nothing&standing=broken".to_owned()),
        ] {
            person.goto(0, &site.at(&path)).await?;
            self.take(&person, 0, page).await?;
        }
        Ok(())
    }

    /// Walks through the pages of one consent and of the refusals on the way.
    async fn walk(&self, chromium: &Chromium, screen: Screen, labels: &Labels) -> Result<(), Failure> {
        let site = DemoSite::start(MfaEvidence::default()).await;
        let mut person = chromium.person(screen).await?;
        let link = site.invite("acmelabs").await;
        for (page, url) in [
            ("home", site.address.clone()),
            ("not-found", format!("{}/no/such/page", site.address)),
            ("link-forged", format!("{}/consent/cut-off", site.address)),
            ("session-lost", format!("{}/oauth/failed/session-lost", site.address)),
            ("invitation", link.clone()),
        ] {
            person.goto(0, &url).await?;
            self.take(&person, 0, page).await?;
        }
        person.evaluate(0, "document.querySelectorAll('details').forEach(one => { one.open = true; })").await?;
        self.take(&person, 0, "invitation-open").await?;
        person.goto(0, &link).await?;
        person.click(0, labels.sign_in).await?;
        person.sees(0, "Pick an account").await?;
        self.take(&person, 0, "microsoft-sign-in").await?;
        person.click(0, "Hugo Helpdesk").await?;
        person.sees(0, "Permissions requested").await?;
        self.take(&person, 0, "microsoft-consent").await?;
        person.click(0, "Accept").await?;
        person.sees_class(0, "verdict bad").await?;
        self.take(&person, 0, "not-administrator").await?;
        person.click(0, labels.switch).await?;
        person.sees(0, "Pick an account").await?;
        person.click(0, "Sven Stranger").await?;
        person.sees_class(0, "verdict bad").await?;
        self.take(&person, 0, "wrong-account").await?;
        person.click(0, labels.switch).await?;
        person.sees(0, "Pick an account").await?;
        person.click(0, "Ada Administrator").await?;
        person.sees(0, "Permissions requested").await?;
        person.click(0, "Accept").await?;
        person.sees(0, labels.approve).await?;
        self.take(&person, 0, "approve").await?;
        person.click(0, labels.next).await?;
        person.sees(0, labels.accept).await?;
        self.take(&person, 0, "paste").await?;
        person.click(0, labels.refused_summary).await?;
        person.click(0, labels.refused).await?;
        person.sees_class(0, "verdict bad").await?;
        self.take(&person, 0, "declined").await?;
        let tab = person.click_to_new_tab(0, labels.open).await?;
        person.sees(tab, "Permissions requested").await?;
        person.click(tab, "Accept").await?;
        let text = person.okta_text(tab).await?;
        person.paste(0, "hello").await?;
        person.click(0, labels.save).await?;
        person.sees_class(0, "errors").await?;
        self.take(&person, 0, "wrong-paste").await?;
        person.paste(0, &text).await?;
        person.click(0, labels.save).await?;
        self.take(&person, 0, "saving").await?;
        person.sees_class(0, "verdict good").await?;
        self.take(&person, 0, "done").await
    }
}
