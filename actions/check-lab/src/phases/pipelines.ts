import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { lastSegment } from "../../../core/arn.ts";
import { hint } from "../choices.ts";
import { matchesPattern } from "../event-pattern.ts";
import type { Lab } from "../lab.ts";
import { broken, forEachOf, Missing, type Outcome, Unreadable, verdict } from "../outcome.ts";
import { deliveryActionsOf, type ServiceName } from "../parts.ts";
import { mayStartPipeline, roleProblems, trustFix } from "../service-role.ts";
import { findDefinition } from "./definition-files.ts";

const editOf = (name: string) => ({
  console: `CodePipeline → ${name} → Edit: correct what the evidence says, then Release change.`,
  cli: `aws codepipeline get-pipeline --name ${name} > pipeline.json; correct it and remove its metadata; aws codepipeline update-pipeline --cli-input-json file://pipeline.json`,
});

/** Both items about the pipeline say it, so that it counts once. */
const noImageSource = "has no ECR source: an image push cannot start it";

export async function checkPipeline(lab: Lab, service: ServiceName): Promise<Outcome> {
  const pipeline = await lab.roles.pipeline(service);
  const { name = "" } = pipeline;
  const { files } = deliveryActionsOf(pipeline);
  const parts = {
    actions: () => actionProblems(lab, service, pipeline),
    files: () => fileProblems(lab, service),
    role: async () =>
      (await roleProblems(lab.account, pipeline.roleArn ?? "", "codepipeline")).map((what) => `: ${what}`),
    stages: async () =>
      (await lab.account.pipelineStages(name)).flatMap(({ stageName, inboundTransitionState: state }) =>
        broken([
          state?.enabled !== false,
          ` has its transition into ${stageName} disabled${state?.disabledReason ? ` (${state.disabledReason})` : ""}`,
        ]),
      ),
  };
  return forEachOf(Object.keys(parts) as (keyof typeof parts)[], async (part) => {
    const problems = await parts[part]();
    return verdict(
      problems.map((problem) => `${name}${problem}`),
      `${name}: ${files?.configuration?.RepositoryName}/${files?.configuration?.BranchName} and ECR`,
      part === "stages"
        ? {
            console: `CodePipeline → ${name} → Enable transition.`,
            cli: `aws codepipeline enable-stage-transition --pipeline-name ${name} --transition-type Inbound --stage-name (the stage of the evidence)`,
          }
        : (trustFix(problems) ?? editOf(name)),
    );
  });
}

async function actionProblems({ roles }: Lab, service: ServiceName, pipeline: PipelineDeclaration) {
  const { files, image, deploy } = deliveryActionsOf(pipeline);
  const group = await roles.deploymentGroup(service);
  const problems = broken(
    [files !== undefined, " has no CodeCommit source"],
    [image !== undefined, ` ${noImageSource}`],
    [deploy !== undefined, " has no deploy action for Amazon ECS (Blue/Green)"],
  );
  const { configuration = {}, inputArtifacts = [] } = deploy ?? {};
  const deployed = `${configuration.ApplicationName}/${configuration.DeploymentGroupName}`;
  const wanted = `${group.applicationName}/${group.deploymentGroupName}`;
  if (deploy && deployed !== wanted) problems.push(` deploys by ${deployed}, not ${wanted}`);
  const artifact = files?.outputArtifacts?.[0]?.name;
  for (const key of ["TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"])
    if (deploy && files && configuration[key] !== artifact)
      problems.push(` takes ${key} from ${configuration[key] ?? "no artifact"}, not from ${artifact}`);
  const inputs = inputArtifacts.map((each) => each.name);
  const unused = [artifact, image?.outputArtifacts?.[0]?.name].filter((each) => !inputs.includes(each));
  if (deploy && files && image && unused.length > 0)
    problems.push(`'s deploy action does not have the input ${unused.join(", ")}`);
  return problems;
}

/** Returns what is wrong with the places that a pipeline takes its files from; files that exist nowhere are not its fault. */
async function fileProblems(lab: Lab, service: ServiceName): Promise<string[]> {
  const { sources, account } = lab;
  const wired = await sources.pipelineBranch(service);
  if (!wired) return [];
  const where = `${wired.repository}/${wired.branch}`;
  const { source, files, isWired } = await sources.definitions(service);
  if (!isWired) return files.length > 0 ? [` reads ${where}; the files are in ${source.name}`] : [];
  if (wired.branch !== "dev" && (await account.branch(wired.repository, "dev")))
    return [` reads ${where}; a push to the branch dev starts nothing`];
  const found = [];
  for (const kind of ["taskdef", "appspec"] as const) found.push(await findDefinition(lab, kind, service));
  return found
    .filter(({ file, named }) => file && named !== undefined && file.path !== named)
    .map(({ file, named }) => {
      const exists = files.some(({ path }) => path === named);
      const fault = exists ? "the other service's file" : `which ${where} does not have`;
      return ` uses ${named}, ${fault}; the ${service}'s is ${file?.path}`;
    });
}

