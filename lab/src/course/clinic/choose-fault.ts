import { createHash } from "node:crypto";
import { type Fault, faults } from "@ecs-delivery/actions/check-lab/src/faults/faults";
import { nearest, Refusal } from "@ecs-delivery/program/command-line";

/** Returns the fault of this name, or refuses with all names. */
export function faultNamed(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  if (fault) return fault;
  const names = faults.map((each) => each.name);
  const near = nearest(name, names);
  throw new Refusal(
    `"${name}" is not a fault${near ? `, did you mean ${near}?` : "."} Faults: ${names.join(", ")}`,
  );
}

/** Returns a seed's fault of a round, from 0: each fault once before one comes again. */
export function faultOf(seed: string, round: number): Fault {
  const rank = ({ name }: Fault) => createHash("sha256").update(`${seed}\0${name}`).digest("hex");
  const order = faults.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return order[round % order.length] as Fault;
}
