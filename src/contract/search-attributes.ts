import { defineSearchAttributeKey } from '@temporalio/common';

/** Where the conversation is: `REQUESTING`, `DIALING`, `CONNECTED`, `DISCONNECTED`, `ENDED`. */
export const phaseAttribute = defineSearchAttributeKey('CallTransferPhase', 'KEYWORD');

/** The outcome of the newest decision. */
export const outcomeAttribute = defineSearchAttributeKey('CallTransferOutcome', 'KEYWORD');

/** Why the newest decision is a fallback; absent if it is none. */
export const reasonAttribute = defineSearchAttributeKey('CallTransferReason', 'KEYWORD');

/** All search attributes of this package. None holds anything personal. */
export const searchAttributeKeys = [phaseAttribute, outcomeAttribute, reasonAttribute] as const;
