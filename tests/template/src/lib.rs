//! `template.yaml` as data: what it says once its functions are resolved, what it grants each function, and rules that
//! no linter checks.
//!
//! Names in it are resolved for a made-up account, so that it can be read without one.

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
