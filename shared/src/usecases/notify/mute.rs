//! Mute: one click, and what comes again does not come again to this reader about this request (RFC 8058).

use url::Url;

use crate::domain::notification::Notification;
use crate::keyring::{Forged, SignedMute};
use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};

use super::NotifyError;

/// The link that mutes what comes again about a notification's request, for the notification's reader; `None` where the notification
/// cannot be muted or no page is served.
pub(super) async fn mute_link(ports: &Ports, notification: &Notification) -> Result<Option<Url>, NotifyError> {
    let (Some(public_url), Some(address)) = (&ports.settings.public_url, notification.address()) else {
        return Ok(None);
    };
    if !notification.about.can_be_muted() {
        return Ok(None);
    }
    let mute = SignedMute { request: notification.request.clone(), address: address.clone() };
    let token = keys(ports).await?.sign_mute(&mute).map_err(crate::usecases::consent::invite::InviteError::from)?;
    Ok(Some(public_url.at(&format!("/mail/mute/{token}"))))
}

/// What a link would mute. Changes nothing, since mail scanners follow links.
pub async fn read_mute(ports: &Ports, token: &str) -> Result<Result<SignedMute, Forged>, NotifyError> {
    Ok(open_with_keys(ports, |keys| keys.read_mute(token)).await?)
}

/// Mutes what a link says, whoever uses it and however often.
pub async fn mute(ports: &Ports, token: &str) -> Result<Result<SignedMute, Forged>, NotifyError> {
    let read = read_mute(ports, token).await?;
    if let Ok(mute) = &read {
        ports.ledger.mute(&mute.request, &mute.address, ports.clock.now()).await?;
    }
    Ok(read)
}
