import { playMatrix } from "../fault-matrix/support/matrix.ts";
import { rowsOfCauses } from "../fault-matrix/support/rows/true-causes.ts";

playMatrix("rolling", "process", rowsOfCauses);
