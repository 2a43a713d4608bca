//! The table of the permissions that Okta asks for.

use maud::{Markup, html};

use super::wrappable;
use crate::domain::permission::Permission;
use crate::words::pages::PageWords;

/// The permissions with their purpose. On a narrow screen each row becomes a block whose values keep their labels.
pub(super) fn permissions(words: &PageWords, permissions: &[Permission]) -> Markup {
    let labels = &words.labels;
    html! {
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for heading in [labels.permission, labels.purpose, labels.needed] {
                        th scope="col" role="columnheader" { (heading) }
                    }
                }
            }
            tbody role="rowgroup" {
                @for permission in permissions {
                    tr role="row" {
                        td role="cell" { (permission_name(&permission.name)) }
                        td role="cell" data-name=(labels.purpose) {
                            @match labels.purpose(permission) {
                                Some(purpose) => (purpose),
                                None => (permission.why),
                            }
                        }
                        td role="cell" data-name=(labels.needed) {
                            @if permission.required { (labels.always) } @else { (labels.some_features) }
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
