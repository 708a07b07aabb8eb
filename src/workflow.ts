/**
 * The entry point for workflow code (`temporal-call-transfer/workflow`): export these from your own workflow file if
 * you bundle without the plugin, and name this module among `workflowInterceptorModules`. `asappAccountWorkflow` is for
 * workers with ceilings.
 */
export { callTransferWorkflow } from './workflows/call-transfer';
export { reconnectionLegWorkflow } from './workflows/reconnection-leg';
export { asappAccountWorkflow } from './account/workflow';
export { callTransferEventWorkflow } from './events/workflow';
export { interceptors } from './bundling/workflow-interceptors';
