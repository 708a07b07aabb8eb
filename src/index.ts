/**
 * The entry point for workers, with everything that `temporal-call-transfer/client` has. Workflow code has its own:
 * `temporal-call-transfer/workflow`.
 */
export { CallTransferPlugin, type CallTransferPluginOptions } from './plugin';

export { CallTransferClient } from './client/call-transfer-client';
export type { AskOptions, CallTransferClientOptions } from './client/options';
export { ConversationNotFoundError, NoAnswerError } from './client/errors';
export { forWaitingCallers } from './client/waiting-callers';

export type { RoutingChoice, RoutingFacts, RoutingPolicy } from './routing/policy';
export { defaultRoutingPolicy, defaultRoutingTable, policyFromTable } from './routing/table';
export { routingTableSchema, type RoutingTable } from './routing/table';
export { parseRoutingTable, RoutingTableError } from './routing/table-file';

export { admissionFromFile, type Admission, type ReadAdmission } from './worker-process/admission';
export { CircuitBreaker, type CircuitBreakerOptions } from './asapp/circuit-breaker';
export type { EventsOptions } from './events/receiver';
export type { CeilingsOptions } from './account/ceilings';
export { HttpCallTransfers, type HttpCallTransfersOptions } from './asapp/http-call-transfers';
export type { Assigned, CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './asapp/port';
export type { CallTransferResource, OutputContext, TransferStatus } from './asapp/resource';
export { AsappError, type AsappErrorKind } from './asapp/error';

export {
  encryptedDataConverter,
  EncryptionCodec,
  UnknownEncryptionKeyError,
  type EncryptionOptions,
} from './codec/encryption-codec';
export { TamperedPayloadError } from './codec/sealed-payload';
export {
  encryptionKey,
  fixedKeys,
  KeyListError,
  keysFromText,
  type EncryptionKey,
  type EncryptionKeys,
} from './codec/keys';
export { keysFromFile, type KeyFileOptions } from './codec/keys-from-file';
export { keysFromProvider, type KeyProvider, type KeyProviderOptions } from './codec/keys-from-provider';

export { registerSearchAttributes } from './worker-process/search-attributes';
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
export { conversationSettingsSchema, defaultSettings } from './contract/settings';
export type { ConversationSettings, ConversationSettingsInput } from './contract/settings';
export type { Json, JsonInput, Variables } from './contract/json';
export { callTransferInputSchema, transferRequestSchema } from './contract/transfer-request';
export type { CallTransferInput, InputContext, TransferRequest } from './contract/transfer-request';
export { connectReportSchema, disconnectReportSchema } from './contract/telephony-events';
export type { DisconnectCause } from './contract/disconnect-cause';
export type { ConnectReport, DisconnectReport, HangupParty } from './contract/telephony-events';
export { nextStepSchema, type DialableLeg, type NextStep } from './contract/next-step';
export type { Destination, RequestedTransport } from './contract/transport';
export { fallbackReasons, outcomes, type FallbackReason, type Outcome } from './contract/outcomes';
export { routingDecisionSchema } from './contract/routing-decision';
export type { Detection, LegSummary, RoutingDecision } from './contract/routing-decision';
export {
  conversationEndedSchema,
  type ConversationEnded,
  type ConversationResult,
} from './contract/conversation-ended';
export { legResultSchema, type LegResult } from './contract/leg-result';
export { conversationViewSchema } from './contract/conversation-view';
export type { ConversationView, IgnoredEvent, LegPhase, LegView } from './contract/conversation-view';
