import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CodeCommit } from "@aws-sdk/client-codecommit";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { CodePipeline } from "@aws-sdk/client-codepipeline";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { RDS } from "@aws-sdk/client-rds";
import type { AccountConfig } from "../account/reads.ts";
import type { Lab } from "../lab.ts";
import type { ServiceName } from "../parts.ts";

/** A working lab whose account may be broken: never a student's own account on AWS. */
export interface Place {
  readonly aws: Clients;
  /** Finds the parts, whatever their names are. Opened for this fault, since it reads each part once. */
  readonly lab: Lab;
}

/** Takes back a change. */
export type Undo = () => Promise<unknown>;

/** Breaks something by calls to AWS. */
export type Break = (place: Place) => Promise<Undo>;

export type Clients = ReturnType<typeof openClients>;

export function openClients(config: AccountConfig) {
  return {
    cloudwatch: new CloudWatch(config),
    codecommit: new CodeCommit(config),
    codedeploy: new CodeDeploy(config),
    codepipeline: new CodePipeline(config),
    ec2: new EC2(config),
    ecr: new ECR(config),
    ecs: new ECS(config),
    elbv2: new ElasticLoadBalancingV2(config),
    events: new EventBridge(config),
    rds: new RDS(config),
  };
}

/** Makes several changes, and takes them back in reverse order. */
export const allOf =
  (...breaks: readonly Break[]): Break =>
  async (place) => {
    const done: Undo[] = [];
    for (const each of breaks) done.unshift(await each(place));
    return async () => {
      for (const undo of done) await undo();
    };
  };

/** Pushes the newest image of a service again, under another digest: a release that changes nothing. */
export async function release({ aws: { ecr }, lab }: Place, service: ServiceName): Promise<void> {
  const { repositoryName } = await lab.roles.imageRepository(service);
  const { images = [] } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: "latest" }] });
  const [{ imageManifest = "", imageManifestMediaType } = {}] = images;
  await ecr.putImage({
    ...{ repositoryName, imageTag: "latest", imageManifestMediaType },
    // White space is part of the digest.
    imageManifest: `${imageManifest}\n`,
  });
}
