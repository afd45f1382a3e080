import { playMatrix } from "./support/matrix.ts";
import { rowsInVirtualTime } from "./support/rows.ts";

playMatrix("native", "in-process", rowsInVirtualTime);
