import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { endWithThisProcess } from "../../orphan-guard.ts";
import type { Certificate } from "../certificate-authority.ts";
import type { Socket } from "../network.ts";
import {
  findDatabaseServer,
  findInstaller,
  isMariaDb,
  readVersion,
  type ServerProgram,
  serverInDocker,
} from "./database-program.ts";

const run = promisify(execFile);

export interface DatabaseServerOptions {
  /** Folder of this server only; an empty or missing one is initialised, an existing one is started again. */
  dataDirectory: string;
  /** Gets every privilege, from every host. */
  user: string;
  password: string;
  /** Created when absent. */
  database?: string | undefined;
  /** Run at each start with every privilege, one statement each, without line breaks. */
  statements?: readonly string[] | undefined;
  /** It listens on the first of these that is free; port 0 is any free port. By default any port of 127.0.0.1. */
  sockets?: readonly Socket[] | undefined;
  /** Starts the server of the official image instead of this machine's. */
  inDocker?: boolean | undefined;
  /** For optional TLS; without it, the server uses its own default, if any. */
  certificate?: Certificate | undefined;
}

export interface DatabaseServer extends Socket {
  /** As the server names itself, for example `11.8.9-MariaDB`. */
  readonly version: string;
  /** Resolves when the process is gone, for any reason. */
  readonly exited: Promise<void>;
  /** Ends the process and resolves when it is gone; the data is kept. */
  close(): Promise<void>;
}

/** A clean end takes well under a second; a server that needs longer hangs. */
const endsWithinMs = 4000;

/**
 * Starts a private MySQL-protocol server: MariaDB, or MySQL 8 if the machine has that. Rejects with one sentence when
 * none is installed, the port is in use, or the server ends while it starts (then with its last lines).
 */
export async function startDatabaseServer(options: DatabaseServerOptions): Promise<DatabaseServer> {
  const initialSql = initialStatements(options);
  const { host, port } = await firstFree(options.sockets ?? [{ host: "127.0.0.1", port: 0 }]);

  const directory = resolve(options.dataDirectory);
  const data = join(directory, "data");
  await mkdir(directory, { recursive: true });
  const program = options.inDocker ? serverInDocker(directory, { host, port }) : await findDatabaseServer();
  const version = await readVersion(program);
  if (await exists(join(data, "mysql"))) await requireVersion(directory, version);
  else await initialise(program, version, data);

  const tls = await writeCertificate(directory, options.certificate);
  const initFile = join(directory, "init.sql");
  await writeFile(initFile, initialSql, { mode: 0o600 });
  try {
    const bound = options.inDocker ? "*" : host;
    const [command, ...before] = program;
    const child = spawn(
      command,
      [...before, ...serverArguments(version, data, initFile, bound, port), ...tls],
      {
        // A container ends when its standard input does.
        stdio: ["pipe", "ignore", "pipe"],
        // A terminal's Ctrl-C must not end it before the tasks that use it.
        detached: true,
      },
    );
    endWithThisProcess(child);
    const exited = new Promise<void>((done) => child.once("close", () => done()));
    await untilReady(child);
    return { host, port, version, exited, close: () => end(child, exited) };
  } finally {
    await rm(initFile, { force: true });
  }
}

