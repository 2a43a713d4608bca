//! Regrant's own registration: the consent to it in a tenant, and its credentials.

use jiff::SignedDuration;

use crate::microsoft::MicrosoftSimulator;
use crate::microsoft::consent_set::{CREDENTIAL_LIFE, REGRANT_CLIENT};
use crate::microsoft::entra_app::ClientAuth;

impl MicrosoftSimulator {
    /// Takes the consent to Regrant's registration back in a tenant, of both kinds. Its service principal stays: a refresh
    /// is answered `AADSTS65001`, and a token of the application itself may nothing.
    pub fn withdraw_our_consent(&self, tenant: &str) -> bool {
        self.injure(tenant, |tenant| {
            tenant.principal_mut(REGRANT_CLIENT).map(|principal| principal.grants.clear()).is_some()
        })
    }

    /// Deletes the service principal of Regrant's registration in a tenant: `AADSTS700016`.
    pub fn delete_our_principal(&self, tenant: &str) -> bool {
        self.delete_principal_of(tenant, REGRANT_CLIENT)
    }

    /// An administrator consents to everything that Regrant's registration lists, through `/.default`.
    pub fn consent_to_ours(&self, tenant: &str) -> bool {
        self.consent_to(tenant, REGRANT_CLIENT, true)
    }

    /// Regrant's client secrets end now: `AADSTS7000222`.
    pub fn expire_our_secret(&self) -> bool {
        self.set_our_ends(SignedDuration::ZERO, |auth| matches!(auth, ClientAuth::Secret(_)))
    }

    /// Regrant's certificates end now: `AADSTS700027`.
    pub fn expire_our_certificate(&self) -> bool {
        self.set_our_ends(SignedDuration::ZERO, |auth| matches!(auth, ClientAuth::Certificate { .. }))
    }

    /// All of Regrant's credentials are good for a year from now.
    pub fn renew_our_credentials(&self) -> bool {
        self.set_our_ends(CREDENTIAL_LIFE, |_| true)
    }

    /// Regrant's client secrets end that long from now.
    pub fn let_our_secret_end_in(&self, left: SignedDuration) -> bool {
        self.set_our_ends(left, |auth| matches!(auth, ClientAuth::Secret(_)))
    }

    /// The tenant that Regrant is registered in.
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
