import { execFile } from "node:child_process";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { databaseImage, findProgram, findServer, missingServer } from "@ecs-delivery/program/database";
import type { Socket } from "../network.ts";

/** The part of a server's command line before the server's own arguments. */
export type ServerProgram = readonly [command: string, ...before: string[]];

/** Returns the server's program; rejects with an error that states what to install when it does not exist. */
export async function findDatabaseServer(folders?: readonly string[]): Promise<ServerProgram> {
  const program = findServer(folders);
  if (program) return [program];
  throw new Error(missingServer());
}

/** Ends the server when standard input ends: the container would outlive a killed client of Docker. */
const endWithInput =
  'exec 3<&0; mysqld "$@" & server=$!; trap "kill $server" TERM; { cat <&3; kill $server; } >/dev/null 2>&1 & wait $server; wait $server';

/** Returns the server of the official image. It uses the same paths and the same port as a local one. */
export function serverInDocker(folder: string, { host, port }: Socket): ServerProgram {
  return [
    "docker",
    ...["run", "--rm", "--interactive", "--volume", `${folder}:${folder}`],
    ...["--user", `${process.getuid?.()}:${process.getgid?.()}`],
    ...["--publish", `${host}:${port}:${port}`],
    ...["--entrypoint", "sh", databaseImage, "-c", endWithInput, "mysqld"],
  ];
}

/** Returns the server's own version text, for example `11.8.9-MariaDB`. */
export async function readVersion([command, ...before]: ServerProgram): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...before, "--no-defaults", "--version"]);
  const version = /Ver (\d+\.\d+\.\d+(-MariaDB)?)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${command} cannot be asked for its version: ${stdout.trim()}`);
  return version;
}

export const isMariaDb = (version: string) => version.endsWith("-MariaDB");

/** Returns the path of the script that creates MariaDB's system tables. */
export function findInstaller(program: string): string {
  const names = ["mariadb-install-db", "mysql_install_db"];
  const found = findProgram(names, [resolve(dirname(program), "../bin")]) ?? findProgram(names);
  if (!found) throw new Error(`${program} is there but not mariadb-install-db: install mariadb-server whole`);
  return found;
}
