#!/usr/bin/env node
// npm links the commands of workspaces into node_modules/.bin, not those of the root package: this makes
// `npx autodidact` in a clone run the clone, with nothing to install.
import "../../bin/autodidact.js";
