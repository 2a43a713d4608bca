//! The permissions that provisioning needs, and why.
//!
//! Okta's help page on admin consent lists them for "Okta Microsoft Graph Client". Security teams ask for the reasons before
//! they approve. Which ones are required is configurable, because Okta changes them without notice.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

/// A permission on Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Its name, in Microsoft's spelling.
    pub name: String,
    /// Why provisioning needs it, in words for a security team.
    pub why: String,
    /// Whether provisioning fails without it.
    pub required: bool,
}

impl Permission {
    /// Whether Okta's link asks for it and the catalogue does not list it.
    pub fn is_new(&self) -> bool {
        self.why == NEW
    }
}

/// The reason of a permission that the catalogue does not list.
const NEW: &str =
    "New, not known to Regrant. Okta's consent link asks for it; ask Okta what it is for before you approve it.";

/// The most permissions taken from a link, and the longest name. Okta asks for about ten.
const MAX_ASKED: usize = 50;
const MAX_NAME: usize = 100;

/// The permissions on Microsoft Graph that an authorization URL asks for in `scope`, in their order. `None` if it does not list
/// them: no scope, or `.default`, which means those of the registration ("Scopes and permissions in the Microsoft identity
/// platform").
pub fn permissions_of_link(link: &Url) -> Option<Vec<String>> {
    let scope = link.query_pairs().find(|(name, _)| name == "scope").map(|(_, scope)| scope.into_owned())?;
    let mut names: Vec<String> = Vec::new();
    for asked in scope.split_ascii_whitespace() {
        let name = asked.rsplit('/').next().unwrap_or_default();
        if name.eq_ignore_ascii_case(".default") {
            return None;
        }
        let is_name = name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        // Permissions on Graph have dotted names, unlike the scopes of OpenID Connect.
        if is_name && name.contains('.') && names.len() < MAX_ASKED && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    (!names.is_empty()).then_some(names)
}

/// The permissions that a consent is expected to grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PermissionCatalogue(Vec<Permission>);

/// The difference between granted and expected permissions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Comparison {
    /// Required but not granted.
    pub missing_required: Vec<String>,
    /// Expected and optional, but not granted.
    pub missing_optional: Vec<String>,
    /// Granted but not expected.
    pub unexpected: Vec<String>,
}

impl Default for PermissionCatalogue {
    fn default() -> Self {
        let permission =
            |name: &str, why: &str, required| Permission { name: name.to_owned(), why: why.to_owned(), required };
        Self(vec![
            permission("User.ReadWrite.All", "Creates, updates and deactivates the users that Okta assigns.", true),
            permission("Group.ReadWrite.All", "Creates and updates the groups that Okta pushes.", true),
            permission("GroupMember.ReadWrite.All", "Keeps the members of those groups as they are in Okta.", true),
            permission("Organization.Read.All", "Reads the tenant's licences, so that Okta can assign them.", true),
            permission("Directory.Read.All", "Reads users, groups and domains for imports.", true),
            permission("Application.Read.All", "Reads Okta's own service principal, to check its set-up.", false),
            permission(
                "RoleManagement.ReadWrite.Directory",
                "Assigns Entra roles to users, if Okta is configured to. It is powerful, but unused unless Okta assigns roles.",
                false,
            ),
        ])
    }
}

impl PermissionCatalogue {
    /// Every expected permission.
    pub fn all(&self) -> &[Permission] {
        &self.0
    }

    /// What a consent with these permissions is expected to grant. A permission that the catalogue does not list is new.
    #[must_use]
    pub fn asked(&self, names: &[String]) -> Self {
        let new = |name: &String| Permission { name: name.clone(), why: NEW.to_owned(), required: true };
        Self(names.iter().map(|name| self.find(name).cloned().unwrap_or_else(|| new(name))).collect())
    }

