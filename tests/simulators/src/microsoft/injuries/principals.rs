//! Okta's service principal in a tenant, and the consent to it.

use crate::microsoft::MicrosoftSimulator;
use crate::microsoft::principal::{Grant, Principal, Publisher};
use crate::wire::CONSENT_CLIENT_ID;

impl MicrosoftSimulator {
    /// Changes Okta's service principal in a tenant.
    pub fn with_oktas_principal(&self, tenant: &str, change: impl FnOnce(&mut Principal)) -> bool {
        self.injure(tenant, |tenant| tenant.principal_mut(CONSENT_CLIENT_ID).map(change).is_some())
    }

    /// Takes every grant from Okta. The service principal stays.
    pub fn revoke_grants(&self, tenant: &str) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.grants.clear())
    }

    /// Takes one permission from Okta.
    pub fn revoke_permission(&self, tenant: &str, permission: &str) -> bool {
        self.injure(tenant, |tenant| {
            let Some(principal) = tenant.principal_mut(CONSENT_CLIENT_ID) else { return false };
            let before = principal.grants.len();
            principal.grants.retain(|grant| grant.permission != permission);
            principal.grants.len() < before
        })
    }

    /// Grants Okta one more permission, in the way its other ones are.
    pub fn grant_permission(&self, tenant: &str, permission: &str) -> bool {
        let style = self.shared.world.lock().app(CONSENT_CLIENT_ID).map(|app| app.grant_style);
        let Some(style) = style else { return false };
        self.with_oktas_principal(tenant, |principal| {
            principal.grants.push(Grant { permission: permission.to_owned(), style, principal: None });
        })
    }

    /// Consents to Okta's application by the tenant's first person: what was granted is removed and, at once, added again,
    /// as Microsoft logs it. Graph shows nothing of the new grants before its replication. One that was deleted comes
    /// back with another id; whether it is enabled stays as it was.
    pub fn consent_again(&self, tenant: &str) -> bool {
        self.consent_to(tenant, CONSENT_CLIENT_ID, false)
    }

    /// Deletes Okta's service principal.
    pub fn delete_principal(&self, tenant: &str) -> bool {
        self.delete_principal_of(tenant, CONSENT_CLIENT_ID)
    }

    /// Gives Okta's service principal another id, with all it was granted: deleted and consented to anew between two looks.
    pub fn replace_principal(&self, tenant: &str) -> bool {
        self.injure(tenant, |tenant| {
            let id = tenant.next_principal_id(CONSENT_CLIENT_ID);
            tenant.principal_mut(CONSENT_CLIENT_ID).map(|principal| principal.id = id).is_some()
        })
    }

    /// Okta may not sign in any more, or may again.
    pub fn set_principal_enabled(&self, tenant: &str, enabled: bool) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.enabled = enabled)
    }

    /// Sets `disabledByMicrosoftStatus` of Okta's service principal.
    pub fn set_disabled_by_microsoft(&self, tenant: &str, status: Option<&str>) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.disabled_by_microsoft = status.map(str::to_owned))
    }

    /// Somebody else, or nobody, is the verified publisher of Okta's application.
    pub fn set_publisher(&self, tenant: &str, name: Option<&str>) -> bool {
        self.with_oktas_principal(tenant, |principal| principal.publisher = name.map(Publisher::named))
    }

    pub(super) fn delete_principal_of(&self, tenant: &str, client: &str) -> bool {
        self.injure(tenant, |tenant| {
            let before = tenant.principals.len();
            tenant.principals.retain(|principal| principal.client_id != client);
            tenant.principals.len() < before
        })
    }

    /// Consents to an application by the tenant's first person.
    pub(super) fn consent_to(&self, tenant: &str, client: &str, to_everything: bool) -> bool {
        let (app, now) = {
            let world = self.shared.world.lock();
            (world.app(client).cloned(), world.clock.now())
        };
        let Some(app) = app else { return false };
        self.injure(tenant, |tenant| {
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
