import { describe, expect, test } from 'vitest';
import { errorCatalogue, WxDevError } from '../../src/core/errors.ts';
import { exitCodeOf, exitCodes } from '../../src/cli/exit-codes.ts';
import { en } from '../../src/cli/messages/en.ts';
import { zh } from '../../src/cli/messages/zh.ts';
import { sampleError } from '../core/sample-errors.ts';

const RANGES: Readonly<Record<string, number>> = {
  WXD1: exitCodes.verification,
  WXD2: exitCodes.expectation,
  WXD3: exitCodes.network,
  WXD4: exitCodes.network,
  WXD5: exitCodes.settings,
  WXD6: exitCodes.settings,
  WXD7: exitCodes.settings,
};

/** Each with the reason why it is not like its range. */
const EXCEPTIONS: Readonly<Record<string, readonly [code: number, why: string]>> = {
  WXD1003: [exitCodes.settings, 'the Token is a setting'],
  WXD1101: [exitCodes.settings, 'the EncodingAESKey is a setting'],
  WXD1126: [exitCodes.settings, 'the APIv3 key is a setting'],
  WXD1131: [exitCodes.settings, 'the API key is a setting'],
  WXD1153: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1154: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1155: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1240: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1230: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1231: [exitCodes.expectation, 'an answer that was not expected'],
  WXD1207: [exitCodes.usage, 'the kind of push is typed'],
  WXD2001: [exitCodes.late, 'later than 5 s has a code of its own'],
  WXD2014: [exitCodes.settings, 'late replies are a setting'],
  WXD3005: [exitCodes.settings, 'the handler module is a setting'],
  WXD3006: [exitCodes.settings, 'the handler module is a setting'],
  WXD3009: [exitCodes.usage, 'the command of the app is typed'],
  WXD4005: [exitCodes.usage, 'the subdomain is typed'],
  WXD4049: [exitCodes.settings, 'the logins are a setting'],
  WXD4010: [exitCodes.settings, 'the address of the relay is a setting'],
  WXD5003: [exitCodes.usage, 'the names are typed'],
  WXD5005: [exitCodes.usage, 'the names are typed'],
  WXD5008: [exitCodes.usage, 'the days are typed'],
  WXD5025: [exitCodes.usage, 'the client is typed'],
  WXD5026: [exitCodes.usage, 'the serial number is typed'],
  WXD5040: [exitCodes.usage, 'the subcommand is typed'],
  WXD5041: [exitCodes.network, 'a server that is not reached'],
  WXD5042: [exitCodes.network, 'a server that is not reached'],
  WXD1209: [exitCodes.usage, 'the name of the field is typed'],
  WXD2150: [exitCodes.network, 'a callback that is not reached'],
  WXD6040: [exitCodes.usage, 'the path is typed'],
  WXD6041: [exitCodes.usage, 'the words are typed'],
  WXD6043: [exitCodes.usage, 'the expectation is typed'],
  WXD6044: [exitCodes.expectation, 'an expectation has a code of its own'],
  WXD6045: [exitCodes.usage, 'the scenario file is named on the command line'],
  WXD6046: [exitCodes.usage, 'the scenario file is named on the command line'],
  WXD6047: [exitCodes.usage, 'the scenario file is named on the command line'],
  WXD6048: [exitCodes.usage, 'the way to break it is typed'],
  WXD6049: [exitCodes.expectation, 'what the app did was not expected'],
  WXD6007: [exitCodes.usage, 'both are typed'],
  WXD6061: [exitCodes.usage, 'the exchange is typed'],
  WXD6065: [exitCodes.usage, 'the range is typed'],
  WXD7001: [exitCodes.usage, 'the folder is typed'],
  WXD7002: [exitCodes.usage, 'the template is typed'],
  WXD7003: [exitCodes.usage, 'the folder is typed'],
  WXD7007: [exitCodes.usage, 'the layer is typed'],
  WXD7008: [exitCodes.usage, 'the module path is typed'],
  WXD7009: [exitCodes.usage, 'the template is typed'],
  WXD7010: [exitCodes.usage, 'the layer is typed'],
  WXD7011: [exitCodes.usage, 'the folder is typed'],
  WXD7013: [exitCodes.network, 'most often a registry that is not reached'],
};

describe('exit codes', () => {
  test.each(Object.keys(errorCatalogue))('%s has the code of its range or a reason', (code) => {
    const expected = EXCEPTIONS[code]?.[0] ?? RANGES[code.slice(0, 4)];
    expect(expected).toBeDefined();
    expect(exitCodeOf(sampleError(code))).toBe(expected);
  });

  test.each(['--port', '-p', '<what>', '[content]'])('a bad %s is a mistake of usage', (name) => {
    const bad = { source: { name }, received: 'x', expected: 'y' };
    expect(exitCodeOf(new WxDevError('WXD6001', bad))).toBe(exitCodes.usage);
    const missing = { name, need: 'x', run: 'wx-dev --help' };
    expect(exitCodeOf(new WxDevError('WXD6002', missing))).toBe(exitCodes.usage);
  });

  test.each(['WX_TOKEN', 'port', 'WX_DEV_PORT'])('a bad %s is a bad setting', (name) => {
    const bad = { source: { name, file: '.env', line: 3 }, received: 'x', expected: 'y' };
    expect(exitCodeOf(new WxDevError('WXD6001', bad))).toBe(exitCodes.settings);
  });

  test('help names each of them', () => {
    for (const { help } of [en, zh]) {
      const named = help.exitCodeLines
        .join(' · ')
        .split(' · ')
        .map((part) => Number.parseInt(part));
      expect(named).toEqual(Object.values(exitCodes));
    }
  });
});
