// Runs in the browser, and in the server for browsers without JavaScript: `view` uses no document.

const texts = {
  en: {
    waiting: "The course is loading.",
    progress: (done, of) => `${done} of ${of} steps are done`,
    phases: "Phases",
    steps: "Steps of this phase",
    statuses: { done: "done", open: "open", locked: "later", broken: "no longer right" },
    unknown: (id) => `The course has no step “${id}”.`,
    current: "Go to the step that is next",
    allDone: "All steps are done.",
    check: "Check now",
    checking: (done, of) => (of > 0 ? `Checking: ${done} of ${of}` : "Checking…"),
    checked: "checked",
    never: "Not checked yet",
    problem: "The steps show the last known state.",
    problems: {
      account:
        "Fix: if the keys expired or are wrong, start again with new ones; else check the region and the network.",
      check: "This is a fault of the check and not yours. Fix: check again, and report it if it stays.",
      file: "Your progress cannot be kept. Fix: make its file writable.",
    },
    locked: (id) => `Step ${id} is not done yet. You can read this one, and do it if you wish.`,
    broken: "This step was done and is no longer right.",
    brokenSteps: "No longer right:",
    about: "About this phase",
    requirements: "What check-lab looks for",
    results: {
      pass: "met",
      fail: "not met",
      waiting: "waits for another requirement",
      unchecked: "could not check",
    },
    of: "of step",
    byHand: "No check can see this step now. Mark it when you have done it.",
    tick: "Mark as done",
    untick: "Mark as not done",
    done: "This step is done.",
    next: "Next step:",
    help: ["Hint 1: what was seen", "Hint 2: where to look", "Hint 3: the fix", "Show the solution"],
    taken: (own, all) => `Help taken: ${own} in this step, ${all} in the course`,
    helpTitles: ["What was seen", "Where to look", "Fix", "Solution"],
    noFix: "No fix is known: nothing that this step is about fails now.",
    commands: "Commands",
    command: "Command",
    none: "This step has no commands.",
    same: "Here: commands that do the same",
    copy: "Copy",
    copied: "Copied",
    picture: "Your account now",
    noPicture: "Networks, load balancers, databases and pipelines appear here.",
    reads:
      "This browser only reads. To mark steps and take hints, open the address that was printed at the start.",
    unreachable: "The server does not respond.",
  },
  fr: {
    waiting: "Le cours se charge.",
    progress: (done, of) => `${done} étapes faites sur ${of}`,
    phases: "Phases",
    steps: "Étapes de cette phase",
    statuses: { done: "faite", open: "ouverte", locked: "plus tard", broken: "plus correcte" },
    unknown: (id) => `Le cours n’a pas d’étape « ${id} ».`,
    current: "Aller à l’étape suivante",
    allDone: "Toutes les étapes sont faites.",
    check: "Vérifier",
    checking: (done, of) => (of > 0 ? `Vérification : ${done} sur ${of}` : "Vérification…"),
    checked: "vérifié",
    never: "Pas encore vérifié",
    problem: "Les étapes montrent le dernier état connu.",
    problems: {
      account:
        "Correction : si les clés ont expiré ou sont fausses, relancez avec de nouvelles ; sinon, vérifiez la région et le réseau.",
      check:
        "C’est une faute de la vérification, pas la vôtre. Correction : vérifiez à nouveau, et signalez-la si elle reste.",
      file: "Votre progression ne peut pas être gardée. Correction : rendez son fichier modifiable.",
    },
    locked: (id) =>
      `L’étape ${id} n’est pas encore faite. Vous pouvez lire celle-ci, et la faire si vous voulez.`,
    broken: "Cette étape était faite et n’est plus correcte.",
    brokenSteps: "Plus correctes :",
    about: "À propos de cette phase",
    requirements: "Ce que check-lab vérifie (en anglais)",
    results: {
      pass: "rempli",
      fail: "pas rempli",
      waiting: "attend une autre exigence",
      unchecked: "non vérifiable",
    },
    of: "de l’étape",
    byHand: "Aucune vérification ne peut voir cette étape maintenant. Marquez-la quand vous l’avez faite.",
    tick: "Marquer comme faite",
    untick: "Marquer comme pas faite",
    done: "Cette étape est faite.",
    next: "Étape suivante :",
    help: [
      "Indice 1 : ce qui a été vu",
      "Indice 2 : où chercher",
      "Indice 3 : la correction",
      "Montrer la solution",
    ],
    taken: (own, all) => `Aides prises : ${own} dans cette étape, ${all} dans le cours`,
    helpTitles: ["Ce qui a été vu (en anglais)", "Où chercher", "Correction (en anglais)", "Solution"],
    noFix: "Aucune correction connue : rien de ce qui concerne cette étape n’échoue maintenant.",
    commands: "Commandes",
    command: "Commande",
    none: "Cette étape n’a pas de commandes.",
    same: "Ici : des commandes qui font la même chose",
    copy: "Copier",
    copied: "Copié",
    picture: "Votre compte maintenant",
    noPicture: "Réseaux, répartiteurs, bases de données et pipelines apparaissent ici.",
    reads:
      "Ce navigateur ne fait que lire. Pour marquer des étapes et prendre des indices, ouvrez l’adresse affichée au démarrage.",
    unreachable: "Le serveur ne répond pas.",
  },
};

