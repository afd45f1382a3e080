import { zip } from "@ecs-delivery/simulator/services/lambda/zip.support";
import { longestWaitMinutes } from "../../../stage.support.ts";
import { type BackEnd, backEnds, configure, gradual } from "../back-ends.ts";
import { type Arranged, type Row, refused, rolledBack } from "../row.ts";
import { type Scene, setAlarm, writeAppSpec } from "../scene.ts";

/** Function of a hook at the stage where traffic for tests has just been shifted. */
interface HookAnswer {
  /** Body of a CodeDeploy hook's function, which reports by a call. */
  readonly codeDeploy: string;
  /** Body of an ECS hook's function, which reports by its return value. */
  readonly ecs: string;
}

const fails: HookAnswer = {
  codeDeploy: `console.error("Error: no prices"); await new CodeDeploy().putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status: "Failed",
  });`,
  ecs: `console.error("Error: no prices"); return { hookStatus: "FAILED" };`,
};
const saysNothing: HookAnswer = { codeDeploy: "", ecs: `return { hookStatus: "IN_PROGRESS" };` };

const hookedBy =
  (answer: HookAnswer) =>
  async (scene: Scene, backEnd: BackEnd): Promise<Arranged | undefined> => {
    const byCodeDeploy = backEnd.startsWith("CodeDeploy");
    const { FunctionArn, FunctionName = "" } = await scene.aws.lambda.createFunction({
      FunctionName: scene.version("hook"),
      Role: roleArn,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout: 60,
      Code: { ZipFile: zip({ "index.mjs": source(byCodeDeploy ? answer.codeDeploy : answer.ecs) }) },
    });
    if (byCodeDeploy) {
      const Hooks = [{ AfterAllowTestTraffic: FunctionName }];
      return { inputs: { appSpecFile: await writeAppSpec(scene, {}, { Hooks }) } };
    }
    const hook = {
      hookTargetArn: FunctionArn,
      roleArn,
      lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT" as const],
      timeoutConfiguration: { timeoutInMinutes: 5, action: "ROLLBACK" as const },
    };
    await configure(scene.stage, backEnd, { ecs: { lifecycleHooks: [hook] } });
  };

const roleArn = "arn:aws:iam::123456789012:role/hook";

const source = (body: string) =>
  `import { CodeDeploy } from "@aws-sdk/client-codedeploy"; export async function handler(event) { ${body} }`;

const withHooks = backEnds.filter((each) => each !== "ECS rolling");
const watched = { rollbackOnAlarm: ["errors"] };
const goOff = (line: RegExp) => ({ line, act: (scene: Scene) => setAlarm(scene, "ALARM") });
const calmAgain = async (scene: Scene) => ({ undo: () => setAlarm(scene, "OK") });
const alarmed = rolledBack(
  /^Alarm errors went off during the deployment: \S.*, (?:at or )?above \d+ \(/,
  /metric/,
);

/** Hooks are processes of the simulated Lambda. */
export const rowsOfHooks: readonly Row[] = [
  {
    fault: "hook fails",
    backEnds: withHooks,
    arrange: hookedBy(fails),
    expect: rolledBack(
      /(?:POST_TEST_TRAFFIC_SHIFT lifecycle hook\(s\) failed|AfterAllowTestTraffic failed: The function hook-\d+ reported).*; the log of its function ends with: .*Error: no prices/,
      /log of the hook's Lambda function/,
    ),
  },
  {
    fault: "hook times out",
    // CodeDeploy's hour takes seconds here, and the way of shifting traffic makes no difference to it.
    backEnds: withHooks.filter((each) => each !== "CodeDeploy canary"),
    arrange: hookedBy(saysNothing),
    expect: rolledBack(
      /POST_TEST_TRAFFIC_SHIFT.*timed out|AfterAllowTestTraffic failed: .* reported nothing .* within an hour/i,
      /log of the hook's Lambda function/,
    ),
  },
];

/** Visitors reach both revisions, and none of their requests may fail. */
export const rowsDuringTheShift: readonly Row[] = [
  {
    fault: "alarm during the shift",
    when: "once visitors reach the new tasks",
    backEnds,
    // It ends when the alarm goes off, however late a slow machine sees the shift.
    settings: { waitMinutes: longestWaitMinutes },
    inputs: watched,
    arrange: calmAgain,
    meanwhile: goOff(/traffic: .*new [1-9]/),
    expect: { ...alarmed, shown: "new" },
  },
];

/** Causes that end a deployment, except its own tasks and hooks. */
export const rowsOfDeployments: readonly Row[] = [
  {
    fault: "alarm before the shift",
    when: "in ALARM when the deployment begins",
    backEnds,
    inputs: watched,
    arrange: async (scene) => {
      await setAlarm(scene, "ALARM");
      return calmAgain(scene);
    },
    expect: refused(
      /^alarm errors \(input rollback-on-alarm\) is in ALARM already: \S.* above \d/,
      /correct its cause/,
    ),
  },
  {
    fault: "alarm before the shift",
    when: "while the new tasks start",
    backEnds: gradual,
    fate: "slow",
    settings: { graceSeconds: 3_600 },
    inputs: watched,
    arrange: calmAgain,
    meanwhile: goOff(/SCALE_UP InProgress|Install InProgress/),
    expect: alarmed,
  },
  {
    fault: "circuit breaker",
    backEnds: ["ECS rolling", "ECS blue/green"],
    fate: "crash",
    settings: { ecs: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
    inputs: { maxFailedTasks: 100 },
    expect: rolledBack(/^Container web exited with code 1: .*ROLLBACK_SUCCESSFUL; production still runs/),
  },
  {
    fault: "circuit breaker",
    when: "which CodeDeploy lacks: max-failed-tasks",
    backEnds: ["CodeDeploy"],
    fate: "crash",
    inputs: { maxFailedTasks: 1 },
    expect: rolledBack(/^Container web exited with code 1: /),
  },
];
