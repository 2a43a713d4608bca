//! Changes to Okta's service principal in a tenant and to its consent.

use crate::microsoft::MicrosoftSimulator;
use crate::microsoft::principal::{Grant, Principal, Publisher};
use crate::wire::CONSENT_CLIENT_ID;

impl MicrosoftSimulator {
    /// Changes Okta's service principal in a tenant.
    pub fn with_oktas_principal(&self, tenant: &str, change: impl FnOnce(&mut Principal)) -> bool {
        self.change_tenant(tenant, |tenant| tenant.principal_mut(CONSENT_CLIENT_ID).map(change).is_some())
    }

    /// Revokes every grant of Okta. Keeps the service principal.
    pub fn revoke_grants(&self, tenant: &str) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.grants.clear())
    }

    /// Revokes one permission of Okta.
    pub fn revoke_permission(&self, tenant: &str, permission: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            let Some(principal) = tenant.principal_mut(CONSENT_CLIENT_ID) else { return false };
            let before = principal.grants.len();
            principal.grants.retain(|grant| grant.permission != permission);
            principal.grants.len() < before
        })
    }

    /// Grants Okta one more permission, in its usual grant style.
    pub fn grant_permission(&self, tenant: &str, permission: &str) -> bool {
        let style = self.shared.world.lock().app(CONSENT_CLIENT_ID).map(|app| app.grant_style);
        let Some(style) = style else { return false };
        self.with_oktas_principal(tenant, |principal| {
            principal.grants.push(Grant { permission: permission.to_owned(), style, principal: None });
        })
    }

    /// Consents to Okta's application as the tenant's first person. Removes and immediately re-adds the grants, as
    /// Microsoft logs it. Graph shows the new grants after its replication delay. A deleted service principal is created
    /// again with a different id; `enabled` is unchanged.
    pub fn consent_again(&self, tenant: &str) -> bool {
        self.consent_to(tenant, CONSENT_CLIENT_ID, false)
    }

    /// Deletes Okta's service principal.
    pub fn delete_principal(&self, tenant: &str) -> bool {
        self.delete_principal_of(tenant, CONSENT_CLIENT_ID)
    }

    /// Gives Okta's service principal a different id and keeps its grants: deleted and consented again between two scans.
    pub fn replace_principal(&self, tenant: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            let id = tenant.next_principal_id(CONSENT_CLIENT_ID);
            tenant.principal_mut(CONSENT_CLIENT_ID).map(|principal| principal.id = id).is_some()
        })
    }

    /// Enables or disables sign-in for Okta.
    pub fn set_principal_enabled(&self, tenant: &str, enabled: bool) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.enabled = enabled)
    }

    /// Sets `disabledByMicrosoftStatus` of Okta's service principal.
    pub fn set_disabled_by_microsoft(&self, tenant: &str, status: Option<&str>) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.disabled_by_microsoft = status.map(str::to_owned))
    }

    /// Sets or removes the verified publisher of Okta's application.
    pub fn set_publisher(&self, tenant: &str, name: Option<&str>) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.publisher = name.map(Publisher::named))
    }

    pub(super) fn delete_principal_of(&self, tenant: &str, client: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            let before = tenant.principals.len();
            tenant.principals.retain(|principal| principal.client_id != client);
            tenant.principals.len() < before
        })
    }

    /// Consents to an application as the tenant's first person.
    pub(super) fn consent_to(&self, tenant: &str, client: &str, to_everything: bool) -> bool {
        let (app, now) = {
            let world = self.shared.world.lock();
            (world.app(client).cloned(), world.clock.now())
        };
        let Some(app) = app else { return false };
        self.change_tenant(tenant, |tenant| {
            let by = tenant.persons.first().map(|person| person.oid.clone()).unwrap_or_default();
            if to_everything {
                tenant.consent_to_everything(&app, &by, now);
            } else {
                tenant.consent(&app, &by, now);
            }
            true
        })
    }
}
