import { Failure } from "../../../shared/failure.ts";
import type { Builder } from "../builder.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { DockerInputs } from "./inputs.ts";

export function createDockerBuilder(_inputs: DockerInputs, _environment: BuildEnvironment): Builder {
  throw new Failure("builder docker is not there yet");
}
