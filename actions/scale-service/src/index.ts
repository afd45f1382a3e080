import { getState, saveState } from "@actions/core";

// The runner starts this file twice: for the step itself, and after the job's steps as its post step.
if (getState("phase") === "post") {
  const { finishPost } = await import("./post.ts");
  await finishPost();
} else {
  saveState("phase", "post");
  const { main } = await import("./main.ts");
  await main();
}
