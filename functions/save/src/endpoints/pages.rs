//! The page of a session, and the forms on it that continue a consent.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::hand_over::{self as text, NotAHandOver};
use regrant::domain::save::{CodeDelivery, NotDone};
use regrant::domain::session::{ConsentAttempt, SessionState};
use regrant::domain::standing::Standing;
use regrant::usecases::Ports;
use regrant::usecases::consent::session::BrowserSession;
use regrant::usecases::notify::failed_work::failed_work;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over as save;
use regrant::usecases::save::operators::were_notified;
use regrant::web::consent::{
    SessionForm, consent_error_page, expire_cookies, see_other, session, session_error_page, session_failure_page,
    session_path, subject,
};
use regrant::web::okta_link::link_of_browser;
use regrant::web::pages::{DoneView, Page, PastedText, ProgressView, SavingBasis, Step, TaskToRetry, done, progress};
use regrant::web::reader::Reader;
use url::Url;

/// When a save counts as slow. Its page then refreshes less often and offers a way on.
const SLOW: SignedDuration = SignedDuration::from_mins(1);

/// `GET /consent/session/{session}`: shows the progress of a session. Changes nothing and waits for nothing: a page that
/// waits tells the browser to load it again.
pub(crate) async fn show_session(
    State(ports): State<Ports>,
    reader: Reader,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let details = session_details(&ports, &id, &headers).await;
    let (has_ended, has_page) = match &details {
        Ok(details) => (details.own.session.has_ended(), true),
        Err(error) => (error.failure == ConsentFailure::SessionLost, false),
    };
    let shown = match details {
        Ok(details) => page(&ports, reader, &details, None).await,
        Err(error) => Err(error),
    };
    let mut response = shown.unwrap_or_else(|error| consent_error_page(&ports, reader, &error)).into_response();
    if let Ok(id) = id.parse()
        && has_ended
    {
        expire_cookies(&mut response, &headers, &id, has_page);
    }
    response
}

/// A session with everything its page shows.
struct SessionDetails {
    own: BrowserSession,
    /// Okta's consent link, if this browser has it.
    link: Option<Url>,
}

async fn session_details(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<SessionDetails, ConsentError> {
    let own = session(ports, id, headers).await?;
    let link = link_of_browser(ports, &own.session.id, headers).await?;
    Ok(SessionDetails { own, link })
}

/// The page of a session. `pasted` is a text that was just pasted and is not Okta's.
async fn page(
    ports: &Ports,
    reader: Reader,
    SessionDetails { own, link }: &SessionDetails,
    pasted: Option<PastedText<'_>>,
) -> Result<Page, ConsentError> {
    let (step, administrator, not_done) = match &own.session.state {
        SessionState::SigningIn => (Step::SigningIn, None, None),
        SessionState::Verified { administrator } => {
            let only_save = own.app.standing() == Standing::NeedsSave;
            (Step::ReadyToConsent { only_save }, administrator.as_ref(), None)
        }
        SessionState::Consenting { administrator, attempt } => {
            let step = consenting(ports, own, attempt, link.as_ref()).await?;
            (step, administrator.as_ref(), attempt.not_done)
        }
        SessionState::Failed { failure, code } => {
            return Ok(session_failure_page(ports, reader, own, *failure, code.as_deref()).await);
        }
        SessionState::Done => return done_page(ports, reader, own).await,
    };
    let view = ProgressView {
        subject: &subject(&own.org, &own.app),
        session: &own.session.id,
        step,
        not_done,
        administrator,
        has_sign_in: own.session.has_sign_in(),
        sends_password: own.org.sends_password,
        form_token: &own.secrets.form_token(),
        operators_notified: not_done.is_some() && were_notified(ports, &own.session).await?,
        pasted,
    };
    Ok(progress(&reader.presentation(&ports.settings, Some(&own.org)), &view))
}

/// The step of a session whose consent was opened.
async fn consenting<'a>(
    ports: &Ports,
    own: &BrowserSession,
    attempt: &ConsentAttempt,
    link: Option<&'a Url>,
) -> Result<Step<'a>, ConsentError> {
    let has_begun = |since: jiff::Timestamp| ports.clock.now().duration_since(since) > SLOW;
    if attempt.not_done == Some(NotDone::AwaitsOperator) {
        return Ok(Step::AwaitingOperator { has_text: !attempt.okta_states.is_empty() });
    }
    if attempt.okta_states.is_empty() && attempt.not_done.is_none() {
        let is_slow = attempt.queued_at.is_some_and(has_begun);
        return Ok(Step::Saving { basis: SavingBasis::NothingToConsentTo, is_slow });
    }
    let Some(since) = attempt.finishing_since else { return Ok(Step::Consenting { link }) };
    let basis = match code_delivery(ports, own).await? {
        Some(CodeDelivery::Done) => SavingBasis::AcceptedByOkta,
        Some(CodeDelivery::Waiting | CodeDelivery::Attempted) => SavingBasis::Text,
        Some(CodeDelivery::NotNeeded | CodeDelivery::Refused) | None => SavingBasis::Claim,
    };
    Ok(Step::Saving { basis, is_slow: has_begun(since) })
}

