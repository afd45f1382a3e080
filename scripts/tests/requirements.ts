import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { lastLines, runQuietly } from "../../program/src/quiet-task.mjs";
import { browserNames, isExecutable } from "../../services/suppliers/src/browser/support/find-browser.ts";
import { asRoot, engineAnswers, mayBecomeRoot } from "./container-engine.ts";

/** A Debian package, and whether the tests' program of it exists, from any source. */
type DebianPackage = readonly [name: string, isThere: () => boolean];

/** A Python program that pipx installs. */
type PythonProgram = readonly [program: string, requirement: string];

/** Debian packages that the real tests need besides Node and npm. */
const debianPackages: readonly DebianPackage[] = [
  ["git", has("git")],
  ["curl", has("curl")],
  ["openssl", has("openssl")],
  ["procps", has("ps", "pgrep")],
  ["shellcheck", has("shellcheck")],
  ["skopeo", has("skopeo")],
  ["buildah", has("buildah")],
  // buildah needs both, and only recommends them.
  ["netavark", hasHelper("netavark")],
  ["aardvark-dns", hasHelper("aardvark-dns")],
  // Ubuntu's own mysqld is confined to /var/lib/mysql and cannot serve a test's folder, so MariaDB is required.
  ["mariadb-server-core", has("mariadbd")],
  ["mariadb-client-core", has("mariadb")],
  // Ubuntu does not have it; GitHub's runners have Chrome.
  ["chromium-headless-shell", () => browserNames.some((browser) => has(browser)())],
  ["python3-boto3", () => succeeds("/usr/bin/python3", "-c", "import boto3")],
  // A version manager's aws may be version 1.
  ["awscli", () => ["/usr/bin/aws", "aws"].some((aws) => output(aws, "--version").startsWith("aws-cli/2"))],
  // A running engine, as on GitHub's runners, is used as it is: its packages may not be Debian's.
  ["docker.io", () => has("dockerd")() || engineAnswers()],
  ["iptables", () => has("iptables")() || engineAnswers()],
  // Debian has split the client off the engine, Ubuntu has not.
  ["docker-cli", () => has("docker")() || !succeeds("apt-cache", "show", "docker-cli")],
  ["docker-buildx", () => succeeds("docker", "buildx", "version")],
];

const pythonPrograms: readonly PythonProgram[] = [["cfn-lint", "cfn-lint==1.51.0"]];

/** Installs everything missing; rejects with one list of it if that is not possible. */
export async function installRequirements(): Promise<void> {
  const python = missingPrograms();
  const debian = missingPackages(python.length > 0);
  const mayInstall = succeeds("apt-get", "--version") && mayBecomeRoot();
  // An installed engine must be started.
  const engine = mayInstall || engineAnswers();
  if (!engine || (debian.length > 0 && !mayInstall)) throw new Error(listOf(debian, python, engine));
  if (debian.length > 0) {
    // apt does not go on after an interrupted installation until the unpacked packages are configured.
    const update = ["sh", "-c", "dpkg --configure -a && apt-get -qq update"] as const;
    await install("reading Debian's lists of packages", asRoot(update));
    // The package lists from the update decide which packages exist.
    const packages = missingPackages(python.length > 0);
    const options = ["-qq", "install", "--yes", "--no-install-recommends"];
    const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...options, ...packages] as const;
    await install(`installing ${packages.join(", ")}`, asRoot(command));
  }
  for (const requirement of python)
    await install(`installing ${requirement}`, ["pipx", "install", requirement]);
  const clients = missingClients();
  const npm = [
    "npm",
    "install",
    "--prefix",
    npmClients.folder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
  ];
  if (clients.length > 0) await install(`installing ${clients.join(", ")}`, [...npm, ...clients]);
  const still = [...missingPackages(false), ...missingPrograms(), ...missingClients()];
  if (still.length > 0) throw new Error(`still missing after the installation: ${still.join(", ")}`);
}

async function install(title: string, command: string[]): Promise<void> {
  const { succeeded, output } = await runQuietly(title, command);
  if (!succeeded) throw new Error(`${command.join(" ")} failed:\n${lastLines(output)}`);
}

function missingPackages(withPipx: boolean): string[] {
  const missing = debianPackages.flatMap(([name, isThere]) => (isThere() ? [] : [name]));
  return withPipx && !has("pipx")() ? [...missing, "pipx"] : missing;
}

function missingPrograms(): string[] {
  return pythonPrograms.flatMap(([program, requirement]) => (has(program)() ? [] : [requirement]));
}

function listOf(debian: readonly string[], python: readonly string[], engine: boolean): string {
  const missing = [...debian, ...python, ...(engine ? [] : ["a container engine that answers this user"])];
  const fixes = [
    ...(debian.length > 0 ? [`apt-get install --no-install-recommends ${debian.join(" ")}`] : []),
    ...python.map((requirement) => `pipx install '${requirement}'`),
    ...(engine ? [] : ["start Docker, and add this user to the group docker"]),
  ];
  return [
    `The real tests need what this machine lacks, and this user may not install it: ${missing.join(", ")}.`,
    "Fix: do the following as a user who may, then run npm run test:all again:",
    ...fixes.map((fix) => `  ${fix}`),
  ].join("\n");
}

function has(...programs: readonly string[]): () => boolean {
  return () => programs.every((name) => folders().some((folder) => isExecutable(join(folder, name))));
}

const folders = () => (process.env.PATH ?? "").split(delimiter);

/** A helper program that other programs run, in the folder of Debian or of Fedora. */
function hasHelper(name: string): () => boolean {
  return () => ["/usr/lib/podman", "/usr/libexec/podman"].some((folder) => isExecutable(join(folder, name)));
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function output(command: string, ...args: readonly string[]): string {
  return spawnSync(command, args, { encoding: "utf8" }).stdout ?? "";
}

/**
 * Outside clients from npm that real tests start. They are large and nothing else needs them, so they are in no
 * package.json: requirements.ts installs these versions here.
 */
export const npmClients = {
  folder: join(import.meta.dirname, "../../node_modules/.cache/npm-clients"),
  versions: { "aws-cdk": "2.1148.1", "aws-cdk-lib": "2.276.0", constructs: "10.8.1" },
} as const;

/** Returns those that are missing or of another version, by npm's rules. */
function missingClients(): string[] {
  return Object.entries(npmClients.versions).flatMap(([name, version]) =>
    installedVersion(name) === version ? [] : [`${name}@${version}`],
  );
}

function installedVersion(name: string): string | undefined {
  try {
    const file = join(npmClients.folder, "node_modules", name, "package.json");
    return JSON.parse(readFileSync(file, "utf8")).version;
  } catch {
    return undefined;
  }
}
