/** A user's workflow file as Temporal's guide for plugins has it, with the package's workflows beside their own. */
export { callTransferWorkflow, reconnectionLegWorkflow } from '../../src/workflow';
export { usersWorkflow } from './users-workflows';
