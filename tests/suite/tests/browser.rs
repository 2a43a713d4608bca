//! The consent in a real browser: Chromium over the demo's orgs and tenants. Runs if Chromium is installed; otherwise it is
//! listed as ignored. Every test fails on an error in the browser's console.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod browser {
    pub(crate) mod console;
    pub(crate) mod console_pages;
    pub(crate) mod pages;
    pub(crate) mod paths;
    pub(crate) mod refusals;
}

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use regrant::microsoft::MfaEvidence;
use regrant_tests::chromium::{Chromium, Failure, Person, chromium};
use regrant_tests::demo_site::DemoSite;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// The administrator of every demo tenant who may consent.
const ADA: &str = "Ada Administrator";

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One Chromium serves all tests. Each person in them has a browser of their own.
    arguments.test_threads = arguments.test_threads.or(Some(3));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime.map(Arc::new) else { return ExitCode::FAILURE };
    let shared = Arc::new(Shared { runtime: runtime.clone(), chromium: OnceCell::new() });
    let ended = libtest_mimic::run(&arguments, trials(&shared)).exit_code();
    if let Some(chromium) = Arc::into_inner(shared).and_then(|shared| shared.chromium.into_inner()) {
        // The tests have ended; a browser that does not quit is ended with this process.
        let _ = runtime.block_on(chromium.quit());
    }
    ended
}

/// What the tests share.
struct Shared {
    runtime: Arc<Runtime>,
    chromium: OnceCell<Chromium>,
}

/// What one test gets: an installation of its own, and the browser.
struct Scene<'a> {
    site: DemoSite,
    chromium: &'a Chromium,
}

fn trials(shared: &Arc<Shared>) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &str, mfa: fn() -> MfaEvidence, test: for<'a> fn(&'a Scene<'a>) -> Running<'a>| {
        let shared = shared.clone();
        let run = move || shared.run(mfa(), test);
        trials.push(Trial::test(name, run).with_ignored_flag(chromium().is_none()));
    };
    let optional = MfaEvidence::default;
    let required: fn() -> MfaEvidence = || MfaEvidence { required: true, ..MfaEvidence::default() };
    add("consent_takes_five_clicks_and_one_paste", optional, |scene| Box::pin(browser::paths::new_consent(scene)));
    add("app_that_needs_only_save_stays_in_one_tab", optional, |scene| Box::pin(browser::paths::only_save(scene)));
    add("consent_works_without_scripts", optional, |scene| Box::pin(browser::paths::without_scripts(scene)));
    add("consent_works_in_german_in_the_dark", optional, |scene| Box::pin(browser::paths::german(scene)));
    add("wrong_paste_is_explained_and_kept", optional, |scene| Box::pin(browser::paths::wrong_paste(scene)));
    add("every_copied_form_is_accepted", optional, |scene| Box::pin(browser::paths::copied_forms(scene)));
    add("two_tabs_do_not_disturb_each_other", optional, |scene| Box::pin(browser::paths::two_tabs(scene)));
    add("back_button_shows_the_current_state", optional, |scene| Box::pin(browser::paths::back_button(scene)));
    add("reload_is_safe_in_every_state", optional, |scene| Box::pin(browser::paths::reloads(scene)));
    add("claim_without_consent_is_not_believed", optional, |scene| Box::pin(browser::paths::mere_claim(scene)));
    add("consent_finished_in_the_console_is_seen", optional, |scene| Box::pin(browser::paths::in_console(scene)));
    add("every_refused_person_has_a_way_on", optional, |scene| Box::pin(browser::refusals::persons(scene)));
    add("cancelled_sign_in_can_start_again", optional, |scene| Box::pin(browser::refusals::cancelled(scene)));
    add("provisioning_pauses_only_when_agreed", optional, |scene| Box::pin(browser::paths::pause(scene)));
    add("link_without_registration_changes_nothing", optional, |scene| {
        Box::pin(browser::refusals::without_registration(scene))
    });
    add("waived_sign_in_leaves_okta_to_its_operator", optional, |scene| Box::pin(browser::refusals::waived(scene)));
    add("declined_consent_looks_different", optional, |scene| Box::pin(browser::refusals::declined(scene)));
    add("missing_mfa_is_explained", required, |scene| Box::pin(browser::refusals::mfa(scene)));
    add("closed_and_unknown_links_lead_on", optional, |scene| Box::pin(browser::refusals::links(scene)));
    add("pages_fit_every_screen_and_pass_axe", optional, |scene| Box::pin(browser::pages::every_page(scene)));
    add("first_screen_shows_verdict_and_button", optional, |scene| Box::pin(browser::pages::first_screen(scene)));
    let mut on_console = |name: &str, test: for<'a> fn(&'a Chromium) -> Running<'a>| {
        let shared = shared.clone();
        let run = move || shared.run_on_console(test);
        trials.push(Trial::test(name, run).with_ignored_flag(chromium().is_none()));
    };
    on_console("console_opens_with_a_url_that_works_once", |chromium| Box::pin(browser::console::sign_in(chromium)));
    on_console("console_filters_follow_the_person", |chromium| Box::pin(browser::console::filters(chromium)));
    on_console("console_buttons_of_an_app_work", |chromium| Box::pin(browser::console::buttons(chromium)));
    on_console("console_acts_on_many_apps_and_undoes_it", |chromium| Box::pin(browser::console::bulk(chromium)));
    on_console("console_refuses_forms_of_other_pages", |chromium| Box::pin(browser::console::forgery(chromium)));
    on_console("console_works_by_keyboard_alone", |chromium| Box::pin(browser::console::keyboard(chromium)));
    on_console("console_works_without_scripts", |chromium| Box::pin(browser::console::without_scripts(chromium)));
    on_console("console_pages_fit_and_pass_axe", |chromium| Box::pin(browser::console_pages::every_page(chromium)));
    on_console("console_prints_without_controls", |chromium| Box::pin(browser::console_pages::print(chromium)));
    trials
}

impl Shared {
    async fn chromium(&self) -> Result<&Chromium, Failed> {
        let start = || async { Chromium::start(&chromium().ok_or("Chromium is not installed")?).await };
        Ok(self.chromium.get_or_try_init(start).await.map_err(|failure| failure.to_string())?)
    }

    fn run_on_console(&self, test: for<'a> fn(&'a Chromium) -> Running<'a>) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let chromium = self.chromium().await?;
            test(chromium).await.map_err(|failure| Failed::from(failure.to_string()))
        })
    }

    fn run(&self, mfa: MfaEvidence, test: for<'a> fn(&'a Scene<'a>) -> Running<'a>) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let scene = Scene { site: DemoSite::start(mfa).await, chromium: self.chromium().await? };
            test(&scene).await.map_err(|failure| Failed::from(failure.to_string()))
        })
    }
}

/// Fails if the console of a person's browser has reported an error.
fn no_console_errors(person: &Person<'_>) -> Result<(), Failure> {
    let errors = person.console_errors();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n").into()) }
}

/// Fails with `text` unless `holds`.
fn ensure(holds: bool, text: impl Into<String>) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(text.into().into()) }
}
