//! API operations: routes, permissions and OpenAPI document from one list of handlers.
//!
//! Each handler states its method and path once, in its `#[utoipa::path]` attribute, and the list states the permission it
//! needs. [`operations!`](crate::operations) reads the routes and the document from there.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::json;
use utoipa::Path;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation as Described;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{HttpMethod, OpenApi, PathItem};
use utoipa_axum::PathItemExt;

use super::api_errors::BEARER;
use super::authorization::authorize;
use crate::domain::access_policy::Permission;
use crate::usecases::Ports;

#[doc(hidden)]
pub use utoipa_axum::paste;

/// One operation.
struct Operation {
    path: String,
    methods: Vec<HttpMethod>,
    permission: Permission,
    route: MethodRouter<Ports>,
}

/// A function's operations.
pub struct Operations {
    operations: Vec<Operation>,
    document: fn() -> OpenApi,
}

impl Operations {
    /// No operation yet.
    pub fn new(document: fn() -> OpenApi) -> Self {
        Self { operations: Vec::new(), document }
    }

    /// Adds a handler and the permission it needs. `P` is the type that `#[utoipa::path]` generates for it.
    #[must_use]
    pub fn serve<P: Path, H: Handler<T, Ports>, T: 'static>(mut self, permission: Permission, handler: H) -> Self {
        let methods = P::methods();
        let filter = methods.iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or);
        let route = filter.map_or_else(MethodRouter::new, |filter| on(filter, handler));
        self.operations.push(Operation { path: P::path(), methods, permission, route });
        self
    }

    /// The routes. Each answers only callers that have its permission.
    pub fn routes(self, ports: &Ports) -> Router<Ports> {
        self.operations.into_iter().fold(Router::new(), |router, operation| {
            let layer = from_fn_with_state((ports.clone(), operation.permission), authorize);
            router.route(&operation.path, operation.route.route_layer(layer))
        })
    }

    /// The OpenAPI document. Serving does not call this: building takes time that a cold start should not spend.
    pub fn openapi(self) -> OpenApi {
        let mut document = (self.document)();
        for operation in self.operations {
            let Some(item) = document.paths.paths.get_mut(&operation.path) else { continue };
            for method in &operation.methods {
                if let Some(described) = operation_of(item, method) {
                    let name = operation.permission.name();
                    described.security = Some(vec![SecurityRequirement::new(BEARER, [name])]);
                    let extension = Extensions::builder().add("x-permission", json!(name)).build();
                    described.extensions.get_or_insert_default().merge(extension);
                }
            }
        }
        document
    }
}

fn operation_of<'a>(item: &'a mut PathItem, method: &HttpMethod) -> Option<&'a mut Described> {
    match method {
        HttpMethod::Get => item.get.as_mut(),
        HttpMethod::Post => item.post.as_mut(),
        HttpMethod::Put => item.put.as_mut(),
        HttpMethod::Patch => item.patch.as_mut(),
        HttpMethod::Delete => item.delete.as_mut(),
        HttpMethod::Head | HttpMethod::Options | HttpMethod::Trace => None,
    }
}

/// The [`Operations`] of the listed handlers and the permission of each, by module:
/// `operations! { apps::{list_apps: ReadEstate, show_app: ReadEstate} }`.
///
/// The caller needs `utoipa` as a dependency.
#[macro_export]
macro_rules! operations {
    ($($module:ident::{$($handler:ident: $permission:ident),+ $(,)?}),+ $(,)?) => {{
        use $crate::web::api_errors::ApiErrors;

        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($module::$handler),+),+), modifiers(&ApiErrors))]
        struct Document;

        $crate::web::operations::Operations::new(<Document as utoipa::OpenApi>::openapi)
            $($(.serve::<$crate::web::operations::paste!($module::[<__path_ $handler>]), _, _>(
                $crate::domain::access_policy::Permission::$permission,
                $module::$handler,
            ))+)+
    }};
}
