//! Tests the signing key cache: rare fetches, immediate fetch after rotation, and use of old keys during outages.

use std::time::Duration;

use regrant::domain::failure::consent::ConsentFailure;
use regrant::microsoft::MicrosoftError;
use regrant_simulators::microsoft::TokenTampering;
use regrant_simulators::{Fault, Times};

use super::sign_ins::SignIns;

const KEYS: &str = "/discovery/v2.0/keys";

fn fetches(sign_ins: &SignIns) -> usize {
    sign_ins.microsoft.count(KEYS)
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_sign_ins() {
    let sign_ins = SignIns::new().await;
    for _ in 0..5 {
        sign_ins.sign_in().await.unwrap();
    }
    assert_eq!(fetches(&sign_ins), 1);
}

#[tokio::test]
async fn concurrent_sign_ins_fetch_keys_once() {
    let sign_ins = SignIns::new().await;
    let (one, two, three) = (sign_ins.sign_in(), sign_ins.sign_in(), sign_ins.sign_in());
    let (one, two, three) = tokio::join!(one, two, three);
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(fetches(&sign_ins), 1);
}

#[tokio::test]
async fn key_rotation_costs_one_fetch() {
    let sign_ins = SignIns::new().await;
    sign_ins.sign_in().await.unwrap();
    sign_ins.clock.advance(Duration::from_mins(5));
    sign_ins.microsoft.rotate_keys();
    for _ in 0..3 {
        sign_ins.sign_in().await.unwrap();
        assert_eq!(fetches(&sign_ins), 2);
    }
}

#[tokio::test]
async fn keys_are_fetched_again_after_a_day() {
    let sign_ins = SignIns::new().await;
    sign_ins.sign_in().await.unwrap();
    sign_ins.clock.advance(Duration::from_hours(24) - Duration::from_secs(1));
    sign_ins.sign_in().await.unwrap();
    assert_eq!(fetches(&sign_ins), 1);
    sign_ins.clock.advance(Duration::from_secs(1));
    sign_ins.sign_in().await.unwrap();
    assert_eq!(fetches(&sign_ins), 2);
}

#[tokio::test]
async fn unknown_key_ids_cause_few_fetches() {
    let sign_ins = SignIns::new().await;
    let made_up = |number: u32| TokenTampering { kid: Some(format!("made-up-{number}")), ..TokenTampering::default() };
    for number in 0..20 {
        sign_ins.microsoft.tamper(made_up(number));
        let error = sign_ins.sign_in().await.unwrap_err();
        assert_eq!(error.consent_failure(), ConsentFailure::Untrusted, "{error:?}");
    }
    assert_eq!(fetches(&sign_ins), 1);
    sign_ins.clock.advance(Duration::from_mins(5));
    for number in 20..40 {
        sign_ins.microsoft.tamper(made_up(number));
        sign_ins.sign_in().await.unwrap_err();
    }
    assert_eq!(fetches(&sign_ins), 2, "one every five minutes");
    sign_ins.microsoft.tamper(TokenTampering::default());
    sign_ins.sign_in().await.unwrap();
    assert_eq!(fetches(&sign_ins), 2, "and the good name is known all along");
}

#[tokio::test]
async fn cached_keys_serve_during_outage() {
    for fault in [Fault::ServerError, Fault::EdgeProxyError, Fault::Reset, Fault::NotJson, Fault::OtherShape] {
        let sign_ins = SignIns::new().await;
        sign_ins.sign_in().await.unwrap();
        sign_ins.clock.advance(Duration::from_hours(30));
        sign_ins.microsoft.fail(KEYS, fault.clone(), Times::Always);
        sign_ins.sign_in().await.unwrap();
        let asked = fetches(&sign_ins);
        assert!(asked > 1, "{fault:?}: they were asked for");
        sign_ins.sign_in().await.unwrap();
        assert_eq!(fetches(&sign_ins), asked, "{fault:?}: and then left in peace");
        sign_ins.microsoft.heal();
        sign_ins.clock.advance(Duration::from_mins(5));
        sign_ins.sign_in().await.unwrap();
        assert_eq!(fetches(&sign_ins), asked + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn without_keys_sign_ins_fail() {
    for fault in [Fault::ServerError, Fault::Truncated, Fault::NotJson, Fault::OtherShape, Fault::RateLimited] {
        let sign_ins = SignIns::new().await;
        sign_ins.microsoft.fail(KEYS, fault.clone(), Times::Always);
        let error = sign_ins.sign_in().await.unwrap_err();
        assert_eq!(error.consent_failure(), ConsentFailure::MicrosoftDown, "{fault:?}: {error:?}");
        let asked = fetches(&sign_ins);
        sign_ins.microsoft.heal();
        sign_ins.sign_in().await.unwrap();
        assert_eq!(fetches(&sign_ins), asked + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn key_fetch_never_follows_redirects() {
    let sign_ins = SignIns::new().await;
    let there = format!("{}/elsewhere", sign_ins.microsoft.login_url());
    sign_ins.microsoft.fail(KEYS, Fault::Redirect(there), Times::Always);
    let error = sign_ins.sign_in().await.unwrap_err();
    assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
    assert_eq!((fetches(&sign_ins), sign_ins.microsoft.count("/elsewhere")), (1, 0));
}
