import type { Settings } from '../config/resolve.ts';
import type { RelayOptions } from '../relay/relay.ts';

/** What `wx-dev relay` was told about limits and the proxies in front of it. */
export function relayLimits(settings: Settings): Pick<RelayOptions, 'limits' | 'trustProxy'> {
  const quota = (
    requestsPerS: number | undefined,
    connections: number | undefined,
  ): { requestsPerS?: number; connections?: number } | undefined => {
    if (requestsPerS === undefined && connections === undefined) return undefined;
    return {
      ...(requestsPerS === undefined ? {} : { requestsPerS }),
      ...(connections === undefined ? {} : { connections }),
    };
  };
  return {
    trustProxy: settings.get('trustProxy'),
    limits: {
      perAddress: quota(settings.get('ratePerIp'), settings.get('connectionsPerIp')),
      perName: quota(settings.get('ratePerName'), settings.get('connectionsPerName')),
      maxBodyBytes: settings.get('maxBody'),
      memoryBytes: settings.get('memory'),
    },
  };
}
