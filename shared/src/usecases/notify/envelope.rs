//! Who writes: the sender, where answers go, and the domain that an installation's mails are told apart by.

use crate::domain::contact::MailAddress;
use crate::emails::{MailDomain, Sender};
use crate::mail::{Address, InvalidEmail};
use crate::settings::Settings;

/// Who writes.
pub(crate) struct Envelope {
    from: Address,
    reply_to: Option<Address>,
    domain: MailDomain,
}

impl Envelope {
    /// The envelope of every email of an installation.
    pub(crate) fn of(settings: &Settings) -> Result<Self, InvalidEmail> {
        let mail = &settings.mail;
        let nobody = || InvalidEmail::Message("nobody is named to send it; set REGRANT_MAIL_FROM".to_owned());
        let sender = mail.sender.as_ref().ok_or_else(nobody)?;
        let address = |address: &MailAddress| address.as_str().parse::<Address>();
        Ok(Self {
            from: format!("Regrant <{sender}>").parse()?,
            reply_to: mail.questions_to.as_ref().map(address).transpose()?,
            domain: domain(settings, sender)?,
        })
    }

    /// The same, as emails take it.
    pub(crate) fn sender<'a>(&'a self, settings: &'a Settings) -> Sender<'a> {
        Sender {
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            domain: &self.domain,
            public_url: settings.public_url.as_ref(),
        }
    }
}

/// The host that pages are at; the sender's domain where there is none, or only an address in numbers.
fn domain(settings: &Settings, sender: &MailAddress) -> Result<MailDomain, InvalidEmail> {
    let page = settings.public_url.as_ref().map(|url| url.at("/"));
    let of_pages = page.as_ref().and_then(url::Url::domain).and_then(|host| host.parse().ok());
    let of_sender = || sender.as_str().rsplit('@').next().unwrap_or_default().parse::<MailDomain>();
    of_pages.map_or_else(of_sender, Ok).map_err(|error| InvalidEmail::Message(error.to_string()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;
    use crate::http::loopback::LoopbackPolicy;
    use crate::settings::{MailSettings, PublicUrl};

    fn of(public_url: Option<&str>, sender: Option<&str>) -> Result<Envelope, InvalidEmail> {
        let public_url = public_url.map(|url| PublicUrl::parse(url, LoopbackPolicy::Allow).unwrap());
        let mail = MailSettings { sender: sender.map(|sender| sender.parse().unwrap()), ..MailSettings::default() };
        Envelope::of(&Settings { public_url, mail, ..Settings::default() })
    }

    #[test]
    fn mails_are_told_apart_by_the_host_of_the_pages_or_by_the_senders_domain() {
        let domain = |public_url| of(public_url, Some("okta@contoso.example")).unwrap().domain.as_str().to_owned();
        assert_eq!(domain(Some("https://regrant.example.com")), "regrant.example.com");
        assert_eq!(domain(None), "contoso.example");
        assert_eq!(domain(Some("http://127.0.0.1:8080")), "contoso.example");
        assert_eq!(domain(Some("http://[::1]:8080")), "contoso.example");
    }

    #[test]
    fn without_a_sender_it_says_what_to_set() {
        let told = of(None, None).err().unwrap().to_string();
        assert!(told.contains("REGRANT_MAIL_FROM"), "{told}");
    }
}
