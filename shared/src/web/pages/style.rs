//! The style of every page, and its hashes for the Content-Security-Policy.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::domain::branding::AccentColour;

/// The style without the accent colour. Its colours meet WCAG AA in light and dark mode.
pub(super) const STYLE: &str = include_str!("page.css");

static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| source(STYLE));

/// The style that sets the accent colour.
pub(super) fn accent_style(accent: AccentColour) -> String {
    format!(":root{{--accent-light:{};--accent-dark:{}}}", accent.on_light(), accent.on_dark())
}

/// The source expressions for `style-src` (W3C Content Security Policy Level 3).
pub(super) fn style_sources(accent_style: &str) -> String {
    format!("{} {}", &*STYLE_SOURCE, source(accent_style))
}

fn source(style: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())))
}
