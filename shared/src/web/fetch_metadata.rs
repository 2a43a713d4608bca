//! Cross-site form posts, detected by Fetch Metadata (W3C).
//!
//! Our pages send no referrer, so browsers send `Origin: null` even with our own forms, and `Origin` cannot be checked.
//! Browsers set `Sec-Fetch-Site` and no page can change it. Requests without that header pass: the form token and the
//! cookie's `SameSite` attribute still protect those.

use axum::http::HeaderMap;

/// Whether the browser says that another origin caused this request.
pub fn is_cross_origin(headers: &HeaderMap) -> bool {
    // `none`: the person caused it, for example with a bookmark.
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn cross_origin_form_is_detected() {
        let with = |site: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", site.parse().unwrap());
            is_cross_origin(&headers)
        };
        assert!(!is_cross_origin(&HeaderMap::new()) && !with("same-origin") && !with("none"));
        assert!(with("cross-site") && with("same-site") && with("x"));
    }
}
