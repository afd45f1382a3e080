// The program that a function's process runs: loads the handler, passes it one event, and reports the result.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const { _HANDLER: handlerName = "", LAMBDA_TASK_ROOT: root = "" } = process.env;

process.once("message", async ({ event, context, deadline }) => {
  writeConsoleAsLambda(context.awsRequestId);
  try {
    const handler = await loadHandler();
    const result = await call(handler, JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    answer({ payload: JSON.stringify(result ?? null) });
  } catch (error) {
    const described = describe(error);
    console.error("Invoke Error", JSON.stringify(described));
    answer({ error: described });
  }
});

async function loadHandler() {
  const dot = handlerName.indexOf(".", handlerName.lastIndexOf("/") + 1);
  const [file, path] = [handlerName.slice(0, dot), handlerName.slice(dot + 1)];
  const place = [".js", ".mjs", ".cjs"].map((end) => join(root, file + end)).find((each) => existsSync(each));
  if (!place) throw named("Runtime.ImportModuleError", `Cannot find module '${file}'`);
  const module = await import(pathToFileURL(place)).catch((cause) => {
    throw named("Runtime.ImportModuleError", String(cause), cause);
  });
  // Exports of a CommonJS module that Node cannot detect are in its default export.
  const handler = pick(module, path) ?? pick(module.default, path);
  if (typeof handler === "function") return handler;
  throw named("Runtime.HandlerNotFound", `${handlerName} is undefined or not exported`);
}

function pick(value, path) {
  return path.split(".").reduce((found, name) => found?.[name], value);
}

/** With a callback, the older way, the handler's third parameter. */
function call(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    Promise.resolve(handler(event, context, done)).then((result) => {
      if (result !== undefined) resolve(result);
    }, reject);
  });
}

function answer(message) {
  process.send({ ...message, maxMemoryKiB: process.resourceUsage().maxRSS }, () => process.exit());
}

function named(name, message, cause) {
  return Object.assign(new Error(message, { cause }), { name });
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

function writeConsoleAsLambda(requestId) {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" };
  for (const [method, level] of Object.entries(levels))
    console[method] = (...values) => {
      // One log event per message, however many lines it has.
      const text = format(...values).replaceAll("\n", "\r");
      process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
    };
}
