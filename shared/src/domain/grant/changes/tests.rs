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
    GrantsRead { principal: Some(principal()), grants }
}

fn for_all(names: &[&str]) -> GrantsRead {
    read(names.iter().map(|name| granted(name, GrantKind::DelegatedForAll)).collect())
}

/// What is told where only the principal is otherwise.
fn told(change: impl FnOnce(&mut ServicePrincipal)) -> Vec<GrantChange> {
    let (verified, mut now) = (for_all(&["User.ReadWrite.All"]), principal());
    change(&mut now);
    GrantsRead { principal: Some(now), grants: verified.grants.clone() }.changes_since(&verified)
}

#[test]
fn a_principal_that_is_gone_is_all_there_is_to_tell() {
    let nobody = GrantsRead { principal: None, grants: Vec::new() };
    let changes = nobody.changes_since(&for_all(&["User.ReadWrite.All", "Group.ReadWrite.All"]));
    assert_eq!(changes, [GrantChange::PrincipalGone]);
    assert!(changes.iter().all(GrantChange::takes_away));
    assert!(nobody.changes_since(&nobody).is_empty());
}

#[test]
fn another_principal_is_told_and_takes_nothing_away_by_itself() {
    let changes = told(|now| now.id = OTHER.parse().unwrap());
    let (from, to) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
    assert_eq!(changes, [GrantChange::PrincipalReplaced { from, to }]);
    assert!(!changes[0].takes_away());
}

#[test]
fn a_principal_is_disabled_by_the_tenant_or_by_microsoft() {
    assert_eq!(told(|now| now.account_enabled = false), [GrantChange::Disabled]);
    let status = "DisabledDueToViolationOfServicesAgreement";
    assert_eq!(told(|now| now.disabled_by_microsoft = Some(UntrustedText::new(status))), [GrantChange::Disabled]);
    assert!(told(|now| now.disabled_by_microsoft = Some(UntrustedText::new("NotDisabled"))).is_empty());
    let mut off = for_all(&["User.ReadWrite.All"]);
    off.principal.as_mut().unwrap().account_enabled = false;
    assert!(off.changes_since(&off).is_empty(), "it was off when it was verified");
    assert!(for_all(&["User.ReadWrite.All"]).changes_since(&off).is_empty(), "it is on again");
}

#[test]
fn a_publisher_is_known_by_its_key_and_by_its_name_where_there_is_no_key() {
    let is_told = |changes: &[GrantChange]| matches!(changes, [GrantChange::PublisherChanged { .. }]);
    assert!(is_told(&told(|now| now.verified_publisher_id = Some(UntrustedText::new("666")))));
    assert!(is_told(&told(|now| now.owner = Some(OTHER.parse().unwrap()))));
    assert!(is_told(&told(|now| (now.verified_publisher, now.verified_publisher_id) = (None, None))));
    assert!(is_told(&told(|now| {
        (now.verified_publisher, now.verified_publisher_id) = (Some(UntrustedText::new("Evil, Inc.")), None);
    })));
    assert!(told(|now| now.verified_publisher = Some(UntrustedText::new("Okta"))).is_empty(), "only a new name");
    assert!(told(|now| now.owner = None).is_empty(), "what is not shown is no difference");
    assert!(told(|now| now.display_name = UntrustedText::new("Something else")).is_empty(), "names are nobody's");
}

#[test]
fn a_record_of_before_the_key_was_read_still_decodes_and_tells_no_change() {
    let mut old = serde_json::to_value(for_all(&["User.ReadWrite.All"])).unwrap();
    let members = old["principal"].as_object_mut().unwrap();
    members.remove("verified_publisher_id").unwrap();
    members.remove("disabled_by_microsoft").unwrap();
    let old: GrantsRead = serde_json::from_value(old).unwrap();
    assert!(for_all(&["User.ReadWrite.All"]).changes_since(&old).is_empty());
}

#[test]
fn permissions_come_and_go_and_an_expected_one_is_no_surprise() {
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
    let surprises: Vec<_> = changes.iter().filter(|change| change.is_unexpected(&catalogue)).collect();
    assert_eq!(surprises, [&extra]);
    assert_eq!(changes.iter().filter(|change| change.takes_away()).collect::<Vec<_>>(), [&gone]);
}