/** Sign and colour of the states of a step and of a requirement. */
const looks = {
  ...{ done: ["✓", "good"], open: ["●", "busy"], locked: ["○", "quiet"], broken: ["✗", "bad"] },
  ...{ pass: ["✓", "good"], fail: ["✗", "bad"], waiting: ["…", "busy"], unchecked: ["?", "busy"] },
};

/** In a browser, the step that /course showed first: it stays until its reader goes on, also when it is done. */
let pinned;
let isBrowser = false;
let refusal = "";
/** Name of the text that was copied last. */
let copied;

export function view(parts, context) {
  const { html, language, path, link } = context;
  const t = texts[language];
  const phases = parts.get(`course/guide-${language}`);
  const state = parts.get("course/state");
  if (!phases || !state)
    return [{ key: "waiting", wide: true, html: html`<p class="empty">${t.waiting}</p>` }];
  const steps = phases.flatMap((phase) => phase.steps.map((step) => ({ ...step, phase })));
  const asked = path.split("/")[2];
  if (isBrowser) pinned ??= state.next;
  const id = asked || (isBrowser ? pinned : state.next) || steps.at(-1)?.id;
  const step = steps.find((each) => each.id === id) ?? steps.find(({ phase }) => `${phase.number}` === id);
  const of = { ...context, t, steps, phases, state, mayOperate: parts.get("access")?.mayOperate };
  const unknown = html`<p class="notice">${t.unknown(id)} <a href="${link("/course")}">${t.current}</a></p>`;
  const picture = context.picture(parts);
  return [
    { key: "course-head", wide: true, html: head(step, of) },
    ...(step
      ? [
          { key: `step-${step.id}`, html: showStep(step, of) },
          {
            key: `side-${step.id}`,
            of: [phases, copied, ...(picture?.of ?? [])],
            html: () => side(step, picture, of),
          },
        ]
      : [{ key: "unknown", wide: true, html: unknown }]),
  ];
}

const mark = (html, status, label) =>
  html`<span class="mark ${looks[status][1]}" role="img" aria-label="${label}">${looks[status][0]}</span>`;

