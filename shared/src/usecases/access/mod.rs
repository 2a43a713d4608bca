//! Access: orgs and their credentials, the registration in Entra, tokens for Graph, and the keys that sign links.

pub mod graph;
pub mod keys;
pub mod okta;
pub mod orgs;
pub mod registration;
