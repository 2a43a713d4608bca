//! Reads secrets from standard input, from a hidden prompt or from a file; never from an argument or the environment.
//!
//! Whitespace and byte order marks around a secret come from copying and from shells, and are removed. An invisible
//! character inside one is refused by name: no one could find it otherwise.

use std::io::{IsTerminal, Read};
use std::path::Path;

use regrant::domain::text::{HiddenCharacter, trimmed};
use regrant::private_key::{PrivateKey, PrivateKeyError};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::output::escaped;

/// The maximum length in bytes. Tokens and keys are shorter.
const LONGEST: u64 = 64 << 10;
/// The minimum number of characters of a passphrase that protects a whole vault.
const SHORTEST_PASSPHRASE: usize = 12;

/// Why a secret could not be read. Never contains any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretInputError {
    /// The input is empty.
    #[error("{0} is empty; it must contain the secret")]
    Empty(String),
    /// The input is too long.
    #[error("{0} is longer than any token or key; check that it is the right file")]
    TooLong(String),
    /// The input is not text.
    #[error("{0} is not text (UTF-8); it must contain the secret")]
    NotText(String),
    /// The input has several words, or a character that tokens do not have.
    #[error("{0} contains more than one token; enter only the token, on one line")]
    NotOneToken(String),
    /// The input has several lines.
    #[error("{0} contains more than one line; enter only the secret, on one line")]
    NotOneLine(String),
    /// The input has an invisible character.
    #[error("{0} contains {1}, which is invisible; copy the secret again from its source")]
    Hidden(String, HiddenCharacter),
    /// The private key cannot be used.
    #[error("{0} {1}")]
    Key(String, PrivateKeyError),
    /// The passphrase is too short.
    #[error(
        "the passphrase has fewer than {SHORTEST_PASSPHRASE} characters; use at least {SHORTEST_PASSPHRASE}, such as four words"
    )]
    ShortPassphrase,
    /// The passphrase was not repeated correctly.
    #[error("the two passphrases differ; try again")]
    NotRepeated,
    /// The input could not be read.
    #[error("{0} could not be read: {1}")]
    Io(String, std::io::Error),
}

/// Reads an API token from a hidden prompt, or from standard input if that is not a terminal.
pub fn api_token(host: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("API token for {} (not shown): ", escaped(host)))
}

fn ask_or_read(prompt: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read_as(prompt, one_token)
}

type Parsed = Result<SecretString, SecretInputError>;

fn ask_or_read_as(prompt: &str, parse: impl FnOnce(Zeroizing<String>, &str) -> Parsed) -> Parsed {
    if std::io::stdin().is_terminal() {
        let typed =
            rpassword::prompt_password(prompt).map_err(|error| SecretInputError::Io("the prompt".to_owned(), error))?;
        return parse(Zeroizing::new(typed), "the prompt");
    }
    parse(text(std::io::stdin().lock(), "standard input")?, "standard input")
}

/// Reads a client secret, as [`api_token`] does.
pub fn client_secret(client: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("Client secret of {client} (not shown): "))
}

/// Reads a hook's URL, which is a secret, as [`api_token`] does.
pub fn hook_address(hook: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("URL of the hook {} (not shown): ", escaped(hook)))
}

/// Reads a ticket system's URL and the password or API token of `user` from two hidden prompts, or from two lines of standard
/// input if that is not a terminal.
pub fn ticket_login(hook: &str, user: &str) -> Result<(SecretString, SecretString), SecretInputError> {
    let password = format!("Password or API token of {} (not shown): ", escaped(user));
    if std::io::stdin().is_terminal() {
        return Ok((hook_address(hook)?, ask_or_read_as(&password, one_line)?));
    }
    let input = text(std::io::stdin().lock(), "standard input")?;
    let (url, rest) = input.split_once('\n').ok_or_else(|| SecretInputError::Empty("the second line".to_owned()))?;
    let [url, password] = [url, rest].map(|line| Zeroizing::new(line.to_owned()));
    Ok((one_token(url, "the first line")?, one_line(password, "the second line")?))
}

/// Reads a mail server's password, which may contain spaces, as [`api_token`] does.
pub fn mail_password(user: &str) -> Result<SecretString, SecretInputError> {
    let prompt = format!("Password of {} (not shown): ", escaped(user));
    ask_or_read_as(&prompt, one_line)
}

/// Reads the passphrase of a backup, as [`api_token`] does. A new one is asked for twice, and must not be short.
pub fn passphrase(is_new: bool) -> Result<SecretString, SecretInputError> {
    let passphrase = ask_or_read_as("Passphrase of the backup (not shown): ", one_line)?;
    if is_new && passphrase.expose_secret().chars().count() < SHORTEST_PASSPHRASE {
        return Err(SecretInputError::ShortPassphrase);
    }
    if is_new && std::io::stdin().is_terminal() {
        let again = ask_or_read_as("The same passphrase again: ", one_line)?;
        if again.expose_secret() != passphrase.expose_secret() {
            return Err(SecretInputError::NotRepeated);
        }
    }
    Ok(passphrase)
}

/// Reads an API token from a file.
pub fn token_file(file: &Path) -> Result<SecretString, SecretInputError> {
    one_token(text(open(file)?, &shown(file))?, &shown(file))
}

