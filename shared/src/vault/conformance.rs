//! What every vault adapter must do.
