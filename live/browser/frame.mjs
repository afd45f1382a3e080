// @ts-check
import { html } from "./html.mjs";
import { pictureOf } from "./picture.mjs";
import { texts } from "./texts.mjs";

/** @typedef {import("../src/tabs.ts").ViewContext} ViewContext */
/** @typedef {import("../src/parts.ts").Parts} Parts */

/**
 * @param {{ language: import("../src/tabs.ts").Language, now: number, path: string, search: string }} given
 * @returns {ViewContext}
 */
export function createContext({ language, now, path, search }) {
  const chosen = new URLSearchParams(search).get("lang");
  /** @param {string} to */
  const link = (to) => (chosen ? `${to}?lang=${encodeURIComponent(chosen)}` : to);
  /** @type {ViewContext} */
  const context = { language, now, path, link, html, picture: (parts) => pictureOf(parts, context) };
  return context;
}

/**
 * Problems with AWS, which leave the page as it was.
 * @param {Parts} parts
 * @param {ViewContext} context
 */
export function renderNotices(parts, { language }) {
  const t = texts[language];
  const problems = [...parts].filter(([key]) => key.startsWith("problem/"));
  return html`${problems.map(([key, value]) => {
    const problem = /** @type {import("../src/parts.ts").ProblemPart} */ (value);
    return html`<p class="notice" data-key="${key}"><strong>${problem.source}</strong> ${t.problems[problem.kind] ?? t.problems.failed} <small>${problem.message}</small></p>`;
  })}`;
}

/**
 * @param {Parts} parts
 * @param {ViewContext} context
 */
export function renderScale(parts, { language }) {
  const about = /** @type {import("../src/parts.ts").AboutPart | undefined} */ (parts.get("about"));
  if (!about) return html``;
  const scale =
    about.timeScale === 1 ? "" : html` <span class="pill">${texts[language].faster(about.timeScale)}</span>`;
  return html`<span class="region">${about.region}</span>${scale}`;
}