function initialStatements({
  user,
  password,
  database,
  statements: others = [],
}: DatabaseServerOptions): string {
  // An init file holds one statement a line.
  const account = `${quote(user)}@'%'`;
  const statements = [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${quote(password)}`,
    `ALTER USER ${account} IDENTIFIED BY ${quote(password)}`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION`,
  ];
  if (database) statements.unshift(`CREATE DATABASE IF NOT EXISTS \`${database.replaceAll("`", "``")}\``);
  statements.push(...others);
  const text = statements.map((statement) => `${statement};\n`).join("");
  if (text.trimEnd().split("\n").length !== statements.length || text.includes("\0"))
    throw new Error("user, password, name and statements of a database must not hold line breaks or NUL");
  return text;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Small and quick instead of durable: the data of a rehearsal need not survive a power cut. */
function storageArguments(version: string, data: string): string[] {
  return [
    "--no-defaults",
    `--datadir=${data}`,
    // A starting server removes all temporary tables from this folder, including those of another running one.
    `--tmpdir=${dirname(data)}`,
    // Both refuse to run as root without this option.
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    ...(isMariaDb(version)
      ? ["--debug-no-sync", "--innodb-log-file-size=8M", "--innodb-undo-tablespaces=0"]
      : ["--secure-file-priv=NULL"]),
  ];
}

function serverArguments(
  version: string,
  data: string,
  initFile: string,
  host: string,
  port: number,
): string[] {
  return [
    ...storageArguments(version, data),
    `--bind-address=${host}`,
    `--port=${port}`,
    // No socket: only root's account could use it, and it is not needed.
    "--socket=",
    `--pid-file=${join(dirname(data), "server.pid")}`,
    `--init-file=${initFile}`,
    "--skip-log-bin",
    "--skip-name-resolve",
    "--performance-schema=OFF",
    ...(isMariaDb(version) ? ["--aria-pagecache-buffer-size=8M"] : ["--mysqlx=OFF"]),
  ];
}

async function writeCertificate(directory: string, given: Certificate | undefined): Promise<string[]> {
  if (!given) return [];
  const [certificate, key] = [join(directory, "server-cert.pem"), join(directory, "server-key.pem")];
  await writeFile(certificate, given.certificate);
  await writeFile(key, given.privateKey, { mode: 0o600 });
  return [`--ssl-cert=${certificate}`, `--ssl-key=${key}`];
}

/** Holds the version of the server that made the data next to it. */
const versionFile = (directory: string) => join(directory, "version");

/** A server would change the data of an older one for good, and does not read those of a newer one. */
async function requireVersion(directory: string, version: string): Promise<void> {
  const made = await readFile(versionFile(directory), "utf8").catch(() => version);
  const series = (text: string) => text.replace(/^(\d+\.\d+)\.\d+/, "$1");
  if (series(made) === series(version)) return;
  throw new Error(
    `the database in ${directory} was made by server ${made}, and the server here is ${version}. Fix: install that version, or remove the folder`,
  );
}

async function initialise(program: ServerProgram, version: string, data: string): Promise<void> {
  const storage = storageArguments(version, data);
  const [command, ...args] = isMariaDb(version)
    ? [
        findInstaller(program[0]),
        ...[...storage, "--auth-root-authentication-method=socket", "--skip-test-db"],
      ]
    : [...program, ...storage, "--initialize-insecure"];
  try {
    await run(command as string, args);
    await writeFile(versionFile(dirname(data)), version);
  } catch (error) {
    // The next start would use half a data directory as a complete one.
    await rm(data, { recursive: true, force: true });
    // mariadb-install-db reports errors on standard output, mysqld on standard error.
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const written = stderr.trim() === "" ? stdout : stderr;
    throw new Error(`${command} could not make the database's folder ${data}:\n${lastLines(written)}`, {
      cause: error,
    });
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  const lines: string[] = [];
  const { stderr } = child;
  if (!stderr) throw new Error("the database server was started without a pipe for its log");
  await new Promise<void>((ready, failed) => {
    child.once("error", failed);
    child.once("close", (code, signal) =>
      failed(
        new Error(
          `the database server ended while it started (${signal ?? code}):\n${lastLines(lines.join("\n"))}`,
        ),
      ),
    );
    // Also read after the start, so that the pipe never fills up and blocks the server.
    createInterface({ input: stderr }).on("line", (line) => {
      lines.push(line);
      if (lines.length > 100) lines.shift();
      if (/: ready for connections/.test(line)) ready();
    });
  });
}

const lastLines = (text: string) => text.trimEnd().split("\n").slice(-10).join("\n");

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const hanging = setTimeout(() => child.kill("SIGKILL"), endsWithinMs);
  await exited;
  clearTimeout(hanging);
}

/** Returns a port of 127.0.0.1 that is free now. */
export const freePort = async () => (await firstFree([{ host: "127.0.0.1", port: 0 }])).port;

export async function firstFree([socket, ...others]: readonly Socket[]): Promise<Socket> {
  const { host, port } = socket as Socket;
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    if (others.length > 0) return firstFree(others);
    throw new Error(`the database server cannot listen on ${host}:${port}: the port is taken`, {
      cause: error,
    });
  }
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return { host, port: free };
}
