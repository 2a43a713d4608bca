//! The evidence pack of an app: who asked for the consent, who gave it, the permissions granted, the results read back, and the
//! audit trail that all of it comes from. It is signed with the installation's evidence key.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::administrator::Mfa;
use crate::domain::app::AppRecord;
use crate::domain::customer::CustomerName;
use crate::domain::event::EventKind;
use crate::domain::grant::GrantsRead;
use crate::domain::id::{AppId, InvitationId, OrgId, SaveId, SessionId};
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::{ConnectionReading, ConsentEvidence};
use crate::domain::standing::Standing;
use crate::domain::tenant::{ClientId, ObjectId, TenantId, TenantName};
use crate::domain::text::UntrustedText;
use crate::domain::trail::canonical::canonical;
use crate::domain::trail::{TrailEntry, verify};
use crate::ledger::paging;
use crate::usecases::Ports;
use crate::usecases::access::keys::create_keys;
use crate::usecases::report::trail::TrailError;

/// The name and version of the pack's format.
pub const FORMAT: &str = "regrant-evidence/1";
/// How many events are read at a time.
const PAGE: u32 = 500;

/// An evidence pack and its signature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedEvidence {
    /// The pack.
    pub evidence: Evidence,
    /// The signature over its canonical JSON (Ed25519), in base64url without padding.
    pub signature: String,
}

/// The evidence about one app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evidence {
    /// [`FORMAT`].
    pub format: String,
    /// When the pack was made, in UTC.
    pub made_at: Timestamp,
    /// The person who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<Actor>,
    /// Regrant's version.
    pub version: String,
    /// The public key that verifies it, in base64url.
    pub key: String,
    /// The org.
    pub org: OrgId,
    /// The org's host.
    pub org_domain: String,
    /// The org's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// The app.
    pub app: AppId,
    /// The app's label.
    pub label: UntrustedText,
    /// The Microsoft tenant's short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<TenantName>,
    /// The Microsoft tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// Okta's client id at Microsoft, from its latest consent link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// The standing.
    pub standing: Standing,
    /// Whether Microsoft Graph confirmed it.
    pub verified: bool,
    /// The reasons.
    pub reasons: Vec<String>,
    /// When the app was checked last, in UTC.
    pub checked_at: Timestamp,
    /// Who asked for consent.
    pub asked: Vec<Asked>,
    /// Who signed in to consent, with the verified facts about them.
    pub approved: Vec<Approved>,
    /// What changed the connection in Okta.
    pub saves: Vec<Saved>,
    /// What was read back after the last successful save.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<ReadBack>,
    /// Postponements.
    pub waivers: Vec<WaiverEvent>,
    /// Whether the trail below is a complete chain.
    pub trail_is_intact: bool,
    /// The app's whole audit trail.
    pub trail: Vec<TrailEntry>,
}

/// An invitation that was created.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// When, in UTC.
    pub at: Timestamp,
    /// Who; absent if Regrant did on a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The invitation.
    pub invitation: InvitationId,
    /// When its link expires, in UTC.
    pub expires_at: Timestamp,
}

/// An administrator who was verified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approved {
    /// When, in UTC.
    pub at: Timestamp,
    /// The account's user name.
    pub username: UntrustedText,
    /// The account's object id in the tenant.
    pub object: ObjectId,
    /// The role that was read in the token or in Graph. Regrant accepts no other.
    pub role: String,
    /// Whether multi-factor authentication was verified.
    pub mfa: Mfa,
    /// The token's id, which Microsoft's sign-in log shows as unique token identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// The browser's session, which pages and emails show as a reference.
    pub session: SessionId,
}

/// A save.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    /// When it ended, in UTC.
    pub at: Timestamp,
    /// The save.
    pub save: SaveId,
    /// Who started it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// Whether provisioning ran on consent before, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_on: Option<bool>,
    /// Whether the connection reads as on.
    pub succeeded: bool,
    /// Whether Microsoft Graph showed every required grant.
    pub verified: bool,
    /// What showed the consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<ConsentEvidence>,
    /// The permissions granted when Okta's consent link was issued; absent if they were not read then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_before: Option<Vec<String>>,
    /// The permissions granted afterwards; absent if they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Vec<String>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What was read back from Okta and Microsoft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadBack {
    /// When, in UTC.
    pub at: Timestamp,
    /// The connection in Okta.
    pub connection: ConnectionReading,
    /// The permissions granted when Okta's consent link was issued; absent if they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<GrantsRead>,
    /// The permissions granted afterwards; absent if they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<GrantsRead>,
    /// Why they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_read: Option<String>,
    /// Required permissions that are not granted.
    pub missing: Vec<String>,
    /// Permissions that are granted although provisioning does not use them.
    pub unexpected: Vec<String>,
}

