//! What can be written on the command line.
//!
//! No argument and no environment variable ever takes a secret: both can be read by other programs of the same
//! machine (`ps`, `/proc`, shell history). Secrets come from standard input, from a hidden prompt, or from a file.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use regrant::domain::app::TenantName;
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::{Language, MailAddress, QuietHours, TimeZoneName};
use regrant::domain::id::{AppId, InvitationId, ScanId};
use regrant::domain::standing::Standing;
use regrant::domain::tenant::ClientId;
use regrant::hooks::HookKind;
use regrant::microsoft::WatchAccess;

/// Find every Office 365 app of your Okta orgs and see which still need consent on Microsoft Graph.
#[derive(Debug, Parser)]
#[command(name = "regrant", version, max_term_width = 80, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options that every command has.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all fine, 1 somebody has to act on an app, 2 could not look, or an error.
Start here: `regrant demo --once` shows it all on simulated orgs, without any account.";

/// Options that every command has.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Where the ledger and the vault are.
    ///
    /// Else `REGRANT_DATA_DIR`, else `$XDG_DATA_HOME/regrant`, else `~/.local/share/regrant`.
    // The environment is read elsewhere, since `demo` must not write where it points: real orgs are there.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Global options")]
    pub data_dir: Option<PathBuf>,
    /// Work on a stack in AWS instead of this machine's data: its name in `CloudFormation`.
    ///
    /// Account, region and credentials are those of the AWS command line (`AWS_PROFILE`, `AWS_REGION`, …).
    #[cfg(feature = "aws")]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "data_dir", help_heading = "Global options")]
    pub stack: Option<String>,
    /// Let loopback addresses be orgs, over plain http: for simulators and mocks only.
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_loopback: bool,
    /// Where browsers reach this installation, such as `https://regrant.example.com`.
    ///
    /// Else `REGRANT_PUBLIC_URL`. Links in invitations begin with it.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub public_url: Option<String>,
    /// When to use colour; `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorChoice,
    /// Logs on stderr; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Only results and errors: no progress, no hints.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show everything on simulated orgs: no account, no network.
    Demo(Demo),
    /// Serve the HTTP API on this machine.
    Serve(Serve),
    /// Add, list, check and remove Okta orgs.
    #[command(subcommand)]
    Org(Org),
    /// Look at every Office 365 app of the orgs now. Only reads; changes nothing in Okta.
    Scan(Scan),
    /// Show what the last look found, worst first.
    Status(Status),
    /// Make a link for a Microsoft Global Administrator to consent for one app.
    Invite(Invite),
    /// Do what the Okta console's Save button does for one app, and prove it.
    Save(Save),
    /// Walk through Okta's consent link yourself, and finish it here.
    Finish(Finish),
    /// Set, list and remove this installation's own registration in Microsoft Entra.
    #[command(subcommand)]
    Entra(Entra),
    /// Leave an app as it is until a day, for a reason: nobody is written to about it.
    Waive(Waive),
    /// Show what work of Okta's failed while an app's consent was dead.
    Failed(Failed),
    /// Add, list and remove hooks: programs that are told when an app stands elsewhere than before.
    #[command(subcommand)]
    Hook(Hook),
    /// Look at the letters that people get.
    #[command(subcommand)]
    Mail(Mail),
    /// Explain a standing, a permission or an error code.
    Explain(Explain),
    /// Check this installation: folder, vault, ledger, orgs, clock.
    Doctor,
    /// Look after a stack in AWS.
    #[cfg(feature = "aws")]
    #[command(subcommand)]
    Aws(Aws),
    /// Print the completion script of a shell.
    Completions {
        /// For this shell.
        shell: clap_complete::Shell,
    },
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// End after the scan, with exit code 0 where the demo did what it should.
    #[arg(long)]
    pub once: bool,
    /// Print the scan as one JSON object.
    #[arg(long, requires = "once")]
    pub json: bool,
    /// Serve on this address while the demo runs; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", conflicts_with = "once")]
    pub listen: SocketAddr,
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Serve on this address.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve beyond this machine although nobody is asked to sign in: whoever reaches it reads everything.
    #[arg(long)]
    pub expose_without_sign_in: bool,
    /// Scan every so many minutes.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=44_640))]
    pub scan_every: Option<u32>,
}

/// `org …`.
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Add an org. Its API token is read from standard input, or asked for without showing it.
    Add(OrgAdd),
    /// List the orgs.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Try an org's credential with real calls, and say what is missing.
    Check(OrgCheck),
    /// Say who is written to about an org, or show it.
    Contacts(OrgContacts),
    /// Forget an org, its credential and its apps.
    Remove(OrgRemove),
}

/// `org add`.
#[derive(Debug, Args)]
#[command(after_help = "\
The token never goes on the command line. Examples:
  regrant org add acme.okta.com < token.txt
  regrant org add acme.okta.com --client-id 0oa1 --private-key-file key.pem")]
