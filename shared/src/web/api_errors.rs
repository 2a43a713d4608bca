//! The errors and the security scheme of the API, for its OpenAPI document.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder, response};
use utoipa::{IntoResponses, Modify, PartialSchema as _, ToSchema};

use super::problem::ProblemView;

/// The name of the security scheme.
pub(super) const BEARER: &str = "bearer";

/// The error responses that any operation of the API can send, for `#[utoipa::path(responses(.., ApiErrors))]`.
///
/// In the OpenAPI document they are shared components. [`Modify`] adds those, with the security scheme.
pub struct ApiErrors;

/// What sends an error, which decides its body.
enum Sender {
    Regrant,
    Gateway,
}

/// Status, component name, description and sender of each error.
const API_ERRORS: [(&str, &str, &str, Sender); 8] = [
    ("400", "BadRequest", "A parameter or the body is malformed or out of range; `detail` names it.", Sender::Regrant),
    (
        "401",
        "Unauthorized",
        "The access token is missing, expired or from a different issuer, or it is an ID token. Amazon API Gateway sends \
         this with a different body. `regrant serve` needs no token on a loopback address.",
        Sender::Regrant,
    ),
    (
        "403",
        "Forbidden",
        "The caller's roles do not include the operation's permission; `detail` names it. Amazon API Gateway sends this with \
         a different body if the token lacks the scope.",
        Sender::Regrant,
    ),
    (
        "404",
        "NotFound",
        "The path names something that does not exist or that the caller may not see.",
        Sender::Regrant,
    ),
    (
        "405",
        "MethodNotAllowed",
        "The path does not support this method; the `Allow` header lists the supported ones.",
        Sender::Regrant,
    ),
    (
        "429",
        "TooManyRequests",
        "Too many requests per second; retry with exponential backoff. Sent by Amazon API Gateway.",
        Sender::Gateway,
    ),
    (
        "500",
        "InternalServerError",
        "Regrant failed, for example because its database did not respond. Its log has the cause under `request_id`.",
        Sender::Regrant,
    ),
    (
        "503",
        "ServiceUnavailable",
        "Regrant did not respond within 30 seconds; retry later. Sent by Amazon API Gateway.",
        Sender::Gateway,
    ),
];

/// The body of an error that Amazon API Gateway sends before or instead of Regrant.
#[derive(Serialize, ToSchema)]
struct GatewayError {
    /// The status in words.
    #[schema(example = "Unauthorized")]
    message: String,
}

impl IntoResponses for ApiErrors {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let reference = |name: &str| RefOr::Ref(Ref::from_response_name(name));
        API_ERRORS.iter().map(|(status, name, ..)| ((*status).to_owned(), reference(name))).collect()
    }
}

impl Modify for ApiErrors {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.schemas.insert(ProblemView::name().into(), ProblemView::schema());
        components.schemas.insert(GatewayError::name().into(), GatewayError::schema());
        for (_, name, description, sender) in API_ERRORS {
            let (media_type, schema) = match sender {
                Sender::Regrant => ("application/problem+json", ProblemView::name()),
                Sender::Gateway => ("application/json", GatewayError::name()),
            };
            let content = Content::new(Some(Ref::from_schema_name(schema)));
            let response = ResponseBuilder::new().description(description).content(media_type, content).build();
            components.responses.insert(name.to_owned(), response.into());
        }
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(
            "An access token of the issuer and for the audience that the installation was set up with. Its claims are mapped to \
             roles (`regrant access grant`). `regrant serve` needs none on a loopback address.",
        ));
        components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(bearer.build()).into());
    }
}
