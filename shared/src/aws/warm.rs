//! What a function does before its first event comes.
//!
//! Lambda lets a function start at the full speed of a processor and gives it a share of one afterwards, so what every
//! invocation needs first is done here: the connections to DynamoDB and Secrets Manager are opened, handshakes and all,
//! and the secrets that everything begins with are read into memory. Nothing is decided by it. Whatever fails is only
//! logged, since the first invocation that needs it tries again and can say what is wrong to whom it concerns.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::cloud::Cloud;
use crate::domain::id::{AppId, OrgId};
use crate::keyring::{Keyring, SignedMute};
use crate::usecases::Ports;
use crate::vault::{SecretName, SecretVersion};

/// How long starting may take longer for it. Lambda ends a function that has not started after ten seconds ("Lambda
/// execution environment lifecycle").
const PATIENCE: Duration = Duration::from_secs(2);

/// What every step of a consent reads first: the keys that open a link or a cookie, and our registration.
pub const CONSENT_SECRETS: [SecretName; 2] = [SecretName::Keys, SecretName::Entra(Cloud::Global)];

/// What opens the ledger's connection: something that is not there is read by the call that a function's events begin with,
/// so that its role grants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCall {
    /// An org.
    Org,
    /// An org and an app of it at once.
    OrgAndApp,
}

/// Opens the ledger's connection by `first` and reads `secrets` into the vault's memory; none opens no connection to the
/// vault.
pub(super) async fn warm_up(ports: &Ports, first: FirstCall, secrets: &[SecretName]) {
    let everything = async { tokio::join!(connect(ports, first), read(ports, secrets)) };
    if tokio::time::timeout(PATIENCE, everything).await.is_err() {
        tracing::warn!("the warm-up took too long; the first invocation does what is left of it");
    }
}

async fn connect(ports: &Ports, first: FirstCall) {
    let (Ok(nobody), Ok(nothing)) = ("warm-up".parse::<OrgId>(), "warm-up".parse::<AppId>()) else { return };
    let called = match first {
        FirstCall::Org => ports.ledger.org(&nobody).await.map(drop),
        FirstCall::OrgAndApp => ports.ledger.org_and_app(&nobody, &nothing).await.map(drop),
    };
    if let Err(error) = called {
        tracing::warn!(%error, "the ledger was not reached while starting");
    }
}

/// One after the other, so that one connection does.
async fn read(ports: &Ports, secrets: &[SecretName]) {
    for name in secrets {
        match ports.vault.get(name, SecretVersion::Current).await {
            Ok(Some(keys)) if *name == SecretName::Keys => use_once(&keys),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a secret was not read while starting"),
        }
    }
}

/// Seals and opens, signs and reads with the keys, so that the first link is not the first use of all that.
fn use_once(keys: &SecretString) {
    let Ok(keys) = Keyring::unseal(keys) else { return };
    let sealed = keys.seal_cookie("warm-up", &SecretString::from("warm-up"));
    drop(sealed.and_then(|sealed| keys.open_cookie("warm-up", &sealed)));
    let (Ok(request), Ok(address)) = ("RG-22222-22222".parse(), "warm-up@regrant.example".parse()) else { return };
    let signed = keys.sign_mute(&SignedMute { request, address });
    drop(signed.map(|signed| keys.read_mute(&signed)));
}
