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
  ["follow-pipeline", "codepipeline"],
])("deploy-service.yml runs %s only to deploy through %s", (action, way) => {
  expect(using(action).map((step) => step.if)).toEqual([`inputs.deploy-through == '${way}'`]);
});

test("deploy-service.yml hands over the image that it built, and only to a pipeline", () => {
  const [built, handedOver, ...others] = using("build-image");
  expect(others).toEqual([]);
  expect(handedOver?.with).toEqual({ ...built?.with, tags: "latest" });
  expect(handedOver?.if).toBe("inputs.deploy-through == 'codepipeline'");
  expect(JSON.stringify(built?.with)).not.toContain("latest");
});
