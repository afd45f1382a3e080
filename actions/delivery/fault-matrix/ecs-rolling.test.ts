import { playMatrix } from "./support/matrix.ts";
import { rowsInVirtualTime } from "./support/rows.ts";

playMatrix("rolling", "in-process", rowsInVirtualTime);
