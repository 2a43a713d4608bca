//! A server's reply and what it means: the enhanced status code decides (RFC 3463), and the basic code without one
//! (RFC 5321 section 4.2).

use crate::domain::text::UntrustedText;

/// How much of a server's reply to keep, in characters.
const MAX_REPLY_CHARS: usize = 300;

/// A server's reply, escaped and shortened.
pub(super) fn excerpt(said: &str) -> String {
    UntrustedText::new(said.chars().take(MAX_REPLY_CHARS).collect::<String>()).to_string()
}

/// An enhanced status code, `class.subject.detail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Enhanced {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Enhanced {
    /// The code at the beginning of `text`.
    fn parse(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        let mut parts = word.trim_end_matches([':', ',', ';', ']', ')']).trim_start_matches(['[', '(', '#']).split('.');
        let mut part = || {
            let digits = parts.next()?;
            ((1..=3).contains(&digits.len())).then(|| digits.parse::<u16>().ok()).flatten()
        };
        let code = Self { class: part()?, subject: part()?, detail: part()? };
        (matches!(code.class, 2 | 4 | 5) && parts.next().is_none()).then_some(code)
    }
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The server's own lines, escaped and shortened.
    pub(super) text: String,
    /// Its basic code; `None` if it is not SMTP.
    code: Option<u16>,
    enhanced: Option<Enhanced>,
}

/// What a reply means for the email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether sending the same email again cannot succeed.
    pub(super) is_final: bool,
    /// What it means, or what to do.
    pub(super) advice: &'static str,
}

impl Reply {
    /// The reply in `lines`. `code` is the basic code as the library read it. Without one, the last line's counts: a server
    /// that greets with `220-` and then refuses with `521` has refused.
    pub(super) fn of_lines(lines: &[String], code: Option<u16>) -> Self {
        let of_line = |line: &String| line.get(..3).and_then(|code| code.parse::<u16>().ok());
        let code = code.or_else(|| lines.iter().rev().find_map(of_line)).filter(|code| (200..600).contains(code));
        let mut of_code = lines.iter().filter(|line| of_line(line) == code);
        let enhanced = of_code.find_map(|line| Enhanced::parse(line.get(4..)?));
        Self { text: excerpt(&lines.join(" / ")), code, enhanced }
    }

    /// What the reply means. `signs_in` says whether it answers a login.
    pub(super) fn verdict(&self, signs_in: bool) -> Verdict {
        let Some(code) = self.code else {
            return Verdict { is_final: false, advice: "this is not SMTP; check the host and the port" };
        };
        let Some(enhanced) = self.enhanced else { return basic(code, signs_in) };
        let (subject, detail, said) = (enhanced.subject, enhanced.detail, self.text.to_ascii_lowercase());
        let advice = match known(subject, detail, signs_in, &said) {
            // A code that passes is not a judgement about the email.
            None | Some(UNWANTED | BLOCKED) if enhanced.class == 4 && matches!(subject, 0 | 7) => LATER,
            Some(advice) => advice,
            None => of_subject(subject),
        };
        let is_about_us = is_about_us(subject, detail, signs_in) || matches!(code, 530 | 534 | 535 | 538);
        Verdict { is_final: enhanced.class == 5 && !is_about_us, advice }
    }
}

const WRONG_LOGIN: &str = "the server requires a different user or password; set them with `regrant mail server set`";
const NEEDS_LOGIN: &str = "the server accepts email only after a login; set one with `regrant mail server set --user`";
const SMTP_AUTH_OFF: &str = "SMTP AUTH is switched off for this tenant or mailbox; an Exchange administrator can allow it for the mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled $false), or use a server that accepts this login";
const BASIC_AUTH_GONE: &str =
    "the server no longer accepts passwords for sending; use a relay or a service with its own credentials";
const NEEDS_TLS: &str = "the server requires an encrypted connection; use smtps:// or ?tls=required";
const UNKNOWN_RECIPIENT: &str =
    "check the recipient's address, and whether this server may send for the sender's domain";
const BAD_SENDER: &str = "the server does not accept the sender's address; check REGRANT_MAIL_FROM";
const MAY_NOT_SEND_AS: &str =
    "this login may not send as the sender's address; give it that right, or change REGRANT_MAIL_FROM";
const BLOCKED: &str =
    "the server blocks this machine or its sending account; ask the server's operator to lift the block";
const UNWANTED: &str = "check the server's log: it rejects the email or its sender as unwanted";
const UNPROVEN_SENDER: &str =
    "the sender's domain does not authenticate this server; check its SPF, DKIM and DMARC records";
const LATER: &str = "the server asks to try again later; the email is retried";
const FULL: &str = "the recipient's mailbox is full";
const NOT_SUPPORTED: &str = "the server does not support a required part of SMTP; check its address and its settings";
const SEE_LOG: &str = "check the server's log";

