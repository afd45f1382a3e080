import { join } from "node:path";
import type { DockerBuild } from "./docker.ts";
import type { Setup } from "./setup.ts";

const repositories = {
  oci: "oci",
  docker: "docker",
  "multi-stage": "docker",
  buildx: "docker",
  "lab-kind": "docker",
};

/** One way from source to registry: the action's two builders, and Docker's own commands. */
export type Side = keyof typeof repositories;

/** `repository:tag` that a side pushes in a round, counted from 0. */
export function imageOf(side: Side, round: number): string {
  return `${repositories[side]}:${tagOf(side, round)}`;
}

export function tagOf(side: Side, round: number): string {
  return `${side}-${round}`;
}

/** Inputs as .github/workflows/deploy-service.yml sets them. */
export function ociInputs({ base, service }: Setup, tag: string): Record<string, string> {
  return {
    repository: repositories.oci,
    context: join(service.folder, "services", "customer", "dist"),
    "base-image": base,
    entrypoint: '["node","server.mjs"]',
    environment: "NODE_ENV=production\nNODE_OPTIONS=--max-old-space-size-percentage=60",
    "exposed-ports": "8080/tcp",
    "tags-from": "none",
    tags: tag,
  };
}

export function dockerInputs({ base, service, npmrc }: Setup, tag: string): Record<string, string> {
  return {
    repository: repositories.docker,
    builder: "docker",
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    "build-args": `BASE_IMAGE=${base}\nBUILD_IMAGE=${base}`,
    "build-secret-files": `npmrc=${npmrc}`,
    "tags-from": "none",
    tags: tag,
  };
}

/** The same Dockerfile for Docker's own command. */
export function serviceBuild({ registry, base, service, npmrc }: Setup, image: string): DockerBuild {
  return {
    context: service.folder,
    dockerfile: join(service.folder, "services", "customer", "Dockerfile"),
    buildArguments: { BASE_IMAGE: base, BUILD_IMAGE: base },
    npmrc,
    tag: `${registry.host}/${image}`,
  };
}

export function labKindBuild({ registry, base, labKind, npmrc }: Setup, image: string): DockerBuild {
  return {
    context: labKind.folder,
    dockerfile: join(labKind.folder, "Dockerfile"),
    buildArguments: { BASE_IMAGE: base },
    npmrc,
    tag: `${registry.host}/${image}`,
  };
}
