//! Watch: whether each consent still holds, on both sides.
//!
//! A scan of an org carries it along: [`system_log`] reads what Okta logged since the last look, [`grants`] reads what
//! Microsoft holds, and [`access`] notes what keeps Regrant itself from looking. Nothing here changes anything on either
//! side.

pub(super) mod access;
pub(super) mod grants;
pub(super) mod system_log;
