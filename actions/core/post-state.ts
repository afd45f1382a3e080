import { getState, saveState } from "@actions/core";

/**
 * Creates the state that a step keeps for its post step, which runs however the step itself ends; plain data.
 * @param name of the state; an action's states have different ones
 */
export function createPostState<T>(name: string) {
  return {
    /** Is undefined when nothing is left for the post step to do. */
    save: (value: T | undefined) => saveState(name, value ? JSON.stringify(value) : ""),
    read: () => {
      const text = getState(name);
      return text ? (JSON.parse(text) as T) : undefined;
    },
  };
}

/** Creates the state of unfinished work, and of what the post step does with it when the step's process has died. */
export function createUnfinishedState<Work extends object, OnCancel>(name: string) {
  const { save, read } = createPostState<Work & { readonly onCancel: OnCancel }>(name);
  return {
    read,
    /** Returns a function that saves unfinished work; undefined when the step has finished it, or decided on it. */
    saver: (onCancel: OnCancel) => (work: Work | undefined) => save(work && { ...work, onCancel }),
  };
}
