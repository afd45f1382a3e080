import { defineAction } from "../../shared/define-action.ts";
import { createEcsContext } from "../../shared/ecs/context.ts";
import { readMeasureInputs } from "./inputs.ts";
import { measureScaling } from "./measure-scaling.ts";

await defineAction({ inputs: readMeasureInputs, context: createEcsContext, run: measureScaling });
