import type { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import type { JobContext } from "../core/context.ts";
import { createUnfinishedState } from "../core/post-state.ts";
import { createEcsClients, type EcsContext, retrying } from "../ecs/context.ts";
import { brief, createNetworkClients } from "../ecs/network/clients.ts";
import type { Handle } from "./engine.ts";
import type { OnCancel } from "./inputs.ts";
import { type Run, readRun } from "./order/run.ts";

export type Clients = ReturnType<typeof createClients>;

/** Clients and context of a deployment; nothing below reads time, the network or the environment otherwise. */
export interface DeliveryContext extends EcsContext {
  readonly clients: Clients;
  /** The workflow run; undefined outside of GitHub Actions. */
  readonly run: Run | undefined;
  /** Saves which deployment the post step has to handle if this process dies; undefined when none is left. */
  readonly keepForPost: (deployment: Handle | undefined) => void;
}

/** State that the post step needs about the running deployment. */
export const deploymentLeft = createUnfinishedState<Handle, OnCancel>("deployment");

/** Creates the context of a step that deploys or, as `kind` says, rolls back. */
export function openDelivery(
  { variables, clock, log, signal }: JobContext,
  { onCancel }: { readonly onCancel: OnCancel },
  kind?: Run["kind"],
): DeliveryContext {
  return {
    clients: createClients(),
    clock,
    log,
    signal,
    run: readRun(variables, kind),
    keepForPost: deploymentLeft.saver(onCancel),
  };
}

export function createClients() {
  return {
    ...createEcsClients(),
    ...createLookupClients(),
    codedeploy: createCodeDeploy(),
    /** Loaded when the load balancer is verified, or a failure has to be explained. */
    elbv2: async () => {
      const { ElasticLoadBalancingV2Client } = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return new ElasticLoadBalancingV2Client();
    },
    /** Loaded when alarms are verified, or one has ended a deployment. */
    cloudwatch: async () => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      return new CloudWatchClient();
    },
    /** Loaded when rules that start tasks are read. */
    events: async () => {
      const { EventBridgeClient } = await import("@aws-sdk/client-eventbridge");
      return new EventBridgeClient(retrying);
    },
    scheduler: async () => {
      const { SchedulerClient } = await import("@aws-sdk/client-scheduler");
      return new SchedulerClient(retrying);
    },
  };
}

/** Creates a client that is loaded at its first call: the first one of a step is about the service. */
function createCodeDeploy(): Pick<CodeDeployClient, "send"> {
  let loading: Promise<CodeDeployClient> | undefined;
  const load = async () => {
    const { CodeDeployClient } = await import("@aws-sdk/client-codedeploy");
    return new CodeDeployClient(retrying);
  };
  const send = async (...call: Parameters<CodeDeployClient["send"]>) => {
    loading ??= load();
    return (await loading).send(...call);
  };
  return { send: send as CodeDeployClient["send"] };
}

/** Creates clients that only the checks before a deployment need; each is loaded at its first use. */
function createLookupClients() {
  const options = (region?: string) => (region ? { ...brief, region } : brief);
  return {
    ...createNetworkClients(),
    iam: async () => {
      const { IAMClient } = await import("@aws-sdk/client-iam");
      return new IAMClient(brief);
    },
    secretsManager: async (region?: string) => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient(options(region));
    },
    ssm: async (region?: string) => {
      const { SSMClient } = await import("@aws-sdk/client-ssm");
      return new SSMClient(options(region));
    },
    sts: async () => {
      const { STSClient } = await import("@aws-sdk/client-sts");
      return new STSClient(brief);
    },
  };
}
