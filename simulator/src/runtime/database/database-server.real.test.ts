import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql, { type ConnectionOptions } from "mysql2/promise";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createCertificateAuthority } from "../certificate-authority.ts";
import type { Socket } from "../network.ts";
import { type DatabaseServer, startDatabaseServer } from "./database-server.ts";
import { startSlowDatabase } from "./slow-database.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "database-server-"));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const account = { user: "nodeapp", password: `it's a "secret" \\ really`, database: "COFFEE" };

async function start(options: Parameters<typeof startDatabaseServer>[0]): Promise<DatabaseServer> {
  const server = await startDatabaseServer(options);
  cleanUp.push(() => server.close());
  return server;
}

async function query(server: DatabaseServer, sql: string, options: ConnectionOptions = {}): Promise<unknown> {
  const { host, port } = server;
  const connection = await mysql.createConnection({ host, port, ...account, ...options });
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

describe("a private database server", () => {
  it("serves the master user on its database, and keeps the data over a restart on the same port", async () => {
    const dataDirectory = await temporaryFolder();
    const first = await start({ dataDirectory, ...account });
    expect(first.version).toMatch(/^\d+\.\d+\.\d+/);
    await query(first, "CREATE TABLE beans (name VARCHAR(20))");
    await query(first, "INSERT INTO beans VALUES ('arabica')");
    await first.close();
    await expect(query(first, "SELECT 1")).rejects.toThrow("ECONNREFUSED");

    const second = await start({ dataDirectory, ...account, sockets: [first] });
    expect(second.port).toBe(first.port);
    expect(await query(second, "SELECT name FROM beans")).toEqual([{ name: "arabica" }]);
  });

  it("runs the official image when asked to", async () => {
    // Stands in for Docker: it runs the image's command on this machine.
    const bin = await temporaryFolder();
    const script =
      '#!/bin/sh\necho "$*" >> "$0.log"\nwhile [ "$1" != mysql:8.4 ]; do shift; done\nshift\nexec sh "$@"\n';
    await writeFile(join(bin, "docker"), script, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}:/usr/sbin:${process.env.PATH}`);
    const dataDirectory = await temporaryFolder();
    const server = await start({ dataDirectory, ...account, inDocker: true });
    expect(await query(server, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await server.close();
    const last = (await readFile(join(bin, "docker.log"), "utf8")).trim().split("\n").at(-1);
    expect(last).toContain(`--volume ${dataDirectory}:${dataDirectory} `);
    expect(last).toContain(` --publish 127.0.0.1:${server.port}:${server.port} --entrypoint sh mysql:8.4 `);
  });

  it("refuses data that a server of another version made", async () => {
    const dataDirectory = await temporaryFolder();
    await (await start({ dataDirectory, ...account })).close();
    await writeFile(join(dataDirectory, "version"), "10.6.12-MariaDB");
    await expect(start({ dataDirectory, ...account })).rejects.toThrow(
      /was made by server 10\.6\.12-MariaDB, and the server here is .* Fix: /,
    );
  });

  it("refuses everybody else", async () => {
    const server = await start({ dataDirectory: await temporaryFolder(), ...account });
    for (const stranger of [{ user: "root" }, { user: "nodeapp", password: "wrong" }])
      await expect(
        mysql.createConnection({ host: server.host, port: server.port, ...stranger }),
      ).rejects.toThrow("Access denied");
  });

  it("proves its identity with the given certificate, to clients that use TLS", async () => {
    const authority = createCertificateAuthority("Test CA", Date.now());
    const certificate = authority.issue(["localhost"]);
    const server = await start({ dataDirectory: await temporaryFolder(), ...account, certificate });
    const trust = ({ certificate: ca }: typeof authority) => ({ ssl: { ca, verifyIdentity: true } });
    const cipher = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
    expect(await query(server, cipher, trust(authority))).toMatchObject([
      { Value: expect.stringMatching(/./) },
    ]);
    const other = createCertificateAuthority("Test CA", Date.now());
    await expect(query(server, cipher, trust(other))).rejects.toThrow("certificate");
    expect(await query(server, cipher)).toMatchObject([{ Value: "" }]);
  });

  it("listens on the first free socket, and names a used one if none is free", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    cleanUp.push(async () => other.close());
    await new Promise((listening) => other.once("listening", listening));
    const { port } = other.address() as { port: number };
    const [used, own] = ["127.0.0.1", "127.33.0.1"].map((host) => ({ host, port })) as [Socket, Socket];
    const listen = async (...sockets: Socket[]) =>
      start({ dataDirectory: await temporaryFolder(), ...account, sockets });
    await expect(listen(used)).rejects.toThrow(`127.0.0.1:${port}: the port is taken`);
    expect(await listen(used, own, { host: "127.0.0.1", port: 0 })).toMatchObject(own);
  });

  it("works on one statement after another for a stated time", async () => {
    const queryTimeMs = 50;
    const server = await startSlowDatabase(queryTimeMs)({
      dataDirectory: await temporaryFolder(),
      ...account,
    });
    cleanUp.push(() => server.close());
    const { host, port } = server;
    const connections = await Promise.all(
      [1, 2, 3].map(() => mysql.createConnection({ host, port, ...account })),
    );
    const startedAt = performance.now();
    const results = await Promise.all(connections.map((each, index) => each.query(`SELECT ${index} AS n`)));
    // The least time; a slow machine needs more.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * queryTimeMs);
    expect(results.map(([rows]) => rows)).toMatchObject([[{ n: 0 }], [{ n: 1 }], [{ n: 2 }]]);
    await server.close();
    await expect(query(server, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  it("refuses a name that would break out of the initial statements", async () => {
    const dataDirectory = await temporaryFolder();
    await expect(start({ dataDirectory, ...account, password: "a\nDROP DATABASE mysql" })).rejects.toThrow(
      "must not hold line breaks",
    );
  });
});
