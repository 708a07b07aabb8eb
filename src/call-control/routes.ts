import { z } from 'zod';

import { httpUrl } from '../contract/fields';
import { variablesToHandOver, type NamedVariables } from '../contract/hand-over';
import type { Json } from '../contract/json';
import type { DialableLeg } from '../contract/next-step';
import type { RoutingDecision } from '../contract/routing-decision';

const url = httpUrl.max(8000);

/** A phone number. */
export const E164 = /^\+[1-9]\d{1,14}$/;

/** Without the characters that XML, and so TwiML, cannot hold. */
export const inXml = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, '');

/**
 * Routes that the gateway carries out by itself on every phone system. A routing policy may answer with any
 * JSON; whoever has the gateway carry the decision out answers with one of these.
 */
export const routeSchema = z.discriminatedUnion('type', [
  /** Put the customer into a queue of the phone system's. */
  z.object({ type: z.literal('QUEUE'), queue: z.string().transform(inXml).pipe(z.string().min(1).max(100)) }),
  /** Connect the customer with somebody: a phone number in E.164, or a SIP URI. */
  z.object({
    type: z.literal('DIAL'),
    to: z
      .string()
      .max(1000)
      .regex(/^(\+[1-9]\d{1,14}|sips?:[^\s\p{C}]+)$/u, 'must be a number in E.164 or a SIP URI'),
  }),
  /** Go on with another flow: the phone system fetches its next instructions there. */
  z.object({ type: z.literal('REDIRECT'), url }),
  /** Go on with the phone system's own flow, at the address that the gateway's settings name. */
  z.object({ type: z.literal('CONTINUE') }),
  z.object({ type: z.literal('HANG_UP') }),
]);
export type Route = z.infer<typeof routeSchema>;

/** What the gateway must know to carry any route out. */
export interface RouteSettings {
  /** Where a customer goes whose route the gateway cannot carry out, and when Temporal gives no answer. */
  fallbackRoute: Route;
  /** Where the phone system's own flow goes on after `CONTINUE`. Without it the fallback route is taken instead. */
  continueUrl?: string | undefined;
}

/** A route as a phone system is told it. */
export type RouteToTake = Exclude<Route, { type: 'CONTINUE' }> & {
  /** What goes along with the customer, if the decision's route names something. */
  handOver?: {
    /** For SIP, by name: no more than phone systems take. */
    headers: Readonly<Record<string, string>>;
    /** The variables that are in the headers. */
    variables: NamedVariables;
    /** All that the route names, for a phone system that takes more. */
    all: NamedVariables;
  };
};

/**
 * The route of a decision as the gateway can carry it out: the fallback route if the decision's is none
 * that it knows. The address of a `REDIRECT` says which conversation it goes on with, so that the flow behind
 * it can read the result. What the decision's route hands over goes along on that route alone.
 *
 * @param unanswered - who was dialled for it before, and did not answer: then it is the fallback route, and after that the end
 */
export function routeOf(
  decision: Omit<RoutingDecision, 'legs'>,
  { fallbackRoute, continueUrl }: RouteSettings,
  unanswered?: Dialled,
): RouteToTake {
  if (unanswered === 'FALLBACK') return { type: 'HANG_UP' };
  const known = unanswered === undefined ? knownRoute(decision.route) : undefined;
  const isOwn = known !== undefined && (known.type !== 'CONTINUE' || continueUrl !== undefined);
  const route = withAddress(isOwn ? known : fallbackRoute, continueUrl, decision);
  const { headers, omitted = [] } = decision.handOver ?? {};
  if (!isOwn || headers === undefined) return route;
  const all = variablesToHandOver(decision);
  const variables = Object.fromEntries(Object.entries(all).filter(([name]) => !omitted.includes(name)));
  return { ...route, handOver: { headers, variables, all } };
}

/** Where a flow goes on, with the ids by which it can read the result. */
function withAddress(
  route: Route,
  continueUrl: string | undefined,
  decision: Pick<RoutingDecision, 'conversationId' | 'transferId' | 'outcome'>,
): RouteToTake {
  if (route.type !== 'REDIRECT' && route.type !== 'CONTINUE') return route;
  const url = route.type === 'REDIRECT' ? route.url : continueUrl;
  if (url === undefined) return { type: 'HANG_UP' };
  const address = new URL(url);
  // In the order of their names: Twilio may send them so, and signs them as they were given.
  for (const name of ['conversationId', 'outcome', 'transferId'] as const) {
    if (decision[name] !== '') address.searchParams.set(name, decision[name]);
  }
  return { type: 'REDIRECT', url: address.toString() };
}

/** Whether the gateway can carry a route out. */
export const knownRoute = (route: Json): Route | undefined => routeSchema.safeParse(route).data;

/** What to say of routes that the gateway cannot carry out, each by its place; nothing if there are none. */
export function unknownRoutes(routes: readonly { place: string; route: Json }[]): string | undefined {
  const unknown = routes.filter(({ route }) => knownRoute(route) === undefined).map(({ place }) => place);
  if (unknown.length === 0) return undefined;
  return `the gateway cannot carry out ${unknown.join(', ')}: on a phone system the caller gets the fallback route`;
}

/** Whom a route of the type `DIAL` has a phone system dial: the decision's own, or the one of the fallback route after it. */
export const dialledSchema = z.enum(['ROUTE', 'FALLBACK']);
export type Dialled = z.infer<typeof dialledSchema>;

export const dialledAfter = (unanswered: Dialled | undefined): Dialled =>
  unanswered === undefined ? 'ROUTE' : 'FALLBACK';

/** How long a person may take to answer, seconds. */
export const DESK_RING_SECONDS = 30;

/** How long a phone system lets GenerativeAgent's number ring, seconds: it answers at once, or something is wrong. */
export const RING_SECONDS = 20;

/**
 * How long the number may ring, in whole seconds, at least 1: a call that is answered after the number has
 * expired could reach a stranger's conversation. Counted until `dialBy`, so that the margin after it is left for
 * what the phone system itself adds.
 */
export function ringSeconds({ dialBy }: DialableLeg, now: number): number {
  return Math.max(1, Math.min(RING_SECONDS, Math.floor((Date.parse(dialBy) - now) / 1000)));
}
