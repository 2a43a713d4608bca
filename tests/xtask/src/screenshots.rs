//! `cargo xtask screenshots`: a picture of every page and every email, in headless Chromium, at two widths, in both colour
//! schemes and both languages.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use regrant::domain::access_policy::Scope;
use regrant::domain::access_problem::{AccessProblem, AccessProblemKind};
use regrant::domain::branding::Branding;
use regrant::domain::contact::{Audience, Language};
use regrant::domain::id::RequestId;
use regrant::domain::notification::About;
use regrant::domain::request::Ended;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::emails::{samples, write};
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::MfaEvidence;
use regrant::settings::PublicUrl;
use regrant::usecases::notify::request_status::{RequestLinkError, RequestState, RequestStatus};
use regrant::web::pages::{
    MuteView, OutboxLine, Presentation, RequestView, confirm_mute, muted, outbox, request, unavailable_request,
};
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

/// The pictures in the documentation, by page. Each is taken in light and dark, on a screen of its own.
const IN_DOCS: [&str; 5] = ["invitation", "paste", "done", "email-invitation", "console"];
const DOCS: Screen = Screen { width: 860, height: 720, ..DESKTOP };
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
            approve: "Next: approve Okta's access",
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
            approve: "Als Nächstes: Oktas Zugriff genehmigen",
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
    let program = chromium().ok_or("Chromium is not installed")?;
    let chromium = Chromium::start(&program).await?;
    for (language, header) in [(Language::En, "en"), (Language::De, "de")] {
        for (name, screen) in [("1280", DESKTOP), ("390", PHONE)] {
            for (scheme, dark) in [("light", false), ("dark", true)] {
                let screen = Screen { dark, language: header, ..screen };
                let end = format!("{header}-{name}-{scheme}");
                let camera = Camera { folder: &options.to, end: &end, for_docs: false };
                camera.pages(&chromium, screen, &labels(language)).await?;
                camera.operators_pages(&chromium, screen, language).await?;
                camera.emails(&chromium, screen, language).await?;
            }
        }
    }
    for (name, screen) in [("1280", DESKTOP), ("390", PHONE)] {
        for (scheme, dark) in [("light", false), ("dark", true)] {
            let end = format!("en-{name}-{scheme}");
            let camera = Camera { folder: &options.to, end: &end, for_docs: false };
            camera.console(&chromium, Screen { dark, ..screen }).await?;
        }
    }
    if options.docs {
        for (scheme, dark) in [("light", false), ("dark", true)] {
            let camera = Camera { folder: Path::new("docs/images"), end: scheme, for_docs: true };
            camera.pages(&chromium, Screen { dark, ..DOCS }, &labels(Language::En)).await?;
            camera.emails(&chromium, Screen { dark, ..DOCS }, Language::En).await?;
            camera.console(&chromium, Screen { dark, ..DESKTOP }).await?;
        }
    }
    chromium.quit().await
}

struct Camera<'a> {
    folder: &'a Path,
    /// The end of each file's name.
    end: &'a str,
    /// Whether it takes only the pictures in the documentation, each of one screen.
    for_docs: bool,
}

