import type { Answer } from './judge-http.ts';

/** Pages that hosted tunnels put before the app, by what only they say. */
const pages: readonly (readonly [name: string, said: RegExp])[] = [
  ['localtunnel', /bypass-tunnel-reminder|loca\.lt|localtunnel|tunnel password/iu],
  ['ngrok', /ngrok-skip-browser-warning|ERR_NGROK_\d+|cdn\.ngrok\.com|ngrok-free/iu],
  ['cpolar', /cpolar/iu],
  ['natapp', /natapp/iu],
  ['serveo', /serveo/iu],
  ['Cloudflare', /trycloudflare|Attention Required! \| Cloudflare|cf-error-details/iu],
];

/** How much of a page is looked at, in characters. */
const searchedCharacters = 64 * 1024;

/** RFC 6585 §6: Network Authentication Required, what a captive portal answers; localtunnel uses it for its reminder. */
const captivePortal = 511;

/** Whose page came instead of the app's answer; `undefined` when it may be the app's own. */
export function findInterstitial(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  text: string,
): string | undefined {
  if (!/^\s*<(?:!doctype\s+html|html|head|body|meta|title)\b/iu.test(text)) return undefined;
  const names = headers.map(([name]) => name).join('\n');
  const searched = `${names}\n${text.slice(0, searchedCharacters)}`;
  const known = pages.find(([, said]) => said.test(searched))?.[0];
  return known ?? (status === captivePortal ? 'HTTP 511' : undefined);
}
