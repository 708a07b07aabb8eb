/** The tests that failed, and passed when they were tried again, by jest's results or its report. */
exports.secondTriesIn = ({ testResults }) =>
  testResults.flatMap((file) =>
    (file.testResults ?? file.assertionResults)
      .filter(({ status, invocations = 1 }) => status === 'passed' && invocations > 1)
      .map(({ fullName }) => fullName),
  );

/** What a run says of them. */
exports.secondTryLines = (names) => [
  `passed on a second try: ${names.length}`,
  ...names.map((name) => `  ${name}`),
];
