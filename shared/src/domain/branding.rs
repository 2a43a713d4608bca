//! The installation's own identity on its pages: name, accent colour and logo.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::is_hidden;

/// The contrast that WCAG 2.2 level AA requires between text and its background (success criterion 1.4.3).
const MIN_CONTRAST: f64 = 4.5;
/// The darkest light background of a page, on which accent-coloured links must be readable.
const LIGHT_GROUND: Rgb = Rgb(0xf3, 0xf5, 0xf8);
/// The lightest dark background of a page.
const DARK_GROUND: Rgb = Rgb(0x1b, 0x22, 0x2b);
/// The longest name, in characters.
const MAX_NAME: usize = 60;
/// The largest logo, in bytes. Pages contain it, so that they load nothing.
pub const MAX_LOGO_BYTES: usize = 48 << 10;

/// The identity that pages show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branding {
    /// The name in the header and in titles.
    pub name: BrandName,
    /// The colour of links and buttons.
    pub accent: AccentColour,
    /// The picture in the header.
    pub logo: Option<Logo>,
}

/// A name for the header of every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandName(String);

impl Default for BrandName {
    fn default() -> Self {
        Self("Regrant".to_owned())
    }
}

impl FromStr for BrandName {
    type Err = NotABrandName;

    fn from_str(name: &str) -> Result<Self, NotABrandName> {
        let name = name.trim();
        let fits = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(is_hidden);
        if fits { Ok(Self(name.to_owned())) } else { Err(NotABrandName) }
    }
}

impl fmt::Display for BrandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not a brand name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 60 visible characters")]
pub struct NotABrandName;

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    const WHITE: Self = Self(255, 255, 255);

    /// The relative luminance (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast ratio (WCAG 2.2, "contrast ratio"), from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour with `percent` of white.
    fn lightened(self, percent: u16) -> Self {
        let mix = |channel: u8| {
            let mixed = (u16::from(channel) * (100 - percent) + 255 * percent) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self(mix(self.0), mix(self.1), mix(self.2))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// An accent colour that is readable as text on light pages and under white text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccentColour(Rgb);

impl Default for AccentColour {
    fn default() -> Self {
        Self(Rgb(0x0b, 0x57, 0xa4))
    }
}

impl AccentColour {
    /// The colour for light pages.
    pub const fn on_light(self) -> Rgb {
        self.0
    }

    /// The colour for dark pages: lightened until it is readable there.
    pub fn on_dark(self) -> Rgb {
        let steps = (0..=100).step_by(5).map(|percent| self.0.lightened(percent));
        let mut readable = steps.filter(|colour| colour.contrast(DARK_GROUND) >= MIN_CONTRAST + 1.0);
        readable.next().unwrap_or(Rgb::WHITE)
    }
}

/// Why a text is not an accent colour.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NotAnAccent {
    /// It is not written as `#rrggbb`.
    #[error("a colour has the form #0b57a4")]
    Form,
    /// Text in this colour could not be read on a light page.
    #[error(
        "{colour} is too light: its contrast is {contrast:.1}:1, and text needs 4.5:1 (WCAG AA); choose a darker colour"
    )]
    TooLight {
        /// The colour.
        colour: Rgb,
        /// Its contrast with the page.
        contrast: f64,
    },
}

impl FromStr for AccentColour {
    type Err = NotAnAccent;

    fn from_str(text: &str) -> Result<Self, NotAnAccent> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let digits = digits.ok_or(NotAnAccent::Form)?;
        let channel = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let (Some(red), Some(green), Some(blue)) = (channel(0), channel(2), channel(4)) else {
            return Err(NotAnAccent::Form);
        };
        let colour = Rgb(red, green, blue);
        let contrast = colour.contrast(LIGHT_GROUND);
        if contrast >= MIN_CONTRAST { Ok(Self(colour)) } else { Err(NotAnAccent::TooLight { colour, contrast }) }
    }
}

