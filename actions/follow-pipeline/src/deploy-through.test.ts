import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const file = join(import.meta.dirname, "../../../.github/workflows/deploy-service.yml");
const steps: readonly Step[] = parse(readFileSync(file, "utf8")).jobs.deploy.steps;
const using = (action: string) => steps.filter(({ uses }) => uses === `$/actions/${action}`);

test.each<[string, string]>([
  ["deploy-service", "!="],
  ["mirror-source", "=="],
  ["tag-image", "=="],
  ["follow-pipeline", "=="],
])("in deploy-service.yml, runs %s only if deploy-through %s codepipeline", (action, comparison) => {
  expect(using(action).map((step) => step.if)).toEqual([
    `inputs.deploy-through ${comparison} 'codepipeline'`,
  ]);
});

test("in deploy-service.yml, builds once and passes the built image to a pipeline", () => {
  const built = using("build-image");
  expect(built.map((step) => step.if)).toEqual(["inputs.dockerfile == ''", "inputs.dockerfile != ''"]);
  expect(JSON.stringify(built)).not.toContain("latest");
  const images = built.map(({ id }) => `steps.${id}.outputs.portable-image`);
  expect(using("tag-image").map((step) => step.with)).toEqual([
    { image: `\${{ ${images.join(" || ")} }}`, tags: "latest" },
  ]);
});
