//! Complete the sign-in: Microsoft sent the browser back. The session is consumed before the code is spent, the person
//! is verified before anything is kept, and the token is tried before it becomes current. Nothing in Okta is touched.

use secrecy::SecretString;

use crate::domain::administrator::{DirectoryRoles, global_administrator_by_token, may_consent};
use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::event::EventKind;
use crate::domain::failure;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{SessionId, Sha256Digest};
use crate::domain::session::{Administrator, AuthorizationSession, NotConsumed, SessionState, SignInAttempt};
use crate::domain::tenant::TenantDomain;
use crate::microsoft::{Graph, GraphTokens, MicrosoftError, Organization, Redemption, Registration, SignIn};

use super::session::{BrowserSecrets, advance, change_app, cookie_name, fail, lost, open_cookie};
use crate::usecases::Ports;
use crate::usecases::access::graph::store;
use crate::usecases::access::registration::{is_renewed, registration};
use crate::usecases::records::consent_error::ConsentError;

/// What Microsoft's redirect carries: a code or an error, never both.
#[derive(Debug)]
pub enum Answer {
    /// `code`.
    Code(SecretString),
    /// `error`, with the `AADSTS` number that its description begins with, where there is one.
    Error {
        /// `error`: what is acted on.
        error: String,
        /// What chooses the words.
        code: Option<String>,
    },
}

/// A callback.
#[derive(Debug)]
pub struct Callback<'a> {
    /// The cloud whose redirect URI was called.
    pub cloud: Cloud,
    /// `state`.
    pub state: &'a str,
    /// `iss` (RFC 9207), where it is sent.
    pub issuer: Option<&'a str>,
    /// What was answered.
    pub answer: Answer,
}

/// Completes the sign-in that a callback belongs to, for the browser whose cookies `cookie` looks up by name. Gives the
/// session whose page the browser goes to next; that page tells of a failure too.
pub async fn complete_sign_in(
    ports: &Ports,
    callback: Callback<'_>,
    cookie: impl Fn(&str) -> Option<String>,
) -> Result<SessionId, ConsentError> {
    let (session, secrets) = find(ports, &callback, cookie).await?;
    // One conditional write: of any number of callbacks with this state, one goes on.
    let session = match ports.ledger.consume_sign_in(&session, ports.clock.now()).await? {
        Ok(session) => session,
        // The same browser again: a reload, a double click, a second tab. Its page shows how far it has come.
        Err(NotConsumed::Consumed) => return Ok(session.id),
        Err(NotConsumed::Expired) => {
            let stopped = lost("Microsoft's answer came too late");
            fail(ports, &session, &stopped).await?;
            return Ok(session.id);
        }
        Err(NotConsumed::Unknown) => return Err(lost("the ledger does not know the state any more")),
    };
    match verify(ports, &session, callback, &secrets).await {
        Ok(()) => {}
        Err(stopped) => {
            tracing::info!(session = %session.id, failure = stopped.failure.name(), cause = %stopped.cause, trace = stopped.trace, "a sign-in was not taken");
            if stopped.claims.is_some() {
                // The next sign-in for this app repeats the challenge.
                change_app(ports, &session.org, &session.app, None, |record| {
                    record.consent.claims_challenge.clone_from(&stopped.claims);
                })
                .await?;
            }
            fail(ports, &session, &stopped).await?;
        }
    }
    Ok(session.id)
}

/// The session with this `state`, if it is this browser's. Consumes nothing, so that nobody can burn another's session.
async fn find(
    ports: &Ports,
    callback: &Callback<'_>,
    cookie: impl Fn(&str) -> Option<String>,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let session = ports.ledger.session_by_state(&Sha256Digest::of(callback.state)).await?;
    let session = session.ok_or_else(|| lost("no session has this state"))?;
    let cookie =
        cookie(&cookie_name(&session.id)).ok_or_else(|| lost("the browser sent no cookie for this session"))?;
    let secrets = open_cookie(ports, &session.id, &cookie).await?.ok_or_else(|| lost("the cookie does not open"))?;
    if secrets.digest() != session.browser {
        return Err(lost("the cookie is of another browser"));
    }
    let attempt = session.sign_in.as_ref().ok_or_else(|| lost("the session has no sign-in"))?;
    if attempt.cloud != callback.cloud {
        return Err(lost("the answer came to another cloud's redirect URI"));
    }
    Ok((session, secrets))
}

/// Our registration, if it is still the one that the session began with.
async fn registration_of(ports: &Ports, attempt: &SignInAttempt) -> Result<Registration, ConsentError> {
    let is_ours = |registration: &Registration| registration.client_id == attempt.client;
    let mut found = registration(ports, attempt.cloud).await?.filter(is_ours);
    if found.is_none() && is_renewed(ports, attempt.cloud) {
        found = registration(ports, attempt.cloud).await?.filter(is_ours);
    }
    found.ok_or_else(|| {
        ConsentError::new(ConsentFailure::RegistrationRefused, "the registration was changed since the session began")
    })
}

