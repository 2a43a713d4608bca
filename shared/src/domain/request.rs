//! Requests: one matter that needs action, from the first email about an app to its end.
//!
//! Every email of a request shows its reference, and so do `regrant status` and the page behind the link, so that a
//! recipient who doubts an email can compare. The reference is random, so that a forger cannot guess it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::RequestId;
use super::standing::Standing;

/// How long the link in an operator's email shows the state of its request. It covers the longest interval between two
/// reminders (four weeks, plus the delay from a daily scan and quiet hours), so that the link of the latest email works. It
/// is no longer than that, because the page behind it requires no sign-in.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A matter that needs action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Request {
    /// The reference shown in emails, on pages and by `regrant status`.
    pub id: RequestId,
    /// When it was opened, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// How it ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Ended>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ended {
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The app's standing at that time.
    pub standing: Standing,
}

impl Request {
    /// Whether action is still needed.
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// The request of an app that is now at `standing`: opened if action is needed, closed if it is no longer needed, and
/// unchanged while Regrant cannot check the app. `spare` is the id for a new request.
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
    fn request_lasts_from_first_problem_to_resolution() {
        assert_eq!(request_after(None, Standing::Consented, at(1), id("RG-A")), None);
        let opened = request_after(None, Standing::NeedsConsent, at(2), id("RG-A"));
        assert_eq!(opened, Some(Request { id: id("RG-A"), opened_at: at(2), closed: None }));
        let worse = request_after(opened.as_ref(), Standing::Broken, at(3), id("RG-B"));
        assert_eq!(worse, opened, "a different problem continues the same request");
        let unread = request_after(worse.as_ref(), Standing::Unknown, at(4), id("RG-B"));
        assert_eq!(unread, opened, "a failed check ends no request");
        let done = request_after(unread.as_ref(), Standing::Consented, at(5), id("RG-B")).unwrap();
        assert_eq!(done.closed, Some(Ended { at: at(5), standing: Standing::Consented }));
        assert_eq!(request_after(Some(&done), Standing::Consented, at(6), id("RG-B")), Some(done.clone()));
        let again = request_after(Some(&done), Standing::Broken, at(7), id("RG-B")).unwrap();
        assert_eq!((again.id, again.opened_at), (id("RG-B"), at(7)));
    }

    #[test]
    fn unreadable_app_opens_no_request() {
        assert_eq!(request_after(None, Standing::Unknown, at(1), id("RG-A")), None);
        assert_eq!(request_after(None, Standing::NotApplicable, at(1), id("RG-A")), None);
    }
}
