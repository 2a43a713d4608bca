//! A minimal function with the same first calls as Regrant's functions: it reads one item and the named secrets during
//! start, and one item per event. It also creates an HTTP client, as for Okta and Microsoft.

use std::env;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let table = &aws_sdk_dynamodb::Client::new(&config);
    let vault = &aws_sdk_secretsmanager::Client::new(&config);
    let _http = reqwest::Client::new();
    let (name, secrets) = (&env::var("REGRANT_TABLE")?, env::var("COLD_START_SECRETS")?);
    let item = || {
        let key = |value: &str| AttributeValue::S(value.to_owned());
        table.get_item().table_name(name).key("pk", key("nothing")).key("sk", key("nothing")).send()
    };
    let read = async {
        for secret in secrets.split(',') {
            vault.get_secret_value().secret_id(secret).send().await?;
        }
        Ok::<_, Error>(())
    };
    let (found, read) = tokio::join!(item(), read);
    found?;
    read?;
    run(service_fn(async |_: Request| {
        item().await?;
        Ok::<_, Error>(Response::new(Body::from("fine")))
    }))
    .await
}
