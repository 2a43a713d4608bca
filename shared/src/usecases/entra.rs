//! Our own registration in Microsoft Entra: kept, shown, removed. Its secret part is shown never again.

use crate::domain::cloud::Cloud;
use crate::domain::consent_failure::ConsentFailure;
use crate::microsoft::Registration;
use crate::vault::SecretName;

use super::Ports;
use super::begin_consent::registration;
use super::stopped::Stopped;

/// Keeps a registration as the one of its cloud, once its credential proved to be usable.
pub async fn set(ports: &Ports, registration: &Registration) -> Result<(), Stopped> {
    let name = SecretName::Entra(registration.cloud);
    ports.vault.put_pending(&name, &registration.seal()).await?;
    registration
        .check(ports.clock.now(), &*ports.randomness)
        .map_err(|error| Stopped::new(ConsentFailure::RegistrationRefused, error.to_string()))?;
    Ok(ports.vault.promote(&name).await?)
}

/// The registrations there are, by cloud.
pub async fn list(ports: &Ports) -> Result<Vec<Registration>, Stopped> {
    let mut found = Vec::new();
    for cloud in Cloud::ALL {
        found.extend(registration(ports, cloud).await?);
    }
    Ok(found)
}

/// Forgets the registration of a cloud. Tokens that were issued to it stay and cannot be renewed.
pub async fn remove(ports: &Ports, cloud: Cloud) -> Result<(), Stopped> {
    Ok(ports.vault.remove(&SecretName::Entra(cloud)).await?)
}
