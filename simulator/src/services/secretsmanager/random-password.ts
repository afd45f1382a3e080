import { randomInt } from "node:crypto";
import type { Service } from "../api.ts";
import { invalidParameter } from "./state.ts";

const lowercase = "abcdefghijklmnopqrstuvwxyz";
/** As the API reference of GetRandomPassword lists them. */
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

export function passwordOperations(): Service<"secretsmanager">["operations"] {
  return {
    getRandomPassword: (input) => {
      const { PasswordLength: length = 32, ExcludeCharacters = "", RequireEachIncludedType = true } = input;
      if (length < 1 || length > 4096)
        throw invalidParameter(`PasswordLength must be between 1 and 4096, not ${length}.`);
      const types = [
        input.ExcludeLowercase ? "" : lowercase,
        input.ExcludeUppercase ? "" : lowercase.toUpperCase(),
        input.ExcludeNumbers ? "" : "0123456789",
        input.ExcludePunctuation ? "" : punctuation,
        input.IncludeSpace ? " " : "",
      ]
        .map((type) => [...type].filter((character) => !ExcludeCharacters.includes(character)))
        .filter((type) => type.length > 0);
      const required = RequireEachIncludedType ? types : [];
      const all = types.flat();
      if (all.length === 0 || required.length > length)
        throw invalidParameter(`No password of length ${length} can hold the character types asked for.`);
      const characters = Array.from({ length }, (_, index) => pick(required[index] ?? all));
      return { RandomPassword: shuffle(characters).join("") };
    },
  };
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? "";
}

function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? "", items[last] ?? ""];
  }
  return items;
}
