import { createHandOver } from "../../shared/hand-over.ts";
import type { AfterAll } from "./inputs.ts";
import type { Undo } from "./undo.ts";

/** State for the post step: how to undo a change that is not yet followed to its end. */
export const handOver = createHandOver<Undo, AfterAll>("undo");
