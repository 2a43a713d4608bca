//! The reader of a page: the language that the browser asks for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;

use super::pages::Presentation;
use crate::domain::contact::Language;
use crate::domain::org::OrgProfile;
use crate::settings::Settings;
use crate::usecases::notify::contacts::contacts_of;

/// The reader of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reader {
    /// The supported language that the browser prefers; `None` if it names none of them.
    language: Option<Language>,
}

impl Reader {
    /// The reader who sent these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|value| value.to_str().ok());
        Self { language: preferred(values) }
    }

    /// How a page presents itself to this reader. If the browser names no supported language, the language of the org's
    /// emails counts.
    pub fn presentation<'a>(&self, settings: &'a Settings, org: Option<&OrgProfile>) -> Presentation<'a> {
        let of_emails = || org.map_or(settings.mail.contacts.language, |org| contacts_of(org, settings).language);
        let customer = org.and_then(|org| org.customer.as_ref());
        let own = customer.and_then(|customer| settings.customer_branding.get(customer));
        Presentation {
            language: self.language.unwrap_or_else(of_emails),
            branding: own.map_or(&settings.branding, |own| &own.branding),
            support: own.and_then(|own| own.support.as_ref()).or(settings.mail.questions_to.as_ref()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The supported language with the highest weight (RFC 9110 section 12.5.4); of equal ones the first. Ignores regions.
fn preferred<'a>(values: impl Iterator<Item = &'a str>) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok());
        if let (Ok(language), Some(weight)) = (name.parse(), weight)
            && weight > best.map_or(0.0, |(_, highest)| highest)
        {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferred_supported_language_is_found() {
        let language = |header: &str| preferred(std::iter::once(header));
        assert_eq!(language("de-AT,de;q=0.9,en;q=0.8"), Some(Language::De));
        assert_eq!(language("en-US,en;q=0.9,de;q=0.8"), Some(Language::En));
        assert_eq!(language("fr, DE;q=0.4, en;q=0.3"), Some(Language::De));
        assert_eq!(language("fr;q=0.9, it"), None);
        assert_eq!(language("de;q=0, en;q=0.1"), Some(Language::En));
        assert_eq!(language("de;q=x"), None);
        assert_eq!(language(""), None);
        assert_eq!(preferred(["fr", "de"].into_iter()), Some(Language::De));
    }
}
