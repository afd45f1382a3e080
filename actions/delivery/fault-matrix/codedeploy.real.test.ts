import { playMatrix } from "./support/matrix.ts";
import { rowsWithProcesses } from "./support/rows.ts";

playMatrix("codedeploy", "process", rowsWithProcesses);
