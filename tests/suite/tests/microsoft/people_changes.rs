//! Tests changes to people and their sign-ins in the simulator, as seen by the real client, and their reversal.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::domain::administrator::GLOBAL_ADMINISTRATOR;
use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::ObjectId;
use regrant::microsoft::{Microsoft as _, MicrosoftError, TokenFailure};
use regrant_simulators::microsoft::OutageKind;
use secrecy::{ExposeSecret as _, SecretString};

use super::sign_ins::{DOMAIN, SignIns};
use super::watched::{ADA, OKTA, Watched};

#[tokio::test]
async fn disabled_deleted_and_demoted_people_are_seen() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let ada: ObjectId = microsoft.oid(DOMAIN, ADA).unwrap().parse().unwrap();
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, Some(true));
    assert!(watched.graph.roles_of(&ada).await.unwrap().templates.contains(GLOBAL_ADMINISTRATOR));
    watched.refresh().await.unwrap();

    assert!(microsoft.set_person_enabled(DOMAIN, ADA, false));
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, Some(false));
    assert_eq!(watched.refused().await, (TokenFailure::Permanent, "AADSTS50057".to_owned()));
    assert!(microsoft.set_person_enabled(DOMAIN, ADA, true));
    microsoft.with_tenant(DOMAIN, |tenant| tenant.hides_accounts = true);
    assert_eq!(watched.graph.user(&ada).await.unwrap().unwrap().account_enabled, None);

    assert!(microsoft.take_roles(DOMAIN, ADA));
    assert!(watched.graph.roles_of(&ada).await.unwrap().templates.is_empty());
    let token = watched.refresh().await.unwrap();
    let graph = watched.sign_ins.client.graph(Cloud::Global, &token.access_token);
    let error = graph.service_principal(&OKTA.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.token_failure(), TokenFailure::NotAllowed, "the token lives on and reads nothing");
    assert!(microsoft.give_role(DOMAIN, ADA, GLOBAL_ADMINISTRATOR));
    assert!(graph.service_principal(&OKTA.parse().unwrap()).await.unwrap().is_some());

    assert!(microsoft.delete_person(DOMAIN, ADA) && !microsoft.delete_person(DOMAIN, ADA));
    assert_eq!(watched.graph.user(&ada).await, Ok(None));
    assert!(watched.graph.roles_of(&ada).await.is_err());
    assert_eq!(watched.refused().await, (TokenFailure::Permanent, "AADSTS50034".to_owned()));
    assert!(microsoft.restore_person(DOMAIN, ADA) && !microsoft.restore_person(DOMAIN, ADA));
    watched.refresh().await.unwrap();
}

#[tokio::test]
async fn revoking_tokens_affects_one_person_only() {
    let watched = Watched::new().await;
    let microsoft = &watched.sign_ins.microsoft;
    let noras = SecretString::from(microsoft.hand_out_refresh_token(DOMAIN, "nora.nofactor").unwrap());
    assert!(microsoft.revoke_refresh_tokens_of(DOMAIN, ADA));
    assert_eq!(watched.refused().await, (TokenFailure::Permanent, "AADSTS50173".to_owned()));
    let SignIns { client, registration, tenant, .. } = &watched.sign_ins;
    client.refresh(registration, tenant, &noras).await.unwrap();
}

#[tokio::test]
async fn unused_refresh_token_expires() {
    let watched = Watched::new().await;
    watched.sign_ins.clock.advance(Duration::from_hours(89 * 24));
    let renewed = watched.refresh().await.unwrap().refresh_token.unwrap();
    assert_ne!(renewed.expose_secret(), watched.refresh_token.expose_secret());
    watched.sign_ins.clock.advance(Duration::from_hours(24));
    assert_eq!(watched.refused().await, (TokenFailure::Permanent, "AADSTS700082".to_owned()));
    let SignIns { client, registration, tenant, .. } = &watched.sign_ins;
    client.refresh(registration, tenant, &renewed).await.unwrap();
}