/// What a code of the registry means (RFC 3463 section 3, RFC 4954 section 6, RFC 5248, RFC 7372, RFC 7505, RFC 8689), or
/// one that Exchange Online ("Email non-delivery reports in Exchange Online") or Gmail ("SMTP errors and codes") documents.
fn known(subject: u16, detail: u16, signs_in: bool, said: &str) -> Option<&'static str> {
    Some(match (subject, detail) {
        (1, 7 | 8) => BAD_SENDER,
        (1, 10) => "the recipient's domain accepts no email; check the recipient's address",
        (1, _) => UNKNOWN_RECIPIENT,
        (2, 1) => "the recipient's mailbox is disabled; check the recipient's address",
        (2, 2) => FULL,
        (2, 3) | (3, 4) => "the email is too large for this server or mailbox",
        (3, 1 | 2) => LATER,
        // Exchange Online answers an unknown recipient with it.
        (4, 1) if said.contains("recipient address rejected") => UNKNOWN_RECIPIENT,
        (5, 1) if said.contains("authentication required") => NEEDS_LOGIN,
        (4, 6) => "the recipient's mail is forwarded in a loop; tell the recipient's administrator",
        // Exchange Online uses one code for several causes and says which in its text.
        (7, 139) if said.contains("smtpclientauthentication is disabled") => SMTP_AUTH_OFF,
        (7, 139) if said.contains("credentials were incorrect") => WRONG_LOGIN,
        (7, 139) => {
            "the tenant's policies reject this login, although its password may be right; ask an Exchange administrator to check security defaults and Conditional Access, or to switch SMTP AUTH on for the mailbox"
        }
        // Exchange Online answers a login with it; elsewhere it is about REQUIRETLS (RFC 8689).
        (7, 30) if signs_in || said.contains("basic authentication") => BASIC_AUTH_GONE,
        (7, 30) => "the email requires TLS all the way, which the next server does not offer",
        (7, 9) => {
            "the server does not accept this kind of password; create an app password, or use a sign-in method that it accepts"
        }
        (7, 10 | 11) => NEEDS_TLS,
        (7, 12) => "the server wants the password in a different form first; sign in once at the mail provider",
        (7, 13) => "the mail account is disabled; enable it, or use a different one",
        (7, 14) if signs_in => "the mail provider wants a sign-in in a browser first; sign in there as this user",
        (7, 0) if signs_in => "the server could not check the login now; if this stays, check its settings",
        (7, 3 | 8) => WRONG_LOGIN,
        (7, 57) => NEEDS_LOGIN,
        (7, 60) => MAY_NOT_SEND_AS,
        (7, 64) => "the server does not relay for this machine; add it as a connector, or sign in",
        (7, 20..=24 | 26 | 27 | 29 | 40) => UNPROVEN_SENDER,
        (7, 25) => {
            "this machine's address has no matching name in DNS (PTR); ask the network's operator, or use a relay"
        }
        (7, 28) => "the server limits how much this account or machine sends; it is retried more slowly",
        (7, 500..=511 | 606..=649 | 703 | 705 | 708 | 750) => BLOCKED,
        (7, 1) if said.contains("relay") => {
            "the server does not relay for this machine; sign in, or allow it on the server"
        }
        (7, 1) if said.contains("greylist") || said.contains("graylist") => LATER,
        (7, 1) => UNWANTED,
        _ => return None,
    })
}

/// What the subject of a code means that is not in the table.
const fn of_subject(subject: u16) -> &'static str {
    match subject {
        1 => UNKNOWN_RECIPIENT,
        2 => "the recipient's mailbox does not accept the email",
        3 => "the server has a problem of its own; check its log",
        4 => "the server could not reach the recipient's; the email is retried if the failure may pass",
        5 => NOT_SUPPORTED,
        6 => "the server does not accept the email's content; check its log",
        7 => UNWANTED,
        _ => SEE_LOG,
    }
}

/// Whether a permanent code is about our access to the server and not about the email. The email can be sent once that is
/// repaired.
const fn is_about_us(subject: u16, detail: u16, signs_in: bool) -> bool {
    signs_in
        || matches!(
            (subject, detail),
            (1, 7 | 8) | (7, 3 | 8..=14 | 28 | 57 | 60 | 64 | 139 | 500..=511 | 606..=649 | 703 | 705 | 708 | 750)
        )
}

