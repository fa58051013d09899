//! Tells when a document has passed validation, so that it need not be validated again.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};

/// Called, when it is in a request's data, once the document has passed validation.
pub struct OnValid(Box<dyn Fn() + Send + Sync>);

impl OnValid {
    pub fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Box::new(call))
    }
}

/// Makes a schema call [`OnValid`].
pub struct TellValid;

impl ExtensionFactory for TellValid {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for TellValid {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        if let Some(OnValid(call)) = ctx.data_opt() {
            call();
        }
        Ok(result)
    }
}
