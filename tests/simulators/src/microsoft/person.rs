//! The people of a tenant, as its sign-in page offers them.

use crate::dice::Dice;

/// The role template id of Global Administrator (Microsoft Entra built-in roles).
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// The role template id of Helpdesk Administrator.
pub const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The person's key in the tenant.
    pub oid: String,
    /// What the sign-in page shows.
    pub name: String,
    /// The account's name.
    pub upn: String,
    /// Role template ids, active now.
    pub roles: Vec<String>,
    /// Whether the person does multi-factor authentication.
    pub mfa: bool,
    /// Whether the account may sign in.
    pub enabled: bool,
    /// What keeps the person from getting in.
    pub trouble: Option<Trouble>,
}

/// What keeps a person from getting in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// `AADSTS50020`: of another tenant.
    AnotherTenant,
    /// `AADSTS53003`.
    ConditionalAccess,
    /// `AADSTS50076`.
    MfaDemanded,
}

impl Person {
    /// A person without any role, who does multi-factor authentication.
    pub fn new(name: &str, domain: &str) -> Self {
        let upn = format!("{}@{domain}", name.to_lowercase().replace(' ', "."));
        Self { oid: guid(&upn), name: name.to_owned(), upn, roles: Vec::new(), mfa: true, enabled: true, trouble: None }
    }

    /// The person, holding that role.
    #[must_use]
    pub fn with_role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// The person, without a second factor.
    #[must_use]
    pub fn without_mfa(mut self) -> Self {
        self.mfa = false;
        self
    }

    /// The person, kept out.
    #[must_use]
    pub fn with_trouble(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }
}

/// A GUID that is always the same for the same text.
pub(super) fn guid(text: &str) -> String {
    let digits = Dice::new(0, &format!("guid {text}"), 0).hex(32);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