pub struct OrgAdd {
    /// The org's host, such as acme.okta.com.
    pub host: String,
    /// The Microsoft cloud of the org's tenants: global, gcc-high, dod or 21vianet.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Use an OAuth service app: its client id. Not a secret.
    #[arg(long, value_name = "ID", requires = "private_key_file")]
    pub client_id: Option<String>,
    /// The id of the service app's key, where it has several.
    #[arg(long, value_name = "KID", requires = "client_id")]
    pub key_id: Option<String>,
    /// The file with the service app's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub private_key_file: Option<PathBuf>,
    /// Find out which org it is and stop: no credential is read, sent or kept.
    #[arg(long)]
    pub dry_run: bool,
}

/// `org check`.
#[derive(Debug, Args)]
pub struct OrgCheck {
    /// The orgs, by id or host; all where none is named.
    pub org: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `org contacts`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without options it shows them. What is given takes the place of what was there:
  regrant org contacts acme.okta.com --administrator ada@contoso.example \\
      --operator okta@contoso.example --time-zone Europe/Vienna --quiet-hours 18:00-08:00
Sides that an org names nobody for are written to at the installation's own
REGRANT_MAIL_OPERATORS and REGRANT_MAIL_ESCALATION.")]
pub struct OrgContacts {
    /// The org, by id or host.
    pub org: String,
    /// A Microsoft Global Administrator of the org's tenants; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub administrator: Vec<MailAddress>,
    /// Whoever looks after the Okta org; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub operator: Vec<MailAddress>,
    /// Whoever is told when nobody acts; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub escalation: Vec<MailAddress>,
    /// The language of their letters: en or de.
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Their time zone, such as Europe/Vienna.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<TimeZoneName>,
    /// When they are left in peace, such as 18:00-08:00.
    #[arg(long, value_name = "HOURS")]
    pub quiet_hours: Option<QuietHours>,
    /// Write to the installation's own contacts again.
    #[arg(long, conflicts_with_all = ["administrator", "operator", "escalation", "language", "time_zone", "quiet_hours"])]
    pub clear: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Say what would be changed and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `waive`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: regrant waive acme.okta.com 0oa1 --until 2026-06-30 --reason \"moves with the merger\"
Nobody is written to about the app until then; its operators are when the day has come.")]
pub struct Waive {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// The last day on which it is left as it is, at most a year ahead.
    #[arg(long, value_name = "DAY", required_unless_present = "end")]
    pub until: Option<Date>,
    /// Why: what a letter will say when it ends.
    #[arg(long, required_unless_present = "end")]
    pub reason: Option<String>,
    /// End the waiver that there is.
    #[arg(long, conflicts_with_all = ["until", "reason"])]
    pub end: bool,
    /// Say what would be done and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// `failed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Okta leaves work that failed to be done again by hand: Dashboard > Tasks in its Admin Console.")]
pub struct Failed {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Print it as JSON or as CSV.
    #[arg(long, value_name = "FORMAT")]
    pub export: Option<Export>,
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// One JSON object.
    Json,
    /// Comma-separated values (RFC 4180), with a header.
    Csv,
}

/// `hook …`.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Add a hook. Its address, which is a secret, is read from standard input, or asked for without showing it.
    Add {
        /// Its name: letters, digits, `-` and `_`.
        name: String,
        /// What its server understands: generic, slack or teams.
        #[arg(long, default_value = "generic")]
        kind: HookKind,
    },
    /// List the hooks, without their addresses.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove a hook.
    Remove {
        /// Its name.
        name: String,
    },
}

/// `org remove`.
#[derive(Debug, Args)]
pub struct OrgRemove {
    /// The org, by id or host.
    pub org: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Say what would be removed and stop.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Only this org, by id or host; may be given several times.
    #[arg(long, value_name = "ORG", conflicts_with = "resume")]
    pub org: Vec<String>,
    /// Go on with a scan that was interrupted.
    #[arg(long, value_name = "ID")]
    pub resume: Option<ScanId>,
    /// How many orgs to look at at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Say which orgs would be looked at and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Only apps that stand here, such as needs-consent.
    #[arg(long)]
    pub standing: Option<Standing>,
    /// Only apps of this org, by id or host.
    #[arg(long)]
    pub org: Option<String>,
    /// Only apps of this Microsoft tenant, by its short name.
    #[arg(long, value_parser = |name: &str| Ok::<_, std::convert::Infallible>(TenantName::from(name.to_owned())))]
    pub tenant: Option<TenantName>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `invite`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: regrant invite acme.okta.com 0oa1 --public-url https://regrant.example.com
An older open link for the same app is taken back.")]
pub struct Invite {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Take this invitation back instead of making one.
    #[arg(long, value_name = "ID")]
    pub revoke: Option<InvitationId>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Say what would be done and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `save`.
#[derive(Debug, Args)]
pub struct Save {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Read the connection, say what would be done, and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `finish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints Okta's consent link, waits for the text that Okta's last page shows on
standard input, and saves. Bring only text from the page that this link opened.")]
pub struct Finish {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Read the connection, say what would be done, and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// `entra …`.
#[derive(Debug, Subcommand)]
pub enum Entra {
    /// Keep a registration. A client secret is read from standard input, or asked for without showing it.
    Set(Box<EntraSet>),
    /// List the registrations and the redirect URIs they need.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forget a registration.
    Remove {
        /// Of this cloud.
        #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
        cloud: Cloud,
    },
}

/// `entra set`.
#[derive(Debug, Args)]
pub struct EntraSet {
    /// The registration's client id. Not a secret.
    #[arg(long, value_name = "ID")]
    pub client_id: ClientId,
    /// The Microsoft cloud it is registered in.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Prove it with a certificate (PEM) instead of a client secret.
    #[arg(long, value_name = "FILE", requires = "private_key_file")]
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "certificate_file")]
    pub private_key_file: Option<PathBuf>,
    /// Prove it with another issuer's token, read from this file for each use.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_file")]
    pub federated_file: Option<PathBuf>,
    /// A scope of an API of your own with version 1.0 access tokens, which tell of multi-factor authentication.
    #[arg(long, value_name = "SCOPE")]
    pub mfa_api_scope: Option<String>,
    /// An authentication context that your Conditional Access ties to multi-factor authentication, such as c1.
    #[arg(long, value_name = "ID")]
    pub mfa_context: Option<String>,
    /// Refuse a sign-in whose multi-factor authentication is not proven.
    #[arg(long)]
    pub require_mfa: bool,
    /// Watch grants with the tokens of the administrator who signed in (delegated), or with the registration's own
    /// (application): those outlive the person and need Directory.Read.All as an application permission.
    #[arg(long, value_name = "ACCESS", default_value_t = WatchAccess::Delegated)]
    pub watch: WatchAccess,
}

/// `mail …`.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Show the letters on invented data. Sends nothing.
    Preview(MailPreview),
}

/// `mail preview`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  regrant mail preview urgent
  regrant mail preview --language de --html letters/")]
pub struct MailPreview {
    /// Which letter, such as invitation, urgent, reminder, done or digest; all where none is named.
    pub kind: Option<String>,
    /// The language: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// Print the text; this is what happens without any other option.
    #[arg(long)]
    pub text: bool,
    /// Write the HTML of each letter into this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "text")]
    pub html: Option<PathBuf>,
    /// Write each letter as a mail into this folder instead, for mail programs to open.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["text", "html"])]
    pub eml: Option<PathBuf>,
}

/// `aws …`.
#[cfg(feature = "aws")]
#[derive(Debug, Subcommand)]
pub enum Aws {
    /// Check a stack: table, queues, secrets, API, scans. Name it with --stack.
    Doctor,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A standing (needs-consent), a permission, or a code of Okta's, Microsoft's or Graph's (E0000011); nothing for a list.
    pub what: Option<String>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn visit(command: &clap::Command, seen: &mut impl FnMut(&clap::Command, &clap::Arg)) {
        for argument in command.get_arguments() {
            seen(command, argument);
        }
        for inner in command.get_subcommands() {
            visit(inner, seen);
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_argument_and_no_environment_variable_takes_a_secret() {
        let mut count = 0;
        visit(&Cli::command(), &mut |command, argument| {
            count += 1;
            let id = argument.get_id().as_str();
            for word in ["token", "secret", "password", "pem"] {
                assert!(!id.contains(word), "{} {id}", command.get_name());
            }
            assert!(!id.contains("key") || matches!(id, "key_id" | "private_key_file"), "{} {id}", command.get_name());
            assert!(argument.get_env().is_none(), "{id}");
        });
        assert!(count > 20, "{count}");
    }

    #[test]
    fn a_token_after_the_host_is_refused() {
        for arguments in [
            ["regrant", "org", "add", "acme.okta.com", "00canary"],
            ["regrant", "org", "add", "acme.okta.com", "--token=00canary"],
        ] {
            let error = Cli::try_parse_from(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_standing_is_taken_by_its_name_only() {
        assert!(Cli::try_parse_from(["regrant", "status", "--standing", "broken"]).is_ok());
        let error = Cli::try_parse_from(["regrant", "status", "--standing", "fine"]).unwrap_err();
        assert!(error.to_string().contains("needs-consent"), "{error}");
    }

    #[test]
    fn serving_is_on_loopback_unless_asked_otherwise() {
        let Command::Serve(serve) = Cli::try_parse_from(["regrant", "serve"]).unwrap().command else { unreachable!() };
        assert!(serve.listen.ip().is_loopback() && !serve.expose_without_sign_in);
    }
}
