import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { lastLines, runQuietly } from "@ecs-delivery/program/quiet-task";
import { browserNames } from "@ecs-delivery/suppliers/browser/support/find-browser";
import { asRoot, engineAnswers, mayBecomeRoot } from "./container-engine.ts";

/** Packages that the real tests need besides Node and npm, with a shell command that succeeds if one exists. */
type Needs = Readonly<Record<string, string>>;

const onPath = (...programs: readonly string[]) => programs.map((name) => `command -v ${name}`);
/** A helper program that other programs run, in the folder of Debian or of Fedora. */
const helper = (name: string) => `test -x /usr/lib/podman/${name} -o -x /usr/libexec/podman/${name}`;
// A running engine, as on GitHub's runners, is used as it is: its packages may not be Debian's.
const orEngine = (program: string) => `command -v ${program} || docker info`;

const debianPackages: Needs = {
  ...Object.fromEntries(
    ["git", "curl", "jq", "openssl", "shellcheck", "skopeo", "buildah"].map((name) => [
      name,
      `command -v ${name}`,
    ]),
  ),
  procps: onPath("ps", "pgrep").join(" && "),
  // buildah needs both, and only recommends them.
  netavark: helper("netavark"),
  "aardvark-dns": helper("aardvark-dns"),
  // Ubuntu's own mysqld is confined to /var/lib/mysql and cannot serve a test's folder, so MariaDB is required.
  "mariadb-server-core": "command -v mariadbd",
  "mariadb-client-core": "command -v mariadb",
  // Ubuntu does not have it; GitHub's runners have Chrome.
  "chromium-headless-shell": onPath(...browserNames).join(" || "),
  "python3-boto3": "/usr/bin/python3 -c 'import boto3'",
  // A version manager's aws may be version 1.
  awscli: "(/usr/bin/aws --version || aws --version) | grep '^aws-cli/2'",
  "docker.io": orEngine("dockerd"),
  iptables: orEngine("iptables"),
  // Debian has split the client off the engine, Ubuntu has not.
  "docker-cli": "command -v docker || ! apt-cache show docker-cli",
  "docker-buildx": "docker buildx version",
};

const pythonPackages: Needs = {
  "cfn-lint==1.51.0": "command -v cfn-lint",
  "moto[server]==5.2.1": "command -v moto_server",
};

const root = join(import.meta.dirname, "../..");
/** Relative to the repository: the shell of a check starts there, and reads no text of a user's folders. */
const clientsFolder = "node_modules/.cache/npm-clients";

/**
 * Outside clients from npm that real tests start. They are large and nothing else needs them, so they are in no
 * package.json: installRequirements installs these versions here.
 */
export const npmClients = {
  folder: join(root, clientsFolder),
  versions: { "aws-cdk": "2.1148.1", "aws-cdk-lib": "2.276.0", constructs: "10.8.1" },
} as const;
const npmPackages: Needs = Object.fromEntries(
  Object.entries(npmClients.versions).map(([name, version]) => [
    `${name}@${version}`,
    `grep '"version": "${version}"' ${clientsFolder}/node_modules/${name}/package.json`,
  ]),
);

/** Installs everything missing; rejects with one list of it if that is not possible. */
export async function installRequirements(): Promise<void> {
  const python = missing(pythonPackages);
  const debian = { ...debianPackages, ...(python.length > 0 && { pipx: "command -v pipx" }) };
  const hasDebian = missing(debian).length === 0;
  const mayInstall = succeeds("apt-get --version") && mayBecomeRoot();
  if (!mayInstall && !(hasDebian && engineAnswers())) throw new Error(listOf(missing(debian), python));
  if (!hasDebian) {
    // apt does not go on after an interrupted installation until the unpacked packages are configured. The lists of the
    // update decide which packages exist.
    await install(
      "reading Debian's lists of packages",
      ...asRoot(["sh", "-c", "dpkg --configure -a && apt-get -qq update"]),
    );
    const packages = missing(debian);
    const apt = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", ...packages];
    await install(
      `installing ${packages.join(", ")}`,
      ...asRoot(["env", "DEBIAN_FRONTEND=noninteractive", ...apt]),
    );
  }
  for (const name of python) await install(`installing ${name}`, "pipx", "install", name);
  const clients = missing(npmPackages);
  const npm = ["--prefix", npmClients.folder, "--ignore-scripts", "--no-audit", "--no-fund", ...clients];
  if (clients.length > 0) await install(`installing ${clients.join(", ")}`, "npm", "install", ...npm);
  const still = missing({ ...debian, ...pythonPackages, ...npmPackages });
  if (still.length > 0) throw new Error(`still missing after the installation: ${still.join(", ")}`);
}

const succeeds = (command: string) =>
  spawnSync("sh", ["-c", command], { cwd: root, stdio: "ignore" }).status === 0;
const missing = (needs: Needs) => Object.keys(needs).filter((name) => !succeeds(needs[name] ?? ""));

async function install(title: string, ...command: string[]): Promise<void> {
  const { succeeded, output } = await runQuietly(title, command);
  if (!succeeded) throw new Error(`${command.join(" ")} failed:\n${lastLines(output)}`);
}

function listOf(debian: readonly string[], python: readonly string[]): string {
  const fixes = [
    ...(debian.length > 0 ? [`apt-get install --no-install-recommends ${debian.join(" ")}`] : []),
    ...python.map((name) => `pipx install '${name}'`),
    ...(engineAnswers() ? [] : ["start Docker, and add this user to the group docker"]),
  ];
  return `The real tests need what this machine lacks, and this user may not install it.
Fix: do the following as a user who may, then run npm run test:all again:
  ${fixes.join("\n  ")}`;
}
