//! Pages of a list, and a whole list as a stream of pages or items.

use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::LedgerError;

/// A position in a list. Opaque: callers return it unchanged to the ledger that issued it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<Cursor>,
}

/// Which page of a list to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The cursor of the previous page; `None` for the first page.
    pub after: Option<Cursor>,
    /// How many items at most, 1 to 1,000.
    pub limit: u32,
}

impl PageRequest {
    /// The first page, of at most `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// Every page of a list in turn, each of at most `limit` items; an empty list has one empty page. `list` reads a page:
/// `paging::pages(200, |page| ledger.orgs(page))`.
pub fn pages<'a, T, Fut>(
    limit: u32,
    list: impl Fn(PageRequest) -> Fut + Send + 'a,
) -> BoxStream<'a, Result<Vec<T>, LedgerError>>
where
    T: Send + 'a,
    Fut: Future<Output = Result<Page<T>, LedgerError>> + Send + 'a,
{
    stream::try_unfold((list, Some(PageRequest::first(limit))), move |(list, request)| {
        let read = request.map(&list);
        async move {
            let Some(read) = read else { return Ok(None) };
            let Page { items, next } = read.await?;
            let request = next.map(|after| PageRequest { after: Some(after), limit });
            Ok(Some((items, (list, request))))
        }
    })
    .boxed()
}

/// Every item of a list in turn, read `limit` at a time, so that memory does not grow with the list.
pub fn items<'a, T, Fut>(
    limit: u32,
    list: impl Fn(PageRequest) -> Fut + Send + 'a,
) -> BoxStream<'a, Result<T, LedgerError>>
where
    T: Send + 'a,
    Fut: Future<Output = Result<Page<T>, LedgerError>> + Send + 'a,
{
    pages(limit, list).map_ok(|items| stream::iter(items.into_iter().map(Ok))).try_flatten().boxed()
}
