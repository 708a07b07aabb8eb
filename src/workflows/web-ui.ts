import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { ConversationState } from '../conversation/conversation-state';
import { attributesOf, detailsOf } from '../conversation/display';

/** Keeps the Web UI and lists of calls up to date. */
export class WebUi {
  private attributes = '';

  show(state: ConversationState): void {
    setCurrentDetails(detailsOf(state));
    const pairs = attributesOf(state);
    const attributes = JSON.stringify(pairs.map(({ value }) => value));
    if (pairs.length === 0 || attributes === this.attributes) return;
    this.attributes = attributes;
    upsertSearchAttributes(pairs);
  }
}
