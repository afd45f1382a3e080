// @ts-check
import { texts } from "./texts.mjs";

/** @typedef {import("../src/tabs.ts").Language} Language */

/**
 * @param {number} seconds
 * @param {Language} language
 */
function decimal(seconds, language) {
  const text = String(Math.round(seconds * 10) / 10);
  return language === "fr" ? text.replace(".", ",") : text;
}

/**
 * Shortens a span of time: `4.2 s`, `3 min`, `2 h`, `5 d`.
 * @param {number} ms
 * @param {Language} language
 */
export function shortSpan(ms, language) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${decimal(seconds, language)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/**
 * Shows what is left of a wait: `4:32`.
 * @param {number} ms
 */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

const style = /** @type {const} */ ({ timeStyle: "medium", hourCycle: "h23" });
/** A format takes much longer to create than to use. */
const clocks = { en: new Intl.DateTimeFormat("en", style), fr: new Intl.DateTimeFormat("fr", style) };

/**
 * @param {number} at
 * @param {Language} language
 */
export function clockTime(at, language) {
  return clocks[language].format(at);
}

/**
 * Text of an element with a time: its age, or what is left until it.
 * @param {{ since?: string, until?: string, scale?: string, exact?: string }} data
 * @param {number} now
 * @param {Language} language
 */
export function timeText({ since, until, scale = "1", exact }, now, language) {
  if (since) {
    const ms = Math.max(0, now - Number(since));
    return exact === undefined && ms < 10_000 ? texts[language].justNow : shortSpan(ms, language);
  }
  const left = Math.max(0, Number(until) - now);
  const factor = Number(scale);
  if (factor === 1) return countdown(left);
  return `${countdown(left * factor)} ${texts[language].here(shortSpan(Math.ceil(left / 1000) * 1000, language))}`;
}

/**
 * Brings the ages and countdowns below an element up to date.
 * @param {any} root
 * @param {number} now
 * @param {Language} language
 */
export function showTimes(root, now, language) {
  for (const element of root.querySelectorAll("time[data-since], time[data-until]")) {
    const text = timeText(element.dataset, now, language);
    if (element.textContent !== text) element.textContent = text;
  }
}
