/** A part of a workflow as YAML gives it, read without a schema. */
export type Part = Readonly<Record<string, unknown>>;

/** A job that has both. */
export interface Finding {
  /** `caller / job` for a job of a called workflow. */
  readonly job: string;
  readonly code: string;
  readonly credentials: string;
}

/** Returns the workflow or the action of this project that `uses` refers to; undefined for any other. */
export type Read = (uses: string) => Part | undefined;

/**
 * Finds the jobs that execute code of their repository and have credentials: a secret, or a token that may write. Code
 * that cannot be seen, such as an unknown program or action, counts.
 * @param granted permissions of the calling job
 */
export function findBoth(workflow: Part, read: Read, granted?: unknown): Finding[] {
  return Object.entries(partOf(workflow.jobs)).flatMap(([name, value]) => {
    const job = partOf(value);
    const permissions = job.permissions ?? workflow.permissions ?? granted;
    const called = job.uses ? read(`${job.uses}`) : undefined;
    if (called)
      return findBoth(called, read, permissions).map((each) => ({ ...each, job: `${name} / ${each.job}` }));
    const credentials = credentialsOf(job, workflow.env, permissions);
    const code = job.uses ? `${job.uses}, which cannot be read` : codeOf(job, workflow, read);
    return code && credentials ? [{ job: name, code, credentials }] : [];
  });
}

export const partOf = (value: unknown): Part => Object(value ?? {}) as Part;
export const stepsOf = (job: Part): Part[] => (Array.isArray(job.steps) ? job.steps.map(partOf) : []);

/** `secrets.GITHUB_TOKEN` is the job's token, whose permissions decide. */
const secret = /(?<![\w.-])secrets\b(?!\s*\.\s*github_token\b)(?:\.[\w-]+)?/i;
const login = /(?:log-in-to-aws|configure-aws-credentials|[/-]login|login-action|\/auth)@/;

/** Returns the first secret in the expressions of a part. */
export function secretIn(part: unknown): string | undefined {
  const [, ...expressions] = JSON.stringify(part ?? null).split("${{");
  return expressions.map((each) => secret.exec(each.split("}}")[0] ?? "")?.[0]).find(Boolean);
}

function credentialsOf(job: Part, env: unknown, permissions: unknown): string | undefined {
  if (job.secrets === "inherit") return "secrets: inherit";
  const step = stepsOf(job).find(({ uses }) => login.test(`${uses}`));
  return secretIn([job, env]) ?? (step ? `${step.uses}` : writeIn(permissions));
}

function writeIn(permissions: unknown): string | undefined {
  // The repository's settings decide, which may be write-all.
  if (permissions === undefined || permissions === null) return "a token without stated permissions";
  if (typeof permissions === "string") return permissions === "read-all" ? undefined : permissions;
  const write = Object.entries(permissions).find(([, level]) => level !== "read" && level !== "none");
  return write?.join(": ");
}

/** Describes the first code of the repository that a job executes. */
function codeOf(job: Part, workflow: Part, read: Read): string | undefined {
  const steps = stepsOf(job);
  const hasFiles = steps.some(({ uses, run }) => filesFrom.test(`${uses}`) || downloads.test(`${run}`));
  const [outer, inner] = [workflow, job].map(({ defaults }) => partOf(partOf(partOf(defaults).run)).shell);
  const env = { ...partOf(workflow.env), ...partOf(job.env) };
  return steps
    .map((step) => ({ shell: inner ?? outer, ...step, env: { ...env, ...partOf(step.env) } }))
    .map((step) => codeOfStep(step, hasFiles, read))
    .find(Boolean);
}

const filesFrom = /^(?:\.\/|actions\/(?:checkout|download-artifact|cache)\b)/;
const downloads = /\b(?:git|gh|curl|wget|aws)\s/;

/**
 * Describes the code of the repository that a step executes.
 * @param hasFiles whether a step of the job brings files of the repository, of an artifact or of a download
 */
export function codeOfStep(step: Part, hasFiles: boolean, read: Read): string | undefined {
  const { uses = "", env } = step;
  const reference = `${uses}`;
  const preloaded = Object.keys(partOf(env)).find((name) => preloads.test(name));
  if (hasFiles && preloaded) return preloaded;
  if (!reference) return hasFiles ? codeOfScript(step) : undefined;
  const inputs = partOf(step.with);
  const own = read(reference);
  // An expression may choose the builder.
  const isWithoutDockerfile = ["undefined", "", "oci"].includes(`${inputs.builder}`);
  if (own && /\/build-image(?:@|$)/.test(reference) && !isWithoutDockerfile)
    return `a Dockerfile in ${reference}`;
  if (own) {
    const steps = /\/actions\//.test(reference) ? [] : stepsOf(partOf(own.runs));
    return steps.map((each) => codeOfStep(each, hasFiles, read)).find(Boolean);
  }
  // These package managers start a program that the checkout contains.
  if (/^(?:yarn|pnpm)$/.test(`${inputs.cache}`)) return `${inputs.cache} of ${reference}`;
  const isKnown = knownActions.some((action) => action.test(reference));
  return isKnown || (!hasFiles && !/^\.\/|build|bake/.test(reference)) ? undefined : reference;
}

