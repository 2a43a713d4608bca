//! The session of one browser: its secrets are in a sealed cookie, its progress is in the ledger.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::app::AppRecord;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, OrgId, SessionId, Sha256Digest};
use crate::domain::invitation::Closing;
use crate::domain::org::OrgProfile;
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::keyring::Keyring;
use crate::randomness::secret;
use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};
use crate::usecases::records::app;
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::optimistic::optimistic;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// The content of a session's cookie, sealed: every secret of the attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserSecrets {
    /// Binds the session to this browser.
    #[serde(serialize_with = "exposed")]
    pub browser: SecretString,
    /// The PKCE verifier (RFC 7636).
    #[serde(serialize_with = "exposed")]
    pub code_verifier: SecretString,
    /// The nonce that the ID token must contain (`OpenID` Connect Core section 3.1.2.1).
    #[serde(serialize_with = "exposed")]
    pub nonce: SecretString,
}

impl BrowserSecrets {
    /// New random secrets.
    pub fn new(ports: &Ports) -> Self {
        let new = || secret(&*ports.randomness);
        Self { browser: new(), code_verifier: new(), nonce: new() }
    }

    /// The digest by which the ledger knows this browser.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.browser.expose_secret())
    }

    /// The token in each form of this browser's pages, which prevents cross-site request forgery.
    pub fn form_token(&self) -> String {
        Sha256Digest::of(&format!("form {}", self.browser.expose_secret())).as_str().to_owned()
    }

    /// Whether `token` is this browser's form token.
    pub fn is_form_token(&self, token: &str) -> bool {
        Sha256Digest::of(&format!("form {}", self.browser.expose_secret())).matches_digits(token)
    }

    fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("session cookie", secret)
    }
}

/// The name of a session's cookie. The prefix makes browsers require `Secure`, the path `/` and no `Domain` (RFC 6265bis
/// section 4.1.3.2). Each session has its own cookie, so tabs do not interfere with each other.
pub fn cookie_name(session: &SessionId) -> String {
    format!("__Host-regrant-{session}")
}

/// The value of a session's cookie: the secrets, sealed.
pub async fn sealed_cookie(
    ports: &Ports,
    session: &SessionId,
    secrets: &BrowserSecrets,
) -> Result<String, ConsentError> {
    let sealed = keys(ports).await?.seal_cookie(&cookie_name(session), &seal(secrets));
    sealed.ok_or_else(|| {
        ConsentError::new(
            ConsentFailure::NotStored,
            "the key that seals cookies is damaged; rotate the keys with `regrant keys rotate`",
        )
    })
}

/// Decrypts the cookie of a session. `None` if it was not sealed by this installation for this session.
pub async fn open_cookie(
    ports: &Ports,
    session: &SessionId,
    sealed: &str,
) -> Result<Option<BrowserSecrets>, ConsentError> {
    let open = |keys: &Keyring| keys.open_cookie(&cookie_name(session), sealed).ok_or(());
    let opened = open_with_keys(ports, open).await?.ok();
    Ok(opened.and_then(|secret| BrowserSecrets::unseal(&secret).ok()))
}

/// A session whose browser is authenticated, with its org and app.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// The session.
    pub session: AuthorizationSession,
    /// The browser's secrets.
    pub secrets: BrowserSecrets,
    /// The app's org.
    pub org: OrgProfile,
    /// The app.
    pub app: AppRecord,
}

/// The error of a session that does not exist, has ended or belongs to a different browser.
pub(crate) fn session_lost(why: &str) -> ConsentError {
    ConsentError::new(ConsentFailure::SessionLost, why)
}

/// The session `id` and its browser's secrets. Fails unless `cookie` is the session's cookie.
pub async fn authenticate_browser(
    ports: &Ports,
    id: &SessionId,
    cookie: Option<&str>,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let cookie = cookie.ok_or_else(|| session_lost("the browser sent no cookie for this session"))?;
    let secrets =
        open_cookie(ports, id, cookie).await?.ok_or_else(|| session_lost("the cookie cannot be decrypted"))?;
    let session =
        ports.ledger.session(id).await?.ok_or_else(|| session_lost("the ledger does not know the session"))?;
    if !session.browser.matches(secrets.browser.expose_secret()) {
        return Err(session_lost("the cookie belongs to a different browser"));
    }
    if ports.clock.now() >= session.ends_at() {
        return Err(session_lost("the session has expired"));
    }
    Ok((session, secrets))
}