/// A logo, as a `data:` URL. Browsers show it as an image, in which scripts do not run and nothing is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo(String);

/// Why a file is not a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotALogo {
    /// It is too large.
    #[error("the file is larger than 48 KiB")]
    TooLarge,
    /// Its format is not supported.
    #[error("the file is not a PNG, JPEG, WebP or SVG picture")]
    Format,
}

impl Logo {
    /// Reads a picture from the content of a file.
    pub fn parse(file: &[u8]) -> Result<Self, NotALogo> {
        if file.len() > MAX_LOGO_BYTES {
            return Err(NotALogo::TooLarge);
        }
        let media_type = media_type(file).ok_or(NotALogo::Format)?;
        Ok(Self(format!("data:{media_type};base64,{}", STANDARD.encode(file))))
    }

    /// The picture as a URL.
    pub fn data_url(&self) -> &str {
        &self.0
    }
}

/// The format, from the first bytes of a file. A file's name proves nothing.
fn media_type(file: &[u8]) -> Option<&'static str> {
    let is_webp = file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP");
    let is_svg = || {
        let text = std::str::from_utf8(file).ok()?.trim_start_matches('\u{feff}').trim_start();
        Some(
            (text.starts_with("<?xml") || text.starts_with("<svg") || text.starts_with("<!--"))
                && text.contains("<svg"),
        )
    };
    match file {
        _ if file.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if file.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if is_webp => Some("image/webp"),
        _ if is_svg() == Some(true) => Some("image/svg+xml"),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn accent_must_be_readable_on_light_pages() {
        assert_eq!("#0B57A4".parse::<AccentColour>(), Ok(AccentColour::default()));
        let yellow = "#ffcc00".parse::<AccentColour>().unwrap_err();
        assert!(yellow.to_string().contains("#ffcc00 is too light") && yellow.to_string().contains(":1"), "{yellow}");
        for bad in ["", "0b57a4", "#0b57a", "#0b57ag", "#0b57a4;}body{display:none", "red", "#é57a4"] {
            assert_eq!(bad.parse::<AccentColour>(), Err(NotAnAccent::Form), "{bad}");
        }
    }

    #[test]
    fn every_accent_is_readable_in_the_dark() {
        for text in ["#000000", "#0b57a4", "#5c2d91", "#7a0000", "#005a36"] {
            let accent: AccentColour = text.parse().unwrap();
            assert!(accent.on_dark().contrast(DARK_GROUND) >= MIN_CONTRAST, "{text} becomes {}", accent.on_dark());
        }
    }

    #[test]
    fn contrast_matches_published_values() {
        assert!((Rgb(0, 0, 0).contrast(Rgb::WHITE) - 21.0).abs() < 0.001);
        // WebAIM's contrast checker: #767676 on white has 4.54:1.
        assert!((Rgb(0x76, 0x76, 0x76).contrast(Rgb::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn only_pictures_are_logos() {
        let svg = Logo::parse(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
        assert!(svg.data_url().starts_with("data:image/svg+xml;base64,"));
        assert!(Logo::parse(b"\x89PNG\r\n\x1a\n....").unwrap().data_url().starts_with("data:image/png;base64,"));
        for file in [&b"<html><svg></svg></html>"[..], b"", b"GIF89a", b"\xff\xd8"] {
            assert_eq!(Logo::parse(file), Err(NotALogo::Format));
        }
        assert_eq!(Logo::parse(&vec![0; MAX_LOGO_BYTES + 1]), Err(NotALogo::TooLarge));
    }

    #[test]
    fn names_are_short_and_visible() {
        assert_eq!(" Contoso Cloud ".parse::<BrandName>().unwrap().to_string(), "Contoso Cloud");
        assert!("".parse::<BrandName>().is_err() && "a\u{202e}b".parse::<BrandName>().is_err());
        assert!("a".repeat(61).parse::<BrandName>().is_err());
    }
}
