import { createContext, renderNotices, renderScale } from "./frame.mjs";
import { morph } from "./morph.mjs";
import { texts } from "./texts.mjs";
import { showTimes } from "./times.mjs";

const { lang: language } = document.documentElement;
const t = texts[language];
const sections = document.getElementById("sections");
const state = document.getElementById("state");
const tab = document.body.dataset.module ? await import(document.body.dataset.module) : undefined;

/** Milliseconds by which the server's clock is ahead of this one. */
let ahead = 0;
const now = () => Date.now() + ahead;
const parts = new Map();

/** A frame has 16 ms; the page's changes may use this part of it. */
const frameBudgetMs = 6;
/** Markup of each section, as last shown. */
const shown = new Map();
/** Markup of the sections to change. */
const waiting = new Map();
let isScheduled = false;
let isStale = false;

function update() {
  isStale = true;
  schedule();
}

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    if (isStale) render();
    const startedAt = performance.now();
    for (const [key, markup] of waiting) {
      waiting.delete(key);
      showSection(key, markup);
      if (performance.now() - startedAt > frameBudgetMs) break;
    }
    if (waiting.size > 0) schedule();
  });
}

/** Computes all sections. Those whose markup is as before cost nothing more. */
function render() {
  isStale = false;
  const context = createContext({
    language,
    now: now(),
    path: location.pathname,
    search: location.search,
  });
  morph(document.getElementById("notices"), String(renderNotices(parts, context)));
  morph(document.getElementById("scale"), String(renderScale(parts, context)));
  if (!tab) return;
  const wanted = tab.view(parts, context);
  const existing = new Map([...sections.children].map((child) => [child.dataset.key, child]));
  let place = sections.firstElementChild;
  for (const { key, html, wide } of wanted) {
    let element = existing.get(key);
    existing.delete(key);
    if (!element) {
      element = document.createElement("div");
      element.dataset.key = key;
    }
    element.className = wide ? "section wide" : "section";
    if (place === element) place = place.nextElementSibling;
    else sections.insertBefore(element, place);
    const markup = String(html);
    if (shown.get(key) !== markup) waiting.set(key, markup);
  }
  for (const [key, element] of existing) {
    element.remove();
    shown.delete(key);
    waiting.delete(key);
  }
}

function showSection(key, markup) {
  const element = [...sections.children].find((child) => child.dataset.key === key);
  if (!element) return;
  shown.set(key, markup);
  morph(element, markup);
  showTimes(element, now(), language);
}

/** The server sends a sign of life each 10 seconds. */
const silenceMs = 25_000;
let heardAt = Date.now();
let source;

function show(kind, text) {
  if (state.dataset.kind === kind && state.textContent === text) return;
  state.dataset.kind = kind;
  state.textContent = text;
}

function receive(event) {
  const { now: serverNow, set, removed } = JSON.parse(event.data);
  ahead = serverNow - Date.now();
  if (event.type === "snapshot") parts.clear();
  for (const key of removed) parts.delete(key);
  for (const [key, value] of Object.entries(set)) parts.set(key, value);
  hear();
  update();
}

function hear() {
  heardAt = Date.now();
  show("live", t.live);
}

function connect() {
  source = new EventSource("/events");
  source.addEventListener("snapshot", receive);
  source.addEventListener("change", receive);
  source.addEventListener("alive", hear);
  source.addEventListener("open", hear);
  source.addEventListener("error", () => {
    show("waiting", t.waiting);
    // The browser connects again, and says after which message, unless the server refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

show("waiting", t.connecting);
tab?.connect?.(document.getElementById("content"), { language, update });
connect();
setInterval(() => {
  if (Date.now() - heardAt > silenceMs) show("waiting", t.waiting);
  if (!document.hidden) showTimes(document, now(), language);
}, 1000);
