import { destination, pino, stdTimeFunctions } from "pino";

/** Structured lines: what happened in words, and the facts beside it. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The log of a process, on its stdout: one JSON object a line. */
export interface ProcessLog extends Log {
  /** For what ends the process. */
  fatal(facts: object, message: string): void;
  /** Writes the object itself as a line, whatever the level. */
  write(line: object): void;
  setLevel(level: LogLevel): void;
  /** Resolves when all that was logged is written, or nobody takes it. */
  flush(): Promise<void>;
}

export const logLevels = ["debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A dozen lines go out in one write, of which each costs what logging a line does. */
const writeAtBytes = 4096;
/** Of a quiet service a line is seen after this long. */
const flushMs = 1000;
/** A log driver that takes nothing must not eat the memory of the service: what goes beyond is dropped, and counted. */
const mostBytes = 4 * 1024 * 1024;
/** A process that ends does not wait longer for a log driver that takes nothing. */
const flushLimitMs = 1000;

/**
 * Opens the log. A line holds `level` as a word, `time` in ISO 8601, `service`, `version`, the facts and, last,
 * `message`.
 */
export function openLog(base: { readonly service: string; readonly version: string }): ProcessLog {
  const output = destination({
    dest: 1,
    sync: false,
    minLength: writeAtBytes,
    maxLength: mostBytes,
    periodicFlush: flushMs,
  });
  const logger = pino(
    {
      base,
      messageKey: "message",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    output,
  );
  reportDrops(output, (lines) =>
    logger.warn({ lines }, `${lines} lines of the log were dropped because nobody took them`),
  );
  return {
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    fatal: (facts, message) => logger.fatal(facts, message),
    write: (line) => void output.write(`${JSON.stringify(line)}\n`),
    setLevel: (level) => {
      logger.level = level;
    },
    flush: () => flush(output),
  };
}

type Output = ReturnType<typeof destination>;

function reportDrops(output: Output, report: (lines: number) => void): void {
  let dropped = 0;
  output.on("drop", () => {
    dropped++;
  });
  output.on("drain", () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    report(lines);
  });
}

async function flush(output: Output): Promise<void> {
  const written = await new Promise<boolean>((done) => {
    const limit = setTimeout(() => done(false), flushLimitMs);
    output.flush(() => {
      clearTimeout(limit);
      done(true);
    });
  });
  // The callback comes when the write under way has ended, with up to `writeAtBytes` still unwritten.
  if (written) output.flushSync();
}

/** Reads LOG_LEVEL; throws one sentence that names the levels there are. */
export function readLogLevel(environment: Readonly<Record<string, string | undefined>>): LogLevel {
  const text = environment.LOG_LEVEL || "info";
  const level = logLevels.find((one) => one === text);
  if (!level) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(", ")}; not "${text}"`);
  return level;
}
