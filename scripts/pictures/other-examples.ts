import { join } from "node:path";
import { summaryMarkdown } from "../../actions/check-lab/src/summary.ts";
import { newStep } from "../../actions/core/define-action.ts";
import { readCostStacks } from "../../actions/cost/cost-stacks.ts";
import { estimateCosts } from "../../actions/cost/estimate.ts";
import { estimateMarkdown } from "../../actions/cost/markdown.ts";
import { readPriceList } from "../../actions/cost/price-list.ts";
import { readTaskSizes } from "../../actions/cost/task-sizes.ts";
import { readUsage } from "../../actions/cost/usage.ts";
import type { DeploymentRecord } from "../../actions/delivery/record.ts";
import { summaryOf as pipelineSummary } from "../../actions/follow-pipeline/src/publish.ts";
import { newRecord as newExecution } from "../../actions/follow-pipeline/src/record.ts";
import type { ActionRun } from "../../actions/follow-pipeline/src/snapshot.ts";
import { reportOf } from "../../actions/load/report.support.ts";
import { scalingMarkdown } from "../../actions/measure-scaling/src/publish.ts";
import { analyseScaling } from "../../actions/measure-scaling/src/scaling.ts";
import { summaryOf as mirrorSummary } from "../../actions/mirror-source/src/publish.ts";
import { summaryOf as loadSummary } from "../../actions/run-load-test/src/publish.ts";
import { summaryOf as tagSummary } from "../../actions/tag-image/src/publish.ts";

const templates = join(import.meta.dirname, "../../infra-templates");
const digest = `sha256:${"b".repeat(64)}`;
const image = `123456789012.dkr.ecr.us-east-1.amazonaws.com/customer@${digest}`;
const commit = "039026f5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6";
const startedAt = Date.UTC(2026, 10, 27, 12, 3, 0);

/** Job summaries of the actions around a deployment, by the name of their picture. */
export function otherExamples(deployed: DeploymentRecord): [name: string, markdown: string][] {
  return [
    ["tagged", tagSummary({ image, digest, tags: [{ tag: "latest", before: undefined }] })],
    ["mirrored", mirrorSummary(mirrored)],
    ["followed", pipelineSummary(followed(deployed))],
    ["load-tested", loadSummary(loadTested())],
    ["scaling-measured", scalingMarkdown(analyseScaling([1, 2, 3], measurements(), readPriceList()))],
    ["cost-estimated", estimateMarkdown(academyCosts())],
    ["lab-checked", summaryMarkdown(labReport, "console")],
  ];
}

const mirrored = {
  repository: "deployment",
  branch: "dev",
  path: "infra-templates/ecs",
  mode: "apply" as const,
  ...newStep,
  origin: "https://github.com/OWNER/ecs-delivery",
  sourceCommit: commit,
  url: "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/deployment",
  region: "us-east-1",
  previous: "a".repeat(40),
  commit: "c".repeat(40),
  hasChanges: true,
  pushed: true,
  commits: 1,
  changes: [{ path: "taskdef-customer.json", lines: { added: 2, removed: 1 } }],
};

const run: ActionRun = {
  id: "1",
  stage: "Source",
  name: "Image",
  category: "Source",
  provider: "ECR",
  status: "Succeeded",
  summary: "",
  error: undefined,
  externalId: "",
  externalUrl: "",
  updatedBy: "",
  configuration: {},
  startedAt: new Date(startedAt),
  updatedAt: new Date(startedAt + 3_000),
};

function followed(deployed: DeploymentRecord) {
  const pipeline = "update-customer-microservice";
  const executionId = "0ce2fa50-3c09-4c0b-9a0e-30f1b8a9c0de";
  return {
    ...newExecution(pipeline),
    status: "succeeded" as const,
    durationMs: 431_000,
    executionId,
    executionUrl: `https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline}/executions/${executionId}/timeline`,
    revisions: [{ id: digest, summary: "", url: "" }],
    actions: [
      run,
      {
        ...run,
        id: "2",
        stage: "Deploy",
        name: "Deploy",
        category: "Deploy",
        provider: "CodeDeployToECS",
        updatedAt: new Date(startedAt + 420_000),
      },
    ],
    deployments: [deployed],
  };
}

function loadTested() {
  const second = Array.from({ length: 480 }, (_, index) => 8 + (index % 40));
  const report = reportOf(
    new Date(startedAt).toISOString(),
    Array.from({ length: 30 }, () => second),
    { assertions: [{ text: "p99 < 100ms", value: 47, ok: true }] },
  );
  return { status: "passed" as const, report };
}

function measurements() {
  return [410, 800, 1_090].map((answeredPerSecond, index) => ({
    version: 1 as const,
    cluster: "microservices-serverlesscluster",
    service: "customer-microservice",
    taskCount: index + 1,
    failures: [],
    tasks: {
      revision: "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:4",
      size: { vcpu: 0.5, memoryGb: 1, storageGb: 20, architecture: "x86" as const },
      publicAddress: false,
      capacity: "FARGATE",
    },
    load: {
      startedAt: new Date(startedAt + index * 600_000).toISOString(),
      durationMs: 30_000,
      generators: 1,
      loop: "closed" as const,
      requestsPerSecond: answeredPerSecond,
      answeredPerSecond,
      errorRate: 0,
      p50Ms: 12,
      p95Ms: 41 - 4 * index,
      p99Ms: 83 - 9 * index,
      maxMs: 97,
      busiestCore: 0.3,
    },
  }));
}

function academyCosts() {
  return estimateCosts({
    stacks: readCostStacks({
      templatesFolder: templates,
      parametersFile: join(templates, "parameters/academy.json"),
    }),
    priceList: readPriceList(),
    usage: readUsage(undefined),
    taskSizes: readTaskSizes(join(templates, "ecs")),
  });
}

const passed = (id: string, title: string) => ({
  id,
  title,
  status: "pass" as const,
  weight: 1,
  evidence: "",
});
const labReport = {
  version: 1 as const,
  checkedAt: new Date(startedAt).toISOString(),
  student: "octocat/coffee",
  account: "123456789012",
  region: "us-east-1",
  score: { points: 17, of: 18, percent: 94 },
  phases: [
    {
      phase: 5,
      title: "ECR repositories and an ECS cluster",
      score: { points: 11, of: 11, percent: 100 },
      items: Array.from({ length: 11 }, (_, index) => passed(`5.${index}`, "")),
    },
    {
      phase: 6,
      title: "Application Load Balancer",
      score: { points: 6, of: 7, percent: 85 },
      items: [
        ...Array.from({ length: 6 }, (_, index) => passed(`6.${index}`, "")),
        {
          id: "6.admin-rule",
          title: "/admin and /admin/* lead to the employees",
          status: "fail" as const,
          weight: 1,
          evidence: "listener 80: the rule has only /admin/*, which does not match /admin",
          fix: {
            console:
              "EC2 → Load balancers → microservicesLB → listener HTTP:80 → the rule → add the path /admin",
            cli: "",
            templates: "",
          },
        },
      ],
    },
  ],
  taken: { "the load balancer": "microservicesLB" },
  notes: [],
};