/// What a basic code means on its own (RFC 5321 section 4.2.3, RFC 4954 section 6, RFC 7504).
const fn basic(code: u16, signs_in: bool) -> Verdict {
    let advice = match code {
        400..=499 => LATER,
        538 => NEEDS_TLS,
        530 | 534 | 535 => WRONG_LOGIN,
        521 => "the server accepts no email from this machine; check the host, and ask the server's operator",
        550 | 551 | 553 => UNKNOWN_RECIPIENT,
        552 | 554 => UNWANTED,
        500..=504 | 555 => NOT_SUPPORTED,
        _ => SEE_LOG,
    };
    Verdict { is_final: code >= 500 && !signs_in && !matches!(code, 521 | 530 | 534 | 535 | 538), advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(reply: &str, signs_in: bool) -> Verdict {
        let lines: Vec<String> = reply.lines().map(str::to_owned).collect();
        Reply::of_lines(&lines, None).verdict(signs_in)
    }

    #[test]
    fn enhanced_code_decides_before_the_basic_code() {
        for (reply, signs_in, is_final, advice) in [
            // Exchange Online, as recorded in email-oauth2-proxy #193.
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
                true,
                false,
                "SMTP AUTH is switched off",
            ),
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
                true,
                false,
                "SMTP AUTH is switched off",
            ),
            (
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
                true,
                false,
                "different user or password",
            ),
            (
                "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.",
                true,
                false,
                "Conditional Access",
            ),
            (
                "550 5.7.30 Basic authentication is not supported for Client Submission.",
                true,
                false,
                "no longer accepts",
            ),
            ("535 5.7.3 Authentication unsuccessful", true, false, "different user or password"),
            ("535-5.7.8 Username and Password not accepted.\n535 5.7.8 Learn more at x", true, false, "different user"),
            ("534-5.7.9 Application-specific password required.", true, false, "app password"),
            ("534-5.7.14 Please log in via your web browser", true, false, "sign-in in a browser"),
            ("454 4.7.0 Temporary authentication failure", true, false, "could not check the login now"),
            ("530 5.7.57 Client not authenticated to send mail", false, false, "only after a login"),
            (
                "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                false,
                false,
                "may not send as",
            ),
            (
                "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.",
                false,
                false,
                "blocks",
            ),
            ("550-5.7.26 This mail has been blocked because the sender is unauthenticated.", false, true, "SPF"),
            ("421-4.7.28 unusual rate of mail", false, false, "limits how much"),
            ("451 4.7.1 Greylisting in action, please come back later", false, false, "try again later"),
            ("550 5.1.1 <ada@contoso.example>: Recipient address rejected", false, true, "recipient's address"),
            ("552 5.2.2 Mailbox full", false, true, "mailbox is full"),
            ("452 4.2.2 Mailbox full", false, false, "mailbox is full"),
            ("553 5.1.8 Sender domain does not exist", false, false, "REGRANT_MAIL_FROM"),
            // The enhanced class decides, even against the basic code.
            ("550 4.4.7 Message expired", false, false, "could not reach"),
            ("450 5.1.1 No such user", false, true, "recipient's address"),
            ("530-5.5.1 Authentication Required. Learn more at x", false, false, "only after a login"),
            ("550 5.4.1 Recipient address rejected: Access denied.", false, true, "recipient's address"),
            ("421 4.7.0 Temporary System Problem.  Try again later", false, false, "try again later"),
            ("451 4.7.500 Server busy. Please try again later", false, false, "try again later"),
            ("450 4.7.1 Client host rejected: cannot find your hostname", false, false, "try again later"),
            ("451 4.7.651 The mail server has been temporarily rate limited", false, false, "try again later"),
            (
                "535 5.7.139 authentication unsuccessful, smtpclientauthentication is disabled for the tenant.\r",
                true,
                false,
                "SMTP AUTH is switched off",
            ),
            // Without an enhanced code, the basic code decides.
            ("535 Authentication Credentials Invalid", true, false, "different user or password"),
            ("550 no such user", false, true, "recipient's address"),
            ("451 busy", false, false, "try again later"),
            ("554 5 spam", false, true, "unwanted"),
            // A greeting that continues with a refusal.
            ("220-host ESMTP\n521 5.7.1 blocked", false, true, "unwanted"),
            ("HTTP/1.1 400 Bad Request", false, false, "not SMTP"),
        ] {
            let found = verdict(reply, signs_in);
            assert!(found.advice.contains(advice) && found.is_final == is_final, "{reply}: {found:?}");
        }
    }

    #[test]
    fn only_three_numbers_are_an_enhanced_code() {
        for text in ["5.7.1 blocked", "5.7.1: blocked", "[4.7.28] rate", "5.7.139,x"] {
            assert_eq!(Enhanced::parse(text).is_some(), !text.ends_with(",x"), "{text}");
        }
        for text in ["", "blocked", "3.1.1 x", "5.7 x", "5.7.1.2 x", "5.7.1234 x", "192.0.2.1 x", "5..1"] {
            assert_eq!(Enhanced::parse(text), None, "{text}");
        }
    }
}
