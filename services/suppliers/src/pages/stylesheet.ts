import { createHash } from "node:crypto";

export const stylesheet = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #212529; background: #fff; }
.navbar { display: flex; flex-wrap: wrap; align-items: center; gap: 1.25rem; padding: .75rem 1.5rem; }
.navbar a { text-decoration: none; color: inherit; }
.navbar a:hover { text-decoration: underline; }
.brand { font-size: 1.25rem; }
.bg-dark { background: #343a40; }
.bg-light { background: #f8f9fa; border-bottom: 1px solid #dee2e6; }
.navbar-dark { color: #fff; }
.navbar-light { color: #212529; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem 1.5rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem; border-bottom: 1px solid #dee2e6; text-align: left; overflow-wrap: anywhere; }
label { display: block; margin-top: .75rem; }
input { width: 100%; max-width: 32rem; box-sizing: border-box; padding: .4rem .6rem; font: inherit; }
input[aria-invalid] { border: 2px solid #b02a37; }
.error { margin: .25rem 0 0; color: #b02a37; }
button, .button { display: inline-block; margin: 1rem .5rem 0 0; padding: .4rem .9rem; font: inherit; border: 0; border-radius: .25rem; background: #0b5ed7; color: #fff; text-decoration: none; cursor: pointer; }
.danger { background: #b02a37; }
.badge { padding: .1rem .5rem; border-radius: .25rem; background: #0b5ed7; color: #fff; font-size: .85rem; text-decoration: none; }
`;

/** Part of the stylesheet's address, so that a browser may keep it until it changes. */
export const stylesheetVersion = createHash("sha256").update(stylesheet).digest("hex").slice(0, 12);
