import { playMatrix } from "./support/matrix.ts";
import { rowsWithProcesses } from "./support/rows.ts";

playMatrix("native", "process", rowsWithProcesses);
