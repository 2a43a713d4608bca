//! API operations: routes and OpenAPI document from one list of handlers.
//!
//! Each handler states its method and path once, in its `#[utoipa::path]` attribute. [`operations!`](crate::operations)
//! reads both the routes and the document from there.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::Path;
use utoipa::openapi::OpenApi;
use utoipa_axum::PathItemExt;

#[doc(hidden)]
pub use utoipa_axum::paste;

/// A function's operations.
pub struct Operations<S> {
    /// Their routes.
    pub routes: Router<S>,
    /// Builds their OpenAPI document. Serving does not call it: building takes time that a cold start should not spend.
    pub document: fn() -> OpenApi,
}

impl<S: Clone + Send + Sync + 'static> Operations<S> {
    /// No operation yet.
    pub fn new(document: fn() -> OpenApi) -> Self {
        Self { routes: Router::new(), document }
    }

    /// Adds the route of a handler. `P` is the type that `#[utoipa::path]` generates for it.
    #[must_use]
    pub fn serve<P: Path, H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        let methods = P::methods().iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or);
        let route = methods.map_or_else(MethodRouter::new, |methods| on(methods, handler));
        Self { routes: self.routes.route(&P::path(), route), ..self }
    }
}

/// The [`Operations`] of the listed handlers, by module: `operations! { apps::{list_apps, show_app} }`.
///
/// The caller needs `utoipa` as a dependency.
#[macro_export]
macro_rules! operations {
    ($($module:ident::{$($handler:ident),+ $(,)?}),+ $(,)?) => {{
        use $crate::web::api_errors::ApiErrors;

        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($module::$handler),+),+), modifiers(&ApiErrors))]
        struct Document;

        $crate::web::operations::Operations::new(<Document as utoipa::OpenApi>::openapi)
            $($(.serve::<$crate::web::operations::paste!($module::[<__path_ $handler>]), _, _>($module::$handler))+)+
    }};
}