/** Actions that execute nothing of the checkout. */
const knownActions = [
  /^actions\/(?:checkout|cache|upload-artifact|download-artifact|attest|setup-|[\w-]+-pages)[\w/-]*@/,
  /^(?:aws-actions|zizmorcore)\/[\w-]+@/,
  /^docker\/(?:login|setup-buildx|setup-qemu|metadata)-action@/,
  /^github\/codeql-action\/(?:init|analyze|upload-sarif)@/,
];

/** Variables that point to code, which other programs execute. */
const preloads =
  /^(?:BASH_ENV|ENV|PATH|(?:LD|DYLD)_\w+|NODE_(?:OPTIONS|PATH)|PYTHON\w+|PERL5\w+|GIT_(?:SSH|EXTERNAL|EXEC|CONFIG|PAGER|EDITOR)\w*)$/;

function codeOfScript({ run, shell }: Part): string | undefined {
  const script = `${run}`;
  if (shell !== undefined && !/^(?:bash|sh)\b/.test(`${shell}`)) return `shell: ${shell}`;
  const functions = [...script.matchAll(/\b(\w+)\(\)/g)].map(([, name]) => name);
  const unknown = commandsOf(script).find(
    (command) => !functions.includes(command.split(" ")[0]) && !harmless.some((each) => each.test(command)),
  );
  const assigned = [...script.matchAll(/\b(\w+)=/g)].find(([, name = ""]) => preloads.test(name));
  // The files set variables and the path of later steps.
  return unknown ?? assigned?.[1] ?? /\bGITHUB_(?:PATH|ENV)\b/.exec(script)?.[0];
}

/**
 * Returns the simple commands of a shell script, those of its substitutions included. A quote of several words becomes
 * `_`. What is not understood, such as a here-document, becomes a command that is not harmless.
 */
function commandsOf(script: string): string[] {
  const text = script.replace(/\$\{\{[^}]*\}\}/g, "$EXPRESSION").replace(/\\\r?\n/g, " ");
  const inner = /\$\(([^()`]*)\)|`([^`]*)`/.exec(text);
  if (inner) return [inner[1] ?? inner[2] ?? "", text.replace(inner[0], () => "$VALUE")].flatMap(commandsOf);
  return text
    .replace(/\$\{(\w+)(?:[^\w}][^}]*)?\}/g, "$$$1")
    .replace(/'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?<=^|[\s;&|(])#.*/gm, (part) => {
      if (part.startsWith("#")) return "";
      return /^.[\w./:@%+=,${}-]*.$/.test(part) ? part.slice(1, -1) : "_";
    })
    .replace(/=\([^()]*\)/g, "=")
    .replace(/&?\d?(?:>>?|<)&?[ \t]*[^\s;|&()<>]+/g, " ")
    .split(/[\n;&|()]|(?<=^|\s)[{}](?=\s|$)/m)
    .map((each) => each.trim().replace(leading, ""))
    .filter((each) => each !== "" && !/^(?:fi|done|then|else|do|for\s.*)$/.test(each));
}

/** Keywords and assignments before a program. */
const leading = /^(?:(?:!|if|then|elif|else|while|until|do|time|trap)\s+|\w+\+?=\S*(?:\s+|$))+/;

/** Commands that execute no file of the checkout. */
const harmless = [
  /^(?::|-|\[\[?|test|true|false|exit|return|set|shift|local|read|export|unset|mapfile|break|continue|cd|pwd)(?:\s|$)/,
  /^(?:echo|printf|cat|head|tail|grep|cut|tr|sort|uniq|wc|seq|date|sleep|basename|dirname|ls|diff|cmp)(?:\s|$)/,
  /^(?:mkdir|mktemp|rm|cp|mv|touch|tee|base64|sha256sum|unzip|gzip|gunzip|envsubst|curl|wget|aws)(?:\s|$)/,
  /^sed (?!(?:.* )?-\w*f)/,
  /^jq (?!(?:.* )?(?:-\w*[fL]|--from-file))/,
  /^tar (?!.*(?:-I|--to-c|--use-c|--checkpoint))/,
  /^git (?:-C \S+ )?(?:diff|log|rev-\w+|show|status|describe|ls-\w+|merge-base|cat-file|init|fetch|push|tag|clone|remote|config credential\.helper)(?:\s|$)/,
  /^gh (?:api|attestation|issue|pr|release|repo|run|secret|variable|workflow)\s/,
  /^docker (?:push|pull|tag|login|logout|load|save|images?|inspect|manifest|version|info)(?:\s|$)/,
  // npm runs no script of an archive.
  /^npm (?:view\s|publish (?:\S+\.tgz(?:\s|$)|.*--ignore-scripts))/,
  // The action's own file.
  /^(?:node|bash|sh|python3?) \$GITHUB_ACTION_PATH\//,
];
