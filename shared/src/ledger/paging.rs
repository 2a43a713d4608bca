//! Pages: where a list stopped, in a cursor that only that list takes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ledger::{Cursor, LedgerError, Page, PageRequest};

/// The most items of one page.
const MOST: u32 = 1_000;

/// One list, told from every other by what it lists.
pub(crate) struct List {
    fingerprint: String,
}

#[derive(Serialize, Deserialize)]
struct Place<K> {
    /// The list the cursor is of.
    list: String,
    /// The sort key of the last item given.
    after: K,
}

impl List {
    /// The list of `parts`: its kind, then what it is filtered by.
    pub(crate) fn of(parts: &[Option<&str>]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // With its length before it, no part can be taken for two.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        Self { fingerprint: URL_SAFE_NO_PAD.encode(&digest.finalize()[..9]) }
    }

    /// The sort key to go on after; `None` at the start.
    pub(crate) fn start<K: DeserializeOwned>(&self, page: &PageRequest) -> Result<Option<K>, LedgerError> {
        let Some(Cursor(text)) = &page.after else { return Ok(None) };
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| LedgerError::BadCursor)?;
        let place: Place<K> = serde_json::from_slice(&json).map_err(|_| LedgerError::BadCursor)?;
        if place.list == self.fingerprint { Ok(Some(place.after)) } else { Err(LedgerError::BadCursor) }
    }

    /// A page of `rows`, of which the caller asked the store for one more than fit ([`rows_to_ask_for`]): whether it
    /// came tells whether the list goes on.
    pub(crate) fn page<K: Serialize, T, E: From<LedgerError>>(
        &self,
        page: &PageRequest,
        rows: impl IntoIterator<Item = Result<(K, T), E>>,
    ) -> Result<Page<T>, E> {
        let most = limit(page) as usize;
        let (mut items, mut last, mut goes_on) = (Vec::new(), None, false);
        for row in rows {
            if items.len() == most {
                goes_on = true;
                break;
            }
            let (key, item) = row?;
            items.push(item);
            last = Some(key);
        }
        let next = match last {
            Some(after) if goes_on => Some(self.cursor(after)?),
            _ => None,
        };
        Ok(Page { items, next })
    }

    fn cursor<K: Serialize>(&self, after: K) -> Result<Cursor, LedgerError> {
        let json = super::stored::to_json(&Place { list: self.fingerprint.clone(), after })?;
        Ok(Cursor(URL_SAFE_NO_PAD.encode(json)))
    }
}

fn limit(page: &PageRequest) -> u32 {
    page.limit.clamp(1, MOST)
}

/// How many rows to ask the store for.
pub(crate) fn rows_to_ask_for(page: &PageRequest) -> u32 {
    limit(page) + 1
}
