import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { withPlainSecrets } from "./plain-secrets.ts";

const values = new Map([["APP_DB_PASSWORD", "coffee"]]);

it.each(["taskdef-customer", "taskdef-employee", "taskdef-migrate-customer", "taskdef-migrate-employee"])(
  "gives the course's password to the container of %s, which then reads no secret",
  (file) => {
    const path = new URL(`../../infra-templates/ecs/${file}.json`, import.meta.url);
    const { containerDefinitions } = withPlainSecrets(JSON.parse(readFileSync(path, "utf8")), values) as {
      containerDefinitions: { secrets?: unknown; environment: { name: string; value: string }[] }[];
    };
    const [container] = containerDefinitions;
    expect(container?.secrets).toBeUndefined();
    expect(container?.environment).toContainEqual({ name: "APP_DB_PASSWORD", value: "coffee" });
    expect(container?.environment.map(({ name }) => name)).not.toContain("APP_DB_SERVICE_PASSWORD");
  },
);

it("changes nothing without values, and no other file", () => {
  expect(withPlainSecrets({ containerDefinitions: [{ secrets: [] }] }, new Map())).toEqual({
    containerDefinitions: [{ secrets: [] }],
  });
  expect(withPlainSecrets({ version: 0 }, values)).toEqual({ version: 0 });
});
