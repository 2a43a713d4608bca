//! Everything Regrant's functions share.
//!
//! Arrows point one way. [`domain`] is pure and knows nobody; [`okta`], [`microsoft`], [`vault`], [`ledger`] and [`queue`] know the
//! domain and do the input and output, each behind a small trait; [`usecases`] tell what happens as a story over those
//! traits; [`web`] is what HTTP endpoints have in common. The functions know the use cases, and nothing here knows the
//! functions.

#[cfg(feature = "aws")]
pub mod aws;
pub mod clock;
pub mod domain;
pub mod emails;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod environment;
pub mod hooks;
pub mod http;
pub mod keyring;
#[cfg(feature = "lambda")]
pub mod lambda;
pub mod ledger;
pub mod mail;
pub mod metrics;
pub mod microsoft;
pub mod okta;
pub mod queue;
pub mod randomness;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod usecases;
pub mod vault;
pub mod web;
