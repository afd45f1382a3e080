import { createHandOver } from "../../shared/hand-over.ts";
import type { Undo } from "./clients.ts";
import type { AfterAll } from "./inputs.ts";

/** State for the post step: how to undo a change that is not yet followed to its end. */
export const handOver = createHandOver<Undo, AfterAll>("undo");