#[test]
fn a_permission_that_is_granted_in_another_way_is_told_with_both() {
    let one = GrantKind::DelegatedForOne { principal: OTHER.parse().unwrap() };
    let verified = read(vec![granted("User.ReadWrite.All", GrantKind::DelegatedForAll)]);
    let now = read(vec![granted("User.ReadWrite.All", one.clone())]);
    let changes = now.changes_since(&verified);
    let [GrantChange::KindChanged { from, to, .. }] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((from.as_slice(), to.as_slice()), (&[GrantKind::DelegatedForAll][..], &[one.clone()][..]));
    assert!(changes[0].takes_away());
    let both = read(verified.grants.iter().chain(&now.grants).cloned().collect());
    assert!(!both.changes_since(&verified)[0].takes_away(), "one more way takes none away");
    assert!(verified.changes_since(&both)[0].takes_away());
}

#[test]
fn a_change_keeps_its_shape_in_a_record() {
    let change = GrantChange::PermissionAdded { permission: "Mail.Read".to_owned() };
    let shape = serde_json::json!({"change": "permission-added", "permission": "Mail.Read"});
    assert_eq!(serde_json::to_value(&change).unwrap(), shape);
    assert_eq!(serde_json::from_value::<GrantChange>(shape).unwrap(), change);
}

#[test]
fn a_change_is_told_in_words_and_shows_foreign_text_harmlessly() {
    let one = GrantKind::DelegatedForOne { principal: OTHER.parse().unwrap() };
    let (permission, to) = ("A".to_owned(), vec![GrantKind::DelegatedForAll, one]);
    let changed = GrantChange::KindChanged { permission, from: vec![GrantKind::Application], to };
    let words = format!("A is granted for everybody and for {OTHER} only, and was to the application itself");
    assert_eq!(changed.to_string(), words);
    let nobody = Publisher { id: None, name: None, owner: None };
    let evil = Publisher { name: Some(UntrustedText::new("Okta\u{202e}\u{1b}[31m")), ..nobody.clone() };
    let told = GrantChange::PublisherChanged { from: nobody, to: evil }.to_string();
    assert!(told.contains("nobody whom Microsoft verified") && told.contains("Okta\\u{202e}\\u{1b}[31m"), "{told}");
    let gone = GrantChange::PermissionGone { permission: "Mail\n.Read".to_owned() }.to_string();
    assert_eq!(gone, "Mail\\u{a}.Read is not granted any more");
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
        GrantsRead { principal, grants }
    })
}

/// Names and ways, without the case of the names.
fn facts(read: &GrantsRead) -> BTreeSet<(String, GrantKind)> {
    read.grants.iter().map(|grant| (grant.permission.to_ascii_lowercase(), grant.grant.clone())).collect()
}

proptest! {
    #[test]
    fn nothing_changed_tells_nothing(read in any_read()) {
        prop_assert!(read.changes_since(&read).is_empty());
    }

    #[test]
    fn order_and_repetition_make_no_difference(
        verified in any_read(),
        (now, shuffled) in any_read().prop_flat_map(|now| {
            let twice: Vec<_> = now.grants.iter().chain(&now.grants).cloned().collect();
            (Just(now), Just(twice).prop_shuffle())
        }),
    ) {
        let turned = GrantsRead { principal: now.principal.clone(), grants: shuffled };
        prop_assert_eq!(turned.changes_since(&verified), now.changes_since(&verified));
        prop_assert_eq!(verified.changes_since(&turned), verified.changes_since(&now));
        prop_assert!(turned.changes_since(&now).is_empty());
    }

    /// Nothing is told exactly where permissions and ways are the same; each permission is told of once at the most.
    #[test]
    fn every_difference_of_the_grants_is_told_once(verified in any_grants(), now in any_grants()) {
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

    /// Something is taken away exactly where a way that was proven is missing.
    #[test]
    fn what_is_taken_away_is_told_as_such(verified in any_grants(), now in any_grants()) {
        let (verified, now) = (read(verified), read(now));
        let taken = !facts(&verified).is_subset(&facts(&now));
        prop_assert_eq!(now.changes_since(&verified).iter().any(GrantChange::takes_away), taken);
    }
}
