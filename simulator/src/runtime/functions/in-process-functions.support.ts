import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionError, FunctionOutcome, FunctionRunOptions } from "./run-function.ts";

/**
 * Calls the handler of an ES module in this process, for tests of its callers. Its console.log writes to the function's
 * log.
 */
export async function runFunctionInProcess({
  taskRoot,
  event,
  context,
  environment: { _HANDLER = "" },
  onLine,
}: FunctionRunOptions): Promise<FunctionOutcome> {
  const measured = { durationMs: 1, maxMemoryMb: 64 };
  const [file, name = ""] = _HANDLER.split(".");
  const source = await readFile(join(taskRoot, `${file}.mjs`), "utf8");
  // The handler's console is a temporary global, which exists during the call.
  const log = `log of a function ${randomUUID()}`;
  const console = `const console = { log: globalThis[${JSON.stringify(log)}] };`;
  Object.assign(globalThis, { [log]: (text: unknown) => onLine(String(text)) });
  try {
    const module = await import(`data:text/javascript,${encodeURIComponent(console + source)}`);
    const result = await module[name](JSON.parse(event), context);
    return { ...measured, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { ...measured, error: describe(error as Error) };
  } finally {
    Reflect.deleteProperty(globalThis, log);
  }
}

const describe = ({ name, message }: Error): FunctionError => ({ errorType: name, errorMessage: message });
