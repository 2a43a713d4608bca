//! Beginning a consent after the person clicked the button on the invitation's page: opens a session for this browser and
//! sends it to Microsoft's sign-in page. Changes nothing in Okta.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use url::Url;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{SessionId, Sha256Digest};
use crate::domain::invitation::{Invitation, MAX_SESSIONS};
use crate::domain::org::SignInPolicy;
use crate::domain::session::{AuthorizationSession, SIGN_IN_TIME, SessionState, SignInAttempt};
use crate::microsoft::AuthorizationRequest;
use crate::randomness::{secret, session_id};
use crate::settings::PublicUrl;
use crate::usecases::Ports;
use crate::usecases::access::registration::{registration, resolve_tenant};
use crate::usecases::records::consent_error::ConsentError;

use super::invite::{OpenInvitation, open_invitation};
use super::session::{BrowserSecrets, sealed_cookie};

/// How often to try again when other browsers begin at the same time.
const TRIES: u32 = 10;

/// A new session.
#[derive(Debug)]
pub struct StartedConsent {
    /// The session.
    pub session: AuthorizationSession,
    /// The value of the session's cookie.
    pub cookie: String,
    /// Where to redirect the browser: Microsoft's sign-in page, or the session's own page if the sign-in is waived.
    pub location: Url,
}

/// Opens a session for the browser that sent an invitation's `token`.
///
/// Fails with `SignInUnavailable`, and opens nothing, if the administrator has to sign in and the cloud has no registration.
pub async fn begin_consent(ports: &Ports, token: &str) -> Result<StartedConsent, ConsentError> {
    let open = open_invitation(ports, token).await?;
    let public_url = ports.settings.public_url.as_ref();
    let public_url = public_url
        .ok_or_else(|| ConsentError::new(ConsentFailure::NotStored, "no public URL is set; set REGRANT_PUBLIC_URL"))?;
    let secrets = BrowserSecrets::new(ports);
    let opened_at = ports.clock.now();
    let id = session_id(&*ports.randomness);
    let (state, sign_in, location) = match open.sign_in() {
        SignInPolicy::Waived => {
            let page = public_url.at(&format!("/consent/session/{id}"));
            (SessionState::Verified { administrator: None }, None, page)
        }
        SignInPolicy::Required => {
            let (attempt, location) = sign_in(ports, &open, public_url, &secrets, opened_at).await?;
            (SessionState::SigningIn, Some(attempt), location)
        }
    };
    let invitation = &open.invitation;
    let session = AuthorizationSession {
        id,
        org: invitation.org.clone(),
        app: invitation.app.clone(),
        invitation: invitation.id.clone(),
        browser: secrets.digest(),
        sign_in,
        opened_at,
        seen_elsewhere: false,
        links_reserved: 0,
        state,
        version: 0,
    };
    let cookie = sealed_cookie(ports, &session.id, &secrets).await?;
    reserve_session(ports, token, open.invitation.clone(), &session.id).await?;
    // No event yet: anyone with the link can come this far, and events are kept for good.
    ports.ledger.open_session(&session).await?;
    Ok(StartedConsent { session, cookie, location })
}

/// Reserves one of the link's sessions. The limit also holds for browsers that begin at the same time.
async fn reserve_session(
    ports: &Ports,
    token: &str,
    mut invitation: Invitation,
    session: &SessionId,
) -> Result<(), ConsentError> {
    for _ in 0..TRIES {
        if invitation.sessions.len() >= MAX_SESSIONS {
            let cause = format!("invitation {} has opened {MAX_SESSIONS} sessions", invitation.id);
            return Err(ConsentError::new(ConsentFailure::TooManyAttempts, cause));
        }
        if ports.ledger.reserve_session(&invitation, session).await? {
            return Ok(());
        }
        invitation = open_invitation(ports, token).await?.invitation;
    }
    Err(ConsentError::new(ConsentFailure::NotStored, "many browsers began with this link at once; try again"))
}

/// The sign-in at Microsoft: what its callback must match, and where the browser goes.
async fn sign_in(
    ports: &Ports,
    open: &OpenInvitation,
    public_url: &PublicUrl,
    secrets: &BrowserSecrets,
    now: Timestamp,
) -> Result<(SignInAttempt, Url), ConsentError> {
    let cloud = open.org.cloud;
    let registration = registration(ports, cloud).await?.ok_or_else(|| {
        let cause = format!("the org requires a sign-in, and no registration is set for the {cloud} cloud");
        ConsentError::new(ConsentFailure::SignInUnavailable, cause)
    })?;
    let tenant = resolve_tenant(ports, open.app.identity.tenant.as_ref(), cloud).await?;
    let state = secret(&*ports.randomness);
    let request = AuthorizationRequest {
        tenant: &tenant,
        redirect_uri: &public_url.redirect_uri(cloud),
        state: &state,
        nonce: &secrets.nonce,
        code_verifier: &secrets.code_verifier,
        claims: open.app.consent.claims_challenge.as_ref(),
    };
    let location = ports.microsoft.authorize_url(&registration, &request)?;
    let attempt = SignInAttempt {
        state: Sha256Digest::of(state.expose_secret()),
        cloud,
        tenant,
        client: registration.client_id,
        expires_at: now.saturating_add(SIGN_IN_TIME).unwrap_or(now),
        consumed_at: None,
    };
    Ok((attempt, location))
}
