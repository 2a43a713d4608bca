//! The style and the script of the console, with their hashes for the Content-Security-Policy.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The style. Colours meet WCAG AA in light and dark mode.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#4a545e;--ground:#fff;--sheet:#f5f7f9;--line:#d4dae1;--edge:#7d8791;\
--deed:#0b57a4;--deed-ink:#fff;--bad:#a40e26;--bad-ground:#ffebe9;--warn:#7a4100;--warn-ground:#fff1d6;--good:#116329;\
--good-ground:#dcf5e3;--off:#4a545e;--off-ground:#e9edf1;--bar-bad:#c93c4d;--bar-warn:#d4861c;--bar-unknown:#8b949e;--bar-good:#3c9a5b}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#aab4be;--ground:#0f1318;--sheet:#181e25;--line:#2d363f;--edge:#6e7781;\
--deed:#7cb8ff;--deed-ink:#08131f;--bad:#ff9da4;--bad-ground:#3c161b;--warn:#f2c063;--warn-ground:#362509;--good:#6fdd8b;\
--good-ground:#0f2f1a;--off:#aab4be;--off-ground:#252d35;--bar-bad:#e5616f;--bar-warn:#d99a3d;--bar-unknown:#7d8791;--bar-good:#4aae6c}}\
*{box-sizing:border-box}\
html{-webkit-text-size-adjust:100%}\
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;overflow-wrap:anywhere}\
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.5rem 1rem;z-index:1}\
header,main,footer{max-width:82rem;margin:0 auto;padding:0 1.5rem}\
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.75rem;padding-top:.75rem;padding-bottom:.75rem}\
.bar{border-bottom:1px solid var(--line);background:var(--sheet)}\
.brand{font-weight:700;font-size:1.05rem;letter-spacing:-.01em;color:var(--ink);text-decoration:none}\
nav ul{display:flex;flex-wrap:wrap;gap:.15rem;list-style:none;margin:0;padding:0}\
nav a{display:block;padding:.35rem .7rem;border-radius:.4rem;color:var(--soft);text-decoration:none;font-weight:500}\
nav a:hover{color:var(--ink);background:var(--off-ground)}\
nav a[aria-current]{color:var(--ink);background:var(--off-ground)}\
.who{margin-left:auto;display:flex;align-items:center;gap:.75rem;color:var(--soft);font-size:.9rem}\
.who form{margin:0}\
footer{color:var(--soft);font-size:.875rem;padding-top:2rem;padding-bottom:2rem}\
h1{font-size:1.6rem;line-height:1.25;letter-spacing:-.015em;margin:1.75rem 0 .35rem}\
h2{font-size:1.1rem;margin:2rem 0 .6rem}\
p{margin:.4rem 0 .9rem}.lead{color:var(--soft)}\
a{color:var(--deed)}\
code{font-family:ui-monospace,Consolas,monospace;font-size:.92em}\
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.9rem;margin:1.1rem 0 1.4rem}\
.card{border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.1rem;background:var(--ground)}\
.card h2{font-size:.85rem;font-weight:500;color:var(--soft);margin:0 0 .25rem}\
.card .big{font-size:1.7rem;font-weight:650;line-height:1.15;letter-spacing:-.02em;font-variant-numeric:tabular-nums}\
.card p{margin:.2rem 0 0;font-size:.9rem;color:var(--soft)}\
.card.alert{border-color:var(--bad);background:var(--bad-ground)}.card.alert .big{color:var(--bad)}\
.note{border:1px solid var(--warn);background:var(--warn-ground);border-radius:.6rem;padding:.75rem 1.1rem;margin:1rem 0}\
.note.good{border-color:var(--good);background:var(--good-ground)}\
.facets{display:flex;flex-wrap:wrap;gap:.45rem;list-style:none;margin:.4rem 0 1.1rem;padding:0}\
.facets a{display:inline-flex;align-items:center;gap:.45rem;border:1px solid var(--line);border-radius:2rem;padding:.28rem .8rem;\
color:var(--ink);text-decoration:none;font-size:.92rem}\
.facets a:hover{border-color:var(--edge)}\
.facets a[aria-current]{border-color:var(--deed);box-shadow:inset 0 0 0 1px var(--deed)}\
.facets b{font-variant-numeric:tabular-nums}\
.dot{width:.6rem;height:.6rem;border-radius:50%;background:var(--bar-unknown);flex:none}\
.dot.bad{background:var(--bar-bad)}.dot.warn{background:var(--bar-warn)}.dot.good{background:var(--bar-good)}\
.pill{display:inline-block;border-radius:.35rem;padding:.08rem .5rem;font-size:.875rem;font-weight:600;white-space:nowrap;\
color:var(--off);background:var(--off-ground)}\
.pill.bad{color:var(--bad);background:var(--bad-ground)}.pill.warn{color:var(--warn);background:var(--warn-ground)}\
.pill.good{color:var(--good);background:var(--good-ground)}\
form.filter{display:flex;flex-wrap:wrap;gap:.7rem;align-items:end;margin:0 0 .8rem}\
label{font-size:.875rem;font-weight:500;color:var(--soft);display:block}\
input[type=text],input[type=email],input[type=search],input[type=date],select{font:inherit;min-height:2.4rem;padding:.3rem .6rem;border:1px solid var(--edge);\
border-radius:.4rem;background:var(--ground);color:var(--ink);max-width:100%}\
form.filter .grow{flex:1 1 16rem}form.filter .grow input{width:100%}\
button,.button{font:inherit;font-weight:600;min-height:2.4rem;padding:.3rem 1rem;border:1px solid var(--deed);border-radius:.4rem;\
background:var(--deed);color:var(--deed-ink);cursor:pointer}\
a.button{display:inline-flex;align-items:center;text-decoration:none}button.second{background:none;color:var(--deed)}button.quiet{background:none;border-color:transparent;color:var(--deed);padding:.3rem .5rem}\
button:focus-visible,a:focus-visible,input:focus-visible,select:focus-visible,summary:focus-visible{outline:3px solid var(--deed);outline-offset:2px}\
.count{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;justify-content:space-between}\
progress{width:100%;height:.8rem;accent-color:var(--deed)}\
.tags{display:flex;flex-wrap:wrap;gap:.45rem;list-style:none;margin:0 0 .8rem;padding:0}\
.tags a{display:inline-block;border-radius:.35rem;background:var(--off-ground);color:var(--ink);text-decoration:none;padding:.15rem .6rem;font-size:.9rem}\
.tags a span{color:var(--soft);margin-left:.35rem}\
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.6rem}\
table{border-collapse:collapse;width:100%;font-size:.925rem}\
th,td{text-align:left;vertical-align:top;padding:.55rem .8rem;border-bottom:1px solid var(--line)}\
thead th{background:var(--sheet);font-size:.8rem;font-weight:600;color:var(--soft);white-space:nowrap}\
tbody tr:last-child td{border-bottom:0}\
tbody tr:hover{background:var(--sheet)}\
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}\
td time[data-day]{white-space:nowrap}\
td{overflow-wrap:break-word}td .sub,td code,td[data-name=Cause],td[data-name=Why]{overflow-wrap:anywhere}\
td.name{min-width:9.5rem}td[data-name=Cause]{min-width:13rem}\
.sub{display:block;color:var(--soft);font-size:.85rem}\
.pages{display:flex;flex-wrap:wrap;gap:1rem;align-items:center;margin:.9rem 0;color:var(--soft)}\
.bulk{border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1.1rem;margin:1rem 0;display:flex;flex-wrap:wrap;gap:.7rem 1rem;align-items:end}\
.bulk .row{display:flex;flex-wrap:wrap;gap:.7rem 1rem;align-items:end;flex-basis:100%}.bulk .grow{flex:1 1 14rem}.bulk .grow input{width:100%}\
.bulk fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;flex-basis:100%}\
.bulk legend{font-weight:600;padding:0;margin-bottom:.25rem}\
.bulk fieldset label{display:inline-flex;gap:.4rem;align-items:center;color:var(--ink);font-weight:400;font-size:.95rem}\
dl.facts{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.4rem 1.25rem;margin:.8rem 0}\
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}\
.two{display:grid;grid-template-columns:minmax(0,3fr) minmax(17rem,2fr);gap:1.75rem;align-items:start}\
.panel{border:1px solid var(--line);border-radius:.6rem;padding:.3rem 1.1rem 1.1rem}\
.panel+.panel{margin-top:1rem}.panel h2{margin-top:.9rem}.panel form{margin:.6rem 0;display:flex;flex-wrap:wrap;gap:.6rem;align-items:end}\
.panel .grow{flex:1 1 12rem}.panel .grow input{width:100%}\
ol.trail{list-style:none;margin:.5rem 0;padding:0}\
ol.trail li{border-left:2px solid var(--line);padding:0 0 1rem 1.1rem;position:relative}\
ol.trail li::before{content:'';position:absolute;left:-.36rem;top:.45rem;width:.6rem;height:.6rem;border-radius:50%;background:var(--edge)}\
ol.trail li:last-child{padding-bottom:0}\
ol.trail .at{color:var(--soft);font-size:.875rem;display:block}\
figure.card{margin:0 0 1.5rem}svg.chart{display:block;width:100%;height:8rem;margin-top:.5rem}\
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.8rem;margin-top:.2rem}\
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:.5rem 0 0;padding:0;font-size:.875rem;color:var(--soft)}\
.legend li{display:inline-flex;gap:.4rem;align-items:center}\
.fill-bad{fill:var(--bar-bad)}.fill-warn{fill:var(--bar-warn)}.fill-unknown{fill:var(--bar-unknown)}.fill-good{fill:var(--bar-good)}\
details{margin:.8rem 0}summary{cursor:pointer;font-weight:500;padding:.3rem 0}\
.empty{text-align:center;padding:3rem 1rem;color:var(--soft)}.empty strong{display:block;color:var(--ink);font-size:1.1rem;margin-bottom:.3rem}\
@media(max-width:52rem){.two{grid-template-columns:1fr}}\
@media(max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}.who{margin-left:0;flex-basis:100%;justify-content:space-between}\
.wide{border:0;overflow:visible}\
table.cards-when-narrow,table.cards-when-narrow tbody,table.cards-when-narrow tr,table.cards-when-narrow td{display:block}\
table.cards-when-narrow thead{position:absolute;left:-99rem}\
table.cards-when-narrow tr{border:1px solid var(--line);border-radius:.6rem;padding:.6rem .9rem;margin:.7rem 0}\
table.cards-when-narrow td{border:0;padding:.12rem 0}\
table.cards-when-narrow td[data-name]::before{content:attr(data-name) ': ';color:var(--soft)}\
table.cards-when-narrow td.num{text-align:left}\
dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.6rem}form.filter>*{flex:1 1 100%}form.filter select{width:100%}}\
@media print{.bar nav,.who,form,form.filter,.panel form,.bulk,.pages,.downloads,.skip{display:none}.wide{border:0}body{font-size:.85rem}}";

/// Shows times in the reader's zone, copies links, and continues an action for many apps. The pages work without it.
pub(super) const SCRIPT: &str = "\
for(const t of document.querySelectorAll('time[datetime]')){const d=new Date(t.dateTime);if(!isNaN(d)){t.title=t.textContent;\
t.textContent=new Intl.DateTimeFormat(undefined,t.hasAttribute('data-day')?{dateStyle:'medium'}:{dateStyle:'medium',timeStyle:'short'}).format(d)}}\
for(const b of document.querySelectorAll('button[data-copy]')){b.hidden=false;b.addEventListener('click',async()=>{\
await navigator.clipboard.writeText(document.getElementById(b.dataset.copy).value);b.textContent='Copied'})}\
const next=document.querySelector('form[data-continue]');if(next){next.submit()}";

/// A `'sha256-…'` source expression (W3C Content Security Policy Level 3).
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The policy of every page.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src {}; script-src {}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        source(STYLE),
        source(SCRIPT)
    )
});
