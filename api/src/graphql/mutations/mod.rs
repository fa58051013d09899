//! What can be changed, one noun a file.

mod accounts;
mod blocks;
mod credentials;
mod departures;
mod drafts;
mod invites;
mod members;
mod messages;
mod profile;
mod receipts;
mod rooms;
mod sanctions;
mod signals;
mod threads;

use async_graphql::MergedObject;

/// What can be changed. Every payload says in `userErrors` what stood against it.
#[derive(MergedObject, Default)]
pub struct Mutation(
    accounts::AccountMutations,
    credentials::CredentialMutations,
    departures::DepartureMutations,
    profile::ProfileMutations,
    blocks::BlockMutations,
    rooms::RoomMutations,
    members::MemberMutations,
    invites::InviteMutations,
    sanctions::SanctionMutations,
    messages::MessageMutations,
    drafts::DraftMutations,
    threads::ThreadMutations,
    receipts::ReceiptMutations,
    signals::SignalMutations,
);
