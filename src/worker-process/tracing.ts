import { isTraced } from '../environment/needed-packages';

/**
 * Switches tracing on if the environment names a collector (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`): from an HTTP request that comes in through Temporal to the request that ASAPP
 * gets. OpenTelemetry's packages are optional, and read the rest of their variables themselves.
 *
 * Call it before anything that uses HTTP is loaded. Spans hold ids, and no number or variable.
 *
 * @param serviceName - if `OTEL_SERVICE_NAME` names none
 * @returns a plugin for clients and workers, and what sends the rest of the spans and ends
 */
export async function startTracing(environment: NodeJS.ProcessEnv, serviceName: string) {
  if (!isTraced(environment)) return undefined;
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { Resource } = await import('@opentelemetry/resources');
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');

  const resource = new Resource({ 'service.name': environment['OTEL_SERVICE_NAME'] ?? serviceName });
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        // Requests to ASAPP are undici's; the collector is of no interest.
        ignoreOutgoingRequestHook: () => true,
        ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/health/'),
        // A query may carry what is known of a call.
        requestHook: (span, request) => {
          const [path = ''] = ('url' in request ? (request.url ?? '') : '').split('?');
          span.setAttributes({ 'http.url': path, 'http.target': path, 'url.query': '' });
        },
      }),
      new UndiciInstrumentation(),
    ],
  });
  const { OpenTelemetryPlugin } = await import('@temporalio/interceptors-opentelemetry');
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor }),
    shutdown: () => provider.shutdown(),
  };
}
