import type { Environment } from "../environment.ts";
import { apiName, type FaultStrikes } from "../gateway/faults.ts";
import { strikeWithin } from "../gateway/strike.ts";
import { AwsError } from "../kit/errors.ts";
import type { Aws, Handler, Service, ServiceName } from "./api.ts";
import { createApplicationAutoScaling } from "./application-auto-scaling/service.ts";
import { createCloud9 } from "./cloud9/service.ts";
import { createCloudFormation } from "./cloudformation/service.ts";
import { createCloudWatch } from "./cloudwatch/service.ts";
import { createCodeCommit } from "./codecommit/service.ts";
import { createCodeDeploy } from "./codedeploy/service.ts";
import { createCodePipeline } from "./codepipeline/service.ts";
import { createEc2 } from "./ec2/service.ts";
import { createEcr } from "./ecr/service.ts";
import { createEcs } from "./ecs/service.ts";
import { createElbv2 } from "./elbv2/service.ts";
import { createEvents } from "./events/service.ts";
import { createIam } from "./iam/service.ts";
import { createLambda } from "./lambda/service.ts";
import { createLogs } from "./logs/service.ts";
import { createPricing } from "./pricing/service.ts";
import { createRds } from "./rds/service.ts";
import { createS3 } from "./s3/service.ts";
import { createSecretsManager } from "./secretsmanager/service.ts";
import { createSsm } from "./ssm/service.ts";
import { createSts } from "./sts/service.ts";

export type Services = { [Name in ServiceName]: Service<Name> };

/** Creates every service. They call each other only later, through the environment. */
export function createServices(environment: Environment): Services {
  return {
    applicationautoscaling: createApplicationAutoScaling(environment),
    cloud9: createCloud9(environment),
    cloudformation: createCloudFormation(environment),
    cloudwatch: createCloudWatch(environment),
    codecommit: createCodeCommit(environment),
    codedeploy: createCodeDeploy(environment),
    codepipeline: createCodePipeline(environment),
    ec2: createEc2(environment),
    ecr: createEcr(environment),
    ecs: createEcs(environment),
    elbv2: createElbv2(environment),
    events: createEvents(environment),
    iam: createIam(environment),
    lambda: createLambda(environment),
    logs: createLogs(environment),
    pricing: createPricing(environment),
    rds: createRds(environment),
    s3: createS3(environment),
    secretsmanager: createSecretsManager(environment),
    ssm: createSsm(environment),
    sts: createSts(environment),
  };
}

/** Close controllers before the services they drive, so that nothing restarts during shutdown. */
const closingOrder: readonly ServiceName[] = [
  "cloudformation",
  "codepipeline",
  "applicationautoscaling",
  "codedeploy",
  "ecs",
  "events",
  "lambda",
  "elbv2",
  "rds",
  "ecr",
  "cloudwatch",
  "logs",
  "ec2",
  "s3",
  "codecommit",
  "cloud9",
  "iam",
  "secretsmanager",
  "ssm",
  "pricing",
  "sts",
];

/** Ends every service, also after a failure of one; rejects with all failures. */
export async function closeServices(services: Services): Promise<void> {
  const failures: unknown[] = [];
  for (const name of closingOrder) await services[name].close?.().catch((error) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, "some simulated services did not end cleanly");
}

/** Returns the API for calls of one service to another. */
export function callInProcess(services: Services, faults: FaultStrikes): Aws {
  return new Proxy({} as Aws, {
    get: (_, name: ServiceName) =>
      new Proxy(
        {},
        {
          get: (__, operation: string) => async (input: object) => {
            const perform = (services[name].operations as Record<string, Handler | undefined>)[operation];
            if (!perform) throw unknownOperation(name, operation);
            strikeWithin(faults.strikeWithin({ service: name, operation: apiName(operation) }));
            return perform(input, { accessKeyId: "in-process", sourceIp: "127.0.0.1" });
          },
        },
      ),
  });
}

function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError("UnknownOperationException", `the simulator does not perform ${service}:${operation}`);
}
