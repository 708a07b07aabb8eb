/**
 * The entry point for services that talk to conversations and run no worker: `temporal-call-transfer/client`. It loads
 * neither the worker nor what bundles workflows.
 */
export { CallTransferClient } from './client/call-transfer-client';
export type { AskOptions, CallTransferClientOptions } from './client/options';
export { ConversationNotFoundError, NoAnswerError } from './client/errors';
export { forWaitingCallers } from './client/waiting-callers';

export { searchAttributeKeys } from './contract/search-attributes';
export { failureTypes, type FailureType } from './contract/failures';
export { reportDisconnectUpdate, requestTransferUpdate } from './contract/messages';
export { connectedSignal, conversationQuery, disconnectedSignal } from './contract/messages';
export {
  CALL_TRANSFER_WORKFLOW,
  conversationWorkflowId,
  DEFAULT_TASK_QUEUE,
  legWorkflowId,
  RECONNECTION_LEG_WORKFLOW,
} from './contract/names';
export type { Json, Variables } from './contract/json';
export { callTransferInputSchema, transferRequestSchema } from './contract/transfer-request';
export type { CallTransferInput, InputContext, TransferRequest } from './contract/transfer-request';
export { connectReportSchema, disconnectReportSchema } from './contract/telephony-events';
export type { DisconnectCause } from './contract/disconnect-cause';
export type { ConnectReport, DisconnectReport, HangupParty } from './contract/telephony-events';
export {
  conversationEndedSchema,
  type ConversationEnded,
  type ConversationResult,
} from './contract/conversation-ended';
export { nextStepSchema, type DialableLeg, type NextStep } from './contract/next-step';
export type { Destination, RequestedTransport } from './contract/transport';
export { fallbackReasons, outcomes, type FallbackReason, type Outcome } from './contract/outcomes';
export { routingDecisionSchema } from './contract/routing-decision';
export type { Detection, LegSummary, RoutingDecision } from './contract/routing-decision';
export { legResultSchema, type LegResult } from './contract/leg-result';
export { conversationViewSchema } from './contract/conversation-view';
export type { ConversationView, IgnoredEvent, LegPhase, LegView } from './contract/conversation-view';
