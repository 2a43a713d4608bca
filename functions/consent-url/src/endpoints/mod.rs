//! The endpoints, one file each.

pub(crate) mod begin;
pub(crate) mod invitations;
pub(crate) mod okta;
pub(crate) mod show;
