/**
 * Tests that kill processes and restart servers share their machine with others. Where nobody watches, a failure is
 * printed and the test has one more try; at a developer's desk it has none.
 */
if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
