import { dirname, join } from "node:path";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { readCostStacks } from "../../actions/cost/cost-stacks.ts";
import { readTaskSizes } from "../../actions/cost/task-sizes.ts";
import { checkTab } from "../../lab/src/page/check-tab.ts";
import { operateTab } from "../../lab/src/page/operate-tab.ts";
import { exercises } from "../../lab/src/page/operations.ts";
import { createRunRecords } from "../../lab/src/page/run-records.ts";
import { runsTab } from "../../lab/src/page/runs-tab.ts";
import { git } from "../../lab/src/runner/load/git.ts";
import { readManualWorkflows } from "../../lab/src/story/manual-runs.ts";
import { servePage } from "../../live/src/browser.support.ts";
import { priceAccount } from "../../live/src/observe/cost.ts";
import {
  exampleDeployment,
  exampleNow,
  exampleResources,
  exampleService,
  exampleSide,
  exampleTask,
} from "../../live/src/parts.support.ts";
import type { StackPart } from "../../live/src/parts.ts";

const root = dirname(dirname(import.meta.dirname));
const cluster = "microservices-serverlesscluster";
const region = "us-east-1";

/** Serves the live page of a lab in the middle of a blue/green deployment; `summary` is that of its run. */
export async function serveExamplePage(summary: string) {
  const records = createRunRecords(() => exampleNow - 60_000);
  // Not every machine has a font with emoji.
  recordRun(records, summary.replaceAll("✅", "✓"));
  const commit = "039026f5c1d2e3f4";
  const operations = {
    exercises,
    describe: async () => ({
      ...{ commit, subject: "Greet the customers" },
      workflows: await readManualWorkflows((...command) => git(root, ...command), "HEAD"),
    }),
    startWorkflow: async () => 1,
    startExercise: async () => {},
    stopDeployment: async () => {},
  };
  const extensions = [
    // The pictures show no pipelines: the client is not used.
    runsTab(records, new CodePipelineClient({ region })),
    checkTab(async function* () {}),
    operateTab(operations),
  ];
  return servePage({ ...deliveryParts(), ...accountParts() }, { now: () => exampleNow, extensions });
}

function deliveryParts(): Record<string, unknown> {
  const services = ["customer", "employee"] as const;
  const alarms = ["one-errors", "one-slow", "two-errors", "two-slow"].map((name) => ({
    ...{ name: `customer-tg-${name}`, state: "OK", reason: undefined },
  }));
  const revision = (name: string, number: number) => ({
    ...{ name: `${name}-microservice:${number}`, image: undefined },
    digest: `sha256:${number}4f0c6e7${"0".repeat(56)}`,
  });
  const side = (name: string, role: "blue" | "green", production: number, perSecond: number) => {
    const number = role === "blue" ? 2 : 3;
    const of = revision(name, number);
    const height = (minute: number) =>
      role === "blue" ? 20 + ((minute * 7) % 9) : Math.max(0, minute - 36) * 5;
    return exampleSide(role, {
      ...{ targetGroup: `${name}-tg-${role === "blue" ? "one" : "two"}`, revision: of, production },
      tasks: [{ ...exampleTask(`${role === "blue" ? "5e60146" : "241c610"}00`, of.name), digest: of.digest }],
      traffic: {
        ...{
          at: exampleNow,
          requestsPerSecond: perSecond,
          p50Seconds: 0.0042,
          p99Seconds: 0.0318,
          failures: 0,
        },
        history: Array.from({ length: 40 }, (_, minute) => height(minute)),
        failureHistory: [],
      },
    });
  };
  const customer = [side("customer", "blue", 60, 27), side("customer", "green", 40, 18)];
  const quiet = { traffic: undefined, tasks: [], production: 0, test: false, revision: undefined };
  const employee = [side("employee", "blue", 100, 3), { ...side("employee", "green", 0, 0), ...quiet }];
  const parts = services.map((name) => {
    const sides = name === "customer" ? customer : employee;
    const given = { cluster, sides, running: name === "customer" ? 2 : 1, events: [] };
    return [`service/${cluster}/${name}`, exampleService(`${name}-microservice`, given)];
  });
  const deployment = exampleDeployment("customer-microservice", {
    ...{ cluster, alarms, from: revision("customer", 2), to: revision("customer", 3), id: "d-O23U9ZCMN" },
    ...{ traffic: { blue: 60, green: 40 }, wait: { kind: "next-shift", until: exampleNow + 800 } },
  });
  return {
    about: { region, timeScale: 60 },
    ...Object.fromEntries(parts),
    [`deployment/${cluster}/customer-microservice/${deployment.id}`]: deployment,
  };
}

/** The stacks of the standard profile; the database is being changed. */
function accountParts(): Record<string, unknown> {
  const templatesFolder = join(root, "infra-templates");
  const parametersFile = join(templatesFolder, "parameters/standard.json");
  const stacks = readCostStacks({ templatesFolder, parametersFile });
  const createdAt = exampleNow - 3_600_000;
  const created = new Map(stacks.map(({ template }) => [template.name, createdAt]));
  const cost = priceAccount(stacks, readTaskSizes(join(templatesFolder, "ecs")), created);
  const parts = stacks.map(({ template: { name, content } }): [string, StackPart] => {
    const status = name === "database" ? "UPDATE_IN_PROGRESS" : "CREATE_COMPLETE";
    const state = { status, reason: undefined, changedAt: createdAt };
    const resources = Object.keys(content.Resources as object).map((id) => ({ id, type: "", ...state }));
    return [`stack/${name}`, { ...state, name: `microservices-${name}`, createdAt, resources }];
  });
  const architecture = exampleResources(["customer-tg-one", "customer-tg-two"], "supplierdb");
  return { architecture, cost, ...Object.fromEntries(parts) };
}

function recordRun({ notice }: ReturnType<typeof createRunRecords>, summary: string): void {
  const [run, job] = [7, "customer / deploy"];
  notice({ type: "run-started", run, workflow: "Deploy", event: "push", sha: "039026f" });
  notice({ type: "job-started", run, job });
  const steps = { "Check out the commit": 900, "Build the image": 2100, "Deploy the service": 41_000 };
  for (const [step, durationMs] of Object.entries(steps)) {
    notice({ type: "step-started", run, job, step });
    notice({ type: "step-finished", run, job, step, conclusion: "success", durationMs });
  }
  notice({ type: "job-finished", run, job, conclusion: "success", durationMs: 45_600, summary });
  notice({ type: "run-finished", run, workflow: "Deploy", conclusion: "success", durationMs: 47_200 });
}
