//! Changes to the people of a tenant, who are named by their account or its part before the `@`.

use crate::microsoft::MicrosoftSimulator;
use crate::microsoft::person::Person;

impl MicrosoftSimulator {
    /// Changes a person.
    pub fn with_person(&self, tenant: &str, person: &str, change: impl FnOnce(&mut Person)) -> bool {
        self.change_tenant(tenant, |tenant| tenant.person_mut(person).map(change).is_some())
    }

    /// The object id of a person.
    pub fn oid(&self, tenant: &str, person: &str) -> Option<String> {
        self.with_tenant(tenant, |tenant| tenant.person_mut(person).map(|person| person.oid.clone())).flatten()
    }

    /// Enables or disables sign-in for an account.
    pub fn set_person_enabled(&self, tenant: &str, person: &str, enabled: bool) -> bool {
        self.with_person(tenant, person, |person| person.enabled = enabled)
    }

    /// Deletes a person. [`restore_person`](Self::restore_person) reverses it.
    pub fn delete_person(&self, tenant: &str, person: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            let upn = tenant.upn(person);
            let Some(at) = tenant.persons.iter().position(|person| person.upn == upn) else { return false };
            let deleted = tenant.persons.remove(at);
            tenant.deleted_persons.push(deleted);
            true
        })
    }

    /// Restores a deleted person.
    pub fn restore_person(&self, tenant: &str, person: &str) -> bool {
        self.change_tenant(tenant, |tenant| {
            let upn = tenant.upn(person);
            let Some(at) = tenant.deleted_persons.iter().position(|person| person.upn == upn) else { return false };
            let restored = tenant.deleted_persons.remove(at);
            tenant.persons.push(restored);
            true
        })
    }

    /// Removes every role of a person.
    pub fn take_roles(&self, tenant: &str, person: &str) -> bool {
        self.with_person(tenant, person, |person| person.roles.clear())
    }

    /// Assigns a role to a person, by its template id.
    pub fn give_role(&self, tenant: &str, person: &str, role: &str) -> bool {
        self.with_person(tenant, person, |person| person.roles.push(role.to_owned()))
    }

    /// Revokes every refresh token of a person, as "revoke sessions" does: the next use fails with `AADSTS50173`.
    pub fn revoke_refresh_tokens_of(&self, tenant: &str, person: &str) -> bool {
        let Some(oid) = self.oid(tenant, person) else { return false };
        self.shared.world.lock().refresh_tokens.remove_where(|refresh| refresh.oid == oid);
        true
    }
}
