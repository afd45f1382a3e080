import type {
  CostPart,
  DeploymentPart,
  LifecycleEventPart,
  ResourceCard,
  ServicePart,
  SidePart,
  TaskPart,
} from "./parts.ts";

/** Time of the examples. */
export const exampleNow = Date.UTC(2026, 10, 27, 12);
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export function exampleTask(id: string, revision: string): TaskPart {
  return {
    id,
    revision,
    digest: digest("a"),
    status: "RUNNING",
    health: "healthy",
    startedAt: exampleNow - 90_000,
  };
}

export function exampleSide(role: "blue" | "green", given: Partial<SidePart> = {}): SidePart {
  return {
    role,
    targetGroup: `web-${role}`,
    revision: { name: role === "blue" ? "web:3" : "web:4", image: "web", digest: digest("b") },
    production: role === "blue" ? 70 : 30,
    test: role === "green",
    tasks: [exampleTask(`${role}00000001`, role === "blue" ? "web:3" : "web:4")],
    traffic: {
      at: exampleNow,
      requestsPerSecond: 12.5,
      p50Seconds: 0.004,
      p99Seconds: 0.05,
      failures: role === "green" ? 2 : 0,
      history: Array.from({ length: 40 }, (_, minute) => minute % 13),
      failureHistory: Array.from({ length: 40 }, () => 0),
    },
    ...given,
  };
}

export function exampleService(name: string, given: Partial<ServicePart> = {}): ServicePart {
  return {
    cluster: "production",
    name,
    status: "ACTIVE",
    desired: 1,
    running: 1,
    pending: 0,
    sides: [exampleSide("blue"), exampleSide("green")],
    otherTasks: [],
    stoppedTasks: [],
    events: [{ at: exampleNow - 5000, message: `(service ${name}) has reached a steady state.` }],
    ...given,
  };
}

const names = ["BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AllowTraffic"];

export function exampleDeployment(service: string, given: Partial<DeploymentPart> = {}): DeploymentPart {
  const events = names.map(
    (name, index): LifecycleEventPart => ({
      name,
      status: index < 4 ? "Succeeded" : "InProgress",
      startedAt: exampleNow - 50_000 + index * 10_000,
      endedAt: index < 4 ? exampleNow - 40_000 + index * 10_000 : undefined,
      message: undefined,
    }),
  );
  return {
    id: "d-EXAMPLE01",
    engine: "CodeDeploy",
    cluster: "production",
    service,
    status: "InProgress",
    verdict: undefined,
    cause: undefined,
    configuration: "Linear10PercentEvery1Minutes",
    from: { name: "web:3", image: "web", digest: digest("a") },
    to: { name: "web:4", image: "web", digest: digest("b") },
    rollbackOf: undefined,
    rolledBackBy: undefined,
    createdAt: exampleNow - 60_000,
    endedAt: undefined,
    events,
    traffic: { blue: 70, green: 30 },
    wait: { kind: "next-shift", until: exampleNow + 30_000 },
    alarms: [{ name: "web-errors", state: "OK", reason: undefined }],
    ...given,
  };
}

const card = (kind: ResourceCard["kind"], title: string, given: Partial<ResourceCard> = {}) => ({
  ...{ kind, title, details: "", cards: [] },
  ...given,
});

/** A load balancer in the middle of a deployment, a database and a pipeline. */
function exampleResources(names = ["web-blue", "web-green"], database = "orders"): ResourceCard[] {
  const groups = [70, 30].map((share, index) => card("target-group", names[index] ?? "", { share }));
  const listeners = [
    card("listener", "HTTP 80", { route: "production", cards: groups }),
    card("listener", "HTTP 8080", { route: "test", cards: [{ ...groups[1], share: 100 } as ResourceCard] }),
  ];
  const balancer = card("load-balancer", "shop", { status: "active", cards: listeners });
  const subnets = [
    card("subnets", "Public Subnet1, Public Subnet2", { cards: [balancer] }),
    card("subnets", "Private Subnet1, Private Subnet2", {
      cards: [card("database", database, { details: "mysql 8.4", status: "modifying" })],
    }),
  ];
  const stages = ["Source", "Deploy"].map((name) => card("stage", name, { status: "Succeeded" }));
  return [card("vpc", "LabVPC", { cards: subnets }), card("pipeline", "update-web", { cards: stages })];
}

const exampleCost: CostPart = {
  monthly: 73,
  stacks: [{ name: "network", monthly: 73, createdAt: exampleNow - 3_600_000 }],
  services: [{ name: "Amazon RDS", monthly: 73 }],
  leftOut: ["AWS::Glue::Job"],
  prices: { region: "us-east-1", date: "2026-10-08" },
};

/** Keys and values of a service and its deployment. */
export function exampleParts(): Record<string, unknown> {
  return {
    about: { region: "eu-west-3", timeScale: 1 },
    "service/production/web": exampleService("web"),
    "deployment/production/web/d-EXAMPLE01": exampleDeployment("web"),
    "stack/network": {
      name: "network",
      status: "CREATE_COMPLETE",
      reason: undefined,
      createdAt: exampleNow - 3_600_000,
      changedAt: exampleNow - 3_600_000,
      resources: [
        {
          ...{ id: "Vpc", type: "AWS::EC2::VPC", status: "CREATE_COMPLETE", reason: undefined },
          changedAt: exampleNow - 3_600_000,
        },
        {
          ...{ id: "Database", type: "AWS::RDS::DBInstance", status: "CREATE_FAILED" },
          ...{ reason: "The quota is used up", changedAt: exampleNow - 60_000 },
        },
      ],
    },
    architecture: exampleResources(),
    cost: exampleCost,
  };
}