/// A waiver that was given or removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WaiverEvent {
    /// When, in UTC.
    pub at: Timestamp,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The reason and the end; absent if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<(UntrustedText, Timestamp)>,
}

/// Makes the evidence pack of an app.
pub async fn evidence(ports: &Ports, org: &OrgProfile, app: &AppRecord) -> Result<SignedEvidence, TrailError> {
    let (org_id, app_id) = (&app.identity.org, &app.identity.app);
    let mut trail = Vec::new();
    let mut entries = paging::items(PAGE, |page| ports.ledger.trail(org_id, app_id, page));
    while let Some(entry) = entries.try_next().await? {
        trail.push(entry);
    }
    let keys = create_keys(ports).await?;
    let made = Made {
        at: ports.clock.now(),
        by: ports.actor.clone(),
        key: keys.evidence().public()?.to_string(),
        permissions: &ports.settings.permissions,
    };
    let evidence = compile(org, app, trail, made);
    let signature = keys.evidence().sign(canonical(&evidence).unwrap_or_default().as_bytes())?;
    Ok(SignedEvidence { evidence, signature })
}

/// When, by whom and with what a pack is made.
struct Made<'a> {
    at: Timestamp,
    by: Option<Actor>,
    key: String,
    permissions: &'a PermissionCatalogue,
}

fn compile(org: &OrgProfile, app: &AppRecord, trail: Vec<TrailEntry>, made: Made<'_>) -> Evidence {
    let mut verifier = verify::Verifier::default();
    for entry in &trail {
        verifier.entry(entry);
    }
    let trail_is_intact = verifier.finish(false, &std::collections::BTreeMap::new()).findings.is_empty();
    let mut evidence = Evidence {
        format: FORMAT.to_owned(),
        made_at: made.at,
        made_by: made.by,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        key: made.key,
        org: app.identity.org.clone(),
        org_domain: org.domain(),
        customer: org.customer.clone(),
        app: app.identity.app.clone(),
        label: app.identity.label.clone(),
        tenant_name: app.identity.tenant.clone(),
        tenant: app.consent.tenant.clone(),
        client: app.consent.client.clone(),
        standing: app.standing(),
        verified: app.assessment.verified,
        reasons: app.assessment.reasons.clone(),
        checked_at: app.as_of,
        asked: Vec::new(),
        approved: Vec::new(),
        saves: Vec::new(),
        read_back: read_back(app, made.permissions),
        waivers: Vec::new(),
        trail_is_intact,
        trail,
    };
    let mut was_on = None;
    for event in evidence.trail.iter().filter_map(TrailEntry::app_event) {
        let (at, by) = (event.at, event.by);
        match event.kind {
            EventKind::Invited { invitation, expires_at } => {
                evidence.asked.push(Asked { at, by, invitation, expires_at });
            }
            EventKind::AdministratorVerified { session, username, object, mfa, token_id } => {
                let role = "Global Administrator".to_owned();
                evidence.approved.push(Approved { at, username, object, role, mfa, token_id, session });
            }
            EventKind::SaveBegun { save, was_on: on } => was_on = Some((save, on)),
            EventKind::Saved { save, verified, evidence: shown_by, granted_before, granted, .. } => {
                let was_on = was_on.take().filter(|(begun, _)| *begun == save).map(|(_, on)| on);
                evidence.saves.push(Saved {
                    at,
                    save,
                    by,
                    was_on,
                    succeeded: true,
                    verified,
                    shown_by,
                    granted_before,
                    granted,
                    failure: None,
                });
            }
            EventKind::SaveFailed { save, reason, .. } => {
                let was_on = was_on.take().filter(|(begun, _)| *begun == save).map(|(_, on)| on);
                evidence.saves.push(Saved {
                    at,
                    save,
                    by,
                    was_on,
                    succeeded: false,
                    verified: false,
                    shown_by: None,
                    granted_before: None,
                    granted: None,
                    failure: Some(reason),
                });
            }
            EventKind::Waived { reason, until } => {
                evidence.waivers.push(WaiverEvent { at, by, given: Some((reason, until)) });
            }
            EventKind::WaiverRemoved => evidence.waivers.push(WaiverEvent { at, by, given: None }),
            _ => {}
        }
    }
    evidence
}

fn read_back(app: &AppRecord, permissions: &PermissionCatalogue) -> Option<ReadBack> {
    let verification = app.consent.verification.as_ref()?;
    let comparison = verification.grants.as_ref().map(|grants| grants.compare(permissions)).unwrap_or_default();
    Some(ReadBack {
        at: verification.at,
        connection: verification.connection.clone(),
        before: verification.grants_before.as_deref().cloned(),
        after: verification.grants.clone(),
        not_read: verification.grants_unread.clone(),
        missing: comparison.missing_required,
        unexpected: comparison.unexpected,
    })
}
