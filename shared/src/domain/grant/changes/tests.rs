#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it did not expect")]

use proptest::prelude::*;

use super::*;
use crate::domain::grant::ServicePrincipal;

const ONE: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const OTHER: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const OWNER: &str = "aaaaaaaa-0000-4000-8000-000000000001";

fn principal() -> ServicePrincipal {
    ServicePrincipal {
        id: ONE.parse().unwrap(),
        app_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
        display_name: UntrustedText::new("Okta Microsoft Graph Client"),
        account_enabled: true,
        owner: Some(OWNER.parse().unwrap()),
        verified_publisher: Some(UntrustedText::new("Okta, Inc.")),
        verified_publisher_id: Some(UntrustedText::new("1234567")),
        disabled_by_microsoft: None,
    }
}

fn granted(permission: &str, grant: GrantKind) -> PermissionGrant {
    PermissionGrant { permission: permission.to_owned(), grant }
}

fn read(grants: Vec<PermissionGrant>) -> GrantsRead {
    GrantsRead { principal: Some(principal()), grants, unreadable: Vec::new() }
}

fn for_all(names: &[&str]) -> GrantsRead {
    read(names.iter().map(|name| granted(name, GrantKind::DelegatedForAll)).collect())
}

/// The changes if only the principal differs.
fn changes_of(change: impl FnOnce(&mut ServicePrincipal)) -> Vec<GrantChange> {
    let (verified, mut now) = (for_all(&["User.ReadWrite.All"]), principal());
    change(&mut now);
    GrantsRead { principal: Some(now), grants: verified.grants.clone(), unreadable: Vec::new() }
        .changes_since(&verified)
}

#[test]
fn missing_principal_is_the_only_change() {
    let missing = GrantsRead { principal: None, grants: Vec::new(), unreadable: Vec::new() };
    let changes = missing.changes_since(&for_all(&["User.ReadWrite.All", "Group.ReadWrite.All"]));
    assert_eq!(changes, [GrantChange::PrincipalGone]);
    assert!(changes.iter().all(GrantChange::revokes));
    assert!(missing.changes_since(&missing).is_empty());
}

#[test]
fn replaced_principal_revokes_nothing() {
    let changes = changes_of(|now| now.id = OTHER.parse().unwrap());
    let (from, to) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
    assert_eq!(changes, [GrantChange::PrincipalReplaced { from, to }]);
    assert!(!changes[0].revokes());
}

#[test]
fn tenant_or_microsoft_can_disable_the_principal() {
    assert_eq!(changes_of(|now| now.account_enabled = false), [GrantChange::Disabled]);
    let status = "DisabledDueToViolationOfServicesAgreement";
    let disabled = changes_of(|now| now.disabled_by_microsoft = Some(UntrustedText::new(status)));
    assert_eq!(disabled, [GrantChange::Disabled]);
    assert!(changes_of(|now| now.disabled_by_microsoft = Some(UntrustedText::new("NotDisabled"))).is_empty());
    let mut off = for_all(&["User.ReadWrite.All"]);
    off.principal.as_mut().unwrap().account_enabled = false;
    assert!(off.changes_since(&off).is_empty(), "it was off when it was verified");
    assert!(for_all(&["User.ReadWrite.All"]).changes_since(&off).is_empty(), "it is on again");
}

#[test]
fn publisher_is_compared_by_id_then_by_name() {
    let is_reported = |changes: &[GrantChange]| matches!(changes, [GrantChange::PublisherChanged { .. }]);
    assert!(is_reported(&changes_of(|now| now.verified_publisher_id = Some(UntrustedText::new("666")))));
    assert!(is_reported(&changes_of(|now| now.owner = Some(OTHER.parse().unwrap()))));
    assert!(is_reported(&changes_of(|now| (now.verified_publisher, now.verified_publisher_id) = (None, None))));
    assert!(is_reported(&changes_of(|now| {
        (now.verified_publisher, now.verified_publisher_id) = (Some(UntrustedText::new("Evil, Inc.")), None);
    })));
    assert!(changes_of(|now| now.verified_publisher = Some(UntrustedText::new("Okta"))).is_empty(), "only renamed");
    assert!(changes_of(|now| now.owner = None).is_empty(), "a missing value is not a difference");
    assert!(
        changes_of(|now| now.display_name = UntrustedText::new("Something else")).is_empty(),
        "anyone can choose a display name"
    );
}

