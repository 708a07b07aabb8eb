import { warnOfPlainHttp } from '../../src/environment/read-environment';

test.each([
  ['http://asapp.example.com', 1],
  ['http://10.0.0.7:8080/base', 1],
  ['https://api.asapp.com', 0],
  ['http://localhost:8089', 0],
  ['http://127.0.0.1:8089', 0],
  ['http://[::1]:8089', 0],
  [undefined, 0],
])('what would go in clear text over a network is warned of: %s', (url, count) => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  warnOfPlainHttp('ASAPP_API_URL', url);
  expect(warning).toHaveBeenCalledTimes(count);
  for (const [text] of warning.mock.calls) expect(text).toMatch(/^ASAPP_API_URL: .*: use https$/);
  warning.mockRestore();
});
