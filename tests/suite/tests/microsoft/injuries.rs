//! What can happen to a tenant, in the simulator, seen through the real client; and that it can be put right again.

use jiff::SignedDuration;
use regrant::domain::administrator::GLOBAL_ADMINISTRATOR;
use regrant::domain::cloud::Cloud;
use regrant::domain::grant::{GrantChange, GrantsRead};
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::registered_credential::ends_at;
use regrant::domain::tenant::{ClientId, ObjectId};
use regrant::microsoft::{Ending, Graph, Microsoft as _, MicrosoftError, TokenSet};
use regrant_simulators::microsoft::{OutageKind, REGRANT_CLIENT};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

use super::sign_ins::{DOMAIN, SignIns};

const ADA: &str = "ada.administrator";
/// The client id of Okta's application in the simulators.
const OKTA: &str = "11111111-2222-4333-8444-555555555555";

/// A tenant that consented to everything, watched with an administrator's tokens and with the application's own.
struct Watched {
    sign_ins: SignIns,
    refresh_token: SecretString,
    graph: Box<dyn Graph>,
}

impl Watched {
    async fn new() -> Self {
        let sign_ins = SignIns::new().await;
        assert!(sign_ins.microsoft.consent_to_ours(DOMAIN) && sign_ins.microsoft.consent_again(DOMAIN));
        let refresh_token = SecretString::from(sign_ins.microsoft.hand_out_refresh_token(DOMAIN, ADA).unwrap());
        let token = sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap();
        let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
        Self { sign_ins, refresh_token, graph }
    }

    async fn grants(&self) -> GrantsRead {
        let client: ClientId = OKTA.parse().unwrap();
        let Some(principal) = self.graph.service_principal(&client).await.unwrap() else {
            return GrantsRead { principal: None, grants: Vec::new() };
        };
        let grants = self.graph.grants(&principal.id).await.unwrap();
        GrantsRead { principal: Some(principal), grants }
    }

    async fn refresh(&self) -> Result<TokenSet, MicrosoftError> {
        let SignIns { client, registration, tenant, .. } = &self.sign_ins;
        client.refresh(registration, tenant, &self.refresh_token).await
    }

    /// What a refresh that is refused says.
    async fn refused(&self) -> (Ending, String) {
        let error = self.refresh().await.unwrap_err();
        (error.ending(), error.code().unwrap())
    }

    /// What an injury changes, and that the repair leaves nothing of it.
    async fn told(&self, injure: impl FnOnce() -> bool, repair: impl FnOnce() -> bool) -> Vec<GrantChange> {
        let proven = self.grants().await;
        assert!(injure());
        let changes = self.grants().await.changes_since(&proven);
        assert!(repair());
        let left = self.grants().await.changes_since(&proven);
        assert!(left.iter().all(|change| !change.takes_away()), "{left:?}");
        changes
    }
}

#[tokio::test]
async fn grants_are_revoked_one_or_all_and_given_again() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let one = watched.told(
        || microsoft.revoke_permission(DOMAIN, "User.ReadWrite.All"),
        || microsoft.grant_permission(DOMAIN, "User.ReadWrite.All"),
    );
    assert_eq!(one.await, [GrantChange::PermissionGone { permission: "User.ReadWrite.All".to_owned() }]);
    let all = watched.told(|| microsoft.revoke_grants(DOMAIN), || microsoft.consent_again(DOMAIN)).await;
    let wanted = PermissionCatalogue::default().all().len();
    assert_eq!(all.iter().filter(|change| change.takes_away()).count(), wanted, "{all:?}");
    let more = watched
        .told(|| microsoft.grant_permission(DOMAIN, "Mail.Read"), || microsoft.revoke_permission(DOMAIN, "Mail.Read"));
    assert!(more.await[0].is_unexpected(&PermissionCatalogue::default()));
    assert!(!microsoft.revoke_permission(DOMAIN, "Mail.Read"), "it is not there any more");
}

