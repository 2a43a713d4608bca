//! `GET /consent/{invitation}`

use axum::extract::{Path, State};
use regrant::usecases::Ports;
use regrant::usecases::access::registration::registration;
use regrant::usecases::consent::invite::open_invitation;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::{stopped_page, subject};
use regrant::web::pages::{InvitationView, Page, invitation};

/// Explains what the link is for. Changes nothing, however often it is opened and by whatever.
pub(crate) async fn show(State(ports): State<Ports>, Path(token): Path<String>) -> Page {
    explain(&ports, &token).await.unwrap_or_else(|stopped| stopped_page(&stopped))
}

async fn explain(ports: &Ports, token: &str) -> Result<Page, ConsentError> {
    let open = open_invitation(ports, token).await?;
    let cloud = open.org.cloud;
    let signs_in = registration(ports, cloud).await?.is_some();
    let login = ports.microsoft.login_origin(cloud);
    let missing =
        || ConsentError::new(regrant::domain::failure::consent::ConsentFailure::NotStored, "no public URL is set");
    Ok(invitation(&InvitationView {
        subject: &subject(&open.org, &open.app),
        invitation: &open.invitation.id,
        request: open.app.request.as_ref().filter(|request| request.is_open()).map(|request| &request.id),
        expires_at: open.invitation.expires_at,
        cloud,
        sign_in: signs_in.then_some(&login),
        permissions: ports.settings.permissions.all(),
        public_url: ports.settings.public_url.as_ref().ok_or_else(missing)?,
        action: &format!("/consent/{token}"),
    }))
}
