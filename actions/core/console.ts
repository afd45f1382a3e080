import { lastSegment, parseArn } from "./arn.ts";
import type { Link } from "./card.ts";

/** Returns the address of a page of the AWS console. China's regions have a console of their own. */
function page(region: string, path: string): string {
  const domain = region.startsWith("cn-") ? "console.amazonaws.cn" : "console.aws.amazon.com";
  return `https://${region}.${domain}/${path.replaceAll("{region}", region)}`;
}

const part = encodeURIComponent;

/** Links to a page in the region of `arn`; to none without a region. `path` gives none for something without a page. */
function linkIn(arn: string, text: string, path: string): Link[] {
  const { region } = parseArn(arn) ?? {};
  return region && path ? [{ text, address: page(region, path) }] : [];
}

/** Pages of one service; `arn` of anything of it gives the region. */
export function ecsPages(arn: string, { cluster, service }: { cluster: string; service: string }): Link[] {
  const path = `ecs/v2/clusters/${part(cluster)}/services/${part(service)}/health?region={region}`;
  return linkIn(arn, "service", service && path);
}

export function taskPage(taskArn: string, cluster: string): Link[] {
  const id = part(lastSegment(taskArn));
  return linkIn(
    taskArn,
    "task",
    `ecs/v2/clusters/${part(cluster)}/tasks/${id}/configuration?region={region}`,
  );
}

export function revisionPage(text: string, revisionArn: string): Link[] {
  const [, family = "", revision = ""] = /:task-definition\/(.+):(\d+)$/.exec(revisionArn) ?? [];
  const path = `ecs/v2/task-definitions/${part(family)}/${revision}/containers?region={region}`;
  return linkIn(revisionArn, text, family && path);
}

/** A deployment of CodeDeploy, by its id, or one of ECS, by its ARN, which the service's page lists. */
export function deploymentPage(
  arn: string,
  { cluster, service, deploymentId }: { cluster: string; service: string; deploymentId: string },
): Link[] {
  const path = deploymentId.startsWith("arn:")
    ? `ecs/v2/clusters/${part(cluster)}/services/${part(service)}/deployments?region={region}`
    : `codesuite/codedeploy/deployments/${part(deploymentId)}?region={region}`;
  return linkIn(arn, "deployment", deploymentId && path);
}

/** The console's own encoding of a name after the `#`: percent signs become `$25`. */
const inFragment = (name: string) => part(part(name)).replaceAll("%", "$");

export function logGroupPage(arn: string, group: string): Link[] {
  const path = `cloudwatch/home?region={region}#logsV2:log-groups/log-group/${inFragment(group)}`;
  return linkIn(arn, "logs", group && path);
}

export function alarmPage(arn: string, alarm: string): Link[] {
  return linkIn(arn, "alarm", `cloudwatch/home?region={region}#alarmsV2:alarm/${part(alarm)}`);
}

/** Page of a stack, by its ARN. */
export function stackPage(stackId: string, text = "stack"): Link[] {
  const path = `cloudformation/home?region={region}#/stacks/stackinfo?stackId=${part(stackId)}`;
  return linkIn(stackId, text, path);
}

/** Page of an image in ECR; none for another registry. */
export function imagePage(image: string, text = "image"): Link[] {
  const [, account = "", region = "", repository = "", reference = ""] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)(?:@(sha256:[0-9a-f]{64}))?/.exec(
      image,
    ) ?? [];
  if (!region) return [];
  const path = `ecr/repositories/private/${account}/${repository}${reference && `/_/image/${reference}/details`}?region={region}`;
  return [{ text, address: page(region, path) }];
}

export function pipelinePage(region: string, pipeline: string, executionId: string): string {
  const path = `codesuite/codepipeline/pipelines/${part(pipeline)}/executions/${part(executionId)}/timeline`;
  return page(region, `${path}?region={region}`);
}

export function commitPage(region: string, repository: string, commit: string): string {
  const path = `codesuite/codecommit/repositories/${part(repository)}/commit/${part(commit)}`;
  return page(region, `${path}?region={region}`);
}

/** The commit of this workflow run on GitHub, from the runner's variables. */
export function runCommit(variables: NodeJS.ProcessEnv = process.env): Link[] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = variables;
  if (!server || !repository || !commit) return [];
  return [{ text: `commit ${commit.slice(0, 7)}`, address: `${server}/${repository}/commit/${commit}` }];
}