#[tokio::test]
async fn a_principal_goes_is_disabled_and_comes_back() {
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
async fn a_principal_that_was_deleted_or_replaced_has_another_id() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let proven = watched.grants().await;
    assert!(microsoft.delete_principal(DOMAIN) && !microsoft.delete_principal(DOMAIN));
    assert!(microsoft.consent_again(DOMAIN));
    let anew = watched.grants().await;
    assert!(matches!(anew.changes_since(&proven).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
    assert!(microsoft.replace_principal(DOMAIN));
    let replaced = watched.grants().await;
    assert!(matches!(replaced.changes_since(&anew).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
    assert!(matches!(replaced.changes_since(&proven).as_slice(), [GrantChange::PrincipalReplaced { .. }]));
}

#[tokio::test]
async fn a_publisher_changes_and_is_taken_away() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let proven = watched.grants().await;
    let publisher = proven.principal.as_ref().unwrap().publisher();
    assert!(publisher.id.is_some() && publisher.owner.is_some(), "{publisher:?}");
    for name in [Some("Evil, Inc."), None] {
        assert!(microsoft.set_publisher(DOMAIN, name));
        let changes = watched.grants().await.changes_since(&proven);
        let [GrantChange::PublisherChanged { from, to }] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((from, to.name.as_ref().map(|name| name.raw())), (&publisher, name));
    }
}

#[tokio::test]
async fn a_new_consent_shows_as_a_removal_until_it_was_replicated() {
    let watched = Watched::new().await;
    let proven = watched.grants().await;
    watched.sign_ins.microsoft.with_tenant(DOMAIN, |tenant| tenant.replication_seconds = 20);
    watched.sign_ins.clock.advance(Duration::from_secs(30));
    assert!(watched.grants().await.changes_since(&proven).is_empty());
    assert!(watched.sign_ins.microsoft.consent_again(DOMAIN));
    let between = watched.grants().await;
    assert!(between.principal.is_some() && between.grants.is_empty());
    watched.sign_ins.clock.advance(Duration::from_secs(19));
    assert!(watched.grants().await.grants.is_empty());
    watched.sign_ins.clock.advance(Duration::from_secs(1));
    assert!(watched.grants().await.changes_since(&proven).is_empty());
}

#[tokio::test]
async fn people_are_disabled_deleted_and_lose_their_role() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let ada: ObjectId = microsoft.oid(DOMAIN, ADA).unwrap().parse().unwrap();
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, Some(true));
    assert!(watched.graph.roles_of(&ada).await.unwrap().templates.contains(GLOBAL_ADMINISTRATOR));
    watched.refresh().await.unwrap();

    assert!(microsoft.set_person_enabled(DOMAIN, ADA, false));
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, Some(false));
    assert_eq!(watched.refused().await, (Ending::Permanent, "AADSTS50057".to_owned()));
    assert!(microsoft.set_person_enabled(DOMAIN, ADA, true));
    microsoft.with_tenant(DOMAIN, |tenant| tenant.hides_accounts = true);
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, None);

    assert!(microsoft.take_roles(DOMAIN, ADA));
    assert!(watched.graph.roles_of(&ada).await.unwrap().templates.is_empty());
    let token = watched.refresh().await.unwrap();
    let graph = watched.sign_ins.client.graph(Cloud::Global, &token.access_token);
    let error = graph.service_principal(&OKTA.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.ending(), Ending::NotAllowed, "the token lives on and reads nothing");
    assert!(microsoft.give_role(DOMAIN, ADA, GLOBAL_ADMINISTRATOR));
    assert!(graph.service_principal(&OKTA.parse().unwrap()).await.unwrap().is_some());

    assert!(microsoft.delete_person(DOMAIN, ADA) && !microsoft.delete_person(DOMAIN, ADA));
    assert_eq!(watched.graph.user(&ada).await, Ok(None));
    assert!(watched.graph.roles_of(&ada).await.is_err());
    assert_eq!(watched.refused().await, (Ending::Permanent, "AADSTS50034".to_owned()));
    assert!(microsoft.restore_person(DOMAIN, ADA) && !microsoft.restore_person(DOMAIN, ADA));
    watched.refresh().await.unwrap();
}

