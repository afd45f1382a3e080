// Runs a script with the variables that actions/github-script gives it. Started as: encoding, file of the script.
const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { appendFileSync, cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [encoding, file] = process.argv.slice(2);
const { env } = process;
const toText = (value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function append(variable, name, value) {
  const end = `end-${randomUUID()}`;
  appendFileSync(env[variable], `${name}<<${end}\n${toText(value)}\n${end}\n`);
}

function command(kind, message, { title } = {}) {
  const text = message instanceof Error ? String(message) : toText(message);
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  console.log(`::${kind}${title ? ` title=${title.replace(/[,:%\n]/g, " ")}` : ""}::${escaped}`);
}

let buffer = "";
/** Each method but these adds the texts of its arguments. */
const summaryMethods = {
  write: async () => appendFileSync(env.GITHUB_STEP_SUMMARY, buffer),
  stringify: () => buffer,
};
const summary = new Proxy(summaryMethods, {
  get: (methods, name) =>
    methods[name] ??
    ((...values) => {
      buffer += `${values
        .flat(3)
        .map((each) => each?.data ?? toText(each))
        .join(" ")}\n`;
      return summary;
    }),
});

const core = {
  summary,
  setOutput: (name, value) => append("GITHUB_OUTPUT", name, value),
  exportVariable(name, value) {
    env[name] = toText(value);
    append("GITHUB_ENV", name, value);
  },
  addPath: (path) => appendFileSync(env.GITHUB_PATH, `${path}\n`),
  getInput: (name) => (env[`INPUT_${name.toUpperCase().replaceAll(" ", "_")}`] ?? "").trim(),
  setSecret: (value) => command("add-mask", value),
  setFailed(message) {
    process.exitCode = 1;
    command("error", message);
  },
  error: (message, properties) => command("error", message, properties),
  warning: (message, properties) => command("warning", message, properties),
  notice: (message, properties) => command("notice", message, properties),
  info: (message) => console.log(message),
  debug() {},
  startGroup: (name) => console.log(name),
  endGroup() {},
  group: async (_name, body) => body(),
};

/** Resolves to the exit code and the outputs of a process. */
async function getExecOutput(line, values = [], options = {}) {
  const [program, ...rest] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
  const child = spawn(program, [...rest, ...values], { cwd: options.cwd, env: options.env ?? env });
  child.stdin.end(options.input);
  const result = { exitCode: 0, stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"])
    child[name].on("data", (data) => {
      result[name] += data;
      options.listeners?.[name]?.(data);
      if (!options.silent) process[name].write(data);
    });
  result.exitCode = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (result.exitCode === 0 || options.ignoreReturnCode) return result;
  throw new Error(`The process '${program}' failed with exit code ${result.exitCode}`);
}
const exec = { getExecOutput, exec: async (...given) => (await getExecOutput(...given)).exitCode };

const io = {
  mkdirP: async (path) => mkdirSync(path, { recursive: true }),
  rmRF: async (path) => rmSync(path, { recursive: true, force: true }),
  cp: async (from, to, options) => cpSync(from, to, options),
  mv: async (from, to) => renameSync(from, to),
  which: async (name) => globSync(env.PATH.split(":").map((folder) => join(folder, name)))[0] ?? "",
};
const glob = {
  create: async (patterns) => ({
    glob: async () => globSync(patterns.split("\n")).map((each) => join(process.cwd(), each)),
  }),
};

const payload = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8"));
const [owner, repo] = env.GITHUB_REPOSITORY.split("/");
const { number } = payload.issue ?? payload.pull_request ?? payload;
const context = {
  ...{ payload, eventName: env.GITHUB_EVENT_NAME, sha: env.GITHUB_SHA, ref: env.GITHUB_REF },
  ...{
    workflow: env.GITHUB_WORKFLOW,
    action: env.GITHUB_ACTION,
    actor: env.GITHUB_ACTOR,
    job: env.GITHUB_JOB,
  },
  ...{
    runNumber: Number(env.GITHUB_RUN_NUMBER),
    runId: Number(env.GITHUB_RUN_ID),
    serverUrl: env.GITHUB_SERVER_URL,
  },
  ...{ repo: { owner, repo }, issue: { owner, repo, number } },
};

let calls = 0;
function leaveOut(what, why) {
  calls++;
  appendFileSync(env.ECS_DELIVERY_LEFT_OUT, `${JSON.stringify({ what, why })}\n`);
}

/** A client of GitHub's API whose every method returns nothing. */
const client = (path) =>
  new Proxy(() => {}, {
    get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : client(`${path}.${name}`)),
    apply(_, __, [first]) {
      leaveOut(
        `${path}${path === "github.request" ? ` ${first}` : ""}`,
        "No GitHub responds to a rehearsal.",
      );
      if (path.endsWith(".iterator")) return [];
      return Promise.resolve(path === "github.paginate" ? [] : { data: [], status: 200, headers: {} });
    },
  });
const github = client("github");

async function main() {
  const given = { require: createRequire(join(process.cwd(), "script.js")), github, octokit: github };
  const values = { ...given, context, core, exec, glob, io };
  const AsyncFunction = Object.getPrototypeOf(main).constructor;
  const result = await new AsyncFunction(...Object.keys(values), readFileSync(file, "utf8"))(
    ...Object.values(values),
  );
  core.setOutput("result", encoding === "json" ? JSON.stringify(result) : String(result));
}

main().catch((error) => {
  if (calls > 0 && error instanceof TypeError)
    return leaveOut("the rest of the script", `It needs what GitHub would have returned: ${error.message}`);
  core.setFailed(`Unhandled error: ${error}`);
});