/// The session `id` with its org and app. Fails unless `cookie` is the session's cookie.
pub async fn browser_session(
    ports: &Ports,
    id: &SessionId,
    cookie: Option<&str>,
) -> Result<BrowserSession, ConsentError> {
    let (session, secrets) = authenticate_browser(ports, id, cookie).await?;
    with_org_and_app(ports, session, secrets).await
}

/// The failure that an invitation's end means for a session that began with it; `None` while the invitation is open, or only
/// expired: a session that began in time may finish.
pub(crate) async fn invitation_ended(
    ports: &Ports,
    session: &AuthorizationSession,
) -> Result<Option<ConsentFailure>, ConsentError> {
    let Some(invitation) = ports.ledger.invitation(&session.invitation).await? else {
        return Ok(Some(ConsentFailure::LinkRevoked));
    };
    Ok(invitation.closed.map(|closed| match closed.why {
        Closing::Revoked => ConsentFailure::LinkRevoked,
        Closing::UsedUp => ConsentFailure::LinkUsedUp,
    }))
}

/// Adds the org and the app to an authenticated session. If its invitation was revoked, or a different session used it up,
/// the session reads as failed.
pub async fn with_org_and_app(
    ports: &Ports,
    session: AuthorizationSession,
    secrets: BrowserSecrets,
) -> Result<BrowserSession, ConsentError> {
    let mut session = session;
    if !session.has_ended()
        && let Some(failure) = invitation_ended(ports, &session).await?
    {
        session.state = SessionState::Failed { failure, code: None };
    }
    let (org, app) = ports.ledger.org_and_app(&session.org, &session.app).await?;
    let org = org.ok_or_else(|| session_lost("the org was removed during the session"))?;
    let app = app.ok_or_else(|| session_lost("the app was removed during the session"))?;
    Ok(BrowserSession { session, secrets, org, app })
}

/// Updates a session's state under an optimistic lock, and returns the updated session. `change` receives the current
/// session, once per attempt, and returns `None` for no change. Does nothing if the session no longer exists.
pub(crate) async fn update_session(
    ports: &Ports,
    session: &AuthorizationSession,
    change: impl Fn(&AuthorizationSession) -> Option<SessionState>,
) -> Result<Option<AuthorizationSession>, ConsentError> {
    change_session(ports, session, |known| change(known).map(|state| AuthorizationSession { state, ..known.clone() }))
        .await
}

/// Like [`update_session`], for any part of a session.
pub(crate) async fn change_session(
    ports: &Ports,
    session: &AuthorizationSession,
    change: impl Fn(&AuthorizationSession) -> Option<AuthorizationSession>,
) -> Result<Option<AuthorizationSession>, ConsentError> {
    let written = optimistic(
        "update a session",
        || ports.ledger.session(&session.id),
        move |known: Option<AuthorizationSession>| change(&known?),
        |session: AuthorizationSession| async move { ports.ledger.update_session(&session).await },
    );
    Ok(written.await?)
}

/// Updates the record of an app under an optimistic lock and appends an event. Fails if the app was removed. `change` runs again
/// with a newer record if another worker wrote first.
pub(crate) async fn update_existing_app(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    kind: Option<EventKind>,
    change: impl Fn(&mut AppRecord),
) -> Result<(), ConsentError> {
    let exists = app::update_app(ports, org, app, |known, now| {
        let mut record = known?.clone();
        change(&mut record);
        let events =
            kind.iter().map(|kind| AppEvent { at: now, by: ports.actor.clone(), kind: kind.clone() }).collect();
        Some((record, events))
    });
    if exists.await? { Ok(()) } else { Err(session_lost("the app was removed during the session")) }
}

/// Marks a session as failed, so that its page shows why, and records the failure in the audit trail.
pub(crate) async fn fail_session(
    ports: &Ports,
    session: &AuthorizationSession,
    error: &ConsentError,
) -> Result<(), ConsentError> {
    let (failure, code) = (error.failure, error.code.clone());
    let ended = update_session(ports, session, |now| match now.state {
        SessionState::Done | SessionState::Failed { .. } => None,
        _ => Some(SessionState::Failed { failure, code: code.clone() }),
    });
    ended.await?;
    let kind = EventKind::ConsentFailed { session: session.id.clone(), failure, code: code.clone() };
    Ok(record_event(&ports.on_behalf_of(session.actor()), &session.org, &session.app, kind).await?)
}
