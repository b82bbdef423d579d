import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WxDevError, type Words } from '../../core/errors.ts';
import { formatXml } from '../../wechat/xml.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { failed, refused } from './verdict.ts';

/** Levels of ten: 10^9 characters if the parser follows. */
const laughs = Array.from({ length: 9 }, (_, level) => {
  const inner = level === 0 ? 'ha' : `&e${level - 1};`.repeat(10);
  return `<!ENTITY e${level} "${inner}">`;
});

/** Group 11: XML that WeChat never sends. It is signed, and encrypted where pushes are, so that it reaches the parser. */
export const xmlRules: readonly Rule[] = [
  rule('xml.doctype', {
    name: ['XML with a DOCTYPE is refused', '带 DOCTYPE 的 XML 被拒绝'],
    what: ['a push with a DOCTYPE', '带 DOCTYPE 的推送'],
    doctype: '<!DOCTYPE xml>',
    content: 'hello',
  }),
  rule('xml.entity', {
    name: ['XML with an entity of its own is refused', '自定义实体的 XML 被拒绝'],
    what: ['a push with an entity of its own', '带自定义实体的推送'],
    doctype: '<!DOCTYPE xml [<!ENTITY hi "hello">]>',
    content: '&hi;',
  }),
  rule('xml.billion-laughs', {
    name: ['entities that grow to a gigabyte are refused', '会膨胀到 1 GB 的实体被拒绝'],
    what: ['a push whose entities grow to a gigabyte', '实体膨胀到 1 GB 的推送'],
    doctype: `<!DOCTYPE xml [${laughs.join('')}]>`,
    content: '&e8;',
  }),
  {
    id: 'xml.external-entity',
    group: 'xml',
    name: { en: 'external entities are not fetched (XXE)', zh: '不读取外部实体（XXE）' },
    check: checkExternal,
  },
];

interface Texts {
  readonly name: readonly [en: string, zh: string];
  readonly what: readonly [en: string, zh: string];
  readonly doctype: string;
  readonly content: string;
}

function rule(id: string, { name, what: [en, zh], doctype, content }: Texts): Rule {
  const what: Words = { en, zh };
  return {
    id,
    group: 'xml',
    name: { en: name[0], zh: name[1] },
    check: async (probe) => {
      if (probe.format === 'json') return onlyXml();
      return refused(await pushXml(probe, what, { doctype, content }), {
        rule: id,
        what,
        taken: 'WXD2154',
      });
    },
  };
}

const onlyXml = (): Finding => skipped('the account uses JSON', '账号使用 JSON');

/** What is asked of a server of our own shows whether the parser fetches. */
async function checkExternal(probe: Probe): Promise<Finding> {
  if (probe.format === 'json') return onlyXml();
  let asked: string | undefined;
  const server = createServer((request, response) => {
    asked ??= request.url;
    response.end('fetched');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo; // Of an IP server that listens.
    const url = `http://127.0.0.1:${port}/entity`;
    const doctype = `<!DOCTYPE xml [<!ENTITY ext SYSTEM "${url}">]>`;
    const what = { en: 'a push with an external entity', zh: '带外部实体的推送' };
    const reply = await pushXml(probe, what, { doctype, content: '&ext;' });
    if (asked === undefined) return passed;
    return failed(reply, new WxDevError('WXD2169', { rule: 'xml.external-entity', path: asked }));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function pushXml(
  probe: Probe,
  what: Words,
  { doctype, content }: Pick<Texts, 'doctype' | 'content'>,
): Promise<Reply> {
  const fields = probe.makePush('text', { Content: 'CONTENT' });
  const text = doctype + formatXml(fields).replace('<![CDATA[CONTENT]]>', content);
  // compat mode would have to parse the text to send its fields in clear.
  const mode = probe.mode === 'compat' ? 'safe' : probe.mode;
  return probe.push({ what, fields, text, mode });
}
