import { beforeAll, describe } from "vitest";
import {
  commitExercises,
  describeInterruption,
  describeRehearsal,
  describeServiceTests,
  describeTakenPort,
  useMachine,
} from "./story.support.ts";

const machine = await useMachine();

// Nothing that the chapters read or change may be a constant of theirs. The fork in the course's account has none of
// these changes.
describe("a fork that has done the course's exercises", () => {
  beforeAll(() => commitExercises(machine));
  describeRehearsal(machine, {
    rehearsal: "standard",
    deployments: [
      "customer cancelled",
      "customer rolled-back",
      "customer succeeded",
      "customer succeeded",
      "customer succeeded",
      "employee rolled-back",
      "employee succeeded",
      "employee succeeded by CodePipeline",
    ],
  });
  describeServiceTests(machine);
});

describeInterruption(machine);
describeTakenPort(machine);
