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
const login = /(?:log-in-to-aws|configure-aws-credentials|[/-]login|login-action|\/auth)(?:@|$)/i;
/** A quoted text may have `}}`. */
const expression = /\$\{\{((?:'[^']*'|(?!\}\})[^'])*)\}\}/g;

/** Returns the first secret in the expressions of a part. */
export function secretIn(part: unknown): string | undefined {
  const found: (string | undefined)[] = [];
  JSON.stringify(part ?? null, (_, value) => {
    if (typeof value !== "string") return value;
    for (const [, text = ""] of value.matchAll(expression))
      found.push(secret.exec(text.replace(/\[\s*'(\w+)'\s*\]/g, ".$1").replace(/'[^']*'/g, "_"))?.[0]);
  });
  return found.find(Boolean);
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
  const env = { ...partOf(workflow.env), ...partOf(partOf(job.container).env), ...partOf(job.env) };
  return steps
    .map((step) => ({ shell: inner ?? outer, ...step, env: { ...env, ...partOf(step.env) } }))
    .map((step) => codeOfStep(step, hasFiles, read))
    .find(Boolean);
}

const filesFrom = /^\.\/|checkout|download|clone|\/(?:[\w-]+-)?cache\b/i;
const downloads = /\b(?:git|gh|curl|wget|aws)\s|\.git\b|git[+]|github:|\bdocker (?:buildx )?(?:build|bake)\b/;

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
  if (inputs["build-mode"] === "autobuild") return `autobuild of ${reference}`;
  const isKnown = knownActions.some((action) => action.test(reference));
  return isKnown || (!hasFiles && !/^\.\/|build|bake/.test(reference)) ? undefined : reference;
}

/** Actions that execute nothing of the checkout. */
const knownActions = [
  /^actions\/(?:checkout|cache|upload-artifact|download-artifact|attest|setup-|[\w-]+-pages)[\w/-]*@/i,
  /^(?:aws-actions|zizmorcore)\/[\w-]+@/i,
  /^docker\/(?:login|setup-buildx|setup-qemu|metadata)-action@/i,
  /^github\/codeql-action\/(?:init|analyze|upload-sarif)@/i,
];

/** Variables that point to code or to settings with programs, which other programs execute. */
const preloads =
  /^(?:BASH_(?:ENV|FUNC.*)|PS4|SHELLOPTS|HOME|XDG_CONFIG_HOME|PATH|(?:LD|DYLD)_\w+|OPENSSL_CONF|NODE_(?:OPTIONS|PATH)|npm_config_\w+|PYTHON\w+|PERL5\w+|TAR_OPTIONS|DOCKER_CONFIG|AWS_(?:CONFIG_FILE|SHARED_CREDENTIALS_FILE|PAGER)|GIT_(?:SSH|EXTERNAL|EXEC|CONFIG|PAGER|EDITOR|ASKPASS|PROXY|TEMPLATE|DIR)\w*|ACTIONS_ALLOW_UNSECURE_COMMANDS)$/i;

function codeOfScript({ run, shell }: Part): string | undefined {
  const script = `${run}`;
  if (
    shell !== undefined &&
    !/^(?:bash|sh)(?: (?:-\w+|--nopro\w+|--norc|pipefail))*(?: \{0\})?$/.test(`${shell}`)
  )
    return `shell: ${shell}`;
  const commands = commandsOf(script);
  const isFunction = (command: string) => commands.includes(`function ${command.split(" ")[0]}`);
  const unknown = commands.find(
    (command) => !isFunction(command) && !harmless.some((each) => each.test(command)),
  );
  const assigned = [...script.matchAll(/\b(\w+)=/g)].find(([, name = ""]) => preloads.test(name));
  // The files set variables, the path and the programs of later steps.
  return (
    unknown ?? assigned?.[1] ?? /\bGITHUB[_.](?:PATH|ENV)\b|\.git\/(?:hooks|config)\b/i.exec(script)?.[0]
  );
}

/**
 * Returns the simple commands of a shell script, those of its substitutions included. A blank or an operator in quotes
 * becomes `_`. What is not understood, such as a here-document, becomes a command that is not harmless.
 */
function commandsOf(script: string): string[] {
  const text = script.replace(expression, "$EXPRESSION").replace(/\\\r?\n/g, " ");
  const inner = substitution.exec(text);
  if (inner) return [inner[1] ?? inner[2] ?? "", text.replace(inner[0], () => "$VALUE")].flatMap(commandsOf);
  return text
    .replace(/\$\{(\w+)(?:[^\w}][^}]*)?\}/g, "$$$1")
    .replace(quotesAndComments, (part) => {
      if (part.startsWith("#")) return "";
      if (/^"[\s\S]*(?:\$\(|`)/.test(part)) return "\n$SUBSTITUTION\n";
      return part.replace(/^\$?["']|["']$/g, "").replace(/[^\w./:@%+=,${}!-]/g, "_");
    })
    .replace(/=\([^()]*\)/g, "=")
    .replace(/(?<=(?:^|[;&|(!]|\b(?:if|elif|while|until))[ \t]{0,40})\[\[ (?:[^\n;[]|\[(?!\[))*? \]\]/gm, ":")
    .replace(/(?<![\w-])([\w-]+)[ \t]{0,9}\(\)/g, "function $1 ")
    .replace(/(?<=;;|\bcase \S{1,99} in)\s*\(?[^()\s;|]+(?:[ \t]{0,9}\|[ \t]{0,9}[^()\s;|]+)*\)/g, "\n")
    .replace(/&?\d?(?:>>?|<)&?[ \t]*[^\s;|&()<>]+/g, " ")
    .split(/[\n;&|()]|(?<=^|\s)[{}](?=[\s;&|)]|$)/m)
    .map((each) => each.trim().replace(leading, ""))
    .filter((each) => each !== "" && !/^(?:fi|done|then|else|do|esac|for\s.*|case \S+ in)$/.test(each));
}

/** Arithmetic has no command of its own. */
const substitution =
  /\$\(\([^()]*\)\)|\$\(((?:[^()`'"]|'[^']*'|"(?:[^"`$\\]|\\[\s\S]|\$(?!\())*")*)\)|`([^`]*)`/;
const quotesAndComments =
  /\\[\s\S]|\$'(?:[^'\\]|\\[\s\S])*'|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?<=^|[\s;&|(])#.*/gm;

/** Keywords and assignments before a program. */
const leading = /^(?:(?:!|if|then|elif|else|while|until|do|time|trap)\s+|\w+\+?=\S*(?:\s+|$))+/;

/** Commands that execute no file of the checkout. */
const harmless = [
  /^(?!export(?: -\w+)* \$)(?::|-|\[\[?|test|true|false|exit|return|set|shift|local|read|export|unset|mapfile|break|continue|cd|pwd)(?:\s|$)/,
  /^(?:echo|printf|cat|head|tail|grep|cut|tr|sort|uniq|wc|seq|date|sleep|basename|dirname|ls|diff|cmp)(?:\s|$)/,
  /^(?:mkdir|mktemp|rm|cp|mv|touch|tee|base64|sha256sum|unzip|gzip|gunzip|envsubst|curl|wget)(?:\s|$)/,
  /^function [\w-]+$/,
  /^aws (?!configure set \S*(?:process|pager|plugin))/,
  // Its command and its flag `e` start programs.
  /^sed (?!(?:.* )?(?:-\w*f|(?:\d+|\$)?e_)|.*[/,@][gimp\d]*e(?:[\s_]|$))/,
  /^jq (?!(?:.* )?(?:-\w*[fL]|--from-file))/,
  /^tar (?!\w*[IF]|(?:.* )?-\w*[IF]|.*--(?:to-c|use-c|checkpoint|info-s|new-v|rsh))/,
  /^git (?!.* --(?:up|rec|exe|ext|te)|.*clone .*-[cu])(?:-C \S+ )?(?:diff|log|rev-\w+|show|status|describe|ls-\w+|merge-base|cat-file|init|fetch|push|tag|clone|remote|config credential\.helper !gh_auth_git-credential)(?:\s|$)/,
  /^gh (?:api|attestation|issue|pr|release|repo|run|secret|variable|workflow)\s/,
  /^docker (?:push|pull|tag|login|logout|load|save|images?|inspect|manifest|version|info)(?:\s|$)/,
  // npm runs no script of an archive.
  /^npm (?:view\s|publish (?:\S+\.tgz(?:\s|$)|.*--ignore-scripts))/,
  // The action's own file.
  /^(?:node|bash|sh|python3?) \$GITHUB_ACTION_PATH\//,
];
