// Runs in the browser, and in the server for browsers without JavaScript: `view` uses no document.

const texts = {
  en: {
    none: "No workflow has run yet.",
    all: "All runs",
    gone: "This run does not exist.",
    running: "running",
    summary: "Summary",
    log: "Whole log",
    earlier: (count) => `${count} earlier lines are in the whole log`,
    loading: "The log is loading.",
    leftOut: "Skipped by the rehearsal",
    annotations: { error: "Error", warning: "Warning", notice: "Notice" },
  },
  fr: {
    none: "Aucun workflow n’a encore été exécuté.",
    all: "Toutes les exécutions",
    gone: "Cette exécution n’existe pas.",
    running: "en cours",
    summary: "Résumé",
    log: "Journal complet",
    earlier: (count) => `${count} lignes précédentes dans le journal complet`,
    loading: "Le journal se charge.",
    leftOut: "Non exécuté par la répétition",
    annotations: { error: "Erreur", warning: "Avertissement", notice: "Remarque" },
  },
};

const marks = { success: "✓", failure: "✗", cancelled: "◦", skipped: "–" };
const colours = { success: "good", failure: "bad", cancelled: "quiet", skipped: "quiet" };
/** Lines that a step shows; more would make each change slow. */
const shownLines = 300;

/** Logs of the shown run by the index of their job: `{ from, lines }`. */
const logs = new Map();
let shownRun;
/** Lines that each job has, as last published. */
let wanted = [];

