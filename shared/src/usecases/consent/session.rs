//! One browser's session, as its cookie and the ledger know it together.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::app::AppRecord;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, Digest, OrgId, SessionId};
use crate::domain::org::OrgProfile;
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::keyring::Keyring;
use crate::randomness::secret;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};
use crate::usecases::records::app;
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::optimistic::optimistic;

/// What a browser's cookie holds, sealed: everything secret about its attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserSecrets {
    /// Binds the session to this browser.
    #[serde(serialize_with = "exposed")]
    pub browser: SecretString,
    /// The PKCE verifier (RFC 7636).
    #[serde(serialize_with = "exposed")]
    pub code_verifier: SecretString,
    /// What the ID token has to carry.
    #[serde(serialize_with = "exposed")]
    pub nonce: SecretString,
}

impl BrowserSecrets {
    /// New ones.
    pub fn new(ports: &Ports) -> Self {
        let new = || secret(&*ports.randomness);
        Self { browser: new(), code_verifier: new(), nonce: new() }
    }

    /// The digest by which the ledger knows this browser.
    pub fn digest(&self) -> Digest {
        Digest::of(self.browser.expose_secret())
    }

    /// What a form of this browser's pages carries, so that no other site can send it.
    pub fn form_token(&self) -> String {
        Digest::of(&format!("form {}", self.browser.expose_secret())).as_str().to_owned()
    }

    /// Whether a form carries it.
    pub fn is_form_token(&self, token: &str) -> bool {
        Digest::of(&format!("form {}", self.browser.expose_secret())).matches_digits(token)
    }

    fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("session cookie", secret)
    }
}

/// The name of a session's cookie. The prefix makes browsers insist on `Secure`, on the path `/` and on no `Domain`
/// (RFC 6265bis section 4.1.3.2). Each session has its own, so that tabs do not disturb each other.
pub fn cookie_name(session: &SessionId) -> String {
    format!("__Host-regrant-{session}")
}

/// The secrets, sealed for the cookie of this session.
pub async fn sealed_cookie(
    ports: &Ports,
    session: &SessionId,
    secrets: &BrowserSecrets,
) -> Result<String, ConsentError> {
    let sealed = keys(ports).await?.seal_cookie(&cookie_name(session), &seal(secrets));
    sealed.ok_or_else(|| ConsentError::new(ConsentFailure::NotStored, "the session key is damaged"))
}

/// Opens the cookie of a session. `None` where it was not sealed here for this session.
pub async fn open_cookie(
    ports: &Ports,
    session: &SessionId,
    sealed: &str,
) -> Result<Option<BrowserSecrets>, ConsentError> {
    let open = |keys: &Keyring| keys.open_cookie(&cookie_name(session), sealed).ok_or(());
    let opened = open_with_keys(ports, open).await?.ok();
    Ok(opened.and_then(|secret| BrowserSecrets::unseal(&secret).ok()))
}

/// A session whose browser proved itself, and what it is about.
#[derive(Debug, Clone)]
pub struct OwnSession {
    /// The session.
    pub session: AuthorizationSession,
    /// The browser's secrets.
    pub secrets: BrowserSecrets,
    /// The app's org.
    pub org: OrgProfile,
    /// The app.
    pub app: AppRecord,
}

pub(crate) fn lost(why: &str) -> ConsentError {
    ConsentError::new(ConsentFailure::SessionLost, why)
}

/// The session with this id and its browser's secrets, for the browser that has its cookie and for nobody else.
pub async fn opened(
    ports: &Ports,
    id: &SessionId,
    cookie: Option<&str>,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let cookie = cookie.ok_or_else(|| lost("the browser sent no cookie for this session"))?;
    let secrets = open_cookie(ports, id, cookie).await?.ok_or_else(|| lost("the cookie does not open"))?;
    let session = ports.ledger.session(id).await?.ok_or_else(|| lost("the ledger does not know the session"))?;
    if !session.browser.matches(secrets.browser.expose_secret()) {
        return Err(lost("the cookie is of another browser"));
    }
    if ports.clock.now() >= session.ends_at() {
        return Err(lost("the session is over"));
    }
    Ok((session, secrets))
}

/// The same with what it is about.
pub async fn own_session(ports: &Ports, id: &SessionId, cookie: Option<&str>) -> Result<OwnSession, ConsentError> {
    let (session, secrets) = opened(ports, id, cookie).await?;
    about(ports, session, secrets).await
}

/// What a session is about.
pub async fn about(
    ports: &Ports,
    session: AuthorizationSession,
    secrets: BrowserSecrets,
) -> Result<OwnSession, ConsentError> {
    let (org, app) = ports.ledger.org_and_app(&session.org, &session.app).await?;
    let org = org.ok_or_else(|| lost("the org was removed meanwhile"))?;
    let app = app.ok_or_else(|| lost("the app was removed meanwhile"))?;
    Ok(OwnSession { session, secrets, org, app })
}

/// Updates a session's state under an optimistic lock. `change` receives the current session, once per attempt, and returns
/// `None` for no change. Does nothing if the session no longer exists.
pub(crate) async fn advance(
    ports: &Ports,
    session: &AuthorizationSession,
    change: impl Fn(&AuthorizationSession) -> Option<SessionState>,
) -> Result<(), ConsentError> {
    let written = optimistic(
        "update a session",
        || ports.ledger.session(&session.id),
        move |known: Option<AuthorizationSession>| {
            let known = known?;
            change(&known).map(|state| AuthorizationSession { state, ..known })
        },
        |session: AuthorizationSession| async move { ports.ledger.update_session(&session).await },
    );
    Ok(written.await.map(drop)?)
}

/// Changes an app's record as it is now, and appends what happened. `change` may be asked again, of a newer record.
pub(crate) async fn change_app(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    kind: Option<EventKind>,
    change: impl Fn(&mut AppRecord),
) -> Result<(), ConsentError> {
    let is_there = app::change(ports, org, app, |known, now| {
        let mut record = known?.clone();
        change(&mut record);
        let events = kind.iter().map(|kind| AppEvent { at: now, kind: kind.clone() }).collect();
        Some((record, events))
    });
    if is_there.await? { Ok(()) } else { Err(lost("the app was removed meanwhile")) }
}

/// Ends a session, so that its page tells why, and says so in the audit trail.
pub(crate) async fn fail(
    ports: &Ports,
    session: &AuthorizationSession,
    stopped: &ConsentError,
) -> Result<(), ConsentError> {
    let (failure, code) = (stopped.failure, stopped.code.clone());
    let ended = advance(ports, session, |now| match now.state {
        SessionState::Done | SessionState::Failed { .. } => None,
        _ => Some(SessionState::Failed { failure, code: code.clone() }),
    });
    ended.await?;
    let kind = EventKind::ConsentFailed { session: session.id.clone(), failure, code: code.clone() };
    Ok(record_event(ports, &session.org, &session.app, kind).await?)
}
