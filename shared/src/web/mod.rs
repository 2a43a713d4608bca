//! What HTTP endpoints have in common.
