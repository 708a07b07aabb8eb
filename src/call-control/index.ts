/** The entry point for whoever runs the gateway in a program of their own, or writes a phone system for it. */
export { createGateway, type GatewayOptions } from './gateway/create-gateway';
export {
  legEventSchema,
  type LegConnected,
  type LegDisconnected,
  type LegEvent,
  type LegRequested,
} from './leg-events';
export {
  WebhookError,
  type Hook,
  type PhoneSystem,
  type PhoneSystemModule,
  type PhoneSystemSettings,
  type Reading,
  type WebhookAnswer,
  type WebhookRequest,
} from './phone-system';
export {
  callQuerySchema,
  checked,
  jsonIn,
  legInQuery,
  legQuerySchema,
  requestInQuery,
  type CallDefaults,
} from './read-webhook';
export {
  knownRoute,
  RING_SECONDS,
  ringSeconds,
  routeOf,
  routeSchema,
  type Route,
  type RouteSettings,
} from './routes';
