//! The style of every page, and its hash for the Content-Security-Policy.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The style. Colours meet WCAG AA in light and dark mode.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#4a545e;--ground:#fff;--sheet:#f5f7f9;--line:#c9d1d9;--deed:#0b57a4;\
--deed-ink:#fff;--good:#116329;--bad:#a40e26}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#aab4be;--ground:#0f1318;--sheet:#181e25;--line:#3a444e;\
--deed:#7cb8ff;--deed-ink:#08131f;--good:#56d364;--bad:#ff8f94}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,'Segoe UI',sans-serif;\
overflow-wrap:anywhere}\
header,main,footer{max-width:44rem;margin:0 auto;padding:1rem 1.25rem}\
header{border-bottom:1px solid var(--line);font-weight:600}\
footer{border-top:1px solid var(--line);color:var(--soft);font-size:1rem;margin-top:2rem}\
h1{font-size:1.65rem;line-height:1.25;margin:1.25rem 0 .75rem}\
h2{font-size:1.2rem;margin:1.75rem 0 .5rem}\
p,ul,ol,dl{margin:.5rem 0 1rem}\
li{margin:.35rem 0}\
a{color:var(--deed)}\
code{font-family:ui-monospace,Consolas,monospace;font-size:.95em}\
dl.facts{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.35rem 1rem;background:var(--sheet);\
border:1px solid var(--line);border-radius:.5rem;padding:1rem}\
dl.facts dt{color:var(--soft)}\
dl.facts dd{margin:0;font-weight:600}\
.steps{list-style:none;padding:0;counter-reset:step}\
.steps>li{counter-increment:step;border:1px solid var(--line);border-radius:.5rem;padding:.85rem 1rem;margin:.75rem 0}\
.steps>li::before{content:counter(step) '. ';font-weight:700}\
.steps>li[aria-current]{border:2px solid var(--deed);background:var(--sheet)}\
.state{font-weight:600}\
.good{color:var(--good)}.bad{color:var(--bad)}\
.small{color:var(--soft);font-size:1rem}\
button{font:inherit;font-weight:600;min-height:2.9rem;padding:.6rem 1.2rem;border:0;border-radius:.5rem;\
background:var(--deed);color:var(--deed-ink);cursor:pointer}\
button.second{background:none;color:var(--deed);border:2px solid var(--deed)}\
button:focus-visible,a:focus-visible,textarea:focus-visible,summary:focus-visible{outline:3px solid var(--deed);\
outline-offset:3px}\
textarea{font:inherit;font-size:1rem;width:100%;min-height:7rem;padding:.6rem;border:1px solid var(--soft);\
border-radius:.5rem;background:var(--ground);color:var(--ink)}\
table{border-collapse:collapse;width:100%;font-size:1rem}\
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem .45rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}\
@media(min-width:34.01rem){td:first-child,.whole{white-space:nowrap}}\
details{border:1px solid var(--line);border-radius:.5rem;padding:.6rem 1rem;margin:1rem 0}\
summary{cursor:pointer;font-weight:600;padding:.35rem 0;min-height:1.75rem}\
@media(max-width:34rem){dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.6rem}\
table,tbody,tr,td{display:block}thead{position:absolute;left:-99rem}td{border:0;padding:.1rem 0}\
td[data-name]::before{content:attr(data-name) ': ';color:var(--soft)}\
tr{border-bottom:1px solid var(--line);padding:.5rem 0;display:block}button{width:100%}}\
@media print{button,form{display:none}}";

/// The style's `'sha256-…'` source expression for `style-src` (W3C Content Security Policy Level 3).
pub(super) static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE.as_bytes()))));
