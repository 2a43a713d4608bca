#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn app(features: &[&str]) -> SignalKind {
    let features = features.iter().map(|&name| name.to_owned()).collect();
    SignalKind::AppRead { status: AppStatus::Active, features, tenant_type: None }
}

fn connection(auth_scheme: AuthScheme, status: ConnectionStatus, authorize_offered: bool) -> SignalKind {
    SignalKind::ConnectionRead { auth_scheme, status, authorize_offered }
}

fn oauth2(status: ConnectionStatus, authorize_offered: bool) -> SignalKind {
    connection(AuthScheme::Oauth2, status, authorize_offered)
}

fn no_scheme() -> SignalKind {
    connection(AuthScheme::Unknown, ConnectionStatus::Unknown, false)
}

fn features(provisioning: Provisioning) -> SignalKind {
    SignalKind::ProvisioningRead { provisioning }
}

fn failed(check: Check) -> SignalKind {
    SignalKind::CheckFailed { check, reason: "it did not answer".to_owned() }
}

fn grants(missing: &[&str], any_granted: bool, principal_enabled: bool) -> SignalKind {
    let missing = missing.iter().map(|&name| name.to_owned()).collect();
    SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, changes: Vec::new() }
}

fn credential_failure() -> SignalKind {
    SignalKind::CredentialFailure { event_type: "app.office365.api.error.validate.creds".to_owned() }
}

fn consenter(enabled: Option<bool>, holds_role: Option<bool>) -> SignalKind {
    SignalKind::ConsenterRead { enabled, holds_role }
}

fn rotation(succeeded: bool) -> SignalKind {
    SignalKind::CredentialRotation { succeeded }
}

fn secret(warning: Option<&str>) -> SignalKind {
    let warning = warning.map(str::to_owned);
    SignalKind::ProvisioningSecretRead { ends_at: None, warning, note: None }
}

fn assessed(kinds: &[SignalKind]) -> Assessment {
    let signals: Vec<_> = kinds.iter().map(|kind| Signal::okta(at(0), kind.clone())).collect();
    assess(&signals)
}

#[test]
fn unknown_code_is_shown_until_provisioning_works() {
    let unknown = |second| {
        let (code, event_type) = ("AADSTS999999".to_owned(), "app.office365.api.error.push.profile".to_owned());
        Signal::okta(at(second), SignalKind::UnknownFailureCode { code, event_type })
    };
    let on = |second| Signal::okta(at(second), oauth2(ConnectionStatus::Enabled, true));
    let words = "with a code that Regrant does not know: AADSTS999999";
    let found = assess(&[on(1), unknown(2)]);
    assert_eq!(found.standing, Standing::Consented, "it proves nothing");
    assert!(found.reasons.iter().any(|reason| reason.contains(words)), "{:?}", found.reasons);
    for over in [SignalKind::ProvisioningWorked, SignalKind::ConsentCodeAccepted] {
        let found = assess(&[on(1), unknown(2), Signal::okta(at(3), over)]);
        assert!(!found.reasons.iter().any(|reason| reason.contains(words)), "{:?}", found.reasons);
    }
}

#[test]
fn ending_secret_is_named_next_to_another_reason() {
    let lost = consenter(Some(true), Some(false));
    let found = assessed(&[oauth2(ConnectionStatus::Enabled, true), lost, secret(Some("It ends."))]);
    assert_eq!(found.standing, Standing::Degraded);
    assert!(found.reasons.len() == 2 && found.reasons[1] == "It ends.", "{:?}", found.reasons);
}

