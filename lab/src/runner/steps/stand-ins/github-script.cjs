// Runs a script with the variables that actions/github-script gives it. Started as: encoding, file of the script.
const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { appendFileSync, cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } = require("node:fs");
const { createRequire } = require("node:module");
const { EOL } = require("node:os");
const { join } = require("node:path");

const [encoding, file] = process.argv.slice(2);
const { env } = process;
const toText = (value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function append(variable, name, value) {
  const end = `end-${randomUUID()}`;
  appendFileSync(env[variable], `${name}<<${end}\n${toText(value)}\n${end}\n`);
}

function command(kind, message, { title, file, startLine } = {}) {
  const encode = (text) =>
    String(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const given = Object.entries({ title, file, line: startLine }).filter(([, value]) => value !== undefined);
  const properties = given
    .map(([name, value]) => `${name}=${encode(value).replaceAll(",", "%2C")}`)
    .join(",");
  console.log(
    `::${kind}${properties && ` ${properties}`}::${encode(message instanceof Error ? message : toText(message))}`,
  );
}

let buffer = "";
/** Each method but these adds the texts of its arguments. */
const summary = new Proxy(
  {
    stringify: () => buffer,
    write: async () => appendFileSync(env.GITHUB_STEP_SUMMARY, buffer),
  },
  {
    get: (methods, name) =>
      methods[name] ??
      ((...values) => {
        const texts = values.flat(3).filter((value) => ["string", "object"].includes(typeof value));
        buffer += `${texts.map((each) => each?.data ?? toText(each)).join(" ")}${EOL}`;
        return summary;
      }),
  },
);

const getInput = (name) => (env[`INPUT_${name.toUpperCase().replaceAll(" ", "_")}`] ?? "").trim();
const core = {
  getInput,
  getBooleanInput: (name) => getInput(name).toLowerCase() === "true",
  getMultilineInput: (name) => getInput(name).split("\n").filter(Boolean),
  setOutput: (name, value) => append("GITHUB_OUTPUT", name, value),
  saveState: (name, value) => append("GITHUB_STATE", name, value),
  exportVariable(name, value) {
    env[name] = toText(value);
    append("GITHUB_ENV", name, value);
  },
  addPath: (path) => appendFileSync(env.GITHUB_PATH, `${path}\n`),
  setSecret: (value) => command("add-mask", value),
  setFailed(message) {
    process.exitCode = 1;
    command("error", message);
  },
  ...Object.fromEntries(
    ["error", "warning", "notice"].map((kind) => [
      kind,
      (text, properties) => command(kind, text, properties),
    ]),
  ),
  info: (message) => console.log(message),
  debug() {},
  isDebug: () => false,
  startGroup: (name) => console.log(name),
  endGroup() {},
  async group(name, body) {
    console.log(name);
    return body();
  },
  summary,
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
  which: async (name) => env.PATH.split(":").flatMap((folder) => globSync(join(folder, name)))[0] ?? "",
};
const glob = {
  create: async (patterns) => ({
    glob: async () => globSync(patterns.split("\n").map((each) => join(process.cwd(), each))),
  }),
};

const payload = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8"));
const [owner, repo] = env.GITHUB_REPOSITORY.split("/");
const number = (payload.issue ?? payload.pull_request ?? payload).number;
const context = {
  ...{ payload, eventName: env.GITHUB_EVENT_NAME, sha: env.GITHUB_SHA, ref: env.GITHUB_REF },
  ...{
    workflow: env.GITHUB_WORKFLOW,
    action: env.GITHUB_ACTION,
    actor: env.GITHUB_ACTOR,
    job: env.GITHUB_JOB,
  },
  ...{ runNumber: Number(env.GITHUB_RUN_NUMBER), runId: Number(env.GITHUB_RUN_ID), runAttempt: 1 },
  ...{ apiUrl: env.GITHUB_API_URL, serverUrl: env.GITHUB_SERVER_URL, graphqlUrl: env.GITHUB_GRAPHQL_URL },
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
    get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : client([...path, name])),
    apply(_, __, given) {
      const called = path.at(-1) === "request" ? [...path, given[0]].join(" ") : path.join(".");
      leaveOut(called, "No GitHub responds to a rehearsal.");
      if (path.at(-1) === "iterator") return [];
      return Promise.resolve(path[1] === "paginate" ? [] : { data: [], status: 200, headers: {} });
    },
  });
const github = client(["github"]);

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
  console.error(error);
  core.setFailed(`Unhandled error: ${error}`);
});
