//! Access: the orgs that Regrant serves and the credentials it uses.
//!
//! - [`orgs`] adds, checks and removes orgs, [`import`] adds many; [`okta`] gives a client for one of them.
//! - [`registration`] holds Regrant's own app registration in Microsoft Entra; [`graph`] holds the tokens for Microsoft
//!   Graph and keeps them valid.
//! - [`operator_sign_in`] signs operators in to the console; [`operator_session`] is the session that follows.
//! - [`roles`] grants and revokes operators' access.
//! - [`keys`] holds the keys that sign links and seal cookies.
//!
//! Who may consent is decided in [`consent`](crate::usecases::consent). Problems with this access are found and
//! recorded during a [`scan`](crate::usecases::scan).

pub mod graph;
pub mod import;
pub mod keys;
pub mod okta;
pub mod operator_session;
pub mod operator_sign_in;
pub mod orgs;
pub mod registration;
pub mod roles;
pub(crate) mod tenant_claims;
pub mod tenants;
