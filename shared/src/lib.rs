//! The library behind Regrant's functions and its command line.
//!
//! Regrant finds the Office 365 apps of Okta orgs whose provisioning still needs an administrator's OAuth consent at
//! Microsoft, collects that consent, saves it in Okta and watches that it stays valid.
//!
//! # Layers
//!
//! Dependencies point one way, from the bottom of this list to the top. Nothing imports a layer below its own.
//!
//! 1. [`domain`]: types and decisions without input or output. Start here to learn what an app's *standing* is and how
//!    Regrant derives it.
//! 2. Ports, the traits through which Regrant reaches its surroundings: [`ledger`] (records), [`vault`] (secrets),
//!    [`queue`] (work), [`mail`], [`hooks`], [`clock`] and [`randomness`]. [`settings`] holds the installation's
//!    configuration, [`keyring`] its signing and sealing keys.
//! 3. Clients, built on [`http`]: [`okta`], [`microsoft`], and [`openid`] for operators' sign-in.
//! 4. [`emails`]: what Regrant's emails say. `words` holds the words of emails and pages, in each language.
//! 5. [`usecases`]: what Regrant does, as stories over the ports. Read these to follow a consent from scan to email.
//! 6. Platforms and delivery: [`embedded`] implements the ports for a single process, [`aws`] for AWS; [`lambda`] runs a
//!    router on AWS Lambda; [`web`] holds the pages and everything that HTTP endpoints share.
//!
//! The functions (one crate each) and the command line use this crate. Nothing here knows them.
//!
//! # Features
//!
//! `aws`, `embedded` and `lambda` select the platforms. `testing` adds the port contracts and simulated ports.

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
pub mod openid;
pub mod private_key;
pub mod queue;
pub mod randomness;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod usecases;
pub mod vault;
pub mod web;
mod words;
