import { describeRehearsal } from "./story.support.ts";

// The chapters in which containers make a difference: they get their image's base, start, serve, are replaced under
// load, and crash. The other chapters do not depend on what runs a task, and are shown with processes.
describeRehearsal({
  runtime: "docker",
  chapters: "blue-green,broken-release",
  deployments: ["customer succeeded", "customer succeeded", "employee rolled-back", "employee succeeded"],
});
