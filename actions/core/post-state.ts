import { getState, saveState } from "@actions/core";

/** State that a step keeps for its post step, which runs however the step itself ends; plain data. */
interface PostState<T> {
  /** Is undefined when nothing is left for the post step to do. */
  save(value: T | undefined): void;
  read(): T | undefined;
}

/** @param name of the state; an action's states have different ones. */
export function createPostState<T>(name: string): PostState<T> {
  return {
    save: (value) => saveState(name, value ? JSON.stringify(value) : ""),
    read: () => {
      const text = getState(name);
      return text ? (JSON.parse(text) as T) : undefined;
    },
  };
}

/** Unfinished work of a step, and what its post step does with it when the process of the step has died. */
interface UnfinishedState<Work, OnCancel> {
  /** Returns a function that saves unfinished work; undefined when nothing is unfinished, or the step has decided on it. */
  saver(onCancel: OnCancel): (work: Work | undefined) => void;
  read(): (Work & { readonly onCancel: OnCancel }) | undefined;
}

/** @param name of the state; an action's states have different ones. */
export function createUnfinishedState<Work extends object, OnCancel>(
  name: string,
): UnfinishedState<Work, OnCancel> {
  const { save, read } = createPostState<Work & { readonly onCancel: OnCancel }>(name);
  return { read, saver: (onCancel) => (work) => save(work && { ...work, onCancel }) };
}
