/** What stands for the authoriser's AppId in the URL for messages of a third-party platform: 消息与事件接收URL. */
export const appIdPlaceholder = '$APPID$';

/** AppIds are `wx` and 16 hex digits; the placeholder itself comes from who tries the URL as it was pasted. */
const appIdShape = /^(?:[A-Za-z0-9]{1,64}|\$APPID\$)$/;

/** The path of a platform's messages: `own` where it has the placeholder, else below it. */
export function messagePath(own: string): string {
  return own.includes(appIdPlaceholder) ? own : `${own.replace(/\/$/, '')}/${appIdPlaceholder}`;
}

/** The path of a platform's notices (授权事件接收URL): what stands before the placeholder. */
export function noticePath(own: string): string {
  const at = own.indexOf(appIdPlaceholder);
  return at === -1 ? own : own.slice(0, at).replace(/(?<=.)\/$/, '');
}

/** The AppId that `path` names as a platform's message path; undefined when it is none. */
export function authorizerOf(path: string, own: string): string | undefined {
  const [before = '', after = ''] = messagePath(own).split(appIdPlaceholder);
  const isBetween =
    path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length;
  if (!isBetween) return undefined;
  const appId = path.slice(before.length, path.length - after.length);
  return appIdShape.test(appId) ? appId : undefined;
}
