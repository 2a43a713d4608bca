//! Completing the sign-in after Microsoft has redirected the browser back.
//!
//! The sign-in is consumed before the code is redeemed, the person is verified before anything is stored, and the token is
//! tried before it becomes current. Changes nothing in Okta.

use secrecy::SecretString;

use crate::domain::administrator::{DirectoryRoles, global_administrator_by_token, may_consent};
use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::event::EventKind;
use crate::domain::failure;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{OrgId, SessionId, Sha256Digest};
use crate::domain::session::{Administrator, AuthorizationSession, NotConsumed, SessionState, SignInAttempt};
use crate::domain::tenant::TenantDomain;
use crate::metrics::{Metric, count};
use crate::microsoft::{Graph, GraphTokens, MicrosoftError, Organization, Redemption, Registration, SignIn};

use super::session::{
    BrowserSecrets, change_session, cookie_name, fail_session, invitation_ended, open_cookie, session_lost,
    update_existing_app, update_session,
};
use crate::usecases::Ports;
use crate::usecases::access::graph::store_graph_tokens;
use crate::usecases::access::registration::{registration, registration_may_have_changed};
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;

/// The result in an authorization response: a code or an error, never both.
#[derive(Debug)]
pub enum AuthorizationResult {
    /// The authorization code, from `code`.
    Code(SecretString),
    /// An error.
    Error {
        /// The OAuth error, from `error`. It determines what Regrant does.
        error: String,
        /// The `AADSTS` number at the start of `error_description`, if there is one. It selects the explanation.
        code: Option<String>,
    },
}

/// Microsoft's authorization response (RFC 6749 section 4.1.2), from the parameters of the redirect.
#[derive(Debug)]
pub struct AuthorizationResponse<'a> {
    /// The cloud whose redirect URI was called.
    pub cloud: Cloud,
    /// `state`.
    pub state: &'a str,
    /// `iss` (RFC 9207), if it was sent.
    pub issuer: Option<&'a str>,
    /// The code or the error.
    pub result: AuthorizationResult,
}

/// Completes the sign-in that `response` belongs to. `cookie` reads the browser's cookies by name.
///
/// Returns the session whose page the browser goes to next. That page also shows why a sign-in failed.
pub async fn complete_sign_in(
    ports: &Ports,
    response: AuthorizationResponse<'_>,
    cookie: impl Fn(&str) -> Option<String>,
) -> Result<SessionId, ConsentError> {
    let (session, secrets) = find_session(ports, &response, cookie).await?;
    // One conditional write: however many responses arrive with this state, only one continues.
    let session = match ports.ledger.consume_sign_in(&session, ports.clock.now()).await? {
        Ok(session) => session,
        // The same browser again, because of a reload, a double click or a second tab. The session's page shows the progress.
        Err(NotConsumed::Consumed) => return Ok(session.id),
        Err(NotConsumed::Expired) => {
            let error = session_lost("the sign-in had expired when Microsoft's response arrived");
            fail_session(ports, &session, &error).await?;
            return Ok(session.id);
        }
        Err(NotConsumed::Unknown) => return Err(session_lost("the ledger no longer knows the state")),
    };
    match verify_sign_in(ports, &session, response, &secrets).await {
        Ok(()) => {}
        Err(error) => {
            tracing::info!(session = %session.id, failure = error.failure.name(), cause = %error.cause, trace = error.trace, "a sign-in failed");
            if error.claims.is_some() {
                // The next sign-in for this app repeats the challenge.
                update_existing_app(ports, &session.org, &session.app, None, |record| {
                    record.consent.claims_challenge.clone_from(&error.claims);
                })
                .await?;
            }
            fail_session(ports, &session, &error).await?;
        }
    }
    Ok(session.id)
}

/// Finds the session with the response's `state` and checks that it belongs to this browser. Consumes nothing, so no one can
/// use up another browser's sign-in.
async fn find_session(
    ports: &Ports,
    response: &AuthorizationResponse<'_>,
    cookie: impl Fn(&str) -> Option<String>,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let session = ports.ledger.session_by_state(&Sha256Digest::of(response.state)).await?;
    let session = session.ok_or_else(|| session_lost("no session has this state"))?;
    let secrets = match cookie(&cookie_name(&session.id)) {
        Some(cookie) => open_cookie(ports, &session.id, &cookie).await?,
        None => None,
    };
    let Some(secrets) = secrets.filter(|secrets| secrets.digest() == session.browser) else {
        report_other_browser(ports, &session).await?;
        return Err(session_lost("the browser does not have this session's cookie"));
    };
    let attempt = session.sign_in.as_ref().ok_or_else(|| session_lost("the session has no sign-in attempt"))?;
    if attempt.cloud != response.cloud {
        return Err(session_lost("the response arrived at a different cloud's redirect URI"));
    }
    Ok((session, secrets))
}