#[tokio::test]
async fn sign_in_frequency_expires_old_sign_ins_only() {
    let mut watched = Watched::new().await;
    assert!(watched.sign_ins.microsoft.set_sign_in_frequency(DOMAIN, Some(SignedDuration::from_hours(24))));
    watched.sign_ins.clock.advance(Duration::from_hours(23));
    watched.refresh_token = watched.refresh().await.unwrap().refresh_token.unwrap();
    watched.sign_ins.clock.advance(Duration::from_hours(1));
    assert_eq!(
        watched.refused().await,
        (TokenFailure::Permanent, "AADSTS70043".to_owned()),
        "a refresh is not a sign-in"
    );
    let anew = watched.sign_ins.sign_in().await.unwrap();
    watched.refresh_token = anew.tokens.refresh_token.unwrap();
    watched.refresh().await.unwrap();
}

#[tokio::test]
async fn conditional_access_blocks_people_or_demands_factor() {
    let mut watched = Watched::new().await;
    let before = watched.refresh().await.unwrap();
    assert!(watched.sign_ins.microsoft.block_people(DOMAIN));
    assert_eq!(watched.refused().await, (TokenFailure::Interaction, "AADSTS53003".to_owned()));
    assert!(watched.graph.organization().await.is_ok(), "an application is not a person");

    watched.sign_ins.clock.advance(Duration::from_secs(1));
    assert!(watched.sign_ins.microsoft.demand_factor(DOMAIN));
    let MicrosoftError::OAuth(refusal) = watched.refresh().await.unwrap_err() else { panic!("another refusal") };
    assert_eq!((refusal.error.as_str(), refusal.suberror.as_deref()), ("interaction_required", Some("basic_action")));
    let graph = watched.sign_ins.client.graph(Cloud::Global, &before.access_token);
    let MicrosoftError::Graph(challenge) = graph.organization().await.unwrap_err() else { panic!("another refusal") };
    assert_eq!((challenge.status, &challenge.claims), (401, &refusal.claims));
    assert_eq!(MicrosoftError::Graph(challenge).token_failure(), TokenFailure::Interaction);

    let anew = watched.sign_ins.sign_in().await.unwrap();
    watched.refresh_token = anew.tokens.refresh_token.unwrap();
    watched.refresh().await.unwrap();
    assert!(watched.sign_ins.microsoft.set_access_policy(DOMAIN, None));
}

#[tokio::test]
async fn tenant_outage_ends_and_revokes_nothing() {
    for kind in [OutageKind::Unavailable, OutageKind::Throttled] {
        let watched = Watched::new().await;
        let microsoft = &watched.sign_ins.microsoft;
        assert!(microsoft.start_outage(DOMAIN, kind, SignedDuration::from_mins(10)));
        assert_eq!(watched.refresh().await.unwrap_err().token_failure(), TokenFailure::Transient, "{kind:?}");
        assert_eq!(
            watched.graph.organization().await.unwrap_err().token_failure(),
            TokenFailure::Transient,
            "{kind:?}"
        );
        let elsewhere = microsoft.with_tenant("acme", |tenant| tenant.id.clone()).unwrap().parse().unwrap();
        let other = watched.sign_ins.client.application_token(&watched.sign_ins.registration, &elsewhere).await;
        assert_ne!(
            other.unwrap_err().token_failure(),
            TokenFailure::Transient,
            "another tenant is served, and refuses"
        );
        watched.sign_ins.clock.advance(Duration::from_mins(10));
        watched.refresh().await.unwrap();
        assert!(watched.graph.organization().await.is_ok(), "{kind:?}");

        microsoft.start_outage_everywhere(kind, SignedDuration::from_mins(10));
        assert_eq!(watched.refresh().await.unwrap_err().token_failure(), TokenFailure::Transient, "{kind:?}");
        assert!(microsoft.end_outage(DOMAIN));
        watched.refresh().await.unwrap();
    }
}
