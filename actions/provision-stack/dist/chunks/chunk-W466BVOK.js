import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{Ba as t,tb as e,wb as r,xb as m,yb as s,zb as i}from"./chunk-2TPO7FQU.js";var o=class extends m(s,i,"ListStackResources",e){};var u=t(r,o,"NextToken","NextToken","");export{u as a};
