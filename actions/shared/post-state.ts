import { getState, saveState } from "@actions/core";

/** State that a step keeps for its post step, which runs whatever happens to the step itself; plain data. */
export interface PostState<T> {
  /** Undefined when nothing is left for the post step to do. */
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
