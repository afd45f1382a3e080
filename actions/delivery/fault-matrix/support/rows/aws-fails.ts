import type { FaultKind } from "@ecs-delivery/simulator";
import type { BackEnd } from "../back-ends.ts";
import { type Row, refused } from "../row.ts";
import type { Scene } from "../scene.ts";

/** Calls of the step while it follows a deployment. */
const reading = (backEnd: BackEnd) =>
  backEnd.startsWith("CodeDeploy")
    ? ["codedeploy:GetDeployment", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"]
    : ["ecs:DescribeServiceDeployments"];
const beginning = (backEnd: BackEnd) =>
  backEnd.startsWith("CodeDeploy") ? "codedeploy:CreateDeployment" : "ecs:UpdateService";

const created = / is created\.$/;
/**
 * The SDK tries three times: three failing calls are one failed poll, and the fourth fails once within a poll that
 * succeeds.
 */
const oneLook = 4;

const whileFollowing = (kind: FaultKind, times?: number) => ({
  line: created,
  act: async (scene: Scene, backEnd: BackEnd) => {
    const [operation = ""] = reading(backEnd);
    scene.addFault({ kind, operation, ...(times && { times }) });
  },
});

/** Fails from the first call on. */
const fromTheBeginning = (kind: FaultKind) => ({
  arrange: async (scene: Scene) => void scene.addFault({ kind, operation: "*" }),
});

const lost = { status: "lost", nextStep: /check the deployment in the AWS console/ } as const;
const interrupted = /AWS does not respond .*; trying again for up to 5 min[\s\S]*AWS responds again/;
const green = { status: "succeeded", production: "new" } as const;

/** AWS, or the connection to it, fails. */
export const rowsOfAws: readonly Row[] = [
  {
    fault: "throttling",
    meanwhile: whileFollowing("throttle", oneLook),
    expect: { ...green, logged: /AWS throttles the requests; polling less often/ },
  },
  {
    fault: "network cut in the middle",
    when: "before anything was changed, permanently",
    ...fromTheBeginning("cut"),
    expect: refused(/^The AWS endpoint cannot be reached/, /the runner's network/),
  },
  {
    fault: "credentials expired in the middle",
    when: "of the job, before this step",
    ...fromTheBeginning("expire"),
    expect: refused(/^The AWS credentials have expired/, /renew the credentials/),
  },
  {
    fault: "5xx from AWS",
    meanwhile: whileFollowing("server-error", oneLook),
    expect: { ...green, logged: interrupted },
  },
  {
    fault: "5xx from AWS",
    when: "for longer than five minutes",
    meanwhile: whileFollowing("unavailable"),
    expect: {
      ...lost,
      production: "old",
      shown: "new",
      cause: /could not be followed to its end; it is being stopped and rolled back/,
    },
    // By then a rolling update has succeeded.
    except: {
      "ECS rolling": {
        ...lost,
        production: "new",
        cause: /could not be followed to its end; it had already ended/,
      },
    },
  },
  {
    fault: "network cut in the middle",
    when: "while it is followed",
    meanwhile: whileFollowing("cut", oneLook),
    expect: { ...green, logged: interrupted },
  },
  {
    fault: "network cut in the middle",
    when: "and the response to the beginning is lost",
    arrange: async (scene, backEnd) =>
      void scene.addFault({ kind: "cut-answer", operation: beginning(backEnd), times: 1 }),
    expect: green,
  },
  {
    fault: "credentials expired in the middle",
    when: "for everything",
    meanwhile: {
      line: created,
      act: async (scene) => scene.addFault({ kind: "expire", operation: "*" }),
    },
    expect: {
      status: "lost",
      production: "new",
      cause: /^The AWS credentials have expired .*; it continues, as it could not be stopped and rolled back/,
      nextStep: /role-duration-seconds/,
    },
  },
  {
    fault: "credentials expired in the middle",
    when: "and renewed in time for the rollback",
    meanwhile: {
      line: created,
      act: async (scene, backEnd) => {
        for (const operation of reading(backEnd)) scene.addFault({ kind: "expire", operation });
      },
    },
    expect: {
      status: "lost",
      production: "old",
      cause: /^The AWS credentials have expired .*; it is being stopped and rolled back/,
      nextStep: /role-duration-seconds/,
    },
  },
];
