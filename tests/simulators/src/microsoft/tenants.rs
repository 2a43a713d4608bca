//! An index of tenants by id and by every domain, fast for any number of tenants.

use std::collections::HashMap;

use super::directory::EntraTenant;

/// All tenants.
#[derive(Default)]
pub(super) struct Tenants {
    by_id: HashMap<String, EntraTenant>,
    /// Ids and domains in lower case, each with its tenant.
    names: HashMap<String, String>,
}

impl Tenants {
    /// The tenant with this id or domain.
    pub(super) fn get(&self, name: &str) -> Option<&EntraTenant> {
        self.by_id.get(self.names.get(&name.to_ascii_lowercase())?)
    }

    /// The tenant with this id or domain, for changes to anything except its names.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut EntraTenant> {
        self.by_id.get_mut(self.names.get(&name.to_ascii_lowercase())?)
    }

    /// The tenant with this id, domain or short name.
    pub(super) fn find(&self, name: &str) -> Option<&EntraTenant> {
        self.get(name).or_else(|| self.get(&format!("{name}.onmicrosoft.com")))
    }

    /// Adds a tenant, or replaces the tenant with the same id.
    pub(super) fn insert(&mut self, tenant: EntraTenant) {
        self.remove(&tenant.id);
        for name in names(&tenant) {
            self.names.insert(name, tenant.id.clone());
        }
        self.by_id.insert(tenant.id.clone(), tenant);
    }

    /// Reads or changes a tenant, including its names.
    pub(super) fn change<T>(&mut self, name: &str, change: impl FnOnce(&mut EntraTenant) -> T) -> Option<T> {
        let id = self.find(name)?.id.clone();
        let mut tenant = self.remove(&id)?;
        let changed = change(&mut tenant);
        self.insert(tenant);
        Some(changed)
    }

    fn remove(&mut self, id: &str) -> Option<EntraTenant> {
        let tenant = self.by_id.remove(id)?;
        for name in names(&tenant) {
            // A domain may have moved to a different tenant.
            if self.names.get(&name).is_some_and(|owner| owner == id) {
                self.names.remove(&name);
            }
        }
        Some(tenant)
    }
}

fn names(tenant: &EntraTenant) -> impl Iterator<Item = String> {
    let all = [&tenant.id, &tenant.initial_domain].into_iter().chain(&tenant.domains);
    all.map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use super::*;

    #[test]
    fn tenant_is_found_by_every_current_name() {
        let mut tenants = Tenants::default();
        for name in ["contoso", "fabrikam"] {
            tenants.insert(EntraTenant::new(name));
        }
        let id = tenants.get("contoso.onmicrosoft.com").unwrap().id.clone();
        for name in [id.as_str(), "CONTOSO.onmicrosoft.com", "contoso.example.com"] {
            assert_eq!(tenants.get(name).unwrap().id, id, "{name}");
        }
        assert!(tenants.get("contoso").is_none() && tenants.find("contoso").is_some());
        tenants.change("contoso", |tenant| tenant.domains = vec!["new.example.com".to_owned()]).unwrap();
        assert_eq!(tenants.get("new.example.com").unwrap().id, id);
        assert!(tenants.get("contoso.example.com").is_none());
        tenants.insert(EntraTenant::new("contoso"));
        assert!(tenants.get("new.example.com").is_none(), "the one before is gone whole");
        assert!(tenants.change("unknown", |_| ()).is_none());
    }
}