#[test]
fn older_record_without_publisher_id_shows_no_change() {
    let mut old = serde_json::to_value(for_all(&["User.ReadWrite.All"])).unwrap();
    let members = old["principal"].as_object_mut().unwrap();
    members.remove("verified_publisher_id").unwrap();
    members.remove("disabled_by_microsoft").unwrap();
    let old: GrantsRead = serde_json::from_value(old).unwrap();
    assert!(for_all(&["User.ReadWrite.All"]).changes_since(&old).is_empty());
}

#[test]
fn only_permissions_outside_the_catalogue_are_unexpected() {
    let verified = for_all(&["User.ReadWrite.All", "Group.ReadWrite.All"]);
    let now = for_all(&["user.readwrite.all", "application.read.all", "Mail.Read"]);
    let (gone, expected, extra) = (
        GrantChange::PermissionGone { permission: "Group.ReadWrite.All".to_owned() },
        GrantChange::PermissionAdded { permission: "application.read.all".to_owned() },
        GrantChange::PermissionAdded { permission: "Mail.Read".to_owned() },
    );
    let changes = now.changes_since(&verified);
    assert_eq!(changes.len(), 3, "{changes:?}");
    for change in [&gone, &expected, &extra] {
        assert!(changes.contains(change), "{change:?}");
    }
    let catalogue = PermissionCatalogue::default();
    let unexpected: Vec<_> = changes.iter().filter(|change| change.is_unexpected(&catalogue)).collect();
    assert_eq!(unexpected, [&extra]);
    assert_eq!(changes.iter().filter(|change| change.revokes()).collect::<Vec<_>>(), [&gone]);
}

#[test]
fn changed_kind_of_grant_lists_both_kinds() {
    let one = GrantKind::DelegatedForOne { principal: OTHER.parse().unwrap() };
    let verified = read(vec![granted("User.ReadWrite.All", GrantKind::DelegatedForAll)]);
    let now = read(vec![granted("User.ReadWrite.All", one.clone())]);
    let changes = now.changes_since(&verified);
    let [GrantChange::KindChanged { from, to, .. }] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((from.as_slice(), to.as_slice()), (&[GrantKind::DelegatedForAll][..], &[one.clone()][..]));
    assert!(changes[0].revokes());
    let both = read(verified.grants.iter().chain(&now.grants).cloned().collect());
    assert!(!both.changes_since(&verified)[0].revokes(), "an additional kind revokes none");
    assert!(verified.changes_since(&both)[0].revokes());
}

#[test]
fn serialised_change_keeps_its_shape() {
    let change = GrantChange::PermissionAdded { permission: "Mail.Read".to_owned() };
    let shape = serde_json::json!({"change": "permission-added", "permission": "Mail.Read"});
    assert_eq!(serde_json::to_value(&change).unwrap(), shape);
    assert_eq!(serde_json::from_value::<GrantChange>(shape).unwrap(), change);
}

#[test]
fn change_wording_escapes_untrusted_text() {
    let one = GrantKind::DelegatedForOne { principal: OTHER.parse().unwrap() };
    let (permission, to) = ("A".to_owned(), vec![GrantKind::DelegatedForAll, one]);
    let changed = GrantChange::KindChanged { permission, from: vec![GrantKind::Application], to };
    let words = format!("A is granted for all users and for {OTHER} only, previously to the application itself");
    assert_eq!(changed.to_string(), words);
    let unverified = AppPublisher { id: None, name: None, owner: None };
    let evil = AppPublisher { name: Some(UntrustedText::new("Okta\u{202e}\u{1b}[31m")), ..unverified.clone() };
    let words = GrantChange::PublisherChanged { from: unverified, to: evil }.to_string();
    assert!(
        words.contains("no publisher verified by Microsoft") && words.contains("Okta\\u{202e}\\u{1b}[31m"),
        "{words}"
    );
    let gone = GrantChange::PermissionGone { permission: "Mail\n.Read".to_owned() }.to_string();
    assert_eq!(gone, "Mail\\u{a}.Read is no longer granted");
}

