/** Where an action tells what it does; runner.ts is one. */
export interface Log {
  info(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
}
