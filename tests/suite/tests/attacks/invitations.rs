//! Attacks with invitation links that are forged, expired, revoked, or opened by scanners.

use axum::body::Body;
use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT, state};

const FORGED: &str = "This link does not work";

#[tokio::test]
async fn mail_scanner_changes_nothing() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (before, calls, events) =
        (state(&bench).await, bench.simulation.kill_point.calls(), bench.events(TENANT).await.len());
    for n in 0..100 {
        let method = if n % 2 == 0 { "GET" } else { "HEAD" };
        let seen = bench.browser().send(method, &invitation, Body::empty()).await;
        assert_eq!(seen.status, 200);
        assert!(!seen.headers.contains_key("set-cookie"));
    }
    assert_eq!((state(&bench).await, bench.events(TENANT).await.len()), (before, events));
    assert_eq!(bench.simulation.kill_point.calls(), calls, "no external call was made");
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access", "the link still works");
}

#[tokio::test]
async fn link_with_one_changed_character_is_forged() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    for at in ["/consent/".len() + 5, invitation.len() / 2, invitation.len() - 10] {
        let mut bent = invitation.clone();
        let email = if &bent[at..=at] == "A" { "B" } else { "A" };
        bent.replace_range(at..=at, email);
        assert_eq!(bench.browser().get(&bent).await.heading(), FORGED);
        assert_eq!(bench.browser().post(&bent, &[]).await.heading(), FORGED);
    }
}

#[tokio::test]
async fn links_cannot_be_recombined_for_other_app() {
    let bench = ConsentBench::new().await;
    let (one, other) = (bench.invite(TENANT).await, bench.invite("contoso").await);
    let parts = |link: &str| link.trim_start_matches("/consent/").split('.').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (parts(&one), parts(&other));
    let swapped = format!("/consent/{}.{}.{}", one[0], other[1], one[2]);
    assert_eq!(bench.browser().get(&swapped).await.heading(), FORGED);
}

#[tokio::test]
async fn link_of_other_installation_is_forged() {
    let bench = ConsentBench::new().await;
    let other = ConsentBench::new().await;
    let (org, app) = bench.ids(TENANT).await;
    let keys = regrant::keyring::Keyring::new(&regrant::randomness::SystemRandomness);
    let invitation = regrant::domain::invitation::Invitation {
        id: "inv1".parse().unwrap(),
        org,
        app,
        sign_in: regrant::domain::org::SignInPolicy::Required,
        created_at: regrant_tests::bench::dawn(),
        expires_at: jiff::Timestamp::MAX,
        sessions: Vec::new(),
        closed: None,
    };
    let token = keys.sign(&invitation).unwrap();
    assert_eq!(bench.browser().post(&format!("/consent/{token}"), &[]).await.heading(), FORGED);
    drop(other);
}

#[tokio::test]
async fn unsigned_link_is_forged() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let unsigned = &invitation[..=invitation.rfind('.').unwrap()];
    assert_eq!(bench.browser().get(unsigned).await.heading(), FORGED);
}

#[tokio::test]
async fn random_text_is_a_forged_link() {
    let bench = ConsentBench::new().await;
    for nonsense in ["x", "a.b.c", "%00", "%F0%9F%92%A9", "session", &"a".repeat(3_000)] {
        assert_eq!(bench.browser().get(&format!("/consent/{nonsense}")).await.heading(), FORGED, "{nonsense}");
    }
}

#[tokio::test]
async fn expired_link_starts_nothing() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    bench.clock.advance(std::time::Duration::from_hours(14 * 24));
    for seen in [bench.browser().get(&invitation).await, bench.browser().post(&invitation, &[]).await] {
        assert_eq!(seen.heading(), "This link has expired");
        assert!(!seen.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn revoked_link_starts_nothing() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (org, app) = bench.ids(TENANT).await;
    let page = regrant::ledger::PageRequest::first(1);
    let open = bench.ports.ledger.invitations(&org, &app, page).await.unwrap().items.remove(0);
    let path = format!("/v1/apps/{org}/{app}/invitations/{}", open.id);
    assert_eq!(bench.browser().send("DELETE", &path, Body::empty()).await.status, 200);
    assert_eq!(bench.browser().post(&invitation, &[]).await.heading(), "This link was replaced or revoked");
}

#[tokio::test]
async fn other_app_cannot_revoke_invitation() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (org, app) = bench.ids(TENANT).await;
    let (other_org, other_app) = bench.ids("contoso").await;
    let page = regrant::ledger::PageRequest::first(1);
    let open = bench.ports.ledger.invitations(&org, &app, page).await.unwrap().items.remove(0);
    let path = format!("/v1/apps/{other_org}/{other_app}/invitations/{}", open.id);
    assert_eq!(bench.browser().send("DELETE", &path, Body::empty()).await.status, 404);
    assert_eq!(bench.browser().get(&invitation).await.status, 200);
}

#[tokio::test]
async fn link_is_returned_once_and_never_listed() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (org, app) = bench.ids(TENANT).await;
    let list = bench.browser().get(&format!("/v1/apps/{org}/{app}/invitations")).await;
    assert_eq!(list.status, 200);
    let signature = invitation.rsplit('.').next().unwrap();
    assert!(!list.body.contains(signature) && !list.body.contains("link"), "{}", list.body);
}

#[tokio::test]
async fn console_only_app_gets_no_invitation() {
    let bench = ConsentBench::new().await;
    let (org, app) = bench.ids("contosogov").await;
    let seen = bench.browser().post(&format!("/v1/apps/{org}/{app}/invitations"), &[]).await;
    assert_eq!(seen.status, 409, "{}", seen.body);
}
