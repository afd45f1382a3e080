// Tests the container files as Docker reads them; images.real.test.ts tests the resulting images.
import { readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");

const services = [
  { name: "customer", container: "customer_1", port: 8080, published: 8080 },
  { name: "employee", container: "employee_1", port: 8080, published: 8081 },
  { name: "monolith", container: "monolith_1", port: 80, published: 8082 },
];

describe.each(services)("the Dockerfile of $name", ({ name }) => {
  const instructions = readInstructions(read(`services/${name}/Dockerfile`));
  const all = (keyword: string) =>
    instructions.filter(([first]) => first === keyword).map(([, rest]) => rest);
  const argumentDefaults = new Map(all("ARG").map((text) => text.split("=") as [string, string]));
  const resolve = (reference: string): string => {
    const argument = /\$\{(\w+)\}$/.exec(reference.replace(/ AS \w+$/, ""))?.[1];
    return argument === undefined ? reference : resolve(argumentDefaults.get(argument) ?? "");
  };
  const bases = all("FROM").map(resolve);

  it("takes each base from an argument, by default Node 24 pinned by digest", () => {
    expect([...argumentDefaults.keys()]).toEqual(["BUILD_IMAGE", "BASE_IMAGE"]);
    for (const reference of all("FROM")) expect(reference).toMatch(/\$\{(BUILD|BASE)_IMAGE\}( AS build)?$/);
    for (const base of bases) expect(base).toMatch(/^node:24\.[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it("uses the base of the deployment workflow", () => {
    const digest = bases.at(-1)?.split("@")[1];
    expect(read(".github/workflows/deploy-service.yml")).toContain(`docker.io/library/node@${digest}`);
  });

  it("needs no shell in any base, and only the bases from a registry", () => {
    for (const keyword of ["RUN", "HEALTHCHECK", "ENTRYPOINT"])
      for (const text of all(keyword)) expect(text).toMatch(/(^|\s)\["[^\]]+"\]$/);
    expect(read(`services/${name}/Dockerfile`)).not.toMatch(/^#\s*syntax\s*=/im);
  });

  it("installs the packages of the lock file, without running their scripts", () => {
    expect(all("RUN").join()).toContain(
      `["npm", "ci", "--workspace", "services/${name}", "--ignore-scripts", "--no-audit", "--no-fund"]`,
    );
  });
});

it("customer and employee are built in the same way", () => {
  const steps = (name: string) =>
    readInstructions(read(`services/${name}/Dockerfile`))
      .filter(([keyword]) => keyword !== "LABEL")
      .map((words) => words.join(" ").replaceAll(name, "SERVICE"));
  expect(steps("customer")).toEqual(steps("employee"));
});

describe("compose.yaml", () => {
  const compose = parse(read("compose.yaml"), { merge: true });

  it.each(services)("runs $name as $container on port $published", ({ name, container, port, published }) => {
    expect(compose.services[name]).toMatchObject({
      container_name: container,
      build: { context: ".", dockerfile: `services/${name}/Dockerfile` },
      // This machine only, unless the variable changes it: employees do not log in.
      ports: [`\${PUBLISH_ADDRESS:-127.0.0.1}:${published}:${port}`],
      depends_on: { migrate: { condition: "service_completed_successfully" } },
    });
  });

  it.each(["migrate", ...services.map(({ name }) => name)])(
    "connects %s to the database with TLS",
    (name) => {
      expect(compose.services[name].environment.APP_DB_SSL_MODE).toBe("REQUIRED");
    },
  );

  it.each(["migrate", ...services.map(({ name }) => name)])(
    "gives %s no write access and no privileges",
    (name) => {
      expect(compose.services[name]).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        mem_limit: "512m",
        stop_grace_period: "30s",
      });
    },
  );

  it("starts the monolith only on demand", () => {
    for (const { name } of services)
      expect(compose.services[name].profiles).toEqual(name === "monolith" ? ["monolith"] : undefined);
  });

  it("migrates once, when the database accepts the services' own user", () => {
    const { mysql, migrate } = compose.services;
    expect(migrate).toMatchObject({
      command: ["migrate"],
      depends_on: { mysql: { condition: "service_healthy" } },
      environment: { APP_DB_HOST: "mysql", APP_DB_NAME: mysql.environment.MYSQL_DATABASE },
    });
    expect(migrate.environment.APP_DB_USER).toBe(mysql.environment.MYSQL_USER);
    expect(migrate.environment.APP_DB_PASSWORD).toBe(mysql.environment.MYSQL_PASSWORD);
    expect(mysql.healthcheck.test).toEqual(
      expect.arrayContaining(["CMD", "--user=nodeapp", "--host=127.0.0.1"]),
    );
  });

  it("pins MySQL 8.4 by digest, reachable by the services alone", () => {
    expect(compose.services.mysql.image).toMatch(/^mysql:8\.4\.\d+@sha256:[0-9a-f]{64}$/);
    expect(compose.services.mysql.ports).toBeUndefined();
  });
});

describe(".dockerignore", () => {
  const patterns = read(".dockerignore").split("\n");
  it.each([
    ["package.json", true],
    ["package-lock.json", true],
    ["services/suppliers/build.mjs", true],
    ["services/suppliers/src/server.ts", true],
    ["services/customer/package.json", true],
    ["services/customer/src/app.ts", true],
    [".git/config", false],
    [".env", false],
    ["services/customer/.env", false],
    ["services/employee/src/.npmrc", false],
    ["labsuser.pem", false],
    ["services/customer/labsuser.pem", false],
    ["services/employee/server.key", false],
    ["node_modules/hono/package.json", false],
    ["services/customer/node_modules/hono/package.json", false],
    ["services/customer/dist/server.mjs", false],
    ["services/customer/src/app.test.ts", false],
    ["infra-templates/parameters/standard.json", false],
    [".lab/report.json", false],
  ])("sends %s to the builder: %s", (path, sent) => {
    expect(isSent(path, patterns)).toBe(sent);
  });
});

describe("the dev container", () => {
  const configuration = JSON.parse(read(".devcontainer/devcontainer.json"));

  it("pins its image and tools to their full version", () => {
    expect(read(".devcontainer/Dockerfile")).toMatch(/typescript-node:\d+\.\d+\.\d+-24-/);
    for (const feature of Object.keys(configuration.features)) expect(feature).toMatch(/:\d+\.\d+\.\d+$/);
  });

  it("works without root and forwards the ports of both test containers", () => {
    expect(configuration).toMatchObject({ remoteUser: "node", forwardPorts: [8080, 8081] });
  });
});

/** Keyword and arguments of each instruction; comments left out, continued lines joined. */
function readInstructions(dockerfile: string): [keyword: string, text: string][] {
  return dockerfile
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

/** Decides as Docker does: the last pattern that matches the path or a folder above it wins. */
function isSent(path: string, patterns: readonly string[]): boolean {
  const parts = path.split("/");
  const withFolders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const last = patterns
    .filter((pattern) => pattern !== "" && !pattern.startsWith("#"))
    .findLast((pattern) => withFolders.some((name) => matchesGlob(name, pattern.replace(/^!/, ""))));
  return last === undefined || last.startsWith("!");
}
