import { tmpdir } from "node:os";
import { runAction } from "../../shared/run.ts";
import { readRenderInputs } from "./inputs.ts";
import { compareWithLatest } from "./latest-revision.ts";
import { publish } from "./publish.ts";
import { render } from "./render.ts";
import { createRenderWorld } from "./world.ts";
import { writeRendered } from "./write.ts";

await runAction(async (signal) => {
  const world = createRenderWorld(signal);
  const rendered = await render(readRenderInputs(), world);
  const paths = await writeRendered(rendered, process.env.RUNNER_TEMP ?? tmpdir());
  await publish(rendered, paths, await compareWithLatest(rendered, world));
});
