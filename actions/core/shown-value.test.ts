import { expect, test } from "vitest";
import { shownChange, shownCommand, shownVariable, withoutUserInfo } from "./shown-value.ts";
import { diffTaskDefinitions } from "./task-definition-diff.ts";

test.each([
  ["PORT", "8080"],
  ["RATIO", "-0.25"],
  ["HEAP", "512m"],
  ["VERSION", "v1.2.3"],
  ["DEBUG", "true"],
  ["STAGE", "production"],
  ["LEVEL", "INFO"],
  ["AWS_REGION", "us-east-1"],
  ["DB_HOST", "shop.abc123.us-east-1.rds.amazonaws.com"],
  ["DB_HOST", "10.0.3.4:3306"],
  ["API", "https://api.example.com:8443/v1/suppliers"],
  ["QUEUE", "https://sqs.us-east-1.amazonaws.com/123456789012/orders"],
  ["EMPTY", ""],
  ["AUTHOR", "octocat"],
  ["GIT_AUTHOR_NAME", "octocat"],
  ["SPINNER", "true"],
])("shows the variable %s of %j", (name, value) => {
  expect(shownVariable(name, value)).toBe(value);
});

test.each([
  ["MYSQL_PWD", "coffee"],
  ["DB_PASS", "12345"],
  ["JWT_KEY", "abc"],
  ["CONNECTION_STRING", "localhost"],
  ["REDIS_AUTH", "true"],
  ["AUTHORIZATION", "letmein"],
  ["DB_PW", "coffee"],
  ["pw", "coffee"],
  ["SIM_PIN", "1234"],
  ["GRAFANA", "glsa_4f9Qm2"],
  ["DATA", "hunter2"],
  ["DATA", "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl"],
  ["DATA", "correct-horse-battery-staple"],
  ["DATABASE_URL", "mysql://app:pw@host/shop"],
  ["DATABASE_URL", "mysql://app@host/shop"],
  ["HOOK", "https://hooks.example.com/services/T0A1B2C3D/x"],
  ["API", "https://api.example.com/?k=v"],
  ["DB", "Server=db;User=app;Pwd=x"],
  ["PEM", "-----BEGIN KEY-----\nMII"],
])("hides the variable %s of %j", (name, value) => {
  expect(shownVariable(name, value)).toBe("***");
});

test.each<[string[], string[]]>([
  [
    ["node", "server.mjs", "--port=8080", "-v"],
    ["node", "server.mjs", "--port=8080", "-v"],
  ],
  [
    ["migrate", "--password=geheim"],
    ["migrate", "--password=***"],
  ],
  [
    ["mysql", "-p", "geheim", "--token", "abc", "shop"],
    ["mysql", "-p", "***", "--token", "***", "shop"],
  ],
  [
    ["curl", "--header", "Authorization: Bearer letmein"],
    ["curl", "--header", "*** Bearer ***"],
  ],
  [
    ["mysql", "-pgeheim"],
    ["mysql", "***"],
  ],
  [
    ["/bin/sh", "-c", "DB_PASS=x ./run &&\n  curl -f http://localhost:80/health || exit 1"],
    ["/bin/sh", "-c", "*** ./run &&\n  curl -f http://localhost:80/health || exit 1"],
  ],
])("shows the command %j as %j", (words, shown) => {
  expect(shownCommand(words)).toEqual(shown);
});

test("shows only that hidden values changed", () => {
  expect(shownChange("1", "2")).toBe("1 → 2");
  expect(shownChange("***", "2")).toBe("changed");
  expect(shownChange("a ***", "a ***")).toBe("changed");
});

test("hides user info in any text", () => {
  expect(withoutUserInfo("see https://me:pw@host/x and git://token@host")).toBe(
    "see https://***@host/x and git://***@host",
  );
});

test("shows nothing secret in the difference of two task definitions", () => {
  const web = (secret: string) => ({
    containerDefinitions: [
      {
        name: "web",
        command: ["serve", `--password=${secret}`],
        dockerLabels: { "traefik.auth": `me:${secret}`, "a.options.awslogs-b": `me:${secret}` },
        environment: ["MYSQL_PWD", "DB_PASS", "JWT_KEY", "CONNECTION_STRING", "NOTE"].map((name) => ({
          name,
          value: secret,
        })),
        healthCheck: { command: ["CMD-SHELL", `check -p ${secret}`] },
        logConfiguration: { options: { "awslogs-group": "/ecs/shop", "splunk-url": `https://${secret}@x` } },
      },
    ],
    volumes: [
      { name: "share", dockerVolumeConfiguration: { driverOpts: { o: `username=me,password=${secret}` } } },
    ],
  });
  const lines = diffTaskDefinitions(web("geheim1"), web("geheim2"));
  expect(lines).toHaveLength(11);
  expect(lines).toContain("~ containerDefinitions[web].environment[NOTE].value: changed");
  expect(lines.join()).not.toContain("geheim");
  const added = diffTaskDefinitions({}, web("geheim1"));
  expect(added).toContain('+ containerDefinitions[web].command: ["serve","--password=***"]');
  expect(added).toContain('+ containerDefinitions[web].logConfiguration.options.awslogs-group: "/ecs/shop"');
  expect(added.join()).not.toContain("geheim");
});
