import type { UpdateDeploymentGroupInput } from "@aws-sdk/client-codedeploy";
import { deliveryActionsOf } from "../parts.ts";
import type { Break, Place } from "./place.ts";

/** Changes the customer's pipeline. */
const configure =
  (part: keyof ReturnType<typeof deliveryActionsOf>, change: Readonly<Record<string, string>>): Break =>
  async ({ aws: { codepipeline }, lab }) => {
    const pipeline = await lab.roles.pipeline("customer");
    const changed = structuredClone(pipeline);
    Object.assign(deliveryActionsOf(changed)[part]?.configuration ?? {}, change);
    await codepipeline.updatePipeline({ pipeline: changed });
    return () => codepipeline.updatePipeline({ pipeline });
  };

const lockStage: Break = async ({ aws: { codepipeline }, lab }) => {
  const { name: pipelineName, stages = [] } = await lab.roles.pipeline("customer");
  const stage = { pipelineName, stageName: stages.at(-1)?.name, transitionType: "Inbound" as const };
  await codepipeline.disableStageTransition({ ...stage, reason: "Friday" });
  return () => codepipeline.enableStageTransition(stage);
};

/** The rule that starts the customer's pipeline. */
async function ruleOf({ lab: { account, roles } }: Place) {
  const { name } = await roles.pipeline("customer");
  const arn = `arn:aws:codepipeline:${account.region}:${await account.id()}:${name}`;
  const [rule] = await account.rulesWithTarget(arn);
  return { Name: rule?.Name ?? "", EventPattern: rule?.EventPattern ?? "{}", arn };
}

const disableRule: Break = async (place) => {
  const { Name } = await ruleOf(place);
  await place.aws.events.disableRule({ Name });
  return () => place.aws.events.enableRule({ Name });
};

const waitForDeletion: Break = async (place) => {
  const { Name, EventPattern } = await ruleOf(place);
  const { detail, ...pattern } = JSON.parse(EventPattern);
  const changed = { ...pattern, detail: { ...detail, "action-type": ["DELETE"] } };
  await place.aws.events.putRule({ Name, EventPattern: JSON.stringify(changed) });
  return () => place.aws.events.putRule({ Name, EventPattern });
};

/** Lets EventBridge act as CodeDeploy, which it may not. */
const startAsAnother: Break = async (place) => {
  const { Name: Rule, arn } = await ruleOf(place);
  const { serviceRoleArn: RoleArn } = await place.lab.roles.deploymentGroup("customer");
  const targets = await place.lab.account.ruleTargets(Rule);
  const Targets = targets.filter(({ Arn }) => Arn === arn);
  await place.aws.events.putTargets({ Rule, Targets: Targets.map((each) => ({ ...each, RoleArn })) });
  return () => place.aws.events.putTargets({ Rule, Targets });
};

/** Changes the customer's deployment group. */
const regroup =
  (change: (place: Place) => Promise<Partial<UpdateDeploymentGroupInput>>): Break =>
  async (place) => {
    const group = await place.lab.roles.deploymentGroup("customer");
    const { applicationName, deploymentGroupName: currentDeploymentGroupName } = group;
    const changed = await change(place);
    const name = { applicationName, currentDeploymentGroupName };
    await place.aws.codedeploy.updateDeploymentGroup({ ...name, ...changed });
    const before = Object.keys(changed).map((key) => [
      key,
      group[key as keyof typeof group] ?? { enabled: false },
    ]);
    return () => place.aws.codedeploy.updateDeploymentGroup({ ...name, ...Object.fromEntries(before) });
  };

const takeTheirGroups = regroup(async ({ lab: { roles } }) => {
  const [own, theirs] = [await roles.deploymentGroup("customer"), await roles.pairOf("employee")];
  const [pair] = own.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  const targetGroups = theirs.map((name) => ({ name }));
  return { loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, targetGroups }] } };
});

/** To undo it takes both: the group for the next deployments, and the one that waits. */
const waitForSomebody: Break = async (place) => {
  const { blueGreenDeploymentConfiguration, ...group } = await place.lab.roles.deploymentGroup("customer");
  const deploymentReadyOption = { actionOnTimeout: "STOP_DEPLOYMENT" as const, waitTimeInMinutes: 600 };
  const waiting = { ...blueGreenDeploymentConfiguration, deploymentReadyOption };
  const undo = await regroup(async () => ({ blueGreenDeploymentConfiguration: waiting }))(place);
  return async () => {
    await undo();
    const { applicationName, deploymentGroupName } = group;
    const { deployments = [] } = await place.aws.codedeploy.listDeployments({
      ...{ applicationName, deploymentGroupName, includeOnlyStatuses: ["Ready"] },
    });
    for (const deploymentId of deployments) await place.aws.codedeploy.continueDeployment({ deploymentId });
  };
};

