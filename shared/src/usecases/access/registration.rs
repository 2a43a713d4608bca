//! Our own registration in Microsoft Entra: kept, shown, removed. Its secret part is shown never again.

use crate::domain::cloud::Cloud;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::tenant::{TenantDomain, TenantId, TenantName};
use crate::microsoft::Registration;
use crate::vault::SecretName;
use crate::vault::SecretVersion;

use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;

/// Keeps a registration as the one of its cloud, once its credential proved to be usable.
pub async fn set(ports: &Ports, registration: &Registration) -> Result<(), ConsentError> {
    let name = SecretName::Entra(registration.cloud);
    ports.vault.put_pending(&name, &registration.seal()).await?;
    registration
        .check(ports.clock.now(), &*ports.randomness)
        .map_err(|error| ConsentError::new(ConsentFailure::RegistrationRefused, error.to_string()))?;
    Ok(ports.vault.promote(&name).await?)
}

/// The registrations there are, by cloud.
pub async fn list(ports: &Ports) -> Result<Vec<Registration>, ConsentError> {
    let mut found = Vec::new();
    for cloud in Cloud::ALL {
        found.extend(registration(ports, cloud).await?);
    }
    Ok(found)
}

/// Forgets the registration of a cloud. Tokens that were issued to it stay and cannot be renewed.
pub async fn remove(ports: &Ports, cloud: Cloud) -> Result<(), ConsentError> {
    Ok(ports.vault.remove(&SecretName::Entra(cloud)).await?)
}

/// Our registration in a cloud, if there is one.
pub async fn registration(ports: &Ports, cloud: Cloud) -> Result<Option<Registration>, ConsentError> {
    let secret = ports.vault.get(&SecretName::Entra(cloud), SecretVersion::Current).await?;
    Ok(secret.as_ref().map(Registration::unseal).transpose()?)
}

/// Whether our registration in a cloud, which was refused or is not the one expected, may read differently now.
pub(crate) fn is_renewed(ports: &Ports, cloud: Cloud) -> bool {
    ports.vault.was_refused(&SecretName::Entra(cloud))
}

/// The key of the tenant that an app's settings name.
pub(crate) async fn tenant_of(
    ports: &Ports,
    name: Option<&TenantName>,
    cloud: Cloud,
) -> Result<TenantId, ConsentError> {
    let wrong = |why: String| ConsentError::new(ConsentFailure::WrongTenant, why);
    let name = name.ok_or_else(|| wrong("the app's settings in Okta name no Microsoft tenant".to_owned()))?;
    let domain = TenantDomain::of(name, cloud).map_err(|error| wrong(error.to_string()))?;
    Ok(ports.microsoft.tenant(cloud, &domain).await?)
}
