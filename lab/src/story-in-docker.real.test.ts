import { describeRehearsal } from "./story.support.ts";

describeRehearsal("docker");
