import { expect, test } from 'vitest';
import { isWxDevError } from '../../../src/core/errors.ts';
import { parseScenario } from '../../../src/simulator/scenario/parse.ts';

/** `code line reason` of what reading the text throws. */
function problemOf(text: string): string {
  try {
    parseScenario(text, 'x.json');
  } catch (error) {
    if (!isWxDevError(error, 'WXD6045')) throw error;
    const { line, reason } = error.details;
    return `${line} ${typeof reason === 'string' ? reason : reason.en}`;
  }
  return 'none';
}

test('reads the scenario of the reference', () => {
  const scenario = parseScenario(
    `{ "$schema": "x", "version": 1, "from": "oFan1",
       "steps": [
         { "send": "subscribe", "expect": { "reply.type": "text" } },
         { "send": "text", "set": { "Content": "绑定 \${env:CODE}" },
           "save": { "sid": "reply.Content", "n": { "value": "reply.Content", "match": "(\\\\d+)" } } },
         { "send": "click", "set": { "EventKey": "ORDER_\${sid}" },
           "expect": { "ms": "<3000", "status": 200 } } ] }`,
    'bind.json',
  );
  expect(scenario.from).toBe('oFan1');
  expect(scenario.steps.map(({ name, line }) => [name, line])).toEqual([
    ['subscribe', 3],
    ['text', 4],
    ['click', 6],
  ]);
  expect(scenario.steps[2]?.expect.map(({ text }) => text)).toEqual(['ms<3000', 'status=200']);
  expect(scenario.steps[1]?.save).toMatchObject([{ name: 'sid' }, { match: /(\d+)/u }]);
});

test.each([
  ['', '1 it is not JSON'],
  ['{\n "steps": [\n  { "send": "text" }\n  { "send": "text" }\n ]}', '5 it is not JSON'],
  ['{\n "steps": [,] }', '2 it is not JSON'],
  ['[]', '1 expected an object'],
  ['{"steps":[]}', '1 "steps": expected a list'],
  ['{\n"steps":{}}', '2 "steps": expected a list'],
  ['{"version":2,"steps":[{"send":"text"}]}', '1 "version": expected 1'],
  ['{"steps":[\n{"send":"text"},\n{"sned":"text"}]}', '3 "sned": unknown; did you mean "send"?'],
  ['{"steps":[\n{"send":"text","set":{\n"Content":["a"]}}]}', '3 "Content": expected a text'],
  ['{"steps":[{"send":"tekst"}]}', '1 "send": unknown push "tekst"; similar: text'],
  ['{"steps":[{}]}', '1 expected "send" or "await"'],
  ['{"steps":[{"send":"text","await":"/x"}]}', '1 expected "send" or "await"'],
  ['{"steps":[1]}', '1 expected an object'],
  ['{"steps":[{"send":"text","tamper":"x"}]}', '1 "tamper": expected signature'],
  ['{"steps":[{"send":"text",\n"expect":{"ms":"<soon"}}]}', '2 "ms": cannot understand'],
  ['{"steps":[{"send":"text","save":{"a":{"value":"x","match":"("}}}]}', '1 "match": "(" is no'],
  ['{"steps":[{"send":"text","set":{"MsgId":25000000000000017}}]}', '1 "MsgId": write long'],
  ['{"steps":[{"send":"text",\n"send":"image"}]}', '2 "send" is there twice'],
  ['{"format":"yaml","steps":[{"send":"text"}]}', '1 "format": expected xml or json'],
  ['{"steps":[{"send":"text","retry":"yes"}]}', '1 "retry": expected true or false'],
  [
    `{"steps":[${'{"send":"text"},'.repeat(10_000)}{"send":"text"}]}`,
    '1 "steps": expected at most',
  ],
  [`{"steps":${'['.repeat(100_000)}`, '1 it is not JSON'],
])('refuses %.60j', (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});

test('refuses a scenario that is cut off at any byte, by code', () => {
  const text = '{"steps":[{"send":"text","expect":{"status":200}}]}';
  for (let end = 0; end < text.length; end += 1) {
    expect(problemOf(text.slice(0, end)), text.slice(0, end)).not.toBe('none');
  }
  expect(problemOf(text)).toBe('none');
});