/// Whether Okta received the code of this session; `None` if no save of this session has begun.
async fn code_delivery(ports: &Ports, own: &BrowserSession) -> Result<Option<CodeDelivery>, ConsentError> {
    let journal = ports.ledger.save_journal(&own.session.org, &own.session.app).await?;
    let journal = journal.filter(|journal| journal.session.as_ref() == Some(&own.session.id));
    Ok(journal.map(|journal| journal.code_delivery))
}

async fn done_page(ports: &Ports, reader: Reader, own: &BrowserSession) -> Result<Page, ConsentError> {
    let consent = &own.app.consent;
    let no_verification = || ConsentError::new(ConsentFailure::AlreadyDone, "the app's record has no verification");
    let failed = failed_work(ports, &own.app).await?;
    let tasks: Vec<TaskToRetry<'_>> = failed
        .iter()
        .map(|task| TaskToRetry {
            failed_at: task.failed_at,
            event_type: &task.event_type,
            target: task.whose.as_ref(),
        })
        .collect();
    let view = DoneView {
        subject: &subject(&own.org, &own.app),
        session: &own.session.id,
        administrator: consent.administrator.as_ref(),
        verification: consent.verification.as_ref().ok_or_else(no_verification)?,
        permissions: &ports.settings.permissions,
        text_accepted: code_delivery(ports, own).await? == Some(CodeDelivery::Done),
        tasks: &tasks,
    };
    Ok(done(&reader.presentation(&ports.settings, Some(&own.org)), &view))
}

/// `POST /consent/session/{session}/finish`: the person says that they accepted at Microsoft, so a save checks that; or,
/// with `result=refused`, that they declined or that Microsoft refused.
pub(crate) async fn finish(
    State(ports): State<Ports>,
    reader: Reader,
    SessionForm { own, form }: SessionForm,
) -> Response {
    let finished = match form.get("result") {
        Some("refused") => save::report_refusal(&ports, &own).await,
        _ => save::finish_session(&ports, &own).await,
    };
    match finished {
        Ok(()) => see_other(&session_path(&own.session.id)),
        Err(error) => session_error_page(&ports, reader, &own, &error).await.into_response(),
    }
}

/// `POST /consent/session/{session}/handover`: takes the text of Okta's last page, from the browser that was sent there.
/// URLs in that text are never fetched. If it is not Okta's text, the page says what it is and keeps it in the field.
pub(crate) async fn hand_over(
    State(ports): State<Ports>,
    reader: Reader,
    headers: HeaderMap,
    SessionForm { own, form }: SessionForm,
) -> Response {
    // The save may have found the consent without the text.
    if matches!(own.session.state, SessionState::Done | SessionState::Failed { .. }) {
        return see_other(&session_path(&own.session.id));
    }
    let pasted = form.get("handover").unwrap_or_default();
    match save::hand_over(&ports, &own, pasted).await {
        Ok(()) => see_other(&session_path(&own.session.id)),
        Err(error) => match why_not_okta(&own, pasted) {
            Some(why) if error.failure == ConsentFailure::WrongHandOver => {
                tracing::warn!(session = %own.session.id, cause = %error.cause, "the pasted text is not Okta's");
                wrong_text_page(&ports, reader, own, &headers, PastedText { text: pasted, error: &why }).await
            }
            _ => session_error_page(&ports, reader, &own, &error).await.into_response(),
        },
    }
}

/// What a pasted text is, if it is not Okta's for this attempt.
fn why_not_okta(own: &BrowserSession, pasted: &str) -> Option<NotAHandOver> {
    let SessionState::Consenting { attempt, .. } = &own.session.state else { return None };
    text::parse(pasted, &own.org.base_url, &own.session.app, &attempt.okta_states).err()
}

async fn wrong_text_page(
    ports: &Ports,
    reader: Reader,
    own: BrowserSession,
    headers: &HeaderMap,
    pasted: PastedText<'_>,
) -> Response {
    let rendered = async {
        // Microsoft's refusal is an event that the operator sees.
        if *pasted.error == NotAHandOver::Declined {
            save::report_refusal(ports, &own).await?;
        }
        let details = session_details(ports, own.session.id.as_str(), headers).await?;
        page(ports, reader, &details, Some(pasted)).await
    };
    rendered.await.unwrap_or_else(|error| consent_error_page(ports, reader, &error)).into_response()
}
