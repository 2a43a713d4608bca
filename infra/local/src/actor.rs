//! Who runs this command line, for the audit trail.

use regrant::domain::actor::Actor;
use regrant::domain::text::UntrustedText;

/// The user of the operating system, by the process's real user id: an environment variable could name anyone.
#[cfg(unix)]
pub(crate) fn os_user() -> Actor {
    let uid = rustix::process::getuid().as_raw();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = account_name(&accounts, uid).map_or_else(|| format!("uid {uid}"), str::to_owned);
    Actor::OsUser { name: UntrustedText::new(name) }
}

/// The user of the operating system.
#[cfg(not(unix))]
pub(crate) fn os_user() -> Actor {
    let name = std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_owned());
    Actor::OsUser { name: UntrustedText::new(name) }
}

/// The name of a user id in the format of `passwd(5)`. `None` for a user of a directory service.
#[cfg(unix)]
fn account_name(accounts: &str, uid: u32) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

/// The AWS principal of the credentials, as AWS STS returns it (`GetCallerIdentity`, which needs no permission); the
/// operating system's user if STS does not respond.
#[cfg(feature = "aws")]
pub(crate) async fn aws_principal(config: &aws_config::SdkConfig) -> Actor {
    match aws_sdk_sts::Client::new(config).get_caller_identity().send().await {
        Ok(identity) => identity.arn.map_or_else(os_user, |arn| Actor::AwsPrincipal { arn: UntrustedText::new(arn) }),
        Err(error) => {
            let error = aws_sdk_sts::error::DisplayErrorContext(&error);
            tracing::warn!(%error, "AWS STS did not identify the credentials; events name the user of this machine");
            os_user()
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn name_belongs_to_the_real_user_id() {
        let accounts = "root:x:0:0::/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(account_name(accounts, 1000), Some("ada"));
        assert_eq!(account_name(accounts, 0), Some("root"));
        assert_eq!(account_name(accounts, 7), None);
    }
}
