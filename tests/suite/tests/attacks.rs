//! Attacks on a consent and on its emails, one test each. No attack may exchange, store or change anything, and a rejected person must see
//! what to do.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "attacks/callbacks.rs"]
mod callbacks;
#[path = "attacks/constant_cost.rs"]
mod constant_cost;
#[path = "attacks/cookies.rs"]
mod cookies;
#[path = "attacks/emails.rs"]
mod emails;
#[path = "attacks/evidence.rs"]
mod evidence;
#[path = "attacks/floods.rs"]
mod floods;
#[path = "attacks/hand_overs.rs"]
mod hand_overs;
#[path = "attacks/injections.rs"]
mod injections;
#[path = "attacks/invitations.rs"]
mod invitations;
#[path = "attacks/link_floods.rs"]
mod link_floods;
#[path = "attacks/links.rs"]
mod links;
#[path = "attacks/operators.rs"]
mod operators;
#[path = "attacks/pages.rs"]
mod pages;
#[path = "attacks/pauses.rs"]
mod pauses;
#[path = "attacks/removals.rs"]
mod removals;
#[path = "attacks/revocations.rs"]
mod revocations;
#[path = "attacks/sessions.rs"]
mod sessions;
#[path = "attacks/sign_in_policy.rs"]
mod sign_in_policy;
#[path = "attacks/tenants.rs"]
mod tenants;
#[path = "attacks/tokens.rs"]
mod tokens;

use regrant_tests::consent::{Browser, ConsentBench};

const TENANT: &str = "acmelabs";
const ADMIN: &str = "ada.administrator";

/// The number of codes exchanged at Microsoft.
fn exchanges(bench: &ConsentBench) -> usize {
    bench.simulation.microsoft.count("/oauth2/v2.0/token")
}

/// All state that an attack could change: Okta's org and the tenant's stored tokens.
async fn state(bench: &ConsentBench) -> (Option<String>, bool) {
    use regrant::vault::{SecretName, SecretVersion};
    let tenant =
        bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| tenant.id.clone()).unwrap();
    let (org, _) = bench.ids(TENANT).await;
    let name = SecretName::Graph(org, tenant.parse().unwrap());
    let tokens = bench.ports.vault.get(&name, SecretVersion::Current).await.unwrap();
    (bench.simulation.okta.snapshot("acme"), tokens.is_some())
}

/// A browser that was redirected to Microsoft, and Microsoft's pending callback.
async fn sent(bench: &ConsentBench) -> (Browser, url::Url) {
    let invitation = bench.invite(TENANT).await;
    sent_from(bench, &invitation).await
}

/// Like [`sent`], with a link that exists already.
async fn sent_from(bench: &ConsentBench, invitation: &str) -> (Browser, url::Url) {
    let mut browser = bench.browser();
    let location = browser.post(invitation, &[]).await.location_url();
    let back = bench.at_microsoft(&location, ADMIN, regrant_simulators::microsoft::Decision::Accept);
    (browser, back)
}

/// A callback's URL with one parameter changed; an empty value removes it.
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
