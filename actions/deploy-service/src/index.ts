import { runPhase } from "../../shared/phases.ts";

await runPhase({ step: () => import("./main.ts"), post: () => import("../../delivery/post.ts") });
