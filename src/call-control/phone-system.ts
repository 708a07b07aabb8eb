import type { z } from 'zod';

import type { NextStep } from '../contract/next-step';
import type { RequestedTransport } from '../contract/transport';

import type { CallerLeft, LegEvent } from './leg-events';
import type { RouteSettings } from './routes';

/** A webhook's request as it came over the wire. */
export interface WebhookRequest {
  /** Which of the phone system's webhooks it is: a key of `PhoneSystem.hooks`. */
  hook: string;
  /** The address at which the phone system called: the configured public address, with this request's path and query. */
  url: string;
  query: URLSearchParams;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw bytes, over which signatures are made. */
  body: Buffer;
}

/** What the phone system is answered with. */
export interface WebhookAnswer<Command = unknown> {
  /** MIME type. */
  contentType: string;
  body: string;
  /** What a phone system that is not steered by the answer itself is told to do, in this order. */
  commands?: readonly Command[];
  /** Variables of the decision that it could not hold, by name: for the log. */
  omitted?: readonly string[];
}

/** A caller's own call, as its phone system knows it. */
export interface CallersCall {
  /** The phone system's id of it. The legs of the call are named `{callId}.{visit}`. */
  callId: string;
  /** The caller's number, as the phone system writes it. */
  number?: string | undefined;
}

/** What a webhook's request says. */
export interface Reading<Call = unknown> {
  /** What happened to a leg; absent if nothing did that matters. */
  event?: LegEvent | CallerLeft;
  /** Whether a caller waits for what comes next. If not, a disconnect is signalled and not awaited. */
  awaitsStep: boolean;
  /** What `answer` must know of the call. */
  call: Call;
  /** The conversation of `call` is the one of this call: its id may differ, and the gateway puts in which it is. */
  caller?: CallersCall;
  /** What could not be read and is not needed: each names the field and the reason, and nothing that was in it. */
  ignored?: readonly string[];
}

/** One webhook of a phone system, for the gateway's description of itself. */
export interface Hook {
  summary: string;
  /** MIME type of the request's body. */
  accepts: string;
  /** Of the address's query, if it has one. */
  query?: z.ZodType;
  /** Of the request's body. */
  body: z.ZodType;
  /** MIME type of the answer. */
  answers: string;
  /** What `answer` gets if a request cannot be read although a caller waits. Without it such a request is refused. */
  unread?: object;
}

/** A webhook's request that does not fit. Its message names the field. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * A phone system: its webhooks turned into canonical leg events, and next steps into its own instructions.
 *
 * `read` and `answer` are pure: the gateway puts the round trip between them. Each phone system is a folder
 * in `phone-systems/`, and nothing outside the folder knows it.
 *
 * @typeParam Call - what it must know of a call to answer
 * @typeParam Command - what it is told to do, if the answer itself does not steer it
 */
export interface PhoneSystem<Call extends object = object, Command = unknown> {
  /** In its webhooks' path: `/{name}/{hook}`. */
  readonly name: string;
  readonly hooks: Readonly<Record<string, Hook>>;
  /** The header that its webhooks' signature is in, lower case. */
  readonly signatureHeader: string;
  /** Whether the request is the phone system's own, and new. */
  authenticate(request: WebhookRequest): boolean | Promise<boolean>;
  /** @throws WebhookError naming the field that does not fit */
  read(request: WebhookRequest): Reading<Call>;
  /** @param step - what to do with the customer; absent if nothing is to be done */
  answer(step: NextStep | undefined, call: Call, now: number): WebhookAnswer<Command>;
  /** Carries commands out. Rejects if one was not, after its retries. */
  perform?(commands: readonly Command[]): Promise<void>;
}

/** A number of this country, or ASAPP's SIP address. */
export interface DefaultTransport {
  type: RequestedTransport['type'];
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** What every phone system is given. */
export interface PhoneSystemSettings extends RouteSettings {
  /** The gateway's address as the phone system knows it, without a slash at the end. */
  publicUrl: string;
  /** How calls get to GenerativeAgent, if a call says nothing else. */
  transport: DefaultTransport;
}

/** What the module of a phone system's folder exports, so that the gateway finds it by the folder's name. */
export interface PhoneSystemModule {
  /**
   * @param environment - environment variables; those of one phone system begin with its name
   * @throws SettingsError naming each variable that is missing or wrong
   */
  fromEnvironment(environment: NodeJS.ProcessEnv, settings: PhoneSystemSettings): PhoneSystem;
}
