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
/** Content of each section: its markup, and the parts that it was made from. */
const shown = new Map();
/** Sections to compute and to change. */
const waiting = new Map();
const elements = new Map();
for (const element of sections.children) elements.set(element.dataset.key, element);
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
    for (const [key, section] of waiting) {
      waiting.delete(key);
      showSection(key, section);
      if (performance.now() - startedAt > frameBudgetMs) break;
    }
    if (waiting.size > 0) schedule();
  });
}

/** Finds the sections that may have changed. */
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
  const gone = new Set(elements.keys());
  let place = sections.firstElementChild;
  for (const section of wanted) {
    const { key, of, wide } = section;
    gone.delete(key);
    const element = elements.get(key) ?? document.createElement("div");
    if (!elements.has(key)) elements.set(key, element).get(key).dataset.key = key;
    const name = wide ? "section wide" : "section";
    if (element.className !== name) element.className = name;
    if (place === element) place = place.nextElementSibling;
    else sections.insertBefore(element, place);
    const last = shown.get(key)?.of;
    if (!of || !last || of.length !== last.length || of.some((part, index) => part !== last[index]))
      waiting.set(key, section);
  }
  for (const key of gone) {
    elements.get(key).remove();
    for (const map of [elements, shown, waiting]) map.delete(key);
  }
}

function showSection(key, { html, of }) {
  const markup = String(typeof html === "function" ? html() : html);
  const isSame = shown.get(key)?.markup === markup;
  shown.set(key, { markup, of });
  if (isSame) return;
  const element = elements.get(key);
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

/** A connection that takes no longer is not worth a word, which would move the page. */
const quietMs = 2000;
setTimeout(() => source.readyState === EventSource.CONNECTING && show("waiting", t.connecting), quietMs);
tab?.connect?.(document.getElementById("content"), { language, update });
connect();
setInterval(() => {
  if (Date.now() - heardAt > silenceMs) show("waiting", t.waiting);
  if (!document.hidden) showTimes(document, now(), language);
}, 1000);
