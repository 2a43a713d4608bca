//! Reads `template.yaml` as data: its resolved resources, the grants of each function, and rules that no linter checks.
//!
//! Names resolve for an invented account, so that no AWS account is needed.

mod grants;
mod node;
mod resolve;
mod routes;
pub mod rules;
mod template;

pub use grants::{Grant, granted};
pub use resolve::{ACCOUNT, REGION, ResolveError, STACK};
pub use routes::routes;
pub use template::{Resource, Template, TemplateError};
