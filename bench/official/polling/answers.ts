import { answersOfCodeDeploy } from "./codedeploy-answers.ts";
import type { Deployment } from "./deployments.ts";
import { answersOfEcs } from "./ecs-answers.ts";
import { registered } from "./facts.ts";
import type { Answers } from "./stub-aws.ts";

/** A deployment that begins when an action requests it. */
export interface Begun {
  /** Milliseconds since the epoch; undefined before the deployment exists. */
  createdAt: number | undefined;
}

/** The load balancer's API speaks XML. */
const drainXml = ({ drainSeconds }: Deployment) =>
  `<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult><Attributes><member><Key>deregistration_delay.timeout_seconds</Key><Value>${drainSeconds}</Value></member></Attributes></DescribeTargetGroupAttributesResult></DescribeTargetGroupAttributesResponse>`;

/** Returns AWS's responses to the operations that either action needs to deploy and to follow. */
export function answersOf(deployment: Deployment, begun: Begun, now: () => number): Answers {
  const { beginning, answers } =
    deployment.controller === "ECS" ? answersOfEcs(deployment) : answersOfCodeDeploy(deployment);
  const timed = Object.entries(answers).map(([operation, answer]) => [
    operation,
    () => {
      if (operation === beginning) begun.createdAt ??= now();
      const { createdAt } = begun;
      return answer({ createdAt: createdAt ?? 0, elapsed: createdAt === undefined ? -1 : now() - createdAt });
    },
  ]);
  return {
    RegisterTaskDefinition: () => ({ taskDefinition: registered(2) }),
    DescribeTaskDefinition: () => ({ taskDefinition: registered(1) }),
    ...(deployment.drainTold && { DescribeTargetGroupAttributes: () => drainXml(deployment) }),
    ListTasks: () => ({ taskArns: [] }),
    ...Object.fromEntries(timed),
  };
}