#[test]
fn every_rule_gives_its_standing() {
    use ConnectionStatus::{Disabled, Enabled, Unknown};
    let active = || app(&["PUSH_NEW_USERS"]);
    let status = |status| SignalKind::AppRead { status, features: vec![], tenant_type: None };
    let gov = |kind: &str| SignalKind::AppRead {
        status: AppStatus::Active,
        features: vec![],
        tenant_type: Some(kind.to_owned()),
    };
    let rules = [
        (vec![], Standing::Unknown),
        (vec![active()], Standing::Unknown),
        (vec![failed(Check::App)], Standing::Unknown),
        (vec![SignalKind::AppNotListed], Standing::NotApplicable),
        (vec![status(AppStatus::Inactive), failed(Check::Connection)], Standing::NotApplicable),
        (vec![status(AppStatus::Deleted)], Standing::NotApplicable),
        (vec![gov("GCC_HIGH"), oauth2(Enabled, true)], Standing::ByHand),
        (vec![gov("DoD")], Standing::ByHand),
        (vec![active(), failed(Check::Connection)], Standing::Unknown),
        (vec![active(), oauth2(Enabled, true)], Standing::Consented),
        (vec![active(), oauth2(Enabled, false)], Standing::Consented),
        (vec![active(), oauth2(ConnectionStatus::NotAuthorized, false)], Standing::NeedsConsent),
        (vec![active(), oauth2(Enabled, true), secret(None)], Standing::Consented),
        (vec![active(), oauth2(Enabled, true), secret(Some("It ends."))], Standing::Degraded),
        (vec![active(), oauth2(Enabled, true), failed(Check::ProvisioningSecret)], Standing::Consented),
        (vec![active(), oauth2(Disabled, true)], Standing::NeedsConsent),
        (vec![active(), oauth2(Disabled, false)], Standing::NeedsSave),
        (vec![active(), oauth2(Disabled, true), SignalKind::ConnectionWasEnabled], Standing::NeedsSave),
        (vec![active(), oauth2(Disabled, true), grants(&[], true, true)], Standing::NeedsSave),
        (vec![active(), oauth2(Unknown, true)], Standing::ByHand),
        (vec![active(), no_scheme(), features(Provisioning::Enabled)], Standing::NeedsConsent),
        (vec![active(), no_scheme(), features(Provisioning::NotEnabled)], Standing::NotApplicable),
        (vec![active(), no_scheme(), features(Provisioning::NotSupported)], Standing::ByHand),
        (vec![app(&[]), no_scheme(), features(Provisioning::NotSupported)], Standing::NotApplicable),
        (vec![active(), no_scheme(), failed(Check::Features)], Standing::Unknown),
        (vec![active(), no_scheme()], Standing::Unknown),
        (vec![active(), connection(AuthScheme::Token, Enabled, false)], Standing::ByHand),
        (vec![active(), connection(AuthScheme::Other("SAML".to_owned()), Enabled, false)], Standing::ByHand),
        (vec![active(), oauth2(Enabled, true), grants(&[], false, true)], Standing::Broken),
        (vec![active(), oauth2(Enabled, true), grants(&[], true, false)], Standing::Broken),
        (vec![active(), oauth2(Enabled, true), credential_failure()], Standing::Broken),
        (vec![active(), oauth2(Enabled, true), grants(&["Group.ReadWrite.All"], true, true)], Standing::Degraded),
        (vec![active(), oauth2(Enabled, true), consenter(Some(true), Some(false))], Standing::Degraded),
        (vec![active(), oauth2(Enabled, true), consenter(Some(false), None)], Standing::Degraded),
        (vec![active(), oauth2(Enabled, true), consenter(None, None)], Standing::Consented),
        (vec![active(), oauth2(Enabled, true), consenter(Some(true), Some(true))], Standing::Consented),
        (vec![active(), oauth2(Enabled, true), failed(Check::Consenter)], Standing::Consented),
        (vec![active(), oauth2(Enabled, true), failed(Check::SystemLog)], Standing::Consented),
        (vec![active(), oauth2(Enabled, true), rotation(false)], Standing::Degraded),
        (vec![active(), oauth2(Enabled, true), rotation(true)], Standing::Consented),
    ];
    for (kinds, standing) in rules {
        let assessment = assessed(&kinds);
        assert_eq!(assessment.standing, standing, "{kinds:?}: {:?}", assessment.reasons);
    }
}

#[test]
fn only_grants_verify_a_consent() {
    let on = oauth2(ConnectionStatus::Enabled, true);
    assert!(!assessed(&[app(&[]), on.clone()]).verified);
    assert!(assessed(&[app(&[]), on.clone(), grants(&[], true, true)]).verified);
    let signals = [(0, app(&[])), (0, on), (0, grants(&[], true, true)), (1, failed(Check::PermissionGrants))];
    let signals = signals.map(|(second, kind)| Signal::okta(at(second), kind));
    let later = assess(&signals);
    assert_eq!((later.standing, later.verified), (Standing::Consented, false));
}

#[test]
fn failed_sign_in_counts_until_provisioning_works() {
    let on = [(0, app(&[])), (0, oauth2(ConnectionStatus::Enabled, true)), (10, credential_failure())];
    let mut signals: Vec<_> = on.into_iter().map(|(second, kind)| Signal::okta(at(second), kind)).collect();
    assert_eq!(assess(&signals).standing, Standing::Broken);
    signals.push(Signal::okta(at(40), grants(&[], true, true)));
    assert_eq!(
        assess(&signals).standing,
        Standing::Broken,
        "the grants are there while Conditional Access keeps Okta out"
    );
    signals.push(Signal::okta(at(9), SignalKind::ProvisioningWorked));
    assert_eq!(assess(&signals).standing, Standing::Broken, "it worked before");
    signals.push(Signal::okta(at(50), SignalKind::ProvisioningWorked));
    assert_eq!(assess(&signals).standing, Standing::Consented);
}

#[test]
fn later_successful_rotation_clears_a_failed_one() {
    let on = [(0, app(&[])), (0, oauth2(ConnectionStatus::Enabled, true)), (1, rotation(false)), (2, rotation(true))];
    let signals: Vec<_> = on.into_iter().map(|(second, kind)| Signal::okta(at(second), kind)).collect();
    assert_eq!(assess(&signals).standing, Standing::Consented);
}

