//! Sends a million generated callbacks and hand-overs, each wrong in at least one way, to the real endpoints: none may be
//! accepted or panic. Finally sends valid ones, which must be accepted, to show that acceptance was possible.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use regrant::domain::cloud::Cloud;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench};
use serde_json::json;
use tokio::task::JoinSet;

use super::{Outcome, Report, Size};
use crate::walk::Failure;

pub(crate) const NAME: &str = "generated-inputs";

const TENANT: &str = "acmelabs";
const ADMIN: &str = "ada.administrator";
const SEED: u64 = 20_260_302;
const WORKERS: u64 = 4;

pub(crate) async fn prove(size: Size) -> Outcome {
    let each = if size == Size::Full { 500_000 } else { 1_500 };
    let bench = Arc::new(ConsentBench::new().await);

    let mut browser = bench.browser();
    let sent = browser.post(&bench.invite(TENANT).await, &[]).await;
    let back = bench.at_microsoft(&sent.location_url(), ADMIN, Decision::Accept);
    let good = GoodCallback { path: back.path().to_owned(), query: back.query().unwrap_or_default().to_owned() };
    let before = seen(&bench);
    let callbacks = crowd(each, &browser, move |rng, browser| good.mutated(rng, browser)).await?;
    let untouched_by_callbacks = seen(&bench) == before;
    let session = browser.get_url(&back).await.location();
    let accepts_a_callback = seen(&bench) != before && session.starts_with("/consent/session/");

    let shown = bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    let good = GoodHandOver { path: format!("{session}/handover"), token, shown };
    let right = good.form(&good.shown);
    let (path, before) = (good.path.clone(), seen(&bench));
    let hand_overs = crowd(each, &browser, move |rng, browser| good.mutated(rng, browser)).await?;
    let untouched_by_hand_overs = seen(&bench) == before;
    let answer = browser.send("POST", &path, Body::from(right)).await;
    let accepts_a_hand_over = answer.status == axum::http::StatusCode::SEE_OTHER;

    let (accepted, panicked) = (callbacks.accepted + hand_overs.accepted, callbacks.panicked + hand_overs.panicked);
    let untouched = untouched_by_callbacks && untouched_by_hand_overs;
    Ok(Report::new(
        NAME,
        accepted == 0 && panicked == 0 && untouched && accepts_a_callback && accepts_a_hand_over,
        [
            ("callbacks", json!(callbacks.tried)),
            ("hand_overs", json!(hand_overs.tried)),
            ("accepted", json!(accepted)),
            ("panicked", json!(panicked)),
            ("okta_and_microsoft_untouched", json!(untouched)),
            ("the_right_callback_is_accepted", json!(accepts_a_callback)),
            ("the_right_hand_over_is_accepted", json!(accepts_a_hand_over)),
        ],
    ))
}

/// All external state that an accepted input would change.
fn seen(bench: &ConsentBench) -> (Option<String>, u64) {
    (bench.simulation.okta.snapshot("acme"), bench.simulation.kill_point.calls())
}

/// The results of the inputs.
#[derive(Default)]
struct Fates {
    tried: u64,
    accepted: u64,
    panicked: u64,
}

/// A request to send.
struct Input {
    browser: Browser,
    method: &'static str,
    path: String,
    body: Vec<u8>,
}

/// Sends `count` inputs. An input is accepted if it leads to a session's page.
async fn crowd(
    count: u64,
    browser: &Browser,
    make: impl Fn(&mut SmallRng, &Browser) -> Input + Send + Sync + 'static,
) -> Result<Fates, Failure> {
    let make = Arc::new(make);
    let mut fates = Fates::default();
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (make, browser) = (make.clone(), browser.clone());
        workers.spawn(async move {
            let mut rng = SmallRng::seed_from_u64(SEED + worker);
            let mut fates = Fates::default();
            for _ in 0..count / WORKERS {
                let mut input = make(&mut rng, &browser);
                let sent = async move { input.browser.send(input.method, &input.path, Body::from(input.body)).await };
                fates.tried += 1;
                // In a separate task, so that a panic is counted and ends only that task.
                match tokio::spawn(sent).await {
                    Ok(shown) => {
                        let leads = shown.headers.get("location").and_then(|place| place.to_str().ok());
                        fates.accepted += u64::from(leads.is_some_and(|place| place.starts_with("/consent/session/")));
                    }
                    Err(_) => fates.panicked += 1,
                }
            }
            fates
        });
    }
    while let Some(part) = workers.join_next().await {
        let part = part?;
        fates.tried += part.tried;
        fates.accepted += part.accepted;
        fates.panicked += part.panicked;
    }
    Ok(fates)
}

/// Microsoft's unmodified response.
struct GoodCallback {
    path: String,
    query: String,
}

