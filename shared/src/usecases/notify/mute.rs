//! Muting: with one click (RFC 8058), a recipient stops the reminders about one request.

use url::Url;

use crate::domain::contact::MailAddress;
use crate::domain::id::RequestId;
use crate::domain::notification::Notification;
use crate::keyring::{Forged, SignedMute};
use crate::ledger::LedgerError;
use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};

use super::NotifyError;

/// The link with which a notification's recipient mutes reminders about its request. `None` if the notification cannot be muted
/// or no public URL is set.
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

/// Reads what a link would mute. Changes nothing, because mail scanners follow links.
pub async fn read_mute(ports: &Ports, token: &str) -> Result<Result<SignedMute, Forged>, NotifyError> {
    Ok(open_with_keys(ports, |keys| keys.read_mute(token)).await?)
}

/// Ends a mute of one request or, without one, of a person's digest. `false` if it was not muted.
pub async fn unmute(ports: &Ports, address: &MailAddress, request: Option<&RequestId>) -> Result<bool, LedgerError> {
    let request = request.cloned().unwrap_or_else(|| RequestId::of_digests(&address.digest()));
    ports.ledger.unmute(&request, address).await
}

/// Mutes the request and recipient that a link's `token` names. Can run again without harm.
pub async fn mute(ports: &Ports, token: &str) -> Result<Result<SignedMute, Forged>, NotifyError> {
    let read = read_mute(ports, token).await?;
    if let Ok(mute) = &read
        && !ports.ledger.is_muted(&mute.request, &mute.address).await?
    {
        ports.ledger.mute(&mute.request, &mute.address, ports.clock.now()).await?;
    }
    Ok(read)
}
