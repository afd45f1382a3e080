/** Environment of a program that needs no more than PATH. Node also gets the run's cache of compiled modules. */
export function nodeEnvironment(): { PATH: string; NODE_COMPILE_CACHE?: string } {
  const { PATH = "", NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}
