//! Customers and labels of orgs. A service provider groups its orgs by customer, and roles are scoped to customers.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text. It has no invisible character, but may contain markup.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                let text = text.trim();
                let fits = (1..=MAX_LENGTH).contains(&text.chars().count());
                if fits && !text.chars().any(|c| is_hidden(c) || c == ',') {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidName { what: $what })
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

name!(
    /// The customer that an org belongs to. Compared exactly, so `Contoso` and `contoso` are two customers.
    CustomerName,
    "a customer's name"
);
name!(
    /// A free label of an org, such as `tier-1`.
    Label,
    "a label"
);

/// A change of an org's customer and labels. What it does not mention stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelChange {
    /// The new customer; `Some(None)` removes it.
    pub customer: Option<Option<CustomerName>>,
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
