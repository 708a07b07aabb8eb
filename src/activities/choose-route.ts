import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';

import { jsonSchema } from '../contract/fields';
import { describeIssues } from '../contract/parse';
import {
  redialableOutcomes,
  type RoutingChoice,
  type RoutingFacts,
  type RoutingPolicy,
} from '../routing/policy';

const choiceSchema = z.object({ route: jsonSchema, redial: z.boolean().optional() });

/** Asks the policy, which is the user's own code: what it answers is checked. */
export async function chooseRoute(policy: RoutingPolicy, facts: RoutingFacts): Promise<RoutingChoice> {
  const answer = choiceSchema.safeParse(await policy(facts));
  if (!answer.success) {
    throw ApplicationFailure.nonRetryable(
      `The routing policy's answer is not valid: ${describeIssues(answer.error, 'choice')}`,
      'RoutingPolicyFailed',
    );
  }
  const { route, redial } = answer.data;
  return { route, redial: redial === true && redialableOutcomes.includes(facts.outcome) };
}
