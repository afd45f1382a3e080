import { parseArn } from "./arn.ts";
import type { Link } from "./card.ts";

/** Returns the address of a page of the AWS console. China's regions have a console of their own. */
function page(region: string, path: string): string {
  const domain = region.startsWith("cn-") ? "console.amazonaws.cn" : "console.aws.amazon.com";
  return `https://${region}.${domain}/${path.replaceAll("{region}", region)}`;
}

const part = encodeURIComponent;

/** Pages of one service; `arn` of anything of it gives the region. Without a region there is no page. */
export function ecsPages(arn: string, { cluster, service }: { cluster: string; service: string }): Link[] {
  const { region } = parseArn(arn) ?? {};
  if (!region || !service) return [];
  return [
    {
      text: "service",
      address: page(
        region,
        `ecs/v2/clusters/${part(cluster)}/services/${part(service)}/health?region={region}`,
      ),
    },
  ];
}

export function taskPage(taskArn: string, cluster: string): Link[] {
  const { region, resource = "" } = parseArn(taskArn) ?? {};
  if (!region) return [];
  const id = resource.slice(resource.lastIndexOf("/") + 1);
  return [
    {
      text: "task",
      address: page(
        region,
        `ecs/v2/clusters/${part(cluster)}/tasks/${part(id)}/configuration?region={region}`,
      ),
    },
  ];
}

export function revisionPage(text: string, revisionArn: string): Link[] {
  const { region, resource = "" } = parseArn(revisionArn) ?? {};
  const [, family = "", revision = ""] = /^task-definition\/(.+):(\d+)$/.exec(resource) ?? [];
  if (!region || !family) return [];
  return [
    {
      text: text,
      address: page(region, `ecs/v2/task-definitions/${part(family)}/${revision}/containers?region={region}`),
    },
  ];
}

/** A deployment of CodeDeploy, by its id, or one of ECS, by its ARN, which the service's page lists. */
export function deploymentPage(
  arn: string,
  { cluster, service, deploymentId }: { cluster: string; service: string; deploymentId: string },
): Link[] {
  const { region } = parseArn(arn) ?? {};
  if (!region || !deploymentId) return [];
  const path = deploymentId.startsWith("arn:")
    ? `ecs/v2/clusters/${part(cluster)}/services/${part(service)}/deployments?region={region}`
    : `codesuite/codedeploy/deployments/${part(deploymentId)}?region={region}`;
  return [{ text: "deployment", address: page(region, path) }];
}

/** The console's own encoding of a name after the `#`: percent signs become `$25`. */
const inFragment = (name: string) => part(part(name)).replaceAll("%", "$");

export function logGroupPage(arn: string, group: string): Link[] {
  const { region } = parseArn(arn) ?? {};
  if (!region || !group) return [];
  return [
    {
      text: "logs",
      address: page(
        region,
        `cloudwatch/home?region={region}#logsV2:log-groups/log-group/${inFragment(group)}`,
      ),
    },
  ];
}

export function alarmPage(arn: string, alarm: string): Link[] {
  const { region } = parseArn(arn) ?? {};
  if (!region) return [];
  return [
    { text: "alarm", address: page(region, `cloudwatch/home?region={region}#alarmsV2:alarm/${part(alarm)}`) },
  ];
}

/** Page of a stack, by its ARN. */
export function stackPage(stackId: string, text = "stack"): Link[] {
  const { region } = parseArn(stackId) ?? {};
  if (!region) return [];
  return [
    {
      text: text,
      address: page(region, `cloudformation/home?region={region}#/stacks/stackinfo?stackId=${part(stackId)}`),
    },
  ];
}

/** Page of an image in ECR; none for another registry. */
export function imagePage(image: string, text = "image"): Link[] {
  const [, account = "", region = "", repository = "", reference = ""] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)(?:@(sha256:[0-9a-f]{64}))?/.exec(
      image,
    ) ?? [];
  if (!region) return [];
  const path = `ecr/repositories/private/${account}/${repository}${reference && `/_/image/${reference}/details`}?region={region}`;
  return [{ text: text, address: page(region, path) }];
}

export function pipelinePage(region: string, pipeline: string, executionId: string): string {
  return page(
    region,
    `codesuite/codepipeline/pipelines/${part(pipeline)}/executions/${part(executionId)}/timeline?region={region}`,
  );
}

export function commitPage(region: string, repository: string, commit: string): string {
  return page(
    region,
    `codesuite/codecommit/repositories/${part(repository)}/commit/${part(commit)}?region={region}`,
  );
}

/** The commit of this workflow run on GitHub, from the runner's variables. */
export function runCommit(variables: NodeJS.ProcessEnv = process.env): Link[] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = variables;
  if (!server || !repository || !commit) return [];
  return [{ text: `commit ${commit.slice(0, 7)}`, address: `${server}/${repository}/commit/${commit}` }];
}
