//! Tests of token verification.
