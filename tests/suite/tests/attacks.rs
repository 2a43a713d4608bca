//! Attacks on a consent, each a test by its name. None may get anywhere: nothing is exchanged, stored or changed that
//! should not be, and a person who is refused is told what to do.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

#[path = "attacks/callbacks.rs"]
mod callbacks;
#[path = "attacks/hand_overs.rs"]
mod hand_overs;
#[path = "attacks/injections.rs"]
mod injections;
#[path = "attacks/invitations.rs"]
mod invitations;
#[path = "attacks/links.rs"]
mod links;
#[path = "attacks/sessions.rs"]
mod sessions;
#[path = "attacks/tokens.rs"]
mod tokens;

use regrant_tests::consent::{Browser, ConsentBench};

const TENANT: &str = "acmelabs";
const ADMIN: &str = "ada.administrator";

/// How many codes were exchanged at Microsoft.
fn exchanges(bench: &ConsentBench) -> usize {
    bench.simulation.microsoft.count("/oauth2/v2.0/token")
}

/// Everything that an attack could have changed: Okta's org, and the tokens kept for the tenant.
async fn state(bench: &ConsentBench) -> (Option<String>, bool) {
    use regrant::vault::{SecretName, SecretVersion};
    let tenant =
        bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| tenant.id.clone()).unwrap();
    let tokens =
        bench.ports.vault.get(&SecretName::Graph(tenant.parse().unwrap()), SecretVersion::Current).await.unwrap();
    (bench.simulation.okta.snapshot("acme"), tokens.is_some())
}

/// A browser that was sent to Microsoft, and the answer that waits for it there.
async fn sent(bench: &ConsentBench) -> (Browser, url::Url) {
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let location = browser.post(&invitation, &[]).await.location_url();
    let back = bench.at_microsoft(&location, ADMIN, regrant_simulators::microsoft::Decision::Accept);
    (browser, back)
}

/// A callback's URL with one parameter changed; an empty value takes it out.
fn with(url: &url::Url, name: &str, value: &str) -> url::Url {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    if !value.is_empty() {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

/// The value of a parameter.
fn value(url: &url::Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
}
