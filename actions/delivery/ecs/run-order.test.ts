import {
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  TagResourceCommand,
} from "@aws-sdk/client-ecs";
import { beforeEach, expect, test } from "vitest";
import { named } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { briefOf, ecs, mockAccount, run, runs, succeeds, updates } from "./mocks.support.ts";

beforeEach(mockAccount);

const tagged = (value: string) => ({ tags: [{ key: "deploy-service:run", value }] });
const workflow = "workflow=octocat/shop/.github/workflows/deploy.yml";

test.each<[string, string, Partial<DeployInputs>, boolean]>([
  ["a newer run's revision", `run=13.1 revision=web:1 ${workflow}`, {}, true],
  ["a newer run's revision, by force", `run=13.1 revision=web:1 ${workflow}`, { force: true }, false],
  ["this run's own first try", `run=12.1 revision=web:1 ${workflow}`, {}, false],
  ["an older run's revision", `run=11.3 revision=web:1 ${workflow}`, {}, false],
  ["another revision than the one of a newer, failed run", `run=13.1 revision=web:7 ${workflow}`, {}, false],
  ["another workflow's revision", `run=99.1 revision=web:1 ${workflow}x`, {}, false],
])("obeys the order of runs when production is %s", async (_, tag, inputs, refused) => {
  runs("web:1", tagged(tag));
  succeeds();
  const { record, error } = await run(inputs);
  expect(record.status).toBe(refused ? "superseded" : "succeeded");
  if (!refused) return;
  expect(error?.message).toBe(
    "Run 13 of .github/workflows/deploy.yml has already deployed web:1 of web; this is the older run 12",
  );
  expect(updates()).toEqual([]);
});

test("refuses a run that a newer one overtakes while it waits", async () => {
  ecs
    .on(ListServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [briefOf("d-1", { status: "IN_PROGRESS" })] });
  ecs.on(DescribeServiceDeploymentsCommand).callsFake(() => {
    runs("web:3", tagged(`run=13.1 revision=web:3 ${workflow}`));
    return { serviceDeployments: [{ status: "SUCCESSFUL" }] };
  });
  const { record } = await run();
  expect(record.status).toBe("superseded");
  expect(updates()).toEqual([]);
});

test("notes each deployment's run on the service, and warns when it cannot", async () => {
  succeeds();
  ecs.on(TagResourceCommand).rejects(named("AccessDeniedException", "no tagging"));
  const { record, lines } = await run();
  expect(record.status).toBe("succeeded");
  expect(ecs.commandCalls(TagResourceCommand)[0]?.args[0].input).toEqual({
    resourceArn: "arn:web",
    tags: [{ key: "deploy-service:run", value: `run=12.1 revision=web:2 ${workflow}` }],
  });
  expect(lines).toContain("an older run could replace this one: The AWS role may not do this: no tagging");
});
