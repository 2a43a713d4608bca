//! Tenants for a fleet of orgs: one per app, with an administrator who consented to everything.

use super::MicrosoftSimulator;
use super::consent_set::{REGRANT_CLIENT, okta_app, regrant_app};
use super::directory::EntraTenant;
use super::person::{GLOBAL_ADMINISTRATOR, Person};
use super::token::refresh_token;
use crate::fleet::Fleet;
use crate::wire::CONSENT_CLIENT_ID;

/// The name of the administrator in every fleet tenant: the account name before the `@`.
pub const FLEET_ADMINISTRATOR: &str = "ada.administrator";

impl MicrosoftSimulator {
    /// Adds a tenant per app of a fleet, with an administrator who consented to Okta's application and to Regrant's
    /// registration including its application permissions. Registers both applications if they are missing.
    pub fn add_fleet(&self, fleet: &Fleet) {
        let mut world = self.shared.world.lock();
        let now = world.clock.now();
        if world.app(CONSENT_CLIENT_ID).is_none() {
            world.register(okta_app());
        }
        if world.app(REGRANT_CLIENT).is_none() {
            world.register(regrant_app(Vec::new(), now));
        }
        let apps = [CONSENT_CLIENT_ID, REGRANT_CLIENT].map(|client| world.app(client).cloned());
        for (index, app) in (0..fleet.size).flat_map(|index| (0..fleet.apps_per_org).map(move |app| (index, app))) {
            let Some(name) = fleet.app(index, app).tenant else { continue };
            let tenant = EntraTenant::new(&name);
            let administrator =
                Person::new("Ada Administrator", &tenant.initial_domain).with_role(GLOBAL_ADMINISTRATOR);
            let by = administrator.oid.clone();
            let mut tenant = tenant.with_person(administrator);
            for app in apps.iter().flatten() {
                tenant.consent_to_everything(app, &by, now);
            }
            world.tenants.insert(tenant);
        }
    }

    /// Issues a refresh token of Regrant's registration, as if that person had signed in now. `None` for an unknown
    /// person.
    pub fn hand_out_refresh_token(&self, tenant: &str, person: &str) -> Option<String> {
        let mut world = self.shared.world.lock();
        let tenant = world.tenants.find(tenant)?;
        let oid = tenant.person(&tenant.upn(person))?.oid.clone();
        let (tenant, now) = (tenant.id.clone(), world.clock.now());
        let scopes = ["openid", "profile", "offline_access", "https://graph.microsoft.com/Directory.Read.All"]
            .map(str::to_owned);
        Some(refresh_token(&mut world, &tenant, REGRANT_CLIENT, &oid, now, &scopes))
    }
}
