import type { ApplicationFailure } from '@temporalio/workflow';

import { defaultSettings } from '../contract/settings';
import { applyConversationEvent, type ConversationEvent } from '../conversation/apply-conversation-event';
import { findLeg, type ConversationState, type LegRecord } from '../conversation/conversation-state';
import type { LegEvent } from '../leg/leg-state';

import { Folded } from './folded';
import { WAY_BACK_MS, type RunningLeg } from './run-leg';

/** One run of a conversation's workflow: the conversation, and what is of this run alone. */
export class ConversationRun {
  /** Legs whose child workflow has not closed. */
  openChildren = 0;
  /** The workflow task that accepted the latest update, by the history's length when it began. */
  acceptedInTask: number | null = null;
  /** Why the request that came together with the start is not valid. */
  refusal: ApplicationFailure | null = null;
  private readonly folded: Folded<ConversationState, ConversationEvent>;

  /** @param changed - called after every event that changed something */
  constructor(
    state: ConversationState,
    changed: (state: ConversationState, before: ConversationState) => void,
  ) {
    this.folded = new Folded(state, applyConversationEvent, changed);
  }

  get state(): ConversationState {
    return this.folded.state;
  }

  /** Whether the first leg has begun, before which nothing can be answered. */
  get begun(): boolean {
    return this.state.legs.length > 0;
  }

  get settings() {
    return this.state.settings ?? defaultSettings;
  }

  apply(event: ConversationEvent): void {
    this.folded.apply(event);
  }

  leg(transferId: string): LegRecord {
    const leg = findLeg(this.state, transferId);
    if (leg === undefined) throw new Error('The conversation keeps its newest leg');
    return leg;
  }

  /** A leg of this conversation, to be run here. */
  running(transferId: string): RunningLeg {
    const { request } = this.leg(transferId);
    const state = () => this.leg(transferId).state;
    return {
      request,
      settings: this.settings,
      wayBackMs: WAY_BACK_MS,
      get state() {
        return state();
      },
      apply: (event: LegEvent) => {
        this.apply({ type: 'leg', transferId, event });
      },
      decidedEarlier: (decision) => {
        this.apply({ type: 'decidedEarlier', transferId, decision });
      },
    };
  }
}
