//! The people of a tenant, as its sign-in page offers them.

use crate::seeded_rng::SeededRng;

/// The role template id of Global Administrator (Microsoft Entra built-in roles).
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// The role template id of Helpdesk Administrator.
pub const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The object id in the tenant.
    pub oid: String,
    /// The display name.
    pub name: String,
    /// The account name.
    pub upn: String,
    /// The template ids of active roles.
    pub roles: Vec<String>,
    /// Whether the person does multi-factor authentication.
    pub mfa: bool,
    /// Whether the account may sign in.
    pub enabled: bool,
    /// Why sign-in fails for this person, if it does.
    pub block: Option<SignInBlock>,
    /// Whether a partner's delegated administration (GDAP) lets this person in, who is not an object of the tenant.
    pub is_partner: bool,
}

/// Why sign-in fails for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInBlock {
    /// `AADSTS50020`: the account belongs to a different tenant.
    AnotherTenant,
    /// `AADSTS53003`.
    ConditionalAccess,
    /// `AADSTS50076`.
    MfaDemanded,
}

impl Person {
    /// A person with multi-factor authentication and without roles.
    pub fn new(name: &str, domain: &str) -> Self {
        let upn = format!("{}@{domain}", name.to_lowercase().replace(' ', "."));
        Self {
            oid: guid(&upn),
            name: name.to_owned(),
            upn,
            roles: Vec::new(),
            mfa: true,
            enabled: true,
            block: None,
            is_partner: false,
        }
    }

    /// Assigns a role.
    #[must_use]
    pub fn with_role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// Removes multi-factor authentication.
    #[must_use]
    pub fn without_mfa(mut self) -> Self {
        self.mfa = false;
        self
    }

    /// Makes this a partner's administrator (GDAP).
    #[must_use]
    pub fn of_partner(mut self) -> Self {
        self.is_partner = true;
        self
    }

    /// Makes sign-in fail.
    #[must_use]
    pub fn with_block(mut self, block: SignInBlock) -> Self {
        self.block = Some(block);
        self
    }
}

/// A GUID derived from a text.
pub(super) fn guid(text: &str) -> String {
    let digits = SeededRng::new(0, &format!("guid {text}"), 0).hex(32);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