export async function checkPipelineImage(lab: Lab, service: ServiceName): Promise<Outcome> {
  const pipeline = await lab.roles.pipeline(service);
  const { repositoryName } = await lab.roles.imageRepository(service);
  const { image, deploy } = deliveryActionsOf(pipeline);
  const { RepositoryName, ImageTag = "latest" } = image?.configuration ?? {};
  const { Image1ArtifactName, Image1ContainerName } = deploy?.configuration ?? {};
  const artifact = image?.outputArtifacts?.[0]?.name;
  const { file } = (await hint(findDefinition(lab, "taskdef", service))) ?? {};
  const isFilled =
    Image1ContainerName === "IMAGE1_NAME" || file?.text.includes(`"<${Image1ContainerName}>"`) === true;
  const problems = image
    ? broken(
        [RepositoryName === repositoryName, `takes the image ${RepositoryName}, not ${repositoryName}`],
        [ImageTag === "latest", `waits for the tag ${ImageTag}, not latest`],
        [Image1ArtifactName === artifact, `deploys the artifact ${Image1ArtifactName}, not ${artifact}`],
        [isFilled, `has the placeholder ${Image1ContainerName}, not IMAGE1_NAME`],
      )
    : [noImageSource];
  return verdict(
    problems.map((problem) => `${pipeline.name} ${problem}`),
    `${pipeline.name} takes ${RepositoryName}:${ImageTag}`,
    editOf(pipeline.name ?? ""),
  );
}

export async function checkTrigger(lab: Lab, service: ServiceName): Promise<Outcome> {
  const { account, roles } = lab;
  const { name = "" } = await roles.pipeline(service);
  const { repositoryName = "" } = await roles.imageRepository(service);
  const id = await account.id();
  const arn = `arn:aws:codepipeline:${account.region}:${id}:${name}`;
  const push = pushOf(repositoryName, account.region, id);
  const rules = await account.rulesWithTarget(arn);
  const fitting = rules.filter(({ EventPattern = "{}" }) => matchesPattern(JSON.parse(EventPattern), push));
  const rule = fitting.find(({ State }) => State === "ENABLED");
  if (rule) return checkTargetRole(lab, rule.Name ?? "", name, arn);
  const [off] = fitting;
  if (off)
    return verdict([`the rule ${off.Name} that starts ${name} is ${off.State}`], "", {
      console: `EventBridge → Rules → ${off.Name} → Enable.`,
      cli: `aws events enable-rule --name ${off.Name}`,
    });
  const near = rules.find(({ EventPattern = "" }) => /ecr|image-tag|repository-name/i.test(EventPattern));
  const what = `starts ${name} when ${repositoryName}:latest is pushed`;
  const pattern = near ? `: the pattern of ${near.Name} does not match it: ${near.EventPattern}` : "";
  const wanted = JSON.stringify({
    source: [push.source],
    "detail-type": [push["detail-type"]],
    detail: {
      "action-type": ["PUSH"],
      result: ["SUCCESS"],
      "repository-name": [repositoryName],
      "image-tag": ["latest"],
    },
  });
  const ruleName = near?.Name ?? `image-of-${repositoryName.replaceAll("/", "-")}`;
  const targets = near
    ? ""
    : `; aws events put-targets --rule ${ruleName} --targets Id=pipeline,Arn=${arn},RoleArn=(a role that trusts events.amazonaws.com)`;
  return verdict([`no EventBridge rule ${what}${pattern}`], "", {
    cli: `aws events put-rule --name ${ruleName} --event-pattern '${wanted}'${targets}`,
  });
}

/** EventBridge's role, which has to be in the target. A run that the rule started proves that it may start the pipeline. */
async function checkTargetRole(
  { account }: Lab,
  rule: string,
  pipeline: string,
  arn: string,
): Promise<Outcome> {
  const target = (await account.ruleTargets(rule)).find((each) => each.Arn === arn);
  const role = target?.RoleArn;
  if (!role) throw new Missing(`the rule ${rule} has no role to start ${pipeline}`);
  const problems = await roleProblems(account, role, "events");
  const runs = (await hint(account.pipelineRuns(pipeline))) ?? [];
  const hasStarted = runs.some(({ trigger }) => trigger?.triggerDetail?.endsWith(`:rule/${rule}`));
  if (problems.length === 0)
    try {
      if (!(await mayStartPipeline(account, role, arn)))
        problems.push(`the role ${lastSegment(role)} may not start ${pipeline}`);
    } catch (error) {
      if (!(error instanceof Unreadable) || !hasStarted) throw error;
    }
  return verdict(
    problems.map((problem) => `rule ${rule}: ${problem}`),
    `rule ${rule} starts ${pipeline}`,
    trustFix(problems) ?? {
      console: `EventBridge → Rules → ${rule} → Targets → Edit: a role that trusts events.amazonaws.com and may start ${pipeline}.`,
      cli: `aws events put-targets --rule ${rule} --targets Id=${target?.Id},Arn=${arn},RoleArn=(such a role)`,
    },
  );
}

/** Amazon ECR user guide, "Amazon ECR events and EventBridge": a completed push. */
const pushOf = (repository: string, region: string, account: string) => ({
  ...{ version: "0", id: "13cde686-328b-6117-af20-0e5566167482", time: "2026-01-01T00:00:00Z" },
  ...{ source: "aws.ecr", "detail-type": "ECR Image Action", account, region, resources: [] },
  detail: {
    ...{ result: "SUCCESS", "action-type": "PUSH", "repository-name": repository, "image-tag": "latest" },
    "image-digest": "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234",
  },
});
