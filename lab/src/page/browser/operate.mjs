// Runs in the browser, and in the server for browsers without JavaScript: `view` uses no document.

const texts = {
  en: {
    waiting: "The lab gets ready: its services are not deployed yet, or the page is about to load.",
    noScript: "Buttons need JavaScript.",
    main: "main is at",
    visitors: (count) => `Visitors: ${count} requests per second`,
    startVisitors: "Start",
    exercises: "Exercises",
    exercisesAbout: "Each makes a commit and pushes it, as you would.",
    start: "Push",
    workflows: "Run a workflow",
    workflowsAbout: "On main, with the inputs that it declares.",
    run: "Run workflow",
    required: "required",
    choose: "choose",
    deployments: "Deployments in progress",
    noDeployments: "None. To bring back an earlier release, run rollback.yml.",
    stop: "Stop",
    stopAndRollBack: "Stop and roll back",
    unreachable: "The lab does not respond.",
    reads:
      "This browser only reads. To operate the lab, open the address that the lab printed when it started.",
  },
  fr: {
    waiting: "Le laboratoire se prépare : ses services ne sont pas encore déployés, ou la page se charge.",
    noScript: "Les boutons ont besoin de JavaScript.",
    main: "main est à",
    visitors: (count) => `Visiteurs : ${count} requêtes par seconde`,
    startVisitors: "Lancer",
    exercises: "Exercices",
    exercisesAbout: "Chacun fait un commit et le pousse, comme vous le feriez.",
    start: "Pousser",
    workflows: "Lancer un workflow",
    workflowsAbout: "Sur main, avec les paramètres qu’il déclare.",
    run: "Lancer le workflow",
    required: "obligatoire",
    choose: "choisir",
    deployments: "Déploiements en cours",
    noDeployments: "Aucun. Pour rétablir une version antérieure, lancez rollback.yml.",
    stop: "Arrêter",
    stopAndRollBack: "Arrêter et annuler",
    unreachable: "Le laboratoire ne répond pas.",
    reads:
      "Ce navigateur ne fait que lire. Pour piloter, ouvrez l’adresse que le laboratoire a affichée à son démarrage.",
  },
};

/** A form that the server refused: the form's key, a message, and the problems by input. */
let refusal;
/** Key of the form that waits for the server. */
let busy;

export function view(parts, context) {
  const { html, language } = context;
  const t = texts[language];
  if (!parts.get("access")?.mayOperate)
    return [{ key: "reads", wide: true, html: html`<p class="notice">${t.reads}</p>` }];
  const lab = parts.get("operate/form");
  if (!lab) return [{ key: "waiting", wide: true, html: html`<p class="empty">${t.waiting}</p>` }];
  const running = [...parts]
    .filter(
      ([key, value]) => key.startsWith("deployment/") && !value.verdict && value.engine === "CodeDeploy",
    )
    .map(([, deployment]) => deployment);
  const section = (content) => html`<section class="operate">${content}</section>`;
  return [
    {
      key: "main",
      wide: true,
      html: html`<p>${t.main} <code>${lab.commit.slice(0, 7)}</code> ${lab.subject}</p><noscript><p class="notice">${t.noScript}</p></noscript>`,
    },
    {
      key: "deployments",
      wide: true,
      html: section(
        html`${lab.perSecond === undefined ? "" : visitors(lab.perSecond, html, t)}${showDeployments(running, html, t)}`,
      ),
    },
    ...(lab.exercises.length > 0
      ? [
          {
            key: "exercises",
            wide: true,
            html: section(
              html`<h2>${t.exercises}</h2><p>${t.exercisesAbout}</p><div class="exercises">${lab.exercises.map((each) => exerciseForm(each, context, t))}</div>`,
            ),
          },
        ]
      : []),
    {
      key: "workflows",
      wide: true,
      html: section(
        html`<h2>${t.workflows}</h2><p>${t.workflowsAbout}</p>${lab.workflows.map((each) => workflowForm(each, html, t))}`,
      ),
    },
  ];
}

/** A form whose fields are sent to an action; `key` identifies it. */
function form({ key, action, fields, label }, html) {
  const message =
    refusal?.key === key && refusal.problems.length === 0
      ? html`<p class="problem" role="alert">${refusal.message}</p>`
      : "";
  return html`<form data-key="${key}" data-action="${action}" novalidate>${fields}${message}<button${busy === key ? html` disabled` : ""}>${label}</button></form>`;
}

const hidden = (name, value, html) => html`<input type="hidden" name="${name}" value="${value}">`;

