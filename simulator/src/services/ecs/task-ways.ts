import { type Destination, wayOut } from "../../networks/way-out.ts";
import { unreachable } from "../../runtime/registry/registry-server.ts";
import type { EcsContext, TaskRecord } from "./state.ts";

/** The agent's attempts at a request, as its messages count them. */
const attempts = 3;

/**
 * AWS time from the first attempt until the agent gives up. Recorded from the start of a task, less ten seconds of
 * provisioning: 4 min 48 s for the login (three times in one service's events of August 2026), 4 min 21 s for a secret;
 * about three minutes for a pull (aws/amazon-ecs-agent#1680). No record of log groups has a time.
 */
const giveUpMs: Readonly<Record<Destination, number>> = {
  secretsmanager: 251_000,
  "ecr.api": 278_000,
  "ecr.dkr": 180_000,
  s3: 180_000,
  internet: 180_000,
  logs: 180_000,
};

/** Rejects if Fargate's agent cannot read a secret over the task's network. Text: five records of 2025 and 2026. */
export function requireWayToSecret(context: EcsContext, record: TaskRecord, secret: string): Promise<void> {
  const failure =
    "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration.";
  return requireWay(context, record, "secretsmanager", () => {
    return `${failure} failed to fetch secret ${secret} from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded`;
  });
}

/** Rejects if it cannot log in to ECR for one of its images. Text: aws/copilot-cli#5927, and records of 2026. */
export async function requireWayToLogIn(context: EcsContext, record: TaskRecord): Promise<void> {
  if (!record.definition.containerDefinitions.some(({ image }) => isOfEcr(context, image))) return;
  const host = `api.ecr.${context.environment.region}.amazonaws.com`;
  await requireWay(context, record, "ecr.api", (dial) => {
    return `ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, ${attempts}, https response error StatusCode: 0, RequestID: , request send failed, Post "https://${host}/": ${dial(host)}`;
  });
}

/** Rejects if it cannot reach an image's registry. Text: deepfence/terraform-aws-cloud-scanner#13. */
export function requireWayToManifest(context: EcsContext, record: TaskRecord, image: string): Promise<void> {
  const to = isOfEcr(context, image) ? "ecr.dkr" : "internet";
  const [host = ""] = image.split("/");
  return requireWay(context, record, to, (dial) => unreachable(image, dial(host), 5).message);
}

/** Rejects if it cannot reach S3, which has the layers. Text: records of 2025 and 2026. */
export function requireWayToLayers(context: EcsContext, record: TaskRecord, image: string): Promise<void> {
  const { region } = context.environment;
  const host = `prod-${region}-starport-layer-bucket.s3.${region}.amazonaws.com`;
  return requireWay(context, record, "s3", (dial) => {
    return `CannotPullContainerError: The task cannot pull ${image} from the registry ${image}. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: failed to do request: Get ${image}: ${dial(host)}`;
  });
}

/** Rejects if it cannot reach the service of its log group. Text: civiform/civiform#7648. */
export function requireWayToLogs(context: EcsContext, record: TaskRecord): Promise<void> {
  return requireWay(context, record, "logs", () => {
    return "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed";
  });
}

/** Returns whether an image is of a private registry of this region: the simulated one, or under the name of a real one. */
function isOfEcr({ environment: { gateway, region } }: EcsContext, image = ""): boolean {
  const [host = ""] = image.split("/");
  return host === `${gateway.host}:${gateway.port}` || host.endsWith(`.dkr.ecr.${region}.amazonaws.com`);
}

/** `dial` words the failed connection to a host as Go does. */
type Text = (dial: (host: string) => string) => string;

/** Tries as long as the agent does. Rejects with ECS's reason for stopping the task, or when the task is to stop. */
async function requireWay(
  { environment: { networks, clock } }: EcsContext,
  { address = "", stopping }: TaskRecord,
  to: Destination,
  text: Text,
): Promise<void> {
  const { ec2, interfaces, report } = networks;
  const from = interfaces.get(address);
  if (!ec2 || !from) return;
  let way = wayOut(ec2, from, to);
  if (way.outcome === "not checked") report(`tasks in ${from.subnetId} to ${to}: not checked: ${way.reason}`);
  if (way.outcome === "closed") report(`tasks in ${from.subnetId} cannot reach ${to}: ${way.reason}`);
  for (let attempt = 0; attempt < attempts && way.outcome === "closed"; attempt++) {
    await clock.wait(giveUpMs[to] / attempts, stopping.signal);
    way = wayOut(ec2, from, to);
  }
  if (way.outcome !== "closed") return;
  const dial = (host: string) =>
    way.address === undefined
      ? `dial tcp: lookup ${host}: i/o timeout`
      : `dial tcp ${way.address}:443: i/o timeout`;
  throw new Error(text(dial));
}
