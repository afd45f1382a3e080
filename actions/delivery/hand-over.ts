import { createHandOver } from "../shared/hand-over.ts";
import type { Handle } from "./engine.ts";
import type { OnCancel } from "./inputs.ts";

/** State that the post step needs about the running deployment. */
export const handOver = createHandOver<Handle, OnCancel>("deployment");
