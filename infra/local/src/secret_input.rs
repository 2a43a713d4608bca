//! Reads secrets from standard input, from a hidden prompt or from a file; never from an argument or the environment.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::output::escaped;

/// The maximum length in bytes. Tokens and keys are shorter.
const LONGEST: u64 = 64 << 10;

/// Why a secret could not be read. Never contains any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretInputError {
    /// The input is empty.
    #[error("{0} is empty; it must contain the secret")]
    Empty(String),
    /// The input is too long.
    #[error("{0} is longer than any token or key; check that it is the right file")]
    TooLong(String),
    /// The input is not UTF-8.
    #[error("{0} is not text; it must contain the secret")]
    NotText(String),
    /// The input has several words or lines, or a character that tokens do not have.
    #[error("{0} contains more than one token; enter only the token, on one line")]
    NotOneToken(String),
    /// The input has several lines.
    #[error("{0} contains more than one line; enter only the password, on one line")]
    NotOneLine(String),
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

fn ask_or_read_as(prompt: &str, parse: impl FnOnce(String, &str) -> Parsed) -> Parsed {
    if std::io::stdin().is_terminal() {
        let typed =
            rpassword::prompt_password(prompt).map_err(|error| SecretInputError::Io("the prompt".to_owned(), error))?;
        return parse(typed, "the prompt");
    }
    parse(read(std::io::stdin().lock(), "standard input")?, "standard input")
}

/// Reads a client secret, as [`api_token`] does.
pub fn client_secret(client: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("Client secret of {client} (not shown): "))
}

/// Reads a hook's URL, which is a secret, as [`api_token`] does.
pub fn hook_address(hook: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("URL of the hook {} (not shown): ", escaped(hook)))
}

/// Reads a mail server's password, which may contain spaces, as [`api_token`] does.
pub fn mail_password(user: &str) -> Result<SecretString, SecretInputError> {
    let prompt = format!("Password of {} (not shown): ", escaped(user));
    ask_or_read_as(&prompt, one_line)
}

/// Reads a private key from a file, or from standard input if the file is `-`.
pub fn private_key(file: &Path) -> Result<SecretString, SecretInputError> {
    if file == Path::new("-") {
        return read(std::io::stdin().lock(), "standard input").map(SecretString::from);
    }
    let name = PathBuf::from(file).display().to_string();
    let open = std::fs::File::open(file).map_err(|error| SecretInputError::Io(name.clone(), error))?;
    read(open, &name).map(SecretString::from)
}

fn read(from: impl Read, name: &str) -> Result<String, SecretInputError> {
    let mut bytes = Vec::with_capacity(4096);
    from.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| SecretInputError::Io(name.to_owned(), error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(SecretInputError::TooLong(name.to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretInputError::NotText(name.to_owned()))?;
    if text.trim().is_empty() { Err(SecretInputError::Empty(name.to_owned())) } else { Ok(text) }
}

fn one_token(text: String, name: &str) -> Result<SecretString, SecretInputError> {
    let token = SecretString::from(text.trim());
    drop(SecretString::from(text));
    match secrecy::ExposeSecret::expose_secret(&token) {
        "" => Err(SecretInputError::Empty(name.to_owned())),
        value if value.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(token),
        _ => Err(SecretInputError::NotOneToken(name.to_owned())),
    }
}

/// One line without its line end.
fn one_line(text: String, name: &str) -> Result<SecretString, SecretInputError> {
    let line = SecretString::from(text.trim_end_matches(['\r', '\n']));
    drop(SecretString::from(text));
    match secrecy::ExposeSecret::expose_secret(&line) {
        "" => Err(SecretInputError::Empty(name.to_owned())),
        value if value.chars().any(char::is_control) => Err(SecretInputError::NotOneLine(name.to_owned())),
        _ => Ok(line),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn token(bytes: &[u8]) -> Result<SecretString, SecretInputError> {
        one_token(read(bytes, "the input")?, "the input")
    }

    #[test]
    fn tokens_are_trimmed() {
        assert_eq!(token(b"  00canary-Token_1\r\n").unwrap().expose_secret(), "00canary-Token_1");
    }

    #[test]
    fn refused_input_is_not_repeated() {
        let long = vec![b'c'; 70_000];
        for bad in
            [&b""[..], b" \n", b"00canary 00canary", b"00canary\n00canary", b"00canary\x1b[0m", b"\xffcanary", &long]
        {
            let error = token(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn passwords_keep_their_spaces() {
        assert_eq!(one_line("two words \r\n".to_owned(), "it").unwrap().expose_secret(), "two words ");
        for bad in ["", "\n", "canary\ncanary", "canary\u{1b}[0m"] {
            let error = one_line(bad.to_owned(), "it").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_missing_key_file_is_named() {
        let error = private_key(Path::new("no-such-folder/key.pem")).unwrap_err();
        assert!(error.to_string().contains("key.pem"), "{error}");
    }
}
