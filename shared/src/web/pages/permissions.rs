//! The table of the permissions that Okta asks for.

use maud::{Markup, html};

use super::words::PageWords;
use super::wrappable;
use crate::domain::permission::Permission;

/// The permissions with their purpose. On a narrow screen each row becomes a block whose values keep their labels.
pub(super) fn permissions(words: &PageWords, permissions: &[Permission]) -> Markup {
    let facts = &words.facts;
    html! {
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for heading in [facts.permission, facts.purpose, facts.needed] {
                        th scope="col" role="columnheader" { (heading) }
                    }
                }
            }
            tbody role="rowgroup" {
                @for permission in permissions {
                    tr role="row" {
                        td role="cell" { (permission_name(&permission.name)) }
                        td role="cell" data-name=(facts.purpose) {
                            @match (facts.permission_purpose)(&permission.name) {
                                Some(purpose) => (purpose),
                                None => (permission.why),
                            }
                        }
                        td role="cell" data-name=(facts.needed) {
                            @if permission.required { (facts.always) } @else { (facts.some_features) }
                        }
                    }
                }
            }
        }
    }
}

/// A permission's name, which may wrap after a dot and nowhere else.
pub(super) fn permission_name(name: &str) -> Markup {
    html! { code { (wrappable(name)) } }
}
