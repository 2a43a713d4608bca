//! Beginning a consent after the person clicked the button on the invitation's page: opens a session for this browser and
//! sends it to Microsoft's sign-in page. Changes nothing in Okta.

use secrecy::ExposeSecret;
use url::Url;

use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::Sha256Digest;
use crate::domain::session::{AuthorizationSession, SIGN_IN_TIME, SessionState, SignInAttempt};
use crate::microsoft::AuthorizationRequest;
use crate::randomness::{secret, session_id};
use crate::usecases::Ports;
use crate::usecases::access::registration::{registration, resolve_tenant};
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;

use super::invite::{OpenInvitation, open_invitation};
use super::session::{BrowserSecrets, sealed_cookie};

/// A new session.
#[derive(Debug)]
pub struct StartedConsent {
    /// The session.
    pub session: AuthorizationSession,
    /// The value of the session's cookie.
    pub cookie: String,
    /// Where to redirect the browser: Microsoft's sign-in page, or the session's own page without a registration for
    /// the org's cloud.
    pub location: Url,
}

/// Opens a session for the browser that sent an invitation's `token`.
pub async fn begin_consent(ports: &Ports, token: &str) -> Result<StartedConsent, ConsentError> {
    let OpenInvitation { invitation, org, app } = open_invitation(ports, token).await?;
    let public_url = ports.settings.public_url.as_ref();
    let public_url = public_url
        .ok_or_else(|| ConsentError::new(ConsentFailure::NotStored, "no public URL is set; set REGRANT_PUBLIC_URL"))?;
    let registration = registration(ports, org.cloud).await?;

    let secrets = BrowserSecrets::new(ports);
    let opened_at = ports.clock.now();
    let mut session = AuthorizationSession {
        id: session_id(&*ports.randomness),
        org: invitation.org.clone(),
        app: invitation.app.clone(),
        invitation: invitation.id.clone(),
        browser: secrets.digest(),
        sign_in: None,
        opened_at,
        links_reserved: 0,
        state: SessionState::Verified { administrator: None },
        version: 0,
    };
    let mut location = public_url.at(&format!("/consent/session/{}", session.id));
    if let Some(registration) = registration {
        let tenant = resolve_tenant(ports, app.identity.tenant.as_ref(), registration.cloud).await?;
        let state = secret(&*ports.randomness);
        location = ports.microsoft.authorize_url(
            &registration,
            &AuthorizationRequest {
                tenant: &tenant,
                redirect_uri: &public_url.redirect_uri(registration.cloud),
                state: &state,
                nonce: &secrets.nonce,
                code_verifier: &secrets.code_verifier,
                claims: app.consent.claims_challenge.as_ref(),
            },
        )?;
        session.sign_in = Some(SignInAttempt {
            state: Sha256Digest::of(state.expose_secret()),
            cloud: registration.cloud,
            tenant,
            client: registration.client_id,
            expires_at: opened_at.saturating_add(SIGN_IN_TIME).unwrap_or(opened_at),
            consumed_at: None,
        });
        session.state = SessionState::SigningIn;
    }
    let cookie = sealed_cookie(ports, &session.id, &secrets).await?;
    ports.ledger.open_session(&session).await?;
    let kind = EventKind::ConsentBegun { session: session.id.clone() };
    record_event(ports, &session.org, &session.app, kind).await?;
    Ok(StartedConsent { session, cookie, location })
}
