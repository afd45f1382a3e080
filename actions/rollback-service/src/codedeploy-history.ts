import {
  BatchGetDeploymentsCommand,
  type DeploymentInfo,
  GetApplicationRevisionCommand,
  ListDeploymentsCommand,
  type RevisionLocation,
} from "@aws-sdk/client-codedeploy";
import type { World } from "../../deploy-service/src/clients.ts";
import { runningDeployment } from "../../deploy-service/src/codedeploy/running-deployment.ts";
import { finalStatuses } from "../../deploy-service/src/codedeploy/snapshot.ts";
import type { RollbackInputs } from "./inputs.ts";
import type { PastDeployment, ServiceHistory } from "./service-history.ts";

/** BatchGetDeployments takes so many (API reference). */
const window = 25;

/** The deployments of the service's deployment group. */
export function openCodeDeployHistory(world: World, inputs: RollbackInputs): ServiceHistory {
  const { codedeploy } = world.clients;
  const options = { abortSignal: world.signal };
  const applicationName = inputs.codeDeployApplication;
  const deploymentGroupName = inputs.codeDeployDeploymentGroup;
  const contents = new Map<string, Promise<string | undefined>>();

  async function list(): Promise<PastDeployment[]> {
    const listed = await codedeploy.send(
      new ListDeploymentsCommand({ applicationName, deploymentGroupName }),
      options,
    );
    const deploymentIds = (listed.deployments ?? []).slice(0, window);
    if (deploymentIds.length === 0) return [];
    const found = await codedeploy.send(new BatchGetDeploymentsCommand({ deploymentIds }), options);
    const infos = (found.deploymentsInfo ?? []).toSorted((one, other) => timeOf(other) - timeOf(one));
    return Promise.all(infos.map(describe));
  }

  async function describe(info: DeploymentInfo): Promise<PastDeployment> {
    const { deploymentId: id = "", status = "Created", creator, revision } = info;
    const state = finalStatuses.includes(status)
      ? status === "Succeeded"
        ? ("succeeded" as const)
        : ("unsuccessful" as const)
      : ("ongoing" as const);
    const taskDefinition = taskDefinitionIn(await contentOf(revision));
    const isRollback = creator === "codeDeployRollback";
    return { id, name: `deployment ${id}`, status, state, revision: taskDefinition, isRollback };
  }

  /** A deployment tells only the digest of its AppSpec (API reference, GetDeployment); the application has the text. */
  async function contentOf(revision: RevisionLocation | undefined): Promise<string | undefined> {
    const { content, sha256 } = revision?.appSpecContent ?? revision?.string ?? {};
    if (content || !sha256 || !revision) return content;
    const known = contents.get(sha256) ?? findContent(revision);
    contents.set(sha256, known);
    return known;
  }

  async function findContent(revision: RevisionLocation): Promise<string | undefined> {
    const command = new GetApplicationRevisionCommand({ applicationName, revision });
    try {
      const found = (await codedeploy.send(command, options)).revision;
      return (found?.appSpecContent ?? found?.string)?.content;
    } catch (error) {
      if ((error as Error).name === "RevisionDoesNotExistException") return undefined;
      throw error;
    }
  }

  return { list, resume: ({ id }) => runningDeployment(world, id) };
}

function timeOf({ createTime }: DeploymentInfo): number {
  return createTime?.getTime() ?? 0;
}

/** An AppSpec, JSON or YAML, names its task definition by ARN ("AppSpec 'resources' section", CodeDeploy user guide). */
function taskDefinitionIn(content: string | undefined): string | undefined {
  return /arn:[\w-]+:ecs:[\w-]+:\d+:task-definition\/[\w-]+:\d+/.exec(content ?? "")?.[0];
}
