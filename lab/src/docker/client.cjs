// The program `docker` of a rehearsal's steps. The broker in the lab's process decides (see open-docker.ts). Everything
// that touches files and programs happens here, with the rights of the step. CommonJS, since its file has no extension.
const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { connect } = require("node:net");
const { join } = require("node:path");
const { gunzipSync } = require("node:zlib");
const { createInterface } = require("node:readline");

const passed = ["DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_HOST", "ECS_DELIVERY_LEFT_OUT", "RUNNER_TEMP"];

const work = {
  /** Path `-` is standard input. */
  read(path) {
    const bytes = fs.readFileSync(path === "-" ? 0 : path);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
  },
  digest: (folder) => digestOf(folder).digest("hex"),
  write(path, text) {
    fs.mkdirSync(join(path, ".."), { recursive: true });
    fs.writeFileSync(path, text);
  },
  append: (path, text) => fs.appendFileSync(path, text),
  print: (text) => fs.writeSync(1, text),
  printError: (text) => fs.writeSync(2, text),
  run,
  exit: (code) => process.exit(code),
};

const broker = connect("SOCKET", () => {
  const environment = Object.fromEntries(passed.map((name) => [name, process.env[name]]));
  send({ args: process.argv.slice(2), directory: process.cwd(), environment });
});
broker.on("error", (error) => {
  console.error(`docker: the rehearsal that this program belongs to has ended (${error.message})`);
  process.exit(1);
});
createInterface({ input: broker }).on("line", async (line) => {
  const [name, ...values] = JSON.parse(line);
  send(
    await Promise.resolve(values)
      .then((all) => work[name](...all))
      .catch(() => null),
  );
});

function send(value) {
  broker.write(`${JSON.stringify(value ?? null)}\n`);
}

/** Runs the real program, the next of this name in PATH; keeps the end of its errors, which states why it failed. */
async function run(args, environment) {
  const own = fs.realpathSync(__filename);
  const others = process.env.PATH.split(":").map((folder) => join(folder, "docker"));
  const program = others.find((path) => fs.existsSync(path) && fs.realpathSync(path) !== own);
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ["inherit", "inherit", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    process.stderr.write(chunk);
    errors = (errors + chunk).slice(-10_000);
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code: code ?? 1, errors }));
  });
}

/** Bytes of a file that is read. */
const largest = 64 * 1024 * 1024;

/** Depends on the names and the content of files only, so that the same commit has the same digest. */
function digestOf(folder, hash = createHash("sha256")) {
  for (const entry of fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    hash.update(`${entry.name}\n`);
    if (entry.isDirectory() && ![".git", "node_modules"].includes(entry.name)) digestOf(path, hash);
    if (entry.isFile())
      hash.update(fs.statSync(path).size > largest ? String(fs.statSync(path).size) : fs.readFileSync(path));
  }
  return hash;
}
