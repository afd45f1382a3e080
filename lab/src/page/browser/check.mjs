// Runs in the browser, and in the server for browsers without JavaScript: `view` uses no document.

const texts = {
  en: {
    heading: "The nine phases of the lab",
    about: "Checks this account, the repository and the site as check-lab does for a student. It only reads.",
    start: "Check now",
    again: "Check again",
    running: "Checking…",
    never: "Not checked yet.",
    checked: "checked",
    phase: "Phase",
    statuses: { pass: "passed", fail: "failed", waiting: "waiting", unchecked: "could not check" },
    items: (count) => `${count} ${count === 1 ? "requirement" : "requirements"}`,
    fix: "Fix",
    score: ({ points, of, unchecked, percent }) =>
      `${points} of ${of} points (${percent} %)${unchecked > 0 ? `, ${unchecked} not checked` : ""}`,
    unreachable: "The lab does not respond.",
    reads: "This browser only reads. To check, open the address that the lab printed when it started.",
  },
  fr: {
    heading: "Les neuf phases du lab",
    about:
      "Vérifie ce compte, le dépôt et le site comme check-lab le fait pour un étudiant. Rien n’est modifié. Le détail est en anglais.",
    start: "Vérifier",
    again: "Vérifier à nouveau",
    running: "Vérification…",
    never: "Pas encore vérifié.",
    checked: "vérifié",
    phase: "Phase",
    statuses: { pass: "réussi", fail: "échoué", waiting: "en attente", unchecked: "non vérifiable" },
    items: (count) => `${count} ${count === 1 ? "exigence" : "exigences"}`,
    fix: "Correction",
    score: ({ points, of, unchecked, percent }) =>
      `${points} points sur ${of} (${percent} %)${unchecked > 0 ? `, ${unchecked} non vérifiés` : ""}`,
    unreachable: "Le laboratoire ne répond pas.",
    reads:
      "Ce navigateur ne fait que lire. Pour vérifier, ouvrez l’adresse que le laboratoire a affichée à son démarrage.",
  },
};

const marks = { pass: "✓", fail: "✗", waiting: "…", unchecked: "?" };
const colours = { pass: "good", fail: "bad", waiting: "busy", unchecked: "busy" };

/** Why a check did not start. */
let refusal = "";

export function view(parts, context) {
  const { html, language } = context;
  const t = texts[language];
  const state = parts.get("check/state");
  const phases = state?.phases ?? [];
  return [
    { key: "head", wide: true, html: head(state, parts.get("access"), context, t) },
    ...phases.map((phase) => ({
      key: `phase-${phase.phase}`,
      of: [phase],
      html: () => showPhase(phase, html, t),
    })),
  ];
}

function head(state, access, { html }, t) {
  const items = (state?.phases ?? []).flatMap((phase) => phase.items);
  const counts = Object.keys(marks).flatMap((status) => {
    const count = items.filter((item) => item.status === status).length;
    return count === 0
      ? []
      : html`<span class="pill ${colours[status]}">${t.statuses[status]}: ${count}</span> `;
  });
  const since = state?.startedAt
    ? html`<p class="sub">${t.checked} <time data-since="${state.startedAt}"></time></p>`
    : html`<p class="sub">${t.never}</p>`;
  const problem = access?.mayOperate ? refusal || state?.problem : t.reads;
  return html`<section class="card operate"><div><h2>${t.heading}</h2><p class="sub">${t.about}</p></div>
${since}${counts.length > 0 && html`<p>${counts}</p>`}
<form data-action="check">${problem && html`<p class="problem" role="alert">${problem}</p>`}<button${state?.isRunning || !access?.mayOperate ? html` disabled` : ""}>${state?.isRunning ? t.running : state?.startedAt ? t.again : t.start}</button></form></section>`;
}

function showPhase({ phase, title, score, items }, html, t) {
  const isOpen = items.some(({ status }) => status !== "pass");
  const list = items.map(
    ({ id, title, status, evidence, fixes }) =>
      html`<li data-key="${id}"><p><span class="mark ${colours[status]}" aria-hidden="true">${marks[status]}</span> <strong>${title}</strong> <small>${t.statuses[status]} · ${id}</small></p><p class="sub">${evidence}</p>${fixes.map(([way, text]) => html`<p class="fix"><small>${t.fix} (${way})</small> ${text}</p>`)}</li>`,
  );
  return html`<article class="card"><header class="head"><h2>${t.phase} ${phase}: ${title}</h2><span class="pill ${score.unchecked === score.of ? "busy" : score.points === score.of ? "good" : "bad"}">${t.score(score)}</span></header>
<details${isOpen ? html` open` : ""}><summary>${t.items(items.length)}</summary><ul class="checked">${list}</ul></details></article>`;
}

export function connect(main, { language, update }) {
  main.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { "Content-Type": "application/json" };
    const outcome = await fetch("/check/start", { method: "POST", headers, body: "{}" })
      .then((response) => response.json())
      .catch(() => ({ message: texts[language].unreachable }));
    refusal = outcome.message ?? "";
    update();
  });
}
