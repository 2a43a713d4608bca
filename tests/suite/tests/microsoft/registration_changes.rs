//! Tests changes to Regrant's registration in the simulator, as seen by the real client, and their reversal.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::cloud::Cloud;
use regrant::domain::registered_credential::own_credential_ends_at;
use regrant::domain::tenant::ClientId;
use regrant::microsoft::{Microsoft as _, TokenFailure};
use regrant_simulators::microsoft::REGRANT_CLIENT;

use super::credentials::certificate;
use super::proven_by;
use super::sign_ins::{DOMAIN, SignIns};
use super::watched::Watched;

#[tokio::test]
async fn withdrawn_and_renewed_own_consent_is_seen() {
    let watched = Watched::new().await;
    let SignIns { microsoft, client, registration, tenant, .. } = &watched.sign_ins;
    assert!(microsoft.withdraw_our_consent(DOMAIN));
    assert_eq!(watched.refused().await, (TokenFailure::Interaction, "AADSTS65001".to_owned()));
    let token = client.application_token(registration, tenant).await.unwrap();
    let error = client.graph(Cloud::Global, &token.access_token).organization().await.unwrap_err();
    assert_eq!(error.token_failure(), TokenFailure::NotAllowed);
    assert!(microsoft.consent_to_ours(DOMAIN));
    watched.refresh().await.unwrap();

    assert!(microsoft.delete_our_principal(DOMAIN));
    assert_eq!(watched.refused().await, (TokenFailure::OurRegistration, "AADSTS700016".to_owned()));
    let error = client.application_token(registration, tenant).await.unwrap_err();
    assert_eq!(error.token_failure(), TokenFailure::OurRegistration);
    let error = watched.graph.organization().await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("Authorization_IdentityNotFound"), "the token's principal is gone");
    assert!(microsoft.consent_to_ours(DOMAIN));
    client.application_token(registration, tenant).await.unwrap();
}

#[tokio::test]
async fn own_secret_expires_at_date_from_graph() {
    let watched = Watched::new().await;
    let SignIns { microsoft, registration, clock, .. } = &watched.sign_ins;
    let client: ClientId = REGRANT_CLIENT.parse().unwrap();
    assert_eq!(watched.graph.registration_credentials(&client).await, Ok(None), "it is registered elsewhere");
    assert!(microsoft.set_our_home(DOMAIN) && microsoft.let_our_secret_end_in(SignedDuration::from_mins(30)));
    let all = watched.graph.registration_credentials(&client).await.unwrap().unwrap();
    let ends = own_credential_ends_at(&all.credentials, &registration.credential.known_by().unwrap()).unwrap();
    let left = ends.duration_since(clock.now());
    assert_eq!(left, SignedDuration::from_mins(30));
    let by_certificate = certificate().known_by().unwrap();
    assert!(
        own_credential_ends_at(&all.credentials, &by_certificate).unwrap() > ends,
        "the simulator shows the thumbprint of its own certificate"
    );
    clock.advance(Duration::from_mins(30));
    assert_eq!(watched.refused().await, (TokenFailure::OurCredential, "AADSTS7000222".to_owned()));
    assert!(microsoft.renew_our_credentials());
    watched.refresh().await.unwrap();
    assert!(microsoft.expire_our_secret());
    assert_eq!(watched.refused().await, (TokenFailure::OurCredential, "AADSTS7000222".to_owned()));
}

#[tokio::test]
async fn own_certificate_expires() {
    let sign_ins = SignIns::of(proven_by(certificate())).await;
    assert!(sign_ins.microsoft.consent_to_ours(DOMAIN) && sign_ins.microsoft.expire_our_certificate());
    let error = sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap_err();
    assert_eq!((error.token_failure(), error.code().as_deref()), (TokenFailure::OurCredential, Some("AADSTS700027")));
    assert!(sign_ins.microsoft.renew_our_credentials());
    sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap();
}

#[tokio::test]
async fn changes_to_missing_objects_return_false() {
    let SignIns { microsoft, .. } = SignIns::new().await;
    assert!(!microsoft.revoke_grants("unknown") && !microsoft.delete_person(DOMAIN, "unknown"));
    assert!(!microsoft.delete_our_principal(DOMAIN), "no consent to Regrant yet");
    assert_eq!(microsoft.hand_out_refresh_token(DOMAIN, "unknown"), None);
}
