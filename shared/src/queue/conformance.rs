//! What every queue adapter must do.
