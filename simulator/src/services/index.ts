import type { Environment } from "../environment.ts";
import type { Service, ServiceName } from "./api.ts";
import { applicationautoscaling } from "./application-auto-scaling/service.ts";
import { cloud9 } from "./cloud9/service.ts";
import { cloudformation } from "./cloudformation/service.ts";
import { cloudwatch } from "./cloudwatch/service.ts";
import { codecommit } from "./codecommit/service.ts";
import { codedeploy } from "./codedeploy/service.ts";
import { codepipeline } from "./codepipeline/service.ts";
import type { Definition } from "./definition.ts";
import { ec2 } from "./ec2/service.ts";
import { ecr } from "./ecr/service.ts";
import { ecs } from "./ecs/service.ts";
import { elbv2 } from "./elbv2/service.ts";
import { events } from "./events/service.ts";
import { iam } from "./iam/service.ts";
import { lambda } from "./lambda/service.ts";
import { logs } from "./logs/service.ts";
import { rds } from "./rds/service.ts";
import { s3 } from "./s3/service.ts";
import { scheduler } from "./scheduler/service.ts";
import { secretsmanager } from "./secretsmanager/service.ts";
import { ssm } from "./ssm/service.ts";
import { sts } from "./sts/service.ts";

/**
 * Every simulated service, in the order in which they close: controllers before the services they drive, so that
 * nothing restarts during shutdown.
 */
export const definitions: { readonly [Name in ServiceName]: Definition<Name> } = {
  cloudformation,
  codepipeline,
  applicationautoscaling,
  codedeploy,
  scheduler,
  ecs,
  events,
  lambda,
  elbv2,
  rds,
  ecr,
  cloudwatch,
  logs,
  ec2,
  s3,
  codecommit,
  cloud9,
  iam,
  secretsmanager,
  ssm,
  sts,
};

const names = Object.keys(definitions) as ServiceName[];

export type Services = { [Name in ServiceName]: Service<Name> };

/** Creates every service. They call each other only later, through the environment. */
export function createServices(environment: Environment): Services {
  return Object.fromEntries(
    names.map((name) => [name, definitions[name].create(environment)]),
  ) as unknown as Services;
}

/** Ends every service, also after a failure of one; rejects with all failures. */
export async function closeServices(services: Services): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) await services[name].close?.().catch((error) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, "some simulated services did not end cleanly");
}