impl GoodCallback {
    /// Makes it wrong in at least one way, and often in others.
    fn mutated(&self, rng: &mut SmallRng, browser: &Browser) -> Input {
        let mut browser = browser.clone();
        let mut path = self.path.clone();
        let value = |name: &str| parameter(&self.query, name);
        let (state, code, other) = (value("state"), value("code"), token(rng, 43));
        let query = match rng.random_range(0..12) {
            0 => scribbled(rng, &format!("code={code}&state={other}")),
            1 => format!("code={code}&state={}", changed(rng, &state)),
            2 => format!("{}&state={other}", self.query),
            3 => format!("{}&co%64e={other}", self.query),
            4 => format!("{}&error={}", self.query, token(rng, 12)),
            5 => format!("{}&x=%{:02X}%FF", self.query, rng.random_range(0xC0_u8..=0xFF)),
            6 => format!("{}&session_state={}", self.query, "A".repeat(rng.random_range(33_000..40_000))),
            7 => format!("code={}&state={state}", "A".repeat(rng.random_range(4_097..9_000))),
            8 => {
                let others = [Cloud::GccHigh, Cloud::Dod, Cloud::China21Vianet];
                others[rng.random_range(0..others.len())].callback_path().clone_into(&mut path);
                self.query.clone()
            }
            9 => {
                // A different cookie or none: Microsoft's valid response in a different browser.
                for value in browser.cookies.values_mut() {
                    *value = changed(rng, value);
                }
                if rng.random() {
                    browser.cookies.clear();
                }
                self.query.clone()
            }
            10 => format!("state={state}"),
            _ => noise(rng, 300),
        };
        Input { browser, method: "GET", path: format!("{path}?{}", as_uri(&query)), body: Vec::new() }
    }
}

/// The text of Okta's page, and the form it is submitted in.
struct GoodHandOver {
    path: String,
    token: String,
    shown: String,
}

impl GoodHandOver {
    fn form(&self, text: &str) -> Vec<u8> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &self.token).append_pair("handover", text);
        form.finish().into_bytes()
    }

    /// Makes it wrong in at least one way, and often in others.
    fn mutated(&self, rng: &mut SmallRng, browser: &Browser) -> Input {
        let shown = self.shown.as_str();
        let href = shown.split("\"href\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let query = href.split('?').nth(1).unwrap_or_default();
        let (code, state) = (parameter(query, "code"), parameter(query, "state"));
        let other = token(rng, 40);
        // Okta's JSON, only the address, or only the parameters.
        let form = match rng.random_range(0..3) {
            0 => shown,
            1 => href,
            _ => query,
        };
        let text = match rng.random_range(0..16) {
            0 => scribbled(rng, &form.replace(&state, &other)),
            1 => form.replace(&state, &changed(rng, &state)),
            2 => scribbled(rng, &shown.replace("acme.localhost", &format!("{other}.example"))),
            3 => scribbled(rng, &href.replace("/office365/0oa", &format!("/office365/0o{other}"))),
            4 => form.replace("state=", &format!("state={other}&state=")),
            5 => form.replace("code=", &format!("code={other}&code=")),
            6 => form.replace("state=", &format!("{}=1&state=", token(rng, 6))),
            7 => form.replace(&code, ""),
            8 => format!("state={state}"),
            9 => href.replace("//", &format!("//{}@", token(rng, 5))),
            10 => format!("{href}\n{}", href.replace(&code, &other)),
            11 => form.replace("/callback", &format!("/callback/{}", token(rng, 5))).replace("code=", "kode="),
            12 => format!("{form}{}", "A".repeat(rng.random_range(17_000..30_000))),
            13 => {
                let shown = shown.replace("POST", ["GET", "PUT", "post", ""][rng.random_range(0..4)]);
                shown.replace(&state, &changed(rng, &state))
            }
            14 => {
                let rest = shown.trim_start().trim_start_matches('{').replace(&code, "");
                format!("{{\"{}\":1,{rest}", token(rng, 5))
            }
            _ => noise(rng, 600),
        };
        let body = match rng.random_range(0..20) {
            // A valid text with a wrong form token, repeated, or not in UTF-8.
            0 => [self.form(shown), b"&handover=x".to_vec()].concat(),
            1 => [b"token=%FF&handover=".to_vec(), shown.as_bytes().to_vec()].concat(),
            2 => {
                String::from_utf8_lossy(&self.form(shown)).replace(&self.token, &changed(rng, &self.token)).into_bytes()
            }
            _ => self.form(&text),
        };
        Input { browser: browser.clone(), method: "POST", path: self.path.clone(), body }
    }
}

fn parameter(query: &str, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Letters and digits.
fn token(rng: &mut SmallRng, length: usize) -> String {
    (0..length).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect()
}

/// Changes one character in the first half of the text. The last characters of base64 may be unused bits.
fn changed(rng: &mut SmallRng, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let half = (bytes.len() / 2).max(1);
    if let Some(byte) = bytes.get_mut(rng.random_range(0..half)) {
        *byte = if *byte == b'a' { b'b' } else { b'a' };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Replaces, inserts or removes up to four characters.
fn scribbled(rng: &mut SmallRng, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..rng.random_range(0..=4) {
        let at = rng.random_range(0..characters.len());
        match rng.random_range(0..3) {
            0 => characters[at] = any(rng),
            1 => characters.insert(at, any(rng)),
            _ if characters.len() > 1 => drop(characters.remove(at)),
            _ => {}
        }
    }
    characters.into_iter().collect()
}

fn any(rng: &mut SmallRng) -> char {
    if rng.random_ratio(1, 8) { rng.random() } else { char::from(rng.random_range(0x20_u8..0x7F)) }
}

/// Characters that are significant to a parser, and others.
fn noise(rng: &mut SmallRng, most: usize) -> String {
    const MEANT: &[u8] = b"&=%?#/\\\"'{}[]:;,.+-_@ \t\r\n\0codestate0123456789";
    let length = rng.random_range(0..most);
    (0..length)
        .map(|_| if rng.random_ratio(1, 6) { any(rng) } else { char::from(MEANT[rng.random_range(0..MEANT.len())]) })
        .collect()
}

/// Escapes characters that a request line must not contain, as every client must.
fn as_uri(query: &str) -> String {
    let mut escaped = String::with_capacity(query.len());
    for byte in query.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{}|#".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