async fn verify(
    ports: &Ports,
    session: &AuthorizationSession,
    callback: Callback<'_>,
    secrets: &BrowserSecrets,
) -> Result<(), ConsentError> {
    let attempt = session.sign_in.as_ref().ok_or_else(|| lost("the session has no sign-in"))?;
    is_expected_issuer(ports, attempt, callback.issuer)?;
    let code = match callback.answer {
        Answer::Code(code) => code,
        Answer::Error { error, code } => return Err(refused(&error, code)),
    };
    let mut registration = registration_of(ports, attempt).await?;
    let public_url = ports.settings.public_url.as_ref().ok_or_else(|| lost("no public URL is set"))?;
    let redemption = Redemption {
        code: &code,
        tenant: &attempt.tenant,
        redirect_uri: &public_url.redirect_uri(attempt.cloud),
        nonce: &secrets.nonce,
        code_verifier: &secrets.code_verifier,
    };
    let mut redeemed = ports.microsoft.redeem(&registration, &redemption).await;
    // Microsoft looks at who asks before it looks at the code, which is still good.
    if redeemed.as_ref().is_err_and(MicrosoftError::retires_credential) && is_renewed(ports, attempt.cloud) {
        registration = registration_of(ports, attempt).await?;
        redeemed = ports.microsoft.redeem(&registration, &redemption).await;
    }
    let signed_in = redeemed?;

    let graph = ports.microsoft.graph(attempt.cloud, &signed_in.tokens.access_token);
    let app = ports.ledger.app(&session.org, &session.app).await?;
    let app = app.ok_or_else(|| lost("the app was removed meanwhile"))?;
    let roles = judge(&*graph, &signed_in, attempt, &app, registration.mfa.required).await?;
    tracing::debug!(session = %session.id, by_graph = roles.is_some(), "the administrator was verified");
    keep(ports, attempt, &signed_in).await?;

    let administrator = Administrator {
        username: signed_in.person.username.clone(),
        object: Some(signed_in.person.object.clone()),
        mfa: signed_in.mfa,
    };
    let kind = EventKind::AdministratorVerified {
        session: session.id.clone(),
        username: administrator.username.clone(),
        object: signed_in.person.object.clone(),
        mfa: signed_in.mfa,
        token_id: signed_in.person.token_id.clone(),
    };
    change_app(ports, &session.org, &session.app, Some(kind), |record| {
        record.consent.tenant = Some(attempt.tenant.clone());
        record.consent.administrator = Some(administrator.clone());
        record.consent.claims_challenge = None;
    })
    .await?;
    let verified = SessionState::Verified { administrator: Some(administrator) };
    advance(ports, session, |now| (now.state == SessionState::SigningIn).then(|| verified.clone())).await
}

/// RFC 9207 section 2.4: where an issuer is named, it is the one the browser was sent to.
fn is_expected_issuer(ports: &Ports, attempt: &SignInAttempt, issuer: Option<&str>) -> Result<(), ConsentError> {
    let Some(issuer) = issuer else { return Ok(()) };
    let expected = format!("{}{}/v2.0", ports.microsoft.login_origin(attempt.cloud), attempt.tenant);
    if issuer == expected {
        Ok(())
    } else {
        Err(ConsentError::new(
            ConsentFailure::Untrusted,
            "the answer names another issuer than the browser was sent to",
        ))
    }
}

/// The session ends whatever the error is; the code only chooses the words.
fn refused(error: &str, code: Option<String>) -> ConsentError {
    let known = code.as_deref().and_then(failure::find).or_else(|| failure::find(error));
    let failure = known.and_then(|known| known.page).unwrap_or(ConsentFailure::Declined);
    let cause = format!("Microsoft answered {error}");
    ConsentError {
        failure,
        code: code.or_else(|| known.map(|known| known.code.to_owned())),
        trace: None,
        claims: None,
        cause,
    }
}

/// Whether this person, of this tenant, may consent for this app.
async fn judge(
    graph: &dyn Graph,
    signed_in: &SignIn,
    attempt: &SignInAttempt,
    app: &AppRecord,
    mfa_required: bool,
) -> Result<Option<DirectoryRoles>, ConsentError> {
    let person = &signed_in.person;
    let organization = graph.organization().await?;
    let roles = match global_administrator_by_token(person) {
        Some(true) => None,
        _ => Some(graph.my_roles().await?),
    };
    is_the_apps_tenant(&organization, attempt, app)?;
    may_consent(person, &attempt.tenant, roles.as_ref(), signed_in.mfa, mfa_required)
        .map_err(|reason| ConsentError::new(ConsentFailure::from(reason), reason.to_string()))?;
    Ok(roles)
}

/// Three sources have to agree: the token's tenant, Graph's, and the domain in the app's settings in Okta.
fn is_the_apps_tenant(
    organization: &Organization,
    attempt: &SignInAttempt,
    app: &AppRecord,
) -> Result<(), ConsentError> {
    let wrong = |why: &str| ConsentError::new(ConsentFailure::WrongTenant, why);
    if organization.id != attempt.tenant {
        return Err(wrong("Microsoft Graph names another tenant than the ID token"));
    }
    let name = app.identity.tenant.as_ref().ok_or_else(|| wrong("the app's settings name no tenant any more"))?;
    let domain = TenantDomain::of(name, attempt.cloud).map_err(|error| wrong(&error.to_string()))?;
    if organization.verified_domains.iter().any(|verified| verified == domain.as_str()) {
        Ok(())
    } else {
        Err(wrong("the tenant does not own the domain in the app's settings"))
    }
}

/// Keeps the tokens. Where they cannot be kept, the flow stops: the grants could not be watched.
async fn keep(ports: &Ports, attempt: &SignInAttempt, signed_in: &SignIn) -> Result<(), ConsentError> {
    let tokens = GraphTokens {
        cloud: attempt.cloud,
        tenant: attempt.tenant.clone(),
        person: signed_in.person.object.clone(),
        signed_in_at: ports.clock.now(),
        access_token: signed_in.tokens.access_token.clone(),
        refresh_token: signed_in.tokens.refresh_token.clone(),
        expires_at: signed_in.tokens.expires_at,
        renewed_at: None,
        scopes: signed_in.tokens.scopes.clone(),
    };
    Ok(store(ports, &tokens).await?)
}
