import { playMatrix } from "./support/matrix.ts";

playMatrix("codedeploy", "docker");
