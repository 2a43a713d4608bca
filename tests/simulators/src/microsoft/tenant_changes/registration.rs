//! Changes to Regrant's registration: its consent in a tenant, and its credentials.

use jiff::SignedDuration;

use crate::microsoft::MicrosoftSimulator;
use crate::microsoft::consent_set::{CREDENTIAL_LIFE, REGRANT_CLIENT};
use crate::microsoft::entra_app::ClientAuth;

impl MicrosoftSimulator {
    /// Revokes delegated and application permissions of Regrant's registration in a tenant. Keeps the service principal: a
    /// refresh fails with `AADSTS65001`, and an application token has no permissions.
    pub fn withdraw_our_consent(&self, tenant: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            tenant.principal_mut(REGRANT_CLIENT).map(|principal| principal.grants.clear()).is_some()
        })
    }

    /// Deletes the service principal of Regrant's registration in a tenant: `AADSTS700016`.
    pub fn delete_our_principal(&self, tenant: &str) -> bool {
        self.delete_principal_of(tenant, REGRANT_CLIENT)
    }

    /// Consents to all permissions of Regrant's registration, through `/.default`.
    pub fn consent_to_ours(&self, tenant: &str) -> bool {
        self.consent_to(tenant, REGRANT_CLIENT, true)
    }

    /// Expires Regrant's client secrets now: `AADSTS7000222`.
    pub fn expire_our_secret(&self) -> bool {
        self.set_our_ends(SignedDuration::ZERO, |auth| matches!(auth, ClientAuth::Secret(_)))
    }

    /// Expires Regrant's certificates now: `AADSTS700027`.
    pub fn expire_our_certificate(&self) -> bool {
        self.set_our_ends(SignedDuration::ZERO, |auth| matches!(auth, ClientAuth::Certificate { .. }))
    }

    /// Renews all of Regrant's credentials for a year from now.
    pub fn renew_our_credentials(&self) -> bool {
        self.set_our_ends(CREDENTIAL_LIFE, |_| true)
    }

    /// Makes Regrant's client secrets expire after `left`.
    pub fn let_our_secret_end_in(&self, left: SignedDuration) -> bool {
        self.set_our_ends(left, |auth| matches!(auth, ClientAuth::Secret(_)))
    }

    /// Sets the tenant that Regrant is registered in.
    pub fn set_our_home(&self, tenant: &str) -> bool {
        let mut world = self.shared.world.lock();
        let home = world.tenants.find(tenant).map(|tenant| tenant.id.clone());
        match (home, world.app_mut(REGRANT_CLIENT)) {
            (Some(home), Some(app)) => {
                app.home = home;
                true
            }
            _ => false,
        }
    }

    fn set_our_ends(&self, left: SignedDuration, is: impl Fn(&ClientAuth) -> bool) -> bool {
        let mut world = self.shared.world.lock();
        let now = world.clock.now();
        let Some(app) = world.app_mut(REGRANT_CLIENT) else { return false };
        let mut found = false;
        for one in app.credentials.iter_mut().filter(|one| is(&one.auth)) {
            one.ends_at = now.saturating_add(left).unwrap_or(now);
            found = true;
        }
        found
    }
}