function head(step, of) {
  const { html, t, link, steps, phases, state, mayOperate } = of;
  const done = steps.filter(({ id }) => state.steps[id] === "done").length;
  const broken = steps.filter(({ id }) => state.steps[id] === "broken");
  const inPhase = phases.map((phase) => {
    const own = phase.steps.map(({ id }) => state.steps[id]);
    const count = own.filter((status) => status === "done").length;
    const ofCount = count === own.length ? "good" : count > 0 ? "busy" : "quiet";
    const colour = own.includes("broken") ? "bad" : ofCount;
    const first = phase.steps.find(({ id }) => state.steps[id] !== "done") ?? phase.steps[0];
    return html`<li data-key="${phase.number}"><a class="pill ${colour}" href="${link(`/course/${first.id}`)}" ${step?.phase === phase ? html` aria-current="true"` : ""}><span class="hidden">${phase.title}: </span><b aria-hidden="true">${phase.number}</b> ${count}/${own.length}</a></li>`;
  });
  const own = step?.phase.steps.map(({ id, title }) => {
    const status = state.steps[id];
    return html`<li data-key="${id}">${mark(html, status, t.statuses[status])} <a href="${link(`/course/${id}`)}"${id === step.id ? html` aria-current="page"` : ""}>${id} ${title}</a></li>`;
  });
  const { checking, checkedAt, problem } = state;
  const when = checking
    ? html`${t.checking(checking.done, checking.of)} <time data-since="${checking.since}"></time>`
    : checkedAt
      ? html`${t.checked} <time data-since="${Date.parse(checkedAt)}"></time>`
      : t.never;
  const check = mayOperate
    ? html`<form data-action="check"><button${checking ? html` disabled` : ""}>${t.check}</button></form>`
    : html`<p class="sub">${t.reads}</p>`;
  return html`<section class="card course-head"><div class="head"><div><h2>${step ? step.phase.title : t.phases}</h2>
<p class="sub">${t.progress(done, steps.length)} · <span>${when}</span></p></div>${check}</div>
<svg class="bar" width="100%" height="8" role="img" aria-label="${t.progress(done, steps.length)}"><rect class="good" height="8" width="${(100 * done) / steps.length}%"/></svg>
${problem ? html`<p class="notice bad" role="alert"><span lang="en">${problem.cause}.</span> ${t.problems[problem.of]} ${t.problem}</p>` : ""}${refusal ? html`<p class="notice bad" role="alert">${refusal}</p>` : ""}
${broken.length > 0 ? html`<p class="notice bad">${t.brokenSteps} ${broken.map(({ id, title }) => html`<a href="${link(`/course/${id}`)}">${id} ${title}</a> `)}</p>` : ""}<nav class="phases" aria-label="${t.phases}"><ol>${inPhase}</ol></nav>${own ? html`<nav class="steps-of" aria-label="${t.steps}"><ol>${own}</ol></nav>` : ""}</section>`;
}

function showStep(step, of) {
  const { html, t, state, steps, link } = of;
  const status = state.steps[step.id];
  const before = steps[steps.indexOf(step) - 1];
  const waitsFor = steps.find(({ id }) => state.steps[id] === "open" && id !== step.id)?.id ?? before?.id;
  const isFirst = step.phase.steps[0].id === step.id;
  const following =
    state.next && state.next !== step.id ? steps.find(({ id }) => id === state.next) : undefined;
  const goOn = following
    ? html`${t.next} <a href="${link(`/course/${following.id}`)}">${following.id} ${following.title}</a>`
    : t.allDone;
  const notices = {
    done: html`<p class="notice good" role="status"><strong>${t.done}</strong> ${goOn}</p>`,
    broken: html`<p class="notice bad" role="status"><strong>${t.broken}</strong></p>`,
    locked: html`<p class="notice">${t.locked(waitsFor)}</p>`,
  };
  return html`<article class="card step"><h2>${mark(html, status, t.statuses[status])} ${step.id} ${step.title}</h2>${notices[status] ?? ""}
<details data-key="about-${step.id}"${isFirst ? html` open` : ""}><summary>${t.about}</summary><div class="summary">${html([step.phase.introduction])}</div></details>
<div class="summary">${html([step.text])}</div>${requirements(step, of)}</article>`;
}

function requirements(step, of) {
  const { html, t, state, steps, mayOperate } = of;
  const status = state.steps[step.id];
  const rows = step.items.flatMap((id) => {
    const item = state.items[id];
    if (!item) return [];
    const waits = (item.waitsFor ?? []).map((cause) => {
      const of = steps.find(({ items }) => items.includes(cause))?.id;
      return of && of !== step.id ? html`${cause} (${t.of} ${of}) ` : html`${cause} `;
    });
    return html`<li data-key="${id}"><p>${mark(html, item.status, t.results[item.status])} <span lang="en">${item.title}</span> <small>${t.results[item.status]}${waits.length > 0 ? html`: ${waits}` : ""} · ${id}</small></p>${item.evidence ? html`<p class="sub" lang="en">${item.evidence}</p>` : ""}</li>`;
  });
  const list = rows.length > 0 ? html`<h3>${t.requirements}</h3><ul class="checked">${rows}</ul>` : "";
  const isDone = status === "done";
  const button = html`<form data-action="tick" data-step="${step.id}" data-done="${!isDone}"><button>${isDone ? t.untick : t.tick}</button></form>`;
  const byHand = html`${isDone ? "" : html`<p>${t.byHand}</p>`}${mayOperate ? button : ""}`;
  return html`${list}${state.byHand.includes(step.id) ? byHand : ""}${rows.length > 0 ? help(step, of) : ""}`;
}

