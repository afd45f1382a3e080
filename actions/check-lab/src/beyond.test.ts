import { expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import { useLabAccount } from "./mistakes.support.ts";

const { simulator } = await useLabAccount();

const [applicationName, deploymentGroupName] = ["microservices", "microservices-customer"];

async function deploy(deploymentConfigName: string) {
  const { ecs, codedeploy } = simulator.aws;
  const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: "customer-microservice" });
  const content = JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: taskDefinition?.taskDefinitionArn,
            LoadBalancerInfo: { ContainerName: "customer", ContainerPort: 8080 },
          },
        },
      },
    ],
  });
  const { deploymentId = "" } = await codedeploy.createDeployment({
    applicationName,
    deploymentGroupName,
    deploymentConfigName,
    revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
  });
  return deploymentId;
}

const ended = (deploymentId: string, status: string) =>
  simulator.clock.until(
    async () => {
      const { deploymentInfo } = await simulator.aws.codedeploy.getDeployment({ deploymentId });
      return deploymentInfo?.status === status;
    },
    { withinMs: 60 * 60_000 },
  );

it("finds none of the exercises in an account that did only the nine phases", async () => {
  expect(itemsOf(await check(simulator, { numbers: [10] }), "fail")).toEqual([
    "10.canary: of the 2 newest deployments, none is a canary or linear deployment that succeeded",
    "10.alarm: of the 2 newest deployments, none is a deployment that an alarm stopped",
    "10.rollback: no deployment brought back a former revision",
    "10.scaling: no service of the lab has a target tracking policy",
    "10.cost: 1 cost sheets, from $98.70 to $98.70 a month",
  ]);
});

it("passes each exercise that was done", async () => {
  const { applicationautoscaling, cloudwatch, codedeploy } = simulator.aws;
  const canary = "CodeDeployDefault.ECSCanary10Percent5Minutes";
  await ended(await deploy(canary), "Succeeded");
  const AlarmName = "slow";
  await cloudwatch.putMetricAlarm({
    AlarmName,
    MetricName: "TargetResponseTime",
    Namespace: "AWS/ApplicationELB",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  });
  await codedeploy.updateDeploymentGroup({
    applicationName,
    currentDeploymentGroupName: deploymentGroupName,
    alarmConfiguration: { enabled: true, alarms: [{ name: AlarmName }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_STOP_ON_ALARM"] },
  });
  const bad = await deploy(canary);
  await simulator.clock.foreground.wait(90_000);
  await cloudwatch.setAlarmState({ AlarmName, StateValue: "ALARM", StateReason: "slow" });
  await ended(bad, "Stopped");
  const { deploymentInfo } = await codedeploy.getDeployment({ deploymentId: bad });
  await ended(deploymentInfo?.rollbackInfo?.rollbackDeploymentId ?? "", "Succeeded");
  const target = {
    ServiceNamespace: "ecs" as const,
    ScalableDimension: "ecs:service:DesiredCount" as const,
    ResourceId: "service/microservices-serverlesscluster/customer-microservice",
  };
  await applicationautoscaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 3 });
  await applicationautoscaling.putScalingPolicy({
    ...target,
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    },
  });
  const half = costSheet.replace("36.04", "3.04").replace("18.25", "1.25");
  const checkout = checkoutOf({ ...ownFiles, "costs-half.csv": half.replace("16.47", "1.47") });
  const report = await check(simulator, { numbers: [10], checkout });
  expect(itemsOf(report, "fail")).toEqual([]);
  expect(itemsOf(report, "pass").map((item) => item.split(":")[0])).toEqual([
    "10.canary",
    "10.alarm",
    "10.rollback",
    "10.scaling",
    "10.cost",
  ]);
});
