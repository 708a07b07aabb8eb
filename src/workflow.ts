/**
 * The door for workflow code (`temporal-call-transfer/workflow`): export these two from your own workflow
 * file where you bundle without the plugin.
 */
export { callTransferWorkflow } from './workflows/call-transfer';
export { reconnectionLegWorkflow } from './workflows/reconnection-leg';
