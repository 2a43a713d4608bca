//! A person who follows the pages from the link on, and starts again if they ask for it.

use regrant_simulators::microsoft::Decision;
use url::Url;

use crate::browser::consent_link;
use crate::consent::{Browser, ConsentBench, PAUSES, Seen};

/// A person at a browser, with a link from an email.
pub struct Person<'a> {
    bench: &'a ConsentBench,
    browser: Browser,
    link: String,
    session: Option<String>,
    shown: Option<String>,
}

impl<'a> Person<'a> {
    /// The newly invited Global Administrator of a tenant.
    pub async fn invited(bench: &'a ConsentBench, tenant: &str) -> Self {
        let link = bench.invite(tenant).await;
        Self { bench, browser: bench.browser(), link, session: None, shown: None }
    }

    /// Takes at most `steps` steps, each as the current page asks. Returns the last page.
    pub async fn walk(&mut self, steps: u32) -> Option<Seen> {
        let mut last = None;
        for _ in 0..steps {
            let page = self.step().await;
            let done = page.heading().starts_with("Done");
            last = Some(page);
            if done {
                break;
            }
        }
        last
    }

    async fn step(&mut self) -> Seen {
        let Some(session) = self.session.clone() else { return self.begin().await };
        let page = self.browser.get(&session).await;
        let takes_text = page.body.contains("name=\"handover\"");
        match page.heading().as_str() {
            _ if takes_text && self.shown.is_some() => {
                let text = self.shown.take().unwrap_or_default();
                self.send(&session, "handover", &[("handover", &text)]).await
            }
            heading if takes_text || heading.starts_with("Next: approve") => {
                let mut sent = self.send(&session, "okta", &[]).await;
                if sent.heading() == PAUSES {
                    sent = self.send(&session, "okta", &[("pause", "agreed")]).await;
                }
                let next = self.browser.get(&session).await;
                if let Some(url) = consent_link(&next.body) {
                    let back = self.bench.at_microsoft(&url, "ada.administrator", Decision::Accept);
                    self.shown = Some(back.into());
                }
                if sent.status.is_redirection() { next } else { sent }
            }
            "Saving and verifying" => {
                self.bench.work_once().await;
                let page = self.browser.get(&session).await;
                if page.heading() == "Saving and verifying" { self.send(&session, "finish", &[]).await } else { page }
            }
            heading if heading.starts_with("Done") => page,
            // The page asks the person to start again.
            _ => {
                self.session = None;
                page
            }
        }
    }

    async fn begin(&mut self) -> Seen {
        let sent = self.browser.post(&self.link, &[]).await;
        let Some(url) = leads_to_microsoft(&sent) else { return sent };
        let back = self.bench.at_microsoft(&url, "ada.administrator", Decision::Accept);
        let returned = self.browser.get_url(&back).await;
        let place = returned.location();
        let page = self.browser.get(&place).await;
        self.session = Some(place).filter(|place| place.starts_with("/consent/session/"));
        page
    }

    async fn send(&mut self, session: &str, action: &str, form: &[(&str, &str)]) -> Seen {
        let token = self.browser.form_token(session).await;
        let filled: Vec<(&str, &str)> = [("token", token.as_str())].into_iter().chain(form.iter().copied()).collect();
        self.browser.post(&format!("{session}/{action}"), &filled).await
    }
}

fn leads_to_microsoft(seen: &Seen) -> Option<Url> {
    let place = seen.headers.get("location")?.to_str().ok()?;
    Url::parse(place).ok()
}
