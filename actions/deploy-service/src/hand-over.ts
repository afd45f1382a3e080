import { createHandOver } from "../../shared/hand-over.ts";
import type { Handle } from "./deployment/running-deployment.ts";
import type { OnCancel } from "./inputs.ts";

/** Of the deployment under way. */
export const handOver = createHandOver<Handle, OnCancel>("deployment");
