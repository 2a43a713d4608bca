//! Sample records with invented values. A test sets only what it is about, with the struct update syntax:
//! `AppRecord { request: None, ..app_record(app_identity("acme", "0oa1", "Office 365"), Standing::Broken) }`.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "an invalid sample fails the test")]

use std::fmt::Debug;
use std::str::FromStr;

use jiff::Timestamp;

use crate::domain::app::{AppIdentity, AppRecord, ConsentRecord};
use crate::domain::contact::Audience;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::invitation::{DEFAULT_LIFETIME, Invitation};
use crate::domain::notification::{About, Draft, Recipient};
use crate::domain::org::{CredentialKind, OrgProfile, SignInPolicy};
use crate::domain::standing::{Assessment, Standing};
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::randomness::request_id;
use crate::usecases::Ports;

fn parsed<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("the sample is valid")
}

/// An org on `{id}.okta.com` with a service app and default settings.
pub fn org_profile(id: &str) -> OrgProfile {
    let base_url = parsed(&format!("https://{id}.okta.com/"));
    OrgProfile::new(parsed(id), base_url, CredentialKind::ServiceApp, Timestamp::UNIX_EPOCH)
}

/// An app of an org on `{org}.okta.com`, without a tenant.
pub fn app_identity(org: &str, app: &str, label: &str) -> AppIdentity {
    AppIdentity {
        org: parsed(org),
        org_domain: format!("{org}.okta.com"),
        app: parsed(app),
        label: UntrustedText::new(label),
        tenant: None,
        domain: None,
    }
}

/// An app at a standing, without signals, history or request.
pub fn app_record(identity: AppIdentity, standing: Standing) -> AppRecord {
    AppRecord {
        identity,
        signals: Vec::new(),
        assessment: Assessment { standing, verified: false, reasons: vec!["invented".to_owned()] },
        as_of: Timestamp::UNIX_EPOCH,
        last_known: None,
        since: None,
        before: None,
        request: None,
        consent: ConsentRecord::default(),
        waived_until: None,
        assignment_counts: None,
        version: 0,
    }
}

/// An open invitation that requires a sign-in.
pub fn invitation(id: &str, org: &str, app: &str, created_at: Timestamp) -> Invitation {
    Invitation {
        id: parsed(id),
        org: parsed(org),
        app: parsed(app),
        sign_in: SignInPolicy::Required,
        created_at,
        expires_at: created_at + DEFAULT_LIFETIME,
        sessions: Vec::new(),
        closed: None,
    }
}

/// A notification of request `RG-A` of the org `00oInvented`, due at once.
pub fn draft(about: About, recipient: Recipient) -> Draft {
    let (request, org) = (parsed("RG-A"), parsed("00oInvented"));
    Draft { request, org, app: None, about, recipient, due_at: Timestamp::UNIX_EPOCH }
}

/// The recipient of an email.
pub fn reader(address: &str, audience: Audience) -> Recipient {
    Recipient::Mail { address: parsed(address), audience }
}

/// A waiver of an app from `given_at` to `ends_at`.
pub fn waiver(app: &AppIdentity, given_at: Timestamp, ends_at: Timestamp) -> Waiver {
    let reason = UntrustedText::new("The tenant is being merged.");
    Waiver { org: app.org.clone(), app: app.app.clone(), reason, given_at, ends_at }
}

/// Stores an org and one of its apps, as the app's first scan does.
pub async fn store_app(ports: &Ports, org: &OrgProfile, identity: AppIdentity, standing: Standing, reason: &str) {
    ports.ledger.put_org(org).await.expect("an org is stored");
    let now = ports.clock.now();
    let assessment = Assessment { standing, verified: false, reasons: vec![reason.to_owned()] };
    let record = AppRecord::assessed(identity, Vec::new(), assessment, now, None, request_id(&*ports.randomness));
    let found = AppEvent::automatic(now, EventKind::Found { standing });
    assert!(ports.ledger.record_app(&record, &[found]).await.expect("an app is stored"), "the app is new");
}
