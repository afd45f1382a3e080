import { openEngine } from "../../simulator/src/runtime/tasks/docker/availability.ts";
import { removeContainer, removeLeftovers } from "../../simulator/src/runtime/tasks/docker/leftovers.ts";

/** Label of a container that a test itself starts: its value is a folder of the test. */
export const folderLabel = "ecs-delivery.tests";

/** Removes the containers of simulators that have ended, and those of tests whose folder is inside of this one. */
export async function removeContainers(folder: string): Promise<void> {
  const engine = await openEngine(process.env);
  await removeLeftovers(engine);
  const filters = JSON.stringify({ label: [folderLabel] });
  const containers = await engine.call<{ Id: string; Labels: Record<string, string> }[]>(
    "GET",
    "/containers/json",
    { query: { filters, all: "1" } },
  );
  const left = containers.filter(({ Labels }) => Labels[folderLabel]?.startsWith(folder));
  await Promise.all(left.map(({ Id }) => removeContainer(engine, Id)));
  engine.close();
}
