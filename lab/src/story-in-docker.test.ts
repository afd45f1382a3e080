import { describeRehearsal } from "./story-for-tests.ts";

describeRehearsal("docker");
