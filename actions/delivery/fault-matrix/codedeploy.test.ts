import { playMatrix } from "./support/matrix.ts";
import { rowsInVirtualTime } from "./support/rows.ts";

playMatrix("codedeploy", "in-process", rowsInVirtualTime);
