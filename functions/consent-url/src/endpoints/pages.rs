//! The pages that lead an administrator to the sign-in at Microsoft and to the consent for Okta.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::org::SignInPolicy;
use regrant::usecases::Ports;
use regrant::usecases::consent::begin::begin_consent;
use regrant::usecases::consent::invite::open_invitation;
use regrant::usecases::consent::session::cookie_name;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::open_consent::{NextPage, PauseAgreement, open_okta_consent};
use regrant::web::consent::{
    consent_error_page, see_other, see_other_with_cookie, session_error_page, session_form, session_path, subject,
};
use regrant::web::fetch_metadata;
use regrant::web::pages::{InvitationView, Page, PauseView, agree_to_pause, invitation};

/// `GET /consent/{invitation}`: explains what the invitation is for. Changes nothing.
pub(crate) async fn show_invitation(State(ports): State<Ports>, Path(token): Path<String>) -> Page {
    invitation_page(&ports, &token).await.unwrap_or_else(|error| consent_error_page(&error))
}

async fn invitation_page(ports: &Ports, token: &str) -> Result<Page, ConsentError> {
    let open = open_invitation(ports, token).await?;
    let cloud = open.org.cloud;
    let requires_sign_in = open.sign_in() == SignInPolicy::Required;
    let login = ports.microsoft.login_origin(cloud);
    let no_public_url = || ConsentError::new(ConsentFailure::NotStored, "no public URL is set");
    Ok(invitation(&InvitationView {
        subject: &subject(&open.org, &open.app),
        invitation: &open.invitation.id,
        request: open.app.request.as_ref().filter(|request| request.is_open()).map(|request| &request.id),
        expires_at: open.invitation.expires_at,
        cloud,
        sign_in: requires_sign_in.then_some(&login),
        permissions: ports.settings.permissions.all(),
        public_url: ports.settings.public_url.as_ref().ok_or_else(no_public_url)?,
        action: &format!("/consent/{token}"),
    }))
}

/// `POST /consent/{invitation}`: opens a session for this browser and redirects it to its first step, usually the
/// sign-in at Microsoft.
pub(crate) async fn begin(State(ports): State<Ports>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    if fetch_metadata::is_cross_origin(&headers) {
        let error = ConsentError::new(ConsentFailure::SessionLost, "another site posted the form");
        return consent_error_page(&error).into_response();
    }
    match begin_consent(&ports, &token).await {
        Ok(begun) => see_other_with_cookie(&begun.location, &cookie_name(&begun.session.id), &begun.cookie),
        Err(error) => consent_error_page(&error).into_response(),
    }
}

/// `POST /consent/session/{session}/okta`: redirects the browser of a verified session to Okta's own consent link.
pub(crate) async fn redirect_to_okta(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (own, form) = match session_form(&ports, &id, &headers, &body).await {
        Ok(own_and_form) => own_and_form,
        Err(error) => return consent_error_page(&error).into_response(),
    };
    let pause = if form.get("pause") == Some("agreed") { PauseAgreement::Given } else { PauseAgreement::None };
    match open_okta_consent(&ports, &own, pause).await {
        Ok(NextPage::AgreeToPause) => agree_to_pause(&PauseView {
            subject: &subject(&own.org, &own.app),
            session: &own.session.id,
            form_token: &own.secrets.form_token(),
            sign_in: &ports.microsoft.login_origin(own.org.cloud),
        })
        .into_response(),
        Ok(NextPage::Consent(link)) => see_other(link.as_str()),
        Ok(NextPage::Progress) => see_other(&session_path(&own.session.id)),
        // The session stays usable: Okta may offer a link at the next attempt.
        Err(error) => session_error_page(&ports, &own, &error).await.into_response(),
    }
}
