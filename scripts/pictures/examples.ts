import { summarize } from "../../actions/build-image/src/publish.ts";
import { type DeploymentRecord, newRecord } from "../../actions/delivery/record.ts";
import { summaryOf as deploymentSummary } from "../../actions/delivery/summary.ts";
import type { FailedTask } from "../../actions/ecs/failed-task.ts";
import { planMarkdown } from "../../actions/provision-stack/src/plan/markdown.ts";
import { provisionSummary } from "../../actions/provision-stack/src/summary.ts";
import { renderSummary } from "../../actions/render-task-definition/src/publish.ts";
import { summaryOf as runSummary } from "../../actions/run-task/src/publish.ts";
import { newRecord as newRun } from "../../actions/run-task/src/record.ts";
import { summaryOf as scaleSummary } from "../../actions/scale-service/src/publish.ts";
import { newRecord as newScale } from "../../actions/scale-service/src/record.ts";
import { otherExamples } from "./other-examples.ts";

const cluster = "microservices-serverlesscluster";
const service = "customer-microservice";
const account = "123456789012";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string) => `${account}.dkr.ecr.us-east-1.amazonaws.com/customer@${digest(letter)}`;
const revision = (number: number, family = service) =>
  `arn:aws:ecs:us-east-1:${account}:task-definition/${family}:${number}`;
const site = "http://microserviceslb-1234567890.us-east-1.elb.amazonaws.com/";

/** Job summaries of realistic runs, written by the actions' own code; by the name of their picture. */
export function exampleSummaries(): Map<string, string> {
  const variables = {
    server: "https://github.com",
    repository: "OWNER/ecs-delivery",
    commit: "039026f5c1d2e3f4",
  };
  process.env.GITHUB_SERVER_URL = variables.server;
  process.env.GITHUB_REPOSITORY = variables.repository;
  process.env.GITHUB_SHA = variables.commit;
  return new Map([
    ["deployed", jobOf(deploymentSummary(deployed(), site))],
    ["crashed", jobOf(deploymentSummary(crashed(), site))],
    ["rolled-back", deploymentSummary(rolledBack(), site)],
    ["scaled", scaleSummary(scaled())],
    ["provisioned", provisionSummary("apply", provisioned())],
    ["stacks-planned", planMarkdown([plannedStack])],
    ...otherExamples(deployed()),
  ]);
}

/** Returns the summary of a job that builds, renders, migrates and deploys. */
function jobOf(deployment: string): string {
  const changes = [`~ containerDefinitions[customer].image: "${image("a")}" → "${image("b")}"`];
  const rendered = (family: string) =>
    renderSummary(
      {
        taskDefinition: { family, containerDefinitions: [] },
        origin: `infra-templates/ecs/taskdef-${family}.json`,
        originArn: undefined,
        appSpec: undefined,
        diff: ["~ containerDefinitions[customer].logConfiguration.options.awslogs-region: …", ...changes],
        notices: [],
      },
      { revision: `${family}:3`, diff: changes },
    );
  const build = summarize({
    image: image("b"),
    portableImage: `ecr://customer@${digest("b")}`,
    digest: digest("b"),
    built: true,
    tags: [variablesCommit],
    source: { digest: digest("c"), tag: `source-${"c".repeat(40)}`, files: [] },
    parts: [{ what: "context", digest: digest("d"), size: 299_000, how: "uploaded" }],
    durations: new Map([["building and pushing", 1_900]]),
  });
  const migration = runSummary({
    ...newRun(cluster),
    status: "succeeded",
    revision: revision(3, `migrate-${service}`),
    taskArn: `arn:aws:ecs:us-east-1:${account}:task/${cluster}/b862b6e9e970b9cd6f05301b7cdf903e`,
    container: "customer",
    logGroup: "awslogs-capstone",
    exitCode: 0,
    durationMs: 21_000,
    logLines: ["the database is up to date"],
  });
  return [build, rendered(service), rendered(`migrate-${service}`), migration, deployment].join("\n\n");
}

const variablesCommit = "039026f5c1d2e3f4";
const startedAt = Date.UTC(2026, 10, 27, 12, 3, 0);
const event = (name: string, status: string, from: number, to: number) => ({
  name,
  status,
  startedAt: startedAt + from * 1_000,
  endedAt: startedAt + to * 1_000,
  diagnostics: undefined,
});

