import type { ContainerConfig } from "../../../shared/registry/oci.ts";
import type { ContainerSettings } from "./inputs.ts";

export interface ImageSettings extends ContainerSettings {
  readonly labels: ReadonlyMap<string, string>;
}

/** Returns the base's configuration, changed by the settings. */
export function containerConfig(base: ContainerConfig, settings: ImageSettings): ContainerConfig {
  const { workingDirectory, user, environment, exposedPorts, labels, healthCheck, stopSignal } = settings;
  const { Entrypoint, Cmd, ...kept } = base;
  const ports = [...new Set([...Object.keys(base.ExposedPorts ?? {}), ...exposedPorts])].sort();
  const allLabels = new Map([...Object.entries(base.Labels ?? {}), ...labels]);
  return {
    ...kept,
    User: user,
    WorkingDir: workingDirectory,
    Env: mergeEnvironment(base.Env ?? [], environment),
    ...start({ Entrypoint, Cmd }, settings),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    Labels: Object.fromEntries([...allLabels].sort(([one], [other]) => (one < other ? -1 : 1))),
    ...(healthCheck && { Healthcheck: healthCheck }),
    ...(stopSignal && { StopSignal: stopSignal }),
  };
}

/** As in a Dockerfile, a new entrypoint does not get the arguments of the old one. */
function start(
  base: Pick<ContainerConfig, "Entrypoint" | "Cmd">,
  { entrypoint, command }: ContainerSettings,
) {
  const kept = entrypoint === undefined ? base : { Entrypoint: [...entrypoint] };
  return command === undefined ? kept : { ...kept, Cmd: [...command] };
}

function mergeEnvironment(base: readonly string[], added: ReadonlyMap<string, string>): string[] {
  const kept = base.filter((line) => !added.has(line.slice(0, line.indexOf("="))));
  return [...kept, ...[...added].map(([name, value]) => `${name}=${value}`)];
}
