//! Secrets come in by standard input, by a hidden prompt or by a file. Never by an argument or the environment.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// No token and no key is longer.
const LONGEST: u64 = 64 << 10;

/// Why a secret could not be read. Never holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretInputError {
    /// Nothing was there.
    #[error("{0} is empty; a secret was expected there")]
    Empty(String),
    /// Too much was there.
    #[error("{0} is longer than any token or key; was it the right file?")]
    TooLong(String),
    /// It is not text.
    #[error("{0} is not text; a secret was expected there")]
    NotText(String),
    /// It has several lines, or a character that no token has.
    #[error("{0} holds more than one token; give the token alone, on one line")]
    NotOneToken(String),
    /// It has several lines.
    #[error("{0} holds more than one line; give the password alone, on one line")]
    NotOneLine(String),
    /// It could not be read.
    #[error("{0} could not be read: {1}")]
    Io(String, std::io::Error),
}

/// Reads an API token: without showing it where somebody types, else from standard input.
pub fn api_token(host: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("API token for {} (not shown): ", regrant::domain::text::UntrustedText::new(host)))
}

fn ask_or_read(prompt: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read_as(prompt, one_token)
}

type Taken = Result<SecretString, SecretInputError>;

fn ask_or_read_as(prompt: &str, taken: impl FnOnce(String, &str) -> Taken) -> Taken {
    if std::io::stdin().is_terminal() {
        let typed =
            rpassword::prompt_password(prompt).map_err(|error| SecretInputError::Io("the prompt".to_owned(), error))?;
        return taken(typed, "the prompt");
    }
    taken(read(std::io::stdin().lock(), "standard input")?, "standard input")
}

/// Reads a client secret: without showing it where somebody types, else from standard input.
pub fn client_secret(client: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("Client secret of {client} (not shown): "))
}

/// Reads a hook's address, which is a secret: without showing it where somebody types, else from standard input.
pub fn hook_address(hook: &str) -> Result<SecretString, SecretInputError> {
    ask_or_read(&format!("Address of the hook {} (not shown): ", regrant::domain::text::UntrustedText::new(hook)))
}

/// Reads a mail server's password, which may have spaces: without showing it where somebody types, else from standard input.
pub fn mail_password(user: &str) -> Result<SecretString, SecretInputError> {
    let prompt = format!("Password of {} (not shown): ", regrant::domain::text::UntrustedText::new(user));
    ask_or_read_as(&prompt, one_line)
}

/// Reads a private key from a file, or from standard input where the file is `-`.
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

/// A line of which the end alone is not part.
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
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn token(bytes: &[u8]) -> Result<SecretString, SecretInputError> {
        one_token(read(bytes, "the input")?, "the input")
    }

    #[test]
    fn a_token_is_taken_without_the_line_end_around_it() {
        assert_eq!(token(b"  00canary-Token_1\r\n").unwrap().expose_secret(), "00canary-Token_1");
    }

    #[test]
    fn what_is_not_one_token_is_refused_without_repeating_it() {
        let long = vec![b'c'; 70_000];
        for bad in
            [&b""[..], b" \n", b"00canary 00canary", b"00canary\n00canary", b"00canary\x1b[0m", b"\xffcanary", &long]
        {
            let error = token(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_password_is_one_line_with_its_spaces() {
        assert_eq!(one_line("two words \r\n".to_owned(), "it").unwrap().expose_secret(), "two words ");
        for bad in ["", "\n", "canary\ncanary", "canary\u{1b}[0m"] {
            let error = one_line(bad.to_owned(), "it").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_key_file_that_is_not_there_is_named() {
        let error = private_key(Path::new("no-such-folder/key.pem")).unwrap_err();
        assert!(error.to_string().contains("key.pem"), "{error}");
    }
}