function deployed(): DeploymentRecord {
  return {
    ...newRecord(cluster, service),
    status: "succeeded",
    durationMs: 384_000,
    deploymentId: "d-RV03F2RJN",
    revisionBefore: revision(3),
    revisionAfter: revision(4),
    production: [revision(4)],
    changed: true,
    image: image("b"),
    version: "1.4.0",
    logGroup: "awslogs-capstone",
    plan: {
      revision: undefined,
      revisionChanges: [`~ containerDefinitions[customer].image: "${image("a")}" → "${image("b")}"`],
      images: [{ container: "customer", before: image("a"), after: image("b") }],
      imagesMoved: false,
      serviceChanges: [],
    },
    traffic: [
      { atMs: 0, blue: 100, green: 0 },
      { atMs: 61_000, blue: 0, green: 100 },
    ],
    events: [
      event("Install", "Succeeded", 0, 55),
      event("AllowTestTraffic", "Succeeded", 55, 56),
      event("AllowTraffic", "Succeeded", 56, 61),
    ],
    durations: { registered: 1_000, started: 2_000, "traffic-shifted": 62_000, complete: 384_000 },
  };
}

const crash: FailedTask = {
  taskId: "4d3f58264a02c6fa626900a7606b06da",
  stoppedAt: startedAt,
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  container: "customer",
  exitCode: 1,
  containerReason: undefined,
  logLines: ["Error: cannot start: the price list is missing"],
};

function crashed(): DeploymentRecord {
  return {
    ...deployed(),
    status: "rolled-back",
    durationMs: 97_000,
    production: [revision(3)],
    cause: "Container customer exited with code 1: cannot start: the price list is missing",
    fix: "start this image with the same environment, or read the log in the job summary; then correct it and push again.",
    traffic: [{ atMs: 0, blue: 100, green: 0 }],
    events: [event("Install", "Failed", 0, 90), { ...event("AllowTraffic", "Skipped", 0, 0) }],
    failedTasks: [1, 2, 3].map((number) => ({ ...crash, taskId: `${number}${crash.taskId.slice(1)}` })),
    serviceEvents: [
      "12:03:07  has started 1 tasks: (task 1d3f5826).",
      "12:03:31  has stopped 1 running tasks: (task 1d3f5826).",
    ],
    durations: { registered: 1_000, started: 2_000 },
  };
}

function rolledBack(): DeploymentRecord {
  return {
    ...deployed(),
    rollback: true,
    durationMs: 64_000,
    revisionBefore: revision(4),
    revisionAfter: revision(3),
    production: [revision(3)],
    version: "1.3.2",
  };
}

function scaled() {
  return {
    ...newScale(cluster, service),
    status: "succeeded" as const,
    durationMs: 48_000,
    revision: revision(4),
    before: { desired: 1, running: 1 },
    now: { desired: 3, running: 3 },
    autoscalingBefore: null,
    autoscalingNow: null,
    changes: ["~ desired count: 1 → 3"],
    changed: true,
    durations: { requested: 0, running: 30_000, healthy: 41_000, serving: 48_000 },
  };
}

function provisioned() {
  const names = ["network", "registry", "database", "load-balancer", "services"];
  return names.map((name, index) => ({
    stackName: `microservices-${name}`,
    outcome: index === 3 ? ("updated" as const) : ("unchanged" as const),
    durationMs: index === 3 ? 74_000 : 900,
    events: [],
    outputs: (name === "load-balancer" ? { Address: new URL(site).host } : {}) as { [name: string]: string },
    adopted: [],
    kept: [],
  }));
}

const plannedStack = {
  template: "database",
  stackName: "microservices-database",
  kind: "update" as const,
  notes: [],
  warnings: [
    "Database (AWS::RDS::DBInstance) gets another major version of its engine, 8.0.39 → 8.4.3: the database is down during the upgrade, which cannot be undone. Fix: take a snapshot, and test the services with 8.4.3 first.",
  ],
  changes: [
    {
      action: "Modify",
      logicalId: "Database",
      type: "AWS::RDS::DBInstance",
      replacement: "no" as const,
      properties: [
        { name: "EngineVersion", before: "8.0.39", after: "8.4.3", causes: ["parameter EngineVersion"] },
      ],
      loss: undefined,
    },
  ],
};
