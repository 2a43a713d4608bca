//! What a function does before its first event comes.
//!
//! Lambda lets a function start at the full speed of a processor and gives it a share of one afterwards, so what every
//! invocation needs first is done here: the connections to DynamoDB and Secrets Manager are opened, handshakes and all,
//! and the secrets that everything begins with are read into memory. Nothing is decided by it. Whatever fails is only
//! logged, since the first invocation that needs it tries again and can say what is wrong to whom it concerns.

use std::time::Duration;

use crate::domain::cloud::Cloud;
use crate::domain::id::OrgId;
use crate::usecases::Ports;
use crate::vault::{SecretName, Stage};

/// How long starting may take longer for it. Lambda ends a function that has not started after ten seconds ("Lambda
/// execution environment lifecycle").
const PATIENCE: Duration = Duration::from_secs(2);

/// What every step of a consent reads first: the keys that open a link or a cookie, and our registration.
pub const CONSENT_SECRETS: [SecretName; 2] = [SecretName::Keys, SecretName::Entra(Cloud::Global)];

/// Opens the ledger's connection and reads `secrets` into the vault's memory; none opens no connection to the vault.
pub(super) async fn warm_up(ports: &Ports, secrets: &[SecretName]) {
    let everything = async { tokio::join!(connect(ports), read(ports, secrets)) };
    if tokio::time::timeout(PATIENCE, everything).await.is_err() {
        tracing::warn!("the warm-up took too long; the first invocation does what is left of it");
    }
}

/// Reads an org that there is not: the cheapest call that there is, and one that every role grants.
async fn connect(ports: &Ports) {
    let Ok(nobody) = "warm-up".parse::<OrgId>() else { return };
    if let Err(error) = ports.ledger.org(&nobody).await {
        tracing::warn!(%error, "the ledger was not reached while starting");
    }
}

/// One after the other, so that one connection does.
async fn read(ports: &Ports, secrets: &[SecretName]) {
    for name in secrets {
        if let Err(error) = ports.vault.get(name, Stage::Current).await {
            tracing::warn!(%error, "a secret was not read while starting");
        }
    }
}
