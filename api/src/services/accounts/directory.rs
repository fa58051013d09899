//! Finding people.

use super::super::error::{Error, Result};
use super::super::transaction::Transaction;
use super::Accounts;
use crate::model::text::name_words;
use crate::model::{After, Page, User};

/// How long what is looked for can be, and of how many words.
const QUERY_MOST: usize = 100;
const WORDS_MOST: usize = 8;

impl Accounts {
    /// Those in whose username or display name every word of `query` begins a word, by username;
    /// case and what stands between words are ignored. Nobody, when `query` has no word.
    pub async fn search(&self, query: &str, page: After<String>) -> Result<Page<User>> {
        let foreign = |after: &String| after.contains(char::is_control);
        if page.after.as_ref().is_some_and(foreign) {
            return Err(Error::invalid("after", "This cursor is not of this list"));
        }
        let words = Vec::from_iter(name_words(query));
        let is_too_long = query.chars().count() > QUERY_MOST || words.len() > WORDS_MOST;
        if words.is_empty() || is_too_long || query.contains('\0') {
            return Ok(Page::empty());
        }
        let mut connection = self.core.read().await?;
        Ok(connection.search_users(&words, page).await?)
    }
}

/// Sees to it that somebody is found by what they are called now.
pub(super) async fn be_found(transaction: &mut Transaction, user: &User) -> Result<()> {
    let mut words = name_words(&user.username);
    words.extend(name_words(&user.display_name));
    let words = Vec::from_iter(words);
    Ok(transaction.set_name_words(user.id, words).await?)
}
