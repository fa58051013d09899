//! Deleting one's account.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use super::accounts::forget_login;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, outcome};

/// What becomes of what somebody said who deletes their account.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum AccountMessages {
    /// It stays, as that of a deleted user.
    Keep,
    /// It goes. What is in the rooms is deleted message by message, which may take a while.
    Delete,
}

/// The end of an account.
#[derive(InputObject)]
struct DeleteAccountInput {
    /// The viewer's password.
    password: String,
    /// What becomes of what they said.
    messages: AccountMessages,
}

/// What came of it.
#[derive(SimpleObject)]
struct DeleteAccountPayload {
    /// What stood against it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct DepartureMutations;

#[Object]
impl DepartureMutations {
    /// Deletes the viewer's account, for good. Their sessions end, they leave their channels and
    /// groups, and what they told of themselves is gone; a room that they own goes to the admin,
    /// or else the member, who has been there longest. Nobody else can ever have their username. A
    /// wrong `password` is `UNAUTHENTICATED`, with that field; it can be tried as often as a login.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password, and what becomes of the messages.")]
        input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload> {
        let (viewer, services) = (ctx.viewer()?, ctx.services());
        let erases = input.messages == AccountMessages::Delete;
        let (password, accounts) = (input.password, &services.accounts);
        let deleted =
            services
                .departures
                .delete_account(viewer, password, erases, accounts, ctx.address());
        let (deleted, user_errors) = outcome(deleted.await)?;
        if deleted.is_some() {
            forget_login(ctx);
        }
        Ok(DeleteAccountPayload { user_errors })
    }
}