#[tokio::test]
async fn refresh_tokens_are_revoked_of_one_person_only() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let noras = SecretString::from(microsoft.hand_out_refresh_token(DOMAIN, "nora.nofactor").unwrap());
    assert!(microsoft.revoke_refresh_tokens_of(DOMAIN, ADA));
    assert_eq!(watched.refused().await, (Ending::Permanent, "AADSTS50173".to_owned()));
    let SignIns { client, registration, tenant, .. } = &watched.sign_ins;
    client.refresh(registration, tenant, &noras).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_ends_with_disuse_and_lives_on_by_use() {
    let watched = Watched::new().await;
    watched.sign_ins.clock.advance(Duration::from_hours(89 * 24));
    let renewed = watched.refresh().await.unwrap().refresh_token.unwrap();
    assert_ne!(renewed.expose_secret(), watched.refresh_token.expose_secret());
    watched.sign_ins.clock.advance(Duration::from_hours(24));
    assert_eq!(watched.refused().await, (Ending::Permanent, "AADSTS700082".to_owned()));
    let SignIns { client, registration, tenant, .. } = &watched.sign_ins;
    client.refresh(registration, tenant, &renewed).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_frequency_ends_old_sign_ins_and_no_new_ones() {
    let mut watched = Watched::new().await;
    assert!(watched.sign_ins.microsoft.set_sign_in_frequency(DOMAIN, Some(SignedDuration::from_hours(24))));
    watched.sign_ins.clock.advance(Duration::from_hours(23));
    watched.refresh_token = watched.refresh().await.unwrap().refresh_token.unwrap();
    watched.sign_ins.clock.advance(Duration::from_hours(1));
    assert_eq!(watched.refused().await, (Ending::Permanent, "AADSTS70043".to_owned()), "a refresh is no sign-in");
    let anew = watched.sign_ins.sign_in().await.unwrap();
    watched.refresh_token = anew.tokens.refresh_token.unwrap();
    watched.refresh().await.unwrap();
}

#[tokio::test]
async fn conditional_access_blocks_people_or_asks_them_for_more() {
    let mut watched = Watched::new().await;
    let before = watched.refresh().await.unwrap();
    assert!(watched.sign_ins.microsoft.block_people(DOMAIN));
    assert_eq!(watched.refused().await, (Ending::Interaction, "AADSTS53003".to_owned()));
    assert!(watched.graph.organization().await.is_ok(), "an application is no person");

    watched.sign_ins.clock.advance(Duration::from_secs(1));
    assert!(watched.sign_ins.microsoft.demand_factor(DOMAIN));
    let MicrosoftError::OAuth(refusal) = watched.refresh().await.unwrap_err() else { panic!("another refusal") };
    assert_eq!((refusal.error.as_str(), refusal.suberror.as_deref()), ("interaction_required", Some("basic_action")));
    let graph = watched.sign_ins.client.graph(Cloud::Global, &before.access_token);
    let MicrosoftError::Graph(challenge) = graph.organization().await.unwrap_err() else { panic!("another refusal") };
    assert_eq!((challenge.status, &challenge.claims), (401, &refusal.claims));
    assert_eq!(MicrosoftError::Graph(challenge).ending(), Ending::Interaction);

    let anew = watched.sign_ins.sign_in().await.unwrap();
    watched.refresh_token = anew.tokens.refresh_token.unwrap();
    watched.refresh().await.unwrap();
    assert!(watched.sign_ins.microsoft.set_access_policy(DOMAIN, None));
}

#[tokio::test]
async fn the_consent_to_us_is_withdrawn_and_given_again() {
    let watched = Watched::new().await;
    let SignIns { microsoft, client, registration, tenant, .. } = &watched.sign_ins;
    assert!(microsoft.withdraw_our_consent(DOMAIN));
    assert_eq!(watched.refused().await, (Ending::Interaction, "AADSTS65001".to_owned()));
    let token = client.application_token(registration, tenant).await.unwrap();
    let error = client.graph(Cloud::Global, &token.access_token).organization().await.unwrap_err();
    assert_eq!(error.ending(), Ending::NotAllowed);
    assert!(microsoft.consent_to_ours(DOMAIN));
    watched.refresh().await.unwrap();

    assert!(microsoft.delete_our_principal(DOMAIN));
    assert_eq!(watched.refused().await, (Ending::OurRegistration, "AADSTS700016".to_owned()));
    let error = client.application_token(registration, tenant).await.unwrap_err();
    assert_eq!(error.ending(), Ending::OurRegistration);
    let error = watched.graph.organization().await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("Authorization_IdentityNotFound"), "a token of nobody any more");
    assert!(microsoft.consent_to_ours(DOMAIN));
    client.application_token(registration, tenant).await.unwrap();
}

