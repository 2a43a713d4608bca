//! rate_budget