fn any_kind() -> impl Strategy<Value = GrantKind> {
    prop_oneof![
        Just(GrantKind::Application),
        Just(GrantKind::DelegatedForAll),
        prop::sample::select(vec![ONE, OTHER])
            .prop_map(|id| GrantKind::DelegatedForOne { principal: id.parse().unwrap() }),
    ]
}

fn any_grants() -> impl Strategy<Value = Vec<PermissionGrant>> {
    let names = prop::sample::select(vec!["User.ReadWrite.All", "user.readwrite.all", "Mail.Read", "A", "B", "C"]);
    prop::collection::vec((names, any_kind()).prop_map(|(name, kind)| granted(name, kind)), 0..12)
}

fn any_principal() -> impl Strategy<Value = Option<ServicePrincipal>> {
    let text = || prop::option::of(prop::sample::select(vec!["1", "2"]).prop_map(UntrustedText::new));
    let key = || prop::sample::select(vec![ONE, OTHER]);
    prop::option::weighted(
        0.9,
        (key(), any::<bool>(), prop::option::of(key()), text(), text(), text()).prop_map(
            |(id, account_enabled, owner, verified_publisher, verified_publisher_id, disabled_by_microsoft)| {
                ServicePrincipal {
                    id: id.parse().unwrap(),
                    account_enabled,
                    owner: owner.map(|owner| owner.parse().unwrap()),
                    verified_publisher,
                    verified_publisher_id,
                    disabled_by_microsoft,
                    ..principal()
                }
            },
        ),
    )
}

fn any_read() -> impl Strategy<Value = GrantsRead> {
    (any_principal(), any_grants()).prop_map(|(principal, grants)| {
        let grants = if principal.is_some() { grants } else { Vec::new() };
        GrantsRead { principal, grants, unreadable: Vec::new() }
    })
}

/// Permissions with their kinds, ignoring the case of the names.
fn facts(read: &GrantsRead) -> BTreeSet<(String, GrantKind)> {
    read.grants.iter().map(|grant| (grant.permission.to_ascii_lowercase(), grant.grant.clone())).collect()
}

proptest! {
    #[test]
    fn unchanged_grants_yield_no_change(read in any_read()) {
        prop_assert!(read.changes_since(&read).is_empty());
    }

    #[test]
    fn order_and_repetition_do_not_matter(
        verified in any_read(),
        (now, shuffled) in any_read().prop_flat_map(|now| {
            let twice: Vec<_> = now.grants.iter().chain(&now.grants).cloned().collect();
            (Just(now), Just(twice).prop_shuffle())
        }),
    ) {
        let turned = GrantsRead { principal: now.principal.clone(), grants: shuffled, unreadable: Vec::new() };
        prop_assert_eq!(turned.changes_since(&verified), now.changes_since(&verified));
        prop_assert_eq!(verified.changes_since(&turned), verified.changes_since(&now));
        prop_assert!(turned.changes_since(&now).is_empty());
    }

    /// No change exactly if permissions and kinds are equal; at most one change per permission.
    #[test]
    fn every_difference_is_reported_once(verified in any_grants(), now in any_grants()) {
        let (verified, now) = (read(verified), read(now));
        let changes = now.changes_since(&verified);
        prop_assert_eq!(changes.is_empty(), facts(&verified) == facts(&now));
        let names: Vec<String> = changes.iter().filter_map(|change| match change {
            GrantChange::PermissionGone { permission }
            | GrantChange::PermissionAdded { permission }
            | GrantChange::KindChanged { permission, .. } => Some(permission.to_ascii_lowercase()),
            _ => None,
        }).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        prop_assert_eq!(distinct.len(), names.len());
        prop_assert_eq!(changes.len(), names.len());
    }

    /// A change revokes something exactly if a verified grant is missing.
    #[test]
    fn missing_grant_is_reported_as_revoked(verified in any_grants(), now in any_grants()) {
            let (verified, now) = (read(verified), read(now));
            let revoked = !facts(&verified).is_subset(&facts(&now));
            prop_assert_eq!(now.changes_since(&verified).iter().any(GrantChange::revokes), revoked);
    }
}
