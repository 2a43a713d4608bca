//! Tests renewal of stored tokens: after any failure a working refresh token is still stored.

use std::time::Duration;

use regrant::domain::id::OrgId;
use regrant::domain::tenant::TenantId;
use regrant::microsoft::GraphTokens;
use regrant::usecases::access::graph::{GraphAccessError, graph_tokens};
use regrant::vault::{SecretName, SecretVersion};
use regrant_simulators::{Fault, Times};
use regrant_tests::consent::ConsentBench;
use secrecy::ExposeSecret as _;

use super::TOKEN;
use super::hostile::Reply;

const DOMAIN: &str = "acmelabs.onmicrosoft.com";

/// A tenant with a signed-in administrator and an expired access token.
async fn ended() -> (ConsentBench, (OrgId, TenantId)) {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite("acmelabs").await;
    bench.sign_in(&mut bench.browser(), &invitation, "ada.administrator").await;
    let tenant = bench.simulation.microsoft.with_tenant(DOMAIN, |tenant| tenant.id.clone()).unwrap();
    bench.clock.advance(Duration::from_hours(2));
    let (org, _) = bench.ids("acmelabs").await;
    (bench, (org, tenant.parse().unwrap()))
}

/// The refresh token that is current.
async fn kept(bench: &ConsentBench, (org, tenant): &(OrgId, TenantId)) -> String {
    let name = SecretName::Graph(org.clone(), tenant.clone());
    let secret = bench.ports.vault.get(&name, SecretVersion::Current).await.unwrap();
    let kept = GraphTokens::unseal(&secret.unwrap()).unwrap();
    kept.refresh_token.unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn expired_tokens_are_renewed_and_stored() {
    let (bench, own) = ended().await;
    let (before, calls) = (kept(&bench, &own).await, bench.simulation.microsoft.count(TOKEN));
    let renewed = graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
    let after = kept(&bench, &own).await;
    assert_eq!(renewed.refresh_token.unwrap().expose_secret(), after);
    assert_ne!(before, after);
    graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
    assert_eq!(bench.simulation.microsoft.count(TOKEN), calls + 1);
}

#[tokio::test]
async fn failing_token_endpoint_keeps_refresh_token() {
    let (bench, own) = ended().await;
    let before = kept(&bench, &own).await;
    for fault in [
        Fault::Reset,
        Fault::Truncated,
        Fault::ServerError,
        Fault::EdgeProxyError,
        Fault::RateLimited,
        Fault::NotJson,
        Fault::OtherShape,
        Fault::Redirect("http://login.localhost/".to_owned()),
    ] {
        bench.simulation.microsoft.fail(TOKEN, fault.clone(), Times::Always);
        let error = graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap_err();
        assert!(matches!(error, GraphAccessError::Microsoft(_)), "{fault:?}: {error:?}");
        assert_eq!(kept(&bench, &own).await, before, "{fault:?}");
        bench.simulation.microsoft.heal();
    }
    graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
}

#[tokio::test]
async fn untested_tokens_are_not_promoted() {
    let (bench, own) = ended().await;
    let before = kept(&bench, &own).await;
    for fault in [Fault::Reset, Fault::ServerError, Fault::DeadCredential, Fault::OtherShape, Fault::NotJson] {
        bench.simulation.microsoft.fail("/v1.0/organization", fault.clone(), Times::Always);
        let error = graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap_err();
        assert!(matches!(error, GraphAccessError::Microsoft(_)), "{fault:?}: {error:?}");
        assert_eq!(kept(&bench, &own).await, before, "{fault:?}");
        bench.simulation.microsoft.heal();
    }
    graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
    assert_ne!(kept(&bench, &own).await, before);
}

#[tokio::test]
async fn renewal_retries_lost_response() {
    let (bench, own) = ended().await;
    for fault in [Fault::Truncated, Fault::Reset, Fault::ServerError, Fault::RateLimited] {
        let (before, calls) = (kept(&bench, &own).await, bench.simulation.microsoft.count(TOKEN));
        bench.simulation.microsoft.fail(TOKEN, fault.clone(), Times::Exactly(1));
        graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
        assert_eq!(bench.simulation.microsoft.count(TOKEN), calls + 2, "{fault:?}");
        assert_ne!(kept(&bench, &own).await, before, "{fault:?}");
        bench.clock.advance(Duration::from_hours(2));
    }
    // The stored token works even if Microsoft has issued a newer one.
    graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap();
}

#[tokio::test]
async fn refresh_without_new_token_keeps_old_one() {
    let mut answer = super::tokens();
    answer["refresh_token"] = serde_json::Value::Null;
    let refreshes = super::Bench::with(vec![(TOKEN, vec![Reply::json(200, &answer)])]).await;
    let renewed = refreshes.refresh().await.unwrap();
    assert!(renewed.refresh_token.is_none());
    let (bench, own) = ended().await;
    let before = kept(&bench, &own).await;
    let secret =
        bench.ports.vault.get(&SecretName::Graph(own.0, own.1), SecretVersion::Current).await.unwrap().unwrap();
    let after = GraphTokens::unseal(&secret).unwrap().renewed(renewed, bench.ports.clock.now());
    assert_eq!(after.access_token.expose_secret(), "canary-new-access-token");
    assert_eq!(after.refresh_token.unwrap().expose_secret(), before);
}

#[tokio::test]
async fn revoked_refresh_token_is_reported_after_one_call() {
    let (bench, own) = ended().await;
    let calls = bench.simulation.microsoft.count(TOKEN);
    bench.simulation.microsoft.revoke_refresh_tokens(DOMAIN);
    let error = graph_tokens(&bench.ports, &own.0, &own.1).await.unwrap_err();
    assert!(matches!(error, GraphAccessError::SignInRequired(_)), "{error:?}");
    assert_eq!(bench.simulation.microsoft.count(TOKEN), calls + 1);
}
