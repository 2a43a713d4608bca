//! Mutes, suppressions and holds.

use std::sync::Arc;

use super::notifications::{address, request};
use super::{all, at, org};
use crate::domain::actor::Actor;
use crate::domain::contact::MailAddress;
use crate::domain::id::OrgId;
use crate::domain::mail_hold::{MailHold, Release};
use crate::domain::text::UntrustedText;
use crate::ledger::{Ledger, Suppression};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_mute_covers_one_address_and_request(&*make().await).await;
    a_suppression_lasts_until_it_is_lifted(&*make().await).await;
    suppressions_are_listed_with_their_addresses(&*make().await).await;
    a_hold_covers_one_scope_and_keeps_its_release(&*make().await).await;
}

async fn is_muted(ledger: &dyn Ledger, id: &str, who: &str) -> bool {
    ledger.is_muted(&request(id), &address(who)).await.expect("a mute is read")
}

async fn a_mute_covers_one_address_and_request(ledger: &dyn Ledger) {
    assert!(!is_muted(ledger, "RG-A", "ada@contoso.example").await, "no one has muted it yet");
    for (who, seconds) in [("Ada@Contoso.example", 1), ("ada@contoso.example", 2), ("ADA@CONTOSO.EXAMPLE", 1)] {
        ledger.mute(&request("RG-A"), &address(who), at(seconds)).await.expect("muting again succeeds");
        for spelling in ["ada@contoso.example", "Ada@Contoso.Example"] {
            assert!(is_muted(ledger, "RG-A", spelling).await, "{spelling}, muted as {who}");
        }
    }
    assert!(!is_muted(ledger, "RG-A", "bea@contoso.example").await, "a different address");
    let unmute =
        async |id: &str, who: &str| ledger.unmute(&request(id), &address(who)).await.expect("a mute is removed");
    assert!(!unmute("RG-B", "ada@contoso.example").await, "it was not muted");
    assert!(unmute("RG-A", "ada@contoso.EXAMPLE").await && !is_muted(ledger, "RG-A", "ada@contoso.example").await);
    ledger.mute(&request("RG-A"), &address("ada@contoso.example"), at(3)).await.expect("it is muted again");
    assert!(!is_muted(ledger, "RG-B", "ada@contoso.example").await, "a different request");
    let suppression = ledger.suppression(&address("ada@contoso.example")).await.expect("a suppression is read");
    assert_eq!(suppression, None, "a mute does not suppress the address");
}

async fn a_hold_covers_one_scope_and_keeps_its_release(ledger: &dyn Ledger) {
    let (acme, globex) = (org("acme"), org("globex"));
    let hold = |org: Option<&OrgId>, released| MailHold {
        org: org.cloned(),
        since: at(1),
        by: Some(Actor::OsUser { name: UntrustedText::new("olga") }),
        released,
    };
    let read = async |org: Option<&OrgId>| ledger.mail_hold(org).await.expect("a hold is read");
    assert_eq!(read(None).await, None);
    for scope in [Some(&globex), None, Some(&acme)] {
        ledger.put_mail_hold(&hold(scope, None)).await.expect("a hold is written");
    }
    assert_eq!(read(Some(&acme)).await, Some(hold(Some(&acme), None)));
    let released = hold(Some(&acme), Some(Release { at: at(2), by: None }));
    ledger.put_mail_hold(&released).await.expect("a release is written");
    assert_eq!(read(Some(&acme)).await.as_ref(), Some(&released));
    for limit in [1, 2, 10] {
        let listed = all(limit, |page| ledger.mail_holds(page)).await;
        assert_eq!(listed, [hold(None, None), released.clone(), hold(Some(&globex), None)], "{limit} at a time");
    }
}

async fn suppression(ledger: &dyn Ledger, who: &MailAddress) -> Option<Suppression> {
    ledger.suppression(who).await.expect("a suppression is read")
}

async fn a_suppression_lasts_until_it_is_lifted(ledger: &dyn Ledger) {
    let (ada, spelled, bea) =
        (address("Ada@Contoso.example"), address("ada@contoso.example"), address("bea@contoso.example"));
    ledger.lift_suppression(&ada).await.expect("lifting a missing suppression succeeds");
    assert_eq!(suppression(ledger, &ada).await, None);
    let first = Suppression { at: at(1), reason: "550 5.1.1 \"unknown\"\r\n\u{0}".to_owned() };
    let second = Suppression { at: at(2), reason: "complaint".to_owned() };
    for (who, noted) in [(&ada, &first), (&ada, &first), (&spelled, &second)] {
        ledger.suppress(who, noted).await.expect("suppressing again succeeds");
        assert_eq!(suppression(ledger, &ada).await.as_ref(), Some(noted), "the last suppression counts");
        assert_eq!(suppression(ledger, &spelled).await.as_ref(), Some(noted), "in any spelling");
    }
    assert_eq!(suppression(ledger, &bea).await, None, "a different address");
    assert!(!is_muted(ledger, "RG-A", "ada@contoso.example").await, "a suppression is not a mute");
    ledger.lift_suppression(&spelled).await.expect("a suppression is lifted");
    assert_eq!(suppression(ledger, &ada).await, None, "it is lifted");
    ledger.lift_suppression(&ada).await.expect("lifting it again succeeds");
}

async fn suppressions_are_listed_with_their_addresses(ledger: &dyn Ledger) {
    let listed = async |limit| {
        let mut listed = all(limit, |page| ledger.suppressions(page)).await;
        listed.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        listed
    };
    assert_eq!(listed(2).await, []);
    ledger.mute(&request("RG-A"), &address("zoe@contoso.example"), at(1)).await.expect("an address is muted");
    let noted = |seconds| Suppression { at: at(seconds), reason: "bounced".to_owned() };
    let mut wanted = Vec::new();
    for (seconds, who) in (1..).zip(["Ada@Contoso.example", "bea@contoso.example", "cy@contoso.example"]) {
        ledger.suppress(&address(who), &noted(seconds)).await.expect("an address is suppressed");
        wanted.push((address(who), noted(seconds)));
    }
    for limit in 1..5 {
        assert_eq!(listed(limit).await, wanted, "{limit} at a time");
    }
    ledger.suppress(&address("ada@contoso.example"), &noted(9)).await.expect("an address is suppressed again");
    ledger.lift_suppression(&address("bea@contoso.example")).await.expect("a suppression is lifted");
    let wanted = [(address("ada@contoso.example"), noted(9)), (address("cy@contoso.example"), noted(3))];
    assert_eq!(listed(1).await, wanted, "one entry per address, with its last spelling");
}
