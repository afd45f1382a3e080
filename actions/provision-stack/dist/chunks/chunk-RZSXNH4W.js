import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
var s=/passw(?:or)?d|passphrase|secret|token|credential|private_?key/i;function n(t,e){return s.test(t)?"***":e.length>160?`${e.slice(0,160)}\u2026`:e}export{n as a};
