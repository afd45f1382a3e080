import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** Starts a program in a separate process and waits for its first message; rejects when it ends instead. */
export async function startAndHear<Message>(
  program: string,
  programArguments: readonly string[],
): Promise<{ child: ChildProcess; message: Message }> {
  const child = fork(program, [...programArguments]);
  const ended = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`${program} ended with ${code}`)),
  );
  const [message] = (await Promise.race([once(child, "message"), ended])) as [Message];
  // The process ends later, when its end no longer matters here.
  ended.catch(() => {});
  return { child, message };
}

/** Runs a program with these options to its end and returns the message it sends. */
export async function runProgram<Result>(program: string, options: object): Promise<Result> {
  const { child, message } = await startAndHear<Result>(program, [JSON.stringify(options)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return message;
}
