import { playMatrix } from "./support/matrix.ts";

playMatrix("rolling", "process");