const span = (ms) => (ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`);

export function view(parts, context) {
  const { html, language, path, link } = context;
  const t = texts[language];
  const id = /^\/runs\/(\d+)$/.exec(path)?.[1];
  if (id === undefined) {
    const runs = [...parts]
      .filter(([key]) => key.startsWith("runs/run-"))
      .map(([, run]) => run)
      .sort((one, other) => other.id - one.id);
    if (runs.length === 0) return [{ key: "none", wide: true, html: html`<p class="empty">${t.none}</p>` }];
    const list = html`<ol class="runs">${runs.map((run) => runLine(run, context, t))}</ol>`;
    return [{ key: "runs", wide: true, html: list }];
  }
  const run = parts.get(`runs/run-${id}`);
  const back = html`<p><a href="${link("/runs")}">${t.all}</a></p>`;
  if (!run) return [{ key: "gone", wide: true, html: html`${back}<p class="empty">${t.gone}</p>` }];
  if (shownRun !== id) logs.clear();
  shownRun = id;
  wanted = run.jobs.map((job) => job.lines);
  return [
    { key: "head", wide: true, html: html`${back}<h2>${runTitle(run, context, t)}</h2>` },
    ...run.jobs.map((job, index) => {
      const summary = parts.get(`runs/summary-${id}-${index}`);
      const shown = { job, summary, log: logs.get(index), wholeLog: `/runs/text/${id}/${index}` };
      return { key: `job-${index}`, wide: true, html: showJob(shown, context, t) };
    }),
  ];
}

/** Shows a run in another document, without the lines of its logs: `logOf` returns their address. */
export function runView(parts, id, context, logOf) {
  const t = texts[context.language];
  const run = parts.get(`runs/run-${id}`);
  const jobs = run?.jobs.map((job, index) => {
    const shown = {
      job,
      summary: parts.get(`runs/summary-${id}-${index}`),
      log: noLines,
      wholeLog: logOf(index),
    };
    return showJob(shown, context, t);
  });
  return run && context.html`<h2>${runTitle(run, context, t)}</h2>${jobs}`;
}

const noLines = { lines: [] };

function mark(html, { conclusion }, t) {
  if (!conclusion) return html`<span class="pill busy">${t.running}</span>`;
  return html`<span class="mark ${colours[conclusion]}" role="img" aria-label="${conclusion}">${marks[conclusion]}</span>`;
}

const age = (html, { conclusion, durationMs, startedAt }) =>
  conclusion
    ? html`<small>${span(durationMs)}</small>`
    : html`<small><time data-since="${startedAt}"></time></small>`;

const runTitle = (run, { html }, t) =>
  html`${mark(html, run, t)} ${run.workflow} #${run.id} <small>${run.event} <code>${run.sha.slice(0, 7)}</code></small> ${age(html, run)}`;

function runLine(run, context, t) {
  const { html, link } = context;
  const jobs = run.jobs.map((job) => html`<li>${mark(html, job, t)} ${job.name} ${age(html, job)}</li>`);
  return html`<li class="card" data-key="${run.id}"><p>${mark(html, run, t)} <a href="${link(`/runs/${run.id}`)}">${run.workflow} #${run.id}</a> <small>${run.event} <code>${run.sha.slice(0, 7)}</code></small> ${age(html, run)}</p><ul>${jobs}</ul></li>`;
}

function showJob({ job, summary, log, wholeLog }, { html }, t) {
  const annotations = job.annotations.map(
    ({ level, title, message }) =>
      html`<li class="notice ${level === "error" ? "bad" : "busy"}"><strong>${t.annotations[level]}</strong> ${title ? html`${title}: ` : ""}${message}</li>`,
  );
  const leftOut = job.leftOut.map(
    ({ step, what, why }) =>
      html`<li class="notice busy"><strong>${t.leftOut}</strong> ${step}: <code>${what}</code>. ${why}</li>`,
  );
  const steps = job.steps.map((step, number) => {
    const isOpen = !step.conclusion || step.conclusion === "failure";
    // With another key it is another element, so that a step closes when it ends.
    return html`<details data-key="step-${number}-${isOpen}"${isOpen ? html` open` : ""}><summary>${mark(html, step, t)} ${step.name} ${age(html, step)}</summary>${stepLog(log, number, html, t)}</details>`;
  });
  // The server has rendered it, and kept only markup that structures text.
  const rendered = summary ? html`<h4>${t.summary}</h4><div class="summary">${html([summary])}</div>` : "";
  return html`<article class="card job"><h3>${mark(html, job, t)} ${job.name} ${age(html, job)}</h3>
${annotations.length + leftOut.length > 0 ? html`<ul class="annotations">${annotations}${leftOut}</ul>` : ""}${rendered}
<div class="steps">${steps}</div><p><a href="${wholeLog}">${t.log}</a></p></article>`;
}

function stepLog(log, number, html, t) {
  if (!log) return html`<p class="none">${t.loading}</p>`;
  const lines = log.lines.filter(([step]) => step === number).map(([, line]) => line);
  if (lines.length === 0) return "";
  const hidden = lines.length - shownLines;
  const text = lines.slice(-shownLines).join("\n");
  return html`${hidden > 0 ? html`<p class="none">${t.earlier(hidden)}</p>` : ""}<pre tabindex="0">${text}</pre>`;
}

const everyMs = 700;

/** Reads what the parts of the page do not hold: the shown logs. */
export function connect(_, { update }) {
  let isReading = false;
  const read = async () => {
    const [, id] = /^\/runs\/(\d+)$/.exec(location.pathname) ?? [];
    if (id && (await readLogs(id))) update();
  };
  setInterval(async () => {
    if (isReading || document.hidden) return;
    isReading = true;
    // The page says that the server does not respond.
    await read().catch(() => {});
    isReading = false;
  }, everyMs);
}

async function readLogs(id) {
  let changes = false;
  for (const [index, count] of wanted.entries()) {
    const log = logs.get(index) ?? { from: 0, lines: [] };
    const have = log.from + log.lines.length;
    if (logs.has(index) && have >= count) continue;
    const response = await fetch(`/runs/log/${id}/${index}?from=${have}`);
    if (!response.ok) continue;
    const { from, lines } = await response.json();
    logs.set(index, from === have ? { from: log.from, lines: [...log.lines, ...lines] } : { from, lines });
    changes = true;
  }
  return changes;
}
