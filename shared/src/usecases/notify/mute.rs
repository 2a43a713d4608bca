//! Mute: one click, and what comes again does not come again to this reader about this request (RFC 8058).

use url::Url;

use crate::domain::notice::Notice;
use crate::keyring::{Forged, SignedMute};
use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};

use super::NotifyError;

/// The link that mutes what comes again about a notice's request, for the notice's reader; `None` where the notice
/// cannot be muted or no page is served.
pub(super) async fn mute_link(ports: &Ports, notice: &Notice) -> Result<Option<Url>, NotifyError> {
    let (Some(public_url), Some(address)) = (&ports.settings.public_url, notice.address()) else { return Ok(None) };
    if !notice.about.can_be_muted() {
        return Ok(None);
    }
    let mute = SignedMute { request: notice.request.clone(), address: address.clone() };
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
