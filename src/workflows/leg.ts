import type { RoutedLeg } from '../activities/types';
import type { LegPhase } from '../contract/conversation-view';
import type { InputContext } from '../contract/transfer-request';
import { applyLegEvent, newLeg, type LegEvent, type LegState } from '../leg/leg-state';

/** What was asked for: plain JSON. */
export interface LegRequest {
  conversationId: string;
  transferId: string;
  /** 1 for the conversation's first leg. */
  legNumber: number;
  /** ISO 3166-1 alpha-2. */
  country: string;
  inputContext?: InputContext | undefined;
  /** When call control asked, epoch milliseconds. */
  requestedAt: number;
  /** Epoch milliseconds after which a number comes too late for whoever asked. */
  requestBy: number;
}

/** What a conversation tells a leg that runs in a workflow of its own. */
export type LegOrder = LegEvent | { type: 'look' };

/** A leg in progress: what was asked for, and what has happened since. */
export class Leg {
  private now: LegState;
  /** Set where the leg runs in a workflow of its own: passes on what call control reports. */
  forward: ((order: LegOrder) => void) | undefined;
  /** What the routing policy was asked when the leg's end was fetched. */
  routed: RoutedLeg | null = null;
  /** Called when the leg has entered another phase. */
  moved: ((phase: LegPhase) => void) | undefined;
  /** Set while a look at ASAPP is wanted before the next one is due. */
  lookAsked = false;

  constructor(
    readonly request: LegRequest,
    /** Called after every event that changed something. */
    private readonly changed: (leg: Leg, event: LegEvent) => void,
    state?: LegState,
  ) {
    this.now = state ?? newLeg(request.transferId, request.requestedAt);
  }

  get transferId(): string {
    return this.request.transferId;
  }

  get state(): LegState {
    return this.now;
  }

  get ended(): boolean {
    return this.now.end !== null;
  }

  /** Takes note of an event. Answers whether it changed anything. */
  apply(event: LegEvent): boolean {
    const before = this.now;
    this.now = applyLegEvent(before, event);
    if (this.now === before) return false;
    this.changed(this, event);
    if (this.now.phase !== before.phase) this.moved?.(this.now.phase);
    return true;
  }

  /** Takes note of what call control reports, wherever the leg runs. Answers whether it changed anything. */
  report(event: LegEvent): boolean {
    const changed = this.apply(event);
    if (changed) this.forward?.(event);
    return changed;
  }

  /** Asks for a look at ASAPP before the next one is due. */
  askForLook(): void {
    this.lookAsked = true;
    this.forward?.({ type: 'look' });
  }
}
