import { defineAction } from "../../core/define-action.ts";
import { createEcsContext } from "../../ecs/context.ts";
import { readMeasureInputs } from "./inputs.ts";
import { measureScaling } from "./measure-scaling.ts";

await defineAction({ inputs: readMeasureInputs, context: createEcsContext, run: measureScaling });
