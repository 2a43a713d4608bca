//! Warm-up of a function before its first event.
//!
//! Lambda starts a function at the full speed of a processor and then gives it a share of one. The warm-up therefore does
//! what every invocation needs first: it opens the connections to DynamoDB and Secrets Manager, including TLS handshakes, and
//! reads the most common secrets into the cache. It only logs failures, since the first invocation tries again and can report
//! them properly.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::cloud::Cloud;
use crate::domain::id::{AppId, OrgId};
use crate::keyring::{Keyring, SignedMute};
use crate::usecases::Ports;
use crate::vault::{SecretName, SecretVersion};

/// How long the warm-up may take. Lambda ends a function that has not started after ten seconds ("Lambda execution
/// environment lifecycle").
const TIMEOUT: Duration = Duration::from_secs(2);

/// The secrets that every step of a consent reads first: the keys for links and cookies, and our registration.
pub const CONSENT_SECRETS: [SecretName; 2] = [SecretName::Keys, SecretName::Entra(Cloud::Global)];

/// The call that opens the ledger's connection. It reads a record that does not exist, by the call with which a function's
/// events begin, so that the function's role permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCall {
    /// An org.
    Org,
    /// An org and one of its apps, in one call.
    OrgAndApp,
}

/// Opens the ledger's connection by `first`, and reads `secrets` into the vault's cache; without any, opens no connection to
/// the vault.
pub(super) async fn warm_up(ports: &Ports, first: FirstCall, secrets: &[SecretName]) {
    let everything = async { tokio::join!(connect(ports, first), read(ports, secrets)) };
    if tokio::time::timeout(TIMEOUT, everything).await.is_err() {
        tracing::warn!("the warm-up took too long; the first invocation does the rest");
    }
}

async fn connect(ports: &Ports, first: FirstCall) {
    let (Ok(org), Ok(app)) = ("warm-up".parse::<OrgId>(), "warm-up".parse::<AppId>()) else { return };
    let called = match first {
        FirstCall::Org => ports.ledger.org(&org).await.map(drop),
        FirstCall::OrgAndApp => ports.ledger.org_and_app(&org, &app).await.map(drop),
    };
    if let Err(error) = called {
        tracing::warn!(%error, "the ledger was not reached while starting");
    }
}

/// Sequentially, so that one connection is enough.
async fn read(ports: &Ports, secrets: &[SecretName]) {
    for name in secrets {
        match ports.vault.get(name, SecretVersion::Current).await {
            Ok(Some(keys)) if *name == SecretName::Keys => use_once(&keys),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a secret was not read while starting"),
        }
    }
}

/// Seals, opens, signs and verifies once, so that this code is loaded before the first link.
fn use_once(keys: &SecretString) {
    let Ok(keys) = Keyring::unseal(keys) else { return };
    let sealed = keys.seal_cookie("warm-up", &SecretString::from("warm-up"));
    drop(sealed.and_then(|sealed| keys.open_cookie("warm-up", &sealed)));
    let (Ok(request), Ok(address)) = ("RG-22222-22222".parse(), "warm-up@regrant.example".parse()) else { return };
    let signed = keys.sign_mute(&SignedMute { request, address });
    drop(signed.map(|signed| keys.read_mute(&signed)));
}
