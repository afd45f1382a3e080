// @ts-check

/** @type {import("../src/tabs.ts").Tab["view"]} */
export function view(parts, { html }) {
  return [...parts]
    .filter(([key]) => key.startsWith("service/"))
    .map(([key, value]) => ({
      key,
      html: html`<article class="card"><pre>${JSON.stringify(value, undefined, 1)}</pre></article>`,
    }));
}
