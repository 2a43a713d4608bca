//! Cursors for the adapters: each encodes a sort key and is accepted only by the list that issued it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ledger::{Cursor, LedgerError, Page, PageRequest};

/// The largest page, in items.
const MAX_ITEMS: u32 = 1_000;

/// The cursors of one list.
pub(crate) struct ListCursors {
    fingerprint: String,
}

#[derive(Serialize, Deserialize)]
struct Position<K> {
    /// The fingerprint of the list that issued the cursor.
    list: String,
    /// The sort key of the last item of the page.
    after: K,
}

impl ListCursors {
    /// The cursors of the list that `parts` identify: its kind, then each of its filters.
    pub(crate) fn for_list(parts: &[Option<&str>]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // The length prefix keeps two parts from reading as one.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        Self { fingerprint: URL_SAFE_NO_PAD.encode(&digest.finalize()[..9]) }
    }

    /// The sort key after which the page starts; `None` for the first page.
    ///
    /// Fails with [`LedgerError::BadCursor`] if this list did not issue the cursor.
    pub(crate) fn start<K: DeserializeOwned>(&self, page: &PageRequest) -> Result<Option<K>, LedgerError> {
        let Some(Cursor(text)) = &page.after else { return Ok(None) };
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| LedgerError::BadCursor)?;
        let position: Position<K> = serde_json::from_slice(&json).map_err(|_| LedgerError::BadCursor)?;
        if position.list == self.fingerprint { Ok(Some(position.after)) } else { Err(LedgerError::BadCursor) }
    }

    /// Makes a page of `rows`. The caller asked the store for [`rows_to_ask_for`], one row more than fits, so a surplus row
    /// means that another page follows.
    pub(crate) fn page<K: Serialize, T, E: From<LedgerError>>(
        &self,
        page: &PageRequest,
        rows: impl IntoIterator<Item = Result<(K, T), E>>,
    ) -> Result<Page<T>, E> {
        let limit = limit(page) as usize;
        let (mut items, mut last, mut has_more) = (Vec::new(), None, false);
        for row in rows {
            if items.len() == limit {
                has_more = true;
                break;
            }
            let (key, item) = row?;
            items.push(item);
            last = Some(key);
        }
        let next = match last {
            Some(after) if has_more => Some(self.cursor(after)?),
            _ => None,
        };
        Ok(Page { items, next })
    }

    fn cursor<K: Serialize>(&self, after: K) -> Result<Cursor, LedgerError> {
        let json = super::stored::to_json(&Position { list: self.fingerprint.clone(), after })?;
        Ok(Cursor(URL_SAFE_NO_PAD.encode(json)))
    }
}

fn limit(page: &PageRequest) -> u32 {
    page.limit.clamp(1, MAX_ITEMS)
}

/// How many rows to ask the store for.
pub(crate) fn rows_to_ask_for(page: &PageRequest) -> u32 {
    limit(page) + 1
}