/** A false alarm: nothing measures the temperature. */
const ringAlarm: Break = async (place) => {
  const AlarmName = "coffee-too-cold";
  await place.aws.cloudwatch.putMetricAlarm({
    ...{ AlarmName, Namespace: "Coffee", MetricName: "Temperature", Statistic: "Average", Threshold: 60 },
    ...{ Period: 60, EvaluationPeriods: 1, ComparisonOperator: "LessThanThreshold" },
    TreatMissingData: "breaching",
  });
  await place.aws.cloudwatch.setAlarmState({ AlarmName, StateValue: "ALARM", StateReason: "cold" });
  const undo = await regroup(async () => ({
    alarmConfiguration: { enabled: true, alarms: [{ name: AlarmName }] },
  }))(place);
  return async () => {
    await undo();
    await place.aws.cloudwatch.deleteAlarms({ AlarmNames: [AlarmName] });
  };
};

/** Commits a change of a file that the customer's pipeline reads; undefined deletes the file. */
const edit =
  (
    kind: "TaskDefinitionTemplatePath" | "AppSpecTemplatePath",
    change: (text: string) => string | undefined,
  ): Break =>
  async ({ aws: { codecommit }, lab }) => {
    const { deploy, files } = deliveryActionsOf(await lab.roles.pipeline("customer"));
    const { RepositoryName: repositoryName = "", BranchName: branchName = "" } = files?.configuration ?? {};
    const filePath = deploy?.configuration?.[kind] ?? "";
    const { fileContent } = await codecommit.getFile({
      ...{ repositoryName, filePath },
      commitSpecifier: branchName,
    });
    const before = Buffer.from(fileContent ?? []).toString();
    const commit = async (text: string | undefined) => {
      const { branch } = await codecommit.getBranch({ repositoryName, branchName });
      await codecommit.createCommit({
        ...{ repositoryName, branchName, parentCommitId: branch?.commitId },
        ...(text === undefined
          ? { deleteFiles: [{ filePath }] }
          : { putFiles: [{ filePath, fileContent: Buffer.from(text) }] }),
      });
    };
    const after = change(before);
    if (after === before) throw new Error(`${filePath} has nothing to break`);
    await commit(after);
    return () => commit(before);
  };
const inTaskDefinition = (from: RegExp, to: string) =>
  edit("TaskDefinitionTemplatePath", (text) => text.replace(from, to));
const inAppSpec = (from: RegExp, to: string) => edit("AppSpecTemplatePath", (text) => text.replace(from, to));

/** The way from a change to production; each needs a release to be seen. */
export const deliveryBreaks = {
  "sleeping-doorbell": disableRule,
  "deaf-doorbell": waitForDeletion,
  "wrong-messenger": startAsAnother,
  "old-label": configure("image", { ImageTag: "dev" }),
  "lost-stencil": configure("deploy", { Image1ContainerName: "IMAGE" }),
  "other-branch": configure("files", { BranchName: "main" }),
  "missing-recipe": configure("deploy", { TaskDefinitionTemplatePath: "taskdef.json" }),
  "red-light": lockStage,
  "borrowed-tables": takeTheirGroups,
  "waiting-waiter": waitForSomebody,
  "false-alarm": ringAlarm,
  "small-cup": inTaskDefinition(/("memory":\s*)"1024"/, '$1"512"'),
  "ghost-cook": inTaskDefinition(/role\/PipelineRole/, "role/PipelinRole"),
  "old-beans": inTaskDefinition(/<IMAGE1_NAME>/, "customer"),
  "wrong-name-tag": inTaskDefinition(/("name":\s*)"customer"/, '$1"web"'),
  "extra-comma": inTaskDefinition(/"awsvpc",/, '"awsvpc",,'),
  "torn-menu": edit("TaskDefinitionTemplatePath", () => undefined),
  "wrong-table": inAppSpec(/ContainerName: "?customer"?/, "ContainerName: employee"),
  "wrong-window": inAppSpec(/ContainerPort: 8080/, "ContainerPort: 8081"),
} satisfies Record<string, Break>;