#[test]
fn changed_grants_and_bounces_only_add_reasons() {
    let changed = SignalKind::PermissionGrantsRead {
        missing: Vec::new(),
        any_granted: true,
        principal_enabled: true,
        changes: vec!["the publisher".to_owned()],
    };
    let bounced = SignalKind::EmailFailed { request: "RG-A".to_owned(), what: "it bounced".to_owned() };
    let fine = assessed(&[app(&[]), oauth2(ConnectionStatus::Enabled, true), changed, bounced.clone()]);
    assert_eq!((fine.standing, fine.reasons.len()), (Standing::Consented, 2), "{:?}", fine.reasons);
    let asked = assessed(&[app(&[]), oauth2(ConnectionStatus::Disabled, true), bounced]);
    assert!(asked.reasons.iter().any(|reason| reason.contains("RG-A")), "{:?}", asked.reasons);
}

fn any_check() -> impl Strategy<Value = Check> {
    prop::sample::select(vec![
        Check::App,
        Check::Connection,
        Check::Features,
        Check::PermissionGrants,
        Check::Consenter,
        Check::SystemLog,
    ])
}

fn any_kind() -> impl Strategy<Value = SignalKind> {
    let word = || prop_oneof![Just("ACTIVE"), Just("INACTIVE"), Just("DELETED"), Just("NEW")].prop_map(str::to_owned);
    let scheme = prop_oneof![Just("OAUTH2"), Just("OAUTH2"), Just("UNKNOWN"), Just("TOKEN"), Just("NEW")];
    let status = prop_oneof![Just("ENABLED"), Just("ENABLED"), Just("DISABLED"), Just("UNKNOWN"), Just("NEW")];
    let provisioning =
        prop_oneof![Just(Provisioning::Enabled), Just(Provisioning::NotEnabled), Just(Provisioning::NotSupported)];
    let names =
        || prop::collection::vec(prop_oneof![Just("PUSH_NEW_USERS"), Just("OTHER")].prop_map(str::to_owned), 0..3);
    let tenant = prop::option::of(prop_oneof![Just("GCC_HIGH".to_owned()), Just("COMMERCIAL".to_owned())]);
    prop_oneof![
        any_check().prop_map(failed),
        (word(), names(), tenant).prop_map(|(status, features, tenant_type)| SignalKind::AppRead {
            status: status.into(),
            features,
            tenant_type
        }),
        Just(SignalKind::AppNotListed),
        (scheme, status, any::<bool>()).prop_map(|(scheme, status, offered)| connection(
            scheme.to_owned().into(),
            status.to_owned().into(),
            offered
        )),
        Just(SignalKind::ConnectionWasEnabled),
        provisioning.prop_map(features),
        (names(), any::<bool>(), any::<bool>()).prop_map(|(missing, any_granted, principal_enabled)| {
            SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, changes: Vec::new() }
        }),
        Just(credential_failure()),
        (any::<Option<bool>>(), any::<Option<bool>>()).prop_map(|(enabled, role)| consenter(enabled, role)),
        any::<bool>().prop_map(rotation),
        Just(SignalKind::ProvisioningWorked),
        Just(SignalKind::ProvisioningAppCreated { client: None }),
        Just(SignalKind::EmailFailed { request: "RG-A".to_owned(), what: "it bounced".to_owned() }),
        Just(SignalKind::Surprise { what: "new".to_owned() }),
    ]
}

fn any_signals() -> impl Strategy<Value = Vec<Signal>> {
    let time = prop_oneof![
        8 => (0i64..5).prop_map(at),
        1 => Just(Timestamp::MIN),
        1 => Just(Timestamp::MAX),
    ];
    prop::collection::vec((time, any_kind()).prop_map(|(seen_at, kind)| Signal::okta(seen_at, kind)), 0..9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_set_of_signals_has_a_standing_and_a_reason(signals in any_signals()) {
        let assessment = assess(&signals);
        prop_assert!(!assessment.reasons.is_empty());
        prop_assert!(assessment.reasons.iter().all(|reason| !reason.trim().is_empty()));
        prop_assert!(!assessment.verified || assessment.standing == Standing::Consented);
    }

    #[test]
    fn order_of_signals_does_not_matter(
        (signals, shuffled) in any_signals().prop_flat_map(|signals| (Just(signals.clone()), Just(signals).prop_shuffle()))
    ) {
        prop_assert_eq!(assess(&signals), assess(&shuffled));
    }

    #[test]
    fn failed_check_yields_neither_consented_nor_broken(mut signals in any_signals(), check in any_check()) {
        let fine_or_broken = |standing| matches!(standing, Standing::Consented | Standing::Broken);
        let before = assess(&signals).standing;
        signals.push(Signal::okta(Timestamp::MAX, failed(check)));
        let after = assess(&signals).standing;
        prop_assert!(fine_or_broken(before) || !fine_or_broken(after), "{before} became {after}");
        if matches!(check, Check::App | Check::Connection) {
                    prop_assert!(!fine_or_broken(after), "{after} although the check failed");
        }
    }
}
