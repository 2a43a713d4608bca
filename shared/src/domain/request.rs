//! Requests: one matter that somebody is asked to see to, from the first email about an app to its end.
//!
//! Every email of a request names its id, and so do `regrant status` and the page behind the link: whoever doubts a
//! email can compare. The id is drawn at random, so nobody can guess the one that a false email would have to name.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::RequestId;
use super::standing::Standing;

/// How long the link in an email to an operator shows how its request stands. As long as the longest way from one reminder
/// to the next (four weeks, and what a daily scan and quiet hours add), so that whoever is still asked has a link that
/// works; and no longer, since nobody signs in to the page behind it.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A matter that somebody is asked to see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Request {
    /// What emails, pages and `regrant status` name it by.
    pub id: RequestId,
    /// When it was opened, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// How it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Ended>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ended {
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where the app stood then.
    pub standing: Standing,
}

impl Request {
    /// Whether somebody still has to act.
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// The request of an app after it was found at `standing`: opened where somebody has to act, closed where nobody has to
/// any more, and left alone while Regrant cannot look. `spare` is the id of one that is opened.
pub fn request_after(
    previous: Option<&Request>,
    standing: Standing,
    now: Timestamp,
    spare: RequestId,
) -> Option<Request> {
    match previous {
        _ if standing == Standing::Unknown => previous.cloned(),
        Some(open) if open.is_open() && standing.needs_action() => Some(open.clone()),
        Some(open) if open.is_open() => Some(Request { closed: Some(Ended { at: now, standing }), ..open.clone() }),
        _ if standing.needs_action() => Some(Request { id: spare, opened_at: now, closed: None }),
        _ => previous.cloned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    fn id(id: &str) -> RequestId {
        id.parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_request_lasts_from_the_first_trouble_to_the_end_of_it() {
        assert_eq!(request_after(None, Standing::Consented, at(1), id("RG-A")), None);
        let opened = request_after(None, Standing::NeedsConsent, at(2), id("RG-A"));
        assert_eq!(opened, Some(Request { id: id("RG-A"), opened_at: at(2), closed: None }));
        let worse = request_after(opened.as_ref(), Standing::Broken, at(3), id("RG-B"));
        assert_eq!(worse, opened, "the same matter, however it stands");
        let blind = request_after(worse.as_ref(), Standing::Unknown, at(4), id("RG-B"));
        assert_eq!(blind, opened, "what cannot be seen ends nothing");
        let done = request_after(blind.as_ref(), Standing::Consented, at(5), id("RG-B")).unwrap();
        assert_eq!(done.closed, Some(Ended { at: at(5), standing: Standing::Consented }));
        assert_eq!(request_after(Some(&done), Standing::Consented, at(6), id("RG-B")), Some(done.clone()));
        let again = request_after(Some(&done), Standing::Broken, at(7), id("RG-B")).unwrap();
        assert_eq!((again.id, again.opened_at), (id("RG-B"), at(7)));
    }

    #[test]
    fn nothing_is_asked_of_anybody_about_what_could_not_be_seen() {
        assert_eq!(request_after(None, Standing::Unknown, at(1), id("RG-A")), None);
        assert_eq!(request_after(None, Standing::NotApplicable, at(1), id("RG-A")), None);
    }
}
