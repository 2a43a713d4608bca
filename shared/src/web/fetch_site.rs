//! Where a form comes from.
//!
//! Our pages send no referrer, and browsers then send `Origin: null` with their own forms, so `Origin` says nothing.
//! `Sec-Fetch-Site` (W3C Fetch Metadata) does: browsers set it, pages cannot. Where it is missing, the form's own token
//! and the cookie's `SameSite` stand alone.

use axum::http::HeaderMap;

/// Whether a request was made by one of our own pages, as far as the browser says so.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_told_apart() {
        let with = |site: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", site.parse().unwrap());
            is_own_page(&headers)
        };
        assert!(is_own_page(&HeaderMap::new()) && with("same-origin") && with("none"));
        assert!(!with("cross-site") && !with("same-site") && !with("x"));
    }
}
