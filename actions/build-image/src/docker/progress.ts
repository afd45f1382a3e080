/** A step of a build in BuildKit's plain progress. */
export interface Step {
  /** `[build 2/4] RUN npm ci` */
  readonly name: string;
  cached: boolean;
  /** Layers came from a registry, from a base or an existing cache. */
  fetched: boolean;
  /** Its duration; undefined while it has not ended. */
  seconds: number | undefined;
  /** Why it failed. */
  error: string | undefined;
  /** Its output, without BuildKit's times. */
  readonly output: string[];
}

export interface Progress {
  readonly steps: readonly Step[];
  /** `docker` is the BuildKit inside of an engine; undefined when buildx did not start building. */
  readonly driver: string | undefined;
  /** buildx's message at the end of a failed build, without `failed to solve` or `failed to build`. */
  readonly error: string | undefined;
  /** `Dockerfile:12`, of the instruction that failed. */
  readonly place: string | undefined;
}

/** Lines of a step that are kept: the cause is at the end of its output. */
const keptLines = 50;

/** Parses `--progress plain`, line by line. */
export function followProgress() {
  const steps = new Map<string, Step>();
  let place: string | undefined;
  let error: string | undefined;
  let driver: string | undefined;
  const note = (line: string): void => {
    const [, id, text = ""] = /^#(\d+) (.*)$/s.exec(line) ?? [];
    place = /^(\S.*:\d+)$/.exec(line)?.[1] ?? place;
    driver ??= /^#0 building with .* using (\S+) driver/.exec(line)?.[1];
    if (id === undefined) error = /^ERROR: (?:failed to (?:solve|build): )*(.*)$/.exec(line)?.[1] ?? error;
    else if (!steps.has(id))
      steps.set(id, {
        name: text,
        cached: false,
        fetched: false,
        seconds: undefined,
        error: undefined,
        output: [],
      });
    else noteOfStep(steps.get(id) as Step, text);
  };
  return { note, progress: (): Progress => ({ steps: [...steps.values()], driver, error, place }) };
}

function noteOfStep(step: Step, text: string): void {
  const said = /^\d+\.\d+ (.*)$/s.exec(text)?.[1];
  const seconds = /^DONE (\d+\.\d+)s$/.exec(text)?.[1];
  if (text === "CACHED") step.cached = true;
  else if (/^sha256:[0-9a-f]{64} /.test(text)) step.fetched = true;
  else if (seconds !== undefined) step.seconds = Number(seconds);
  else if (text.startsWith("ERROR: ")) step.error = text.slice("ERROR: ".length);
  else if (said !== undefined) {
    step.output.push(said);
    if (step.output.length > keptLines) step.output.shift();
  }
}

/** Returns the steps of the Dockerfile, such as `[linux/arm64 build 2/4] RUN npm ci`. */
export function dockerfileSteps(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    const [, instruction] = /^\[(?:\S+ )*\d+\/\d+\] (.*)$/s.exec(step.name) ?? [];
    if (!instruction) return [];
    // A base is fetched in any case.
    return [{ ...step, cached: step.cached || (step.fetched && !/^FROM /i.test(instruction)) }];
  });
}
