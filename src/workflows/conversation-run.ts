import { ApplicationFailure, uuid4, workflowInfo } from '@temporalio/workflow';

import { failureTypes } from '../contract/failures';
import { WAY_BACK_MS } from '../contract/names';
import { defaultSettings } from '../contract/settings';
import { NO_SIP } from '../contract/transport';
import { applyConversationEvent } from '../conversation/apply-conversation-event';
import {
  findLeg,
  type CheckedRequest,
  type ConversationEvent,
  type ConversationState,
  type LegRecord,
} from '../conversation/conversation-state';

import { readSettings } from './activities';
import { Alarm } from './alarm';
import type { RunningLeg } from './run-leg';

/** One run of a conversation's workflow: the conversation, and what is of this run alone. */
export class ConversationRun {
  /** Legs whose child workflow has not closed. */
  openChildren = 0;
  /** The workflow task that accepted the latest update, by the history's length when it began. */
  acceptedInTask: number | null = null;
  /** Why what started it is not valid, or the request that came together with the start. */
  refusal: ApplicationFailure | null = null;
  readonly alarm = new Alarm();
  private beginning: Promise<void> | undefined;

  /** @param changed - called after every event that changed something */
  constructor(
    public state: ConversationState,
    private readonly changed: (state: ConversationState, before: ConversationState) => void,
  ) {}

  /** Whether the first leg has begun, before which nothing can be answered. */
  get begun(): boolean {
    return this.state.legs.length > 0;
  }

  /** Whether the first leg has begun, or is just about to: no request says any more what it is. */
  get isBeginning(): boolean {
    return this.beginning !== undefined || this.begun;
  }

  /** The first leg begins, once, as the request says that came with the start; or it is refused, before anything happens. */
  begin(request: CheckedRequest | null): Promise<void> {
    return (this.beginning ??= this.beginOnce(request));
  }

  private async beginOnce(request: CheckedRequest | null): Promise<void> {
    if (this.begun || this.refusal !== null) return;
    if (this.state.input.transport.type === 'SIP' && !(await readSettings()).sip) {
      this.refusal = ApplicationFailure.nonRetryable(NO_SIP, failureTypes.invalidInput);
      return;
    }
    const requestedAt = workflowInfo().startTime.getTime();
    this.apply({ type: 'begun', request, requestedAt, newId: uuid4() });
  }

  get settings() {
    return this.state.settings ?? defaultSettings;
  }

  apply(event: ConversationEvent): void {
    const before = this.state;
    this.state = applyConversationEvent(before, event);
    if (this.state !== before) this.changed(this.state, before);
  }

  leg(transferId: string): LegRecord {
    const leg = findLeg(this.state, transferId);
    if (leg === undefined) throw new Error('The conversation keeps its newest leg');
    return leg;
  }

  /** A leg of this conversation, to be run here. */
  running(transferId: string): RunningLeg {
    const leg = () => this.leg(transferId);
    const settings = () => this.settings;
    return {
      wayBackMs: WAY_BACK_MS,
      alarm: this.alarm,
      get request() {
        return leg().request;
      },
      get settings() {
        return settings();
      },
      get state() {
        return leg().state;
      },
      apply: (event) => {
        this.apply({ type: 'leg', transferId, event: { ...event, now: Date.now() } });
      },
      learn: ({ settings, routed, earlierDecision }) => {
        if (settings !== undefined) this.apply({ type: 'settingsRead', settings });
        if (routed !== undefined) this.apply({ type: 'routed', transferId, routed });
        if (earlierDecision !== undefined) {
          this.apply({ type: 'decidedEarlier', transferId, decision: earlierDecision });
        }
      },
    };
  }
}
