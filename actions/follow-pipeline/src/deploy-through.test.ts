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
  ["deploy-service", "codedeploy"],
  ["mirror-source", "codepipeline"],
  ["tag-image", "codepipeline"],
  ["follow-pipeline", "codepipeline"],
])("in deploy-service.yml, runs %s only to deploy through %s", (action, way) => {
  expect(using(action).map((step) => step.if)).toEqual([`inputs.deploy-through == '${way}'`]);
});

test("in deploy-service.yml, builds once and passes the built image to a pipeline", () => {
  const [built, ...others] = using("build-image");
  expect(others).toEqual([]);
  expect(JSON.stringify(built?.with)).not.toContain("latest");
  expect(using("tag-image").map((step) => step.with)).toEqual([
    { image: `\${{ steps.${built?.id}.outputs.portable-image }}`, tags: "latest" },
  ]);
});
