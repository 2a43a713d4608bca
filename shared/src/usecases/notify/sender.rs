//! The sender of an installation's emails: From address, Reply-To address, and the domain for `Message-ID` headers.

use crate::domain::contact::MailAddress;
use crate::emails::{MailDomain, Sender};
use crate::mail::{Address, InvalidEmail};
use crate::settings::Settings;

/// The addresses and the domain that every email of an installation carries.
pub(crate) struct SenderIdentity {
    from: Address,
    reply_to: Option<Address>,
    domain: MailDomain,
}

impl SenderIdentity {
    /// The sender identity that the settings define. Fails if no sender address is set.
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self, InvalidEmail> {
        let mail = &settings.mail;
        let missing = || InvalidEmail::Message("no sender address is set; set REGRANT_MAIL_FROM".to_owned());
        let sender = mail.sender.as_ref().ok_or_else(missing)?;
        let address = |address: &MailAddress| address.as_str().parse::<Address>();
        Ok(Self {
            from: format!("Regrant <{sender}>").parse()?,
            reply_to: mail.questions_to.as_ref().map(address).transpose()?,
            domain: domain(settings, sender)?,
        })
    }

    /// The form in which [`emails`](crate::emails) takes it.
    pub(crate) fn sender<'a>(&'a self, settings: &'a Settings) -> Sender<'a> {
        Sender {
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            domain: &self.domain,
            public_url: settings.public_url.as_ref(),
        }
    }
}

/// The host of the public URL, or the sender's domain without a public URL or if its host is an IP address.
fn domain(settings: &Settings, sender: &MailAddress) -> Result<MailDomain, InvalidEmail> {
    let page = settings.public_url.as_ref().map(|url| url.at("/"));
    let of_public_url = page.as_ref().and_then(url::Url::domain).and_then(|host| host.parse().ok());
    let of_sender = || sender.as_str().rsplit('@').next().unwrap_or_default().parse::<MailDomain>();
    of_public_url.map_or_else(of_sender, Ok).map_err(|error| InvalidEmail::Message(error.to_string()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::http::loopback::LoopbackPolicy;
    use crate::settings::{MailSettings, PublicUrl};

    fn identity(public_url: Option<&str>, sender: Option<&str>) -> Result<SenderIdentity, InvalidEmail> {
        let public_url = public_url.map(|url| PublicUrl::parse(url, LoopbackPolicy::Allow).unwrap());
        let mail = MailSettings { sender: sender.map(|sender| sender.parse().unwrap()), ..MailSettings::default() };
        SenderIdentity::from_settings(&Settings { public_url, mail, ..Settings::default() })
    }

    #[test]
    fn domain_is_public_host_or_sender_domain() {
        let domain =
            |public_url| identity(public_url, Some("okta@contoso.example")).unwrap().domain.as_str().to_owned();
        assert_eq!(domain(Some("https://regrant.example.com")), "regrant.example.com");
        assert_eq!(domain(None), "contoso.example");
        assert_eq!(domain(Some("http://127.0.0.1:8080")), "contoso.example");
        assert_eq!(domain(Some("http://[::1]:8080")), "contoso.example");
    }

    #[test]
    fn missing_sender_names_the_setting() {
        let error = identity(None, None).err().unwrap().to_string();
        assert!(error.contains("REGRANT_MAIL_FROM"), "{error}");
    }
}
