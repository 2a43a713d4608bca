//! Why a command could not do its work.

use std::path::PathBuf;

use regrant::ledger::LedgerError;
use regrant::okta::OktaError;
use regrant::okta::org_url::OrgUrlError;
use regrant::usecases::access::orgs::OrgError;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::scan::start::StartScanError;

/// Why a command could not do its work. Every one ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// There is no place for the data.
    #[error("there is no home folder to keep data in; name one with --data-dir")]
    NoDataDir,
    /// The data folder could not be made or opened.
    #[error("the data folder {path} could not be opened: {reason}")]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The stack could not be used.
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Stack(#[from] Box<crate::stack::StackError>),
    /// What a command does not do on a stack.
    #[error("{0}")]
    NotOnAStack(&'static str),
    /// A secret could not be read.
    #[error(transparent)]
    Secret(#[from] crate::secret_input::SecretInputError),
    /// An org could not be added, checked or removed.
    #[error(transparent)]
    Org(Box<OrgError>),
    /// What was given is not an org's host.
    #[error(transparent)]
    NotAnOrg(#[from] OrgUrlError),
    /// Okta did not answer as hoped.
    #[error(transparent)]
    Okta(Box<OktaError>),
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The scan did not start.
    #[error(transparent)]
    StartScan(#[from] StartScanError),
    /// Work of a scan was not done.
    #[error("the scan stopped: {reason}; go on with `regrant scan --resume {scan}`")]
    Drain {
        /// Which scan.
        scan: regrant::domain::id::ScanId,
        /// What stopped it.
        reason: String,
    },
    /// No org by this id or host.
    #[error("org {0} is not known; `regrant org list` shows those that are")]
    NoSuchOrg(String),
    /// No app by this id in this org.
    #[error(
        "org {org} has no app {app} that was seen yet; `regrant status --org` lists them, `regrant scan` looks again"
    )]
    NoSuchApp {
        /// The org's host.
        org: String,
        /// The app.
        app: regrant::domain::id::AppId,
    },
    /// A variable of the environment does not say what it should.
    #[error(transparent)]
    Variable(#[from] regrant::environment::BadVariable),
    /// Who has to be told something could not be told.
    #[error(transparent)]
    Notify(#[from] regrant::usecases::notify::NotifyError),
    /// A hook is none.
    #[error(transparent)]
    NotAHook(#[from] regrant::hooks::NotAHook),
    /// The hooks could not be read or written.
    #[error(transparent)]
    Hooks(#[from] regrant::usecases::notify::hook::HooksError),
    /// An app could not be left as it is.
    #[error(transparent)]
    Waive(#[from] regrant::usecases::notify::waive::WaiveError),
    /// The public URL is not one.
    #[error("{0}: {1}")]
    PublicUrl(String, regrant::settings::NotAPublicUrl),
    /// An invitation could not be made or taken back.
    #[error(transparent)]
    Invite(Box<regrant::usecases::consent::invite::InviteError>),
    /// A consent or a save stopped.
    #[error("{}", told(.0))]
    ConsentError(Box<ConsentError>),
    /// No email of this kind.
    #[error("there is no such email; there are {names}")]
    NoSuchEmail {
        /// Those there are.
        names: String,
    },
    /// An email on invented data could not be shown.
    #[error("the emails could not be shown: {0}")]
    Preview(String),
    /// What was given is no mail server.
    #[error(transparent)]
    NotAMailServer(#[from] regrant::embedded::smtp::NotAMailServer),
    /// The mail server could not be kept or shown.
    #[error(transparent)]
    MailServer(#[from] regrant::embedded::mail_server::MailServerError),
    /// An email on trial was not taken.
    #[error("no email was sent: {reason}")]
    NoEmail {
        /// Why.
        reason: String,
    },
    /// Nobody is there to confirm.
    #[error("nobody is there to ask; say --yes to remove the org")]
    NotConfirmed,
    /// A word that nothing is known about.
    #[error("nothing is known about \"{0}\"; `regrant explain` lists the words")]
    NothingKnown(String),
    /// Serving beyond this machine without a sign-in.
    #[error(
        "{0} can be reached from other machines, and nobody is asked to sign in here; \
         use a loopback address, or say --expose-without-sign-in"
    )]
    Exposed(std::net::SocketAddr),
    /// The server could not listen.
    #[error("could not serve on {address}: {source}; take another address with --listen")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The demo's simulators did not start.
    #[error("the demo could not start its simulators: {0}")]
    Simulators(String),
    /// The output could not be written.
    #[error("the output could not be written: {0}")]
    Output(#[from] std::io::Error),
}

/// What stopped, with what its code means.
fn told(stopped: &ConsentError) -> String {
    let known = stopped.code.as_deref().and_then(regrant::domain::failure::find);
    match known {
        Some(known) => format!("{} {} {}", stopped.cause, known.cause, known.next_step),
        None => stopped.cause.clone(),
    }
}

impl From<ConsentError> for CliError {
    fn from(stopped: ConsentError) -> Self {
        Self::ConsentError(Box::new(stopped))
    }
}

impl From<regrant::usecases::consent::invite::InviteError> for CliError {
    fn from(error: regrant::usecases::consent::invite::InviteError) -> Self {
        Self::Invite(Box::new(error))
    }
}

// Boxed, since both are much larger than everything else that can go wrong here.
impl From<OrgError> for CliError {
    fn from(error: OrgError) -> Self {
        Self::Org(Box::new(error))
    }
}

impl From<OktaError> for CliError {
    fn from(error: OktaError) -> Self {
        Self::Okta(Box::new(error))
    }
}

impl CliError {
    /// Whether the reader of our output just went away, as `head` does.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