#[tokio::test]
async fn our_secret_ends_by_the_clock_and_graph_told_so_before() {
    let watched = Watched::new().await;
    let SignIns { microsoft, registration, clock, .. } = &watched.sign_ins;
    let client: ClientId = REGRANT_CLIENT.parse().unwrap();
    assert_eq!(watched.graph.registration_credentials(&client).await, Ok(None), "it is registered elsewhere");
    assert!(microsoft.set_our_home(DOMAIN) && microsoft.let_our_secret_end_in(SignedDuration::from_mins(30)));
    let all = watched.graph.registration_credentials(&client).await.unwrap().unwrap();
    let ends = ends_at(&all, &registration.credential.known_by().unwrap()).unwrap();
    let left = ends.duration_since(regrant::clock::Clock::now(clock));
    assert_eq!(left, SignedDuration::from_mins(30));
    let by_certificate = super::credentials::certificate().known_by().unwrap();
    assert!(
        ends_at(&all, &by_certificate).unwrap() > ends,
        "the simulator shows the thumbprint of its own certificate"
    );
    clock.advance(Duration::from_mins(30));
    assert_eq!(watched.refused().await, (Ending::OurCredential, "AADSTS7000222".to_owned()));
    assert!(microsoft.renew_our_credentials());
    watched.refresh().await.unwrap();
    assert!(microsoft.expire_our_secret());
    assert_eq!(watched.refused().await, (Ending::OurCredential, "AADSTS7000222".to_owned()));
}

#[tokio::test]
async fn our_certificate_ends_too() {
    let sign_ins = SignIns::of(super::proven_by(super::credentials::certificate())).await;
    assert!(sign_ins.microsoft.consent_to_ours(DOMAIN) && sign_ins.microsoft.expire_our_certificate());
    let error = sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap_err();
    assert_eq!((error.ending(), error.code().as_deref()), (Ending::OurCredential, Some("AADSTS700027")));
    assert!(sign_ins.microsoft.renew_our_credentials());
    sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap();
}

#[tokio::test]
async fn an_outage_of_a_tenant_is_over_by_the_clock_and_ends_nothing() {
    for kind in [OutageKind::Unavailable, OutageKind::Throttled] {
        let watched = Watched::new().await;
        let microsoft = &watched.sign_ins.microsoft;
        assert!(microsoft.start_outage(DOMAIN, kind, SignedDuration::from_mins(10)));
        assert_eq!(watched.refresh().await.unwrap_err().ending(), Ending::Transient, "{kind:?}");
        assert_eq!(watched.graph.organization().await.unwrap_err().ending(), Ending::Transient, "{kind:?}");
        let elsewhere = microsoft.with_tenant("acme", |tenant| tenant.id.clone()).unwrap().parse().unwrap();
        let other = watched.sign_ins.client.application_token(&watched.sign_ins.registration, &elsewhere).await;
        assert_ne!(other.unwrap_err().ending(), Ending::Transient, "another tenant is served, and refuses");
        watched.sign_ins.clock.advance(Duration::from_mins(10));
        watched.refresh().await.unwrap();
        assert!(watched.graph.organization().await.is_ok(), "{kind:?}");

        microsoft.start_outage_everywhere(kind, SignedDuration::from_mins(10));
        assert_eq!(watched.refresh().await.unwrap_err().ending(), Ending::Transient, "{kind:?}");
        assert!(microsoft.end_outage(DOMAIN));
        watched.refresh().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_injured_that_is_not_there() {
    let SignIns { microsoft, .. } = SignIns::new().await;
    assert!(!microsoft.revoke_grants("nobody") && !microsoft.delete_person(DOMAIN, "nobody"));
    assert!(!microsoft.delete_our_principal(DOMAIN), "nobody consented to us here yet");
    assert_eq!(microsoft.hand_out_refresh_token(DOMAIN, "nobody"), None);
}
