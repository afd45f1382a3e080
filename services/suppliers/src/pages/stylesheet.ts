import { createHash } from "node:crypto";

/** Warm coffee colours, each text at least 4.5 to 1 on its ground, in a light and a dark scheme. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --side: clamp(1.25rem, 3vw, 2.5rem);
  --paper: #faf6f0;
  --surface: #fffdfa;
  --ink: #2a1c13;
  --muted: #6b5646;
  --line: #e4d7c8;
  --field-line: #93806f;
  --accent: #87481c;
  --accent-strong: #6a3612;
  --on-accent: #fffaf3;
  --soft: #f3e6d6;
  --danger: #a1262b;
  --danger-strong: #7f1a1f;
  --on-danger: #fff8f7;
  --danger-soft: #fbeae8;
  --warning-soft: #fdf1d6;
  --warning-line: #b07a1e;
  --shadow: 0 1px 2px rgb(60 35 15 / .06), 0 6px 20px rgb(60 35 15 / .07);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1a130e;
    --surface: #251b15;
    --ink: #f3e9df;
    --muted: #c3ad9c;
    --line: #43342a;
    --field-line: #8d7868;
    --accent: #e3ab72;
    --accent-strong: #f2c697;
    --on-accent: #26160a;
    --soft: #38281d;
    --danger: #ff9c92;
    --danger-strong: #ffbcb5;
    --on-danger: #2e0907;
    --danger-soft: #43201d;
    --warning-soft: #3b2c12;
    --warning-line: #d9a64a;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 6px 20px rgb(0 0 0 / .3);
  }
}

*, ::before, ::after { box-sizing: border-box; }
body {
  margin: 0;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  color: var(--ink);
  background: var(--paper);
}
h1, h2 { margin: 0; font-family: ui-serif, Georgia, "Noto Serif", serif; line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.65rem, 1.3rem + 1.6vw, 2.25rem); }
h2 { font-size: 1.3rem; }
p { margin: 0; overflow-wrap: anywhere; }
main > p { max-width: 56rem; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip-link { position: absolute; z-index: 1; top: .5rem; left: .5rem; padding: .5rem 1rem; border-radius: .5rem; color: var(--on-accent); background: var(--accent); }
.skip-link:hover { color: var(--on-accent); }
.skip-link:not(:focus) { clip-path: inset(50%); }

/* The bar keeps its colours in both schemes: the classes choose them. */
.navbar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .5rem 2rem;
  padding: .75rem max(var(--side), (100% - 80rem) / 2);
}
.navbar-dark { color: #fbf3ea; --current: #e3ab72; }
.bg-dark { background: #38241a; }
.navbar-light { color: #38241a; --current: #87481c; }
.bg-light { background: #f0dfc9; border-bottom: 1px solid #d9c2a6; }
.navbar a { color: inherit; text-decoration: none; }
.navbar :focus-visible { outline-color: currentColor; }
.navbar ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none; }
.navbar li > * { display: block; padding: .375rem 0; border-block: 2px solid transparent; }
.navbar a:hover { border-bottom-color: currentColor; }
.navbar [aria-current] { border-bottom-color: var(--current); font-weight: 600; }
.brand { display: flex; align-items: center; gap: .75rem; font: 600 1.25rem/1.2 ui-serif, Georgia, "Noto Serif", serif; border-bottom: 2px solid transparent; }
.brand::before { content: ""; flex: none; width: 2.25rem; height: 2.25rem; background: url("icon.svg") center / contain no-repeat; }
.languages { margin-left: auto; font-size: .9375rem; }

main { display: grid; gap: 1.5rem; padding: 2rem max(var(--side), (100% - 80rem) / 2) 4rem; }
main > * { min-width: 0; }

/* Buttons do something or are the next step; plain links go to other pages. */
button, .button {
  display: inline-block;
  min-height: 2.75rem;
  padding: .5rem 1.125rem;
  border: 1px solid transparent;
  border-radius: .625rem;
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  color: var(--on-accent);
  background: var(--accent);
  cursor: pointer;
  transition: background-color .15s, border-color .15s;
}
button:hover, .button:hover { color: var(--on-accent); background: var(--accent-strong); }
.danger { color: var(--on-danger); background: var(--danger); }
.danger:hover { color: var(--on-danger); background: var(--danger-strong); }
.secondary { color: var(--accent); background: var(--surface); border-color: var(--field-line); }
.secondary:hover { color: var(--accent-strong); background: var(--soft); border-color: var(--accent); }
.danger.secondary { color: var(--danger); }
.danger.secondary:hover { color: var(--danger-strong); background: var(--danger-soft); border-color: var(--danger); }
.badge { display: inline-block; white-space: nowrap; padding: .125rem .75rem; border-radius: 1rem; font-size: .875rem; font-weight: 600; text-decoration: none; background: var(--soft); }
.badge:hover { color: var(--on-accent); background: var(--accent); }

.toolbar, .actions { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; }
.toolbar { justify-content: space-between; gap: 1rem 2rem; }

label { display: block; margin-bottom: .25rem; font-weight: 600; font-size: .9375rem; }
input, select {
  width: 100%;
  min-height: 2.75rem;
  padding: .5rem .75rem;
  border: 1px solid var(--field-line);
  border-radius: .5rem;
  font: inherit;
  color: inherit;
  background: var(--paper);
}
input:focus-visible, select:focus-visible { outline-offset: 0; border-color: var(--accent); }
input[aria-invalid] { border: 2px solid var(--danger); }
.hint { color: var(--muted); }
.error { margin-top: .375rem; color: var(--danger); font-weight: 600; font-size: .9375rem; }
.stored { margin-top: .375rem; padding: .125rem .625rem; border-left: 3px solid var(--warning-line); background: var(--warning-soft); font-size: .9375rem; }

.search, .supplier, .suppliers, .empty, .message, .hero, [popover] {
  border: 1px solid var(--line);
  border-radius: 1rem;
  background: var(--surface);
  box-shadow: var(--shadow);
}
.search { display: grid; grid-template-columns: minmax(8rem, 12rem) minmax(10rem, 28rem) auto auto; justify-content: start; align-items: end; gap: .75rem; padding: 1rem 1.25rem; }
.supplier { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem 1.5rem; max-width: 56rem; padding: 1.75rem; }
.supplier > * { min-width: 0; }
.supplier .field:nth-of-type(-n + 2), .supplier .actions { grid-column: 1 / -1; }
.removal { max-width: 56rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.notice { max-width: 56rem; padding: 1rem 1.25rem; border: 1px solid var(--warning-line); border-left-width: .375rem; border-radius: .625rem; background: var(--warning-soft); }
.range { color: var(--muted); }
.notice.done { border-color: var(--accent); background: var(--soft); }
.empty .actions { justify-content: center; margin-top: 1.5rem; }
footer { padding: 0 max(var(--side), (100% - 80rem) / 2) 2rem; color: var(--muted); font-size: .875rem; overflow-wrap: anywhere; }
.notice p:first-child { font-weight: 600; }

.hero { padding: clamp(2rem, 6vw, 5rem) clamp(1.5rem, 5vw, 4rem); background: url("icon.svg") right clamp(1.5rem, 8vw, 6rem) center / clamp(6rem, 18vw, 12rem) no-repeat, linear-gradient(120deg, var(--surface) 30%, var(--soft)); }
.hero h1 { font-size: clamp(2rem, 1.4rem + 3vw, 3.25rem); }
.hero p { max-width: 34ch; margin-top: 1rem; font-size: 1.1875rem; }
.message, .empty { padding: clamp(2rem, 6vw, 4rem) 1.5rem; text-align: center; }
.message::before, .empty::before { content: ""; display: block; height: 4.5rem; margin-bottom: 1.5rem; background: url("icon.svg") center / contain no-repeat; }
.message p { margin-top: 1rem; }

.suppliers { width: 100%; border-spacing: 0; overflow: hidden; font-size: .9375rem; }
.suppliers th { padding: .75rem; text-align: left; font-size: .875rem; white-space: nowrap; color: var(--muted); background: var(--soft); }
.suppliers td { max-width: 18rem; padding: .625rem .75rem; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.suppliers td:first-child { font-weight: 600; }
.suppliers tr:hover td { background: var(--paper); }
.pages ul { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; padding: 0; list-style: none; }

[popover]:popover-open { width: min(30rem, 100% - 2.5rem); margin: auto; padding: 1.75rem; color: inherit; }
[popover]:popover-open > * + * { margin-top: 1rem; }
[popover]::backdrop { background: rgb(26 16 9 / .6); }

/* Too narrow for seven columns: each supplier becomes a card, with labels next to the values. */
@media (max-width: 66rem) {
  .suppliers { display: block; border: 0; border-radius: 0; background: none; box-shadow: none; overflow: visible; }
  .suppliers thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .suppliers tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1rem; }
  .suppliers tr { display: grid; align-content: start; gap: .25rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--surface); box-shadow: var(--shadow); }
  .suppliers td { display: grid; grid-template-columns: 5.25rem 1fr; gap: .5rem; max-width: none; padding: 0; border: 0; }
  .suppliers td::before { content: attr(data-label); color: var(--muted); font-size: .9375rem; }
  .suppliers td:first-child { display: block; margin-bottom: .25rem; font-size: 1.0625rem; }
  .suppliers td:first-child::before { content: none; }
  .suppliers td:not([data-label]) { display: block; margin-top: .5rem; }
  .suppliers td:not([data-label])::before { content: none; }
  .suppliers tr:hover td { background: none; }
  .badge { padding: .375rem 1.125rem; }
}
@media (max-width: 40rem) {
  main { padding-top: 1.5rem; }
  .navbar { row-gap: 0; }
  .languages { margin-left: 0; }
  .search, .supplier { padding: 1.25rem; }
  .search { grid-template-columns: 8.25rem 1fr; justify-content: stretch; }
  .search button, .search .button { grid-column: 1 / -1; }
  .supplier { grid-template-columns: 1fr; }
  .supplier .field { grid-column: 1 / -1; }
  .hero { background-image: none, linear-gradient(var(--surface), var(--soft)); }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media print {
  .navbar, .skip-link, .actions, .search, .pages, .removal, .suppliers td:not([data-label]), .suppliers th:has(.visually-hidden) { display: none; }
  body { background: none; }
}
`;

/** Part of the stylesheet's address, so that a browser may keep it until it changes. */
export const stylesheetVersion = createHash("sha256").update(stylesheet).digest("hex").slice(0, 12);
