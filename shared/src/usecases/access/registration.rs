//! Regrant's own app registration in Microsoft Entra, one per Microsoft cloud. Its secret is never shown.

use crate::domain::cloud::Cloud;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::tenant::{TenantDomain, TenantId, TenantName};
use crate::microsoft::Registration;
use crate::vault::SecretName;
use crate::vault::SecretVersion;

use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;

/// Stores the registration of a cloud. Fails with `RegistrationRefused` if its credential cannot be used.
pub async fn set_registration(ports: &Ports, registration: &Registration) -> Result<(), ConsentError> {
    let name = SecretName::Entra(registration.cloud);
    ports.vault.put_pending(&name, &registration.seal()).await?;
    registration
        .check(ports.clock.now(), &*ports.randomness)
        .map_err(|error| ConsentError::new(ConsentFailure::RegistrationRefused, error.to_string()))?;
    Ok(ports.vault.promote(&name).await?)
}

/// All stored registrations, at most one per cloud.
pub async fn registrations(ports: &Ports) -> Result<Vec<Registration>, ConsentError> {
    let mut found = Vec::new();
    for cloud in Cloud::ALL {
        found.extend(registration(ports, cloud).await?);
    }
    Ok(found)
}

/// The registration of a cloud, if there is one.
pub async fn registration(ports: &Ports, cloud: Cloud) -> Result<Option<Registration>, ConsentError> {
    let secret = ports.vault.get(&SecretName::Entra(cloud), SecretVersion::Current).await?;
    Ok(secret.as_ref().map(Registration::unseal).transpose()?)
}

/// Drops the cached registration of a cloud after Microsoft rejected it or it was not the expected one. Returns whether
/// reading it again may give a different one.
pub(crate) fn registration_may_have_changed(ports: &Ports, cloud: Cloud) -> bool {
    ports.vault.was_refused(&SecretName::Entra(cloud))
}

/// The id of the Microsoft tenant that an app's settings name.
pub(crate) async fn resolve_tenant(
    ports: &Ports,
    name: Option<&TenantName>,
    cloud: Cloud,
) -> Result<TenantId, ConsentError> {
    let wrong = |why: String| ConsentError::new(ConsentFailure::WrongTenant, why);
    let name = name.ok_or_else(|| wrong("the app's settings in Okta do not name a Microsoft tenant; set it in the Okta Admin Console and scan again".to_owned()))?;
    let domain = TenantDomain::of(name, cloud).map_err(|error| wrong(error.to_string()))?;
    tenant_by_domain(ports, cloud, &domain).await
}

/// The id of the Microsoft tenant that owns a domain.
pub(crate) async fn tenant_by_domain(
    ports: &Ports,
    cloud: Cloud,
    domain: &TenantDomain,
) -> Result<TenantId, ConsentError> {
    Ok(ports.microsoft.tenant(cloud, domain).await?)
}
