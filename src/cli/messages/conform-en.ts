/** The options of `conform` in English. */
export const conformOptionsEn = {
  conformOnly: 'run only this rule or group (name or number), repeatable',
  conformSkip: 'leave out this rule or group, repeatable',
  listRules: 'list the rules',
  tap: 'print TAP, as when the output is no terminal',
  answerTimeout: 'how long an answer may take: 5s, 500ms (default: 5s)',
  countText: 'text, and menu key, that the app answers with how often it came',
  slowText: 'text that makes the app work for longer than 5 s',
  customerBase: 'the WX_API_BASE of the app, such as http://127.0.0.1:7799; wx-dev listens there',
  apiUrl: 'where /login and /me of the app are, such as http://127.0.0.1:3000/api',
  jwtSecretFile: 'file with the HS256 secret of the tokens of the app',
  logFile: 'file that the app logs to: it is searched for secrets',
  appPid: 'process of the app: it gets SIGTERM in the end',
};

/** What `conform` prints in English. */
export const conformEn = {
  ok: 'ok',
  failed: 'FAIL',
  skipped: 'skip',
  sent: 'sent',
  received: 'received',
  testing: (url: string, rules: number) => `testing ${url} with ${rules} rules`,
  summary: (passed: number, failed: number, skipped: number, seconds: string) =>
    `${passed} passed · ${failed} failed · ${skipped} skipped · ${seconds} s`,
  nothing: 'no rule was checked, so nothing is proven',
};
