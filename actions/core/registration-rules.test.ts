import { readRegistrationCases } from "@ecs-delivery/simulator/services/ecs/registration-cases.support";
import { expect, test } from "vitest";
import { findRegistrationFaults } from "./registration-rules.ts";

test.each(readRegistrationCases())("checks %s", (_, { definition, member }) => {
  const faults = findRegistrationFaults(definition);
  if (member === undefined) expect(faults).toEqual([]);
  else expect(faults).toEqual([{ text: expect.stringContaining(member), fix: expect.stringMatching(/./) }]);
});