/// Reads a private key from a file, or from standard input if the file is `-`. Refuses a key that cannot sign.
pub fn private_key(file: &Path) -> Result<SecretString, SecretInputError> {
    let (bytes, name) = if file == Path::new("-") {
        let name = "standard input".to_owned();
        (read(std::io::stdin().lock(), &name)?, name)
    } else {
        (read(open(file)?, &shown(file))?, shown(file))
    };
    let unusable = |error| SecretInputError::Key(name.clone(), error);
    if let (Err(_), Some(form)) = (decoded(&bytes, &name), PrivateKeyError::of_binary(&bytes)) {
        return Err(unusable(form));
    }
    let key = SecretString::from(decoded(&bytes, &name)?.as_str());
    PrivateKey::parse(&key).map_err(unusable)?;
    Ok(key)
}

fn shown(file: &Path) -> String {
    escaped(file.display().to_string())
}

fn open(file: &Path) -> Result<std::fs::File, SecretInputError> {
    std::fs::File::open(file).map_err(|error| SecretInputError::Io(shown(file), error))
}

/// Text with something to read in it.
fn text(from: impl Read, name: &str) -> Result<Zeroizing<String>, SecretInputError> {
    decoded(&read(from, name)?, name)
}

fn read(from: impl Read, name: &str) -> Result<Zeroizing<Vec<u8>>, SecretInputError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    from.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| SecretInputError::Io(name.to_owned(), error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(SecretInputError::TooLong(name.to_owned()));
    }
    Ok(bytes)
}

/// UTF-8, or UTF-16 with a byte order mark, as PowerShell 5.1 writes it with `>`.
fn decoded(bytes: &[u8], name: &str) -> Result<Zeroizing<String>, SecretInputError> {
    let not_text = || SecretInputError::NotText(name.to_owned());
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        utf8 => std::str::from_utf8(utf8).ok().map(str::to_owned),
    };
    let text = Zeroizing::new(text.ok_or_else(not_text)?);
    if trimmed(&text).is_empty() { Err(SecretInputError::Empty(name.to_owned())) } else { Ok(text) }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = Zeroizing::new(bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    bytes.len().is_multiple_of(2).then(|| String::from_utf16(&units).ok()).flatten()
}

fn one_token(text: Zeroizing<String>, name: &str) -> Result<SecretString, SecretInputError> {
    let token = one_line(text, name)?;
    let is_token = token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    if is_token { Ok(token) } else { Err(SecretInputError::NotOneToken(name.to_owned())) }
}

/// One line, without what surrounds it.
#[expect(clippy::needless_pass_by_value, reason = "its callers exchange it with `one_token`, and it wipes the text")]
fn one_line(text: Zeroizing<String>, name: &str) -> Result<SecretString, SecretInputError> {
    let line = trimmed(&text);
    if line.is_empty() {
        return Err(SecretInputError::Empty(name.to_owned()));
    }
    if line.contains(['\n', '\r']) {
        return Err(SecretInputError::NotOneLine(name.to_owned()));
    }
    match HiddenCharacter::first_in(line) {
        Some(hidden) => Err(SecretInputError::Hidden(name.to_owned(), hidden)),
        None => Ok(SecretString::from(line)),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    fn token(bytes: &[u8]) -> Result<SecretString, SecretInputError> {
        one_token(text(bytes, "the input")?, "the input")
    }

    fn line(value: &str) -> Result<SecretString, SecretInputError> {
        one_line(Zeroizing::new(value.to_owned()), "it")
    }

    fn utf16_file(value: &str) -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(value.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn tokens_are_trimmed() {
        let around =
            ["  00canary-Token_1\r\n", "\u{feff}00canary-Token_1\r\n", "\u{a0}\u{feff}00canary-Token_1\u{3000}"];
        for input in around {
            assert_eq!(token(input.as_bytes()).unwrap().expose_secret(), "00canary-Token_1", "{input:?}");
        }
        assert_eq!(token(&utf16_file("00canary-Token_1\r\n")).unwrap().expose_secret(), "00canary-Token_1");
    }

    #[test]
    fn refused_input_is_not_repeated() {
        let long = vec![b'c'; 70_000];
        for bad in [
            &b""[..],
            b" \n",
            b"\xef\xbb\xbf\r\n",
            b"00canary 00canary",
            b"00canary\n00canary",
            b"00canary\x1b[0m",
            b"\xffcanary",
            b"\xff\xfec",
            "00can\u{200b}ary".as_bytes(),
            &long,
        ] {
            let error = token(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn invisible_characters_inside_are_named() {
        for (bad, name) in [("00can\u{200b}ary", "U+200B (zero width space)"), ("00can\u{a0}ary", "no-break space")] {
            let error = token(bad.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn passwords_keep_their_inner_spaces() {
        assert_eq!(line("\u{feff}two words \r\n").unwrap().expose_secret(), "two words");
        for bad in ["", "\n", "canary\ncanary", "canary\u{1b}[0m", "can\u{ad}ary"] {
            let error = line(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_missing_key_file_is_named() {
        let error = private_key(Path::new("no-such-folder/key.pem")).unwrap_err();
        assert!(error.to_string().contains("key.pem"), "{error}");
    }
}