impl Camera<'_> {
    async fn take(&self, person: &Person<'_>, tab: usize, page: &str) -> Result<(), Failure> {
        if self.for_docs && !IN_DOCS.contains(&page) {
            return Ok(());
        }
        let (extension, picture) =
            if self.for_docs { ("webp", person.first_screen(tab).await?) } else { ("png", person.picture(tab).await?) };
        let file = self.folder.join(format!("{page}-{}.{extension}", self.end));
        std::fs::create_dir_all(self.folder)?;
        std::fs::write(&file, picture)?;
        println!("{}", file.display());
        Ok(())
    }

    /// Every kind of email, as HTML and as text.
    async fn emails(&self, chromium: &Chromium, screen: Screen, language: Language) -> Result<(), Failure> {
        let person = chromium.person(screen).await?;
        let html = tempfile::Builder::new().suffix(".html").tempfile()?;
        for sample in samples::all(language)? {
            let email = sample.with(write)?;
            std::fs::write(html.path(), &email.html)?;
            person.goto(0, &format!("file://{}", html.path().display())).await?;
            self.take(&person, 0, &format!("email-{}", sample.name)).await?;
            if !self.for_docs {
                let text = self.folder.join(format!("email-{}-{}.txt", sample.name, self.end));
                std::fs::write(text, format!("{}\n\n{}", email.subject, email.text))?;
            }
        }
        Ok(())
    }

    /// The pages that operators' emails link to, and the outbox of the demo.
    async fn operators_pages(&self, chromium: &Chromium, screen: Screen, language: Language) -> Result<(), Failure> {
        let person = chromium.person(screen).await?;
        let html = tempfile::Builder::new().suffix(".html").tempfile()?;
        let branding = Branding::default();
        let presentation = Presentation { language, branding: &branding, support: None };
        let org = samples::sample("any", About::Done, Audience::OktaOperator, None, language)?.installation.org;
        let (id, now): (RequestId, _) = ("RG-7K2QM-X4T9P".parse()?, Timestamp::now());
        let app = |standing| samples::app("Office 365 EMEA", standing);
        let open = |app| RequestState::Open { app, waived_until: None, expired_waiver: None };
        let problem = AccessProblem {
            kind: AccessProblemKind::OktaCredentialRefused,
            since: now,
            detail: "E0000011 Invalid token provided (errorId oaeInvented1)".to_owned(),
            request: id.clone(),
        };
        let ended = Some(Ended { at: now, standing: Standing::Consented });
        let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse)?;
        let mut pages = Vec::new();
        for (name, state) in [
            ("request-save", open(app(Standing::NeedsSave)?)),
            ("request-consent", open(app(Standing::NeedsConsent)?)),
            ("request-by-hand", open(app(Standing::ByHand)?)),
            ("request-unknown", open(app(Standing::Unknown)?)),
            (
                "request-postponed",
                RequestState::Open { app: app(Standing::Broken)?, waived_until: Some(now), expired_waiver: None },
            ),
            ("request-closed", RequestState::Closed { app: app(Standing::Consented)?, ended }),
            ("request-access", RequestState::AccessProblem(problem)),
        ] {
            let looked_up = RequestStatus { request: id.clone(), org: org.clone(), link_ends_at: now, state };
            let view = RequestView { looked_up: &looked_up, public_url: Some(&public_url) };
            pages.push((name, request(&presentation, &view)));
        }
        let why = RequestLinkError::Ended { request: id.clone(), org_domain: Some(org.domain()), at: now };
        pages.push(("request-expired", unavailable_request(&presentation, &why)));
        let view = MuteView { request: &id, address: &"olga@acme.example".parse()?, action: "" };
        pages.push(("mute", confirm_mute(&presentation, &view)));
        pages.push(("muted", muted(&presentation, &view)));
        let emails = samples::all(language)?;
        let lines = emails.iter().enumerate().map(|(at, sample)| {
            let email = sample.with(write)?;
            Ok(OutboxLine { number: at + 1, to: email.to.bare(), subject: email.subject })
        });
        pages.push(("outbox", outbox(&presentation, &lines.collect::<Result<Vec<_>, Failure>>()?)));
        for (name, page) in pages {
            std::fs::write(html.path(), page.html())?;
            person.goto(0, &format!("file://{}", html.path().display())).await?;
            self.take(&person, 0, name).await?;
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
    async fn pages(&self, chromium: &Chromium, screen: Screen, labels: &Labels) -> Result<(), Failure> {
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
        // The page between the two goes on by itself: a picture of it may never be finished.
        person.sees_class(0, "verdict good").await?;
        self.take(&person, 0, "done").await
    }
}
