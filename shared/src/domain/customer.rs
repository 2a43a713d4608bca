//! Customers and labels of orgs. A service provider groups its orgs by customer, and roles are scoped to customers.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::checked_text::checked_text;
use super::text::is_hidden;

/// The most characters of a customer's name or a label.
const MAX_LENGTH: usize = 64;
/// The most labels of one org.
pub const MAX_LABELS: usize = 20;

/// A string is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to 64 visible characters without a comma; choose a shorter or simpler one")]
pub struct InvalidName {
    what: &'static str,
}

fn name(text: &str, what: &'static str) -> Result<Arc<str>, InvalidName> {
    let text = text.trim();
    let fits = (1..=MAX_LENGTH).contains(&text.chars().count());
    let is_name = fits && !text.chars().any(|c| is_hidden(c) || c == ',');
    if is_name { Ok(text.into()) } else { Err(InvalidName { what }) }
}

checked_text! {
    name => InvalidName;
    /// The customer that an org belongs to. Compared exactly, so `Contoso` and `contoso` are two customers.
    CustomerName: "a customer's name";
    /// A free label of an org, such as `tier-1`.
    Label: "a label";
}

/// What becomes of an org's customer. In JSON, a name or null.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Option<CustomerName>")]
pub enum CustomerChange {
    /// It stays.
    #[default]
    Keep,
    /// The org belongs to no customer.
    Remove,
    /// The org belongs to this customer.
    Set(CustomerName),
}

impl From<Option<CustomerName>> for CustomerChange {
    fn from(customer: Option<CustomerName>) -> Self {
        customer.map_or(Self::Remove, Self::Set)
    }
}

/// A change of an org's customer and labels. What it does not mention stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelChange {
    /// What becomes of its customer.
    pub customer: CustomerChange,
    /// Labels to add.
    pub add: BTreeSet<Label>,
    /// Labels to remove.
    pub remove: BTreeSet<Label>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn names_with_invisible_characters_are_refused() {
        for bad in ["", "  ", "a,b", "a\u{202e}b", "a\nb", "\u{200b}", &"x".repeat(65)] {
            assert!(bad.parse::<CustomerName>().is_err(), "{bad:?}");
        }
        assert_eq!(" Bücher & <b>Co</b> ".parse::<CustomerName>().unwrap().as_str(), "Bücher & <b>Co</b>");
    }
}
