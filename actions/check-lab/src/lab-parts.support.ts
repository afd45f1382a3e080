import { appSpecFile } from "@ecs-delivery/simulator/outside-clients/web.support";
import { deliveryActions } from "@ecs-delivery/simulator/services/codepipeline/pipeline.support";
import { createCourseSite } from "./course-site.support.ts";
import { type ServiceName, services } from "./parts.ts";

/** Names that a student may choose. */
export interface LabNames {
  readonly repository: Readonly<Record<ServiceName, string>>;
  readonly cluster: string;
  readonly loadBalancer: string;
  readonly service: Readonly<Record<ServiceName, string>>;
  readonly targetGroup: (service: ServiceName, number: "one" | "two") => string;
  readonly application: string;
  readonly group: Readonly<Record<ServiceName, string>>;
  readonly pipeline: Readonly<Record<ServiceName, string>>;
  readonly code: string;
  readonly deployment: string;
  /** Default: the course's. */
  readonly region?: string;
}

export const courseNames: LabNames = {
  repository: { customer: "customer", employee: "employee" },
  cluster: "microservices-serverlesscluster",
  loadBalancer: "microservicesLB",
  service: { customer: "customer-microservice", employee: "employee-microservice" },
  targetGroup: (service, number) => `${service}-tg-${number}`,
  application: "microservices",
  group: { customer: "microservices-customer", employee: "microservices-employee" },
  pipeline: { customer: "update-customer-microservice", employee: "update-employee-microservice" },
  code: "microservices",
  deployment: "deployment",
};

/** Names that a student chose freely. */
export const otherNames: LabNames = {
  repository: { customer: "cafe-clients", employee: "cafe-staff" },
  cluster: "cafe",
  loadBalancer: "cafe-front",
  service: { customer: "web-a", employee: "web-b" },
  targetGroup: (service, number) =>
    `${service === "customer" ? "tg-a" : "tg-b"}-${number === "one" ? "green" : "blue"}`,
  application: "cafe-app",
  group: { customer: "dg-a", employee: "dg-b" },
  pipeline: { customer: "pipe-a", employee: "pipe-b" },
  code: "cafe-code",
  deployment: "cafe-definitions",
};

/** As the console's wizards name things. */
export const consoleNames: LabNames = {
  ...courseNames,
  service: {
    customer: "customer-microservice-service-x7k2p9qa",
    employee: "employee-microservice-service-b4m8w1zt",
  },
  group: { customer: "DgpECS-microservices-customer", employee: "DgpECS-microservices-employee" },
};

export const health = { customer: "/", employee: "/admin/suppliers" } as const;
/** The tests' own address as the load balancer sees it. */
export const browser = "127.0.0.1";

/** The two services, as they are at the end of phase 9. */
export const { programs } = createCourseSite();

/** Code of the course's kind, as it is after phase 4. */
export const codeFiles: Readonly<Record<string, string>> = {
  "customer/index.js": `const app = require("express")();
app.get("/", (req, res) => res.render("home"));
app.get("/suppliers", supplier.findAll);
// app.post("/supplier-add", supplier.create);
app.listen(process.env.APP_PORT || 8080);
`,
  "customer/views/nav.html":
    '<nav class="navbar navbar-dark bg-dark"><a href="/suppliers">Coffee suppliers</a></nav>',
  "customer/package.json": "{}",
  "customer/Dockerfile": "FROM node:24-alpine\nCOPY . .\nRUN npm install\nEXPOSE 8080\nCMD npm run start\n",
  "employee/index.js": `const app = require("express")();
app.get("/admin", (req, res) => res.redirect("/admin/suppliers"));
app.get("/admin/suppliers", supplier.findAll);
app.get("/admin/supplier-add", supplier.form);
app.post("/admin/supplier-add", supplier.create);
app.listen(process.env.APP_PORT || 8080);
`,
  "employee/controller/supplier.js": 'exports.create = (req, res) => res.redirect("/admin/suppliers");\n',
  "employee/views/nav.html": '<nav class="navbar navbar-light bg-light">Manage coffee suppliers</nav>',
  "employee/views/supplier-add.html": '<form action="/admin/supplier-add" method="POST"></form>',
  "employee/package.json": "{}",
  "employee/Dockerfile": "FROM node:24-alpine\nCOPY . .\nRUN npm install\nEXPOSE 8080\nCMD npm run start\n",
};

export const appSpec = (service: ServiceName) => appSpecFile.replace("web", service);

export const executionRole = "arn:aws:iam::123456789012:role/PipelineRole";

/** The course's task definition, for the image. */
export function taskDefinition(
  service: ServiceName,
  family: string,
  image: string,
  host: string,
  region = "us-east-1",
) {
  return {
    family,
    requiresCompatibilities: ["FARGATE" as const],
    networkMode: "awsvpc" as const,
    cpu: "512",
    memory: "1024",
    executionRoleArn: executionRole,
    containerDefinitions: [
      {
        name: service,
        image,
        essential: true,
        portMappings: [{ containerPort: 8080, protocol: "tcp" as const }],
        environment: [{ name: "APP_DB_HOST", value: host }],
        logConfiguration: {
          logDriver: "awslogs" as const,
          options: {
            "awslogs-create-group": "true",
            "awslogs-group": "awslogs-capstone",
            "awslogs-region": region,
            "awslogs-stream-prefix": "awslogs-capstone",
          },
        },
      },
    ],
  };
}

export function definitionFiles(names: LabNames, host: string): Record<string, string> {
  return Object.fromEntries(
    services.flatMap((service) => [
      [
        `taskdef-${service}.json`,
        JSON.stringify(
          taskDefinition(service, names.service[service], "<IMAGE1_NAME>", host, names.region),
          undefined,
          2,
        ),
      ],
      [`appspec-${service}.yaml`, appSpec(service)],
    ]),
  );
}

/** Bucket that the console creates for artifacts. */
export const bucket = "codepipeline-us-east-1-artifacts";

export function pipelineOf(names: LabNames, service: ServiceName) {
  const { definitions, image, deploy } = deliveryActions(service, names.application, names.group[service]);
  const files = {
    ...definitions,
    configuration: { ...definitions.configuration, RepositoryName: names.deployment },
  };
  const pushed = {
    ...image,
    configuration: { ...image.configuration, RepositoryName: names.repository[service] },
  };
  return {
    name: names.pipeline[service],
    roleArn: executionRole,
    artifactStore: { type: "S3" as const, location: bucket },
    stages: [
      { name: "Source", actions: [files, pushed] },
      { name: "Deploy", actions: [deploy] },
    ],
  };
}