function visitors(perSecond, html, t) {
  const fields = hidden("on", String(perSecond === 0), html);
  const label = perSecond > 0 ? t.stop : t.startVisitors;
  return html`<h2>${t.visitors(perSecond)}</h2>${form({ key: "visitors", action: "visitors", fields, label }, html)}`;
}

function exerciseForm({ name, title, about }, { html, language }, t) {
  const fields = html`<div><h3>${title[language]}</h3><p>${about[language]}</p></div>${hidden("name", name, html)}`;
  const label = html`${t.start}<span class="hidden">: ${title[language]}</span>`;
  return html`<div class="card" data-key="${name}">${form({ key: `exercise-${name}`, action: "exercise", fields, label }, html)}</div>`;
}

function showDeployments(running, html, t) {
  const stop = (deployment, rollBack) =>
    form(
      {
        key: `stop-${deployment.id}-${rollBack}`,
        action: "stop",
        fields: html`${hidden("deployment", deployment.id, html)}${hidden("rollBack", String(rollBack), html)}`,
        label: html`${rollBack ? t.stopAndRollBack : t.stop}<span class="hidden"> ${deployment.id}</span>`,
      },
      html,
    );
  const list = running.map(
    (deployment) =>
      html`<div class="card" data-key="${deployment.id}"><h3>${deployment.service}</h3><p><code>${deployment.id}</code> <span class="pill busy">${deployment.status}</span></p>${stop(deployment, true)}${stop(deployment, false)}</div>`,
  );
  return html`<h2>${t.deployments}</h2>${list.length > 0 ? html`<div class="exercises">${list}</div>` : html`<p>${t.noDeployments}</p>`}`;
}

function workflowForm({ file, name, inputs }, html, t) {
  const key = `workflow-${file}`;
  const problems = refusal?.key === key ? refusal.problems : [];
  const fields = html`${hidden("workflow", file, html)}${inputs.map((input) =>
    field(
      input,
      { file, message: problems.find((problem) => problem.input === input.name)?.message },
      html,
      t,
    ),
  )}`;
  const content = form({ key, action: "workflow", fields, label: t.run }, html);
  return html`<details class="card" data-key="${file}"${problems.length > 0 ? html` open` : ""}><summary><strong>${name}</strong> <small>${file}</small></summary>${content}</details>`;
}

/** An input as GitHub's form shows it, with what is wrong with its value. */
function field({ name, type, description, required, default: value, options }, { file, message }, html, t) {
  const id = `${file}-${name}`;
  const state = message ? html` aria-invalid="true" aria-describedby="${id}-problem"` : "";
  const problem = message
    ? html`<small class="problem" id="${id}-problem" role="alert">${message}</small>`
    : "";
  const title = html`<span>${description || name} <small>${name}${required ? `, ${t.required}` : ""}</small></span>`;
  if (type === "boolean")
    return html`<label data-key="${name}"><span><input type="checkbox" name="input:${name}"${value === "true" ? html` checked` : ""}${state}> ${title}</span>${problem}</label>`;
  const choices = value === "" ? ["", ...options] : options;
  const control =
    type === "choice"
      ? html`<select name="input:${name}"${state}>${choices.map((each) => html`<option value="${each}"${each === value ? html` selected` : ""}>${each || `– ${t.choose} –`}</option>`)}</select>`
      : html`<input name="input:${name}" value="${value}"${type === "number" ? html` inputmode="decimal"` : ""} autocomplete="off"${state}>`;
  return html`<label data-key="${name}">${title}${control}${problem}</label>`;
}

export function connect(main, { language, update }) {
  // The way back may show this page as it was left.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    busy = undefined;
    update();
  });
  main.addEventListener("submit", async (event) => {
    const { target } = event;
    const { action, key } = target.dataset;
    if (!action) return;
    event.preventDefault();
    // A double click submits twice, the second time before the button is disabled.
    if (busy) return;
    const fields = Object.fromEntries(new FormData(target));
    for (const box of target.querySelectorAll("input[type=checkbox]")) fields[box.name] = String(box.checked);
    busy = key;
    refusal = undefined;
    update();
    const answer = await send(action, fields).catch(() => ({
      message: texts[language].unreachable,
      problems: [],
    }));
    // Busy until the next page is loaded, too.
    if (answer.location) return location.assign(answer.location + location.search);
    busy = undefined;
    refusal = { key, message: answer.message, problems: answer.problems ?? [] };
    update();
    requestAnimationFrame(() => target.querySelector("[aria-invalid]")?.focus());
  });
}

async function send(action, fields) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`/operate/${action}`, {
    method: "POST",
    headers,
    body: JSON.stringify(fields),
  });
  return response.json();
}