function help(step, { html, t, state, language, mayOperate }) {
  if (state.steps[step.id] === "done") return "";
  const taken = state.taken[step.id] ?? 0;
  const all = Object.values(state.taken).reduce((sum, count) => sum + count, 0);
  const { seen = [], where, fixes = [], solution } = state.help[step.id] ?? {};
  const contents = [
    html`<ul class="checked">${seen.map(({ id, title, evidence }) => html`<li data-key="${id}"><p lang="en"><strong>${title}</strong> <small>${id}</small></p><p class="sub" lang="en">${evidence}</p></li>`)}</ul>`,
    where && html`<div class="summary">${html([where[language]])}</div>`,
    fixes.length > 0
      ? html`<ul class="checked" lang="en">${fixes.map((fix) => html`<li class="fix">${fix}</li>`)}</ul>`
      : html`<p>${t.noFix}</p>`,
    solution &&
      html`${solution.commands[language] ? copyable({ name: "solution", label: t.helpTitles[3], text: solution.commands[language] }, html, t) : html`<p>${t.none}</p>`}${solution.files.map(({ path, text }) => copyable({ name: path, label: path, text }, html, t))}`,
  ];
  const shown = contents
    .slice(0, taken)
    .map(
      (content, index) =>
        html`<details data-key="help-${index}" open><summary>${t.helpTitles[index]}</summary>${content}</details>`,
    );
  const button =
    taken < t.help.length && mayOperate
      ? html`<form data-action="help" data-step="${step.id}"><button>${t.help[taken]}</button></form>`
      : "";
  return html`<section class="help">${shown}${button}<p class="sub">${t.taken(taken, all)}</p></section>`;
}

function side(step, picture, { html, t }) {
  const show = (commands) =>
    commands.map((text, index) =>
      copyable({ name: `command-${index + 1}`, label: `${t.command} ${index + 1}`, text }, html, t),
    );
  const same = html`<details><summary>${t.same}</summary><div class="commands">${show(step.same)}</div></details>`;
  const commands =
    step.commands.length > 0
      ? html`<div class="commands">${show(step.commands)}</div>`
      : html`<p class="sub">${t.none}</p>${step.same.length > 0 ? same : ""}`;
  const empty = html`<section class="card"><h2>${t.picture}</h2><p class="sub">${t.noPicture}</p></section>`;
  return html`<div class="side"><section class="card"><h2>${t.commands}</h2>${commands}</section>${picture?.html() ?? empty}</div>`;
}

/** A text with a button that copies it. */
function copyable({ name, label, text }, html, t) {
  return html`<figure class="copyable" id="${name}" data-key="${name}"><figcaption>${label} <button type="button" data-copy="${name}" aria-label="${t.copy}: ${label}">${copied === name ? t.copied : t.copy}</button></figcaption><pre tabindex="0" aria-label="${label}" role="group">${text}</pre></figure>`;
}

export function connect(main, { language, update }) {
  isBrowser = true;
  main.addEventListener("submit", async (event) => {
    const { action, ...fields } = event.target.dataset;
    if (!action) return;
    event.preventDefault();
    const headers = { "Content-Type": "application/json" };
    const outcome = await fetch(`/course/${action}`, {
      method: "POST",
      headers,
      body: JSON.stringify(fields),
    })
      .then((response) => response.json())
      .catch(() => ({ message: texts[language].unreachable }));
    refusal = outcome.message ?? "";
    update();
  });
  main.addEventListener("click", async ({ target }) => {
    const name = target.closest?.("[data-copy]")?.dataset.copy;
    const text = name && document.getElementById(name)?.querySelector("pre");
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text.textContent);
      copied = name;
      update();
    } catch {
      // A browser without permission: the reader copies what is selected.
      getSelection().selectAllChildren(text);
    }
  });
}
