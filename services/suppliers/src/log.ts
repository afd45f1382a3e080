import { destination, pino, stdTimeFunctions } from "pino";

/** Structured lines: a message in words, and its facts as fields. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The log of a process, on its stdout: one JSON object a line. */
export interface ProcessLog extends Log {
  /** Logs an error that ends the process. */
  fatal(facts: object, message: string): void;
  setLevel(level: LogLevel): void;
  /** Writes what is still in memory. */
  flush(): void;
}

const logLevels = ["debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A dozen lines are written at once. For more, the driver's bookkeeping costs more than a saved write. */
const writeAtBytes = 4096;
/** Delay until the lines of a quiet service appear. */
const flushMs = 1000;

/**
 * Opens the log. A line holds `level` as a word, `time` in ISO 8601, `service`, `version`, the facts and, last,
 * `message`.
 */
export function openLog(base: { readonly service: string; readonly version: string }): ProcessLog {
  // A synchronous write of a dozen lines costs half of an asynchronous one, and none is pending when the process ends.
  const output = destination({ dest: 1, sync: true, minLength: writeAtBytes, periodicFlush: flushMs });
  const logger = pino(
    {
      base,
      messageKey: "message",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    output,
  );
  return {
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    fatal: (facts, message) => logger.fatal(facts, message),
    setLevel: (level) => {
      logger.level = level;
    },
    // Writes everything: more than one buffer is never kept. `flushSync` would also wait for a disk.
    flush: () => output.flush(),
  };
}

/** Reads LOG_LEVEL; throws one sentence with the allowed levels. */
export function readLogLevel(environment: Readonly<Record<string, string | undefined>>): LogLevel {
  const text = environment.LOG_LEVEL || "info";
  const level = logLevels.find((one) => one === text);
  if (!level) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(", ")}; not "${text}"`);
  return level;
}

/** Data about an error for the log: enough to find the fault, without data of a supplier. */
export interface Failure {
  readonly class: string;
  /** As Node or the database calls it: `ECONNREFUSED`, `ER_DUP_ENTRY`. */
  readonly code?: unknown;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: Failure;
}

/** An error has few causes; a circular chain has no end. */
const mostCauses = 5;

export function describeFailure(error: unknown, depth = 0): Failure {
  if (!(error instanceof Error)) return { class: typeof error, message: String(error) };
  const message = withoutValues(error.message);
  return {
    // A class's own name is lost in the bundle.
    class: error.name,
    ...("code" in error && { code: error.code }),
    message,
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause !== undefined &&
      depth < mostCauses && { cause: describeFailure(error.cause, depth + 1) }),
  };
}

/** Drizzle puts the values of a failed query, such as what a visitor typed, on a line after its text. */
const withoutValues = (message: string) => message.replace(/^(Failed query: .*?)\nparams: .*$/s, "$1");