    /// The permissions of the catalogue that are among these.
    #[must_use]
    pub fn among(&self, names: &[String]) -> Self {
        let is_asked = |known: &&Permission| names.iter().any(|name| name.eq_ignore_ascii_case(&known.name));
        Self(self.0.iter().filter(is_asked).cloned().collect())
    }

    fn find(&self, name: &str) -> Option<&Permission> {
        self.0.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Compares the catalogue with the granted names. Microsoft's spelling of a name may vary in case.
    pub fn compare<'a>(&self, granted: impl IntoIterator<Item = &'a str>) -> Comparison {
        let granted: Vec<&str> = granted.into_iter().collect();
        let lower: BTreeSet<String> = granted.iter().map(|name| name.to_ascii_lowercase()).collect();
        let (mut comparison, mut expected) = (Comparison::default(), BTreeSet::new());
        for permission in &self.0 {
            let key = permission.name.to_ascii_lowercase();
            if !lower.contains(&key) {
                let missing = if permission.required {
                    &mut comparison.missing_required
                } else {
                    &mut comparison.missing_optional
                };
                missing.push(permission.name.clone());
            }
            expected.insert(key);
        }
        let unexpected = granted.into_iter().filter(|name| !expected.contains(&name.to_ascii_lowercase()));
        comparison.unexpected = unexpected.map(str::to_owned).collect();
        comparison
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn missing_and_unexpected_permissions_are_listed() {
        let catalogue = PermissionCatalogue::default();
        let all: Vec<&str> = catalogue.all().iter().map(|permission| permission.name.as_str()).collect();
        assert_eq!(all.len(), 7);
        assert_eq!(catalogue.compare(all.iter().copied()), Comparison::default());
        let some = all.iter().copied().filter(|name| !name.starts_with("User.") && !name.starts_with("Application."));
        let comparison = catalogue.compare(some.chain(["Mail.Read"]));
        assert_eq!(comparison.missing_required, ["User.ReadWrite.All"]);
        assert_eq!(comparison.missing_optional, ["Application.Read.All"]);
        assert_eq!(comparison.unexpected, ["Mail.Read"]);
        assert_eq!(catalogue.compare(["user.readwrite.all"]).missing_required.len(), 4);
    }

    #[test]
    fn link_lists_the_permissions_it_asks_for() {
        let asked = |scope: &str| {
            let url =
                Url::parse_with_params("https://login.microsoftonline.com/x/oauth2/authorize", [("scope", scope)]);
            permissions_of_link(&url.unwrap())
        };
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            asked("openid profile offline_access https://graph.microsoft.com/User.ReadWrite.All Mail.Read Mail.Read"),
            names(&["User.ReadWrite.All", "Mail.Read"])
        );
        for none in ["", "x", "openid", "https://graph.microsoft.com/.default", "User.Read.All .default", "a.<b>"] {
            assert_eq!(asked(none), None, "{none}");
        }
    }

    #[test]
    fn shorter_list_requires_less_and_new_names_are_marked() {
        let catalogue = PermissionCatalogue::default();
        let link = ["User.ReadWrite.All", "application.read.all", "Mail.Read"].map(str::to_owned);
        let asked = catalogue.asked(&link);
        assert_eq!(asked.compare(["User.ReadWrite.All"]).missing_required, ["Mail.Read"]);
        assert!(asked.all()[2].why.starts_with("New, not known to Regrant") && asked.all()[2].is_new());
        let among = catalogue.among(&link);
        assert_eq!(
            among.compare(["User.ReadWrite.All"]),
            Comparison { missing_optional: vec!["Application.Read.All".to_owned()], ..Comparison::default() }
        );
    }

    #[test]
    fn catalogue_can_be_configured() {
        let configured = r#"[{"name":"User.Read.All","why":"Reads users.","required":true}]"#;
        let catalogue: PermissionCatalogue = serde_json::from_str(configured).unwrap();
        assert_eq!(catalogue.compare([]).missing_required, ["User.Read.All"]);
    }
}
