import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

import type { LegEvent } from '../leg/leg-state';

import type { RunningLeg } from './run-leg';

/**
 * Asks ASAPP and lets the leg know of the answer or of the failure. Ends at once if the leg moves to another phase
 * meanwhile, such as by a hangup, and cancels what is asked.
 */
export async function learn<Answer>(
  leg: RunningLeg,
  ask: () => Promise<Answer>,
  onAnswer: (answer: Answer) => LegEvent,
  onFailure: (failure: unknown) => LegEvent,
): Promise<void> {
  const { phase } = leg.state;
  const hasMoved = () => leg.state.phase !== phase;
  const asked = new CancellationScope();
  await asked.run(async () => {
    const answered = ask().then(onAnswer, (failure: unknown) =>
      isCancellation(failure) ? undefined : onFailure(failure),
    );
    const event = await Promise.race([answered, condition(hasMoved)]);
    if (event !== undefined && !hasMoved()) leg.apply(event);
    asked.cancel();
  });
}
