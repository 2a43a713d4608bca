//! Tests changes to Okta's consent in the simulator, as seen by the real client, and their reversal.

use std::time::Duration;

use regrant::domain::grant::GrantChange;
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::text::UntrustedText;

use super::sign_ins::DOMAIN;
use super::watched::Watched;

#[tokio::test]
async fn revoked_and_restored_grants_are_seen() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let one = watched.told(
        || microsoft.revoke_permission(DOMAIN, "User.ReadWrite.All"),
        || microsoft.grant_permission(DOMAIN, "User.ReadWrite.All"),
    );
    assert_eq!(one.await, [GrantChange::PermissionGone { permission: "User.ReadWrite.All".to_owned() }]);
    let all = watched.told(|| microsoft.revoke_grants(DOMAIN), || microsoft.consent_again(DOMAIN)).await;
    let wanted = PermissionCatalogue::default().all().len();
    assert_eq!(all.iter().filter(|change| change.revokes()).count(), wanted, "{all:?}");
    let more = watched
        .told(|| microsoft.grant_permission(DOMAIN, "Mail.Read"), || microsoft.revoke_permission(DOMAIN, "Mail.Read"));
    assert!(more.await[0].is_unexpected(&PermissionCatalogue::default()));
    assert!(!microsoft.revoke_permission(DOMAIN, "Mail.Read"), "it is already revoked");
}

#[tokio::test]
async fn disabled_and_deleted_principal_is_seen() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let gone = watched.told(|| microsoft.delete_principal(DOMAIN), || microsoft.consent_again(DOMAIN)).await;
    assert_eq!(gone, [GrantChange::PrincipalGone]);
    let disabled = watched
        .told(|| microsoft.set_principal_enabled(DOMAIN, false), || microsoft.set_principal_enabled(DOMAIN, true))
        .await;
    assert_eq!(disabled, [GrantChange::Disabled]);
    let status = Some("DisabledDueToViolationOfServicesAgreement");
    let by_microsoft = watched.told(
        || microsoft.set_disabled_by_microsoft(DOMAIN, status),
        || microsoft.set_disabled_by_microsoft(DOMAIN, Some("NotDisabled")),
    );
    assert_eq!(by_microsoft.await, [GrantChange::Disabled]);
}

#[tokio::test]
async fn recreated_principal_has_new_id() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let verified = watched.grants().await;
    assert!(microsoft.delete_principal(DOMAIN) && !microsoft.delete_principal(DOMAIN));
    assert!(microsoft.consent_again(DOMAIN));
    let anew = watched.grants().await;
    assert!(matches!(anew.changes_since(&verified).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
    assert!(microsoft.replace_principal(DOMAIN));
    let replaced = watched.grants().await;
    assert!(matches!(replaced.changes_since(&anew).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
    assert!(matches!(replaced.changes_since(&verified).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
}

#[tokio::test]
async fn publisher_changes_are_seen() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let verified = watched.grants().await;
    let publisher = verified.principal.as_ref().unwrap().publisher();
    assert!(publisher.id.is_some() && publisher.owner.is_some(), "{publisher:?}");
    for name in [Some("Evil, Inc."), None] {
        assert!(microsoft.set_publisher(DOMAIN, name));
        let changes = watched.grants().await.changes_since(&verified);
        let [GrantChange::PublisherChanged { from, to }] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((from, to.name.as_ref().map(UntrustedText::raw)), (&publisher, name));
    }
}

#[tokio::test]
async fn new_consent_reads_as_removal_before_replication() {
    let watched = Watched::new().await;
    let verified = watched.grants().await;
    watched.sign_ins.microsoft.with_tenant(DOMAIN, |tenant| tenant.replication_seconds = 20);
    watched.sign_ins.clock.advance(Duration::from_secs(30));
    assert!(watched.grants().await.changes_since(&verified).is_empty());
    assert!(watched.sign_ins.microsoft.consent_again(DOMAIN));
    let between = watched.grants().await;
    assert!(between.principal.is_some() && between.grants.is_empty());
    watched.sign_ins.clock.advance(Duration::from_secs(19));
    assert!(watched.grants().await.grants.is_empty());
    watched.sign_ins.clock.advance(Duration::from_secs(1));
    assert!(watched.grants().await.changes_since(&verified).is_empty());
}
