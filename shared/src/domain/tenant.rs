//! A Microsoft Entra tenant, and the ids of the objects in it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::checked_text::checked_text;
use super::cloud::Cloud;

/// The suffix of every tenant's initial domain in the global cloud.
const ONMICROSOFT: &str = ".onmicrosoft.com";

/// A Microsoft tenant's short name without `.onmicrosoft.com`, as in `settings.app.msftTenant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(from = "String", into = "String")]
#[schema(value_type = String)]
pub struct TenantName(String);

impl From<String> for TenantName {
    fn from(value: String) -> Self {
        let lower = value.trim().to_ascii_lowercase();
        Self(lower.strip_suffix(ONMICROSOFT).map(str::to_owned).unwrap_or(lower))
    }
}

impl From<TenantName> for String {
    fn from(tenant: TenantName) -> String {
        tenant.0
    }
}

impl TenantName {
    /// The short name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A string is not a GUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is a GUID such as 11111111-2222-4333-8444-555555555555; check where this value was copied from")]
pub struct NotAGuid {
    what: &'static str,
}

/// Checks for hexadecimal digits in groups of 8, 4, 4, 4 and 12. Returns them in lower case.
fn guid(text: &str, what: &'static str) -> Result<Arc<str>, NotAGuid> {
    let groups = text.split('-').map(str::len);
    let is_guid = groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if is_guid { Ok(text.to_ascii_lowercase().into()) } else { Err(NotAGuid { what }) }
}

checked_text! {
    guid => NotAGuid;
    /// A tenant, by its GUID, as in a token's `tid` and issuer.
    TenantId: "a tenant id";
    /// An application, by its client id (`appId` in Graph).
    ClientId: "a client id";
    /// A person or a service principal in one tenant (`oid`, or `id` in Graph).
    ObjectId: "an object id";
    /// A secret or certificate of a registration (`keyId` in Graph).
    KeyId: "a key id";
}

/// A domain of a tenant, such as `contoso.onmicrosoft.com`, as used in the path of its sign-in page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantDomain(String);

/// A string is not a tenant's domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tenant's domain has letters, digits, `-` and dots; check the Microsoft tenant in the app's settings in Okta"
)]
pub struct NotADomain;

impl TenantDomain {
    /// The initial domain of the tenant with this short name in `cloud`. A name that contains a dot is already a domain.
    pub fn of(name: &TenantName, cloud: Cloud) -> Result<Self, NotADomain> {
        let name = name.as_str();
        if name.contains('.') {
            name.to_owned().try_into()
        } else {
            format!("{name}.{}", cloud.initial_domain_suffix()).try_into()
        }
    }

    /// The domain, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TenantDomain {
    type Error = NotADomain;
    fn try_from(value: String) -> Result<Self, NotADomain> {
        let label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let shaped = value.len() <= 253 && value.contains('.') && value.split('.').all(label);
        if shaped { Ok(Self(value.to_ascii_lowercase())) } else { Err(NotADomain) }
    }
}

impl From<TenantDomain> for String {
    fn from(domain: TenantDomain) -> String {
        domain.0
    }
}

impl fmt::Display for TenantDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_is_validated_and_lower_cased() {
        let id: Result<TenantId, _> = "AAAAAAAA-2222-4333-8444-55555555555F".parse();
        assert_eq!(id.as_ref().map(TenantId::as_str), Ok("aaaaaaaa-2222-4333-8444-55555555555f"));
        for bad in [
            "",
            "common",
            "11111111-2222-4333-8444-55555555555",
            "11111111/2222-4333-8444-5555555555555",
            "{11111111-2222-4333-8444-555555555555}",
        ] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn short_name_becomes_the_initial_domain_of_its_cloud() {
        let domain = |name: &str, cloud| TenantDomain::of(&TenantName::from(name.to_owned()), cloud).map(String::from);
        assert_eq!(domain("Contoso", Cloud::Global).as_deref(), Ok("contoso.onmicrosoft.com"));
        assert_eq!(domain("contoso", Cloud::GccHigh).as_deref(), Ok("contoso.onmicrosoft.us"));
        assert_eq!(domain("contoso.example", Cloud::Global).as_deref(), Ok("contoso.example"));
        for bad in ["", "con toso", "../x", "contoso/x", "a..b", "tenant?x=y"] {
            assert!(domain(bad, Cloud::Global).is_err(), "{bad:?}");
        }
    }
}
