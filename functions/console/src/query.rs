//! The estate's filters, order and pages, as fields of its URL.

use regrant::domain::estate::{EstateQuery, Sort, StandingFilter, WaitingFor};
use regrant::domain::tenant::TenantName;
use regrant::web::parameters::Parameters;
use url::form_urlencoded::Serializer;

/// Apps on one page.
pub(crate) const PAGE: usize = 50;
/// What the URL of the estate asks for. Unknown or invalid values count as absent, so that a link never breaks.
pub(crate) fn query_of(parameters: &Parameters) -> EstateQuery {
    let get = |name: &str| parameters.get(name).map(str::trim).filter(|value| !value.is_empty());
    EstateQuery {
        standing: get("standing").and_then(StandingFilter::parse),
        customer: get("customer").and_then(|name| name.parse().ok()),
        org: get("org").and_then(|org| org.parse().ok()),
        tenant: get("tenant").map(|tenant| TenantName::from(tenant.to_owned())),
        waiting: get("waiting").and_then(|name| WaitingFor::ALL.into_iter().find(|waiting| waiting.name() == name)),
        search: get("q").map(str::to_owned),
        sort: get("sort").and_then(|name| Sort::ALL.into_iter().find(|sort| sort.name() == name)).unwrap_or_default(),
    }
}

/// The fields of a query, as in the URL.
pub(crate) fn fields(query: &EstateQuery) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    fields.extend(query.search.as_ref().map(|text| ("q", text.clone())));
    fields.extend(query.standing.map(|standing| ("standing", standing.name().to_owned())));
    fields.extend(query.customer.as_ref().map(|customer| ("customer", customer.to_string())));
    fields.extend(query.org.as_ref().map(|org| ("org", org.to_string())));
    fields.extend(query.tenant.as_ref().map(|tenant| ("tenant", tenant.as_str().to_owned())));
    fields.extend(query.waiting.map(|waiting| ("waiting", waiting.name().to_owned())));
    fields.extend((query.sort != Sort::default()).then(|| ("sort", query.sort.name().to_owned())));
    fields
}

/// A path with some fields in its query.
pub(crate) fn url_of(path: &str, fields: &[(&'static str, String)]) -> String {
    if fields.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", Serializer::new(String::new()).extend_pairs(fields).finish())
}
