import { deploy } from "../../../deploy.ts";
import { runEnvironment } from "../../../deployment/virtual-run.support.ts";
import { readRun } from "../../../order/run.ts";
import { DeploymentRecord } from "../../../record.ts";
import type { BackEnd } from "../back-ends.ts";
import type { Row } from "../row.ts";
import { deployElse, type Scene } from "../scene.ts";

const deployBySomebody = async (scene: Scene, backEnd: BackEnd) =>
  void (await deployElse(scene, backEnd, scene.version("good")));

const runOf = (number: number) => readRun({ ...runEnvironment, GITHUB_RUN_NUMBER: String(number) });

/**
 * CodeDeploy runs one at a time: the other begins after ours, and changes production before the step confirms its own.
 */
async function deployBeforeItIsConfirmed(scene: Scene): Promise<void> {
  const blindness = scene.addFault({ kind: "unavailable", operation: "ecs:DescribeServices" });
  const version = scene.version("good");
  await deployElse(scene, "CodeDeploy", version);
  await scene.stage.simulator.clock.until(async () => (await scene.page()) === version);
  blindness.remove();
}

/** Several runs or people deploy the same service. */
export const rowsOfOrder: readonly Row[] = [
  {
    fault: "second deployment active",
    when: "and over in time",
    arrange: deployBySomebody,
    expect: {
      status: "succeeded",
      production: "new",
      shown: "any",
      logged: /Waiting for (service )?deployment /,
    },
  },
  {
    fault: "second deployment active",
    when: "beyond the deadline",
    arrange: deployBySomebody,
    inputs: { deadlineMs: 10_000 },
    expect: {
      status: "timed-out",
      production: "another",
      shown: "any",
      cause: /^The deadline passed while (service )?deployment \S+ .*was in progress$/,
      nextStep: /nothing was deployed/,
    },
  },
  {
    fault: "superseded",
    when: "by an update that breaks it off",
    backEnds: ["ECS rolling", "ECS blue/green"],
    meanwhile: { line: / is created\.$/, act: deployBySomebody },
    expect: {
      status: "superseded",
      production: "another",
      shown: "any",
      cause: /STOPPED, as service deployment \S+ took over/,
      nextStep: /./,
    },
  },
  {
    fault: "superseded",
    when: "by one that began when it had ended",
    backEnds: ["CodeDeploy"],
    meanwhile: { line: /deployment Succeeded$/, act: deployBeforeItIsConfirmed },
    expect: {
      status: "superseded",
      production: "another",
      shown: "any",
      cause: /^Deployment d-\w+ succeeded, but web runs web:\d+ now, not web:\d+$/,
      nextStep: /another one replaced this one/,
    },
  },
  {
    fault: "older run after newer",
    run: runOf(11),
    arrange: async ({ stage, taskDefinition, version }) => {
      const inputs = stage.inputs(await taskDefinition(version("good")));
      await deploy({ ...stage.context(), run: runOf(12) }, inputs, new DeploymentRecord("", "web"));
    },
    expect: {
      status: "superseded",
      production: "old",
      untouched: true,
      cause: /^Run 12 of \S+deploy\.yml has already deployed web:\d+ of web; this is the older run 11$/,
      nextStep: /force: true/,
    },
  },
];
