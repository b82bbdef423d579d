import { WxDevError } from '../core/errors.ts';
import { findEgress } from '../wechat/find-cause.ts';

/** Longer lines are dumps; what WeChat's API says is short. Characters. */
const searchedCharacters = 4096;

/** Finds, in what the app prints, that WeChat's API refused its address. Says each address once. */
export function createRefusalFinder(): (line: string) => WxDevError | undefined {
  const told = new Set<string>();
  return (line) => {
    const found = findEgress(line.slice(0, searchedCharacters));
    if (found === undefined) return undefined;
    const { code, ip } = found;
    const key = `${code} ${ip}`;
    if (told.has(key)) return undefined;
    told.add(key);
    return new WxDevError('WXD1160', { code, ip });
  };
}
