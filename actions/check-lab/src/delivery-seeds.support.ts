import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { commit, type LabAccount } from "./lab-account.support.ts";
import { appSpec, courseNames, definitionFiles, executionRole, pipelineOf } from "./lab-parts.support.ts";
import { deliveryActionsOf } from "./parts.ts";

/** Makes the mistake; the returned function takes it back. */
export type Seed = () => Promise<() => Promise<unknown>>;

/** Changes to a finished lab, each with the way back. */
export function deliverySeeds(simulator: TestSimulator, lab: LabAccount) {
  const { codedeploy, codepipeline, ec2, events, iam } = simulator.aws;
  const right = definitionFiles(courseNames, lab.host);

  /** Commits other files of the customer, or of both services. */
  const files =
    (changes: Readonly<Record<string, string | undefined>>): Seed =>
    async () => {
      const put = Object.entries(changes).flatMap(([path, text]) =>
        text === undefined ? [] : [[path, text]],
      );
      const gone = Object.keys(changes).filter((path) => changes[path] === undefined);
      await commit(simulator, courseNames.deployment, Object.fromEntries(put), gone);
      const added = put.map(([path = ""]) => path).filter((path) => !(path in right));
      return () => commit(simulator, courseNames.deployment, right, added);
    };
  const taskdef = "taskdef-customer.json";
  const edit = (from: string | RegExp, to: string) => files({ [taskdef]: right[taskdef]?.replace(from, to) });
  const editAppSpec = (from: string | RegExp, to: string) =>
    files({ "appspec-customer.yaml": appSpec("customer").replace(from, to) });

  const editPipeline =
    (change: (actions: ReturnType<typeof deliveryActionsOf>, pipeline: PipelineDeclaration) => void): Seed =>
    async () => {
      const before = pipelineOf(courseNames, "customer");
      const pipeline: PipelineDeclaration = structuredClone(before);
      change(deliveryActionsOf(pipeline), pipeline);
      await codepipeline.updatePipeline({ pipeline });
      return () => codepipeline.updatePipeline({ pipeline: before });
    };
  const configure = (part: "files" | "image" | "deploy", configuration: Record<string, string>) =>
    editPipeline((actions) => Object.assign(actions[part]?.configuration ?? {}, configuration));

  const editGroup =
    (change: object): Seed =>
    async () => {
      const applicationName = courseNames.application;
      const currentDeploymentGroupName = courseNames.group.customer;
      const { deploymentGroupInfo = {} } = await codedeploy.getDeploymentGroup({
        applicationName,
        deploymentGroupName: currentDeploymentGroupName,
      });
      const { serviceRoleArn, blueGreenDeploymentConfiguration, ecsServices } = deploymentGroupInfo;
      const update = (changes: object) =>
        codedeploy.updateDeploymentGroup({ applicationName, currentDeploymentGroupName, ...changes });
      await update(change);
      return () => update({ serviceRoleArn, blueGreenDeploymentConfiguration, ecsServices });
    };
  const endAfter = (minutes: number, actionOnTimeout = "CONTINUE_DEPLOYMENT") =>
    editGroup({
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: {
          actionOnTimeout,
          waitTimeInMinutes: actionOnTimeout === "STOP_DEPLOYMENT" ? 60 : 0,
        },
        terminateBlueInstancesOnDeploymentSuccess: {
          action: "TERMINATE",
          terminationWaitTimeInMinutes: minutes,
        },
      },
    });

  const rule = `pushed-${courseNames.pipeline.customer}`;
  const editRule =
    (change: (pattern: { [name: string]: unknown; detail: { [name: string]: unknown } }) => void): Seed =>
    async () => {
      const { EventPattern = "" } = await events.describeRule({ Name: rule });
      const pattern = JSON.parse(EventPattern);
      change(pattern);
      await events.putRule({ Name: rule, EventPattern: JSON.stringify(pattern) });
      return () => events.putRule({ Name: rule, EventPattern });
    };
  const target = (RoleArn: string) => {
    const Arn = `arn:aws:codepipeline:us-east-1:123456789012:${courseNames.pipeline.customer}`;
    return events.putTargets({ Rule: rule, Targets: [{ Id: "pipeline", Arn, RoleArn }] });
  };
  const targetRole =
    (arn: string): Seed =>
    async () => {
      await target(arn);
      return () => target(executionRole);
    };

  const distrust =
    (name: string, service: string): Seed =>
    async () => {
      const { Role } = await iam.getRole({ RoleName: name });
      const update = (PolicyDocument: string) =>
        iam.updateAssumeRolePolicy({ RoleName: name, PolicyDocument });
      const before = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
      await update(before.replace(`${service}.amazonaws.com`, "ec2.amazonaws.com"));
      return () => update(before);
    };

  /** Replaces the rule of a port in the group of load balancer and tasks. */
  const openTo =
    (port: number, sources: object): Seed =>
    async () => {
      const of = (more: object) => ({
        GroupId: lab.securityGroup,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: port, ToPort: port, ...more }],
      });
      const everybody = { IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
      await ec2.revokeSecurityGroupIngress(of(everybody));
      await ec2.authorizeSecurityGroupIngress(of(sources));
      return async () => {
        await ec2.revokeSecurityGroupIngress(of(sources));
        await ec2.authorizeSecurityGroupIngress(of(everybody));
      };
    };

  return {
    right,
    taskdef,
    files,
    edit,
    editAppSpec,
    configure,
    endAfter,
    editRule,
    targetRole,
    distrust,
    openTo,
  };
}

export const cidr = (...ranges: string[]) => ({ IpRanges: ranges.map((CidrIp) => ({ CidrIp })) });
