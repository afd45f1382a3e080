import { createHandOver } from "../../shared/hand-over.ts";
import type { AfterAll } from "./inputs.ts";
import type { Undo } from "./undo.ts";

/** Of what is to be undone of a change that is not followed to its end yet. */
export const handOver = createHandOver<Undo, AfterAll>("undo");
