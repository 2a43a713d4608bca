//! The evidence pack of an app.

use regrant::domain::administrator::Mfa;
use regrant::domain::event::AppEvent;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::trail::canonical::canonical;
use regrant::keyring::EvidencePublicKey;
use regrant::usecases::report::evidence::{SignedEvidence, evidence};
use regrant::usecases::report::evidence_html;
use regrant::usecases::report::trail::public_key;
use serde_json::json;

use super::{SMALL, bench};

#[tokio::test]
async fn pack_answers_who_asked_approved_and_saved() {
    let bench = bench(SMALL).await;
    let (org, app): (OrgId, AppId) = ("00o00001".parse().unwrap(), "0oa00001000".parse().unwrap());
    let ada = json!({"kind": "os-user", "name": "ada"});
    for mut event in [
        json!({"event": "invited", "invitation": "i1", "expires_at": "2026-12-04T09:00:00Z", "by": ada}),
        json!({"event": "administrator-verified", "session": "s1", "username": "<i>max</i>@contoso.example",
               "object": "11111111-2222-4333-8444-555555555555", "mfa": "verified", "token_id": "uti-1"}),
        json!({"event": "save-begun", "save": "v1", "was_on": false}),
        json!({"event": "saved", "save": "v1", "verified": true, "grant_kinds": [], "evidence": "code-accepted",
               "granted_before": ["User.Read.All"], "granted": ["User.ReadWrite.All"]}),
        json!({"event": "waived", "reason": "merger", "until": "2026-12-31T00:00:00Z", "by": ada}),
    ] {
        event["at"] = json!("2026-11-27T09:00:00Z");
        let event: AppEvent = serde_json::from_value(event).unwrap();
        bench.ports.ledger.append_event(&org, &app, &event).await.unwrap();
    }
    let ledger = &bench.ports.ledger;
    let (profile, record) = (ledger.org(&org).await.unwrap().unwrap(), ledger.app(&org, &app).await.unwrap().unwrap());
    let signed = evidence(&bench.ports, &profile, &record).await.unwrap();
    let pack = &signed.evidence;
    assert_eq!(pack.asked[0].by.as_ref().unwrap().to_string(), "ada (this machine)");
    assert_eq!((pack.approved[0].mfa, &*pack.approved[0].role), (Mfa::Verified, "Global Administrator"));
    assert_eq!((pack.saves[0].was_on, pack.saves[0].succeeded, pack.saves[0].verified), (Some(false), true, true));
    assert_eq!(pack.saves[0].granted_before.as_deref(), Some(&["User.Read.All".to_owned()][..]));
    assert_eq!(pack.saves[0].granted.as_deref(), Some(&["User.ReadWrite.All".to_owned()][..]));
    assert!(pack.waivers[0].given.is_some() && pack.trail_is_intact);
    assert_eq!(pack.trail.len(), 8);

    let mut page = Vec::new();
    evidence_html::write(&signed, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("&lt;i&gt;max&lt;/i&gt;@contoso.example") && !page.contains("<i>"));
    assert!(page.contains("uti-1") && page.contains("No save has succeeded, so nothing was read back."));

    let json = serde_json::to_string(&signed).unwrap();
    let read: SignedEvidence = serde_json::from_str(&json).unwrap();
    let key: EvidencePublicKey = public_key(&bench.ports).await.unwrap();
    assert_eq!(read.evidence.key, key.to_string());
    let bytes = canonical(&read.evidence).unwrap();
    assert!(key.verifies(bytes.as_bytes(), &read.signature));
    assert!(!key.verifies(bytes.replace("uti-1", "uti-2").as_bytes(), &read.signature));
}
