import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{mb as e,ob as r,pb as m,qb as s,rb as i,va as t}from"./chunk-NNYX2R5W.js";var o=class extends m(s,i,"ListStackResources",e){};var u=t(r,o,"NextToken","NextToken","");export{u as a};
