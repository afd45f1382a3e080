import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { IAMClient } from "@aws-sdk/client-iam";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { openPageClients } from "@ecs-delivery/live/page";

export type AccountClients = ReturnType<typeof openAccountClients>;

/** Opens the clients that read or create what services need of an account. */
export function openAccountClients(settings: Parameters<typeof openPageClients>[0]) {
  return {
    ...openPageClients(settings),
    autoscaling: new ApplicationAutoScalingClient(settings),
    iam: new IAMClient(settings),
    secrets: new SecretsManagerClient(settings),
    ssm: new SSMClient(settings),
  };
}
