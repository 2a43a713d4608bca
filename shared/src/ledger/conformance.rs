//! What every ledger adapter must do.