/// Reports that Microsoft's response reached a browser that did not begin the session: a person may have been sent to a sign-in
/// that someone else began (session fixation), or a program opened the address again. Once per session in the audit trail.
///
/// The session goes on. The code is bound to the first browser's PKCE verifier, and ending the session would lock out everyone
/// whose company's proxy opens addresses a second time.
async fn report_other_browser(ports: &Ports, session: &AuthorizationSession) -> Result<(), ConsentError> {
    count(Metric::CallbacksInOtherBrowsers);
    tracing::warn!(session = %session.id, org = %session.org, app = %session.app, "a sign-in's response reached a different browser");
    let is_first = change_session(ports, session, |session| {
        (!session.seen_elsewhere).then(|| AuthorizationSession { seen_elsewhere: true, ..session.clone() })
    });
    if is_first.await?.is_some() {
        let kind = EventKind::SignInReturnedElsewhere { session: session.id.clone() };
        record_event(ports, &session.org, &session.app, kind).await?;
    }
    Ok(())
}

/// The registration that the session began with. Fails if it was replaced.
async fn registration_for_attempt(ports: &Ports, attempt: &SignInAttempt) -> Result<Registration, ConsentError> {
    let is_ours = |registration: &Registration| registration.client_id == attempt.client;
    let mut found = registration(ports, attempt.cloud).await?.filter(is_ours);
    if found.is_none() && registration_may_have_changed(ports, attempt.cloud) {
        found = registration(ports, attempt.cloud).await?.filter(is_ours);
    }
    found.ok_or_else(|| {
        ConsentError::new(ConsentFailure::RegistrationRefused, "the registration was replaced after the session began")
    })
}

async fn verify_sign_in(
    ports: &Ports,
    session: &AuthorizationSession,
    response: AuthorizationResponse<'_>,
    secrets: &BrowserSecrets,
) -> Result<(), ConsentError> {
    let attempt = session.sign_in.as_ref().ok_or_else(|| session_lost("the session has no sign-in attempt"))?;
    if let Some(failure) = invitation_ended(ports, session).await? {
        return Err(ConsentError::new(failure, "the invitation ended during the sign-in"));
    }
    check_issuer(ports, attempt, response.issuer)?;
    let code = match response.result {
        AuthorizationResult::Code(code) => code,
        AuthorizationResult::Error { error, code } => return Err(authorization_error(&error, code)),
    };
    let mut registration = registration_for_attempt(ports, attempt).await?;
    let public_url = ports.settings.public_url.as_ref().ok_or_else(|| session_lost("no public URL is set"))?;
    let redemption = Redemption {
        code: &code,
        tenant: &attempt.tenant,
        redirect_uri: &public_url.redirect_uri(attempt.cloud),
        nonce: &secrets.nonce,
        code_verifier: &secrets.code_verifier,
    };
    let mut redeemed = ports.microsoft.redeem(&registration, &redemption).await;
    // Microsoft authenticates the client before it checks the code, so the code is still valid.
    if redeemed.as_ref().is_err_and(MicrosoftError::retires_credential)
        && registration_may_have_changed(ports, attempt.cloud)
    {
        registration = registration_for_attempt(ports, attempt).await?;
        redeemed = ports.microsoft.redeem(&registration, &redemption).await;
    }
    let sign_in = redeemed?;

    let graph = ports.microsoft.graph(attempt.cloud, &sign_in.tokens.access_token);
    let app = ports.ledger.app(&session.org, &session.app).await?;
    let app = app.ok_or_else(|| session_lost("the app was removed during the sign-in"))?;
    let roles = check_administrator(&*graph, &sign_in, attempt, &app, registration.mfa.required).await?;
    tracing::debug!(session = %session.id, by_graph = roles.is_some(), "verified the administrator");
    store_tokens(ports, &session.org, attempt, &sign_in).await?;

    let administrator = Administrator {
        username: sign_in.person.username.clone(),
        object: Some(sign_in.person.object.clone()),
        mfa: sign_in.mfa,
    };
    let kind = EventKind::AdministratorVerified {
        session: session.id.clone(),
        username: administrator.username.clone(),
        object: sign_in.person.object.clone(),
        mfa: sign_in.mfa,
        token_id: sign_in.person.token_id.clone(),
    };
    let verified_name = app.identity.tenant.clone();
    let verified = ports.on_behalf_of(Some(administrator.actor(Some(&attempt.tenant))));
    update_existing_app(&verified, &session.org, &session.app, Some(kind), |record| {
        record.consent.verify_tenant(&attempt.tenant);
        record.consent.verified_tenant.clone_from(&verified_name);
        record.consent.administrator = Some(administrator.clone());
        record.consent.claims_challenge = None;
    })
    .await?;
    let verified = SessionState::Verified { administrator: Some(administrator) };
    update_session(ports, session, |now| (now.state == SessionState::SigningIn).then(|| verified.clone())).await?;
    Ok(())
}

