//! The pages that lead an administrator to the sign-in at Microsoft and to the consent for Okta.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::org::SignInPolicy;
use regrant::usecases::Ports;
use regrant::usecases::consent::begin::{StartedConsent, begin_consent};
use regrant::usecases::consent::invite::open_invitation;
use regrant::usecases::consent::session::{BrowserSession, cookie_name};
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::open_consent::{NextPage, PauseAgreement, open_okta_consent};
use regrant::web::consent::{
    SessionForm, consent_error_page, invitation_error_page, see_other, see_other_with_cookie, session_error_page,
    session_path, subject,
};
use regrant::web::fetch_metadata;
use regrant::web::okta_link::{link_cookie_name, seal_link};
use regrant::web::pages::{InvitationView, Page, PauseView, agree_to_pause, invitation};
use regrant::web::parameters::Parameters;
use regrant::web::reader::Reader;

/// `GET /consent/{invitation}`: explains what the invitation is for. Changes nothing.
pub(crate) async fn show_invitation(State(ports): State<Ports>, reader: Reader, Path(token): Path<String>) -> Page {
    let page = invitation_page(&ports, reader, &token).await;
    page.unwrap_or_else(|error| consent_error_page(&ports, reader, &error))
}

async fn invitation_page(ports: &Ports, reader: Reader, token: &str) -> Result<Page, ConsentError> {
    let open = open_invitation(ports, token).await?;
    let cloud = open.org.cloud;
    let requires_sign_in = open.sign_in() == SignInPolicy::Required;
    let login = ports.microsoft.login_origin(cloud);
    let expected = open.app.consent.next_permissions(&ports.settings.permissions);
    let no_public_url = || ConsentError::new(ConsentFailure::NotStored, "no public URL is set");
    let mut subject = subject(&open.org, &open.app);
    // A closed request is not the one that this invitation is for.
    subject.request = open.app.request.as_ref().filter(|request| request.is_open()).map(|request| request.id.clone());
    let view = InvitationView {
        subject: &subject,
        invitation: &open.invitation.id,
        expires_at: open.invitation.expires_at,
        cloud,
        sign_in: requires_sign_in.then_some(&login),
        permissions: expected.all(),
        public_url: ports.settings.public_url.as_ref().ok_or_else(no_public_url)?,
        action: &format!("/consent/{token}"),
    };
    Ok(invitation(&reader.presentation(&ports.settings, Some(&open.org)), &view))
}

/// `POST /consent/{invitation}`: opens a session for this browser and redirects it to its first step, usually the
/// sign-in at Microsoft. With `account=other`, Microsoft lets the person choose an account first.
pub(crate) async fn begin(
    State(ports): State<Ports>,
    reader: Reader,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match started(&ports, &token, &headers, &body).await {
        Ok(begun) => see_other_with_cookie(begun.location.as_str(), &cookie_name(&begun.session.id), &begun.cookie),
        Err(error) => {
            let path = is_about_this_attempt(error.failure).then(|| format!("/consent/{token}"));
            invitation_error_page(&ports, reader, &error, path.as_deref()).into_response()
        }
    }
}

async fn started(ports: &Ports, token: &str, headers: &HeaderMap, body: &[u8]) -> Result<StartedConsent, ConsentError> {
    let rejected = |cause: &str| ConsentError::new(ConsentFailure::SessionLost, cause);
    if fetch_metadata::is_cross_origin(headers) {
        return Err(rejected("another site posted the form"));
    }
    let form = Parameters::parse(body).map_err(|error| rejected(&error.to_string()))?;
    let mut begun = begin_consent(ports, token).await?;
    if form.get("account") == Some("other") && begun.session.sign_in.is_some() {
        // `OpenID` Connect Core section 3.1.2.1. Without it, Microsoft may reuse the account that was just refused.
        begun.location.query_pairs_mut().append_pair("prompt", "select_account");
    }
    Ok(begun)
}

/// Whether the invitation itself may still be good, so that its page is a way to start again.
const fn is_about_this_attempt(failure: ConsentFailure) -> bool {
    !matches!(
        failure,
        ConsentFailure::LinkForged
            | ConsentFailure::LinkExpired
            | ConsentFailure::LinkRevoked
            | ConsentFailure::LinkUsedUp
            | ConsentFailure::TooManyAttempts
    )
}

/// `POST /consent/session/{session}/okta`: fetches Okta's own consent link for a verified session, and returns to the
/// session's page, which shows it.
pub(crate) async fn open_okta(
    State(ports): State<Ports>,
    reader: Reader,
    SessionForm { own, form }: SessionForm,
) -> Response {
    let pause = if form.get("pause") == Some("agreed") { PauseAgreement::Given } else { PauseAgreement::None };
    let opened = opened(&ports, reader, &own, pause).await;
    // The session stays usable after an error: Okta may offer a link at the next attempt.
    match opened {
        Ok(response) => response,
        Err(error) => session_error_page(&ports, reader, &own, &error).await.into_response(),
    }
}

/// The way to Okta's consent: its link in a sealed cookie, or first the question whether provisioning may pause.
async fn opened(
    ports: &Ports,
    reader: Reader,
    own: &BrowserSession,
    pause: PauseAgreement,
) -> Result<Response, ConsentError> {
    let (id, path) = (&own.session.id, session_path(&own.session.id));
    Ok(match open_okta_consent(ports, own, pause).await? {
        NextPage::Consent(link) => {
            see_other_with_cookie(&path, &link_cookie_name(id), &seal_link(ports, id, &link).await?)
        }
        NextPage::Progress => see_other(&path),
        NextPage::AgreeToPause => {
            let view =
                PauseView { subject: &subject(&own.org, &own.app), session: id, form_token: &own.secrets.form_token() };
            agree_to_pause(&reader.presentation(&ports.settings, Some(&own.org)), &view).into_response()
        }
    })
}
