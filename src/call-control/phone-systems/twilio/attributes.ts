import type { Json } from '../../../contract/json';
import type { RoutingDecision } from '../../../contract/routing-decision';

/** Twilio takes so many bytes of a task's attributes. */
const MAX_BYTES = 4096;
/** Of them, for the names of what is left out. */
const MAX_OMITTED_BYTES = 512;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** A task's attributes. If they are too long, the longest variables are left out, and `omitted` names them as far as it can. */
export function attributesOf(decision: RoutingDecision, queue: string) {
  const { conversationId, transferId, outcome, reason } = decision;
  const { currentTaskName, referenceVariables, transferVariables } = decision;
  const ids = { queue, conversationId, transferId, outcome, reason };
  const whole = { ...ids, currentTaskName, referenceVariables, transferVariables, omitted: undefined };
  if (bytes(whole) <= MAX_BYTES) return whole;

  const short = { ...ids, currentTaskName: currentTaskName?.slice(0, 200) ?? null };
  const variables = (['referenceVariables', 'transferVariables'] as const)
    .flatMap((group) => Object.entries(decision[group]).map(([name, value]) => ({ group, name, value })))
    .map((variable) => ({ ...variable, size: bytes([variable.name, variable.value]) }))
    .sort((a, b) => a.size - b.size);
  const room = MAX_BYTES - bytes({ ...whole, ...short, referenceVariables: {}, transferVariables: {} });
  const kept = variables.slice(0, fitting(variables, room - MAX_OMITTED_BYTES));
  const names = variables.slice(kept.length).map(({ group, name }) => `${group}.${name}`);
  const told = names.slice(
    0,
    fitting(
      names.map((name) => ({ size: bytes(name) + 1 })),
      MAX_OMITTED_BYTES - 20,
    ),
  );
  const ofGroup = (wanted: string): Record<string, Json> =>
    Object.fromEntries(kept.filter(({ group }) => group === wanted).map(({ name, value }) => [name, value]));
  return {
    ...short,
    referenceVariables: ofGroup('referenceVariables'),
    transferVariables: ofGroup('transferVariables'),
    omitted: told.length < names.length ? [...told, '…'] : names,
  };
}

/** How many of them, from the first on, there is room for. */
function fitting(sized: readonly { size: number }[], room: number): number {
  let left = room;
  const tooLong = sized.findIndex(({ size }) => (left -= size) < 0);
  return tooLong < 0 ? sized.length : tooLong;
}
