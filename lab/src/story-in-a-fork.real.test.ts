import { describeFork } from "./story.support.ts";

describeFork();
