//! Icons as inline SVG, in the colour of the text around them. Text next to them says the same.

use maud::{Markup, html};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// Verified.
    Check,
    /// Refused or failed.
    Cross,
    /// Not seen yet, or not verified.
    Question,
    /// Needs attention.
    Exclamation,
    /// Running.
    Spinner,
    /// Leads to a new tab.
    NewTab,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Cross => "M6.5 6.5l11 11m0-11l-11 11",
            Self::Question => "M9 9.2a3.1 3.1 0 1 1 4.6 2.7c-1 .6-1.6 1.2-1.6 2.4m0 3.2v.2",
            Self::Exclamation => "M12 5.5v8.2m0 4v.3",
            Self::Spinner => "M12 4a8 8 0 1 1-8 8",
            Self::NewTab => "M13.5 5H19v5.5M19 5l-8 8m-1.5-7H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-3.5",
        }
    }
}

/// Renders an icon, hidden from screen readers.
pub(super) fn icon(icon: Icon) -> Markup {
    let class = if icon == Icon::Spinner { "icon spinner" } else { "icon" };
    html! {
        svg class=(class) viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.4"
            stroke-linecap="round" stroke-linejoin="round" { path d=(icon.path()) {} }
    }
}

/// Regrant's own mark, in place of a logo.
pub(super) fn mark() -> Markup {
    html! {
        svg viewBox="0 0 32 32" aria-hidden="true" {
            rect.mark-ground width="32" height="32" rx="8" {}
            path.mark-check d="M8 16.5l5.2 5.2L24 11" fill="none" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

/// The favicon as a `data:` URL, in the accent colour `#rrggbb`.
pub(super) fn favicon(accent: &str) -> String {
    let colour = accent.trim_start_matches('#');
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' \
         rx='8' fill='%23{colour}'/%3E%3Cpath d='M8 16.5l5.2 5.2L24 11' fill='none' stroke='%23fff' stroke-width='3.4' \
         stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"
    )
}
