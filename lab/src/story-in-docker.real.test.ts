import { describeRehearsal, useMachine } from "./story.support.ts";

// The chapter in which containers make a difference: they get their image's base, start, serve, and are replaced under
// load. The fault matrix shows containers that crash; the other chapters do not depend on what runs a task.
describeRehearsal(await useMachine(), {
  rehearsal: "docker",
  chapters: "blue-green",
  deployments: ["customer succeeded", "customer succeeded", "employee succeeded"],
});
