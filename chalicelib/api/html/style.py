"""The style of the HTML pages, and a content security policy that allows only this style.

The pages cannot be framed: other sites embed the widget, whose fallback is a link to these pages.
"""

import hashlib
from base64 import b64encode

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff;
  --panel: #f5f6f8;
  --ink: #1d2025;
  --soft: #565d68;
  --line: #dbdfe5;
  --edge: #757d8a;
  --link: #0b5a86;
  --on-link: #fff;
  --mark: #fff4cf;
  --wrong: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c;
    --panel: #20242a;
    --ink: #e6e8eb;
    --soft: #a9b1bc;
    --line: #363c45;
    --edge: #858e9b;
    --link: #8fcbef;
    --on-link: #0d222f;
    --mark: #33301c;
    --wrong: #ffb4ab;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 44rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 3rem) clamp(0.875rem, 4vw, 2rem) 4rem; }
h1 { margin: 0; font-size: clamp(1.5rem, 1.2rem + 1.6vw, 2.125rem); line-height: 1.2; letter-spacing: -0.015em; }
h2 { margin: 0 0 0.75rem; font-size: 1.0625rem; }
p { margin: 0 0 1rem; }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 0.06em; }
a:hover { text-decoration-thickness: 0.13em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.about { margin: 0 0 0.25rem; color: var(--soft); }
.soft, .hint { color: var(--soft); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.5rem; margin: 1.25rem 0 1.5rem; }
.bar p { margin: 0; }
.bar a, .actions a, .when, .name a, .about a, .way a, .summary a { display: inline-block; min-height: 1.5rem; }
.sorts { display: flex; gap: 0.25rem 1rem; }
.sorts [aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
.button, .bar .button {
  display: inline-block;
  min-height: 2.75rem;
  padding: 0.5rem 1.125rem;
  border: 1px solid transparent;
  border-radius: 0.5rem;
  background: var(--link);
  color: var(--on-link);
  font: inherit;
  font-weight: 600;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { text-decoration: underline; }
.thread, .replies { margin: 0; padding: 0; list-style: none; }
.thread > li { padding-bottom: 0.75rem; border-top: 1px solid var(--line); }
.replies {
  margin-inline-start: 0.125rem;
  padding-inline-start: clamp(0.5rem, 2.5vw, 1.5rem);
  border-inline-start: 2px solid var(--line);
}
.comment { padding: 1rem 0 0.5rem; }
.replies .comment { padding-top: 0.5rem; }
.comment:target { margin-inline: -0.5rem; padding-inline: 0.5rem; border-radius: 0.5rem; background: var(--mark); }
.comment header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.625rem; }
.name { font-weight: 600; }
.badge {
  padding: 0 0.4375rem;
  border: 1px solid currentColor;
  border-radius: 1rem;
  color: var(--link);
  font-size: 0.8125rem;
  font-weight: 600;
}
.when, .edited { color: var(--soft); font-size: 0.9375rem; }
.when { text-decoration: none; }
.when:hover { text-decoration: underline; }
.actions, .note { margin: 0; font-size: 0.9375rem; }
.note, .gone { color: var(--soft); font-style: italic; }
.gone { margin: 0 0 0.5rem; }
.text { margin-top: 0.25rem; }
.text :is(p, ul, ol, pre, blockquote) { margin: 0 0 0.75rem; }
.text :is(p, li) { unicode-bidi: plaintext; text-align: start; }
.text :is(ul, ol) { padding-inline-start: 1.5rem; }
.text blockquote { padding-inline-start: 0.875rem; border-inline-start: 3px solid var(--edge); color: var(--soft); }
code {
  padding: 0.1em 0.25em;
  border-radius: 0.25rem;
  background: var(--panel);
  font: 0.9375em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
}
.text pre {
  overflow-x: auto;
  padding: 0.75rem 0.875rem;
  border-radius: 0.5rem;
  background: var(--panel);
  overflow-wrap: normal;
  direction: ltr;
  text-align: left;
}
pre code { padding: 0; background: none; }
.more { margin: 1.5rem 0 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.box { margin: 1.5rem 0; padding: 1rem; border-radius: 0.5rem; background: var(--panel); }
.box .comment { padding: 0; }
.box code, .box pre { background: var(--paper); }
.box .text > :last-child { margin-bottom: 0; }
header + p { margin-top: 0.75rem; }
form { margin-top: 1.5rem; }
.field { margin: 0 0 1.25rem; }
label { display: block; font-weight: 600; }
.hint { margin: 0 0 0.25rem; font-size: 0.9375rem; }
input, textarea {
  display: block;
  width: 100%;
  min-height: 2.75rem;
  margin: 0.25rem 0 0;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--paper);
  color: var(--ink);
  font: inherit;
}
textarea { min-height: 11rem; resize: vertical; }
[aria-invalid] { border: 2px solid var(--wrong); }
.wrong { margin: 0; color: var(--wrong); font-weight: 600; }
.summary { margin: 1.5rem 0; padding: 1rem; border: 2px solid var(--wrong); border-radius: 0.5rem; }
.summary :last-child { margin-bottom: 0; }
.summary ul { margin: 0; padding-inline-start: 1.25rem; }
.visually-hidden, .trap {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #333; --link: #000; --line: #999; --panel: #fff; }
  .bar, .actions, .more, form { display: none; }
  main { max-width: none; padding: 0; }
  .comment { break-inside: avoid; }
  .text pre { white-space: pre-wrap; overflow: visible; }
}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
