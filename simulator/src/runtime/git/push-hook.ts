import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitRun } from "./git-program.ts";
import type { ReferenceUpdate } from "./git-repositories.ts";

export interface PushReport {
  /** Options for `git receive-pack`. */
  readonly options: Pick<GitRun, "variables" | "settings">;
  /** Returns the updates of the push, once it has ended. */
  read(): Promise<ReferenceUpdate[]>;
}

/** Git passes the references that a push has moved only to its hook post-receive, which writes them to a file. */
export function createPushHook(directory: string) {
  const hooks = join(directory, "hooks");
  const write = async () => {
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, "post-receive"), '#!/bin/sh\nexec cat >"$PUSH_REPORT"\n', { mode: 0o755 });
  };
  let written: Promise<void> | undefined;
  return {
    /** Once: a program cannot run while it is being written, and a push may be about to run it. */
    install(): Promise<void> {
      written ??= write();
      return written;
    },
    report(): PushReport {
      const path = join(directory, `push-${randomUUID()}`);
      return {
        options: { variables: { PUSH_REPORT: path }, settings: { "core.hooksPath": hooks } },
        async read() {
          // Empty when the push moved nothing: the hook was not called.
          const text = await readFile(path, "utf8").catch(() => "");
          await rm(path, { force: true });
          return text.split("\n").filter(Boolean).map(parseUpdate);
        },
      };
    },
  };
}

/** Source: githooks, post-receive; an id of zeros means none. */
function parseUpdate(line: string): ReferenceUpdate {
  const [before = "", after = "", ...name] = line.split(" ");
  const idOf = (id: string) => (/^0+$/.test(id) ? undefined : id);
  return { name: name.join(" "), before: idOf(before), after: idOf(after) };
}