/// Checks the response's issuer, if there is one: it must be the issuer to which the browser was sent (RFC 9207 section 2.4).
fn check_issuer(ports: &Ports, attempt: &SignInAttempt, issuer: Option<&str>) -> Result<(), ConsentError> {
    let Some(issuer) = issuer else { return Ok(()) };
    let expected = format!("{}{}/v2.0", ports.microsoft.login_origin(attempt.cloud), attempt.tenant);
    if issuer == expected {
        Ok(())
    } else {
        Err(ConsentError::new(
            ConsentFailure::Untrusted,
            "the response comes from a different issuer than the one to which the browser was sent",
        ))
    }
}

/// The error of a failed authorization. Every error ends the session; the code only selects the explanation.
fn authorization_error(error: &str, code: Option<String>) -> ConsentError {
    let known = code.as_deref().and_then(failure::find).or_else(|| failure::find(error));
    let failure = known.and_then(|known| known.page).unwrap_or(ConsentFailure::Declined);
    let cause = format!("Microsoft returned the error {error}");
    ConsentError {
        failure,
        code: code.or_else(|| known.map(|known| known.code.to_owned())),
        trace: None,
        claims: None,
        cause,
    }
}

/// Checks that the person is from the app's tenant and may consent. Returns the roles if they had to be read from Graph.
async fn check_administrator(
    graph: &dyn Graph,
    sign_in: &SignIn,
    attempt: &SignInAttempt,
    app: &AppRecord,
    mfa_required: bool,
) -> Result<Option<DirectoryRoles>, ConsentError> {
    let person = &sign_in.person;
    let organization = graph.organization().await?;
    let roles = match global_administrator_by_token(person) {
        Some(true) => None,
        _ => Some(graph.my_roles().await?),
    };
    check_tenant(&organization, attempt, app)?;
    may_consent(person, &attempt.tenant, roles.as_ref(), sign_in.mfa, mfa_required)
        .map_err(|reason| ConsentError::new(ConsentFailure::from(reason), reason.to_string()))?;
    Ok(roles)
}

/// Checks that three sources name the same tenant: the ID token, Microsoft Graph, and the domain in the app's settings in Okta.
fn check_tenant(organization: &Organization, attempt: &SignInAttempt, app: &AppRecord) -> Result<(), ConsentError> {
    let wrong = |why: &str| ConsentError::new(ConsentFailure::WrongTenant, why);
    if organization.id != attempt.tenant {
        return Err(wrong("Microsoft Graph and the ID token name different tenants"));
    }
    let name =
        app.identity.tenant.as_ref().ok_or_else(|| wrong("the app's settings in Okta no longer name a tenant"))?;
    let domain = TenantDomain::of(name, attempt.cloud).map_err(|error| wrong(&error.to_string()))?;
    if organization.verified_domains.iter().any(|verified| verified == domain.as_str()) {
        Ok(())
    } else {
        Err(wrong("the tenant does not own the domain in the app's settings in Okta"))
    }
}

/// Stores the tokens. If that fails, so does the sign-in: without tokens, Regrant could not monitor the grants.
async fn store_tokens(
    ports: &Ports,
    org: &OrgId,
    attempt: &SignInAttempt,
    sign_in: &SignIn,
) -> Result<(), ConsentError> {
    let tokens = GraphTokens {
        cloud: attempt.cloud,
        tenant: attempt.tenant.clone(),
        person: sign_in.person.object.clone(),
        signed_in_at: ports.clock.now(),
        access_token: sign_in.tokens.access_token.clone(),
        refresh_token: sign_in.tokens.refresh_token.clone(),
        expires_at: sign_in.tokens.expires_at,
        renewed_at: None,
        scopes: sign_in.tokens.scopes.clone(),
    };
    Ok(store_graph_tokens(ports, org, &tokens).await?)
}
