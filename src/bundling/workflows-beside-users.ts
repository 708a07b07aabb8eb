/**
 * The entry of a workflow bundle that holds the user's workflows and this package's. The plugin resolves the
 * first name to the user's own `workflowsPath`. What they export wins, as when they re-export these.
 */
const users = require('temporal-call-transfer/user-workflows') as Record<string, unknown>;
const ours = require('../workflow') as Record<string, unknown>;

module.exports = { ...ours, ...users };
