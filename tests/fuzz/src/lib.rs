//! Fuzz targets: every parser of bytes that come from outside. A target fails if its parser panics or accepts what it must not.
//!
//! `cargo test` runs each target on its seeds and on changed copies of them. `cargo fuzz` searches further; see the README.

#![expect(clippy::panic, reason = "a target fails by panicking")]

mod answers;

use std::str;
use std::sync::LazyLock;

use regrant::domain::branding::{Logo, MAX_LOGO_BYTES};
use regrant::domain::hand_over;
use regrant::domain::id::{AppId, Sha256Digest};
use regrant::domain::transcript::Transcript;
use regrant::http::loopback::LoopbackPolicy;
use regrant::keyring::Keyring;
use regrant::lambda::Event;
use regrant::okta::OrgUrl;
use regrant::okta::log_stream;
use regrant::private_key::PrivateKey;
use regrant::randomness::SeededRandomness;
use regrant::usecases::report::trail::{Trust, verify_export};
use regrant::web::parameters::Parameters;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

/// A parser under test.
pub struct Target {
    /// Its name, and that of its folder in `seeds`.
    pub name: &'static str,
    run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "api_event", run: api_event },
    Target { name: "cookie", run: cookie },
    Target { name: "graph_answer", run: answers::graph },
    Target { name: "hand_over", run: hand_over },
    Target { name: "log_event", run: log_event },
    Target { name: "logo", run: logo },
    Target { name: "okta_answer", run: answers::okta },
    Target { name: "org_url", run: org_url },
    Target { name: "parameters", run: parameters },
    Target { name: "private_key", run: private_key },
    Target { name: "replay_file", run: replay_file },
    Target { name: "report_export", run: report_export },
    Target { name: "signed_link", run: signed_link },
];

/// Runs the target with this name on `input`.
///
/// # Panics
///
/// If the target does not exist or fails.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("the fuzz target {name} does not exist"));
    (target.run)(input);
}

/// The `state` that Okta's consent link had.
const ISSUED_STATE: &str = "state-of-the-link";

static KEYRING: LazyLock<Keyring> = LazyLock::new(|| Keyring::new(&SeededRandomness::new(1)));

/// What a person pastes after the consent.
fn hand_over(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (org, app) = (Url::parse("https://acme.okta.com"), "0oa1acme".parse::<AppId>());
    let (Ok(org), Ok(app)) = (org, app) else { unreachable!("both are constants") };
    if let Ok(accepted) = hand_over::parse(text, &org, &app, &[Sha256Digest::of(ISSUED_STATE)]) {
        assert_eq!(accepted.state, ISSUED_STATE);
        assert!(!accepted.code.expose_secret().is_empty());
    }
}

/// The token in a link of an email. None that this key did not sign is accepted, and the seeds hold none that it did.
fn signed_link(input: &[u8]) {
    let Ok(token) = str::from_utf8(input) else { return };
    assert!(KEYRING.read(token).is_err());
    assert!(KEYRING.read_mute(token).is_err());
    assert!(KEYRING.read_request(token).is_err());
}

/// The value of a session's cookie.
fn cookie(input: &[u8]) {
    let Ok(sealed) = str::from_utf8(input) else { return };
    assert!(KEYRING.open_cookie("session", sealed).is_none());
}

/// The query of a callback, and the body of a form.
fn parameters(input: &[u8]) {
    let _ = Parameters::parse(input);
}

/// The payload of a Lambda invocation.
fn api_event(input: &[u8]) {
    if let Ok(payload) = serde_json::from_slice::<Value>(input) {
        let _ = Event::read(payload);
    }
}

/// An event of Okta's log stream.
fn log_event(input: &[u8]) {
    if let Ok(event) = serde_json::from_slice::<Value>(input) {
        let _ = log_stream::decode(&event);
    }
}

/// The file of `regrant report verify`. Without a trusted key, no file passes.
fn report_export(input: &[u8]) {
    let verification = verify_export(input, &Trust::default());
    assert!(verification.is_ok_and(|found| !found.untrusted_keys.is_empty() || !found.verified.findings.is_empty()));
}

/// The file of `regrant org replay`.
fn replay_file(input: &[u8]) {
    let _ = serde_json::from_slice::<Transcript>(input);
}

/// The file of a logo. What is accepted is an image that a page can embed.
fn logo(input: &[u8]) {
    if let Ok(logo) = Logo::parse(input) {
        assert!(input.len() <= MAX_LOGO_BYTES);
        assert!(logo.data_url().starts_with("data:image/"));
    }
}

/// The file of a private key.
fn private_key(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        let _ = PrivateKey::parse(&SecretString::from(text));
    }
}

/// An org's address, as an operator types it. Credentials are sent only to Okta's own domains, over TLS.
fn org_url(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    if let Ok((org, _)) = OrgUrl::parse(text, LoopbackPolicy::Refuse) {
        assert_eq!(org.as_url().scheme(), "https");
        assert!(!org.is_loopback());
    }
}
